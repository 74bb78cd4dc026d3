"""From pieces to lines: what fits on one line stands on one; a longer chain is broken before `->`.

A chain that is too long keeps the line ends that it has before arrows, since they say which stages
belong together, and gets more where a line is still too long. Only inside parentheses can a line
end elsewhere; arguments in parentheses stand below each other there.
"""

from __future__ import annotations

from seqspec.syntax.format.pieces import (
    Chain,
    Parens,
    Part,
    Remark,
    Stage,
    Statement,
    Token,
)

WIDTH = 100
_INDENT = 2
_HALF = 50  # a parenthesis that opens further right has its chain in the next line


def lines_of(statement: Statement, padding: int = 0) -> list[str]:
    """The lines of a statement, with so many spaces more before its `=`."""
    writer = _Writer()
    writer.statement(statement, padding)
    return writer.finished()


class _Writer:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.line: list[str] = []  # the parts of the line that is being written
        self.column = 0
        self.told: tuple[Remark, ...] = ()  # the comments that were written last

    # Text.

    def add(self, glue: str, text: str) -> None:
        """Text behind what stands on the line, or at the beginning of a new one."""
        if not self.line:
            glue = " " * self.column
            self.column = 0
        self.line.append(glue + text)
        self.column += len(glue) + len(text)

    def newline(self, indent: int) -> None:
        if self.line:
            self.done.append("".join(self.line))
        self.line, self.column = [], indent

    def finished(self) -> list[str]:
        self.newline(0)
        return self.done

    def begin(self, token: Token, indent: int) -> None:
        """A new line for a token, behind the comments that stand before it."""
        for remark in token.remarks if token.remarks is not self.told else ():
            if not remark.trails:
                self.newline(indent)
            self.add("  ", remark.text)
        self.told = token.remarks
        self.newline(indent)

    def put(self, token: Token, glue: str, indent: int) -> None:
        if token.remarks and token.remarks is not self.told:
            self.begin(token, indent)
        self.add(glue, token.text)

    def fits(self, columns: int) -> bool:
        return self.column + columns <= WIDTH

    # Pieces. `tail` is how many columns must follow on the same line.

    def statement(self, found: Statement, padding: int) -> None:
        for place, token in enumerate(found.lead):
            self.put(token, " " if place else "", _INDENT)
        if found.parameters is not None:
            self.parameters(found)
        if found.chain is None:
            return
        self.add("", " " * padding)
        if found.equals:
            self.put(found.equals, " ", _INDENT)
        glue = " " if found.lead else ""
        if not found.chain.remarked and self.fits(len(glue + found.chain.text)):
            self.add(glue, found.chain.text)
        else:
            self.chain(found.chain, glue, _INDENT, 0, inside=False)

    def parameters(self, found: Statement) -> None:
        """A block's parameters, below each other's begin where they take several lines."""
        assert found.parameters is not None and found.chain is not None
        opening, *parts = found.parameters
        self.part(opening, "", _INDENT, 0, inside=True)
        under = self.column
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            tail = len(" = ") + found.chain.stages[0].lead + 1 if last else 0
            glue = " " if place else ""
            if place and not self.fits(len(glue + part.text) + tail):
                self.begin(part.first, under)
            self.part(part, glue, under, tail, inside=True)

    def chain(self, chain: Chain, glue: str, indent: int, tail: int, *, inside: bool) -> None:
        grew = False
        for place, stage in enumerate(chain.stages):
            after = tail if place == len(chain.stages) - 1 else 0
            if place:
                arrow = chain.arrows[place - 1]
                needed = len(f" -> {stage.text}") + after
                if arrow.broken or arrow.remarks or grew or not self.fits(needed):
                    self.begin(arrow, indent)
                self.add(" ", arrow.text)
                glue = " "
            before = len(self.done)
            self.stage(stage, glue, indent, after, inside=inside)
            grew = len(self.done) > before

    def stage(self, stage: Stage, glue: str, indent: int, tail: int, *, inside: bool) -> None:
        if not stage.remarked and self.fits(len(glue + stage.text) + tail):
            self.add(glue, stage.text)
            return
        place = _Place(self, stage, len(glue))
        for number, part in enumerate(stage.parts):
            after = tail if number == len(stage.parts) - 1 else 0
            if inside and number and place.moves(part, after):
                self.begin(part.first, place.under)
            place.before(part)
            self.part(part, " " if number else glue, indent, after, inside=inside)

    def part(self, part: Part, glue: str, indent: int, tail: int, *, inside: bool) -> None:
        for number, item in enumerate(part.items):
            after = tail if number == len(part.items) - 1 else 1
            if isinstance(item, Token):
                self.put(item, glue, indent + _INDENT)
            elif not item.remarked and self.fits(len(glue + item.text) + after):
                self.add(glue, item.text)
            else:
                self.parens(item, glue, indent + _INDENT, after)
            glue = ""

    def parens(self, found: Parens, glue: str, indent: int, tail: int) -> None:
        """The chain begins behind the parenthesis where there is room, or in the next line."""
        self.put(found.opening, glue, indent)
        tail += len(found.end)
        behind = self.column <= _HALF and self.fits(found.chain.least + tail)
        inner = self.column if behind else indent
        if not behind:
            self.begin(found.chain.first, inner)
        self.chain(found.chain, "", inner, tail, inside=True)
        for token in found.closing:
            self.put(token, "" if token is found.closing[0] else " ", inner)


class _Place:
    """Where the arguments of a stage inside parentheses go that does not fit on its line."""

    def __init__(self, writer: _Writer, stage: Stage, glue: int) -> None:
        self.writer, self.lines = writer, len(writer.done)
        self.start = writer.column + glue
        column = self.start + stage.lead
        self.under = column if column <= _HALF and stage.lead < len(stage.text) else (
            self.start + 2 * _INDENT
        )  # fmt: skip
        self.grouped = False

    def moves(self, part: Part, tail: int) -> bool:
        """Whether an argument begins a line: behind a longer one, and below one in parentheses."""
        if len(self.writer.done) > self.lines or (self.grouped and part.grouped):
            return True
        return not part.grouped and not self.writer.fits(len(part.text) + 1 + tail)

    def before(self, part: Part) -> None:
        self.grouped |= part.grouped
        self.lines = len(self.writer.done)
