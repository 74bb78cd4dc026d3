"""Lowered, and lifted again: the graph that a saved model is read back into is the one that it
came from, or makes the very same calls."""

from __future__ import annotations

import seqspec
from seqspec.backends.archive.interpret import CannotSay
from seqspec.driver import optimized
from seqspec.lift.decompile import lifted_config
from seqspec.lift.faults import CannotLift
from seqspec.unparse import Unwritable, unparse

from .canonical import canonical
from .case import Case, Skipped

try:  # `tests` is a folder for pytest, and a package for `python -m tests.fuzz`
    from lifting import computed, config_of
except ImportError:
    from tests.lifting import computed, config_of


def decompiled(case: Case) -> str | None:
    """The model's config means the graph; where other words do, they make the same calls."""
    graph = optimized(case.graph, case.level)
    try:
        config = config_of(graph)
    except CannotSay as reason:
        raise Skipped(f"only Keras saves it: {reason}") from None
    try:
        found = lifted_config(config).graph
    except CannotLift as fault:
        return f"cannot be said, and was just written:\n{fault}"
    except seqspec.UsageError as error:
        return f"a config that was just written is damaged: {error}"
    if canonical(found)[:2] == canonical(graph)[:2]:
        return _unwritten(found)
    if (made := computed(found)) != (wanted := computed(graph)):
        more, less = ([*(set(a[1]) - set(b[1]))][:2] for a, b in ((made, wanted), (wanted, made)))
        return f"the calls differ: {more} are new, and {less} are missing"
    return _unwritten(found)


def _unwritten(graph: seqspec.Graph) -> str | None:
    """Whether the text of what was found says something else."""
    try:
        text = unparse(graph)
    except Unwritable as reason:
        raise Skipped(f"no text says it: {reason}") from None
    if canonical(seqspec.parse(text)) != canonical(graph):
        return f"what was found is not what its text says:\n{text}"
    return None


ORACLES = {"decompiled": decompiled}
