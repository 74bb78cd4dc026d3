"""What is known of a network while it is lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from seqspec.backends.archive.symbolic import Node, Operation, Symbol
from seqspec.diagnostics import Problem
from seqspec.graph.builder import GraphBuilder
from seqspec.lift.attempt import Attempt, Bench
from seqspec.lift.calls import Calls, inputs_of
from seqspec.lift.faults import Unsaid
from seqspec.lift.saved import Saved
from seqspec.lift.sizes import Sizes
from seqspec.limits import Limits
from seqspec.ops.base import Operation as Op
from seqspec.ops.mask import Mask

KEPT = 8  # things that one call may be
_DEEP = 200  # calls back to the values that an operation may have read

Place = tuple[int, int]


@dataclass
class Known:
    """What outlasts a new beginning."""

    sizes: Sizes = field(default_factory=Sizes)
    opened: set[str] = field(default_factory=set)  # models inside that are written out
    notes: dict[str, None] = field(default_factory=dict)  # what of the file is left out
    asked: dict[Any, list[Any]] = field(default_factory=dict)  # what was found by trying


class State:
    """The nodes that were found, and the tensors of the file that they are."""

    def __init__(self, known: Known, limits: Limits, path: str = "") -> None:
        self.known, self.limits, self.path = known, limits, path
        self.calls = Calls()
        self.saved = Saved(self.calls, limits, known.opened, known.notes)
        wide = limits.replace(parameters=limits.parameters * 2 * KEPT)  # each way to say it counts
        self.builder = GraphBuilder(wide)
        self.bench = Bench(self.calls, self.builder)
        self.found: dict[Place, list[str]] = {}
        self.states: dict[tuple[Place, ...], str] = {}
        self.made: dict[str, Attempt] = {}
        self.layers: dict[str, list[str]] = {}  # that hold weights: the nodes that may be theirs
        self.reasons: dict[int, str] = {}
        self.away: dict[int, float] = {}  # how near some operation came to a call
        self.unsaid: list[Unsaid] = []
        self.readers: dict[Place, set[str]] = {}
        self.ways: set[Any] = set()  # that were tried, each once
        self.ids: list[str] = []  # values that may be masked without a call that shows it
        self.stepped: list[str] = []  # chains that Keras goes through step by step
        self.visited: set[int] = set()  # calls
        self.bared: dict[str, str] = {}  # values that count as real from end to end
        self.labels: dict[Place, str] = {}  # of outputs

    def place(self, symbol: Symbol) -> Place:
        """A tensor as a key."""
        symbol = self.calls.resolved(symbol)
        return id(symbol.node), symbol.place

    def sources(self, symbol: Symbol, reach: int = 3) -> list[str]:
        """The values that a tensor is, and those that it may have been made of on the way."""
        found: dict[str, None] = {}
        symbol = self.calls.resolved(symbol)
        direct = self.found.get(self.place(symbol), [])
        found.update(dict.fromkeys(direct))
        level, seen = [(symbol, reach - bool(direct))], {self.place(symbol)}
        for _ in range(_DEEP):
            following: list[tuple[Symbol, int]] = []
            for each, left in level:
                if each.node.operation.is_layer and not _is_glue(each.node.operation):
                    continue
                for tensor in inputs_of(each.node):
                    tensor = self.calls.resolved(tensor)
                    place = self.place(tensor)
                    if place in seen or len(seen) > 400:
                        continue
                    seen.add(place)
                    here = self.found.get(place, [])
                    found.update(dict.fromkeys(here))
                    if left - bool(here) > 0:
                        following.append((tensor, left - bool(here)))
            level = following
        return [*found]

    def _apply(
        self, op: Op, inputs: Sequence[str], name: str,
        uses: frozenset[str] = frozenset({"value"}),
    ) -> Attempt | None:  # fmt: skip
        tied = op.tied()
        return self.bench.attempt(
            op, inputs, identifier=f"n{len(self.builder.nodes)}", name=name or op.op,
            uses=uses, shares=None if tied is None else inputs[tied],
        )  # fmt: skip

    def _name(self, *nodes: Node) -> str:
        """The name of the layer among these calls."""
        return next((node.operation.name for node in nodes if node.operation.is_layer), "")

    def _commit(self, attempt: Attempt, node: Node | None = None) -> bool:
        try:
            made = self.builder.add(attempt.op, *attempt.inputs, name=attempt.identifier)
        except Problem as problem:
            if node is not None:
                self.reasons[id(node)] = problem.message
            return False
        name = made.name
        self.made[name] = attempt
        if made.value.is_tokens and made.value.shape and not isinstance(made.op, Mask):
            self.ids.append(name)
        self.bench.tensors[name] = attempt.tensor
        if node is not None and node.operation.is_layer and self.builder.weighs(made):
            self.layers.setdefault(node.operation.name, []).append(name)
        if "value" in attempt.uses:
            self._register(attempt.data, name)
        if "states" in attempt.tensor.ports:
            ends = [self.calls.evaluate(port) for port in attempt.tensor.ports["states"]]
            self.states[tuple(map(self.place, ends))] = name
        return True

    def _register(self, data: Symbol, name: str) -> None:
        known = self.found.setdefault(self.place(data), [])
        if name not in known and len(known) < 2 * KEPT:
            known.append(name)


_GLUE = ("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Reshape", "Permute", "Identity",
         "UpSampling2D", "MaxPooling1D", "AveragePooling1D", "Embedding")  # fmt: skip


def _is_glue(made: Operation) -> bool:
    """Whether a layer may be a part of an operation that it does not stand for alone."""
    return made.class_name in _GLUE
