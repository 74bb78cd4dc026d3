"""Weights that are read and reach no output, so that the model would be made without them.

    ids = in T tokens;  real = in Tx3 -> dense 1;  out y = ids -> mask by=real -> unmask

Nothing asks which steps are padding, and `dense` is no part of what Keras is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Network, Node
from seqspec.target.lower import lower


def unread(graph: GraphQueries) -> list[tuple[Node, Problem]]:
    """What there is to say of each node whose weights would be missing."""
    made = {
        target[:end]
        for statement in lower(graph).statements
        for target in statement.targets
        for end in (*_dots(target), len(target))
    }
    return [(node, _problem(name)) for name, node in _with_weights(graph) if name not in made]


def _dots(target: str) -> list[int]:
    """Where the name of a node ends in that of a variable: `words.layer`."""
    return [place for place, sign in enumerate(target) if sign == "."]


def _with_weights(network: Network, prefix: str = "") -> Iterator[tuple[str, Node]]:
    for node in network.nodes:
        chains = () if node.shares else node.op.chains()
        if not chains and network.weights(node):
            yield f"{prefix}{node.name}", node
        for chain in chains:
            yield from _with_weights(chain, f"{prefix}{node.name}/")


def _problem(name: str) -> Problem:
    return Problem(
        Code.UNREAD,
        f"the weights of `{name}` reach no output",
        label="nothing that is read needs its values",
        help="behind it is a `mask` that nobody asks, or an `unembed` that takes the table alone; "
        "read the values too, or leave it out",
    )


__all__ = ["unread"]
