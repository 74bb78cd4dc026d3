"""What each word of a text is: an operation, a word of one, a name with the place that gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from seqspec.graph.scope import Definitions
from seqspec.graph.training import Objective, Optimizer
from seqspec.ops.arguments import ArgumentSpec, arguments, arguments_of, known_words
from seqspec.ops.registry import BY_NAME
from seqspec.source import Source, Span
from seqspec.syntax import tree as t

Kind = Literal[
    "keyword", "operation", "word", "key", "number", "size", "string",
    "value", "parameter", "block", "shared", "argument", "index",
]  # fmt: skip
_NAME = re.compile(r"(?<![\w.])[a-z]\w*(?!\w|\s*\()")
_TRAIN = (*arguments(Objective), *arguments(Optimizer))


class Mark(NamedTuple):
    """A word at its place; `definition` is where the name is given that it stands for."""

    span: Span
    kind: Kind
    name: str
    definition: Span | None = None
    call: t.Call | t.Train | None = None  # whose argument it is
    key: str = ""  # the argument's key, where it is written

    @property
    def defines(self) -> bool:
        """Whether the name is given here."""
        return self.span == self.definition


class Name(NamedTuple):
    """What a name of the file stands for."""

    kind: Kind
    place: Span
    statement: t.Statement | None = None


Scope = Mapping[str, Name]


def names_of(spec: t.Spec, definitions: Definitions) -> dict[str, Name]:
    """Every name that the file, or a file that it uses, gives; the first of two that are equal."""
    names: dict[str, Name] = {}
    for name, block in definitions.blocks.items():
        names[name] = Name("block", definitions.places[name], block)
    for name, shared in definitions.shared.items():
        names[name] = Name("shared", definitions.places[name], shared)
    for name, place in definitions.places.items():
        names.setdefault(name, Name("parameter", place))
    for statement in spec.statements:
        match statement:
            case t.Let(name=word) if word.value in names:
                names[word.value] = Name("parameter", names[word.value].place, statement)
            case t.Binding(name=word) | t.Out(name=word, chain=t.Chain()):
                names.setdefault(word.value, Name("value", word.span, statement))
        for word in names_inside(statement):
            names.setdefault(word.value, Name("value", word.span, statement))
    return names


def names_inside(part: object) -> Iterator[t.Word]:
    """The names that `as` gives in a part of the tree, in order."""
    pending = [part]
    while pending:
        found = pending.pop()
        if isinstance(found, t.As):
            yield found.name
        elif isinstance(found, tuple) and not isinstance(found, Span):
            pending.extend(reversed(found))


@dataclass
class Marker:
    """Goes through the statements of a file and marks their words."""

    source: Source
    names: Scope
    definitions: Definitions
    marks: list[Mark] = field(default_factory=list)
    scope: dict[str, Name] = field(default_factory=dict)  # what only the statement knows

    def run(self, spec: t.Spec) -> list[Mark]:
        """All marks, in the order of the text."""
        for statement in spec.statements:
            self.statement(statement)
            self.scope = {}
        self.marks.sort(key=lambda mark: (mark.span.start, mark.span.end))
        return self.marks

    def mark(self, span: Span, kind: Kind, name: str = "", **more: object) -> None:
        text = name or self.source.text[span.start : span.end]
        self.marks.append(Mark(span, kind, text, **more))  # type: ignore[arg-type]

    def keyword(self, span: Span, word: str) -> None:
        self.mark(Span(span.start, span.start + len(word), span.source), "keyword", word)

    def refer(self, span: Span, name: str, **more: object) -> bool:
        """A name that is used, or given; whether anybody gives it."""
        found = self.scope.get(name) or self.names.get(name)
        if found:
            self.mark(span, found.kind, name, definition=found.place, **more)
        return found is not None

    def statement(self, statement: t.Statement) -> None:
        match statement:
            case t.Out(name, chain):
                self.keyword(statement.span, "out")
                self.refer(name.span, name.value)
                self.chain(chain)
            case t.Let(name, value):
                self.keyword(statement.span, "let")
                self.refer(name.span, name.value)
                self.value(value, None, (), "")
            case t.Shared(name, chain):
                self.keyword(statement.span, "shared")
                self.refer(name.span, name.value)
                self.chain(chain)
            case t.Block():
                self.block(statement)
            case t.Train(given):
                self.train(statement, given)
            case t.Use(path):
                self.keyword(statement.span, "use")
                self.mark(path.span, "string", path.value)
            case t.Binding(name, chain):
                self.refer(name.span, name.value)
                self.chain(chain)
            case t.Pipeline(chain):
                self.chain(chain)

    def block(self, block: t.Block) -> None:
        self.keyword(block.span, "block")
        self.refer(block.name.span, block.name.value)
        for name, default in block.parameters:
            self.value(default, None, (), "")
            self.scope.setdefault(name.value, Name("argument", name.span, block))
            self.refer(name.span, name.value)
        self.chain(block.chain)

    def train(self, statement: t.Train, given: tuple[t.Argument | t.Keyed, ...]) -> None:
        self.keyword(statement.span, "train")
        for place, argument in enumerate(given):
            if place == 0 and isinstance(argument, t.Word):
                self.refer(argument.span, argument.value, call=statement)
            else:
                self.argument(argument, statement, _TRAIN)

    def chain(self, chain: t.Chain | None) -> None:
        for stage in chain.stages if chain else ():
            match stage:
                case t.As(name):
                    self.keyword(stage.span, "as")
                    self.refer(name.span, name.value)
                case t.Group():
                    self.group(stage)
                case t.Call():
                    self.call(stage)

    def group(self, group: t.Group) -> None:
        if group.times is None:
            self.chain(group.chain)
            return
        outer, index = self.scope, Name("index", group.times.span)
        self.value(group.times, None, (), "")
        self.scope = {**outer, "i": index}
        self.chain(group.chain)
        self.scope = outer

    def call(self, call: t.Call) -> None:
        head, specs = call.head, tuple[ArgumentSpec, ...]()
        if isinstance(head, t.Word) and head.value in BY_NAME:
            self.mark(head.span, "operation", head.value, call=call)
            specs = arguments_of(BY_NAME[head.value], head.value)
        elif isinstance(head, t.Word):
            self.refer(head.span, head.value, call=call)
        else:
            self.value(head, call, (), "")
        for argument in call.arguments:
            self.argument(argument, call, specs)

    def argument(
        self,
        argument: t.Argument | t.Keyed,
        call: t.Call | t.Train,
        specs: tuple[ArgumentSpec, ...],
    ) -> None:
        if not isinstance(argument, t.Keyed):
            self.value(argument, call, specs, "")
            return
        key = argument.key
        parameter = self._parameter_of(call, key.value)
        place = parameter.span if parameter else None
        self.mark(key.span, "argument" if parameter else "key", key.value,
                  definition=place, call=call, key=key.value)  # fmt: skip
        self.value(argument.value, call, specs, key.value)

    def _parameter_of(self, call: t.Call | t.Train, key: str) -> t.Word | None:
        """The parameter that a key names, of the block that is used."""
        if isinstance(call, t.Train) or not isinstance(call.head, t.Word):
            return None
        block = self.definitions.blocks.get(call.head.value)
        return next((n for n, _ in block.parameters if n.value == key), None) if block else None

    def value(
        self,
        value: t.Argument | None,
        call: t.Call | t.Train | None,
        specs: tuple[ArgumentSpec, ...],
        key: str,
    ) -> None:
        match value:
            case t.Word(word, span):
                self._word(word, span, call, specs, key)
            case t.Group():
                self.group(value)
            case t.Listed(items):
                for item in items:
                    self.value(item, call, specs, key)
            case t.Indexed(name, place, span):
                self.refer(Span(span.start, span.start + len(name), span.source), name)
                self._literal(place, call, key)
            case _:
                self._literal(value, call, key)

    def _literal(self, value: object, call: t.Call | t.Train | None, key: str) -> None:
        match value:
            case t.Number():
                self.mark(value.span, "number", call=call, key=key)
            case t.Text(text):
                self.mark(value.span, "string", text, call=call, key=key)
            case t.Expression():
                self._expression(value.span)
            case t.ShapeText(parts) | t.SliceText(parts):
                self.mark(value.span, "size", call=call, key=key)
                for part in parts:
                    self._literal(part, call, key)

    def _word(
        self,
        word: str,
        span: Span,
        call: t.Call | t.Train | None,
        specs: tuple[ArgumentSpec, ...],
        key: str,
    ) -> None:
        """A word of the operation, or the name of a value; its own words come first."""
        if key:
            own = any(spec.key == key and spec.kind != "operands" for spec in specs)
        else:
            own = word in known_words(specs)
        if own or call is None or not self.refer(span, word, call=call, key=key):
            self.mark(span, "word", word, call=call, key=key)

    def _expression(self, span: Span) -> None:
        for found in _NAME.finditer(self.source.text, span.start, span.end):
            self.refer(Span(found.start(), found.end(), span.source), found.group())
