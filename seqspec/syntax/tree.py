"""The tree that text parses into: frozen values with their places, nothing resolved.

Named tuples, since a process that checks one small file makes all of these classes first. Their
annotations are values and not text, which each class would compile.
"""

from typing import NamedTuple

from seqspec.source import Source, Span

KEYWORDS = ("out", "let", "block", "shared", "train", "use", "as")
"""The words that begin statements and stages; nothing else is named like them."""


class Number(NamedTuple):
    value: int | float
    span: Span


class Text(NamedTuple):
    """A string in quotation marks, without them."""

    value: str
    span: Span


class Word(NamedTuple):
    """A bare word: an operation's word, a value's name, or one of another language."""

    value: str
    span: Span


class Expression(NamedTuple):
    """`{…}`: the text between the braces, known to parse (see `syntax.expression`)."""

    text: str
    span: Span


class Indexed(NamedTuple):
    """`skips.0` or `skips.{i}`: one of the values that a name stands for."""

    name: str
    place: int | Expression
    span: Span


class ShapeText(NamedTuple):
    """`10x6`, `Tx8`, `?x{units}`: integers, dimension names, `?` and expressions."""

    sizes: tuple[int | str | Expression, ...]
    span: Span


class SliceText(NamedTuple):
    """`start:stop:step`; parts left out are None."""

    parts: tuple[int | Expression | None, ...]
    span: Span


class Flow(NamedTuple):
    """`_`, the value flowing in."""

    span: Span


class Group(NamedTuple):
    """`( chain )`, or `( chain ) * count`."""

    chain: "Chain"
    times: Number | Expression | None
    span: Span


class Listed(NamedTuple):
    """Values with commas between them."""

    items: tuple["Argument", ...]
    span: Span


Argument = (
    Number | Text | Word | Expression | Indexed | ShapeText | SliceText | Flow | Group | Listed
)


class Keyed(NamedTuple):
    """`key=value`."""

    key: Word
    value: Argument
    span: Span


class Call(NamedTuple):
    """A word with arguments: an operation, a block, a shared chain or a value's name."""

    head: Word | Indexed | Expression
    arguments: tuple[Argument | Keyed, ...]
    span: Span


class As(NamedTuple):
    """`as NAME`: names the value flowing by."""

    name: Word
    span: Span


Stage = Call | As | Flow | Group


class Chain(NamedTuple):
    stages: tuple[Stage, ...]
    span: Span


class Out(NamedTuple):
    name: Word
    chain: Chain | None
    span: Span


class Let(NamedTuple):
    name: Word
    value: Argument | None
    span: Span


class Block(NamedTuple):
    name: Word
    parameters: tuple[tuple[Word, Argument | None], ...]
    chain: Chain
    span: Span


class Shared(NamedTuple):
    name: Word
    chain: Chain
    span: Span


class Train(NamedTuple):
    arguments: tuple[Argument | Keyed, ...]
    span: Span


class Use(NamedTuple):
    path: Text
    span: Span


class Binding(NamedTuple):
    name: Word
    chain: Chain
    span: Span


class Pipeline(NamedTuple):
    chain: Chain
    span: Span


Statement = Out | Let | Block | Shared | Train | Use | Binding | Pipeline


class Comment(NamedTuple):
    """`# …`, without its line end; formatter and emitter put it back where it stood."""

    text: str
    span: Span


class Spec(NamedTuple):
    """A whole text: its statements in order and its comments."""

    source: Source
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
