"""Writes one stage: an operation with random values for its fields.

Its own rules say at once whether it fits, and what comes of it; where they cannot, since it
holds a chain, the compiler is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.arguments import ArgumentSpec
from seqspec.ops.arguments import arguments_of as specs_of
from seqspec.ops.base import Layer, Operation
from seqspec.ops.chain import Network, Node
from seqspec.ops.input import In
from seqspec.ops.registry import OPERATIONS, make
from seqspec.unparse.stage import Texts, stage, value_text
from seqspec.values import Value

from .fields import Fields
from .flow import LARGEST_AXIS, Flow
from .look import Look

if TYPE_CHECKING:
    from .grow import Grower

CLASSES = 12  # of operations that are tried for a stage
ATTEMPTS = 4  # at arguments that fit
DEPTH = 2  # of groups and chains inside of one another

# Where the result would be no number almost everywhere, values are first brought above zero.
GUARDS = dict.fromkeys(
    ("log", "log1p", "sqrt", "rsqrt", "reciprocal"), "square -> scale 1.0 offset=0.5"
)

NEEDS = {"attend": ("heads", "heads", "score")}  # one of these must be given

arguments_of = cache(specs_of)


@cache
def named_operations() -> tuple[tuple[type[Operation], tuple[str, ...]], ...]:
    """Every operation but inputs, with its words. What is drawn depends on the seed alone, and so
    not on operations from outside that were imported before."""
    return tuple((cls, cls.names()) for cls in OPERATIONS if cls is not In)


@dataclass(frozen=True)
class Way:
    """One way to use an operation: under one of its words, with one of its arguments, and where
    that takes words with one of them."""

    cls: type[Operation]
    word: str
    field: str = ""
    choice: str = ""

    def __str__(self) -> str:
        key = self.field.rstrip("_")
        return f"{self.word} {key}={self.choice}" if key else self.word


@cache
def all_ways() -> dict[type[Operation], tuple[Way, ...]]:
    """Every way to use every operation."""
    return {
        cls: tuple(way for word in words for way in _ways(cls, word))
        for cls, words in named_operations()
    }


def _ways(cls: type[Operation], word: str) -> Iterator[Way]:
    yield Way(cls, word)
    for spec in arguments_of(cls, word):
        if spec.kind == "words":
            yield from (Way(cls, word, spec.field, choice) for choice in spec.words)
        elif not spec.required:
            yield Way(cls, word, spec.field)


@dataclass(frozen=True)
class Stage:
    """The text of a stage, and the value that comes of it where that is known."""

    text: str
    value: Value | None = None


class Composer:
    """Writes stages for a spec in the making."""

    def __init__(self, grower: Grower) -> None:
        self.grower = grower
        self.random: Random = grower.random
        self.chance = grower.chance

    def operation(self, flow: Flow) -> Stage | None:
        """An operation that takes the flow, as its own rules say."""
        for _ in range(CLASSES):
            cls, words = self.random.choice(named_operations())
            found = self.used(Way(cls, self.random.choice(words)), flow)
            if found is not None:
                return found
        return None

    def used(self, way: Way, flow: Flow, attempts: int = ATTEMPTS) -> Stage | None:
        """An operation used in this way, where it takes the flow."""
        kinds = {spec.kind for spec in arguments_of(way.cls, way.word)}
        for _ in range(1 if "chain" in kinds else attempts // (1 + ("operands" in kinds))):
            found = self.composed(way, flow)
            if found is not None:
                guard = GUARDS.get(way.word)
                return replace(found, text=f"{guard} -> {found.text}") if guard else found
        return None

    def composed(self, way: Way, flow: Flow) -> Stage | None:
        """One operation with random arguments, or None where they do not fit."""
        cls, word = way.cls, way.word
        specs = arguments_of(cls, word)
        need = self.random.choice(NEEDS.get(word, ("",)))
        fields: dict[str, Any] = {}
        texts: dict[str, str | tuple[str, ...]] = {}
        values = [flow.value] if cls.takes_flow else []
        draw = Fields(self.random, flow.value, self.around(flow), self.ids(flow))
        for spec in specs:
            asked = spec.field in (way.field, need)
            if not (asked or spec.required or self.chance(self._share(spec, specs, cls))):
                continue
            if spec.kind == "operands":
                operands = self.operands(spec, cls, word, flow)
                if operands is None:
                    return None
                texts[spec.field] = tuple(text for text, _ in operands)
                found = [value for _, many in operands for value in many]
                fields[spec.field] = tuple(range(len(values), len(values) + len(found)))
                values += found
            elif spec.kind == "chain":
                chain = self.chain(spec, cls, word, flow, fields, texts)
                if chain is None:
                    return None
                texts[spec.field] = chain
            else:
                named = spec.field == way.field and way.choice
                chosen = way.choice if named else draw.draw(spec)
                if word == "position" and spec.field == "count":
                    chosen = LARGEST_AXIS  # steps of an open number all have a place
                fields[spec.field] = chosen
                texts[spec.field] = self.spelled(spec, fields[spec.field])
        if any(spec.kind == "chain" for spec in specs):
            return Stage(self.written(word, cls, texts))
        try:
            value = self.value_of(make(word, fields), values, flow)
        except Problem:
            return None
        return Stage(self.written(word, cls, texts), value)

    def _share(
        self, spec: ArgumentSpec, specs: tuple[ArgumentSpec, ...], cls: type[Operation]
    ) -> float:
        """How often an argument is given that need not be."""
        if spec.kind == "operands":
            return 0.35 if cls.takes_flow else 1.0
        return max(0.3 if len(spec.words) > 4 else 0.0, min(0.35, 1.5 / len(specs)))

    def around(self, flow: Flow) -> list[int]:
        """Sizes of the flow and of the named values."""
        known = [flow.value, *(value for values in flow.names.values() for value in values)]
        sizes = [size for value in known for size in value.shape if isinstance(size, int)]
        return sizes + [value.states.units for value in known if value.states]

    def ids(self, flow: Flow) -> int:
        """How many ids the flow may have: as many as there are features where `argmax` chose."""
        return LARGEST_AXIS if "argmax" in self.grower.text(flow.text) else 1

    def spelled(self, spec: ArgumentSpec, value: Any) -> str:
        """A value as text, one of its spellings."""
        text = value_text(spec, value)
        alone = spec.kind == "axes" and len(value) > 1
        return text.replace("x", " ") if alone and self.chance(0.5) else text

    def written(self, word: str, cls: type[Operation], texts: Texts) -> str:
        """The stage, some arguments with their keys and sometimes with a name."""
        keyed = {
            field
            for field, text in texts.items()
            if self.chance(0.15) and " " not in text and not isinstance(text, tuple)
        }
        text = stage(word, cls, texts, keyed)
        named = self.chance(0.06) and not cls.expands
        return f'{text} name="{self.grower.fresh("Layer.")}"' if named else text

    def value_of(self, op: Operation, values: list[Value], flow: Flow) -> Value | None:
        """What comes of it by its rules; None where the compiler is to say. Raises `Problem`."""
        if not self.grower.profile.allows(op):
            raise Problem(Code.BAD_COMBINATION, "this kind of spec has no such operation")
        if len(flow.stages) == 1 and flow.value.rank == 1 and op.reads_steps:
            return None  # an input vector is read as steps there, which is the compiler's to do
        try:
            value = op.infer(*values)
            weights = op.weights(*values)
            if isinstance(op, Layer):
                op.check_start(weights)
        except Problem:
            raise
        except Exception:  # the compiler is asked, and its crash told with the text
            return None
        batch = next((v.batch for v in values if v.batch), None)
        return None if flow.refused else value.replace(batch=batch)

    # Values as arguments.

    def operands(
        self, spec: ArgumentSpec, cls: type[Operation], word: str, flow: Flow
    ) -> list[tuple[str, tuple[Value, ...]]] | None:
        """Values for an argument, each with its text."""
        if not cls.takes_flow:
            numbers = any(s.kind == "numbers" and s.positional for s in arguments_of(cls, word))
            if numbers and self.chance(0.3):
                return [("_", (flow.value,))]  # a number may stand for the other
            return self.merged(flow)
        several = self.random.choice((1, 1, 1, 2, 4)) if not spec.positional else 1
        names = self.named_values(flow)
        found = []
        for _ in range(several):
            if names and self.chance(0.8):
                found.append(self.random.choice(names))
            elif self.grower.depth < DEPTH and spec.positional:
                group = self.grower.group(flow, 1)
                if group is None:
                    return None
                found.append((f"({group.text})", (group.value,)))
        return found or None

    def named_values(self, flow: Flow) -> list[tuple[str, tuple[Value, ...]]]:
        """Names, and the single values of names that stand for many."""
        found = []
        for name, values in flow.names.items():
            if len(values) == 1:
                found.append((name, values))
            found += [(f"{name}.{i}", (value,)) for i, value in enumerate(values)]
        return found

    def merged(self, flow: Flow) -> list[tuple[str, tuple[Value, ...]]] | None:
        """Two or more values, one of which is the flow or made of it."""
        whole = [*flow.names.items()]
        found = [("_", (flow.value,))]
        for _ in range(self.random.choice((1, 1, 1, 2))):
            choice = self.random.random()
            if choice < 0.35 and whole:
                found.append(self.random.choice(whole))
            elif choice < 0.45:
                found.append(("_", (flow.value,)))
            else:
                group = self.fitted(flow)
                if group is None:
                    return None
                found.append((f"({group.text})", (group.value,)))
        if self.chance(0.3) and len(found) > 2:
            found = found[1:]
        self.random.shuffle(found)
        return found

    def fitted(self, flow: Flow) -> Flow | None:
        """A group, often with as many features as the flow has."""
        if self.grower.depth >= DEPTH:
            return None
        group = self.grower.group(flow)
        if group is None or group.value.shape == flow.value.shape:
            return group
        begins, ends = flow.value, group.value
        if ends.rank == 1 and begins.rank == 2 and self.chance(0.5):
            group = group.after("repeat 1") or group
        elif ends.rank and ends.shape[:-1] == begins.shape[:-1] and self.chance(0.8):
            group = self.as_wide(group, begins)
        return group

    def as_wide(self, flow: Flow, value: Value) -> Flow:
        """The chain, brought to as many features as a value has where that can be."""
        wide = value.rank and isinstance(value.features, int)
        return (wide and flow.after(f"dense {value.features}")) or flow

    # Chains inside of operations.

    def chain(
        self,
        spec: ArgumentSpec,
        cls: type[Operation],
        word: str,
        flow: Flow,
        fields: dict[str, Any],
        texts: dict[str, str | tuple[str, ...]],
    ) -> str | None:
        """A chain that an operation holds, in parentheses."""
        if self.grower.depth >= DEPTH or (
            cls.expands and spec.required is False and self.chance(0.4)
        ):
            return None
        try:
            begins = cls.enters(fields, flow.value)
        except Problem:
            return None
        once = {name: "1" for name in texts if cls.expands and name == "count"}

        def wrap(text: str) -> str:
            return flow.group().wrap(stage(word, cls, {**texts, **once, spec.field: f"({text})"}))

        def find(seen: Look) -> tuple[Network, Node] | None:
            end = flow.find(seen)
            if end is None or cls.expands:
                return end
            network, node = end
            if not node.op.chains():  # what is fed back is made one step at its end
                node = network.by_name[node.inputs[0]]
            for inside in node.op.chains()[:1]:
                return inside, inside.by_name[inside.output]
            return None

        inner = Flow(wrap, find, begins, inner=not cls.expands or flow.inner, refused=flow.refused)
        self.grower.depth += 1
        inner = self.grower.extend(inner, self.random.randint(1, 3))
        if cls.expands and inner.value.shape[-1:] != begins.shape[-1:]:
            inner = self.as_wide(inner, begins)
        self.grower.depth -= 1
        return f"({inner.text})" if inner.stages else None
