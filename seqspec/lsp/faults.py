"""Diagnostics as the protocol has them, and their fixes."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types as lsp

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Fix, shorten
from seqspec.lsp.documents import Document
from seqspec.source import Span
from seqspec.syntax import tree as t

_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.seqspec"
_UNNECESSARY = {Code.UNUSED, Code.LEFT_OUT}


def diagnostics(document: Document) -> list[lsp.Diagnostic]:
    """All that there is to say of a document."""
    return [_diagnostic(document, found) for found in document.analysis.checked.diagnostics]


def _diagnostic(document: Document, found: Diagnostic) -> lsp.Diagnostic:
    elsewhere = [(found.span, "it stands here")] if found.span.source else []
    uses = [(use, "used here") for use in found.uses]
    return lsp.Diagnostic(
        range=document.lines.range(_place(document, found)),
        message=text(found),
        severity=_SEVERITIES[found.severity],
        code=found.code.id,
        source="seqspec",
        tags=[lsp.DiagnosticTag.Unnecessary] if found.code in _UNNECESSARY else None,
        related_information=[
            lsp.DiagnosticRelatedInformation(document.location(span), message)
            for span, message in elsewhere + uses
        ]
        or None,
    )


def text(found: Diagnostic) -> str:
    """A diagnostic as the terminal has it, without the lines that an editor shows anyway."""
    message = f"{found.message}: {found.label}" if found.label else found.message
    trail = f"\ntrail: {' → '.join(found.trail)}" if found.trail else ""
    helps = "".join(f"\nhelp: {line}" for line in found.help.splitlines())
    return f"{message}{trail}{helps}"


def _place(document: Document, found: Diagnostic) -> Span:
    """Where the document shows it: a fault of a used file at a `use`."""
    if not found.span.source:
        return found.span
    if found.uses and not found.uses[0].source:
        return found.uses[0]
    uses = [s.path.span for s in document.spec.statements if isinstance(s, t.Use)]
    source = document.sources[found.span.source]
    named = [use for use in uses if document.text[use.start : use.end].strip('"') in source.name]
    return next(iter(named or uses), Span(0, 0))


def actions(
    document: Document, asked: lsp.Range, only: Sequence[str] | None = None
) -> list[lsp.CodeAction]:
    """What the helps of the diagnostics there say to write, and all of that in the document."""
    start, end = document.lines.offset(asked.start), document.lines.offset(asked.end)
    found = [d for d in document.analysis.checked.diagnostics if not d.span.source]
    near = [d for d in found if d.span.start <= end and d.span.end >= start]
    made = [action for d in near if (action := _action(document, d))] + _all(document, found)
    return [a for a in made if not only or any(f"{a.kind}.".startswith(f"{o}.") for o in only)]


def _action(document: Document, found: Diagnostic) -> lsp.CodeAction | None:
    fixes = found.fixes(document.sources)
    if not fixes:
        return None
    text = fixes[0].text
    written = shorten(" ".join(text.split()) or "a space", 60)
    places = f", in {len(fixes)} places" if len(fixes) > 1 else ""
    return lsp.CodeAction(
        title=f"Write `{written}`{places}" if text else "Remove it",
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[_diagnostic(document, found)],
        is_preferred=True,
        edit=_edit(document, fixes),
    )


def _edit(document: Document, fixes: Sequence[Fix]) -> lsp.WorkspaceEdit:
    edits = [lsp.TextEdit(document.lines.range(fix.span), fix.text) for fix in fixes]
    return lsp.WorkspaceEdit(changes={document.uri: edits})


def _all(document: Document, found: Sequence[Diagnostic]) -> list[lsp.CodeAction]:
    """All fixes at once; of those that are about the same text, the first."""
    chosen: list[Fix] = []
    for diagnostic in found:
        fixes = diagnostic.fixes(document.sources)
        if not any(_meet(a.span, b.span) for a in fixes for b in chosen):
            chosen += fixes
    if not chosen:
        return []
    edit = _edit(document, sorted(chosen))
    return [lsp.CodeAction("Write all that the helps say", kind=FIX_ALL, edit=edit)]


def _meet(one: Span, other: Span) -> bool:
    """Whether two stretches have text in common, or begin at one place."""
    return one.start == other.start or (one.start < other.end and other.start < one.end)
