"""The weights of a graph's nodes and those of the Keras layers that they became, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import keras
import numpy as np

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.base import Weight
from seqspec.ops.chain import Network

Array = np.ndarray


def keras_weights(graph: GraphQueries, model: keras.Model) -> dict[str, list[Array]]:
    """The model's weights by node, in the order of `weights()`: what `reference.run` takes."""
    return {
        name: [np.asarray(variable) for variable in variables]
        for name, variables in variables_of(graph, model)
    }


def assign(graph: GraphQueries, model: keras.Model, weights: Mapping[str, Sequence[Array]]) -> None:
    """Gives the model's layers the weights of a graph's nodes."""
    for name, variables in variables_of(graph, model):
        for variable, weight in zip(variables, weights[name], strict=True):
            variable.assign(weight)


def variables_of(
    network: Network, model: keras.Model
) -> Iterator[tuple[str, list[keras.Variable]]]:
    """The variables of each node that has weights of its own; those of a chain inside in a row."""
    for node in network.nodes:
        expected = network.weights(node)
        if not expected:
            continue
        layer = _layer(model, node.name)
        chains = node.op.chains()
        if chains:
            inside = (inner for chain in chains for _, inner in variables_of(chain, layer))
            found = [variable for inner in inside for variable in inner]
        else:
            # Beside its weights a layer keeps seeds, and if it is stateful its states.
            named = [weight.name for weight in expected]
            found = [v for v in layer.weights if any(name.endswith(v.name) for name in named)]
        trained = {id(variable) for variable in model.trainable_variables}
        made = [(tuple(variable.shape), id(variable) in trained) for variable in found]
        assert made == [(weight.shape, weight.trainable) for weight in expected], node.name
        assert all(map(_named, expected, found)), (node.name, expected)
        yield node.name, found


def _named(weight: Weight, variable: keras.Variable) -> bool:
    """Whether the name is the variable's, behind that of the layer inside which it stands."""
    layer = weight.name.removesuffix(variable.name).rstrip("/_").rpartition("/")[2]
    return any(part.startswith(layer) for part in variable.path.split("/"))


def _layer(model: keras.Model, name: str) -> keras.Layer:
    """The layer of a node: of its name, or where Keras itself takes that, with `_layer` behind."""
    layers = {layer.name: layer for layer in model.layers}
    return layers[name] if name in layers else layers[f"{name}_layer"]
