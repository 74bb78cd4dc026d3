"""From the parser's reductions to the tree's values.

Runs inside the LALR parser, bottom up, so that no depth of nesting costs recursion.
"""

from __future__ import annotations

import math
import re
from contextvars import ContextVar
from typing import Any

from lark import Token, Transformer

from seqspec.source import Span
from seqspec.syntax import tree as t


class Context:
    """What the reductions of one parse share: where they are, and what is checked after them."""

    def __init__(self, source: int = 0, offset: int = 0) -> None:
        self.source, self.offset = source, offset  # of the statement in its source
        self.expressions: list[t.Expression] = []
        self.endless: list[Span] = []  # numbers beyond all bounds


CONTEXT: ContextVar[Context] = ContextVar("CONTEXT")

_DIGITS = 40  # an integer with more is never meant, and Python takes long to read it
_SIZE = re.compile(r"\?|[0-9]+(?:\*[A-Z][A-Z0-9_]*)?|[A-Z][A-Z0-9_]*|\{[^{}\n]*\}")


def span_of(token: Token) -> Span:
    assert token.start_pos is not None and token.end_pos is not None
    context = CONTEXT.get()
    return Span(token.start_pos + context.offset, token.end_pos + context.offset, context.source)


def span(children: list[Any]) -> Span:
    """From the first child to the last: every terminal of the grammar is kept."""
    first, last = children[0], children[-1]
    if last is None:
        last = next(c for c in reversed(children) if c is not None)
    start = span_of(first) if isinstance(first, Token) else first.span
    return start.to(span_of(last) if isinstance(last, Token) else last.span)


def _number(text: str) -> int | float:
    digits = text.lstrip("-").isdigit() and len(text) <= _DIGITS
    return int(text) if digits else float(text)


def _whole(text: str, start: int) -> int:
    """An integer; one that no bound allows is kept for a complaint."""
    if len(text) <= _DIGITS:
        return int(text)
    context = CONTEXT.get()
    context.endless.append(Span(start, start + len(text), context.source))
    return 0


def _expression(text: str, start: int, length: int) -> t.Expression:
    context = CONTEXT.get()
    expression = t.Expression(text, Span(start, start + length, context.source))
    context.expressions.append(expression)
    return expression


def _part(text: str, start: int) -> int | t.Expression:
    """A number or an expression, perhaps with a minus before it."""
    bare = text.lstrip("-")
    if not bare.startswith("{"):
        return _whole(text, start)
    raw = f"-({bare[1:-1]})" if text != bare else bare[1:-1]
    return _expression(raw, start, len(text))


def _shape(token: Token) -> t.ShapeText:
    place = span_of(token)
    sizes: list[int | str | t.Expression] = []
    for match in _SIZE.finditer(token):
        text = match.group()
        if text[0] == "{":
            sizes.append(_expression(text[1:-1], place.start + match.start(), len(text)))
        else:
            number, times, _ = text.partition("*")
            size = _whole(number, place.start + match.start()) if number.isdigit() else text
            sizes.append(text if times else size)
    return t.ShapeText(tuple(sizes), place)


def _slice(token: Token) -> t.SliceText:
    place, at = span_of(token), 0
    parts: list[int | t.Expression | None] = []
    for text in re.split(r":(?![^{]*\})", token):
        parts.append(_part(text, place.start + at) if text else None)
        at += len(text) + 1
    return t.SliceText(tuple(parts), place)


def _indexed(token: Token) -> t.Indexed:
    place = span_of(token)
    name, _, index = token.partition(".")
    return t.Indexed(name, _part(index, place.start + len(name) + 1), place)


def from_token(token: Token) -> t.Argument:
    """The value that one terminal stands for."""
    match token.type:
        case "NUMBER":
            number = _number(token)
            if not math.isfinite(number) or len(token.lstrip("-").partition(".")[0]) > _DIGITS:
                CONTEXT.get().endless.append(span_of(token))
            return t.Number(number, span_of(token))
        case "STRING":
            return t.Text(token[1:-1], span_of(token))
        case "DIM":
            return t.ShapeText((str(token),), span_of(token))
        case "SHAPE" | "QUESTION" | "MULTIPLE":
            return _shape(token)
        case "SLICE":
            return _slice(token)
        case "DOTTED":
            return _indexed(token)
        case "EXPRESSION":
            return _expression(token[1:-1], span_of(token).start, len(token))
        case "FLOW":
            return t.Flow(span_of(token))
        case _:
            return t.Word(str(token), span_of(token))


def word(token: Token) -> t.Word:
    return t.Word(str(token), span_of(token))


class _Several:
    """What a rule repeats, until the rule around it takes it."""

    __slots__ = ("children",)

    def __init__(self, children: list[Any]) -> None:
        self.children = children


class TreeBuilder(Transformer[Token, Any]):
    """One method a rule of the grammar. What signs part stands at the even places."""

    def __default__(self, data: object, children: list[Any], meta: object) -> Any:
        return _Several(children)

    def out(self, c: list[Any]) -> t.Out:
        return t.Out(word(c[1]), c[3], span(c))

    def let(self, c: list[Any]) -> t.Let:
        return t.Let(word(c[1]), c[3], span(c))

    def block(self, c: list[Any]) -> t.Block:
        return t.Block(word(c[1]), c[3] or (), c[-1], span(c))

    def shared(self, c: list[Any]) -> t.Shared:
        return t.Shared(word(c[1]), c[3], span(c))

    def train(self, c: list[Any]) -> t.Train:
        return t.Train(tuple(c[1:]), span(c))

    def use(self, c: list[Any]) -> t.Use:
        return t.Use(t.Text(c[1][1:-1], span_of(c[1])), span(c))

    def binding(self, c: list[Any]) -> t.Binding:
        return t.Binding(word(c[0]), c[2], span(c))

    def pipeline(self, c: list[Any]) -> t.Pipeline:
        return t.Pipeline(c[0], span(c))

    def parameters(self, c: list[Any]) -> tuple[Any, ...]:
        return tuple(c[::2])

    def parameter(self, c: list[Any]) -> tuple[t.Word, t.Argument | None]:
        return word(c[0]), c[2]

    def chain(self, c: list[Any]) -> t.Chain:
        return t.Chain(tuple(c[::2]), span(c))

    def as_stage(self, c: list[Any]) -> t.As:
        return t.As(word(c[1]), span(c))

    def flow_stage(self, c: list[Any]) -> t.Flow:
        return t.Flow(span(c))

    def group_stage(self, c: list[Any]) -> t.Group:
        group: t.Group = c[0]
        return group

    def call(self, c: list[Any]) -> t.Call:
        head = from_token(c[0]) if c[0].type in ("DOTTED", "EXPRESSION") else word(c[0])
        assert isinstance(head, t.Word | t.Indexed | t.Expression)
        return t.Call(head, tuple(c[1:]), span(c))

    def group(self, c: list[Any]) -> t.Group:
        count = from_token(c[4]) if c[4] is not None else None
        assert count is None or isinstance(count, t.Number | t.Expression)
        return t.Group(c[1], count, span(c))

    def keyed(self, c: list[Any]) -> t.Keyed:
        return t.Keyed(word(c[0]), c[2], span(c))

    def value(self, c: list[Any]) -> t.Argument:
        return c[0] if len(c) == 1 else t.Listed(tuple(c[::2]), span(c))

    def atom(self, c: list[Any]) -> t.Argument:
        return from_token(c[0]) if isinstance(c[0], Token) else c[0]

    # Inside { }: nested tuples, the operator first.

    def expression(self, c: list[Any]) -> Any:
        return c[0]

    sum = product = unary = power = expression

    def add(self, c: list[Any]) -> tuple[Any, ...]:
        return ("+", c[0], c[2])

    def subtract(self, c: list[Any]) -> tuple[Any, ...]:
        return ("-", c[0], c[2])

    def multiply(self, c: list[Any]) -> tuple[Any, ...]:
        return ("*", c[0], c[2])

    def divide(self, c: list[Any]) -> tuple[Any, ...]:
        return ("/", c[0], c[2])

    def floor(self, c: list[Any]) -> tuple[Any, ...]:
        return ("//", c[0], c[2])

    def modulo(self, c: list[Any]) -> tuple[Any, ...]:
        return ("%", c[0], c[2])

    def negate(self, c: list[Any]) -> tuple[Any, ...]:
        return ("negate", c[1])

    def raise_(self, c: list[Any]) -> tuple[Any, ...]:
        return ("**", c[0], c[2])

    def number(self, c: list[Any]) -> tuple[Any, ...]:
        return ("number", _number(c[0]))

    def parameter_value(self, c: list[Any]) -> tuple[Any, ...]:
        return ("name", str(c[0]))

    def function(self, c: list[Any]) -> tuple[Any, ...]:
        return ("call", str(c[0]), *(x for x in c[2:] if not isinstance(x, Token)))

    def nested(self, c: list[Any]) -> Any:
        return c[1]
