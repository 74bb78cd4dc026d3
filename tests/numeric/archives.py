"""What two `.keras` files differ in, once Keras has read both."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras


def loaded(path: Path) -> keras.Model:
    """The model of a file, as in a process that has made no other."""
    keras.backend.clear_session()
    return keras.saving.load_model(path)


def config(model: keras.Model) -> Any:
    """All that Keras would save of a model beside its weights."""
    return _unnumbered(json.loads(json.dumps(model.get_config(), default=str)))


def _unnumbered(part: Any) -> Any:
    """Without the numbers of the inputs inside sequential models. Keras makes those of our files
    when it loads them, and counts in the order in which the models are called then."""
    if isinstance(part, list):
        return [_unnumbered(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {key: _unnumbered(value) for key, value in part.items()}
    if part.get("class_name") == "Sequential":
        for layer in part["config"]["layers"]:
            if layer["class_name"] == "InputLayer":
                layer["config"]["name"] = re.sub(r"_\d+$", "", layer["config"]["name"])
    return part


def training(model: keras.Model) -> Any:
    """How a model is trained, or None."""
    return json.loads(json.dumps(model.get_compile_config(), default=str))


def weights(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape and type of each weight by its path in the file; not the optimizer's."""
    with zipfile.ZipFile(path) as archive:
        data = io.BytesIO(archive.read("model.weights.h5"))
    found: dict[str, tuple[tuple[int, ...], str]] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith("optimizer/"):
            found[name] = (item.shape, str(item.dtype))

    with h5py.File(data) as file:
        file.visititems(visit)
    return found


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Where two values of JSON differ, and how."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{place}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{place}/{number}")
    elif one != other:
        yield f"{place}: {one!r:.200}, and {other!r:.200} is expected"
