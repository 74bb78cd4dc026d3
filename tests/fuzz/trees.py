"""Trees as text, and trees changed part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from seqspec.source import Source, Span
from seqspec.syntax import parse_text
from seqspec.syntax import tree as t

NOWHERE = Span(0, 0)


def parsed(text: str) -> tuple[t.Statement, ...]:
    """The statements of a text without syntax errors."""
    spec, faults = parse_text(Source("<fuzz>", text))
    assert not faults, text
    return spec.statements


def shown(statements: tuple[t.Statement, ...] | list[t.Statement]) -> str:
    """Statements as text, one a line."""
    return "\n".join([*map(text, statements), ""])


def text(part: Any) -> str:
    """A part of a tree as it is written."""
    match part:
        case t.Number(value):
            return repr(value)
        case t.Text(value):
            return f'"{value}"'
        case t.Word(value):
            return value
        case t.Expression(inner):
            return f"{{{inner}}}"
        case t.Indexed(name, place):
            return f"{name}.{_plain(place)}"
        case t.ShapeText(sizes):
            return "x".join(map(_plain, sizes))
        case t.SliceText(bounds):
            return ":".join("" if bound is None else _plain(bound) for bound in bounds)
    return _chain(part)


def _plain(part: int | str | t.Expression) -> str:
    return str(part) if isinstance(part, int | str) else text(part)


def _chain(part: Any) -> str:
    match part:
        case t.Flow():
            return "_"
        case t.Listed(items):
            return ",".join(map(text, items))
        case t.Keyed(key, value):
            return f"{key.value}={text(value)}"
        case t.Group(chain, times):
            return f"({text(chain)})" + (f" * {text(times)}" if times else "")
        case t.Call(head, arguments):
            return " ".join(map(text, (head, *arguments)))
        case t.As(name):
            return f"as {name.value}"
        case t.Chain(stages):
            return " -> ".join(map(text, stages))
    return _statement(part)


def _statement(part: Any) -> str:
    match part:
        case t.Out(name, None):
            return f"out {name.value}"
        case t.Out(name, chain):
            return f"out {name.value} = {text(chain)}"
        case t.Let(name, value):
            return f"let {name.value}" + (f" = {text(value)}" if value else "")
        case t.Block(name, parameters, chain):
            given = ", ".join(p.value + (f"={text(d)}" if d else "") for p, d in parameters)
            return f"block {name.value}({given}) = {text(chain)}"
        case t.Shared(name, chain):
            return f"shared {name.value} = {text(chain)}"
        case t.Train(arguments):
            return " ".join(["train", *map(text, arguments)])
        case t.Use(path):
            return f"use {text(path)}"
        case t.Binding(name, chain):
            return f"{name.value} = {text(chain)}"
        case t.Pipeline(chain):
            return text(chain)
    raise TypeError(f"{type(part).__name__} has no text")


def mapped(part: Any, change: Callable[[Any], Any]) -> Any:
    """The part with a change made to each of its parts, the innermost first."""
    if isinstance(part, Span | Source) or not isinstance(part, tuple):
        return part
    inner = [mapped(p, change) for p in part]
    return change(type(part)(*inner)) if hasattr(part, "_fields") else tuple(inner)


def parts(part: Any) -> Iterator[Any]:
    """The part and every part inside of it."""
    if isinstance(part, tuple) and not isinstance(part, Span | Source):
        if hasattr(part, "_fields"):
            yield part
        for inner in part:
            yield from parts(inner)


def word(value: str) -> t.Word:
    """A word that stands nowhere."""
    return t.Word(value, NOWHERE)
