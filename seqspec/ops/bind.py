"""From given arguments to the values of fields: each by its key, word or kind, converted."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops import refusals
from seqspec.ops.arguments import (
    ArgumentSpec,
    Given,
    Inside,
    Kind,
    Operand,
    Word,
    arguments,
    arguments_of,
    names_with,
)
from seqspec.record import Record

_LARGEST = 3.4028234663852886e38  # of float32
_BOUNDS = {"ge": "at least", "lt": "less than"}
_NUMBER = (int, float)
_TYPES: dict[Kind, type | tuple[type, ...]] = {
    "integer": _NUMBER, "number": _NUMBER, "kernel": (int, tuple), "shape": (int, tuple),
    "axes": (int, tuple), "slice": slice, "operands": Operand, "chain": Inside, "name": str,
}  # fmt: skip


def bind(
    cls: type[Record], name: str, given: Sequence[Given]
) -> tuple[dict[str, Any], dict[str, int]]:
    """Field values for the arguments, and which argument filled each field. Raises `Problem`.

    The problem's `field` is the position of the argument at fault, as a string.
    """
    specs = arguments_of(cls, name)
    values: dict[str, Any] = {}
    places: dict[str, int] = {}
    for place, argument in enumerate(given):
        try:
            spec = _field_for(cls, name, argument, values, specs)
            value = convert(spec, argument.value, name)
            gathers = _collects(spec, argument)
            if spec.field in values and not (gathers and isinstance(values[spec.field], list)):
                raise Problem(Code.GIVEN_TWICE, f"`{name}` is given `{spec.key}` twice")
        except Problem as problem:
            problem.field = str(place)
            raise
        if gathers:
            values.setdefault(spec.field, []).extend(value)
        else:
            values[spec.field] = value
        places[spec.field] = place
    _check_required(name, values, specs)
    return {f: tuple(v) if isinstance(v, list) else v for f, v in values.items()}, places


def _collects(spec: ArgumentSpec, argument: Given) -> bool:
    """Several values, or several axes by their numbers, gather in one field."""
    if argument.key is not None:
        return False
    return spec.kind == "operands" or (spec.kind == "axes" and isinstance(argument.value, int))


def _check_required(name: str, values: dict[str, Any], specs: Sequence[ArgumentSpec]) -> None:
    missing = [spec for spec in specs if spec.required and spec.field not in values]
    if missing:
        spec = missing[0]
        raise Problem(
            Code.MISSING_ARGUMENT,
            f"`{name}` needs its {spec.key}: {spec.help}",
            label=f"{spec.key} is missing",
            help=f"write it as `{refusals.usage(name, specs)}`",
        )


def _field_for(
    cls: type[Record],
    name: str,
    argument: Given,
    values: dict[str, Any],
    specs: Sequence[ArgumentSpec],
) -> ArgumentSpec:
    if argument.key is not None:
        return _by_key(cls, name, argument.key, argument.value, specs)
    value = argument.value
    if isinstance(value, Word):
        return _by_word(cls, name, value, specs)
    fitting = [spec for spec in specs if spec.positional and _fits(spec, value)]
    for spec in fitting:
        if spec.field not in values or _collects(spec, argument):
            return spec
    if fitting:
        full = fitting[-1]
        raise refusals.one_too_many(name, full, value, values, specs)
    raise refusals.unfit(name, value, values, specs, getattr(cls, "where_open", ""))


def _by_key(
    cls: type[Record], name: str, key: str, value: object, specs: Sequence[ArgumentSpec]
) -> ArgumentSpec:
    for spec in specs:
        if spec.key == key:
            return spec
    others = [n for s in arguments(cls) if s.key == key for n in names_with(cls, s, name)]
    raise refusals.unknown_key(name, key, value, specs, others)


def _by_word(
    cls: type[Record], name: str, word: Word, specs: Sequence[ArgumentSpec]
) -> ArgumentSpec:
    for spec in specs:
        if spec.positional and word in spec.choices:
            return spec
    knowing = [s for s in arguments(cls) if s.positional and word in s.choices]
    others = [n for spec in knowing for n in names_with(cls, spec, name)]
    raise refusals.unknown_word(name, word, specs, others)


def _fits(spec: ArgumentSpec, value: object) -> bool:
    if spec.kind == "numbers":
        each = value if isinstance(value, list) else [value]
        return all(isinstance(number, _NUMBER) for number in each)
    if spec.kind == "words":
        return spec.or_number and isinstance(value, _NUMBER)
    return isinstance(value, _TYPES.get(spec.kind, ()))


def convert(spec: ArgumentSpec, value: object, name: str) -> Any:
    """The field's value, of the right Python type. Raises `Problem` for another kind."""
    if spec.kind == "flag":
        return _flag(spec, value, name)
    if spec.kind in ("list", "numbers"):
        items = value if isinstance(value, list) else [value]
        one = _one_word if spec.kind == "list" else _one_number
        return tuple(one(spec, item, name) for item in items)
    if spec.kind == "words":
        return _one_word(spec, value, name)
    if not _fits(spec, value):
        raise _other_kind(spec, value, name)
    if spec.kind in ("integer", "number"):
        return _number(spec, value, name)
    if spec.kind in ("kernel", "shape", "axes"):
        return _sizes(spec, value, name)
    if isinstance(value, Operand):
        return value.positions
    if isinstance(value, slice):
        return (value.start, value.stop, value.step)
    return str(value) if isinstance(value, str) else value


def _other_kind(spec: ArgumentSpec, value: object, name: str) -> Problem:
    noun = "number, or a list of them" if spec.kind == "numbers" else spec.takes.lower()
    return Problem(
        Code.WRONG_KIND,
        f"`{spec.key}` of `{name}` takes {article(noun)}, not {refusals.described(value)}",
    )


def _one_number(spec: ArgumentSpec, value: object, name: str) -> float:
    if not isinstance(value, _NUMBER) or isinstance(value, bool):
        raise _other_kind(spec, value, name)
    return float(_computable(value, f"`{spec.key}` of `{name}`"))


def _computable(value: float, what: str) -> float:
    if not -_LARGEST <= value <= _LARGEST:  # nor is nan
        raise Problem(
            Code.OUT_OF_RANGE, f"{what} is beyond what Keras computes with: {_LARGEST:.3g} at most"
        )
    return value


def _number(spec: ArgumentSpec, value: object, name: str) -> int | float:
    """The number as the field has it. Raises `Problem` out of bounds."""
    what = f"`{spec.key}` of `{name}`"
    if not isinstance(value, _NUMBER) or isinstance(value, bool):
        raise Problem(Code.WRONG_KIND, f"{what} takes known sizes, not {value}")
    value = _computable(value, what)
    if spec.kind != "number" and value != int(value):
        raise Problem(Code.OUT_OF_RANGE, f"{what} must be a whole number, and is {value}")
    for bound, limit in spec.bounds:
        if not getattr(operator, bound)(value, limit):
            raise refusals.out_of_range(spec, value, name, f"{_BOUNDS[bound]} {limit:g}")
    return float(value) if spec.kind == "number" else int(value)


def _sizes(spec: ArgumentSpec, value: object, name: str) -> tuple[Any, ...]:
    """One size, or several joined by `x`. Raises `Problem` for those that cannot be."""
    sizes = value if isinstance(value, tuple) else (_number(spec, value, name),)
    if spec.kind == "kernel":
        return tuple(_number(spec, size, name) for size in sizes)
    for size in sizes if spec.kind == "shape" else ():
        if isinstance(size, int) and size < 1:
            help = "a size left open is `?`" if size == -1 else ""
            raise Problem(Code.OUT_OF_RANGE, f"a size is at least 1, not {size}", help=help)
    return sizes


def _one_word(spec: ArgumentSpec, value: object, name: str) -> str | float:
    if isinstance(value, str) and value in spec.words:
        return str(value)
    if spec.or_number and isinstance(value, _NUMBER) and not isinstance(value, bool):
        return float(value)
    raise refusals.not_one_of(spec, value, name)


def _flag(spec: ArgumentSpec, value: object, name: str) -> bool:
    accepted = {spec.key: True, "yes": True, "no": False}
    if isinstance(value, str) and value in accepted:
        return accepted[value]
    raise refusals.not_yes_or_no(spec, value, name)


def article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
