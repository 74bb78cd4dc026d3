"""What the page is told about a text: one function for each address that it asks."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any, NamedTuple

from seqspec.diagnostics import Diagnostic, UsageError, render
from seqspec.draw import Kind, picture
from seqspec.driver import Analysis, Checked
from seqspec.lsp.places import shown
from seqspec.passes import Level
from seqspec.play.desk import Desk, Question
from seqspec.source import Source, Span
from seqspec.table import table_rows, totals
from seqspec.target.emit import emit
from seqspec.values import Value

MOST_PARAMETERS = 30_000_000  # in a file that is made in memory


class Answer(NamedTuple):
    """A result as it is sent."""

    body: bytes
    type: str = "application/json"


Answers = Mapping[str, Callable[[Desk, Question], Answer]]


def _json(content: object) -> Answer:
    return Answer(json.dumps(content).encode())


def check(desk: Desk, question: Question) -> Answer:
    """Every fault with its place, the shape behind each line, and the layer table.

    `set` says whether what the page sets is something that can be set.
    """
    try:
        analysis = desk.analyze(question)
    except UsageError as error:
        nothing: dict[str, Any] = {"problems": [], "shapes": [], "table": None}
        return _json({"ok": False, "set": False, "verdict": str(error), **nothing})
    checked = analysis.checked
    units = Units(question.text)
    return _json(
        {
            "ok": checked.ok,
            "set": True,
            "verdict": checked.verdict,
            "problems": [_problem(d, checked, units) for d in checked.diagnostics],
            "shapes": _shapes(analysis, units),
            "table": _table(checked, question.level) if checked.ok else None,
        }
    )


def _table(checked: Checked, level: Level) -> dict[str, Any]:
    graph, written = checked.built(level), checked.needed()
    head, *rows = table_rows(graph, written)
    return {"head": head, "rows": rows, "totals": totals(graph, written)}


class Units:
    """Offsets as a browser counts them: a character beyond U+FFFF is two."""

    def __init__(self, text: str) -> None:
        self.wide = [] if text.isascii() else [n for n, c in enumerate(text) if c > "\uffff"]

    def offset(self, offset: int) -> int:
        """The browser's number for an offset of Python."""
        return offset + bisect_left(self.wide, offset)

    def place(self, span: Span | None) -> dict[str, int] | None:
        """A stretch of the page's own text."""
        if span is None or span.source:
            return None
        return {"start": self.offset(span.start), "end": self.offset(span.end)}


def _problem(diagnostic: Diagnostic, checked: Checked, units: Units) -> dict[str, Any]:
    """A fault as the terminal shows it, and where the page marks it: in a block of another
    file, that is where the block is used."""
    fixes = [] if diagnostic.span.source else diagnostic.fixes(checked.sources)
    here = next((span for span in (diagnostic.span, *diagnostic.uses) if not span.source), None)
    return {
        "severity": diagnostic.severity,
        "text": render(diagnostic, checked.sources),
        "place": units.place(here),
        "fixes": [{**(units.place(fix.span) or {}), "text": fix.text} for fix in fixes],
    }


def _shapes(analysis: Analysis, units: Units) -> list[dict[str, Any]]:
    """The value behind the last stage of each line; several, where it is used several times."""
    source = analysis.checked.sources[0]
    values: dict[Span, list[Value]] = {}  # none of a stage with an error
    for stage, handle in analysis.elaborator.flows:
        if not stage.span.source:
            found = values.setdefault(stage.span, [])
            if handle.node is not None and handle.home is not None:
                found.append(handle.home.nodes[handle.node].value)
    last: dict[int, Span] = {}
    for span in sorted(values, key=lambda span: (span.end, -span.start)):
        last[source.position(span.end)[0]] = span
    return [
        {"at": units.offset(_line_end(source, span.end)), "text": shown(values[span])}
        for span in last.values()
        if values[span]
    ]


def _line_end(source: Source, offset: int) -> int:
    end = source.text.find("\n", offset)
    return len(source.text) if end < 0 else end


def _drawn(kind: Kind) -> Callable[[Desk, Question], Answer]:
    def draw(desk: Desk, question: Question) -> Answer:
        """The picture, and what it shows in words."""
        svg = picture(_checked(desk, question).built(question.level), kind)
        words = re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.DOTALL)
        return _json({"svg": svg, "words": unescape(words[1]) if words else ""})

    return draw


def source(desk: Desk, question: Question) -> Answer:
    """The Keras source."""
    return _json({"text": emit(_checked(desk, question).built(question.level))})


def keras(desk: Desk, question: Question) -> Answer:
    """The `.keras` file; nothing is written to disk."""
    from seqspec.backends.archive.write import CannotSay, packed

    checked = _checked(desk, question)
    count = checked.needed().parameter_count
    if count > MOST_PARAMETERS:
        raise UsageError(
            f"{count:,} parameters are too many for the page, which makes files of up to "
            f"{MOST_PARAMETERS:,}; save the spec and use `seqspec compile`"
        )
    try:
        data = packed(checked.built(question.level), checked.sources, question.named)
    except CannotSay as reason:
        raise UsageError(f"use `seqspec compile`: Keras has to save this, since {reason}") from None
    return Answer(data, "application/octet-stream")


def _checked(desk: Desk, question: Question) -> Checked:
    checked = desk.analyze(question).checked
    if not checked.ok:
        raise UsageError("the spec has errors")
    return checked


ANSWERS: Answers = {
    "check": check,
    "unrolled": _drawn("unrolled"),
    "graph": _drawn("graph"),
    "source": source,
    "keras": keras,
}
