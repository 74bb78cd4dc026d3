"""Offsets of a text as the protocol counts them: lines from 0, columns in units of an encoding."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from lsprotocol import types as lsp

from seqspec.source import Span

_LINE_END = re.compile(r"\r\n|\n|\r")
_BYTES = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Lines:
    """Where the lines of a text are, for one encoding of the protocol's three."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._codec, self._unit = _BYTES[encoding]
        self._plain = text.isascii()

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]

    def _units(self, text: str) -> int:
        if self._plain or self._codec == "utf-32-le":
            return len(text)
        return len(text.encode(self._codec, "surrogatepass")) // self._unit

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def position(self, offset: int) -> lsp.Position:
        """Where an offset is."""
        line = bisect_right(self._starts, offset) - 1
        return lsp.Position(line, self._units(self.text[self._starts[line] : offset]))

    def offset(self, position: lsp.Position) -> int:
        """The offset of a place; of one that is not there, the nearest before it."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, line = self._starts[position.line], self.line(position.line)
        if self._plain:
            return start + min(position.character, len(line))
        column, units = 0, 0
        for column, character in enumerate(line):
            units += self._units(character)
            if units > position.character:
                return start + column
        return start + len(line)

    def range(self, span: Span) -> lsp.Range:
        """The stretch between two offsets."""
        return lsp.Range(self.position(span.start), self.position(span.end))

    def whole(self) -> lsp.Range:
        """The whole text."""
        return self.range(Span(0, len(self.text)))
