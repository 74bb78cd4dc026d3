"""A saved model back into a graph: from the file's config alone, with nothing of it run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from seqspec.archive import member
from seqspec.diagnostics import Problem, UsageError
from seqspec.graph.graph import Graph
from seqspec.lift.faults import CannotLift, Damaged, Unsaid
from seqspec.lift.keras2 import modern
from seqspec.lift.lift import Again, Known, Lifter
from seqspec.lift.stepped import Held
from seqspec.lift.training import training
from seqspec.limits import DEFAULT_LIMITS, Limits

_BEGINNINGS = 50  # how often sizes may turn out to be the same


class Lifted(NamedTuple):
    """A graph, and what of the file is not in it."""

    graph: Graph
    notes: tuple[str, ...]
    layers: Held  # the file's layers of each node that holds weights


def lifted(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> Lifted:
    """The graph of a `.keras` file, or of the `config.json` in it. Raises `CannotLift` with each
    layer that the language has no words for, and `UsageError` for other files."""
    return lifted_config(read(Path(path), limits), limits)


def read(path: Path, limits: Limits) -> Any:
    """The config in a file. Raises `UsageError`."""
    text = member(path, "config.json", limits.config_characters)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{path} holds a config that is no JSON: {error}") from None


def lifted_config(config: Any, limits: Limits = DEFAULT_LIMITS) -> Lifted:
    """The graph of a model's config."""
    try:
        return _lifted(modern(config), limits)
    except Problem as problem:
        raise CannotLift((Unsaid("model", "Functional", problem.message),)) from None
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise Damaged(f"the config is damaged: {type(error).__name__}: {error}") from error
    except (RecursionError, MemoryError, OverflowError):
        raise UsageError("the config is nested too deep, or its numbers are too large") from None


def _lifted(config: Any, limits: Limits) -> Lifted:
    known = Known()
    for _ in range(_BEGINNINGS):
        known.sizes.changed = False
        lifter = Lifter(known, limits)
        try:
            ends = lifter.run(config)
            builder, layers = lifter.graph(ends)
        except Again:
            if known.sizes.changed:  # so that what was in the way may be in it no more
                known.opened.clear()
            continue
        except CannotLift:
            if not known.sizes.changed:
                raise
            known.opened.clear()
            continue
        notes = [*known.notes]
        outputs = [output.name for output in builder.outputs]
        settings = training(config.get("compile_config"), outputs, notes)
        name = _model_name(config["config"].get("name"))
        return Lifted(builder.graph(name, settings), tuple(notes), layers)
    raise UsageError("the sizes of the model's inputs cannot be told apart")


def _model_name(name: Any) -> str:
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_") if isinstance(name, str) else ""
    return plain or "model"
