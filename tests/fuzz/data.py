"""Sizes, weights and inputs with which a graph can be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.random import Generator
from pydantic import ValidationError

from seqspec import Graph, reference
from seqspec.diagnostics import UsageError
from seqspec.graph.nodes import GraphQueries, Output, PlainGraph
from seqspec.ops.chain import Chain, Network, Node
from seqspec.ops.evaluate import sized
from seqspec.ops.feedback import ArgMax
from seqspec.ops.input import In
from seqspec.ops.mask import Mask, Unmask
from seqspec.ops.signal import Signal
from seqspec.values import Dim, Value

Array = np.ndarray
BATCH = 3
OPEN_SIZES = (4, 5, 3, 7, 6, 9, 2, 12, 1, 24)  # what named and unknown sizes are tried with
HUGE = 1e30  # beyond this, single precision overflows where double does not
JUMPS = ("sign", "floor", "round", "argmax")  # of which the smallest difference makes a large one
SUMS = ("fourier", "dot", "add", "subtract", "cumsum", "norm", "pool", "attend")  # may cancel out
ROUNDING = 1e-6  # of a sum, relative to what is added up
NOTHING = 1e-12  # what may come out in place of zero


class Unfit(Exception):
    """A graph that no data of the kind that is drawn here goes through."""


class SizesDiffer(Exception):
    """A shape with its sizes put in is not what the rules make of these sizes at once."""


def all_nodes(network: Network) -> Iterator[Node]:
    """The nodes of a graph, and those of the chains inside."""
    for node in network.nodes:
        yield node
        for chain in node.op.chains():
            yield from all_nodes(chain)


def loses_mask(network: Network) -> bool:
    """Whether masked steps may be read as real ones somewhere."""
    return any(
        _loses(network, node) or any(map(_leaks, node.op.chains())) for node in network.nodes
    )


def _leaks(chain: Chain) -> bool:
    """Whether a chain inside has masked steps that end as real ones."""
    return chain.gives.mask or loses_mask(chain)


def _loses(network: Network, node: Node) -> bool:
    values = network.values(node)
    unmasks = isinstance(node.op, Unmask) and values[0].mask
    return unmasks or bool(node.op.loses_mask(*values))


def _spread(value: Value, result: Value) -> bool:
    """Whether one step is broadcast over many, as merges do; its mask is none of theirs."""
    return value.mask and value.steps == 1 and result.rank == value.rank and result.steps != 1


def open_sizes(graph: GraphQueries) -> list[str]:
    """The names of the sizes that the inputs leave open."""
    shapes = (size for node in graph.inputs for size in node.value.shape)
    return sorted({name for size in shapes if isinstance(size, Dim) for name in size.names})


def fitting_sizes(graph: GraphQueries, rng: Generator) -> dict[str, int]:
    """Sizes that every rule accepts. Raises `Unfit`, and `SizesDiffer` for a fault of a rule."""
    names = open_sizes(graph)
    every = [*product(OPEN_SIZES, repeat=len(names))]
    equal = [(size,) * len(names) for size in OPEN_SIZES]
    others = [every[place] for place in rng.permutation(len(every))[:12]]
    for tried in [*others[:1], *equal, *others]:
        sizes = dict(zip(names, tried, strict=True))
        if _fit(graph, sizes):
            return sizes
    raise Unfit("no sizes fit")


def _fit(graph: GraphQueries, sizes: Mapping[str, int]) -> bool:
    """Whether the graph is sound with these sizes: every inference is repeated with numbers."""
    try:
        Graph(nodes=sized(graph.nodes, sizes), outputs=graph.outputs)
    except ValidationError as error:
        # A mask may hold on where an open size turns out to be that of the steps.
        if "the value is" in str(error) and " masked, not" not in str(error):
            raise SizesDiffer(f"{dict(sizes)}: {error}") from None
        return False
    return True


@dataclass(frozen=True)
class Run:
    """A graph with weights and inputs, and what the reference makes of them."""

    graph: GraphQueries
    sizes: dict[str, int]
    weights: dict[str, list[Array]]
    inputs: dict[str, Array]

    @cached_property
    def signals(self) -> dict[str, Signal]:
        """What the outputs are, by name."""
        with np.errstate(all="ignore"):
            return reference.signals(self.graph, self.weights, self.inputs)

    @cached_property
    def every(self) -> dict[str, Signal]:
        """What all nodes are."""
        outputs = tuple(Output(name=node.name, node=node.name) for node in self.graph.nodes)
        every = PlainGraph(nodes=self.graph.nodes, outputs=outputs)
        with np.errstate(all="ignore"):
            return reference.signals(every, self.weights, self.inputs)

    @cached_property
    def overflows(self) -> bool:
        """Whether some value on the way is too large for single precision."""
        found = self.every.values()
        return any(np.any(np.abs(_finite(signal.data)) > HUGE) for signal in found)

    @cached_property
    def ties(self) -> bool:
        """Whether rounding decides what some `argmax` chooses, or some `mask` leaves out."""
        if any(
            isinstance(n.op, ArgMax) for n in all_nodes(self.graph) if n not in self.graph.nodes
        ):
            return True
        chosen = (node for node in self.graph.nodes if isinstance(node.op, ArgMax))
        return any(_tie(self.every[node.inputs[0]].data) for node in chosen) or any(
            _almost(self.every[name].data, float(node.op.value))
            for node in self.graph.nodes
            if isinstance(node.op, Mask)
            for name in node.inputs
        )

    @cached_property
    def leaks(self) -> bool:
        """Whether padding is read as real somewhere: what stands there is nowhere specified."""
        if any(_leaks(chain) for n in self.graph.nodes for chain in n.op.chains()):
            return True
        signals = (
            self.every[name]
            for node in self.graph.nodes
            for name in node.inputs
            if _loses(self.graph, node) or _spread(self.graph.by_name[name].value, node.value)
        )
        return any(signal.mask is not None and not signal.mask.all() for signal in signals)

    @cached_property
    def is_random(self) -> bool:
        """Whether no two runs are alike."""
        return any(node.op.is_random() for node in all_nodes(self.graph))

    def shaken(self, rng: Generator, by: float) -> dict[str, Signal]:
        """What all nodes are where each one's numbers come out a little different, as rounding
        makes them; but not those of which a mask is made. With `by` zero what almost cancels out
        does so to the last digit, and nothing else changes."""
        masks = {name for n in self.graph.nodes if isinstance(n.op, Mask) for name in n.inputs}
        found: dict[str, Signal] = {}
        for node in sized(self.graph.nodes, self.sizes):
            own = [_shake(w, rng, by) for w in self.weights.get(node.shares or node.name, ())]
            flowing = [found[name] for name in node.inputs]
            if isinstance(node.op, In):
                flowing = [Signal(_in_double(self.inputs[node.name]))]
            elif node.op.op in JUMPS:
                flowing = [x.keep(_shake(x.data, rng, by, NOTHING)) for x in flowing]
            with np.errstate(all="ignore"):
                made = node.op.reference(own, *flowing)
            sums = flowing if own or node.op.op in SUMS else []
            size = max((np.max(np.abs(_finite(x.data)), initial=0) for x in sums), default=0)
            data = made.data if node.name in masks else _shake(made.data, rng, by, ROUNDING * size)
            found[node.name] = made.replace(data=data, mask=made.mask if node.value.mask else None)
        return found


def _almost(x: Array, value: float) -> bool:
    """Whether rounding decides what equals a value."""
    away = np.abs(_finite(x) - value)
    near = away < ROUNDING * np.max(np.abs(_finite(x)), initial=1)
    return bool((near & (away > 0)).any())


def _in_double(x: Array) -> Array:
    return x.astype(np.int64 if x.dtype.kind in "iu" else np.float64)


def _shake(x: Array, rng: Generator, by: float, nothing: float = 0.0) -> Array:
    if x.dtype.kind in "iub":
        return x
    one, other = (rng.uniform(-1, 1, x.shape) for _ in range(2))
    if not by:
        return np.where(np.abs(x) <= nothing, 0, x)
    return np.asarray(x, float) * (1 + by * one) + nothing / 10 * other


def _tie(x: Array) -> bool:
    if x.shape[-1] < 2:
        return False
    if np.isnan(x).any():  # of which frameworks choose as they like
        return True
    ordered = np.sort(x, axis=-1)
    away = ordered[..., -1] - ordered[..., -2]
    return bool((away < 1e-4 * np.maximum(1, np.abs(ordered[..., -1]))).any())


def _finite(x: Array) -> Array:
    return np.where(np.isfinite(x), x, 0)


def runnable(graph: GraphQueries, rng: Generator) -> Run:
    """The graph with data that goes through it. Raises `Unfit`."""
    sizes = fitting_sizes(graph, rng)
    weights = reference.random_weights(graph, rng)
    why: Exception | None = None
    for _ in range(3):
        run = Run(graph, sizes, weights, random_inputs(graph, sizes, rng))
        try:
            assert run.is_random or run.signals
            return run
        except UsageError as error:
            if "is declared" in str(error) or "reference" in str(error):
                raise
            why = error  # such as an id that an `argmax` gave and an `embed` has not
    raise Unfit(str(why))


def random_inputs(
    graph: GraphQueries, sizes: Mapping[str, int], rng: Generator, batch: int = BATCH
) -> dict[str, Array]:
    """Numbers or ids for each input; where a mask is made of them, with padding.

    Where a mask is lost there is mostly no padding, since what is read then is not specified.
    """
    fillings = {} if loses_mask(graph) and rng.random() < 0.8 else _fillings(graph)
    ids = min([9, *(vocab for n in all_nodes(graph) if (vocab := getattr(n.op, "vocab", None)))])
    fixed = {node.value.batch for node in graph.inputs} - {None}
    batch = min(fixed, default=batch) or batch
    made: dict[str, Array] = {}
    for node in graph.inputs:
        shape = (batch, *(_number(s, sizes) for s in node.value.shape))
        if node.value.is_tokens:
            made[node.name] = rng.integers(min(1, ids - 1), ids, shape).astype("int32")
        else:
            made[node.name] = rng.normal(size=shape).astype("float32")
        if node.name in fillings and len(shape) > 1:
            _pad(made[node.name], fillings[node.name], rng)
    return made


def _number(size: Any, sizes: Mapping[str, int]) -> int:
    number = size.at(sizes) if isinstance(size, Dim) else size
    assert isinstance(number, int)
    return number


def _fillings(graph: GraphQueries) -> dict[str, float]:
    """What padding of an input is filled with, where a mask is made of the input itself."""
    found: dict[str, float] = {}
    for node in graph.nodes:
        if isinstance(node.op, Mask):
            found[node.inputs[node.op.by[0] if node.op.by else 0]] = node.op.value
        elif getattr(node.op, "mask", False):
            found[node.inputs[0]] = 0
    return {node.name: found[node.name] for node in graph.inputs if node.name in found}


def _pad(x: Array, filling: float, rng: Generator) -> None:
    """Fills steps of each sample: mostly those at its end, as data is padded."""
    side = rng.choice(["end", "end", "end", "start", "holes"])
    steps = x.shape[1]
    for sample in x:
        least = 0 if rng.random() < 0.05 else 1  # now and then a sample without a real step
        real = int(rng.integers(least, steps + 1))
        match side:
            case "end":
                sample[real:] = filling
            case "start":
                sample[: steps - real] = filling
            case _:
                sample[rng.permutation(steps)[real:]] = filling
