"""Operations made in Python, held to the annotations of their fields as those from text are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from seqspec.codes import Code
from seqspec.diagnostics import Problem, listed
from seqspec.ops.arguments import Word, arguments, names_with
from seqspec.ops.bind import article, convert
from seqspec.record import Record

if TYPE_CHECKING:
    from seqspec.ops.base import Operation


def whole_numbers(op: Record) -> Iterator[tuple[str, int]]:
    """The whole numbers that an operation is given, each with its field."""
    for spec in arguments(type(op)):
        if spec.kind in ("integer", "kernel", "shape", "slice"):
            value = getattr(op, spec.field)
            for number in value if isinstance(value, tuple) else (value,):
                if isinstance(number, int):
                    yield spec.field, number


def check_fields(op: Record, name: str, inputs: int) -> None:
    """Holds an operation made in Python to its annotations. Raises `Problem`."""
    for spec in arguments(type(op)):
        value = getattr(op, spec.field)
        if value == spec.default and not spec.required:
            continue
        if name not in (having := names_with(type(op), spec, name)):
            raise Problem(
                Code.BAD_COMBINATION,
                f"`{name}` has no `{spec.key}`, which is for {listed(having)}",
                field=spec.field,
            )
        if spec.kind == "operands":
            good = isinstance(value, tuple) and all(v in range(inputs) for v in value)
        elif spec.kind == "slice":
            good = isinstance(value, tuple) and len(value) == 3
        elif spec.kind == "flag":
            good = isinstance(value, bool)
        elif spec.kind in ("numbers", "kernel") and value == ():
            good = False
        elif spec.kind == "chain":
            good = isinstance(value, Record)
        else:
            given = Word(value) if isinstance(value, str) else value
            several = spec.kind in ("list", "numbers") and isinstance(value, tuple)
            good = convert(spec, list(value) if several else given, name) == value
        if not good:
            raise Problem(
                Code.WRONG_KIND,
                f"`{spec.key}` of `{name}` takes {article(spec.takes.lower())}, not {value!r}",
                field=spec.field,
            )


def check_inputs(op: Operation, inputs: int) -> None:
    """Holds how many values an operation reads to what its fields say. Raises `Problem`."""
    marked = [getattr(op, spec.field) for spec in arguments(type(op)) if spec.kind == "operands"]
    if marked and not op.takes_flow:  # a merge takes as many as there are
        return
    read = {place for places in marked for place in places} | ({0} if op.takes_flow else set())
    if read != set(range(inputs)):
        raise Problem(
            Code.TOO_MANY_ARGUMENTS, f"`{op.op}` reads {len(read)} values, and is given {inputs}"
        )
