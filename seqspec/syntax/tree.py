"""The tree that text parses into: frozen values with their places, nothing resolved."""

from __future__ import annotations

from dataclasses import dataclass

from seqspec.source import Source, Span


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A string in quotation marks, without them."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word: an operation's word, a value's name, or one of another language."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Expression:
    """`{…}`: the text between the braces, known to parse (see `syntax.expression`)."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Indexed:
    """`skips.0` or `skips.{i}`: one of the values that a name stands for."""

    name: str
    index: int | Expression
    span: Span


@dataclass(frozen=True, slots=True)
class ShapeText:
    """`10x6`, `Tx8`, `?x{units}`: integers, dimension names, `?` and expressions."""

    sizes: tuple[int | str | Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SliceText:
    """`start:stop:step`; parts left out are None."""

    parts: tuple[int | Expression | None, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Flow:
    """`_`, the value flowing in."""

    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """`( chain )`, or `( chain ) * count`."""

    chain: Chain
    count: Number | Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Listed:
    """Values with commas between them."""

    items: tuple[Argument, ...]
    span: Span


Argument = (
    Number | Text | Word | Expression | Indexed | ShapeText | SliceText | Flow | Group | Listed
)


@dataclass(frozen=True, slots=True)
class Keyed:
    """`key=value`."""

    key: Word
    value: Argument
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A word with arguments: an operation, a block, a shared chain or a value's name."""

    head: Word | Indexed | Expression
    arguments: tuple[Argument | Keyed, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class As:
    """`as NAME`: names the value flowing by."""

    name: Word
    span: Span


Stage = Call | As | Flow | Group


@dataclass(frozen=True, slots=True)
class Chain:
    stages: tuple[Stage, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Out:
    name: Word
    chain: Chain | None
    span: Span


@dataclass(frozen=True, slots=True)
class Let:
    name: Word
    value: Argument | None
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    name: Word
    parameters: tuple[tuple[Word, Argument | None], ...]
    chain: Chain
    span: Span


@dataclass(frozen=True, slots=True)
class Shared:
    name: Word
    chain: Chain
    span: Span


@dataclass(frozen=True, slots=True)
class Train:
    arguments: tuple[Argument | Keyed, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Use:
    path: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Binding:
    name: Word
    chain: Chain
    span: Span


@dataclass(frozen=True, slots=True)
class Pipeline:
    chain: Chain
    span: Span


Statement = Out | Let | Block | Shared | Train | Use | Binding | Pipeline


@dataclass(frozen=True, slots=True)
class Comment:
    """`# …`, without its line end; formatter and emitter put it back where it stood."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole text: its statements in order and its comments."""

    source: Source
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
