"""Writes a graph as a `.keras` file: config, metadata and weights, the same bytes each time."""

from __future__ import annotations

import errno
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h5py

from seqspec.archive import members, put, put_text
from seqspec.backends.archive.config import model_config
from seqspec.backends.archive.interpret import CannotSay, Interpreter
from seqspec.backends.archive.variables import Place, places, variables
from seqspec.diagnostics import UsageError
from seqspec.files import write_whole
from seqspec.graph.nodes import GraphQueries
from seqspec.numeric.array import Array
from seqspec.source import Source
from seqspec.target.lower import Slicing, lower

__all__ = ["CannotSay", "layout", "write"]

KERAS = "3.15.1"  # the version whose files these are


def write(
    graph: GraphQueries,
    target: Path,
    sources: tuple[Source, ...] = (),
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    slicing: Slicing = "index",
) -> None:
    """Writes the model of a graph, and inside the archive the spec that it came from.

    Raises `CannotSay` for what only Keras can save, and `UsageError` when the target cannot be
    written or memory is short; what was there then stays.
    """
    program = lower(graph, slicing=slicing)
    interpreter = Interpreter()
    network = interpreter.run(program)
    compiled = {key: interpreter.evaluate(value) for key, value in program.compile}
    texts = {
        "metadata.json": json.dumps({"keras_version": KERAS, "date_saved": "1980-01-01@00:00:00"}),
        "config.json": json.dumps(model_config(program.name, network, compiled)),
        **members(sources, settings or {}),
    }

    def pack(path: Path) -> None:
        weights = path.with_name("model.weights.h5")
        _save_weights(weights, variables(graph, network, seed))
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in texts.items():
                put_text(archive, name, text)
            with weights.open("rb") as data:
                put(archive, weights.name, data, weights.stat().st_size)
        weights.unlink()

    try:
        write_whole(target, pack)
    except MemoryError:
        raise UsageError(
            f"there is too little memory for {target}: its weights are drawn one after the other, "
            f"and the largest has {_largest(graph):,} numbers of four bytes"
        ) from None


def layout(graph: GraphQueries) -> list[Place]:
    """Where each weight of a graph's model stands in its file. Raises `CannotSay`."""
    return [*places(graph, Interpreter().run(lower(graph)))]


def _largest(graph: GraphQueries) -> int:
    return max((w.size for node in graph.nodes for w in graph.weights(node)), default=0)


def _save_weights(path: Path, weights: Iterable[tuple[str, Array]]) -> None:
    try:
        with h5py.File(path, "w") as file:
            for place, numbers in weights:
                file.create_dataset(place, data=numbers)
    except (OSError, RuntimeError) as error:  # what the system said stands in what HDF5 says
        reason = re.search(r"error message = '([^']*)'", str(error))
        raise OSError(errno.EIO, reason[1] if reason else str(error)) from None
