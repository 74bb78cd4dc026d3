"""Configs that Keras 2 wrote, as Keras 3 has them.

[["x", 0, 0, {}], ["h", 0, 1, {}]]  →  {"args": [tensor], "kwargs": {"initial_state": [tensor]}}
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from seqspec.backends.archive.catalogue import FUNCTIONS, HEADS, MODELS, RECURRENT

CARRIED = "carried"  # the mask that Keras 2 hands to a layer with states, and Keras 3 does not
# What says nothing: shapes that calls say again, and names of what is no longer there.
_DROPPED = ("batch_input_shape", "input_length", "time_major", "query_shape", "key_shape",
            "value_shape", "softmax_robust_masking", "virtual_batch_size", "shared_object_id",
            "synchronized")  # fmt: skip
_RENAMED = {("LeakyReLU", "alpha"): "negative_slope"}
# Functions of TensorFlow, by those of `keras.ops` that they are.
_FUNCTIONS = {
    "__operators__.add": "add", "math.add": "add", "math.subtract": "subtract",
    "math.multiply": "multiply", "math.divide": "divide", "math.truediv": "divide",
    "math.maximum": "maximum", "math.minimum": "minimum", "math.pow": "power",
    "math.reduce_sum": "sum", "math.reduce_mean": "mean", "math.reduce_max": "max",
    "math.reduce_min": "min", "math.exp": "exp", "math.log": "log", "math.sqrt": "sqrt",
    "math.square": "square", "math.negative": "negative", "math.abs": "abs", "math.sin": "sin",
    "math.cos": "cos", "math.tanh": "tanh", "nn.tanh": "tanh", "math.sigmoid": "sigmoid",
    "nn.relu": "relu", "nn.softmax": "softmax", "nn.gelu": "gelu", "expand_dims": "expand_dims",
    "concat": "concatenate",
}  # fmt: skip
_GLOROT = {("fan_avg", "uniform", 1.0): "glorot_uniform", ("fan_in", "uniform", 2.0): "he_uniform",
           ("fan_in", "uniform", 1.0): "lecun_uniform"}  # fmt: skip


def modern(entry: Any, version: str = "") -> Any:
    """The config of a model; one that Keras 3 wrote as it is."""
    if not isinstance(entry, dict) or entry.get("class_name") not in MODELS:
        return entry
    version = str(entry.get("keras_version") or version)
    old = version[:2] in ("1.", "2.") or (version[:2] != "3." and _is_old(entry))
    return {**entry, "config": _model(entry)} if old else entry


def _is_old(entry: Mapping[str, Any]) -> bool:
    config = entry.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    for layer in layers if isinstance(layers, list) else ():
        inner = layer.get("config") if isinstance(layer, dict) else None
        if isinstance(inner, dict) and "batch_input_shape" in inner:
            return True
    return isinstance(config, list)


def _model(entry: Mapping[str, Any]) -> Any:
    config = entry.get("config")
    if isinstance(config, list):  # a sequential model of before 2018
        config = {"name": "sequential", "layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return config
    layers = config["layers"]
    inner = {
        layer.get("name") for layer in layers
        if isinstance(layer, dict) and layer.get("class_name") in MODELS
    }  # fmt: skip
    made = [_layer(layer, inner) for layer in layers]
    if entry.get("class_name") == "Sequential":
        made = [*_begin(layers[:1]), *made]
    return {**config, "layers": made}


def _begin(first: list[Any]) -> list[dict[str, Any]]:
    """The input of a sequential model, which its first layer may say."""
    match first:
        case [{"class_name": str(name), "config": {"batch_input_shape": shape, **config}}] if (
            name != "InputLayer"
        ):
            inside = {
                "batch_shape": shape,
                "dtype": "float32",
                "name": f"{config.get('name')}_input",
            }
            return [{"class_name": "InputLayer", "module": "keras.layers", "config": inside}]
    return []


def _layer(layer: Any, models: Container[Any]) -> Any:
    if not isinstance(layer, dict) or not isinstance(layer.get("config"), dict | list):
        return layer
    name = layer.get("class_name")
    if name in MODELS:
        made = {**layer, "config": _model(layer)}
    elif name == "InputLayer":
        return layer
    else:
        made = {"module": "keras.layers", **layer, "config": _config(str(name), layer["config"])}
    if isinstance(layer.get("inbound_nodes"), list):
        calls = [_call(made, call, models) for call in layer["inbound_nodes"]]
        made["inbound_nodes"] = calls
    if name in ("TFOpLambda", "SlicingOpLambda") and "inbound_nodes" in made:
        return _function(made)
    return made


def _config(class_name: str, config: Any) -> Any:
    """A layer's arguments under the names of today."""
    if not isinstance(config, dict):
        return config
    found = {
        _RENAMED.get((class_name, key), key): _argument(key, value)
        for key, value in config.items()
        if key not in _DROPPED
    }
    if class_name == "GRU":
        found.setdefault("reset_after", False)
    return found


def _argument(key: str, value: Any) -> Any:
    if key in ("layer", "backward_layer") and isinstance(value, dict):
        if value.get("class_name") in MODELS:
            return {**value, "config": _model(value)}
        return {**value, "config": _config(str(value.get("class_name")), value.get("config"))}
    if key.endswith("activation") and value == "hard_sigmoid":
        return "hard_sigmoid of Keras 2"  # another line than that of Keras 3
    match value:
        case {
            "class_name": "VarianceScaling",
            "config": {"mode": m, "distribution": d, "scale": s},
        }:
            return _GLOROT.get((m, d, s), value)
        case {"config": dict(inner), **rest}:
            return {**rest, "config": {k: v for k, v in inner.items() if k not in _DROPPED}}
    return value


def _call(layer: Mapping[str, Any], call: Any, models: Container[Any]) -> Any:
    """A call as arguments and keywords."""
    if not isinstance(call, list) or not call:
        return call
    parts = [call] if isinstance(call[0], str) else call
    kwargs: dict[str, Any] = {}
    args: list[Any] = []
    for part in parts:
        match part:
            case ["_CONSTANT_VALUE", _, value, *rest]:
                args.append(value)
            case [str(), int(), int(), *rest]:
                args.append(_tensor(part, models))
            case _:
                return call
        for given in rest:
            kwargs |= given if isinstance(given, dict) else {}
    kwargs = {key: _value(value, models) for key, value in kwargs.items()}
    name = layer.get("class_name")
    if name in RECURRENT and len(args) > 1:
        args, kwargs["initial_state"] = args[:1], args[1:]
        kwargs["mask"] = CARRIED
    elif name in HEADS:
        args += [kwargs.pop(key) for key in ("value", "key") if kwargs.get(key) is not None]
    elif len(args) > 1:
        args = [args]
    return {"args": args, "kwargs": kwargs}


def _tensor(part: list[Any], models: Container[Any]) -> dict[str, Any]:
    """A tensor; the calls of models inside are counted from one."""
    name, number, place = part[:3]
    number -= name in models and number > 0
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, number, place]}}


def _value(value: Any, models: Container[Any], depth: int = 0) -> Any:
    if depth > 20:
        return None
    match value:
        case [str(), int(), int()]:
            return _tensor(value, models)
        case list():
            return [_value(part, models, depth + 1) for part in value]
        case {"start": _, "stop": _, "step": _}:
            return {"class_name": "__slice__", "config": value}
    return value


def _function(layer: dict[str, Any]) -> dict[str, Any]:
    """A function of TensorFlow as that of Keras; one without such a name stays what it is."""
    function = layer["config"].get("function")
    name = "get_item" if function == "__operators__.getitem" else _FUNCTIONS.get(str(function))
    calls = layer["inbound_nodes"]
    if name is None or len(calls) != 1 or not isinstance(calls[0], dict):
        return layer
    known = FUNCTIONS[name]
    args, kwargs = [*calls[0]["args"]], {**calls[0]["kwargs"]}
    args += [kwargs.pop(key) for key in ("slice_spec", "y") if key in kwargs]
    said = {key: value for key, value in kwargs.items() if key in known.parameters}
    if any(v is not None and k not in ("name", *said) for k, v in kwargs.items()):
        return layer
    config = {"name": known.class_name.lower(), **dict(known.constant), **said}
    return {
        "module": known.module, "class_name": known.class_name, "name": layer.get("name"),
        "config": config, "inbound_nodes": [{"args": args, "kwargs": {}}],
    }  # fmt: skip
