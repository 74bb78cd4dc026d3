"""Writes `.keras` files: whole or not at all, the same bytes each time, the spec inside."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from seqspec.archive import members, put, put_text
from seqspec.files import write_whole
from seqspec.source import Source


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
                put_text(result, info.filename, change(archive.read(info)))
            else:  # the weights may be larger than memory
                with archive.open(info) as data:
                    put(result, info.filename, data, info.file_size)
        for name, text in more.items():
            put_text(result, name, text)
    saved.unlink()


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
