"""What the command line, editors and users call: each step of the compiler as one function."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from seqspec.diagnostics import (
    GUESSES,
    MANY_GUESSES,
    Diagnostic,
    Problem,
    SpecError,
    UsageError,
)  # fmt: skip
from seqspec.echoes import OF_THE_WHOLE, names_missing, without_echoes
from seqspec.files import read_source, reader
from seqspec.graph.definitions import Reader
from seqspec.graph.elaborate import Elaborator
from seqspec.graph.nodes import GraphQueries, PlainGraph
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.ops.chain import Node, looks_aside
from seqspec.passes import DEFAULT_LEVEL, Level
from seqspec.record import Struct
from seqspec.settings import Settings, check_known, plain_settings
from seqspec.source import Source, Span
from seqspec.syntax import parse_text
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.graph import Graph
    from seqspec.graph.journal import Journal
    from seqspec.target.lower import Slicing


class Checked(Struct):
    """What came of a text: its graph when there are no errors, and all that there is to say."""

    plain: PlainGraph | None
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Source, ...]

    @property
    def ok(self) -> bool:
        """Whether there are no errors; warnings and notes do not count."""
        return self.plain is not None

    @property
    def verdict(self) -> str:
        """All of it in one line: the number of errors, or what the model gives."""
        errors = sum(d.severity == "error" for d in self.diagnostics)
        if self.plain is None or errors:  # some are told of data, and the graph is there
            return f"{errors} error{'s' if errors > 1 else ''}"
        graph = self.plain
        outputs = ", ".join(f"{o.name} {graph.by_name[o.node].value}" for o in graph.outputs)
        return f"{outputs}, {graph.parameter_count:,} parameters"

    @cached_property
    def graph(self) -> Graph | None:
        """The graph for JSON and tools, or None when there are errors."""
        from seqspec.graph.graph import Graph

        return None if self.plain is None else Graph.of(self.plain)

    def demand(self) -> Graph:
        """The graph. Raises `SpecError` with all diagnostics when there are errors."""
        self.needed()
        assert self.graph is not None
        return self.graph

    def needed(self) -> PlainGraph:
        """The graph as the compiler works on it. Raises `SpecError` as `demand` does."""
        if self.plain is None:
            raise SpecError(self.diagnostics, self.sources)
        return self.plain

    def built(self, level: Level) -> GraphQueries:
        """The graph that is built at a level. Raises `SpecError` as `demand` does."""
        return self._after_passes if level else self.needed()

    @cached_property
    def _after_passes(self) -> GraphQueries:
        return optimized(self.needed(), 1)


class Analysis(Struct):
    """A text that was checked, with what an editor asks of its parts, also where it has faults."""

    checked: Checked
    spec: t.Spec
    elaborator: Elaborator


def check_source(
    source: Source,
    settings: Settings | None = None,
    *,
    read: Reader | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Checked:
    """Everything about a text. Raises `UsageError` for settings that the spec does not have."""
    return _analyzed(source, settings, read, limits).checked


def analyze(
    source: Source,
    settings: Settings | None = None,
    *,
    read: Reader | None = None,
    limits: Limits = DEFAULT_LIMITS,
    before: Analysis | None = None,
) -> Analysis:
    """As `check_source`, for those who ask where in the text things are.

    What is the same as `before`, in an earlier state of the text, is taken from there.
    """
    from seqspec.graph.journal import Journal

    journal = Journal(before.elaborator.journal if before else None)
    return _analyzed(source, settings, read, limits, journal)


def _analyzed(
    source: Source,
    settings: Settings | None,
    read: Reader | None,
    limits: Limits,
    journal: Journal | None = None,
) -> Analysis:
    GUESSES.set([MANY_GUESSES])
    spec, faults = parse_text(source, limits, journal.text if journal else None)
    given = plain_settings(settings or {}, limits)
    elaborator = Elaborator(spec, given, read, limits, journal)
    empty = not spec.statements and not faults
    graph = elaborator.run(_model_name(source.name)) if spec.statements or empty else None
    for node, problem in _unread(graph) if graph else ():
        elaborator.report(problem, node.span or Span(0, 0))
    found = [*faults, *elaborator.diagnostics]
    if faults or elaborator.errors:
        graph = None
    whole = not faults and not names_missing(found, elaborator.sources)
    if not whole:
        found = [d for d in found if d.code not in OF_THE_WHOLE]
    found = without_echoes(found, elaborator.sources)
    known = {*elaborator.definitions.parameters, *elaborator.stages.resolver.dimensions}
    if whole:
        check_known(given, known)
    found.sort(key=lambda d: (d.span.source, d.span.start, d.span.end))
    checked = Checked(graph, tuple(found), tuple(elaborator.sources))
    return Analysis(checked, spec, elaborator)


def _unread(graph: GraphQueries) -> list[tuple[Node, Problem]]:
    """Weights that the model would be made without. Few graphs can have any, and those alone
    are lowered to see."""
    if not looks_aside(graph):
        return []
    from seqspec.target.unread import unread

    return unread(graph)


def _model_name(source: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]+", "_", Path(source).stem).strip("_")
    return name if name and not source.startswith("<") else "model"


def check(
    spec: str | Path,
    settings: Settings | None = None,
    *,
    root: str | Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Checked:
    """Checks a spec: a `Path` is a file, a `str` is the text itself.

    `settings` are parameters and dimensions by name, as `-D` gives them. Files that the spec
    uses are read below `root`, which is the spec's own folder by default. Raises `UsageError`
    for a file that cannot be read and for settings that the spec does not have.
    """
    if isinstance(spec, Path):
        source = read_source(spec, limits)
        read = reader(Path(root) if root else spec.parent, limits)
        return check_source(source, settings, read=read, limits=limits)
    reading = reader(Path(root), limits) if root else None
    return check_source(Source("<spec>", spec), settings, read=reading, limits=limits)


def parse(
    text: str,
    settings: Settings | None = None,
    *,
    root: str | Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Graph:
    """The graph of a text. Raises `SpecError` with every fault of it."""
    return check(text, settings, root=root, limits=limits).demand()


def load(
    path: str | Path,
    settings: Settings | None = None,
    *,
    root: str | Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Graph:
    """The graph of a `.seq` file. Raises `SpecError`, or `UsageError` for the file itself."""
    return check(Path(path), settings, root=root, limits=limits).demand()


def format(text: str, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """A text in the one style. Raises `SpecError` where it has syntax errors."""
    return format_source(Source("<spec>", text), limits=limits)


def format_source(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """As `format`, for a text with a name."""
    from seqspec.syntax.format import formatted

    spec, faults = parse_text(source, limits)
    if faults:
        raise SpecError(faults, [source])
    return formatted(spec, limits)


def sound(graph: GraphQueries) -> GraphQueries:
    """A graph that no text was checked for. Raises `UsageError`."""
    for _, problem in _unread(graph):
        raise UsageError(f"{problem.message}: {problem.label}; {problem.help}")
    return graph


def optimized(graph: GraphQueries, level: Level) -> GraphQueries:
    """The graph that is built: as written for level 0, after all passes for level 1."""
    if not level:
        return graph
    from seqspec.passes.pipeline import optimized as after_passes

    return after_passes(graph)


def emit(
    spec: Graph | Path | str,
    settings: Settings | None = None,
    *,
    slicing: Slicing = "index",
    optimize: Level = DEFAULT_LEVEL,
    root: str | Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """Keras source for a graph, a file (`Path`) or a text. Raises `SpecError`, `UsageError`."""
    from seqspec.target.emit import emit as emit_graph

    graph: GraphQueries
    if isinstance(spec, GraphQueries):
        graph = optimized(sound(spec), optimize)
    else:
        graph = check(spec, settings, root=root, limits=limits).built(optimize)
    return emit_graph(graph, slicing=slicing)
