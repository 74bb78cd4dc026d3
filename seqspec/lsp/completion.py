"""What can be written at a place: statements, operations, their words and keys, names, files."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from seqspec.files import LIBRARY, library_names
from seqspec.lsp.cursor import Cursor, cursor
from seqspec.lsp.documents import Document
from seqspec.lsp.hover import operation_text, statement_text
from seqspec.lsp.places import shown, values_named
from seqspec.manual import argument_help, summary
from seqspec.ops.arguments import ArgumentSpec, arguments, arguments_of, known_words
from seqspec.ops.registry import BY_NAME
from seqspec.source import Span
from seqspec.statements import BY_WORD
from seqspec.syntax import tree as t

Kind = lsp.CompletionItemKind
_FUNCTIONS = ("min", "max", "round", "int")
_SNIPPETS = {
    "out": "out ${1:name} = $0",
    "let": "let ${1:name} = $0",
    "block": "block ${1:name}(${2:parameter}) = $0",
    "shared": "shared ${1:name} = $0",
    "train": "train $0",
    "use": 'use "$0"',
}


def completion(
    document: Document,
    position: lsp.Position,
    markup: lsp.MarkupKind = lsp.MarkupKind.Markdown,
    *,
    snippets: bool = True,
) -> list[lsp.CompletionItem]:
    """The items for what is being typed; they replace the part that is there."""
    offset = document.lines.offset(position)
    here = cursor(document.text, offset)
    start = offset - len(here.typed)
    replaced = document.lines.range(Span(start, offset))
    items = {item.label: item for item in _items(document, here, start)}
    for item in items.values():
        text = item.insert_text or item.label
        if item.insert_text_format == lsp.InsertTextFormat.Snippet and not snippets:
            text, item.insert_text_format = item.label, None
        if isinstance(item.documentation, lsp.MarkupContent) and markup != item.documentation.kind:
            item.documentation = item.documentation.value
        item.text_edit = lsp.TextEdit(replaced, text)
        item.insert_text = None
    return [*items.values()]


def _items(document: Document, here: Cursor, start: int) -> Iterator[lsp.CompletionItem]:
    match here.position:
        case "statement":
            yield from _statements()
            yield from _stages(document, here, start)
        case "stage":
            yield from _stages(document, here, start)
        case "argument":
            yield from _arguments(document, here, start)
        case "value":
            yield from _values_of_key(document, here, start)
        case "expression":
            yield from _parameters(document, here)
        case "output":
            yield from _values(document, start)
        case "path":
            yield from _files(document)


def _statements() -> Iterator[lsp.CompletionItem]:
    for word, snippet in _SNIPPETS.items():
        yield _item(word, Kind.Keyword, BY_WORD[word].form, statement_text(word), snippet)


def _item(
    label: str, kind: Kind, detail: str = "", help: str = "", snippet: str = ""
) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=label,
        kind=kind,
        detail=detail or None,
        documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, help) if help else None,
        insert_text=snippet or None,
        insert_text_format=lsp.InsertTextFormat.Snippet if snippet else None,
    )


def _stages(document: Document, here: Cursor, start: int) -> Iterator[lsp.CompletionItem]:
    for name, operation in BY_NAME.items():
        if operation.takes_flow and here.first and not here.depth:
            continue  # nothing flows into the first stage of a chain
        if name == "in" and not here.first:
            continue
        help = operation_text(name) if name == here.typed else summary(operation)
        yield _item(name, Kind.Function, "operation", help, _call(name))
    for name, block in document.analysis.elaborator.definitions.blocks.items():
        needed = [word.value for word, default in block.parameters if default is None]
        yield _item(name, Kind.Method, "block", _text(document, block), _filled(name, needed))
    for name, shared in document.analysis.elaborator.definitions.shared.items():
        yield _item(name, Kind.Class, "shared", _text(document, shared))
    if here.first or here.depth:
        yield from _values(document, start)
    else:
        yield _item("as", Kind.Keyword, BY_WORD["as"].form, statement_text("as"), "as ${1:name}")


def _call(name: str) -> str:
    """An operation with places for the arguments that it needs."""
    needed = [s for s in arguments_of(BY_NAME[name], name) if s.required and s.positional]
    return _filled(name, [_place(spec) for spec in needed])


def _place(spec: ArgumentSpec) -> str:
    if spec.words:
        return f"|{','.join(spec.words)}|"
    return spec.key if spec.kind != "chain" else "( chain )"


def _filled(name: str, places: list[str]) -> str:
    """A snippet; nothing where the name is all of it."""
    fields = [
        f"${{{number}{place}}}" if place[0] == "|" else f"${{{number}:{place}}}"
        for number, place in enumerate(places, 1)
    ]
    return " ".join([name, *fields]) if fields else ""


def _text(document: Document, statement: t.Block | t.Shared) -> str:
    text = document.sources[statement.span.source].slice(statement.span)
    return f"```seq\n{text}\n```"


def _values(document: Document, start: int) -> Iterator[lsp.CompletionItem]:
    """The values that are named above."""
    for name, found in document.names.items():
        if found.kind == "value" and not found.place.source and found.place.end <= start:
            detail = shown(values_named(document.analysis, name))
            yield _item(name, Kind.Variable, detail)


def _arguments(document: Document, here: Cursor, start: int) -> Iterator[lsp.CompletionItem]:
    head, given = here.stage.head, {key for key, _ in here.stage.given}
    block = document.analysis.elaborator.definitions.blocks.get(head)
    specs = specs_of_head(head)
    for parameter, _ in block.parameters if block else ():
        if parameter.value not in given:
            yield _key(parameter.value, f"a parameter of `{head}`")
    yield from _of_specs(here, specs)
    operands = any(spec.kind == "operands" and spec.positional for spec in specs)
    if operands:
        yield _item("_", Kind.Variable, "the value flowing in")
    if operands or block or (head == "train" and not here.stage.given):
        yield from _values(document, start)
    if head in BY_NAME and "name" not in given:
        yield _key("name", "the layer's name")


def _of_specs(here: Cursor, specs: tuple[ArgumentSpec, ...]) -> Iterator[lsp.CompletionItem]:
    """The words and keys of the arguments that are not given yet."""
    said = {part for argument in here.stage.given for part in argument}
    for spec in specs:
        words = known_words([spec])
        if spec.key in said or not said.isdisjoint(words):
            continue
        for word in words:
            yield _item(word, Kind.EnumMember, spec.key, argument_help(spec))
        if spec.kind != "chain" and spec.key not in words:
            yield _key(spec.key, argument_help(spec))


def _key(key: str, help: str) -> lsp.CompletionItem:
    return _item(f"{key}=", Kind.Property, "", help)


def specs_of_head(head: str) -> tuple[ArgumentSpec, ...]:
    """The arguments of what a stage begins with, or of `train`."""
    if head == "train":
        return tuple(spec for part in BY_WORD["train"].settings for spec in arguments(part))
    return arguments_of(BY_NAME[head], head) if head in BY_NAME else ()


def _values_of_key(document: Document, here: Cursor, start: int) -> Iterator[lsp.CompletionItem]:
    spec = next((s for s in specs_of_head(here.stage.head) if s.key == here.stage.key), None)
    for word in (("yes", "no") if spec.kind == "flag" else spec.words) if spec else ():
        yield _item(word, Kind.EnumMember, spec.key if spec else "")
    if spec is None or spec.kind == "operands":
        yield from _values(document, start)
    for item in _parameters(document, here):
        if item.kind is Kind.Constant:
            item.label = f"{{{item.label}}}"
            yield item


def _parameters(document: Document, here: Cursor) -> Iterator[lsp.CompletionItem]:
    """What an expression can have in it."""
    for name in here.parameters:
        yield _item(name, Kind.Constant, "a parameter of the block")
    for name, value in document.analysis.elaborator.definitions.parameters.items():
        yield _item(name, Kind.Constant, "" if value is None else str(value))
    if here.depth:
        yield _item("i", Kind.Constant, "the number of the copy, from 0")
    for name in _FUNCTIONS:
        yield _item(name, Kind.Function)


def _files(document: Document) -> Iterator[lsp.CompletionItem]:
    """The library's files, and those beside the document."""
    for name in library_names():
        yield _item(LIBRARY + name, Kind.File, "comes with seqspec")
    if document.path is None or not document.path.parent.is_dir():
        return
    folder = document.path.parent
    for path in sorted(folder.glob("*.seq"))[:200]:
        if path != document.path:
            yield _item(path.name, Kind.File)
