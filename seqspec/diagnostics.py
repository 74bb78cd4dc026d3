"""What the compiler has to say about a spec: data first, text made of it at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from itertools import islice
from typing import Any, NamedTuple

from seqspec.codes import Code
from seqspec.record import Struct, aside
from seqspec.source import Source, Span

_SEARCHED = 20_000  # characters of a text in which a word is looked for everywhere
MANY = 2000  # more characters than a message for people has


class Instead(str):
    """A help that says what to write in place of the fault, so that an editor can write it.

    `{}` in the template becomes the new text in quotes: what people read is what is written.
    `old` is the text that it replaces, where that is not just what the fault points at; a word
    that is replaced `everywhere` is replaced in all of the text, comments and strings left out.
    """

    new: str
    old: str
    everywhere: bool

    def __new__(
        cls, template: str, new: str, old: str = "", *, everywhere: bool = False
    ) -> Instead:
        made = super().__new__(cls, template.replace("{}", f"`{new}`"))
        made.new, made.old, made.everywhere = new, old, everywhere
        return made


class Anew(str):
    """A help that says to write a stage anew, without the argument at fault, between two texts.

    Who raises it knows no text; who does makes an `Instead` of it.
    """

    template: str
    around: tuple[str, str]

    def __new__(cls, template: str, before: str, behind: str) -> Anew:
        made = super().__new__(cls, template.replace("{}", f"`{before}…{behind}`"))
        made.template, made.around = template, (before, behind)
        return made

    def of(self, stage: str, argument: Span) -> Instead:
        """The help for a stage; the argument is a stretch of its text."""
        before, behind = self.around
        kept = stage[: argument.start].rstrip() + stage[argument.end :]
        value = stage[argument.start : argument.end].rpartition("=")[2].strip()
        if value.startswith("{"):  # it stays what it is, and does not become its number
            behind = re.sub(r"[\w.]+\Z", lambda _: value, behind)
        return Instead(self.template, f"{before}{kept}{behind}", stage)


class Fix(NamedTuple):
    """The new text for a stretch of a source."""

    span: Span
    text: str


class Problem(Exception):
    """A fault or remark that does not know its place yet.

    Operations raise these; whoever knows the text turns them into a `Diagnostic`.
    `field` names the argument at fault, so that the caret can point at it.
    """

    def __init__(
        self, code: Code, message: str, *, label: str = "", help: str = "", field: str = ""
    ) -> None:
        super().__init__(message)
        self.anew = help if isinstance(help, Anew) else None
        self.instead = help if isinstance(help, Instead) else None
        self.code, self.message, self.label, self.help, self.field = (
            code, readable(message), label, readable(help), field,
        )  # fmt: skip

    def tell(self, help: Instead) -> None:
        """Gives it another help."""
        self.instead, self.help = help, readable(help)

    def at(self, span: Span, trail: Sequence[str] = (), uses: Sequence[Span] = ()) -> Diagnostic:
        """The same problem, in its place."""
        return Diagnostic(
            self.code, self.message, span, self.label, self.help, trail, uses, self.instead
        )


class Diagnostic(Struct):
    """One error, warning or note at a place in the text.

    `uses` are the places, outermost first, where the blocks around it are used; the same fault
    at another use is the same diagnostic.
    """

    code: Code
    message: str
    span: Span
    label: str = ""
    help: str = ""
    trail: tuple[str, ...] = ()
    uses: tuple[Span, ...] = aside(())
    instead: Instead | None = aside(None)

    def __init__(
        self,
        code: Code,
        message: str,
        span: Span,
        label: str = "",
        help: str = "",
        trail: Sequence[str] = (),
        uses: Sequence[Span] = (),
        instead: Instead | None = None,
    ) -> None:
        instead = help if isinstance(help, Instead) else instead
        told = readable(message), span, readable(label), readable(help)  # they quote the text
        super().__init__(code, *told, tuple(map(readable, trail)), tuple(uses), instead)

    @property
    def severity(self) -> str:
        """`error`, `warning` or `note`."""
        return self.code.severity

    def fixes(self, sources: Sequence[Source]) -> tuple[Fix, ...]:
        """What to write, and in place of what, all of it together, where the help is so exact."""
        if self.instead is None:
            return ()
        if self.instead.everywhere and len(sources[self.span.source].text) <= _SEARCHED:
            return self._everywhere(sources[self.span.source], self.instead.new)
        fix = self._here(sources, self.instead.new, self.instead.old)
        return (fix,) if fix else ()

    def _everywhere(self, source: Source, new: str) -> tuple[Fix, ...]:
        """The word at fault in all of its places, or in its own if the new one stands elsewhere."""
        word = source.text[self.span.start : self.span.end]
        either = f"(?<!\\w)({re.escape(word)}|{re.escape(new)})(?!\\w)"
        places = re.finditer(f'#.*|"[^"\n]*"|{either}', source.text)
        found = [(place[1], Span(*place.span(), self.span.source)) for place in places if place[1]]
        if any(text == new for text, _ in found):
            return (Fix(self.span, new),)
        return tuple(Fix(span, new) for _, span in found)

    def _here(self, sources: Sequence[Source], new: str, old: str) -> Fix | None:
        if not old:
            return Fix(self.span, new)
        ends = r"\s*=" if new.endswith("=") and not old.endswith("=") else ""
        begin, end = r"(?<![\w.])" * old[0].isalnum(), r"(?!\w)" * old[-1].isalnum()
        pattern = f"{begin}{re.escape(old)}{end}{ends}"
        text, first = sources[self.span.source].text, max(0, self.span.start - len(old))
        for found in re.compile(pattern).finditer(text, first, self.span.end + len(old)):
            if found.end() > self.span.start and found.start() < self.span.end:
                return Fix(Span(found.start(), found.end(), self.span.source), new)
        return None

    def to_json(self, sources: Sequence[Source]) -> dict[str, Any]:
        """A plain dictionary; lines and columns are counted from 1, ends are exclusive."""
        return {
            "code": self.code.id,
            "severity": self.severity,
            "message": self.message,
            "label": self.label,
            "help": self.help,
            "trail": list(self.trail),
            "uses": [_place(use, sources) for use in self.uses],
            "fix": [{"text": f.text, **_place(f.span, sources)} for f in self.fixes(sources)],
            **_place(self.span, sources),
        }


def _place(span: Span, sources: Sequence[Source]) -> dict[str, Any]:
    source = sources[span.source]
    (line, column), (end_line, end_column) = source.position(span.start), source.position(span.end)
    return {
        "file": source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


class SpecError(Exception):
    """A spec with faults. `diagnostics` holds them all; the message is their text."""

    def __init__(self, diagnostics: Sequence[Diagnostic], sources: Sequence[Source]) -> None:
        self.diagnostics = tuple(diagnostics)
        self.sources = tuple(sources)
        super().__init__(self.text())

    def text(self, paint: Paint | None = None) -> str:
        """All of them, one after the other."""
        return "\n\n".join(render(d, self.sources, paint or plain) for d in self.diagnostics)


class UsageError(Exception):
    """A fault of the request and not of the spec: a missing file, a bad setting, no framework."""

    def __init__(self, message: str) -> None:
        super().__init__(readable(message))


_LONG = re.compile(r"[^\s`]{120,}")


def _shortened(match: re.Match[str]) -> str:
    return f"{match.group()[:60]}…"


Paint = Callable[[str, str], str]
"""Gives a text the colour of its kind: a severity, or `place` for what only frames."""


def plain(kind: str, text: str) -> str:
    """No colour: for files, pipes and tests."""
    return text


def render(diagnostic: Diagnostic, sources: Sequence[Source], paint: Paint = plain) -> str:
    """The diagnostic as text: title, place, the line with carets, the trail and the help."""
    source = sources[diagnostic.span.source]
    line, column = source.position(diagnostic.span.start)
    shown = source.line(line)
    length = min(diagnostic.span.end - diagnostic.span.start, len(shown) - column + 1)
    shown, column = _window(shown, column, length)
    margin, severity = " " * len(str(line)), diagnostic.severity
    caret = " " * (column - 1) + "^" * max(1, min(length, len(shown) - column + 1))
    bar, fact = paint("place", f"{margin} |"), paint("place", f"{margin} =")
    rows = [
        paint(severity, f"{severity}[{diagnostic.code.id}]")
        + f": {_LONG.sub(_shortened, diagnostic.message)}",
        paint("place", f"{margin}-->")
        + f" {source.shown}:{line}:{source.position(diagnostic.span.start)[1]}",
        bar,
        f"{paint('place', f'{line} |')} {shown}",
        f"{bar} {paint(severity, f'{caret} {diagnostic.label}'.rstrip())}",
    ]
    if diagnostic.trail:
        rows.append(f"{fact} trail: {' → '.join(diagnostic.trail)}")
    rows += [f"{fact} used: {_use(use, source, sources)}" for use in diagnostic.uses]
    help = _LONG.sub(_shortened, diagnostic.help)
    rows += [f"{fact} help: {row}" for row in help.splitlines()]
    return "\n".join(rows)


def _use(span: Span, here: Source, sources: Sequence[Source]) -> str:
    """The use of a block, and where it stands."""
    source = sources[span.source]
    elsewhere = "" if source is here else f" of {source.shown}"
    text = shorten(" ".join(source.slice(span).split()))
    return f"`{text}` on line {source.position(span.start)[0]}{elsewhere}"


def _window(line: str, column: int, length: int, width: int = 110) -> tuple[str, int]:
    """A line cut to what fits a terminal, and the column moved along; tabs become spaces."""
    start = 0
    if len(line) > width:
        start = max(0, min(column - 1 - 30, column - 1 + length - width))
    cut = readable(line[start : start + width])
    return ("…" + cut[1:] if start else cut), column - start


def readable(text: str) -> str:
    """The text, not longer than anybody reads; what a terminal would obey and not show is `�`."""
    text = shorten(text, MANY).replace("\t", " ")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def shorten(text: str, width: int = 40) -> str:
    """The text, cut to a width."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


GUESSES: ContextVar[list[int]] = ContextVar("GUESSES")
"""How many words `closest` may still compare, for one text: a hundred guesses or so."""
MANY_GUESSES = 10_000


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that a misspelling most likely meant, or an empty string."""
    if len(word) > 60:  # the search takes the square of this
        return ""
    words = sorted({known_word for known_word in islice(known, 1000) if len(known_word) <= 60})
    left = GUESSES.get([MANY_GUESSES])
    left[0] -= len(words)
    if left[0] < 0:
        return ""
    import difflib  # for faults alone

    matches = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.66)
    return matches[0] if matches else ""


def did_you_mean(word: str, known: Iterable[str], sign: str = "") -> str:
    """The help for a misspelling, or nothing; `sign` stands behind the word: `dropout=`."""
    guess = closest(word, known)
    return Instead("did you mean {}?", guess + sign, word) if guess else ""


def listed(words: Iterable[str], limit: int = 12) -> str:
    """Words as a list for people: `` `a`, `b` and 3 more``."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) > limit:
        return f"{', '.join(quoted[: limit - 1])} and {len(quoted) - limit + 1} more"
    return " and ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))
