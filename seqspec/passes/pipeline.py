"""All passes, in their order, and what runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from seqspec.graph.builder import GraphBuilder
from seqspec.graph.nodes import GraphQueries, PlainGraph
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.ops.chain import depth
from seqspec.passes.common import share_common
from seqspec.passes.identities import drop_identities
from seqspec.passes.one_end import one_end_of_both
from seqspec.passes.sink_masked import sink_masked_take
from seqspec.passes.sink_repeat import sink_repeat
from seqspec.passes.sink_take import sink_take

Pass = Callable[[GraphQueries], GraphQueries]

PIPELINE: tuple[Pass, ...] = (
    drop_identities,
    share_common,
    sink_repeat,
    sink_take,
    sink_masked_take,
    one_end_of_both,
)


class Step(NamedTuple):
    """What one pass did."""

    done_by: Pass
    before: GraphQueries
    after: GraphQueries


def optimized(graph: GraphQueries) -> GraphQueries:
    """The graph after all passes; the very same one where none finds anything to do."""
    for step in steps(graph):
        graph = step.after
    return graph


def steps(graph: GraphQueries) -> Iterator[Step]:
    """Each pass that changes something, again and again until none does."""
    changed = True
    while changed:
        changed = False
        for one in PIPELINE:
            after = one(graph)
            if after is not graph and depth(after) <= max(depth(graph), DEFAULT_LIMITS.depth):
                step = Step(one, graph, inferred(after))
                yield step
                graph, changed = step.after, True


def inferred(graph: GraphQueries) -> PlainGraph:
    """The graph with every value inferred and checked again."""
    build = GraphBuilder(_WIDE)
    for node in graph.nodes:
        build.add(node.op, *node.inputs, name=node.name, shares=node.shares, span=node.span)
    for output in graph.outputs:
        build.output(output.name, output.node)
    return PlainGraph(
        name=graph.name,
        nodes=tuple(build.nodes.values()),
        outputs=graph.outputs,
        parameters=getattr(graph, "parameters", {}),
        training=graph.training,
        comments=graph.comments,
    )


# What was in bounds stays so: no pass makes values larger, and the graph was checked by its own.
_WIDE = Limits(**dict.fromkeys(Limits.fields, 2**62))
