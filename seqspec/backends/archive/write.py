"""Writes a graph as a `.keras` file: config, metadata and weights, the same bytes each time."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from seqspec.archive import members
from seqspec.backends.archive.config import model_config
from seqspec.backends.archive.interpret import CannotSay, Interpreter
from seqspec.backends.archive.variables import variables
from seqspec.files import write_whole
from seqspec.graph.nodes import GraphQueries
from seqspec.source import Source
from seqspec.target.lower import Slicing, lower

__all__ = ["CannotSay", "write"]

KERAS = "3.15.1"  # the version whose files these are
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold


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
    written; what was there then stays.
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
        with h5py.File(weights, "w") as file:
            for place, numbers in variables(graph, network, seed):
                file.create_dataset(place, data=numbers)
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in texts.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), text)
            _copy(archive, weights)
        weights.unlink()

    write_whole(target, pack)


def _copy(archive: zipfile.ZipFile, path: Path) -> None:
    """A file that may be larger than memory, as a member of its name."""
    info = zipfile.ZipInfo(path.name, _EPOCH)
    info.file_size = path.stat().st_size
    with path.open("rb") as data, archive.open(info, "w") as member:
        shutil.copyfileobj(data, member, 1 << 20)
