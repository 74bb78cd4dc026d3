"""Diagnostics as the protocol has them, and their fixes."""

from __future__ import annotations

from lsprotocol import types as lsp

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, shorten
from seqspec.lsp.documents import Document
from seqspec.source import Span
from seqspec.syntax import tree as t

_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
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


def actions(document: Document, asked: lsp.Range) -> list[lsp.CodeAction]:
    """What the helps of the diagnostics there say to write."""
    start, end = document.lines.offset(asked.start), document.lines.offset(asked.end)
    found = document.analysis.checked.diagnostics
    near = [d for d in found if not d.span.source and d.span.start <= end and d.span.end >= start]
    return [action for d in near if (action := _action(document, d))]


def _action(document: Document, found: Diagnostic) -> lsp.CodeAction | None:
    fix = found.fix(document.sources)
    if fix is None:
        return None
    written = shorten(fix.text.strip() or "a space", 60)
    edit = lsp.TextEdit(document.lines.range(fix.span), fix.text)
    return lsp.CodeAction(
        title=f"Write `{written}`" if fix.text else "Remove it",
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[_diagnostic(document, found)],
        is_preferred=True,
        edit=lsp.WorkspaceEdit(changes={document.uri: [edit]}),
    )
