"""Holds a compiled model to the NumPy reference: the same weights and inputs, the same outputs.

Of a masked output it is the steps that are compared, wherever they stand in the array: from each
sample's first real step to its last, and which of them are real.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

import seqspec
from seqspec import reference
from seqspec.graph.nodes import GraphQueries, Output, PlainGraph
from seqspec.ops.base import Operation
from seqspec.ops.chain import Node
from seqspec.ops.features import Activation, Scale
from seqspec.ops.signal import Signal

from .weights import assign

Array = np.ndarray
TOLERANCE = 1e-4  # the models compute in single precision
SHARES = "{}_shares"  # the output that shows the mask of another


def agree(spec: str | Path, inputs: Mapping[str, Array], rng: np.random.Generator) -> None:
    """A spec with random weights, by Keras and by the reference."""
    graph = with_shares(seqspec.parse(spec))
    weights = reference.random_weights(graph, rng)
    model = seqspec.compile(graph)
    assign(graph, model, weights)
    found = model([inputs[node.name] for node in graph.inputs])
    outputs = dict(zip([o.name for o in graph.outputs], _listed(found), strict=True))
    for name, signal in reference.signals(graph, weights, inputs).items():
        if not name.endswith(SHARES.format("")):
            shares = outputs.get(SHARES.format(name))
            mask = None if shares is None else shares.reshape(*shares.shape[:2], -1)[..., 0] > 0
            compare(outputs[name], mask, signal, f"{spec}\noutput {name}")


def _listed(found: object) -> list[Array]:
    return [np.asarray(data) for data in (found if isinstance(found, list) else [found])]


def with_shares(graph: GraphQueries) -> PlainGraph:
    """The graph with an output more for each masked one: equal shares for its real steps.

    Keras gives no mask along with an output. `softmax time` of zeros is zero at masked steps.
    """
    nodes, outputs = list(graph.nodes), list(graph.outputs)
    for output in graph.outputs:
        node = graph.by_name[output.node]
        if not node.value.mask or node.value.is_tokens:
            continue
        steps: tuple[Operation, ...] = (Scale(factor=(0.0,)), Activation(op="softmax", over="time"))
        for op in steps:
            value = op.infer(node.value)
            name = f"{output.name}_{op.op}_of_it"
            node = Node(name=name, op=op, inputs=(node.name,), value=value)
            nodes.append(node)
        outputs.append(Output(name=SHARES.format(output.name), node=node.name))
    return PlainGraph(name=graph.name, nodes=tuple(nodes), outputs=tuple(outputs))


def compare(found: Array, mask: Array | None, expected: Signal, what: str) -> None:
    """Fails where the steps of two results differ. A sample of no real steps has none."""
    if expected.mask is None:
        np.testing.assert_allclose(
            found, expected.data, rtol=TOLERANCE, atol=TOLERANCE, err_msg=what
        )
        return
    mask = expected.mask if mask is None else mask
    for sample, real in enumerate(expected.mask):
        if not real.any():
            continue
        one, other = _extent(mask[sample]), _extent(real)
        np.testing.assert_array_equal(mask[sample][one], real[other], err_msg=what)
        np.testing.assert_allclose(
            found[sample][one][real[other]], expected.data[sample][other][real[other]],
            rtol=TOLERANCE, atol=TOLERANCE, err_msg=what,
        )  # fmt: skip


def _extent(real: Array) -> slice:
    """From the first real step to the last."""
    (places,) = np.nonzero(real)
    return slice(places[0], places[-1] + 1) if len(places) else slice(0)


def random_inputs(
    graph: GraphQueries, rng: np.random.Generator, batch: int = 3, size: int = 6, ids: int = 5
) -> dict[str, Array]:
    """Numbers or ids for each input; named sizes are all `size`."""
    made: dict[str, Array] = {}
    for node in graph.inputs:
        sizes = (s if isinstance(s, int) else size for s in node.value.shape)
        shape = (node.value.batch or batch, *sizes)
        made[node.name] = (
            rng.integers(0, ids, shape, "int32")
            if node.value.is_tokens
            else rng.normal(size=shape).astype("float32")
        )
    return made
