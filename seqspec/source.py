"""Source text and places in it. Offsets are kept; lines and columns are worked out on demand."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from seqspec.record import Struct, aside


class Span(NamedTuple):
    """A stretch of text: character offsets `[start, end)` into source number `source`."""

    start: int
    end: int
    source: int = 0

    def to(self, other: Span) -> Span:
        """The stretch from the start of this one to the end of the other."""
        return Span(self.start, max(self.end, other.end), self.source)


class Source(Struct):
    """One text and what to call it in messages."""

    name: str
    text: str
    index: int = aside(0)

    @property
    def shown(self) -> str:
        """The name as a terminal can show it."""
        return "".join(c if c.isprintable() else "�" for c in self.name)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        for offset, character in enumerate(self.text):
            if character == "\n":
                starts.append(offset + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (counted from 1) without its end."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return (self.text[start:] if end < 0 else self.text[start:end]).rstrip("\r")

    def slice(self, span: Span, most: int = 1000) -> str:
        """The text of a span, or as much as anybody reads of it, on one line."""
        return " ".join(self.text[span.start : min(span.end, span.start + most)].split())
