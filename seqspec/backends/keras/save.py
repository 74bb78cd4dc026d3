"""Writes `.keras` files: whole or not at all, the same bytes each time, the spec inside."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import keras

from seqspec.archive import members
from seqspec.files import write_whole
from seqspec.source import Source

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold


def save(
    model: keras.Model,
    target: Path,
    sources: tuple[Source, ...] = (),
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Saves a model and, inside the archive, the spec that it was compiled from.

    Raises `UsageError` when the target cannot be written; what was there then stays.
    """

    def write(temporary: Path) -> None:
        model.save(temporary)
        _rewrite(temporary, members(sources, settings or {}))

    write_whole(target, write)


def _rewrite(path: Path, more: Mapping[str, str]) -> None:
    """The archive without what differs between two saves of one model, and with more members."""
    saved = path.with_name(f"saved-{path.name}")
    path.replace(saved)
    changed = {"metadata.json": _without_date, "config.json": _renumbered}
    with zipfile.ZipFile(saved) as archive, zipfile.ZipFile(path, "w") as result:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if change := changed.get(info.filename):
                _write(result, info.filename, change(archive.read(info)))
            else:  # the weights may be larger than memory
                with archive.open(info) as data:
                    _copy(result, info.filename, data, info.file_size)
        for name, text in more.items():
            _write(result, name, text.encode())
    saved.unlink()


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    _copy(archive, name, io.BytesIO(data), len(data))


def _copy(archive: zipfile.ZipFile, name: str, data: IO[bytes], size: int) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.file_size = size
    with archive.open(info, "w") as member:
        shutil.copyfileobj(data, member, 1 << 20)


def _without_date(data: bytes) -> bytes:
    metadata = json.loads(data)
    metadata["date_saved"] = "1980-01-01@00:00:00"
    return json.dumps(metadata).encode()


def _renumbered(data: bytes) -> bytes:
    """Object ids are memory addresses; what counts is which of them are equal."""
    numbers: dict[int, int] = {}

    def renumber(value: dict[str, Any]) -> dict[str, Any]:
        if isinstance(value.get("shared_object_id"), int):
            value["shared_object_id"] = numbers.setdefault(
                value["shared_object_id"], len(numbers) + 1
            )
        return value

    config = json.loads(data, object_hook=renumber)
    if "compile_config" in config:
        # What "auto" came to on this machine is not the file's to say.
        config["compile_config"]["jit_compile"] = "auto"
    return json.dumps(config).encode()
