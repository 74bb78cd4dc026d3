"""Builds and runs Keras models, here and in processes that know nothing of seqspec."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import keras
import numpy as np

from seqspec.graph.nodes import GraphQueries

try:  # `tests` is a folder for pytest, and a package for `python -m tests.fuzz`
    from numeric import archives
    from numeric.weights import assign, keras_weights, variables_of
except ImportError:
    from tests.numeric import archives
    from tests.numeric.weights import assign, keras_weights, variables_of

__all__ = [
    "Loader",
    "archives",
    "arrays",
    "assign",
    "call",
    "forget",
    "in_order",
    "keras_weights",
    "loader",
    "variables_of",
]

Array = np.ndarray
LOADER = Path(__file__).with_name("loader.py")


class LoadFailed(Exception):
    """A saved model that did not load or run."""


def forget(model: keras.Model) -> None:
    """Sets the states of stateful layers to zero."""
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
            layer.reset_state()


def call(model: keras.Model, inputs: Sequence[Array]) -> list[object]:
    """The outputs, from states of zero."""
    forget(model)
    given = [keras.ops.convert_to_tensor(x) for x in inputs]
    found = model(given if len(given) > 1 else given[0])
    return [*found] if isinstance(found, list | tuple) else [found]


def arrays(outputs: Sequence[object]) -> list[Array]:
    """Outputs as NumPy has them."""
    return [np.asarray(output) for output in outputs]


def in_order(graph: GraphQueries, inputs: Mapping[str, Array]) -> list[Array]:
    """Inputs as the model takes them."""
    return [inputs[node.name] for node in graph.inputs]


class Loader:
    """A process that loads and runs saved models."""

    def __init__(self, backend: str) -> None:
        environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment.pop("PYTHONPATH", None)
        environment["XLA_FLAGS"] = "--xla_backend_optimization_level=0"  # each shape is compiled
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(LOADER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=environment, cwd="/",
        )  # fmt: skip
        self._read("ready")

    def run(self, model: Path, inputs: Sequence[Array]) -> list[Array]:
        """The outputs of a saved model. Raises `LoadFailed`."""
        assert self.process.stdin
        with tempfile.TemporaryDirectory() as folder:
            given, found = Path(folder, "in.npz"), Path(folder, "out.npz")
            np.savez(given, **{f"{i:03}": x for i, x in enumerate(inputs)})
            files = {"model": str(model), "inputs": str(given), "outputs": str(found)}
            self.process.stdin.write(json.dumps(files) + "\n")
            self.process.stdin.flush()
            answer = self._read()
            if answer:
                raise LoadFailed(answer)
            with np.load(found) as outputs:
                return [outputs[f"arr_{i}"] for i in range(len(outputs.files))]

    def _read(self, wanted: str = "") -> str:
        """The next line of the process's answers; frameworks may print others."""
        assert self.process.stdout
        for line in self.process.stdout:
            if wanted and line.strip() == wanted:
                return wanted
            if not wanted and line.startswith('"'):
                return str(json.loads(line))
        raise LoadFailed("the process that loads models ended")


@cache
def loader(backend: str) -> Loader:
    """The one process of this kind that belongs to this one."""
    return Loader(backend)
