"""A graph being rewritten: nodes under their names, who reads them, and the graph that comes of it.

Nodes that carry weights keep their names, and their order. New ones are named after their
operation, as those of a spec are: each gets the first name that is free when all is done, and so
that of a node whose place it took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from seqspec.graph.nodes import GraphQueries, Output, with_nodes
from seqspec.ops.base import Operation, Weight
from seqspec.ops.chain import Node
from seqspec.ops.input import In
from seqspec.source import Span
from seqspec.values import Value


class Edit:
    """A graph in change. Nothing is changed by the methods that only ask."""

    def __init__(self, graph: GraphQueries) -> None:
        self.before = graph
        self.nodes: dict[str, Node] = {node.name: node for node in graph.nodes}
        self._gives: dict[str, list[int]] = defaultdict(list)  # the outputs that a node is
        for number, output in enumerate(graph.outputs):
            self._gives[output.node].append(number)
        self.changed = False
        self._new = 0
        self._made: dict[tuple[Operation, tuple[str, ...]], str] = {}
        self._readers: dict[str, dict[str, None]] = defaultdict(dict)
        self._sharers: dict[str, int] = defaultdict(int)
        for node in graph.nodes:
            self._reads(node)
            if node.shares and self.weights(node):
                self._sharers[node.shares] += 1
            elif node.shares:  # there is nothing to share, and the first use may go away
                self.nodes[node.name] = node.replace(shares=None)

    def values(self, node: Node) -> tuple[Value, ...]:
        """The values that flow into a node."""
        return tuple(self.nodes[name].value for name in node.inputs)

    def weights(self, node: Node) -> tuple[Weight, ...]:
        """The weights that a node works with, its own or another's."""
        return node.op.weights(*self.values(node))

    def readers(self, name: str) -> list[Node]:
        """The nodes that read a value."""
        return [self.nodes[reader] for reader in self._readers[name]]

    def is_output(self, name: str) -> bool:
        """Whether a value is one that the model gives."""
        return bool(self._gives.get(name))

    def only_reader(self, name: str) -> Node | None:
        """The one node that needs a value, which is no output."""
        if len(self._readers[name]) != 1 or self.is_output(name):
            return None
        (reader,) = self.readers(name)
        return reader if reader.inputs.count(name) == 1 else None

    def is_shared(self, node: Node) -> bool:
        """Whether several nodes have these weights, so that its arguments are theirs, too."""
        return bool(node.shares or self._sharers[node.name])

    def make(self, op: Operation, *inputs: str, span: Span | None = None) -> str:
        """A new node, or the one that was made of the same before. Raises `Problem`."""
        key = (op, inputs)
        made = self.nodes.get(self._made.get(key, ""))
        if made is None or (made.op, made.inputs) != key:  # it may have become another
            value = op.infer(*(self.nodes[name].value for name in inputs))
            node = Node(name=self._unnamed(), op=op, inputs=inputs, value=value, span=span)
            self.nodes[node.name] = node
            self._reads(node)
            self._made[key] = node.name
            self.changed = True
        return self._made[key]

    def replace(self, node: Node, op: Operation, inputs: Sequence[str]) -> Node:
        """Another operation on other inputs under the same name. Raises `Problem`."""
        value = op.infer(*(self.nodes[name].value for name in inputs))
        again = node.replace(op=op, inputs=tuple(inputs), value=value)
        for name in node.inputs:
            self._readers[name].pop(node.name, None)
        self.nodes[node.name] = again
        self._reads(again)
        self.changed = True
        return again

    def redirect(self, old: str, new: str) -> None:
        """What needed one value needs another one, and the node that gave it is gone."""
        for reader in self.readers(old):
            self.reread(reader, old, new)
        if old in self._gives:
            self._gives[new] += self._gives.pop(old)
        self.drop(old)

    def reread(self, reader: Node, old: str, new: str) -> None:
        """A node reads another value in place of one that it read."""
        inputs = tuple(new if name == old else name for name in reader.inputs)
        self.nodes[reader.name] = again = reader.replace(inputs=inputs)
        self._readers[old].pop(reader.name, None)
        self._reads(again)
        self.changed = True

    def drop(self, name: str) -> None:
        """Takes away a node that nothing reads."""
        for read in self.nodes.pop(name).inputs:
            self._readers[read].pop(name, None)
        self._readers.pop(name, None)
        self.changed = True

    def graph(self) -> GraphQueries:
        """The graph as it is now: the very one that there was before where nothing changed."""
        if not self.changed:
            return self.before
        kept = list(self._in_order())
        names = self._named(kept)
        outputs = (o.replace(node=names.get(o.node, o.node)) for o in self._outputs())
        return with_nodes(self.before, (_renamed(node, names) for node in kept), outputs)

    def _outputs(self) -> tuple[Output, ...]:
        ends = {number: name for name, numbers in self._gives.items() for number in numbers}
        before = enumerate(self.before.outputs)
        return tuple(Output(name=output.name, node=ends[number]) for number, output in before)

    def _reads(self, node: Node) -> None:
        for name in node.inputs:
            self._readers[name][node.name] = None

    def _unnamed(self) -> str:
        """A name on the way, which no spec can give."""
        self._new += 1
        return f"{self._new}"

    def _named(self, kept: Sequence[Node]) -> dict[str, str]:
        """The names of the new nodes in place of those that they had on the way."""
        before = self.before.by_name
        taken = {node.name for node in kept if node.name in before}
        free: dict[str, Iterator[str]] = {}
        names: dict[str, str] = {}
        for node in kept:
            if node.name not in before:
                base = node.op.op
                untaken = free.setdefault(base, (n for n in _numbered(base) if n not in taken))
                names[node.name] = next(untaken)
        return names

    def _in_order(self) -> Iterator[Node]:
        """Each node behind what it reads, else as before; those that nothing needs are left out."""
        needed, done = self._needed(), set[str]()
        for name in self.nodes:
            pending = [name] if name in needed else []
            while pending:
                node = self.nodes[pending[-1]]
                waiting = [need for need in _needs(node) if need not in done]
                pending += reversed(waiting)
                if not waiting:
                    pending.pop()
                    if node.name not in done:
                        done.add(node.name)
                        yield node

    def _needed(self) -> set[str]:
        needed: set[str] = set()
        pending = [name for name, node in self.nodes.items() if self._stays(node)]
        while pending:
            name = pending.pop()
            if name not in needed:
                needed.add(name)
                pending += _needs(self.nodes[name])
        return needed

    def _stays(self, node: Node) -> bool:
        """Outputs, inputs and weights are what a model is known by from outside."""
        known = self.is_output(node.name) or isinstance(node.op, In)
        return known or bool(self.weights(node) and not node.shares)


def _needs(node: Node) -> tuple[str, ...]:
    """What comes before a node: what it reads, and whose weights it shares."""
    return (*node.inputs, *([node.shares] if node.shares else []))


def _numbered(base: str) -> Iterator[str]:
    """The name, and the name with numbers behind it."""
    yield base
    yield from (f"{base}_{number}" for number in count(1))


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    inputs = tuple(names.get(name, name) for name in node.inputs)
    return node.replace(
        name=names.get(node.name, node.name),
        inputs=inputs,
        shares=names.get(node.shares or "", node.shares),
    )
