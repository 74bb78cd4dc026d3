"""Cuts a text into statements and comments, so that each statement can be parsed by itself.

A statement ends with its line, unless a parenthesis is open or the next line begins
with `->`. A parenthesis that is never closed would swallow the rest of the file; the
cut then falls back to the next line that clearly begins a statement.
"""

from __future__ import annotations

import re
import unicodedata

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Instead
from seqspec.limits import Limits
from seqspec.source import Source, Span
from seqspec.syntax.tree import Comment

_PIECES = re.compile(r'"[^"\n]*"?|#[^\n]*|[()]|\n|[^"#()\n]+')
_BEGINS_STATEMENT = re.compile(r"(?:out|let|block|shared|train|use)\b|[a-z][a-z0-9_]*[ \t]*=")
_CONTINUES = re.compile(r"(?:[ \t\r\f]*(?:#[^\n]*)?\n)*[ \t\r\f]*->")
# So many lines that seem to begin statements are read to find a `)`, and no more.
_PATIENCE = 20
# Characters that make text read differently from what it says: controls, among them those that
# a terminal obeys, and line ends that are none here, so that a comment seems to be code; marks
# that turn the direction of reading; halves of a pair, which no file can hold.
DECEPTIVE = re.compile(
    "[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)"
)


class Split:
    """The pieces of a text: spans of statements, comments, and what is wrong already."""

    def __init__(self) -> None:
        self.statements: list[Span] = []
        self.comments: list[Comment] = []
        self.problems: list[Diagnostic] = []


def split(source: Source, limits: Limits) -> Split:
    """Cut the text of a source into statements."""
    result = Split()
    if len(source.text) > limits.source_characters:
        result.problems.append(
            Diagnostic(
                Code.TOO_LONG,
                f"the text has {len(source.text):,} characters, "
                f"more than {limits.source_characters:,}",
                Span(0, 0, source.index),
                help="split the spec with `use`, or raise `Limits.source_characters`",
            )
        )
        return result
    if found := DECEPTIVE.search(source.text):
        result.problems.append(_deceptive(found, source))
        return result
    start = 0
    while start < len(source.text) and len(result.problems) < limits.errors:
        start = _Cut(source, limits, result).run(start)
    return result


class _Cut:
    """One pass over the text from an offset; ends at the text's end or where it must resume."""

    def __init__(self, source: Source, limits: Limits, result: Split) -> None:
        self.source, self.limits, self.result = source, limits, result
        self.text = source.text
        self.opened: list[int] = []
        self.begin = -1  # where the open statement began
        self.end = -1  # where its last piece ended
        self.arrow = -1  # the end of the arrow that continues the open statement
        self.resume = -1  # where a new statement seems to begin although a `(` is open
        self.passed = 0  # how many such places there were
        self.trailed = -1  # the begin of the last statement with an arrow at a line's end

    def run(self, start: int) -> int:
        for match in _PIECES.finditer(self.text, start):
            piece, at = match.group(), match.start()
            if piece[0] == "#":
                self.comment(piece.rstrip("\r"), at)
            elif piece[0] == "\n":
                self.line_end(match.end())
            elif piece.strip():
                self.code(piece, at)
            if self.passed > _PATIENCE:
                break
            if len(self.result.problems) >= self.limits.errors:
                return len(self.text)
        if self.opened:
            return self.unclosed()
        self.close()
        return len(self.text)

    def comment(self, piece: str, at: int) -> None:
        self.result.comments.append(Comment(piece, Span(at, at + len(piece), self.source.index)))

    def code(self, piece: str, at: int) -> None:
        first = at + len(piece) - len(piece.lstrip())
        if self.begin < 0:
            self.begin = first
        self.end = at + len(piece.rstrip())
        if piece == "(":
            self.opened.append(at)
            if len(self.opened) == self.limits.nesting + 1:
                self.report(
                    Code.TOO_DEEP,
                    f"groups are nested deeper than {self.limits.nesting}",
                    at,
                    "name the inner chain and use its name, or raise `Limits.nesting`",
                )
        elif piece == ")" and self.opened:
            self.opened.pop()
        elif piece[0] == '"' and (len(piece) == 1 or piece[-1] != '"'):
            self.report(Code.UNCLOSED, "this string is never closed", at, 'end it with `"`')

    def line_end(self, after: int) -> None:
        if self.opened:
            if _BEGINS_STATEMENT.match(self.text, after):
                self.resume = after if self.resume < 0 else self.resume
                self.passed += 1
        elif self.begin >= 0 and after > self.arrow:
            following = _CONTINUES.match(self.text, after)
            if following:
                self.arrow = following.end()
            elif self.text.endswith("->", self.begin, self.end) and self.goes_on(after):
                self.trailing()
            else:
                self.close()

    def goes_on(self, after: int) -> bool:
        """Whether a stage stands in the next line, so that an arrow before it joins the two."""
        end = self.text.find("\n", after)
        line = self.text[after : end if end >= 0 else len(self.text)].strip()
        return line != "" and line[0] not in "#)" and not _BEGINS_STATEMENT.match(line)

    def trailing(self) -> None:
        """An arrow ends a line that goes on; said once for a statement."""
        if self.trailed == self.begin:
            return
        self.trailed = self.begin
        self.report(
            Code.SYNTAX, "an arrow ends this line", self.end - 2,
            "a line that goes on with the one above begins with `->`: move the arrow down", 2,
        )  # fmt: skip

    def close(self) -> None:
        if self.begin >= 0:
            self.result.statements.append(Span(self.begin, self.end, self.source.index))
        self.begin = -1

    def unclosed(self) -> int:
        self.report(Code.UNCLOSED, "this parenthesis is never closed", self.opened[-1], "add `)`")
        if self.resume < 0:
            return len(self.text)
        kept = self.result.comments
        self.result.comments = [c for c in kept if c.span.start < self.resume]
        return self.resume

    def report(self, code: Code, message: str, at: int, help: str, length: int = 1) -> None:
        span = Span(at, at + length, self.source.index)
        self.result.problems.append(Diagnostic(code, message, span, help=help))


def _deceptive(found: re.Match[str], source: Source) -> Diagnostic:
    character = found.group()
    unnamed = "half of a pair" if character >= "\ud800" else "a control character"
    name = unicodedata.name(character, unnamed).lower()
    help = Instead("remove it: it would make the text read differently from what it says", "")
    if character == "\r":
        name = "a carriage return alone"
        help = Instead("end lines with a line feed: `\\n` or `\\r\\n`", "\n")
    return Diagnostic(
        Code.CHARACTER,
        f"the text contains U+{ord(character):04X} ({name})",
        Span(found.start(), found.end(), source.index),
        help=help,
    )
