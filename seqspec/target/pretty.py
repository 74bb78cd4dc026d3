"""Expressions as Python text, broken over lines where they are long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import wrap
from types import EllipsisType

from seqspec.program import Binary, Call, Const, Expr, Item, Lambda, ListOf, Ref, Slice

WIDTH = 92


def laid_out(before: str, expr: Expr, names: Mapping[str, str], *, indent: int) -> list[str]:
    """The lines of a statement; arguments get lines of their own when one does not do."""
    line = before + text(expr, names)
    if len(line) + indent <= WIDTH or not isinstance(expr, Call):
        return [line]
    if isinstance(expr.function, Call):  # layers.X(…)(y): the layer's own arguments are long
        *head, last = laid_out(before, expr.function, names, indent=indent)
        joined = last + f"({_arguments(expr, names)})"
        if head or len(joined) + indent <= WIDTH:
            return [*head, joined]
    start, parts = f"{before}{_function(expr.function, names)}(", _each(expr, names)
    together = ", ".join(parts)
    if len(together) + indent + 4 <= WIDTH:
        return [start, f"    {together}", ")"]
    lines = (line for part in parts for line in _own_lines(part, WIDTH - indent - 4))
    return [start, *(f"    {line}" for line in lines), ")"]


def _own_lines(part: str, width: int) -> list[str]:
    """An argument on lines of its own: one, or as many as a table or a list of names needs."""
    if not part.startswith(("(", "[")) or '"' in part:
        return [f"{part},"]
    return wrap(f"{part},", width, break_on_hyphens=False, break_long_words=False)


def text(expr: Expr, names: Mapping[str, str]) -> str:
    """The expression on one line."""
    match expr:
        case Const(value):
            return _constant(value)
        case Ref(name):
            return names.get(name, name)
        case Call(function):
            return f"{_function(function, names)}({_arguments(expr, names)})"
        case Item(value, index):
            return f"{_operand(value, names)}[{', '.join(map(_index, index))}]"
        case Binary(operator, left, right):
            return f"{_operand(left, names)} {operator} {_operand(right, names)}"
        case ListOf(items):
            return f"[{', '.join(text(item, names) for item in items)}]"
        case Lambda(body):
            return f"lambda x: {text(body, {})}"


def _function(function: str | Expr, names: Mapping[str, str]) -> str:
    if not isinstance(function, str):
        return text(function, names)
    for module in ("keras.layers.", "keras.ops."):
        if function.startswith(module):
            return function.removeprefix("keras.")
    return function


def _each(call: Call, names: Mapping[str, str]) -> list[str]:
    return [
        *(text(arg, names) for arg in call.args),
        *(f"{key}={text(value, names)}" for key, value in call.kwargs),
    ]


def _arguments(call: Call, names: Mapping[str, str]) -> str:
    return ", ".join(_each(call, names))


def _operand(expr: Expr, names: Mapping[str, str]) -> str:
    plain = text(expr, names)
    return f"({plain})" if isinstance(expr, Binary | Lambda) else plain


def _constant(value: object) -> str:
    if isinstance(value, str):  # JSON's escapes mean the same in Python
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        inner = ", ".join(map(_constant, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def _index(part: int | Slice | EllipsisType | None) -> str:
    if isinstance(part, Slice):
        bounds = [part.start, part.stop, *([part.step] if part.step is not None else [])]
        return ":".join("" if bound is None else str(bound) for bound in bounds)
    return "..." if isinstance(part, EllipsisType) else str(part)
