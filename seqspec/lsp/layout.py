"""A text in the one style, as edits of the lines that are not in it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from lsprotocol import types as lsp

from seqspec import driver
from seqspec.diagnostics import SpecError
from seqspec.lsp.documents import Document
from seqspec.source import Span

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def edits(document: Document) -> list[lsp.TextEdit]:
    """What to change; nothing where the text cannot be read."""
    try:
        new = driver.format_source(document.spec.source)
    except SpecError:
        return []
    old_lines, new_lines = _LINE.findall(document.text), _LINE.findall(new)
    starts = [0]
    for line in old_lines:
        starts.append(starts[-1] + len(line))
    changes = SequenceMatcher(None, old_lines, new_lines, autojunk=False).get_opcodes()
    return [
        lsp.TextEdit(
            document.lines.range(Span(starts[first], starts[last])), "".join(new_lines[begin:end])
        )
        for kind, first, last, begin, end in changes
        if kind != "equal"
    ]
