"""From a stage's arguments to an operation's fields: words, numbers, shapes and values by kind.

The fields of a class say all that is needed; nothing here knows an operation. Whoever has
the text resolves it to plain Python values (`Given`) first and adds places to the problems.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from seqspec.ops.types import Bound, Kernel, Numbers, OperandMark, Several, Shape, Window
from seqspec.record import Record, Struct

Kind = Literal[
    "integer", "number", "words", "flag", "kernel", "shape", "slice", "operands", "name", "list",
    "chain", "axes", "numbers",
]  # fmt: skip


class ArgumentSpec(Struct):
    """What a field of an operation accepts, read off its annotation."""

    field: str
    kind: Kind
    words: tuple[str, ...]
    bounds: tuple[tuple[str, float], ...]
    positional: bool
    required: bool
    default: Any
    help: str
    or_number: bool = False  # beside its words

    @cached_property
    def key(self) -> str:
        """How it is written before `=`; Python's keywords carry an underscore in the field."""
        return self.field.rstrip("_")

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The words that say what it is; a flag is its own."""
        return (self.key,) if self.kind == "flag" else self.words

    def accepts(self, number: int | float) -> bool:
        """Whether a number is within the bounds."""
        return all(getattr(operator, bound)(number, limit) for bound, limit in self.bounds)

    @property
    def takes(self) -> str:
        """What it takes, for people."""
        match self.kind:
            case "words":
                return "|".join([*self.words, *(["NUMBER"] if self.or_number else [])])
            case "list":
                return "WORD,WORD…"
            case "flag":
                return self.key if self.positional else "yes|no"
            case "integer" | "number":
                return "NUMBER"
            case "axes":
                return "NUMBER…"
            case "numbers":
                return "NUMBER,NUMBER…"
            case "operands":
                return "VALUE"
            case "chain":
                return "( chain )"
            case _:
                return self.kind.upper()


def known_words(specs: Iterable[ArgumentSpec]) -> list[str]:
    """The words that stand by themselves."""
    return [word for spec in specs if spec.positional for word in spec.choices]


class Arguments(tuple[ArgumentSpec, ...]):
    """What an operation may be given under one of its names."""

    @cached_property
    def keys(self) -> frozenset[str]:
        """What may stand before `=`."""
        return frozenset(spec.key for spec in self)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that may stand by themselves."""
        return frozenset(known_words(self))

    @cached_property
    def values(self) -> frozenset[str | None]:
        """The keys of values of the graph; None is among them where some need no key."""
        found = [spec for spec in self if spec.kind == "operands"]
        bare = {None for spec in found if spec.positional}
        return frozenset({*(spec.key for spec in found), *bare})


class Given(NamedTuple):
    """One argument as written: its key if it has one, and its resolved value.

    The value is a number, a `Word`, a string, a tuple (shape), a `slice`, or an `Operand`.
    """

    key: str | None
    value: object


class Inside(Struct):
    """A chain in parentheses; what it begins with depends on the other arguments."""

    group: Any


class Word(str):
    """A bare word, as against a string in quotation marks."""

    __slots__ = ()


class Operand(Struct):
    """Values among the inputs, by position."""

    positions: tuple[int, ...]


_KNOWN: dict[type[Record], tuple[ArgumentSpec, ...]] = {}


def arguments(cls: type[Record]) -> tuple[ArgumentSpec, ...]:
    """The arguments of an operation: required ones first, its own before those of its kind.

    A chain inside comes last, since it may be long.
    """
    if cls in _KNOWN:
        return _KNOWN[cls]
    shared = [n for base in cls.__mro__[1:] for n in getattr(base, "fields", {})]
    specs = [_argument(cls, name) for name in cls.fields if name != "op"]
    specs.sort(key=lambda s: (s.kind == "chain", not s.required, s.field in shared))
    return _KNOWN.setdefault(cls, tuple(specs))


_OF_NAME: dict[tuple[type[Record], str], Arguments] = {}


def arguments_of(cls: type[Record], name: str) -> Arguments:
    """The arguments of an operation under one of its names; some names have fewer of them."""
    if (cls, name) not in _OF_NAME:
        own = (spec for spec in arguments(cls) if name in names_with(cls, spec, name))
        _OF_NAME[cls, name] = Arguments(own)
    return _OF_NAME[cls, name]


def names_with(cls: type[Record], spec: ArgumentSpec, name: str) -> tuple[str, ...]:
    """The names of the operation that have the argument: all of them where it does not say."""
    only: dict[str, tuple[str, ...]] = getattr(cls, "only", {})
    return only.get(spec.field, (name,))


def _argument(cls: type[Record], name: str) -> ArgumentSpec:
    field, annotation = cls.fields[name], cls.annotation(name)
    kind, words = _kind(annotation, ())
    return ArgumentSpec(
        name,
        kind,
        words,
        tuple(_bounds(annotation)),
        field.positional,
        field.required,
        None if field.required else field.default,
        field.help,
        kind == "words" and float in _choices(annotation),
    )


def _kind(annotation: Any, metadata: tuple[Any, ...]) -> tuple[Kind, tuple[str, ...]]:
    if any(isinstance(mark, OperandMark) for mark in metadata):
        return "operands", ()
    if any(isinstance(mark, Several) for mark in metadata):
        return "axes", ()
    if get_origin(annotation) in (Union, types.UnionType):
        choices = _choices(annotation)
        words = [choice for choice in choices if get_origin(choice) is Literal]
        (annotation,) = words or choices
        return _kind(annotation, ())
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return _kind(inner, tuple(marks))
    if get_origin(annotation) is Literal:
        return "words", get_args(annotation)
    if get_origin(annotation) is tuple and get_origin(get_args(annotation)[0]) is Literal:
        return "list", get_args(get_args(annotation)[0])
    from seqspec.ops.chain import Chain  # holds operations, whose arguments are known from here

    simple: dict[Any, Kind] = {
        bool: "flag", int: "integer", float: "number", str: "name",
        Kernel: "kernel", Shape: "shape", Window: "slice", Chain: "chain", Numbers: "numbers",
    }  # fmt: skip
    return simple[annotation], ()


def _choices(annotation: Any) -> list[Any]:
    """What a field may be, beside nothing."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return [annotation]
    return [part for part in get_args(annotation) if part is not type(None)]


def _bounds(annotation: Any) -> Iterator[tuple[str, float]]:
    """The bounds of a number, wherever in the annotation they stand."""
    for part in get_args(annotation):
        if isinstance(part, Bound):
            limits = (("ge", part.ge), ("lt", part.lt))
            yield from ((name, limit) for name, limit in limits if limit is not None)
        else:
            yield from _bounds(part)
