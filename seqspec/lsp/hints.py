"""The shape behind each stage, as the editor shows it in the line."""

from __future__ import annotations

from lsprotocol import types as lsp

from seqspec.lsp.documents import Document
from seqspec.lsp.places import made, shown
from seqspec.source import Span
from seqspec.syntax import tree as t
from seqspec.values import Value


def hints(document: Document, asked: lsp.Range) -> list[lsp.InlayHint]:
    """The hints between two places; a stage that is elaborated many times has one for all."""
    lines = document.lines
    start, end = lines.offset(asked.start), lines.offset(asked.end)
    values: dict[Span, list[Value]] = {}
    for stage, one in made(document.analysis):
        if isinstance(stage, t.Call) and start <= stage.span.end <= end:
            values.setdefault(stage.span, []).append(one.node.value)
    return [
        lsp.InlayHint(
            position=lines.position(span.end),
            label=shown(found),
            kind=lsp.InlayHintKind.Type,
            padding_left=True,
        )
        for span, found in values.items()
    ]
