"""Collects what `let`, `block`, `shared` and `use` define, before any chain is elaborated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Problem
from seqspec.files import LIBRARY, library
from seqspec.graph.expressions import evaluate
from seqspec.graph.scope import Definitions, Sharing, taken
from seqspec.limits import Limits
from seqspec.ops.arguments import Word
from seqspec.source import Source, Span
from seqspec.syntax import Parsed, parse_text
from seqspec.syntax import tree as t

Reader = Callable[[str, str], tuple[str, str]]
"""Gives the name and the text of a used file, from its path and the using file's name.

Raises `Problem` when the file is not there or must not be read.
"""
Report = Callable[[Problem, Span], None]


class _Collector:
    def __init__(
        self,
        settings: Mapping[str, Any],
        read: Reader | None,
        limits: Limits,
        report: Report,
        sources: list[Source],
        enough: Callable[[], bool],
        parsed: dict[str, Parsed],
    ) -> None:
        self.settings, self.read, self.limits = settings, read, limits
        self.report, self.sources, self.enough = report, sources, enough
        self.parsed = parsed
        self.found = Definitions()
        self.used: set[str] = set()
        self.asked: set[tuple[str, str]] = set()
        self.characters = sum(len(source.text) for source in sources)

    def file(self, spec: t.Spec, path: tuple[str, ...]) -> None:
        for statement in spec.statements:
            if self.enough():
                return
            match statement:
                case t.Let():
                    self.let(statement)
                case t.Block(name=name):
                    self.distinct(statement)
                    if self.free(name):
                        self.found.blocks[name.value] = statement
                case t.Shared(name=name):
                    if self.free(name):
                        self.found.shared[name.value] = statement
                        self.found.sharings[name.value] = Sharing()
                case t.Use():
                    self.use(statement, path)
                case t.Binding(name=name) | t.Out(name=name) if len(path) > 1:
                    self.found.left.setdefault(name.value, name.span)

    def free(self, name: t.Word) -> bool:
        problem = taken(name.value, self.found.places.get(name.value), self.sources)
        if problem:
            self.report(problem, name.span)
            return False
        self.found.places[name.value] = name.span
        return True

    def distinct(self, block: t.Block) -> None:
        seen: set[str] = set()
        for name, _ in block.parameters:
            if name.value in seen:
                message = f"`{block.name.value}` has two parameters `{name.value}`"
                self.report(Problem(Code.REDEFINED, message), name.span)
            seen.add(name.value)

    def let(self, statement: t.Let) -> None:
        name = statement.name
        if not self.free(name):
            return
        value: Any = None
        if name.value in self.settings:
            value = self.settings[name.value]
        elif statement.value is not None:
            value = self.constant(statement.value)
        else:
            self.report(
                Problem(
                    Code.PARAMETER_UNSET,
                    f"the parameter `{name.value}` has no value",
                    help=f"set it with `-D {name.value}=…`, "
                    f"or give a default: `let {name.value} = …`",
                ),
                name.span,
            )
        self.found.parameters[name.value] = value

    def constant(self, value: t.Argument) -> Any:
        try:
            return constant(value, self.found.parameters, self.limits)
        except Problem as problem:
            self.report(problem, value.span)
            return None

    def use(self, statement: t.Use, path: tuple[str, ...]) -> None:
        asked = statement.path.value, path[-1]
        if asked in self.asked:
            return
        self.asked.add(asked)
        try:
            name, text = self._read(statement.path.value, path)
        except Problem as problem:
            self.report(problem, statement.path.span)
            return
        if name in self.used:
            return
        self.used.add(name)
        self.characters += len(text)
        if self.characters > self.limits.source_characters:
            self.report(_too_long(self.limits), statement.path.span)
            return
        source = Source(name, text, len(self.sources))
        self.sources.append(source)
        spec, faults = parse_text(source, self.limits, self.parsed.setdefault(name, Parsed()))
        for fault in faults:
            self.report(_again(fault), fault.span)
        self.file(spec, (*path, name))

    def _read(self, asked: str, path: tuple[str, ...]) -> tuple[str, str]:
        if self.read is None and not asked.startswith(LIBRARY):
            raise Problem(
                Code.UNREADABLE, "a text that stands in no file can use no file",
                help="write it to a file",
            )  # fmt: skip
        name, text = self.read(asked, path[-1]) if self.read else library(asked)
        if name in path:
            circle = " → ".join((*path[path.index(name) :], name))
            raise Problem(Code.CYCLIC_USE, f"files use each other in a circle: {circle}")
        if len(path) > self.limits.use_depth:
            raise Problem(
                Code.LIMIT,
                f"files use each other more than {self.limits.use_depth} deep",
                help="put what they hold into fewer files, or raise `Limits.use_depth`",
            )
        return name, text


def _too_long(limits: Limits) -> Problem:
    return Problem(
        Code.TOO_LONG,
        f"with this file the spec has more than {limits.source_characters:,} characters",
        help="use smaller files, or raise `Limits.source_characters`",
    )


def _again(fault: Diagnostic) -> Problem:
    return Problem(fault.code, fault.message, label=fault.label, help=fault.help)


def collect(
    spec: t.Spec,
    settings: Mapping[str, Any],
    read: Reader | None,
    limits: Limits,
    report: Report,
    sources: list[Source],
    enough: Callable[[], bool],
    parsed: dict[str, Parsed],
) -> Definitions:
    """All definitions of a spec and of the files that it uses; `sources` grows by those.

    `enough` says when so many errors are reported that the rest is not looked at, `parsed` has
    what was read of the used files before.
    """
    collector = _Collector(settings, read, limits, report, sources, enough, parsed)
    collector.file(spec, (spec.source.name,))
    return collector.found


def constant(value: t.Argument, parameters: Mapping[str, Any], limits: Limits) -> Any:
    """A value that needs no graph: a number, word, string, shape or list. Raises `Problem`."""
    match value:
        case t.Number(number):
            return number
        case t.Text(text):
            return text
        case t.Word(word):
            return Word(word)
        case t.Expression(text):
            return evaluate(text, parameters, limits)
        case t.ShapeText():
            return value
        case t.Listed(items):
            return [constant(item, parameters, limits) for item in items]
    raise Problem(
        Code.WRONG_KIND,
        "a parameter is a number, a word, a string, a shape or a list of them",
        help="a chain gets a name without `let`: `name = …`",
    )
