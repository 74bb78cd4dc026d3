"""A Keras program as data: the calls, indexes and assignments that make up a model.

Operations lower to these values; `target.emit` prints them and `backends.keras.build` runs
them. Both interpret the same values, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType

from seqspec.record import Struct


class Const(Struct):
    """A number, string, boolean, None, or a (nested) tuple of them."""

    value: object


class Ref(Struct):
    """What an assignment gave a name to."""

    name: str


class Call(Struct):
    """A call of something under `keras.` by its dotted name, or of a layer made earlier."""

    function: str | Expr
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str, Expr], ...] = ()


class Item(Struct):
    """`value[index]`; the index is made of integers, slices, `...` and None."""

    value: Expr
    index: tuple[int | Slice | EllipsisType | None, ...]


class Slice(Struct):
    """`start:stop:step` inside an index."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None


class Binary(Struct):
    """`left operator right`, for arithmetic that Keras tensors understand."""

    operator: str
    left: Expr
    right: Expr


class ListOf(Struct):
    """A Python list of expressions."""

    items: tuple[Expr, ...]


class Lambda(Struct):
    """`lambda x: body`, for those who ask for it (`--slicing lambda`)."""

    body: Expr


Expr = Const | Ref | Call | Item | Binary | ListOf | Lambda


class Assign(Struct):
    """`targets = value`.

    `origin` is the name of the graph's node that it stems from; `hints` are what a person
    would call the targets, not necessarily unique.
    """

    targets: tuple[str, ...]
    value: Expr
    origin: str = ""
    hints: tuple[str, ...] = ()


class Program(Struct):
    """A model: assignments in order, which of them are inputs and outputs, how to train it."""

    name: str
    statements: tuple[Assign, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    compile: tuple[tuple[str, Expr], ...] = ()


ALL = Slice()


def const(value: object) -> Expr:
    """A Python value as an expression; expressions pass through."""
    if isinstance(value, Const | Ref | Call | Item | Binary | ListOf | Lambda):
        return value
    if isinstance(value, list):
        return ListOf(tuple(const(item) for item in value))
    return Const(value)


def call(function: str | Expr, *args: object, **kwargs: object) -> Call:
    """A call; arguments that are plain Python values become constants."""
    return Call(
        function, tuple(map(const, args)), tuple((key, const(v)) for key, v in kwargs.items())
    )


def ops(name: str, *args: object, **kwargs: object) -> Call:
    """A call of `keras.ops.name`."""
    return call(f"keras.ops.{name}", *args, **kwargs)


def refs(expr: Expr) -> Iterator[str]:
    """The names that an expression reads."""
    pending: list[Expr] = [expr]
    while pending:
        match pending.pop():
            case Ref(name):
                yield name
            case Call(function, args, kwargs):
                pending += [*args, *(value for _, value in kwargs)]
                if not isinstance(function, str):
                    pending.append(function)
            case Item(value):
                pending.append(value)
            case Binary(_, left, right):
                pending += [left, right]
            case ListOf(items):
                pending += items
            case Lambda(body):
                pending.append(body)


def without_unused(program: Program) -> Program:
    """The program without assignments that nothing reads. Inputs stay."""
    needed = {*program.inputs, *program.outputs}
    kept: list[Assign] = []
    for statement in reversed(program.statements):
        if needed.intersection(statement.targets):
            kept.append(statement)
            needed.update(refs(statement.value))
    return Program(
        program.name, tuple(reversed(kept)), program.inputs, program.outputs, program.compile
    )
