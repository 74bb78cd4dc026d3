"""Configs in one form: only what differs from Keras's defaults, numbers as people write them.

What Keras saves in full (`kernel_size=[3, 3]`, an initialiser with all of its arguments) and what
`lower` says in short (`3`, `"he_normal"`) are the same here, and so can be compared.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from seqspec.backends.archive.catalogue import PARAMETERS
from seqspec.backends.archive.symbolic import snake_case

Config = Mapping[str, Any]

# What makes no difference to what a layer computes.
_SAYS_NOTHING = (
    "name", "seed", "unroll", "use_cudnn", "quantization_config", "flash_attention", "autocast",
    "implementation", "layers",
)  # fmt: skip
_ONE_FOR_ALL = ("kernel_size", "strides", "dilation_rate", "pool_size", "size", "cropping")
_OBJECTS = ("initializer", "regularizer", "constraint")
_OTHER_NAMES = {
    "uniform": "random_uniform", "normal": "random_normal", "zero": "zeros", "one": "ones",
    "linear": None, "identity_initializer": "identity",
}  # fmt: skip
_CLASSES = {"GroupedQueryAttention": "GroupQueryAttention"}


@cache
def defaults(kind: str) -> dict[str, dict[str, Any]]:
    """What Keras fills in, by class."""
    text = Path(__file__).with_name("defaults.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)[kind]
    return found


def class_of(name: str) -> str:
    """The class under the name that `keras.layers` has for it."""
    return _CLASSES.get(name, name)


def settled(class_name: str, config: Config, rank: int | None = None) -> dict[str, Any]:
    """A layer's config in one form; `rank` is that of what it reads, the batch counted."""
    known = {"trainable": True, "dtype": "float32", **defaults("layers").get(class_name, {})}
    always = PARAMETERS.get(class_name, ())  # what `lower` says in any case
    found = {
        key: said
        for key, value in config.items()
        if key not in _SAYS_NOTHING
        and not (value is False and key not in known)
        and (
            (said := _value(key, value, rank)) != _value(key, known.get(key), rank) or key in always
        )
    }
    return _implied(class_name, found, rank)


def function_settled(class_name: str, config: Config) -> dict[str, Any]:
    """The same of what Keras keeps for a function."""
    known = defaults("functions").get(class_name, {})
    dropped = ("name", "dtype") if class_name not in _WITH_DTYPE else ("name",)
    return {
        key: _axis(value) if key == "axis" else value
        for key, given in config.items()
        if key not in dropped
        and (value := one_form(given)) != one_form(known.get(key))
        and (key, value) != ("data_format", "channels_last")
    }


_WITH_DTYPE = ("Cast", "OnesLike", "ZerosLike", "OneHot", "Cumsum")


def _value(key: str, value: Any, rank: int | None) -> Any:
    if key in ("layer", "backward_layer"):
        return _layer(value, rank)
    if key.endswith(_OBJECTS) and value is not None:
        return _object(key, value)
    if key == "dtype":
        return _dtype(value)
    if key == "data_format":
        return None if value == "channels_last" else value
    value = one_form(value)
    if key.endswith("activation"):
        return "linear" if value is None else value
    if key in _ONE_FOR_ALL or (key == "padding" and isinstance(value, tuple)):
        return _collapsed(value)
    return value


def _layer(value: Any, rank: int | None) -> Any:
    """A layer inside another."""
    if not isinstance(value, dict):
        return None
    name = class_of(str(value.get("class_name")))
    config = value.get("config")
    return {"class": name, **settled(name, config if isinstance(config, dict) else {}, rank)}


def _object(key: str, value: Any) -> Any:
    """An initialiser and the like: its name, and what it has to say beside."""
    kind = f"{key.rpartition('_')[2]}s"
    if isinstance(value, str):
        value = {"class_name": value}
    name, config = snake_case(str(value.get("class_name"))), value.get("config") or {}
    name = _OTHER_NAMES.get(name, name) or name
    camel = "".join(part.capitalize() for part in name.split("_"))
    known = defaults(kind).get(camel, {}) if kind == "initializers" else {}
    said = {
        k: one_form(v)
        for k, v in config.items()
        if k != "seed" and one_form(v) != one_form(known.get(k))
    }
    if kind == "constraints" and said.get("axis") in (0, (0,)):
        del said["axis"]
    return {"class": name, **said}


def _dtype(value: Any) -> Any:
    """A type that is not single precision, which weights have under mixed policies as well."""
    name = policy(value)
    return None if name == "float32" or name.startswith("mixed_") else name


def policy(value: Any) -> str:
    """The name of a type, or of a policy on types."""
    if isinstance(value, dict):
        config = value.get("config")
        value = config.get("name") if isinstance(config, dict) else value
    return value if isinstance(value, str) else "float32" if value is None else repr(value)


def _collapsed(value: Any) -> Any:
    """One size where all are equal."""
    if isinstance(value, tuple) and value:
        parts = tuple(map(_collapsed, value))
        return parts[0] if all(part == parts[0] for part in parts) else parts
    return value


def _axis(value: Any) -> Any:
    """One axis by itself."""
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def one_form(value: Any) -> Any:
    """Lists as tuples, numbers as they are written: single precision has seven digits or so."""
    match value:
        case bool() | int() | str() | None:
            return value
        case float():
            return rounded(value)
        case list() | tuple():
            return tuple(map(one_form, value))
        case dict() if "config" in value and isinstance(value["config"], dict):
            inner = {k: one_form(v) for k, v in value["config"].items()}
            return {"class": value.get("class_name"), **inner}
        case dict():
            return {key: one_form(inner) for key, inner in value.items()}
    return value


def rounded(number: float) -> float:
    """The shortest number that is the same in single precision."""
    try:
        packed = struct.pack("f", number)
    except OverflowError:
        return number
    for digits in range(1, 9):
        short = float(f"{number:.{digits}g}")
        try:
            if struct.pack("f", short) == packed:
                return short
        except OverflowError:
            continue
    return number


def _implied(class_name: str, found: dict[str, Any], rank: int | None) -> dict[str, Any]:
    """Without what follows from the rest."""
    if "Pooling" in class_name and found.get("strides") == found.get("pool_size", 2):
        found.pop("strides", None)
    if class_name == "MultiHeadAttention" and found.get("value_dim") == found.get("key_dim"):
        found.pop("value_dim", None)
    if found.get("attention_axes") == (1,):
        del found["attention_axes"]
    if class_name == "Bidirectional":
        found = _both_ways(found)
    axis = found.get("axis")
    last = (-1, (-1,), *(((rank - 1), (rank - 1,)) if rank else ()))
    if axis is not None and axis in last and class_name != "Softmax":
        del found["axis"]
    if class_name == "Softmax" and rank and axis in (rank - 1, (rank - 1,)):
        del found["axis"]
    if class_name == "Dot" and rank and isinstance(found.get("axes"), int):
        found["axes"] = (found["axes"],) * 2
    return found


def _both_ways(found: dict[str, Any]) -> dict[str, Any]:
    """Keras says of a second direction what it works out of the first."""
    layer = {k: v for k, v in (found.get("layer") or {}).items() if k != "zero_output_for_mask"}
    back = {k: v for k, v in (found.get("backward_layer") or {}).items()
            if k != "zero_output_for_mask"}  # fmt: skip
    mirrored = {**layer, "go_backwards": not layer.get("go_backwards", False)}
    if not mirrored["go_backwards"]:
        del mirrored["go_backwards"]
    rest = {k: v for k, v in found.items() if k not in ("layer", "backward_layer")}
    return {
        **rest,
        "layer": layer,
        **({"backward_layer": back} if back not in ({}, mirrored) else {}),
    }


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value that is no dictionary, by the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def frozen(value: Any) -> Any:
    """The value as one that can be a key."""
    if isinstance(value, dict):
        return tuple(sorted((key, frozen(inner)) for key, inner in value.items()))
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    return value
