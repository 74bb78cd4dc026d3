"""The formatter: one style for all specs, and a proof each time that nothing but layout changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from seqspec.diagnostics import UsageError
from seqspec.limits import Limits
from seqspec.source import Source, Span
from seqspec.syntax import tree as t
from seqspec.syntax.format.lines import WIDTH, lines_of
from seqspec.syntax.format.pieces import Statement
from seqspec.syntax.format.read import Reader
from seqspec.syntax.parse import expression, parse_text

_MOST_PADDING = 12  # names whose lengths differ by more are not aligned


def formatted(spec: t.Spec, limits: Limits) -> str:
    """The text of a spec without syntax errors, in the one style. Raises `UsageError`.

    The result has the same tree and the same comments, and formatting it changes nothing: that is
    tried each time, and what fails is an error and no text.
    """
    text = _layout(spec, limits)
    again, faults = parse_text(Source(spec.source.name, text), limits)
    changed = faults or _bare(again.statements) != _bare(spec.statements)
    if changed or _remarks(again) != _remarks(spec):
        raise UsageError(f"{spec.source.name} is left alone: its meaning would not stay the same")
    if _layout(again, limits) != text:
        raise UsageError(f"{spec.source.name} is left alone: its format would not settle")
    return text


def _bare(part: Any) -> Any:
    """The tree without places, and what stands in braces without spaces."""
    if isinstance(part, t.Expression):
        return expression(part.text)
    if not isinstance(part, tuple):
        return part
    inner = (_bare(p) for p in part if not isinstance(p, Span))
    return (type(part).__name__, *inner)


def _remarks(spec: t.Spec) -> list[str]:
    return [comment.text.rstrip() for comment in spec.comments]


class _Item(NamedTuple):
    """A statement or a comment between statements, and the comment at the end of its line."""

    piece: Statement | str
    apart: bool  # an empty line stands before it
    trailing: str = ""

    @property
    def kind(self) -> str:
        return "" if isinstance(self.piece, str) else self.piece.kind

    def lines(self, padding: int = 0) -> list[str]:
        """Its lines, with so many spaces more before its `=`; without the trailing comment."""
        return [self.piece] if isinstance(self.piece, str) else lines_of(self.piece, padding)


def _layout(spec: t.Spec, limits: Limits) -> str:
    lines = [line for run in _runs(spec, limits) for line in _together(run)]
    end = "\r\n" if spec.source.text.partition("\n")[0].endswith("\r") else "\n"
    return "".join(f"{line}{end}" for line in lines)


def _runs(spec: t.Spec, limits: Limits) -> list[list[_Item]]:
    """The lines of a text, with neighbours of one kind together."""
    runs: list[list[_Item]] = []
    for item in _items(spec, limits):
        if runs and item.kind and item.kind == runs[-1][-1].kind and not item.apart:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _items(spec: t.Spec, limits: Limits) -> list[_Item]:
    reader, text = Reader(spec, limits), spec.source.text
    items: list[_Item] = []
    end = 0
    for found in sorted((*spec.statements, *spec.comments), key=lambda part: part.span.start):
        if found.span.start < end:  # a comment inside a statement
            continue
        between = text[end : found.span.start]
        apart = bool(items) and between.count("\n") > 1
        if not isinstance(found, t.Comment):
            items.append(_Item(reader.statement(found), apart))
        elif items and "\n" not in between:
            items[-1] = items[-1]._replace(trailing=f"  {found.text.rstrip()}")
        else:
            items.append(_Item(found.text.rstrip(), apart))
        end = found.span.end
    return items


def _together(run: list[_Item]) -> Iterator[str]:
    """The lines of neighbours, with `=` in one column where no line breaks otherwise by that."""
    lengths = [len(item.piece.name) for item in run if isinstance(item.piece, Statement)]
    longest = max(lengths, default=0)
    plain = [item.lines() for item in run]
    if longest and longest - min(lengths) <= _MOST_PADDING:
        padded = [item.lines(longest - n) for item, n in zip(run, lengths, strict=True)]
        if all(map(_as_broken, plain, padded)):
            plain = padded
    for item, lines in zip(run, plain, strict=True):
        if item.apart:
            yield ""
        yield from lines[:-1]
        yield lines[-1] + item.trailing


def _as_broken(plain: list[str], padded: list[str]) -> bool:
    """Whether the lines of a statement are the same when its `=` stands further right."""
    words = [[line.split() for line in lines] for lines in (plain, padded)]
    return words[0] == words[1] and (len(padded[0]) <= WIDTH or padded[0] == plain[0])
