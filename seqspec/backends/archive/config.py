"""A network as the `config.json` of a `.keras` file.

Only what differs from a layer's defaults is said: Keras fills in the rest when it loads.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from seqspec.backends.archive.symbolic import Network, Node, Operation, Symbol


def model_config(name: str, network: Network, compiled: Mapping[str, Any]) -> dict[str, Any]:
    """The whole model; `compiled` are the arguments of its training, if there are any."""
    top = Operation("keras.src.models.functional", "Functional", {"name": name}, network=network)
    config = _operation(top)
    return {**config, "compile_config": plain(compiled)} if compiled else config


def _operation(made: Operation) -> dict[str, Any]:
    config = plain(made.config)
    if made.network is not None:
        config |= _network(made.network)
    public = made.module.startswith("keras.layers") or made.class_name == "Sequential"
    return {
        "module": made.module,
        "class_name": made.class_name,
        "config": config,
        "registered_name": None if public else made.class_name,
    }


def _network(network: Network) -> dict[str, Any]:
    kept = {id(node) for node in network.nodes}
    layers = []
    for made in network.operations:
        calls = [_call(node) for node in made.nodes if id(node) in kept and node.inputs]
        layers.append({**_operation(made), "name": made.name, "inbound_nodes": calls})
    return {
        "layers": layers,
        "input_layers": _ends(network.inputs),
        "output_layers": _ends(network.outputs),
    }


def _call(node: Node) -> dict[str, Any]:
    return {"args": plain(node.args), "kwargs": plain(node.kwargs)}


def _ends(ends: Symbol | list[Symbol]) -> list[Any]:
    """Where tensors come from. Keras counts the calls of nested models from one here."""
    if isinstance(ends, list):
        return [_ends(end) for end in ends]
    made = ends.node.operation
    number = made.nodes.index(ends.node) + (made.class_name == "Functional")
    return [made.name, number, ends.place]


def plain(value: Any) -> Any:
    """A value as Keras's configs have it.

    Of a tensor, Keras reads where it comes from; shape and type it works out by itself.
    """
    match value:
        case Symbol(node, place):
            made = node.operation
            history = [made.name, made.nodes.index(node), place]
            config = {"shape": [], "dtype": "float32", "keras_history": history}
            return {"class_name": "__keras_tensor__", "config": config}
        case slice():
            bounds = {"start": value.start, "stop": value.stop, "step": value.step}
            return {"class_name": "__slice__", "config": bounds}
        case EllipsisType():
            return {"class_name": "__ellipsis__", "config": {}}
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
    return value
