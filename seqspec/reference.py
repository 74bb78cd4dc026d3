"""Runs a graph in NumPy, by the published formula of each operation, with no framework at all.

    from seqspec import parse, reference

    graph = parse("in Tx6 -> lstm 8 -> take last")
    weights = reference.random_weights(graph, numpy.random.default_rng(0))
    reference.run(graph, weights, {"input": x})["take"]

What a compiled model computes is held to this. Numbers are of double precision, so that what
differs is the model's rounding. Dropout and noise do nothing; a stateful layer starts from zeros.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from seqspec.diagnostics import UsageError, listed
from seqspec.graph.nodes import GraphQueries
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Weight
from seqspec.ops.chain import Node
from seqspec.ops.evaluate import Weights, evaluate, sized
from seqspec.ops.signal import Signal
from seqspec.values import Dim, shape_text

if TYPE_CHECKING:
    from numpy.random import Generator


def run(graph: GraphQueries, weights: Weights, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """What the graph computes: the data of each output, by its name.

    `weights` are keyed by node and ordered as the node's `weights()`; `inputs` are keyed by the
    input's name, `(batch, *shape)`. Raises `UsageError` for what is missing or does not fit.
    """
    return {name: signal.data for name, signal in signals(graph, weights, inputs).items()}


def signals(graph: GraphQueries, weights: Weights, inputs: Mapping[str, Any]) -> dict[str, Signal]:
    """The same with the masks: an output is only specified at its real steps."""
    given = _inputs(graph, inputs)
    nodes = sized(graph.nodes, _sizes(graph, given))
    found = evaluate(nodes, _weights(graph, weights), given)
    return {output.name: found[output.node] for output in graph.outputs}


def _inputs(graph: GraphQueries, inputs: Mapping[str, Any]) -> dict[str, Signal]:
    _check_names("the input", [node.name for node in graph.inputs], inputs)
    given = {node.name: _numbers(node, np.asarray(inputs[node.name])) for node in graph.inputs}
    batches = {len(data) for data in given.values()}
    if len(batches) > 1:
        raise UsageError(f"the inputs have {listed(map(str, sorted(batches)))} samples")
    return {name: Signal(data) for name, data in given.items()}


def _numbers(node: Node, data: Array) -> Array:
    if node.value.is_tokens:
        if data.dtype.kind not in "iu":
            raise UsageError(f"the input `{node.name}` takes integer ids, not {data.dtype}")
        return data.astype(np.int64)
    return data.astype(np.float64)


def _sizes(graph: GraphQueries, given: Mapping[str, Signal]) -> dict[str, int]:
    """The named sizes of the inputs' shapes. Raises `UsageError` where data does not fit."""
    sizes: dict[str, int] = {}
    for node in graph.inputs:
        data, value = given[node.name].data, node.value
        if data.ndim - 1 != value.rank or value.batch not in (None, len(data)):
            raise _misfit(node, data)
        for size, found in zip(value.shape, data.shape[1:], strict=True):
            if isinstance(size, Dim):  # a name, or a multiple of one
                (name,) = size.names
                sizes.setdefault(name, found // cast("int", size.at({name: 1})))
            if sized(size, sizes) != found:
                known = f": `{size}` is {sized(size, sizes)}"
                raise _misfit(node, data, known * isinstance(size, Dim))
    return sizes


def _misfit(node: Node, data: Array, why: str = "") -> UsageError:
    batch = f"{node.value.batch} samples of " if node.value.batch else ""
    found = f"{len(data)} samples of {shape_text(data.shape[1:])}"
    return UsageError(
        f"the input `{node.name}` takes {batch}{shape_text(node.value.shape)}, "
        f"and {found} are given{why}"
    )


def _weights(graph: GraphQueries, weights: Weights) -> dict[str, Sequence[Array]]:
    """The weights in double precision. Raises `UsageError` for those that do not fit."""
    wanted = {node.name: graph.weights(node) for node in graph.nodes if graph.weights(node)}
    _check_names("the weight list", [*wanted], weights)
    for name, specs in wanted.items():
        shapes = [np.shape(weight) for weight in weights[name]]
        if shapes != [weight.shape for weight in specs]:
            needed = " and ".join(f"{weight.name} {shape_text(weight.shape)}" for weight in specs)
            found = " and ".join(map(shape_text, shapes))
            raise UsageError(f"`{name}` has the weights {needed}, and not {found or 'none'}")
    return {name: [np.asarray(w, np.float64) for w in weights[name]] for name in wanted}


def _check_names(what: str, wanted: Sequence[str], given: Mapping[str, object]) -> None:
    missing, unknown = set(wanted) - given.keys(), given.keys() - set(wanted)
    if missing:
        raise UsageError(f"{what} {listed(sorted(missing))} is needed, and not given")
    if unknown:
        raise UsageError(f"{what} {listed(sorted(unknown))} is given, and there is none")


def random_weights(graph: GraphQueries, rng: Generator) -> dict[str, list[Array]]:
    """Weights of sensible sizes for each node that has any, in single precision as a model's."""
    return {
        node.name: [_random(weight, rng) for weight in graph.weights(node)]
        for node in graph.nodes
        if graph.weights(node)
    }


_POSITIVE = ("gamma", "scale", "moving_variance")


def _random(weight: Weight, rng: Generator) -> Array:
    """Kernels keep the size of what flows through, biases are small, and factors positive."""
    name = weight.name.rpartition("/")[2]
    if name in _POSITIVE:
        made = rng.uniform(0.5, 1.5, weight.shape)
    else:
        made = rng.normal(size=weight.shape) / math.sqrt(_fan_in(name, weight.shape))
    return np.asarray(made, np.float32)


def _fan_in(name: str, shape: tuple[int, ...]) -> int:
    """How many products are added up for each number that comes out."""
    if not name.endswith("kernel"):
        return 1 if name == "embeddings" else 4
    if name in ("query_kernel", "key_kernel", "value_kernel"):
        return shape[0]
    return math.prod(shape[:-2] if name == "depthwise_kernel" else shape[:-1])
