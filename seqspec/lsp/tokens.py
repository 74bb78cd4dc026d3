"""Semantic tokens: what no pattern can tell, such as a block from an operation."""

from __future__ import annotations

from lsprotocol import types as lsp

from seqspec.lsp.documents import Document
from seqspec.lsp.marks import Kind, Mark

_TYPES: dict[Kind, str] = {
    "keyword": "keyword",
    "operation": "function",
    "block": "macro",
    "shared": "class",
    "value": "variable",
    "parameter": "parameter",
    "argument": "parameter",
    "index": "parameter",
    "key": "property",
    "word": "enumMember",
    "number": "number",
    "size": "number",
    "string": "string",
}
LEGEND = lsp.SemanticTokensLegend(
    token_types=list(dict.fromkeys(_TYPES.values())), token_modifiers=["declaration"]
)


def tokens(document: Document) -> lsp.SemanticTokens:
    """The tokens of a text, each relative to the one before it."""
    data: list[int] = []
    line = character = 0
    for mark in _apart(document.marks):
        found = document.lines.range(mark.span)
        if found.start.line != found.end.line:
            continue
        moved = found.start.line - line
        data += [
            moved,
            found.start.character - (0 if moved else character),
            found.end.character - found.start.character,
            LEGEND.token_types.index(_TYPES[mark.kind]),
            int(mark.defines),
        ]
        line, character = found.start.line, found.start.character
    return lsp.SemanticTokens(data)


def _apart(marks: list[Mark]) -> list[Mark]:
    """The marks without those inside others or twice: tokens cannot overlap."""
    kept: list[Mark] = []
    for mark in marks:
        if not kept or mark.span.start >= kept[-1].span.end:
            kept.append(mark)
    return kept
