"""Models as configs without files, and when two of them say the same."""

from __future__ import annotations

import json
from copy import copy
from typing import Any

from seqspec.backends.archive.config import model_config
from seqspec.backends.archive.interpret import Interpreter
from seqspec.backends.archive.symbolic import Network, Node, Operation, Symbol, symbols
from seqspec.graph.nodes import GraphQueries
from seqspec.lift.plain import defaults, frozen, function_settled, one_form, settled
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


def computed(graph: GraphQueries) -> tuple[Any, ...]:
    """What each output is computed of, call by call, whatever layers are called: two calls that
    say the same of the same are one, as long as they hold no weights and draw nothing."""
    return _Computed().network(Interpreter().run(lower(graph)))


class _Computed:
    """Numbers calls and layers as they are met on the way from the outputs."""

    def __init__(self) -> None:
        self.layers: dict[int, int] = {}
        self.known: dict[Any, int] = {}
        self.numbers: dict[int, int] = {}
        self.bound: dict[int, Any] = {}  # what the inputs of a model inside stand for

    def network(self, network: Network) -> tuple[Any, ...]:
        for place, symbol in enumerate(symbols([network.inputs])):
            config = symbol.node.operation.config
            said = ("input", place, tuple(config["batch_shape"]), config["dtype"])
            self.numbers[id(symbol.node)] = self._number(said)
        ends = tuple(self.part(end) for end in symbols([network.outputs]))
        return ends, tuple(self.known)

    def _number(self, said: Any) -> int:
        return self.known.setdefault(frozen(said), len(self.known))

    def part(self, value: Any, *, masked: bool = True) -> Any:
        """What a call is given; a copy, which carries no mask, is the same to what reads none."""
        match value:
            case Symbol():
                while not masked and _is_copy(value.node):
                    value = value.node.args[0]
                if value.node.operation.network is not None:
                    return self.inside(value.node)
                if id(value.node) in self.bound:
                    return self.bound[id(value.node)]
                return ("tensor", self.call(value.node), value.place)
            case slice():
                return ("slice", value.start, value.stop, value.step)
            case list() | tuple():
                return tuple(self.part(part, masked=masked) for part in value)
        return one_form(value)

    def inside(self, node: Node) -> Any:
        """What a model inside gives, which is as well written out."""
        network = node.operation.network
        assert network is not None
        inner = copy(self)
        begins, given = symbols([network.inputs]), symbols(node.args)
        inner.numbers = {}
        inner.bound = {id(b.node): self.part(g) for b, g in zip(begins, given, strict=True)}
        (end,) = symbols([network.outputs])
        return inner.part(end)

    def call(self, node: Node) -> int:
        if id(node) not in self.numbers:
            made = node.operation
            said = made.class_name, self.config(made)
            if (shape := _arranged(made)) is not None:
                said = "Reshape", shape
            given = [(key, self.part(value)) for key, value in sorted(node.kwargs.items())]
            args = self.part(node.args, masked=made.is_layer)
            if made.class_name == "MultiHeadAttention" and args[1:2] == args[2:]:
                args = args[:2]  # keys are the values that they are for, unless it says otherwise
            if made.class_name == "GetItem":
                args = (args[0], _index(args[1]))
            whole = (said, self.own(made), args, given)
            self.numbers[id(node)] = self._number(whole)
        return self.numbers[id(node)]

    def config(self, made: Operation) -> Any:
        if made.class_name == "Sequential":  # hands an output on under its name
            return None
        return settled(made.class_name, made.config) if made.is_layer else (
            function_settled(made.class_name, made.config)
        )  # fmt: skip

    def own(self, made: Operation) -> int | None:
        """The number of a layer that is not the same as another that says the same."""
        if not made.is_layer or made.class_name in _ALIKE:
            return None
        return self.layers.setdefault(id(made), len(self.layers))


_ALIKE = ("Reshape", "Permute", "Flatten", "RepeatVector", "Add", "Subtract", "Multiply",
          "Average", "Maximum", "Minimum", "Concatenate", "Dot", "Activation", "LeakyReLU",
          "Softmax", "Rescaling", "Masking", "UnitNormalization", "Sequential",
          "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "UpSampling1D", "UpSampling2D",
          "UpSampling3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D",
          "AveragePooling2D", "AveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
          "GlobalMaxPooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
          "GlobalAveragePooling3D")  # fmt: skip


def _is_copy(node: Node) -> bool:
    whole = slice(None)
    if node.operation.class_name != "GetItem" or not isinstance(node.args[1], tuple):
        return False
    return all(isinstance(part, slice) and part == whole for part in node.args[1])


def _index(index: Any) -> Any:
    """An index without the axes at its end that are read in full."""
    whole = ("slice", None, None, None)
    parts = index if isinstance(index, tuple) and index[:1] != ("slice",) else (index,)
    while parts and parts[-1] == whole:
        parts = parts[:-1]
    return parts


def _arranged(made: Operation) -> Any:
    """The shape that values get, by a layer or by a function."""
    if made.class_name != "Reshape":
        return None
    if made.is_layer:
        return tuple(made.config["target_shape"])
    _, *sizes = made.config["newshape"]
    return tuple(sizes)


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
