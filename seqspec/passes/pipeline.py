"""All passes, in their order, and what runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from seqspec.graph.builder import GraphBuilder
from seqspec.graph.nodes import GraphQueries, Output, PlainGraph, with_nodes
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.ops.chain import Chain, Node, depth
from seqspec.passes.common import share_common
from seqspec.passes.identities import drop_identities
from seqspec.passes.one_end import one_end_of_both
from seqspec.passes.sink_masked import sink_masked_take
from seqspec.passes.sink_repeat import sink_repeat
from seqspec.passes.sink_take import sink_take

Pass = Callable[[GraphQueries], GraphQueries]


def inside_chains(graph: GraphQueries) -> GraphQueries:
    """All passes, on the chains inside operations.

    before  x -> each ( conv 8 3 -> lstm 4 -> dense 4 relu -> take last )
    after   x -> each ( conv 8 3 -> lstm 4 -> take last -> dense 4 relu )

    Keras orders the weights of a chain by how far each layer is from its end. A pass may change
    that, and so chains are left alone whose layers do not stand one behind the other.
    """
    nodes = tuple(_with_chains(node) for node in graph.nodes)
    if all(one is other for one, other in zip(nodes, graph.nodes, strict=True)):
        return graph
    return with_nodes(graph, nodes, graph.outputs)


PIPELINE: tuple[Pass, ...] = (
    inside_chains,
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
    return with_nodes(graph, build.nodes.values(), graph.outputs)


def _with_chains(node: Node) -> Node:
    """The node with the chains of its operation after all passes; the same one if nothing is."""
    fields = {name: value for name, value in node.op.items().items() if isinstance(value, Chain)}
    after = {name: _after(chain) for name, chain in fields.items() if _in_a_row(chain)}
    changes = {name: chain for name, chain in after.items() if chain is not fields[name]}
    return node.replace(op=node.op.replace(**changes)) if changes else node


def _after(chain: Chain) -> Chain:
    graph = PlainGraph(nodes=chain.nodes, outputs=(Output(name="end", node=chain.output),))
    after = optimized(graph)
    return chain if after is graph else Chain(nodes=after.nodes, output=after.outputs[0].node)


def _in_a_row(chain: Chain) -> bool:
    """Whether each layer that has weights comes behind all others before it."""
    behind: dict[str, set[str]] = {}  # the layers up to each node
    seen: set[str] = set()
    for node in chain.nodes:
        above = {name for read in node.inputs for name in behind[read]}
        if chain.weights(node) or node.shares:
            if above != seen:
                return False
            seen.add(node.name)
            above.add(node.name)
        behind[node.name] = above
    return True


# What was in bounds stays so: no pass makes values larger, and the graph was checked by its own.
_WIDE = Limits(**dict.fromkeys(Limits.fields, 2**62))
