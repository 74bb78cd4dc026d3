"""Holds a compiled model to the NumPy reference: the same weights and inputs, the same outputs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import seqspec
from seqspec import reference
from seqspec.graph.nodes import GraphQueries

from .weights import assign

Array = np.ndarray
TOLERANCE = 1e-4  # the models compute in single precision


def agree(spec: str, inputs: Mapping[str, Array], rng: np.random.Generator) -> None:
    """A spec with random weights, by Keras and by the reference, at all real steps."""
    graph = seqspec.parse(spec)
    weights = reference.random_weights(graph, rng)
    model = seqspec.compile(graph)
    assign(graph, model, weights)
    found = model([inputs[node.name] for node in graph.inputs])
    expected = reference.signals(graph, weights, inputs)
    outputs = found if isinstance(found, list) else [found]
    for output, data in zip(graph.outputs, outputs, strict=True):
        signal = expected[output.name]
        real = np.broadcast_to(signal.real, signal.data.shape)
        np.testing.assert_allclose(
            np.asarray(data)[real], signal.data[real], rtol=TOLERANCE, atol=TOLERANCE,
            err_msg=f"{spec}\noutput {output.name}",
        )  # fmt: skip


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
