"""The texts that an editor has open, what the driver says of each, and files that they use."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris

from seqspec import driver
from seqspec.diagnostics import UsageError
from seqspec.files import LIBRARY, library_file, read_source, reader
from seqspec.limits import DEFAULT_LIMITS
from seqspec.lsp.marks import Mark, Marker, Name, names_of
from seqspec.lsp.positions import Lines
from seqspec.source import Source, Span
from seqspec.syntax import tree as t


def path_of(uri: str) -> Path | None:
    """The file of a URI; none for a document that was never saved."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    return Path(path).resolve() if path else None


class Document:
    """A text, with everything about it that is worked out when it is first asked for."""

    def __init__(
        self, uri: str, text: str, home: Documents, before: driver.Analysis | None = None
    ) -> None:
        self.uri, self.text, self.home = uri, text, home
        self.path, self._before = path_of(uri), before
        self.lines = Lines(text, home.encoding)

    @cached_property
    def analysis(self) -> driver.Analysis:
        """What the driver makes of the text."""
        before, self._before = self._before, None
        if self.path is None:
            return driver.analyze(Source("<untitled>", self.text), before=before)
        root = self.home.root or self.path.parent
        read = reader(root, DEFAULT_LIMITS, self.home.texts())
        return driver.analyze(Source(str(self.path), self.text), read=read, before=before)

    @property
    def known(self) -> driver.Analysis | None:
        """The analysis, or an older one, where there is any."""
        return self.__dict__.get("analysis", self._before)

    @property
    def spec(self) -> t.Spec:
        """The statements that can be read."""
        return self.analysis.spec

    @property
    def sources(self) -> tuple[Source, ...]:
        """The text, and those that it uses."""
        return self.analysis.checked.sources

    @cached_property
    def names(self) -> dict[str, Name]:
        """What the names of the file stand for."""
        return names_of(self.spec, self.analysis.elaborator.definitions)

    @cached_property
    def marks(self) -> list[Mark]:
        """What the words are, in order."""
        definitions = self.analysis.elaborator.definitions
        return Marker(self.spec.source, self.names, definitions).run(self.spec)

    def mark_at(self, offset: int) -> Mark | None:
        """The word at an offset, or the one that ends there; the inner one of two."""
        before = bisect_right(self.marks, offset, key=lambda mark: mark.span.start)
        near = [m for m in self.marks[max(0, before - 8) : before] if m.span.end >= offset]
        return min(near, key=lambda mark: mark.span.end - mark.span.start, default=None)

    def statement_at(self, offset: int) -> t.Statement | None:
        """The statement that stands there, if it can be read."""
        found = [s for s in self.spec.statements if s.span.start <= offset <= s.span.end]
        return found[0] if found else None

    def location(self, span: Span) -> lsp.Location:
        """Where a stretch is, of this text or of one that it uses."""
        if not span.source:
            return lsp.Location(self.uri, self.lines.range(span))
        source = self.sources[span.source]
        lines = Lines(source.text, self.home.encoding)
        return lsp.Location(self.home.uri(source), lines.range(span))

    def key(self, span: Span) -> tuple[Path | str, int]:
        """A place, by which the same is known from other documents."""
        if span.source:
            return path_of_source(self.sources[span.source]), span.start
        return self.path or self.uri, span.start

    def uses(self, path: Path) -> bool:
        """Whether the text uses a file, directly or through others, or asks for it in vain."""
        asked = [s.path.value for s in self.spec.statements if isinstance(s, t.Use)]
        near = {(self.path.parent / name).resolve() for name in asked} if self.path else set()
        return path in near or any(path_of_source(source) == path for source in self.sources[1:])


class Documents:
    """The open documents by URI."""

    def __init__(self, root: Path | None = None) -> None:
        self.encoding = "utf-16"
        self.root = root
        self.folders: list[Path] = []
        self._open: dict[str, Document] = {}

    def put(self, uri: str, text: str) -> list[Document]:
        """A document as it is now, and with it those that use it."""
        old = self._open.get(uri)
        self._open[uri] = Document(uri, text, self, old.known if old else None)
        return self.refreshed(uri)

    def close(self, uri: str) -> list[Document]:
        """Forgets a document; those that used it read the file."""
        path = path_of(uri)
        self._open.pop(uri, None)
        return [self._again(found) for found in self.all() if path and found.uses(path)]

    def refreshed(self, uri: str) -> list[Document]:
        """The document, if it is open, and those that use it, to be looked at anew."""
        path = path_of(uri)
        using = [d for d in self.all() if d.uri != uri and path and d.uses(path)]
        own = [self._open[uri]] if uri in self._open else []
        return [*own, *(self._again(found) for found in using)]

    def _again(self, document: Document) -> Document:
        self._open[document.uri] = Document(document.uri, document.text, self, document.known)
        return self._open[document.uri]

    def all(self) -> list[Document]:
        """Every open document."""
        return [*self._open.values()]

    def get(self, uri: str) -> Document:
        """A document; one that is not open is read, and empty if it cannot be."""
        if uri in self._open:
            return self._open[uri]
        path = path_of(uri)
        try:
            text = read_source(path, DEFAULT_LIMITS).text if path else ""
        except UsageError:
            text = ""
        return Document(uri, text, self)

    def texts(self) -> dict[Path, str]:
        """The open texts by file."""
        return {d.path: d.text for d in self._open.values() if d.path}

    def uri(self, source: Source) -> str:
        """The URI of a used file; as the editor has it, where it is open."""
        path = path_of_source(source)
        found = [d.uri for d in self._open.values() if d.path == path]
        return found[0] if found else uris.from_fs_path(str(path)) or ""

    def project(self) -> Iterator[Document]:
        """The open documents, and the specs in the folders that are open."""
        yield from self.all()
        known = set(self.texts())
        for path in (path for folder in self.folders for path in specs_below(folder)):
            if path not in known:
                known.add(path)
                yield self.get(path.as_uri())


def specs_below(folder: Path, most: int = 5000) -> Iterator[Path]:
    """The specs of a folder, as far as so many folders have any; hidden ones are left out."""
    for number, (here, folders, files) in enumerate(os.walk(folder)):
        if number >= most:
            return
        folders[:] = sorted(f for f in folders if f[0] != "." and f != "node_modules")
        yield from (Path(here, name).resolve() for name in sorted(files) if name.endswith(".seq"))


def path_of_source(source: Source) -> Path:
    """The file of a used source."""
    name = source.name
    if name.startswith(f"<{LIBRARY}"):
        return library_file(name.strip("<>"))
    return Path(name).resolve()
