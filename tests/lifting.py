"""Models as configs without files, and when two of them say the same."""

from __future__ import annotations

import json
from typing import Any

from seqspec.backends.archive.config import model_config
from seqspec.backends.archive.interpret import Interpreter
from seqspec.graph.nodes import GraphQueries
from seqspec.lift.plain import defaults, function_settled, settled
from seqspec.target.lower import lower

_NESTED = ("Functional", "Sequential", "InputLayer")


def config_of(graph: GraphQueries) -> dict[str, Any]:
    """The config of a graph's model, as the archive has it. Raises `CannotSay`."""
    program, interpreter = lower(graph), Interpreter()
    network = interpreter.run(program)
    compiled = {key: interpreter.evaluate(value) for key, value in program.compile}
    made: dict[str, Any] = json.loads(json.dumps(model_config(program.name, network, compiled)))
    return made


def plain_layers(graph: GraphQueries) -> dict[str, Any]:
    """The calls of a graph's model by their names, without what Keras fills in anyway: for
    `dilation=1` and no word of it there is one model."""
    return {entry["name"]: _plain(entry) for entry in config_of(graph)["config"]["layers"]}


def plain_training(graph: GraphQueries) -> Any:
    """How a graph's model is trained, without what Keras fills in anyway."""
    found = config_of(graph).get("compile_config")
    if found:
        optimizer = found["optimizer"]
        known = defaults("optimizers")[optimizer["class_name"]]
        given = optimizer["config"].items()
        optimizer["config"] = {k: v for k, v in given if known.get(k) != v}
    return found


def _plain(entry: dict[str, Any]) -> Any:
    name, config = entry["class_name"], entry["config"]
    if name not in _NESTED:
        layer = entry["module"] == "keras.layers"
        config = settled(name, config) if layer else function_settled(name, config)
    elif "layers" in config:
        config = {**config, "layers": [_plain(inner) for inner in config["layers"]]}
    return name, config, entry.get("inbound_nodes")
