"""Chains that go through the same steps one behind the other, as one.

each (conv 8 3) -> each (pool max 2) -> each (flatten)  →  each (conv 8 3 -> pool max 2 -> flatten)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from seqspec.graph.builder import GraphBuilder
from seqspec.limits import Limits
from seqspec.ops.chain import Chain, Node
from seqspec.ops.each import Each

Held = dict[str, tuple[str, ...]]
"""The file's layers whose weights a node holds, in order."""


def together(
    graph: GraphBuilder, stepped: Collection[str], held: Held, limits: Limits
) -> tuple[GraphBuilder, Held]:
    """The graph with one chain for each row of them; `stepped` are those that may be joined."""
    reads = Counter([*(i for n in graph.nodes.values() for i in n.inputs),
                     *(output.node for output in graph.outputs)])  # fmt: skip
    shared = {node.shares for node in graph.nodes.values() if node.shares}
    free = {name for name in stepped if not graph.nodes[name].shares and name not in shared}
    result, named, kept = GraphBuilder(limits), dict[str, str](), {**held}
    for node in graph.nodes.values():
        name, inputs, op = node.name, tuple(named[i] for i in node.inputs), node.op
        before = result.nodes.get(inputs[0]) if inputs else None
        if before and {name, node.inputs[0]} <= free and reads[node.inputs[0]] == 1:
            joined = _joined(before, node, limits)
            if joined is not None:
                del result.nodes[before.name]
                name, inputs, op = joined[0], before.inputs, joined[1]
                layers = kept.pop(before.name, ()) + kept.pop(node.name, ())
                kept |= {name: layers} if layers else {}
        made = result.add(
            op, *inputs, name=name, shares=named[node.shares] if node.shares else None
        )
        named[node.name] = made.name
    for output in graph.outputs:
        result.output(output.name, named[output.node])
    return result, kept


def _joined(first: Node, second: Node, limits: Limits) -> tuple[str, Each] | None:
    """Both as one operation, under the name that one of them was given."""
    one, other = first.op, second.op
    if not isinstance(one, Each) or not isinstance(other, Each) or one.chain.gives.mask:
        return None
    given = [node.name for node in (first, second) if not node.name.startswith("each")]
    if len(given) > 1:
        return None
    return (given or [first.name])[0], Each(chain=_row(one.chain, other.chain, limits))


def _row(first: Chain, second: Chain, limits: Limits) -> Chain:
    made = GraphBuilder(limits)
    names: Mapping[str, str] = {}
    for chain in (first, second):
        begin, *rest = chain.nodes
        names = {begin.name: names.get(first.output, begin.name)}
        if chain is first:
            made.add(begin.op, name=begin.name)
        for node in rest:
            added = made.add(
                node.op, *(names[i] for i in node.inputs), name=made.unique(node.name),
                shares=names[node.shares] if node.shares else None,
            )  # fmt: skip
            names = {**names, node.name: added.name}
    return Chain(nodes=tuple(made.nodes.values()), output=names[second.output])
