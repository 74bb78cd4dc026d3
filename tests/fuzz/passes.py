"""The graph after all passes against the graph as it is written."""

from __future__ import annotations

import numpy as np

from seqspec import reference
from seqspec.diagnostics import UsageError
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.signal import Signal
from seqspec.passes.pipeline import optimized

from .case import Case, Skipped


def passes(case: Case) -> str | None:
    """The same weights, inputs and outputs by name, and in the reference the same numbers."""
    after = optimized(case.graph)
    if after is case.graph:
        raise Skipped("nothing to do")
    if (problem := _known_by(after, case.graph)) is not None:
        return problem
    if optimized(after) is not after:
        return "a second run of the passes changes something"
    if case.run.is_random:
        return None
    with np.errstate(all="ignore"):
        try:
            found = reference.signals(after, case.run.weights, case.run.inputs)
        except UsageError as error:
            return f"the optimised graph does not run: {error}"
    return _differ(case, found)


def _known_by(after: GraphQueries, before: GraphQueries) -> str | None:
    """What a model is known by from outside."""
    for what, parts in {"weights": _weights, "inputs": _inputs, "outputs": _outputs}.items():
        found, expected = parts(after), parts(before)
        if found != expected:
            return f"{what}: {found}, and {expected} are expected"
    return None


def _weights(graph: GraphQueries) -> list[object]:
    return [(node.name, graph.weights(node)) for node in graph.nodes if graph.weights(node)]


def _inputs(graph: GraphQueries) -> list[object]:
    return [(node.name, node.value) for node in graph.inputs]


def _outputs(graph: GraphQueries) -> list[object]:
    values = [(output.name, graph.by_name[output.node].value) for output in graph.outputs]
    return [(name, value.shape, value.dtype, value.mask, value.batch) for name, value in values]


def _differ(case: Case, found: dict[str, Signal]) -> str | None:
    for output in case.graph.outputs:
        mask, expected = found[output.name].mask, case.signals[output.name].mask
        if mask is not None and not np.array_equal(mask, expected):
            return f"output {output.name}: the mask differs"
    data = [found[output.name].data for output in case.graph.outputs]
    return case.differ(data, case.expected, case.real)


ORACLES = {"passes": passes}
