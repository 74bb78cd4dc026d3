"""The same vector at each step is worked out once."""

from __future__ import annotations

from seqspec.diagnostics import Problem
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.ops.time import Repeat
from seqspec.passes.edit import Edit


def sink_repeat(graph: GraphQueries) -> GraphQueries:
    """A `repeat` moves behind what works step by step and draws nothing for each step by itself.

    before  v -> repeat 24 -> dense 8 relu -> lstm 8
    after   v -> dense 8 relu -> repeat 24 -> lstm 8
    """
    edit = Edit(graph)
    for name in [node.name for node in graph.nodes]:
        _sink(edit, edit.nodes[name])
    return edit.graph()


def _sink(edit: Edit, node: Node) -> None:
    """Makes a node that reads repeated vectors alone one that reads the vectors."""
    repeats = [edit.nodes[name] for name in node.inputs]
    ops = {repeat.op for repeat in repeats}
    if len(ops) != 1 or not isinstance(op := ops.pop(), Repeat):
        return
    if not node.op.stepwise() or node.op.draws() or edit.is_output(node.name):
        return
    vectors = [repeat.inputs[0] for repeat in repeats]
    values = [edit.nodes[name].value for name in vectors]
    try:
        if any(value.mask for value in values) or node.op.weights(*values) != edit.weights(node):
            return
        if op.infer(node.op.infer(*values)).shape != node.value.shape:
            return
    except Problem:  # it needs steps, or makes ids
        return
    readers = edit.readers(node.name)
    edit.replace(node, node.op, vectors)
    again = edit.make(op, node.name, span=repeats[0].span)
    for reader in readers:
        edit.reread(reader, node.name, again)
