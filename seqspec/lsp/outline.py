"""The statements of a text as a tree of symbols, and what can be folded."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from seqspec.lsp.documents import Document
from seqspec.lsp.marks import names_inside
from seqspec.lsp.places import shown, values_named
from seqspec.syntax import tree as t

_KINDS: dict[type, lsp.SymbolKind] = {
    t.Out: lsp.SymbolKind.Event,
    t.Let: lsp.SymbolKind.Constant,
    t.Block: lsp.SymbolKind.Function,
    t.Shared: lsp.SymbolKind.Class,
    t.Binding: lsp.SymbolKind.Variable,
    t.Pipeline: lsp.SymbolKind.Variable,
    t.Train: lsp.SymbolKind.Property,
    t.Use: lsp.SymbolKind.Module,
}


def symbols(document: Document) -> list[lsp.DocumentSymbol]:
    """A symbol for each statement, and below it the names that `as` gives."""
    return [_symbol(document, statement) for statement in document.spec.statements]


def _symbol(document: Document, statement: t.Statement) -> lsp.DocumentSymbol:
    place = _name(statement)
    values = values_named(document.analysis, place.value) if place else []
    text = document.spec.source.slice(statement.span, 60)
    return lsp.DocumentSymbol(
        name=place.value if place else text,
        detail=shown(values) or None,
        kind=_KINDS[type(statement)],
        range=document.lines.range(statement.span),
        selection_range=document.lines.range(place.span if place else statement.span),
        children=[
            lsp.DocumentSymbol(
                name=name.value,
                detail=shown(values_named(document.analysis, name.value)) or None,
                kind=lsp.SymbolKind.Variable,
                range=document.lines.range(name.span),
                selection_range=document.lines.range(name.span),
            )
            for name in names_inside(statement)
        ],
    )


def _name(statement: t.Statement) -> t.Word | None:
    if isinstance(statement, t.Out | t.Let | t.Block | t.Shared | t.Binding):
        return statement.name
    return None


def folds(document: Document) -> list[lsp.FoldingRange]:
    """Statements of several lines, and rows of comments."""
    lines = document.lines
    statements = [(lines.range(s.span), None) for s in document.spec.statements]
    ranges = [*statements, *_comments(document)]
    return [
        lsp.FoldingRange(found.start.line, found.end.line, kind=kind)
        for found, kind in ranges
        if found.end.line > found.start.line
    ]


def _comments(document: Document) -> Iterator[tuple[lsp.Range, lsp.FoldingRangeKind]]:
    """Comments in lines of their own, those that follow each other as one."""
    current: lsp.Range | None = None
    for comment in document.spec.comments:
        found = document.lines.range(comment.span)
        alone = document.lines.line(found.start.line).lstrip().startswith("#")
        if current and alone and found.start.line == current.end.line + 1:
            current = lsp.Range(current.start, found.end)
            continue
        if current:
            yield current, lsp.FoldingRangeKind.Comment
        current = found if alone else None
    if current:
        yield current, lsp.FoldingRangeKind.Comment
