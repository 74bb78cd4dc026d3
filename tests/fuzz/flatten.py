"""A text without blocks, repetition and parameters: each copy written out.

A second and simpler account of what these mean. Chains that are run many times with one set of
weights (`shared`, `feedback`) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from seqspec.graph.expressions import evaluate
from seqspec.limits import DEFAULT_LIMITS
from seqspec.ops.arguments import Word
from seqspec.ops.registry import BY_NAME
from seqspec.syntax import tree as t

from .trees import NOWHERE, mapped, parsed, parts, shown, word

Copy = tuple[str, int]  # "use" of a block or "copy" of a group, with a number of its own


class NotFlat(Exception):
    """What this does not write out."""


def flattened(text: str) -> str:
    """The text with its copies written out. Raises `NotFlat`."""
    return shown([*_Flattener(parsed(text)).statements()])


@dataclass(frozen=True)
class _Place:
    """Where a chain stands: what its parameters are, and in which copies."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    copies: tuple[Copy, ...] = ()


class _Flattener:
    def __init__(self, statements: tuple[t.Statement, ...]) -> None:
        self.all = statements
        self.blocks = {s.name.value: s for s in statements if isinstance(s, t.Block)}
        self.made: dict[str, list[tuple[tuple[Copy, ...], str]]] = {}
        self.number = 0
        self.lets: dict[str, Any] = {}
        self.kept = any(map(_opaque, statements))
        chains = (s for s in statements if isinstance(s, t.Shared))
        self.in_shared = {p.name.value for s in chains for p in parts(s) if isinstance(p, t.As)}

    def fresh(self) -> int:
        self.number += 1
        return self.number

    def statements(self) -> Iterator[t.Statement]:
        for statement in self.all:
            if isinstance(statement, t.Let):
                self.lets[statement.name.value] = self.valued(statement.value, _Place(self.lets))
        for statement in self.all:
            yield from self.statement(statement, _Place(self.lets))
        shared = (s for s in self.all if isinstance(s, t.Shared))
        if any(isinstance(p, t.Word) and self.copied(p.value) for s in shared for p in parts(s)):
            raise NotFlat("a shared chain that reads what copies give a name to")

    def statement(self, statement: t.Statement, place: _Place) -> Iterator[t.Statement]:
        match statement:
            case t.Out(name, None) if self.copied(name.value):
                stages = (t.Call(word(own), (), NOWHERE) for own in self.seen(name.value, ()))
                yield statement._replace(chain=t.Chain(tuple(stages), NOWHERE))
            case t.Out(chain=None) | t.Use():
                yield statement
            case t.Out() | t.Binding() | t.Pipeline():
                yield statement._replace(chain=self.chain(statement.chain, place))
            case t.Train():
                yield self.substituted(statement, place)
            case t.Block() | t.Shared() if self.kept:
                yield self.substituted(statement, place)

    def copied(self, name: str) -> bool:
        """Whether the values that the name stands for have names of their own."""
        return any(own != name for _, own in self.made.get(name, ()))

    def chain(self, chain: t.Chain, place: _Place) -> t.Chain:
        stages = tuple(s for stage in chain.stages for s in self.stage(stage, place))
        return chain._replace(stages=stages)

    def stage(self, stage: t.Stage, place: _Place) -> Iterator[t.Stage]:
        match stage:
            case t.As(name):
                yield self.named(name.value, place)
            case t.Group():
                yield from self.group(stage, place)
            case t.Call(t.Word(head)) if head in self.blocks:
                yield from self.block(stage, self.blocks[head], place)
            case t.Call():
                yield self.call(stage, place)
            case _:
                yield stage

    def named(self, name: str, place: _Place) -> t.As:
        """A name of its own for each copy."""
        own = f"{name}_{self.fresh()}" if place.copies else name
        self.made.setdefault(name, []).append((place.copies, own))
        return t.As(word(own), NOWHERE)

    def group(self, group: t.Group, place: _Place) -> Iterator[t.Stage]:
        if group.times is None:
            yield group._replace(chain=self.chain(group.chain, place))
            return
        times = self.valued(group.times, place)
        for number in range(times.value):
            inner = _Place(
                {**place.parameters, "i": t.Number(number, NOWHERE)},
                (*place.copies, ("copy", self.fresh())),
            )
            yield from self.chain(group.chain, inner).stages

    def block(self, call: t.Call, block: t.Block, place: _Place) -> Iterator[t.Stage]:
        if any(isinstance(argument, t.Group | t.Keyed) for argument in call.arguments):
            raise NotFlat("a block whose argument is a chain or has a key")
        arguments = [self.argument(argument, place)[0] for argument in call.arguments]
        for number, argument in enumerate(arguments):
            if isinstance(argument, t.Flow):
                name = f"flow_{self.fresh()}"
                yield t.As(word(name), NOWHERE)
                arguments[number] = word(name)
        given = dict(self.lets)
        for number, (name, default) in enumerate(block.parameters):
            value = arguments[number] if number < len(arguments) else default
            given[name.value] = self.valued(value, _Place(given))
        inner = _Place(given, (*place.copies, ("use", self.fresh())))
        yield from self.chain(block.chain, inner).stages

    def call(self, call: t.Call, place: _Place) -> t.Call:
        head = call.head.value if isinstance(call.head, t.Word) else ""
        if head in BY_NAME and BY_NAME[head].expands:
            if place.copies and any(isinstance(part, t.As) for part in parts(call)):
                raise NotFlat("names inside of what is fed back")
            parameters = {n: v for n, v in place.parameters.items() if n != "i"}
            return self.substituted(call, replace(place, parameters=parameters))
        arguments: list[Any] = []
        for argument in call.arguments:
            keyed = isinstance(argument, t.Keyed)
            if keyed and argument.key.value == "name" and place.copies:
                continue  # a layer's name gets a number in each copy
            value = self.argument(argument.value if keyed else argument, place)
            if keyed:
                arguments.append(argument._replace(value=_one_or_list(value)))
            else:
                arguments += value
        (new_head,) = self.argument(call.head, place)
        return call._replace(head=new_head, arguments=tuple(arguments))

    def argument(self, value: Any, place: _Place) -> list[Any]:
        """An argument; a name that stands for several values becomes theirs."""
        match value:
            case t.Word(name) | t.Indexed(name) if place.copies and name in self.in_shared:
                raise NotFlat("a name inside of a shared chain, which is each copy's own")
            case t.Group(chain, None):
                return [value._replace(chain=self.chain(chain, place))]
            case t.Group(chain):
                return [t.Group(t.Chain(tuple(self.group(value, place)), NOWHERE), None, NOWHERE)]
            case t.Listed(items):
                return [value._replace(items=tuple(self.argument(i, place)[0] for i in items))]
            case t.Word(name) if name in self.made:
                return [word(own) for own in self.seen(name, place.copies)]
            case t.Indexed(name, index) if name in self.made:
                return [word(self.seen(name, _uses(place.copies))[self.index(index, place)])]
        found = self.valued(value, place)
        return [found] if found == value or not _is_name(found) else self.argument(found, place)

    def index(self, index: int | t.Expression, place: _Place) -> int:
        return index if isinstance(index, int) else int(self.valued(index, place).value)

    def seen(self, name: str, copies: tuple[Copy, ...]) -> list[str]:
        """The values of the innermost copy that has any, or all of the file's."""
        for depth in range(len(copies), 0, -1):
            own = [one for made, one in self.made[name] if made[:depth] == copies[:depth]]
            if own:
                return own
        return [one for _, one in self.made[name]]

    def valued(self, value: Any, place: _Place) -> Any:
        """An argument with its parameters put in, and computed where all of them are numbers."""
        return self.substituted(value, place)

    def substituted(self, part: Any, place: _Place) -> Any:
        return mapped(part, lambda inner: _put_in(inner, place.parameters))


def _opaque(statement: t.Statement) -> bool:
    """Whether something is left as it stands, so that definitions must stay."""
    feeds = (
        part.head.value
        for part in parts(statement)
        if isinstance(part, t.Call) and isinstance(part.head, t.Word)
    )
    expands = any(head in BY_NAME and BY_NAME[head].expands for head in feeds)
    return isinstance(statement, t.Shared) or expands


def _uses(copies: tuple[Copy, ...]) -> tuple[Copy, ...]:
    """The copies around a place up to the innermost use of a block."""
    depth = max((n for n, (kind, _) in enumerate(copies, 1) if kind == "use"), default=0)
    return copies[:depth]


def _is_name(value: Any) -> bool:
    return isinstance(value, t.Word | t.Indexed)


def _one_or_list(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else t.Listed(tuple(values), NOWHERE)


def _put_in(part: Any, parameters: Mapping[str, Any]) -> Any:
    match part:
        case t.Expression(inner):
            return _computed(inner, parameters)
        case t.Keyed() | t.Call() | t.Group() | t.Listed():
            return part
        case t.ShapeText(sizes):
            return part._replace(sizes=tuple(map(_number, sizes)))
        case t.SliceText(bounds):
            return part._replace(parts=tuple(map(_number, bounds)))
        case t.Indexed(_, place):
            return part._replace(place=_number(place))
    return part


def _number(value: Any) -> Any:
    """A computed size or bound as a plain number."""
    return int(value.value) if isinstance(value, t.Number) else value


def _computed(inner: str, parameters: Mapping[str, Any]) -> Any:
    if inner in parameters:
        return parameters[inner]

    def put_in(match: re.Match[str]) -> str:
        value = parameters.get(match.group())
        if isinstance(value, t.Number):
            return f"({value.value!r})"
        return f"({value.text})" if isinstance(value, t.Expression) else match.group()

    text = re.sub(r"[a-z_]\w*", put_in, inner)
    if re.search(r"\bi\b", text) or set(re.findall(r"[a-z_]\w*", text)) - _FUNCTIONS:
        return t.Expression(text, NOWHERE)
    value = evaluate(text, {}, DEFAULT_LIMITS)
    return t.Number(value, NOWHERE) if not isinstance(value, Word) else word(value)


_FUNCTIONS = {"min", "max", "round", "int"}
