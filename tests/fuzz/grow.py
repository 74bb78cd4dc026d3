"""Grows random specs, stage by stage, out of what the operations declare.

Each stage is an operation with random values for its fields. Its own shape rule says at once
whether it fits; what it does, and whether its text is right, the compiler is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from seqspec.codes import Code
from seqspec.ops.base import Operation
from seqspec.values import Value

from . import shorthand
from .compose import DEPTH, Composer, Stage, Way, named_operations
from .flow import Flow
from .look import look
from .sources import source

LEADS = (  # what some operations need before them
    "lstm 3 -> as {name}", "gru 2 -> as {name}", "rnn 2 -> as {name}", "embed 4 3 -> as {name}",
    "lstm 2 bi", "convlstm 2 2x2 same", "take last", "dense 4", "argmax", "take last -> repeat 3",
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """What kind of specs are grown."""

    begins: Callable[[Random], str] = source
    allows: Callable[[Operation], bool] = lambda op: True
    refused: frozenset[Code] = frozenset()


ANY = Profile(allows=lambda op: not op.is_random())
SAMPLING = Profile()  # with noise that stays on, so that no two runs are alike


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

    @cached_property
    def composer(self) -> Composer:
        """What writes single operations."""
        return Composer(self)

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
        if flow is not None:
            self.bind(self.extend(flow, self.random.randint(1, 4)))

    def favour(self, way: Way) -> bool:
        """A chain in which an operation is used in this way; whether there is one."""
        for attempt in range(40 if self.profile is ANY else 8):  # others refuse much
            flow = self.begin()
            if flow is not None and attempt % 2:
                leads = [lead.format(name=self.fresh("a")) for lead in LEADS]
                led = map(flow.after, self.random.sample(leads, 4))
                flow = next((longer for longer in led if longer), flow)
            if flow is not None and self.chance(0.3):
                flow = self.extend(flow, 1)
            found = flow and self.composer.used(way, flow, attempts=8)
            after = flow and found and flow.after(found.text)
            if after and self.bind(self.extend(after, self.random.randint(0, 2))):
                return True
        return False

    def bind(self, flow: Flow) -> bool:
        """A name for a chain's end; whether the compiler, which has the last word, takes it."""
        statement = (self.fresh(), flow.text)
        self.statements.append(statement)
        seen = look(self.text())
        if seen is None:
            self.statements.remove(statement)
            return False
        self.names = seen.names
        return True

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
        name = self.random.choice(single)
        flow = root.after(name, self.names[name][0])
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
            stage = self.stage(flow)
            after = flow.after(stage.text, stage.value) if stage else None
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
            return flow.named(self.fresh("a"))
        return flow

    def stage(self, flow: Flow) -> Stage | None:
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
                return Stage(f"({group.text})") if group else None
        if choice < 0.19 and self.shared:
            return Stage(self.random.choice(self.shared))
        if choice < 0.21 and self.blocks:
            return Stage(f"{self.random.choice(self.blocks)} {self.random.randint(1, 4)}")
        return self.composer.operation(flow)

    def group(self, flow: Flow, stages: int = 0) -> Flow | None:
        """A chain in parentheses that reads the flow."""
        self.depth += 1
        inner = self.extend(flow.group(), stages or self.random.choice((1, 1, 1, 2)))
        self.depth -= 1
        return inner if inner.stages else None

    def repeated(self, flow: Flow) -> Stage | None:
        """`( chain ) * N`, where the copies may differ by their number."""
        inner = self.group(flow)
        if inner is None:
            return None
        text = inner.text
        if self.chance(0.5):
            text = shorthand.with_parameter(self.random, text, ("{i + %d}", "{%d + i * 2}"))
        return Stage(f"({text}) * {self.random.randint(2, 3)}")

    def block(self, flow: Flow) -> Stage | None:
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
        return Stage(use)

    def shared_chain(self, flow: Flow) -> Stage | None:
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
        return Stage(name)
