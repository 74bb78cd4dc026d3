"""The same value worked out twice."""

from __future__ import annotations

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.base import Operation
from seqspec.passes.edit import Edit

_Key = tuple[Operation, tuple[str, ...], str | None]


def share_common(graph: GraphQueries) -> GraphQueries:
    """Two operations that do the same to the same values are one, unless they draw, remember, or
    keep averages of the batches that they see.

    before  concat (x -> reverse -> lstm 8) (x -> reverse -> gru 8)
    after   r = x -> reverse;  concat (r -> lstm 8) (r -> gru 8)
    """
    edit = Edit(graph)
    seen: dict[_Key, str] = {}
    for name in [node.name for node in graph.nodes]:
        node = edit.nodes[name]
        if not node.inputs or node.op.draws() or node.op.remembers() or node.op.reads_batch():
            continue
        root = (node.shares or name) if edit.weights(node) else None
        first = seen.setdefault((node.op, node.inputs, root), name)
        if first != name and not edit.is_output(name):
            edit.redirect(name, first)
    return edit.graph()
