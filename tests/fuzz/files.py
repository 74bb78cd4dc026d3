"""The saved file: opened elsewhere, on other backends, and the same bytes each time."""

from __future__ import annotations

import tempfile
from pathlib import Path

import seqspec

from .case import Case


def _loaded(case: Case, backend: str) -> str | None:
    from seqspec.backends.keras.save import save

    from .models import loader

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "model.keras")
        save(case.model, target)
        return case.differ(loader(backend).run(target, case.inputs), case.found)


def saved(case: Case) -> str | None:
    """A process without seqspec opens the file in safe mode and gets the same numbers."""
    return _loaded(case, "tensorflow")


def jax(case: Case) -> str | None:
    """So does one that runs Keras on JAX."""
    return _loaded(case, "jax")


def same_bytes(case: Case) -> str | None:
    """Two builds give the same file."""
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "1.keras"), Path(folder, "2.keras")
        seqspec.compile(case.graph, one)
        seqspec.compile(case.graph, other)
        return None if one.read_bytes() == other.read_bytes() else "the bytes differ"


ORACLES = {"saved": saved, "jax": jax, "bytes": same_bytes}
