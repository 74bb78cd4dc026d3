"""`frozen`: weights that training leaves as they are, said by the graph and held by the model."""

from __future__ import annotations

import pytest

import seqspec
from seqspec.ops.convlstm import ConvLstm
from seqspec.ops.registry import BY_NAME

from .weights import keras_weights

# What stands around an operation that cannot stand at the end of `in Tx6 -> …`.
SPECS = {
    "embed": "in T tokens -> embed 9 4{}",
    "position": "in Tx6 -> position learned 9{}",
    "learned": "in Tx6 -> add _ (learned 1x6{})",
}
ARGUMENTS = {"prelu": "", "norm": "", "depthconv": "3", "attend": "additive", "dense": "3"}


def spec(name: str, more: str) -> str:
    """A spec whose only weights are those of an operation."""
    plain = f"in Tx6 -> {name} {ARGUMENTS.get(name, '3 2' if 'conv' in name else '3')}{{}}"
    return SPECS.get(name, plain).format(more)


@pytest.mark.parametrize(
    "name", [n for n, op in BY_NAME.items() if "frozen" in op.fields and op is not ConvLstm]
)
def test_frozen_weights_are_not_trained(name: str) -> None:
    for more in ("", " frozen"):
        graph = seqspec.parse(spec(name, more))
        model = seqspec.compile(graph)
        (weights,) = keras_weights(graph, model).values()  # which compares what is trainable
        assert weights
        trained = sum(weight.size for weight in weights) * (not more)
        assert graph.trainable_count == trained


def test_a_batch_norm_counts_and_does_not_train_its_averages() -> None:
    assert seqspec.parse("in Tx6 -> norm batch").trainable_count == 12
    assert seqspec.parse("in Tx6 -> norm batch frozen").trainable_count == 0
