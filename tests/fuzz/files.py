"""The saved file: opened elsewhere, on other backends, and the same bytes each time."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import seqspec

from .case import Case, Skipped
from .data import Array


def _loaded(case: Case, backend: str, real: Sequence[Array] | None = None) -> str | None:
    from seqspec.backends.keras.save import save

    from .models import loader

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "model.keras")
        save(case.model, target)
        return case.differ(loader(backend).run(target, case.inputs), case.found, real)


def saved(case: Case) -> str | None:
    """A process without seqspec opens the file in safe mode and gets the same numbers."""
    return _loaded(case, "tensorflow")


def jax(case: Case) -> str | None:
    """So does one that runs Keras on JAX, at real steps; at others its layers do as they like."""
    if case.run.leaks:
        raise Skipped("padding is read as real")
    return _loaded(case, "jax", None if case.run.is_random else case.real)


def same_bytes(case: Case) -> str | None:
    """Two builds give the same file."""
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "1.keras"), Path(folder, "2.keras")
        seqspec.compile(case.graph, one, optimize=case.level)
        seqspec.compile(case.graph, other, optimize=case.level)
        return None if one.read_bytes() == other.read_bytes() else "the bytes differ"


def written(case: Case) -> str | None:
    """The file that is written without Keras is the one that Keras saves, and computes the same."""
    import keras

    from .models import archives, arrays, assign, call

    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours.keras"), Path(folder, "theirs.keras")
        seqspec.save(case.graph, ours, optimize=case.level)
        if ours.read_bytes() != _written_again(case, Path(folder, "again.keras")):
            return "the bytes differ"
        seqspec.compile(case.graph, theirs, optimize=case.level)
        if archives.weights(ours) != archives.weights(theirs):
            return f"weights: {archives.weights(ours)}, and {archives.weights(theirs)} are expected"
        expected = archives.loaded(theirs)
        given, trained = archives.config(expected), archives.training(expected)
        found = archives.loaded(ours)
        differences = [*archives.differences(archives.config(found), given)]
        if case.graph.training:
            differences += archives.differences(archives.training(found), trained, "training")
        if differences:
            return "\n".join(differences[:5])
        assign(case.graph, found, case.run.weights)
        outputs = arrays(call(found, case.inputs))
        keras.backend.clear_session()
        return case.differ(outputs, case.found)


def _written_again(case: Case, target: Path) -> bytes:
    seqspec.save(case.graph, target, optimize=case.level)
    return target.read_bytes()


ORACLES = {"saved": saved, "jax": jax, "bytes": same_bytes, "written": written}
