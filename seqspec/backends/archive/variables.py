"""Where the weights of a model stand in its file, and with which numbers they start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from seqspec.backends.archive.catalogue import CELLS
from seqspec.backends.archive.symbolic import Network, Operation, snake_case
from seqspec.numeric.array import Array, np
from seqspec.numeric.initial import Axes, Draws, initial
from seqspec.ops.base import Weight
from seqspec.ops.chain import Network as Nodes

_HEADS = {"MultiHeadAttention": "{}_dense", "GroupQueryAttention": "_{}_dense"}
_CLASSES = {"GroupQueryAttention": "GroupedQueryAttention"}  # where its public name is another
_STARTS = {
    "kernel": "glorot_uniform", "depthwise_kernel": "glorot_uniform",
    "pointwise_kernel": "glorot_uniform", "recurrent_kernel": "orthogonal", "bias": "zeros",
    "embeddings": "random_uniform", "gamma": "ones", "beta": "zeros", "moving_mean": "zeros",
    "moving_variance": "ones", "scale": "ones", "alpha": "zeros",
}  # fmt: skip
"""Where a layer is not told, by the name of the weight."""


class Place(NamedTuple):
    """Where a weight stands in `model.weights.h5`, and whose it is: `name` is unique in a graph."""

    path: str
    name: str
    weight: Weight
    layer: Operation


def variables(
    graph: Nodes, network: Network, seed: int, kept: Callable[[str], Array] | None = None
) -> Iterator[tuple[str, Array]]:
    """Each weight's path in `model.weights.h5`, and its numbers in single precision: those that
    are kept under its name, or new ones."""
    for path, name, weight, layer in places(graph, network):
        yield path, kept(name) if kept else _start(layer, weight, Draws(seed, name))


def places(
    graph: Nodes, network: Network, folder: str = "layers", scope: str = ""
) -> Iterator[Place]:
    """Each weight's place in the file of a model."""
    by_name = {made.name: (made, path) for made, path in _folders(network, folder)}
    for node in graph.nodes:
        weights = graph.weights(node)
        # A layer whose name an operation of Keras has is another: see `target/names.py`.
        found = by_name.get(node.name) or by_name.get(f"{node.name}_layer")
        if not weights or found is None:
            continue  # it has none, or nothing reads it
        layer, path = found
        own = f"{scope}{node.name}"
        if layer.network is not None:
            for chain in node.op.chains():
                yield from places(chain, layer.network, f"{path}/layers", f"{own}/")
            continue
        for number, weight in enumerate(weights):
            at = f"{path}/{_place(layer, weight, number)}"
            yield Place(at, f"{own}/{weight.name}", weight, layer)


def _folders(network: Network, folder: str) -> Iterator[tuple[Operation, str]]:
    """Keras names a layer's folder after its class, and numbers them from the second on."""
    used: Counter[str] = Counter()
    for layer in network.layers:
        name = snake_case(_CLASSES.get(layer.class_name, layer.class_name))
        number = used[name]
        used[name] += 1
        yield layer, f"{folder}/{name}_{number}" if number else f"{folder}/{name}"


def _place(layer: Operation, weight: Weight, number: int) -> str:
    """Where a weight stands in its layer's folder."""
    if layer.class_name == "Bidirectional":
        side, _, name = weight.name.partition("/")
        return f"{side}_layer/cell/vars/{_CELL_ORDER.index(name)}"
    if layer.class_name in CELLS:
        return f"cell/vars/{number}"
    if layer.class_name in _HEADS:
        part, _, name = weight.name.rpartition("_")
        dense = _HEADS[layer.class_name].format(part.removeprefix("attention_"))
        return f"{dense}/vars/{int(name == 'bias')}"
    return f"vars/{number}"


_CELL_ORDER = ("kernel", "recurrent_kernel", "bias")


def _start(layer: Operation, weight: Weight, draws: Draws) -> Array:
    """The numbers that a layer's initialiser gives to a weight."""
    config: dict[str, Any] = layer.config
    name, axes = weight.name, _axes(layer, weight)
    class_name = layer.class_name
    if class_name == "Bidirectional":
        class_name, config = config["layer"]["class_name"], config["layer"]["config"]
        name = name.partition("/")[2]
    if class_name in _HEADS:
        name = name.rpartition("_")[2]
    if class_name.startswith("DepthwiseConv") and name == "kernel":
        name = "depthwise_kernel"
    default = "glorot_uniform" if class_name == "AdditiveAttention" else _STARTS[name]
    start = config.get(f"{name.removesuffix('_kernel')}_initializer", default)
    if name == "bias" and "LSTM" in class_name and config.get("unit_forget_bias", True):
        return _forgetting(start, weight, draws)
    return _made(start, draws, weight.shape, axes)


def _made(start: Any, draws: Draws, shape: tuple[int, ...], axes: tuple[Axes, Axes]) -> Array:
    if isinstance(start, str):
        return initial(start, draws, shape, axes)
    return initial(snake_case(start["class_name"]), draws, shape, axes, **start["config"])


def _forgetting(start: Any, weight: Weight, draws: Draws) -> Array:
    """The bias of an LSTM whose forget gate, the second of four, begins open."""
    (width,) = weight.shape
    units = width // 4
    gates = [_made(start, draws, (size,), ((), ())) for size in (units, 2 * units)]
    return np.concatenate([gates[0], np.ones(units, np.float32), gates[1]])


def _axes(layer: Operation, weight: Weight) -> tuple[Axes, Axes]:
    """The axes that a head's kernel reads and makes; of others, the order says it."""
    if layer.class_name not in _HEADS or weight.name.endswith("bias"):
        return (), ()
    reads = 2 if weight.name.startswith("attention_output") else 1
    return tuple(range(reads)), tuple(range(reads, len(weight.shape)))
