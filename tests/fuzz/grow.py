"""Grows random specs, stage by stage, out of what the operations declare.

Each stage is an operation with random values for its fields. Its own shape rule says at once
whether it fits; what it does, and whether its text is right, the compiler is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.arguments import ArgumentSpec, arguments_of
from seqspec.ops.base import Operation
from seqspec.ops.chain import Network, Node
from seqspec.ops.input import In
from seqspec.ops.registry import make, operations
from seqspec.values import Value

from . import shorthand
from .fields import Fields
from .flow import Flow
from .look import Look, look
from .settings import train_statements
from .sources import source
from .written import Texts, stage, value_text

CLASSES = 12  # of operations that are tried for a stage
ATTEMPTS = 8  # at arguments that fit
DEPTH = 2  # of groups and chains inside of one another

# Where the result would be no number almost everywhere, values are first brought above zero.
GUARDS = dict.fromkeys(
    ("log", "log1p", "sqrt", "rsqrt", "reciprocal"), "square -> scale 1.0 offset=0.5"
)


@dataclass(frozen=True)
class Profile:
    """What kind of specs are grown."""

    begins: Callable[[Random], str] = source
    allows: Callable[[Operation], bool] = lambda op: True
    refused: frozenset[Code] = frozenset()


ANY = Profile(allows=lambda op: not getattr(op, "always", False))
SAMPLING = Profile()  # with noise that stays on, so that no two runs are alike


@cache
def named_operations() -> tuple[tuple[type[Operation], tuple[str, ...]], ...]:
    """Every operation but inputs, with its words."""
    return tuple((cls, cls.names()) for cls in operations() if cls is not In)


@dataclass
class Grower:
    """One spec in the making: definitions, and the statements that give names to chains."""

    random: Random
    profile: Profile = ANY
    definitions: list[str] = field(default_factory=list)
    statements: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    depth: int = 0
    _given: int = 0

    def chance(self, probability: float) -> bool:
        """True in so many of the cases."""
        return self.random.random() < probability

    def fresh(self, letter: str = "v") -> str:
        """A name that nothing has."""
        self._given += 1
        return f"{letter}{self._given}"

    def text(self, *more: str) -> str:
        """The spec so far, and more statements."""
        bound = (f"{name} = {chain}" for name, chain in self.statements)
        return "\n".join((*self.definitions, *bound, *more, ""))

    # Statements.

    def statement(self) -> None:
        """One more named chain, from an input or from names."""
        flow = self.begin()
        if flow is None:
            return
        flow = self.extend(flow, self.random.randint(1, 6))
        self.statements.append((self.fresh(), flow.text))
        seen = look(self.text())
        assert seen, self.text()
        self.names = seen.names

    def begin(self) -> Flow | None:
        """A chain with its first stage."""
        root = Flow(
            wrap=lambda text: self.text(f"out probe = {text}"),
            find=lambda seen: seen.end,
            value=Value(shape=()),
            names=self.names,
            refused=self.profile.refused,
        )
        single = [name for name, values in self.names.items() if len(values) == 1]
        if not single or self.chance(0.35):
            return root.after(self.profile.begins(self.random))
        flow = root.after(self.random.choice(single))
        if flow is not None and self.chance(0.2):
            merge = self.merge_of_names(flow)
            return (merge and root.after(merge)) or flow
        return flow

    def merge_of_names(self, flow: Flow) -> str | None:
        """`add a b`: a chain that begins with two names."""
        words = [w for cls, names in named_operations() if not cls.takes_flow for w in names]
        alike = [n for n, values in flow.names.items() if values[0].shape == flow.value.shape]
        return f"{self.random.choice(words)} {flow.text} {self.random.choice(alike)}"

    # Chains.

    def extend(self, flow: Flow, stages: int) -> Flow:
        """The chain with up to so many more stages."""
        for left in range(stages, 0, -1):
            longer = self.longer(flow, left)
            flow = longer if longer is not None else flow
        return flow

    def longer(self, flow: Flow, left: int) -> Flow | None:
        """The chain with one more stage."""
        for _ in range(6):
            text = self.stage(flow)
            after = flow.after(text) if text else None
            if after is None:
                continue
            flat = after.value.rank < 2 <= flow.value.rank and not after.value.is_tokens
            if flat and left > 1 and self.chance(0.7):
                continue  # vectors have few operations, and sequences are what it is about
            return self.named(after)
        return None

    def named(self, flow: Flow) -> Flow:
        """Sometimes with a name for the value flowing by; more often where names are needed."""
        wanted = flow.value.states or flow.value.vocab
        if self.chance(0.5 if wanted else 0.1):
            return flow.after(f"as {self.fresh('a')}") or flow
        return flow

    def stage(self, flow: Flow) -> str | None:
        """A stage that may fit."""
        choice = self.random.random()
        if self.depth < DEPTH:
            if choice < 0.05:
                return self.repeated(flow)
            if choice < 0.10:
                return self.block(flow)
            if choice < 0.15:
                return self.shared_chain(flow)
            if choice < 0.17:
                group = self.group(flow)
                return f"({group.text})" if group else None
        if choice < 0.19 and self.shared:
            return self.random.choice(self.shared)
        if choice < 0.21 and self.blocks:
            return f"{self.random.choice(self.blocks)} {self.random.randint(1, 4)}"
        return self.operation(flow)

    def group(self, flow: Flow, stages: int = 0) -> Flow | None:
        """A chain in parentheses that reads the flow."""
        self.depth += 1
        inner = self.extend(flow.group(), stages or self.random.choice((1, 1, 2, 3)))
        self.depth -= 1
        return inner if inner.stages else None

    def repeated(self, flow: Flow) -> str | None:
        """`( chain ) * N`, where the copies may differ by their number."""
        inner = self.group(flow)
        if inner is None:
            return None
        text = inner.text
        if self.chance(0.5):
            text = shorthand.with_parameter(self.random, text, ("{i + %d}", "{%d + i * 2}"))
        return f"({text}) * {self.random.randint(2, 3)}"

    def block(self, flow: Flow) -> str | None:
        """A new block and its first use."""
        inner = self.group(flow)
        if inner is None:
            return None
        name, default = self.fresh("b"), self.random.randint(1, 4)
        chain, given = shorthand.parametrised(self.random, inner.text, "p")
        values = [n for n in ("q",) if self.chance(0.3)]
        chain = f"add {{q}} ({chain})" if values else chain
        parameters = ", ".join([f"p={default}" if self.chance(0.3) else "p", *values])
        self.definitions.append(f"block {name}({parameters}) = {chain}")
        use = f"{name} {given}{' _' if values else ''}"
        if flow.after(use) is None:
            self.definitions.pop()
            return None
        if not values:
            self.blocks.append(name)
        return use

    def shared_chain(self, flow: Flow) -> str | None:
        """A new shared chain and its first use."""
        inner = self.group(flow)
        if inner is None:
            return None
        name = self.fresh("s")
        self.definitions.append(f"shared {name} = {inner.text}")
        if flow.after(name) is None:
            self.definitions.pop()
            return None
        self.shared.append(name)
        return name

    # Operations.

    def operation(self, flow: Flow) -> str | None:
        """An operation that takes the flow, as its own rules say."""
        for _ in range(CLASSES):
            cls, words = self.random.choice(named_operations())
            word = self.random.choice(words)
            grows = any(spec.kind in ("operands", "chain") for spec in arguments_of(cls, word))
            for _ in range(2 if grows else ATTEMPTS):
                text = self.composed(cls, word, flow)
                if text is not None:
                    return f"{GUARDS[word]} -> {text}" if word in GUARDS else text
        return None

    def composed(self, cls: type[Operation], word: str, flow: Flow) -> str | None:
        """One operation with random arguments, or None where they do not fit."""
        specs = arguments_of(cls, word)
        fields: dict[str, Any] = {}
        texts: dict[str, str | tuple[str, ...]] = {}
        values = [flow.value] if cls.takes_flow else []
        draw = Fields(self.random, flow.value, self.around(flow))
        for spec in specs:
            if not spec.required and not self.chance(self._share(spec, specs, cls)):
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
                fields[spec.field] = draw.draw(spec)
                texts[spec.field] = self.spelled(spec, fields[spec.field])
        whole = not any(spec.kind == "chain" for spec in specs)
        if whole and not self.fits(cls, word, fields, values, flow):
            return None
        return self.written(word, cls, texts)

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
        return f'{text} name="{self.fresh("Layer.")}"' if named else text

    def fits(
        self,
        cls: type[Operation],
        word: str,
        fields: dict[str, Any],
        values: list[Value],
        flow: Flow,
    ) -> bool:
        """Whether the operation's own rules take these values."""
        op = make(word, fields)
        if not self.profile.allows(op):
            return False
        if len(flow.stages) == 1 and flow.value.rank == 1 and cls.reads_steps:
            return True  # an input vector is read as steps there, which is the compiler's to do
        try:
            op.infer(*values)
            op.weights(*values)
        except Problem:
            return False
        except Exception:  # the compiler is asked, and its crash told with the text
            return True
        return True

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
            elif self.depth < DEPTH and spec.positional:
                group = self.group(flow, 1)
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
        if self.depth >= DEPTH:
            return None
        group = self.group(flow)
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
        if self.depth >= DEPTH or (cls.expands and spec.required is False and self.chance(0.4)):
            return None
        try:
            begins = cls.enters(fields, flow.value)
        except Problem:
            return None
        once = {name: "1" for name in texts if cls.expands and name == "count"}

        def wrap(text: str) -> str:
            return flow.group().wrap(stage(word, cls, {**texts, **once, spec.field: f"({text})"}))

        def find(seen: Look) -> tuple[Network, Node]:
            network, node = flow.find(seen)
            if cls.expands:
                return network, node
            if not node.op.chains():  # what is fed back is made one step at its end
                node = network.by_name[node.inputs[0]]
            inside = node.op.chains()[0]
            return inside, inside.by_name[inside.output]

        inner = Flow(wrap, find, begins, inner=not cls.expands or flow.inner, refused=flow.refused)
        self.depth += 1
        inner = self.extend(inner, self.random.randint(1, 3))
        if cls.expands and inner.value.shape[-1:] != begins.shape[-1:]:
            inner = self.as_wide(inner, begins)
        self.depth -= 1
        return f"({inner.text})" if inner.stages else None


def grow(random: Random, profile: Profile = ANY) -> str:
    """A random spec that compiles."""
    grower = Grower(random, profile)
    for _ in range(random.choice((1, 1, 2, 2, 3, 4))):
        grower.statement()
    if not grower.statements:
        return grow(random, profile)
    return _finished(grower)


def _finished(grower: Grower) -> str:
    """With outputs, training settings and parameters."""
    random, statements = grower.random, grower.statements
    used = " ".join(chain for _, chain in statements)
    ends = [name for name, _ in statements if not _mentions(used, name)]
    more = [name for name, values in grower.names.items() if len(values) == 1]
    outputs = list(
        dict.fromkeys([*ends, *random.sample(more, min(len(more), random.choice((0, 0, 1))))])
    )
    single = len(outputs) == 1 and outputs[0] == statements[-1][0] and random.random() < 0.5
    lines = [*grower.definitions]
    inline = set()
    for name, chain in statements:
        out = not single and name in outputs and random.random() < 0.7
        inline |= {name} if out else set()
        alone = single and name == outputs[0] and random.random() < 0.5
        lines.append(chain if alone else f"{'out ' * out}{name} = {chain}")
    if not single:
        lines += [f"out {name}" for name in outputs if name not in inline]
    lines = shorthand.with_let(random, lines)
    text = "\n".join([*_needed(lines), ""])
    seen = look(text)
    assert seen, text
    settings = train_statements(random, [output.name for output in seen.graph.outputs])
    return text + settings if settings and look(text + settings) else text


def _needed(lines: list[str]) -> list[str]:
    """Without definitions that nothing uses: those of stages that did not fit in the end."""
    kept: list[str] = []
    for line in reversed(lines):
        kind, name, *_ = re.split(r"[ (]", line)
        if kind not in ("block", "shared") or any(_mentions(later, name) for later in kept):
            kept.insert(0, line)
    return kept


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None
