"""Saved models back into specs."""

from __future__ import annotations

from pathlib import Path

from seqspec import driver
from seqspec.diagnostics import UsageError
from seqspec.graph.graph import Graph
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.record import Struct


class Decompiled(Struct):
    """What a saved model says: its graph, the text of it, and what of the file is in neither.

    `layers` names the file's layers whose weights each node holds, in order.
    """

    graph: Graph
    text: str
    notes: tuple[str, ...]
    layers: dict[str, tuple[str, ...]]


def decompile(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Decompiled:
    """The spec of a saved Keras model: of a `.keras` file, or of the `config.json` in one.

    Nothing of the file is run, and no framework is imported. Raises `CannotLift`, which names
    each layer that the language has no words for, and `UsageError` for other files.
    """
    from seqspec.lift.decompile import lifted
    from seqspec.unparse import Unwritable, unparse

    found = lifted(path, limits)
    try:
        text = driver.format(unparse(found.graph), limits=limits)
    except Unwritable as reason:
        raise UsageError(f"{path} has a graph, and no text: {reason}") from None
    return Decompiled(found.graph, text, found.notes, found.layers)
