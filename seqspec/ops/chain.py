"""Nodes, and chains of them that stand inside an operation: `each (lstm 8 -> take last)`.

They are defined among the operations because an operation may hold a chain. Whole graphs,
which are made of the same nodes, are above, in `seqspec.graph`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from seqspec.ops.base import Operation, Weight
from seqspec.ops.input import In
from seqspec.record import Record
from seqspec.source import Span
from seqspec.values import Size, Value


class Node(Record):
    """One use of an operation. `inputs` and `shares` name earlier nodes.

    A node that `shares` uses the weights of that node and has none of its own.
    """

    name: str
    op: Operation
    inputs: tuple[str, ...] = ()
    value: Value
    shares: str | None = None
    span: Span | None = None


class Network:
    """What can be asked of nodes in topological order, however they are kept."""

    if TYPE_CHECKING:  # a class that has fields of its own says which
        nodes: tuple[Node, ...]

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Each node under its name."""
        return {node.name: node for node in self.nodes}

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes through which data comes in, in order."""
        return tuple(node for node in self.nodes if isinstance(node.op, In))

    def values(self, node: Node) -> tuple[Value, ...]:
        """The values that flow into a node."""
        return tuple(self.by_name[name].value for name in node.inputs)

    def weights(self, node: Node) -> tuple[Weight, ...]:
        """The weights that a node brings; none where it shares those of another."""
        return () if node.shares else node.op.weights(*self.values(node))

    @property
    def parameter_count(self) -> int:
        """How many numbers the weights hold in total."""
        return sum(weight.size for node in self.nodes for weight in self.weights(node))

    @property
    def trainable_count(self) -> int:
        """How many of them training changes."""
        weights = (weight for node in self.nodes for weight in self.weights(node))
        return sum(weight.size for weight in weights if weight.trainable)


class Chain(Network, Record):
    """A chain inside an operation: its first node is its only input, `output` names its end."""

    nodes: tuple[Node, ...]
    output: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from seqspec.schema import late_schema

        return late_schema(cls)

    @property
    def takes(self) -> Value:
        """The value that it begins with."""
        return self.nodes[0].value

    @property
    def gives(self) -> Value:
        """The value that it ends with."""
        return self.by_name[self.output].value

    def all_weights(self) -> tuple[Weight, ...]:
        """The weights of all of its nodes, under the nodes' names."""
        return tuple(
            weight._replace(name=f"{node.name}/{weight.name}")
            for node in self.nodes
            for weight in self.weights(node)
        )


def depth(network: Network) -> int:
    """How many operations stand one behind the other, chains inside them included."""
    depths: dict[str, int] = {}
    for node in network.nodes:
        inside = max((depth(chain) for chain in node.op.chains()), default=0)
        depths[node.name] = 1 + inside + max((depths[name] for name in node.inputs), default=0)
    return max(depths.values())


def looks_aside(network: Network) -> bool:
    """Whether an operation, in a chain inside too, looks at what may reach no output."""
    return any(
        node.op.looks_aside() or any(map(looks_aside, node.op.chains())) for node in network.nodes
    )


def multiplications(network: Network, ends: Iterable[str] = ()) -> dict[str, Size]:
    """How many a sample takes in each node that is read; `ends` name the values that come out."""
    asked: dict[str, set[str]] = {name: {"value"} for name in ends}
    for node in network.nodes:
        for name, port in zip(node.inputs, node.op.asks(*network.values(node)), strict=True):
            asked.setdefault(name, set()).add(port)
    return {
        node.name: node.op.multiplications(asked[node.name], *network.values(node))
        for node in network.nodes
        if node.name in asked
    }
