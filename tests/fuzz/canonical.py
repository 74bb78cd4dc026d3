"""What a graph says, without the names that its parts happen to have.

Nodes are numbered as they are met on the way from the outputs back to the inputs; the dimensions
and the sets of nodes that share weights likewise. Two graphs say the same where these are equal.
"""

from __future__ import annotations

import re
from typing import Any

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Chain, Network, Node
from seqspec.record import Record
from seqspec.values import Dim, States, Value, parse_size

_NAME = re.compile(r"\?[0-9]+|[A-Z][A-Z0-9_]*")


class _Canonical:
    def __init__(self) -> None:
        self.dims: dict[str, str] = {}

    def network(self, network: Network, ends: list[str]) -> tuple[Any, ...]:
        numbers: dict[str, int] = {}
        classes: dict[str, int] = {}
        rows: list[Any] = []

        def visit(name: str) -> int:
            if name not in numbers:
                node = network.by_name[name]
                inputs = tuple(visit(i) for i in node.inputs)
                numbers[name] = len(rows)
                rows.append((self.node(node), inputs, self.shared(network, node, classes)))
            return numbers[name]

        return tuple(visit(end) for end in ends), tuple(rows)

    def shared(self, network: Network, node: Node, classes: dict[str, int]) -> int | None:
        """The number of the weights; None where there are none."""
        if not node.op.weights(*network.values(node)):
            return None
        return classes.setdefault(node.shares or node.name, len(classes))

    def node(self, node: Node) -> tuple[Any, ...]:
        value = self.plain(node.value)
        fields = tuple((name, self.field(given)) for name, given in node.op.items().items())
        return fields, value

    def field(self, given: Any) -> Any:
        """An argument; a size that is left to be worked out, as `reshape ?x2` has it, is no size
        that any value has."""
        if isinstance(given, tuple):
            return tuple(map(self.field, given))
        hole = isinstance(given, Dim) and str(given)[0] == "?" and str(given) not in self.dims
        return "?" if hole else self.plain(given)

    def plain(self, value: Any) -> Any:
        match value:
            case Dim():
                return self.size(value)
            case Chain():
                return self.network(value, [value.output])
            case Value():
                shape = tuple(map(self.plain, value.shape))
                return shape, value.dtype, value.mask, value.states, value.batch, value.vocab
            case States() | Record():
                return value
            case tuple():
                return tuple(map(self.plain, value))
        return value

    def size(self, size: Dim) -> str:
        """The size with its names numbered as they are met."""
        text = str(size)
        for name in _NAME.findall(text):
            self.dims.setdefault(name, f"D{len(self.dims)}")
        return str(parse_size(_NAME.sub(lambda match: self.dims[match.group()], text)))


def canonical(graph: GraphQueries) -> tuple[Any, ...]:
    """What the graph says; how its outputs are called counts for nothing, their order does."""
    form = _Canonical().network(graph, [output.node for output in graph.outputs])
    training = graph.training
    if training is None:
        return (*form, None)
    objectives = tuple(training.objectives.get(output.name) for output in graph.outputs)
    return (*form, objectives, training.optimizer)
