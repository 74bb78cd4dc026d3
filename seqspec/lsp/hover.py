"""What stands under the pointer: an operation's help and what it does here, names and words."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from seqspec.diagnostics import shorten
from seqspec.lsp.documents import Document
from seqspec.lsp.marks import Mark
from seqspec.lsp.places import MOST, Made, made_at, shown, values_named
from seqspec.manual import argument_help, summary
from seqspec.ops.arguments import ArgumentSpec, arguments, arguments_of, known_words
from seqspec.ops.refusals import usage
from seqspec.ops.registry import BY_NAME
from seqspec.source import Span
from seqspec.statements import BY_WORD
from seqspec.syntax import tree as t

_WORD = re.compile(r"[A-Za-z_]\w*")


def hover(
    document: Document, position: lsp.Position, markup: lsp.MarkupKind = lsp.MarkupKind.Markdown
) -> lsp.Hover | None:
    """What there is to tell about a place, and where it stands."""
    offset = document.lines.offset(position)
    faults = [
        f"`{d.code.id}` {d.code.meaning}"
        for d in document.analysis.checked.diagnostics
        if not d.span.source and d.span.start <= offset < d.span.end
    ]
    mark = document.mark_at(offset)
    if mark is None:
        span, told = _unread(document, offset)
    else:
        span, told = mark.span, _told(document, mark)
    parts = [part for part in (told, *dict.fromkeys(faults)) if part]
    if not parts:
        return None
    text = lsp.MarkupContent(markup, "\n\n---\n\n".join(parts))
    return lsp.Hover(text, document.lines.range(span))


def _unread(document: Document, offset: int) -> tuple[Span, str]:
    """A word of a statement that cannot be read."""
    for found in _WORD.finditer(document.text, max(0, offset - 100)):
        if found.start() > offset:
            break
        if found.end() >= offset:
            span, word = Span(found.start(), found.end()), found.group()
            if word in BY_WORD:
                return span, statement_text(word)
            if word in BY_NAME:
                return span, operation_text(word)
            return span, _name_text(document, word) if word in document.names else ""
    return Span(offset, offset), ""


def _told(document: Document, mark: Mark) -> str:
    match mark.kind:
        case "keyword":
            return statement_text(mark.name)
        case "operation":
            return _operation_here(document, mark)
        case "value" | "parameter" | "block" | "shared":
            return _name_text(document, mark.name)
        case "argument":
            return f"`{mark.name}`: a parameter of the block"
        case "index":
            return "`i`: the number of the copy, from 0"
        case _:
            return _argument_text(document, mark)


def statement_text(word: str) -> str:
    """The help for a statement."""
    found = BY_WORD[word]
    return f"```seq\n{found.form}\n```\n{found.summary} {found.details}"


def operation_text(name: str) -> str:
    """The help for an operation, wherever it stands."""
    operation = BY_NAME[name]
    specs = arguments_of(operation, name)
    rules = [f"**Shape:** {operation.shape_rule}", f"**Mask:** {operation.mask_rule}"]
    if operation.keras:
        rules.append(f"**Keras:** {operation.keras}")
    listed = [f"* `{spec.key}`: {argument_help(spec)}" for spec in specs]
    return "\n\n".join(
        [
            f"```seq\n{usage(name, specs)}\n```\n{summary(operation)}",
            "\n".join(listed),
            "  \n".join(rules),
        ]
    )


def _operation_here(document: Document, mark: Mark) -> str:
    assert mark.call is not None
    here = [_made_text(one) for one in made_at(document.analysis, mark.call.span)]
    more = [f"and {len(here) - MOST} more"] if len(here) > MOST else []
    return "\n\n".join([*here[:MOST], *more, operation_text(mark.name)])


def _made_text(one: Made) -> str:
    reads = ", ".join(map(str, one.reads))
    flow = f"`{reads}` → `{one.node.value}`" if reads else f"`{one.node.value}`"
    count = f", {one.parameters:,} parameters" if one.parameters else ""
    shares = f", with the weights of `{one.node.shares}`" if one.node.shares else ""
    return f"{flow}{count}{shares}"


def _name_text(document: Document, name: str) -> str:
    found = document.names[name]
    source = document.sources[found.place.source]
    line, _ = source.position(found.place.start)
    where = f"line {line}" + (f" of {source.shown}" if found.place.source else "")
    if found.kind == "value":
        values = values_named(document.analysis, name)
        count = f"{len(values)} values, " if len(values) > 1 else ""
        return f"`{name}`: {count}`{shown(values) or 'unknown'}`, named on {where}"
    if found.kind == "parameter":
        value = document.analysis.elaborator.definitions.parameters.get(name)
        set_ = "no value yet" if value is None else f"`{_plain(value)}`"
        return f"`{name}`: a parameter, {set_}, declared on {where}"
    text = source.slice(found.statement.span) if found.statement else ""
    return f"```seq\n{text}\n```\n{found.kind}, on {where}"


def _plain(value: object) -> str:
    if isinstance(value, t.ShapeText):
        return "x".join(map(str, value.sizes))
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _argument_text(document: Document, mark: Mark) -> str:
    """What a key, a word or a number says to its operation."""
    spec = _spec_of(document, mark)
    if spec is None or mark.call is None:
        return ""
    owner = "train" if isinstance(mark.call, t.Train) else _head(mark.call)
    word = f"`{mark.name}`: " if mark.kind == "word" and mark.name != spec.key else ""
    takes = "" if spec.takes == spec.key else f", takes `{shorten(spec.takes, 100)}`"
    return f"{word}`{spec.key}` of `{owner}`: {argument_help(spec)}{takes}"


def _head(call: t.Call) -> str:
    return call.head.value if isinstance(call.head, t.Word) else ""


def _spec_of(document: Document, mark: Mark) -> ArgumentSpec | None:
    """The argument that a word or number is of."""
    specs = specs_of(mark.call)
    if mark.key:
        return next((spec for spec in specs if spec.key == mark.key), None)
    if mark.kind == "word":
        return next((s for s in specs if s.positional and mark.name in known_words([s])), None)
    filled = document.analysis.elaborator.filled.get(mark.call.span, {}) if mark.call else {}
    fields = [field for field, span in filled.items() if span == mark.span]
    return next((spec for spec in specs if spec.field in fields), None)


def specs_of(call: t.Call | t.Train | None) -> tuple[ArgumentSpec, ...]:
    """The arguments that a stage or statement has."""
    if isinstance(call, t.Train):
        return tuple(spec for part in BY_WORD["train"].settings for spec in arguments(part))
    name = _head(call) if call else ""
    return arguments_of(BY_NAME[name], name) if name in BY_NAME else ()
