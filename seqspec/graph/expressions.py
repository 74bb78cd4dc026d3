"""The arithmetic of `{ }`: numbers and parameters, bounded in what it may cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem, did_you_mean, listed
from seqspec.graph.scope import Echo
from seqspec.limits import Limits
from seqspec.syntax import expression

Number = int | float
_BINARY = {"+", "-", "*", "/", "//", "%", "**"}
_FUNCTIONS = {"min": min, "max": max, "round": round, "int": int}


class _TooLarge(ValueError):
    """A number beyond the bound."""


def evaluate(text: str, parameters: Mapping[str, Any], limits: Limits) -> Any:
    """The value of an expression. A lone parameter gives whatever it stands for.

    Raises `Problem` for unknown names, for divisions by zero and for results out of bounds.
    """
    root = expression(text)
    if root[0] == "name":
        return _parameter(root[1], parameters)
    try:
        return _number(root, parameters, limits)
    except (ArithmeticError, ValueError, TypeError) as error:
        reason = "division by zero" if isinstance(error, ZeroDivisionError) else str(error)
        help = "`Limits.number` sets the bound" if isinstance(error, _TooLarge) else ""
        raise Problem(Code.EXPRESSION, f"`{{{text}}}` has no value: {reason}", help=help) from None


def _parameter(name: str, parameters: Mapping[str, Any]) -> Any:
    if name in parameters:
        if parameters[name] is None:
            raise Echo(Code.PARAMETER_UNSET, f"the parameter `{name}` has no value")
        return parameters[name]
    known = f"the parameters here are {listed(parameters)}" if parameters else ""
    raise Problem(
        Code.UNKNOWN_PARAMETER,
        f"there is no parameter `{name}`",
        help=did_you_mean(name, parameters) or known or f"declare it: `let {name} = …`",
    )


def _number(root: tuple[Any, ...], parameters: Mapping[str, Any], limits: Limits) -> Number:
    kind, *parts = root
    if kind == "number":
        return _bounded(parts[0], limits)
    if kind == "name":
        value = _parameter(parts[0], parameters)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"`{parts[0]}` is not a number")
        return value
    if kind == "call":
        return _bounded(
            _called(parts[0], [_number(p, parameters, limits) for p in parts[1:]]), limits
        )
    return _chained(root, parameters, limits)


def _chained(root: tuple[Any, ...], parameters: Mapping[str, Any], limits: Limits) -> Number:
    """`1 + 2 - 3 …` from the left in a loop: as long as that may be, it costs no recursion."""
    steps: list[tuple[str, tuple[Any, ...]]] = []
    while root[0] in _BINARY:
        kind, root, right = root
        steps.append((kind, right))
    if root[0] == "negate":
        value = -_number(root[1], parameters, limits)
    else:
        value = _number(root, parameters, limits)
    for kind, right in reversed(steps):
        operand = _number(right, parameters, limits)
        value = _bounded(_operate(kind, value, operand, limits), limits)
    return value


def _called(name: str, operands: list[Number]) -> Number:
    if name not in _FUNCTIONS:
        raise ValueError(f"there is no function `{name}`; there are {listed(_FUNCTIONS)}")
    if name in ("min", "max"):
        return min(operands) if name == "min" else max(operands)
    if len(operands) > (2 if name == "round" else 1):
        raise ValueError(f"`{name}` takes one number")
    if name == "int":
        return int(operands[0])
    digits = [max(-20, min(20, int(o))) for o in operands[1:]]  # more would cost time and memory
    return round(operands[0], *digits)


def _operate(kind: str, a: Number, b: Number, limits: Limits) -> Number:
    match kind:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "//":
            return a // b
        case "%":
            return a % b
        case _:
            return _power(a, b, limits)


def _power(base: Number, exponent: Number, limits: Limits) -> Number:
    if abs(base) > 1 and exponent * math.log(abs(base)) > math.log(limits.number) + 1:
        raise _TooLarge(f"{base} ** {exponent} is larger than {limits.number:,}")
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError("the root of a negative number")
    return float(result) if isinstance(result, float) else int(result)


def _bounded(value: Number, limits: Limits) -> Number:
    if not math.isfinite(value) or abs(value) > limits.number:
        raise _TooLarge(f"a result is larger than {limits.number:,}")
    return value
