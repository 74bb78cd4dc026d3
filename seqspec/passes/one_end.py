"""One end of what a layer gives that reads both ways."""

from __future__ import annotations

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.ops.final import Final
from seqspec.ops.recurrent import Recurring
from seqspec.ops.take import Take
from seqspec.passes.edit import Edit


def one_end_of_both(graph: GraphQueries) -> GraphQueries:
    """At the last step the backward half of a `bi` layer has read one step, and reads no more;
    at the first step the forward half has.

    before  x -> lstm 8 bi -> take last
    after   concat (x -> lstm -> final forward) (x -> take last 1 -> lstm -> final backward)
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
    chosen = reader.op.chooses()
    if chosen is None or chosen.index is None or any(value.mask for value in edit.values(node)):
        return
    place = chosen.places(steps)
    if place.high != steps and place.low != 0:
        return
    last, span = place.high == steps, reader.span
    one = edit.make(Take(end="last" if last else "first", number=1), node.inputs[0], span=span)
    other = edit.twin(node, (one, *node.inputs[1:]))
    ends = [
        edit.make(Final(side="forward"), node.name if last else other, span=span),
        edit.make(Final(side="backward"), other if last else node.name, span=span),
    ]
    edit.redirect(reader.name, edit.make(op.joins(), *ends, span=span))
