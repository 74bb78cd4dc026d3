"""The graph after all passes against the graph as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from seqspec import reference
from seqspec.diagnostics import Problem, UsageError
from seqspec.graph.builder import GraphBuilder
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.ops.evaluate import sized
from seqspec.ops.signal import Signal
from seqspec.ops.take import Drop, Take
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


def sliced(case: Case) -> str | None:
    """The same where steps of each output are chosen."""
    return passes(with_slices(case))


def with_slices(case: Case) -> Case:
    """The case with steps chosen from each output, and in half of the cases known sizes."""
    rng, run = case.rng(200), case.run
    nodes = sized(case.graph.nodes, run.sizes) if rng.random() < 0.5 else case.graph.nodes
    build = GraphBuilder()
    for node in nodes:
        build.add(node.op, *node.inputs, name=node.name, shares=node.shares)
    for output in case.graph.outputs:
        for number in range(rng.integers(1, 3)):
            chosen = _some_steps(build, build.nodes[output.node], run.sizes, rng)
            build.output(f"{output.name}_{number}", chosen)
    other = Case(case.text, case.seed)
    other.__dict__["graph"] = graph = build.graph()
    other.__dict__["run"] = replace(run, graph=graph)
    return other


def _some_steps(
    build: GraphBuilder, node: Node, sizes: Mapping[str, int], rng: np.random.Generator
) -> Node:
    """Some steps of a value, if it has several."""
    steps = sized(node.value.steps, sizes) if node.value.is_sequence else 1
    if not isinstance(steps, int) or steps < 2:
        return node
    count = int(rng.integers(1, steps))
    start, stop = sorted(rng.choice(steps + 1, 2, replace=False).tolist())
    choices = [
        Take(end="last"), Take(end="last", number=count), Take(end="first", number=count),
        Take(number=int(rng.integers(-steps, steps))), Drop(end="last", count=count),
        Take(window=(start, stop, int(rng.integers(1, 4)))),
        Take(window=(start - steps, None, int(rng.integers(1, 4)))),
    ]  # fmt: skip
    try:
        return build.add(choices[rng.integers(len(choices))], node)
    except Problem:  # of open sizes not every slice can be told
        return node


ORACLES = {"passes": passes, "sliced": sliced}
