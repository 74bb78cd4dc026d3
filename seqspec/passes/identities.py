"""Operations that change nothing, and those that undo the one before them."""

from __future__ import annotations

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.passes.edit import Edit


def drop_identities(graph: GraphQueries) -> GraphQueries:
    """What changes nothing is left out, and so are two operations of which one undoes the other.

    before  x -> linear -> reverse -> reverse -> dense 8
    after   x -> dense 8
    """
    edit = Edit(graph)
    for node in graph.nodes:
        if node.name in edit.nodes:
            _drop(edit, edit.nodes[node.name])
    return edit.graph()


def _drop(edit: Edit, node: Node) -> None:
    if len(node.inputs) != 1 or edit.is_output(node.name) or edit.weights(node):
        return
    first = edit.nodes[node.inputs[0]]
    if node.op.is_identity(first.value):
        edit.redirect(node.name, first.name)
    elif (
        len(first.inputs) == 1
        and edit.only_reader(first.name) is node
        and not edit.weights(first)
        and node.op.undoes(first.op, *edit.values(first))
    ):
        edit.redirect(node.name, first.inputs[0])
