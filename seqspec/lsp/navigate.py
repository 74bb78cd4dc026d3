"""From a name to where it is given and used, and to another name in all of these places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types as lsp

from seqspec.files import LIBRARY, library_file
from seqspec.graph.scope import taken
from seqspec.lsp.documents import Document, Documents, path_of_source
from seqspec.lsp.marks import Mark
from seqspec.source import Span
from seqspec.syntax import tree as t

_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OF_FILE = ("value", "index")  # what no other file knows


class CannotRename(Exception):
    """The name cannot be changed, or not to that; the message says why."""


def definition(document: Document, position: lsp.Position) -> lsp.Location | None:
    """Where the name at a place is given; of the path of a `use`, the file."""
    offset = document.lines.offset(position)
    statement = document.statement_at(offset)
    if isinstance(statement, t.Use):
        return _file(document, statement)
    mark = document.mark_at(offset)
    if mark is None or mark.definition is None:
        return None
    return document.location(mark.definition)


def _file(document: Document, statement: t.Use) -> lsp.Location | None:
    """The file that a statement uses, where it was read."""
    asked, start = statement.path.value, lsp.Position(0, 0)
    path = library_file(asked) if asked.startswith(LIBRARY) else None
    if path is None and document.path:
        path = (document.path.parent / asked).resolve()
    for source in document.sources[1:]:
        if path_of_source(source) == path:
            return lsp.Location(document.home.uri(source), lsp.Range(start, start))
    return None


def highlights(document: Document, position: lsp.Position) -> list[lsp.DocumentHighlight]:
    """The places of the name in the document itself."""
    mark = document.mark_at(document.lines.offset(position))
    if mark is None or mark.definition is None:
        return []
    return [
        lsp.DocumentHighlight(
            document.lines.range(other.span),
            lsp.DocumentHighlightKind.Write if other.defines else lsp.DocumentHighlightKind.Read,
        )
        for other in document.marks
        if other.definition == mark.definition
    ]


def references(
    document: Document, position: lsp.Position, *, declared: bool = True
) -> list[lsp.Location]:
    """The places of the name, in all files of the project."""
    mark = document.mark_at(document.lines.offset(position))
    if mark is None or mark.definition is None:
        return []
    return [
        found.location(other.span)
        for found, other in _occurrences(document, mark)
        if declared or not other.defines
    ]


def _occurrences(document: Document, mark: Mark) -> Iterator[tuple[Document, Mark]]:
    """The words that stand for what a word stands for, where they are."""
    assert mark.definition is not None
    key = document.key(mark.definition)
    for found in [document] if mark.kind in _OF_FILE else _project(document, key[0]):
        for other in found.marks if mark.name in found.text else ():
            if other.definition and found.key(other.definition) == key:
                yield found, other


def _project(document: Document, home: Path | str) -> list[Document]:
    """The documents that may know a name of a file: the file, and the project's."""
    found = {d.uri: d for d in [document, *document.home.project()]}
    known = [d for d in found.values() if d.path == home]
    if isinstance(home, Path) and not known and (uri := home.as_uri()) not in found:
        found[uri] = document.home.get(uri)
    return [*found.values()]


def renamable(document: Document, position: lsp.Position) -> tuple[lsp.Range, str]:
    """The name at a place. Raises `CannotRename`."""
    mark = _named(document, position)
    return document.lines.range(mark.span), mark.name


def _named(document: Document, position: lsp.Position) -> Mark:
    mark = document.mark_at(document.lines.offset(position))
    if mark is None or mark.definition is None or mark.kind == "index":
        raise CannotRename("this is no name that the file gives")
    source = document.sources[mark.definition.source]
    if source.name.startswith(f"<{LIBRARY}"):
        raise CannotRename(f"`{mark.name}` stands in {source.shown}, which comes with seqspec")
    return mark


def rename(document: Document, position: lsp.Position, new: str) -> lsp.WorkspaceEdit:
    """The edits that give a name's bearer another. Raises `CannotRename`."""
    mark = _named(document, position)
    if not _PLAIN_NAME.fullmatch(new):
        raise CannotRename(
            f"`{new}` cannot be a name: one begins with a small letter, and has small letters, "
            "digits and `_`"
        )
    if mark.kind != "argument" and (problem := taken(new, None, [])):
        raise CannotRename(problem.message)
    places: dict[str, list[Span]] = {}
    documents: dict[str, Document] = {}
    for found, other in _occurrences(document, mark):
        documents[found.uri] = found
        places.setdefault(found.uri, []).append(other.span)
    _check_read(mark.name, documents.values())
    _check_meaning(documents, places, new)
    edits = {
        uri: [lsp.TextEdit(documents[uri].lines.range(span), new) for span in spans]
        for uri, spans in places.items()
    }
    return lsp.WorkspaceEdit(changes=edits)


def _check_read(name: str, documents: Iterable[Document]) -> None:
    """Refuses where the name stands in a statement that cannot be read, and would be left."""
    for document in documents:
        text = list(document.text)
        for part in (*document.spec.statements, *document.spec.comments):
            text[part.span.start : part.span.end] = " " * (part.span.end - part.span.start)
        if found := re.search(rf"\b{name}\b", "".join(text)):
            line = document.lines.position(found.start()).line + 1
            raise CannotRename(f"line {line} cannot be read, and has `{name}` in it; mend it first")


def _check_meaning(documents: dict[str, Document], places: dict[str, list[Span]], new: str) -> None:
    """Refuses where the text would not mean the same: the new name may be taken, or a word."""
    home = next(iter(documents.values())).home
    after = Documents(home.root)
    for other in home.all():
        after.put(other.uri, other.text)
    for uri, document in documents.items():
        after.put(uri, _changed(document.text, places[uri], new))
    for uri, document in documents.items():
        now = after.get(uri)
        if _errors(now) > _errors(document) or _links(now) != _links(document):
            raise CannotRename(f"`{new}` means something else here already")


def _errors(document: Document) -> int:
    return sum(d.severity == "error" for d in document.analysis.checked.diagnostics)


def _links(document: Document) -> list[tuple[str, int]]:
    """For each word its kind and, of a name, which word of the text gives it."""
    numbers = {m.definition: n for n, m in enumerate(document.marks) if m.defines}
    return [(m.kind, numbers.get(m.definition, -1)) for m in document.marks]


def _changed(text: str, places: list[Span], new: str) -> str:
    for span in sorted(places, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text
