"""What Keras fills in where an argument is not given, for reading models without Keras.

`python -W ignore -m seqspec.backends.keras.defaults` writes it to `seqspec/lift/defaults.json`;
a test compares that file with the Keras that is installed.
"""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras

from seqspec.backends.archive.catalogue import FUNCTIONS

FILE = Path(__file__).parents[2] / "lift" / "defaults.json"
_BASES = ("Layer", "Initializer", "Regularizer", "Constraint", "Optimizer", "Loss")
_UNSEEN = ("self", "name", "args", "kwargs", "seed", "fn")


def defaults() -> dict[str, dict[str, dict[str, Any]]]:
    """The arguments that have defaults, by the class's kind and name."""
    functions = {
        f.class_name: getattr(importlib.import_module(f.module), f.class_name)
        for f in FUNCTIONS.values()
    }
    kinds: dict[str, Iterable[tuple[str, type]]] = {
        kind: inspect.getmembers(getattr(keras, kind), inspect.isclass)
        for kind in ("layers", "initializers", "regularizers", "constraints", "losses",
                     "optimizers")
    }  # fmt: skip
    kinds["functions"] = sorted(functions.items())
    return {
        kind: {name: found for name, cls in classes if (found := _of(name, cls))}
        for kind, classes in kinds.items()
    }


def _of(name: str, cls: type) -> dict[str, Any]:
    if name in _BASES or not name[0].isupper():
        return {}
    found = inspect.signature(cls).parameters.values()
    given = {p.name: p.default for p in found if p.default is not inspect.Parameter.empty}
    return {key: value for key, value in given.items() if key not in _UNSEEN and _plain(value)}


def _plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def text() -> str:
    """The file, a line for each class."""
    kinds = [
        f'"{kind}": {{\n'
        + ",\n".join(f'"{name}": {json.dumps(given)}' for name, given in classes.items())
        + "\n}"
        for kind, classes in defaults().items()
    ]
    return "{\n" + ",\n".join(kinds) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
