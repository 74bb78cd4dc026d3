"""One end of what a layer gives that reads both ways.

Left alone are layers that begin from states that are given, and values with a mask, of which each
sample ends at a step of its own.
"""

from __future__ import annotations

from seqspec.graph.builder import GraphBuilder
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Chain, Node
from seqspec.ops.final import Final
from seqspec.ops.group import Group
from seqspec.ops.input import In
from seqspec.ops.recurrent import Recurring
from seqspec.ops.take import Take
from seqspec.passes.edit import Edit
from seqspec.values import Value


def one_end_of_both(graph: GraphQueries) -> GraphQueries:
    """At the last step the backward half of a `bi` layer has read one step, and reads no more;
    at the first step the forward half has.

    before  x -> lstm 8 bi -> take last
    after   x -> ( concat (lstm 8 -> final) (take last 1 -> lstm 8 reverse -> final) )

    The halves are one layer still, of the name and with the weights of the one before: Keras runs
    both halves of a `Bidirectional` layer to their ends, whether anything reads them or not.
    """
    edit = Edit(graph)
    for node in graph.nodes:
        if isinstance(node.op, Recurring):
            _divide(edit, node, node.op)
    return edit.graph()


def _divide(edit: Edit, node: Node, op: Recurring) -> None:
    reader, steps = edit.only_reader(node.name), node.value.steps
    if reader is None or not op.bi or op.remembers() or edit.is_shared(node) or steps == 1:
        return
    (x, *given), chosen = edit.values(node), reader.op.chooses()
    if given or x.mask or chosen is None or chosen.index is None:
        return
    place = chosen.places(steps)
    if place.high == steps or place.low == 0:
        halves = Group(chain=_halves(op, x, last=place.high == steps))
        edit.replace(node, halves, node.inputs)
        edit.redirect(reader.name, node.name)


def _halves(op: Recurring, x: Value, *, last: bool) -> Chain:
    """The two directions, of which one reads all steps and the other those at one end."""
    build = GraphBuilder()
    all_steps = build.add(In(shape=x.shape))
    one_step = build.add(Take(end="last" if last else "first", number=1), all_steps)
    ends = []
    for name, reads in ("forward", all_steps if last else one_step), (
        "backward", one_step if last else all_steps,
    ):  # fmt: skip
        half = op.replace(bi=False, reverse=name == "backward", merge="concat")
        ends.append(build.add(Final(), build.add(half, reads, name=name)))
    end = build.add(op.joins(), *ends)
    return Chain(nodes=tuple(build.nodes.values()), output=end.name)
