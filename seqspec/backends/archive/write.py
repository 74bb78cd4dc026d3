"""Writes a graph as a `.keras` file: config, metadata and weights, the same bytes each time."""

from __future__ import annotations

import errno
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import h5py

from seqspec.archive import members, put, put_text
from seqspec.backends.archive.config import model_config
from seqspec.backends.archive.interpret import CannotSay, Interpreter
from seqspec.backends.archive.kept import MEMBER, Kept, numbers
from seqspec.backends.archive.symbolic import Network
from seqspec.backends.archive.variables import variables
from seqspec.diagnostics import UsageError
from seqspec.files import write_whole
from seqspec.graph.nodes import GraphQueries
from seqspec.numeric.array import Array
from seqspec.source import Source
from seqspec.target.lower import Slicing, lower

__all__ = ["CannotSay", "Kept", "packed", "write"]

KERAS = "3.15.1"  # the version whose files these are


def write(
    graph: GraphQueries,
    target: Path,
    sources: tuple[Source, ...] = (),
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    slicing: Slicing = "index",
    kept: Kept | None = None,
) -> None:
    """Writes the model of a graph, and inside the archive the spec that it came from.

    Its weights are those of a file that is kept, or new ones by the seed. Raises `CannotSay` for
    what only Keras can save, and `UsageError` when the target cannot be written, memory is short
    or the file has other weights; what was there then stays.
    """
    texts, network = _contents(graph, sources, settings, slicing)

    def pack(path: Path) -> None:
        weights = path.with_name(MEMBER)
        with numbers(kept) if kept else nullcontext() as old:
            _save_weights(weights, variables(graph, network, seed, old))
        with weights.open("rb") as data, path.open("wb") as file:
            _zip(file, texts, data)
        weights.unlink()

    try:
        write_whole(target, pack)
    except MemoryError:
        raise UsageError(
            f"there is too little memory for {target}: its weights are drawn one after the other, "
            f"and the largest has {_largest(graph):,} numbers of four bytes"
        ) from None


def packed(
    graph: GraphQueries,
    sources: tuple[Source, ...] = (),
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
) -> bytes:
    """The bytes of the file that `write` writes; nothing is written. Raises `CannotSay`."""
    texts, network = _contents(graph, sources, settings, "index")
    with h5py.File(MEMBER, "w", driver="core", backing_store=False, block_size=1 << 20) as made:
        _fill(made, variables(graph, network, seed))
        made.flush()
        weights = io.BytesIO(made.id.get_file_image())
    file = io.BytesIO()
    _zip(file, texts, weights)
    return file.getvalue()


def _contents(
    graph: GraphQueries,
    sources: tuple[Source, ...],
    settings: Mapping[str, Any] | None,
    slicing: Slicing,
) -> tuple[dict[str, str], Network]:
    """The texts of the archive, and the layers, whose weights are drawn while they are saved."""
    program = lower(graph, slicing=slicing)
    interpreter = Interpreter()
    network = interpreter.run(program)
    compiled = {key: interpreter.evaluate(value) for key, value in program.compile}
    texts = {
        "metadata.json": json.dumps({"keras_version": KERAS, "date_saved": "1980-01-01@00:00:00"}),
        "config.json": json.dumps(model_config(program.name, network, compiled)),
        **members(sources, settings or {}),
    }
    return texts, network


def _zip(file: IO[bytes], texts: Mapping[str, str], weights: IO[bytes]) -> None:
    size = weights.seek(0, io.SEEK_END)
    weights.seek(0)
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            put_text(archive, name, text)
        put(archive, MEMBER, weights, size)


def _largest(graph: GraphQueries) -> int:
    return max((w.size for node in graph.nodes for w in graph.weights(node)), default=0)


def _save_weights(path: Path, weights: Iterable[tuple[str, Array]]) -> None:
    try:
        with h5py.File(path, "w") as file:
            _fill(file, weights)
    except (OSError, RuntimeError) as error:  # what the system said stands in what HDF5 says
        reason = re.search(r"error message = '([^']*)'", str(error))
        raise OSError(errno.EIO, reason[1] if reason else str(error)) from None


def _fill(file: h5py.File, weights: Iterable[tuple[str, Array]]) -> None:
    for place, weight in weights:
        file.create_dataset(place, data=weight)
