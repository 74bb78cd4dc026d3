"""The usage of the operation whose arguments are being typed."""

from __future__ import annotations

from lsprotocol import types as lsp

from seqspec.lsp.cursor import Stage, cursor
from seqspec.lsp.documents import Document
from seqspec.manual import argument_help, summary
from seqspec.ops.arguments import ArgumentSpec, arguments_of, known_words
from seqspec.ops.refusals import usage
from seqspec.ops.registry import BY_NAME


def signature(document: Document, position: lsp.Position) -> lsp.SignatureHelp | None:
    """The usage, with the argument marked that comes next."""
    here = cursor(document.text, document.lines.offset(position))
    name = here.stage.head
    if name not in BY_NAME or here.position not in ("argument", "value", "expression"):
        return None
    specs = [s for s in arguments_of(BY_NAME[name], name) if s.positional and s.kind != "flag"]
    label = usage(name, specs)
    parts, at = [], len(name)
    for spec in specs:  # where each stands in the label, which may show its words
        part = usage(name, [spec])[len(name) :]
        parts.append(lsp.ParameterInformation((at + 1, at + len(part)), argument_help(spec)))
        at += len(part)
    shown = lsp.SignatureInformation(label, summary(BY_NAME[name]), parts)
    return lsp.SignatureHelp([shown], 0, _active(here.stage, specs))


def _active(stage: Stage, specs: list[ArgumentSpec]) -> int | None:
    """The argument that is being typed: the one of the key, or the first that is not given."""
    if stage.key:
        return next((n for n, spec in enumerate(specs) if spec.key == stage.key), None)
    keys = {key for key, _ in stage.given}
    words = {text for key, text in stage.given if not key}
    numbers = sum(not key and not text[0].isalpha() for key, text in stage.given)
    free = [
        n
        for n, spec in enumerate(specs)
        if spec.key not in keys and words.isdisjoint(known_words([spec]))
    ]
    numeric = [n for n in free if not specs[n].words]
    left = [n for n in free if n not in numeric[:numbers]]
    return left[0] if left else None
