"""The pictures of a graph: nothing is in the way of anything else."""

from __future__ import annotations

from seqspec import driver
from seqspec.diagnostics import UsageError
from seqspec.draw import picture

from .case import Case, Skipped
from .geometry import faults


def boxes(case: Case) -> str | None:
    """As boxes with arrows."""
    graph = driver.optimized(case.graph, case.level)
    found = faults(picture(graph, "graph", spec=case.text))
    return "; ".join(found) or None


def unrolled(case: Case) -> str | None:
    """Unrolled in time, where that is possible."""
    graph = driver.optimized(case.graph, case.level)
    try:
        svg = picture(graph, "unrolled", spec=case.text)
    except UsageError as reason:
        raise Skipped(str(reason)) from None
    return "; ".join(faults(svg)) or None


ORACLES = {"boxes": boxes, "unrolled": unrolled}
