"""A Keras model as Keras itself keeps it: operations, and nodes for the calls of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False, slots=True)
class Symbol:
    """A tensor that a node gives; `mask` is the one that Keras carries along with it."""

    node: Node
    place: int = 0
    mask: Symbol | None = None


@dataclass(eq=False, slots=True)
class Node:
    """One call of an operation, with what it was given."""

    operation: Operation
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    @property
    def inputs(self) -> list[Symbol]:
        """The tensors among the arguments, in Keras's order: keywords by name."""
        return [*symbols(self.args), *symbols([self.kwargs[key] for key in sorted(self.kwargs)])]


@dataclass(eq=False, slots=True)
class Operation:
    """A layer, or what Keras keeps for a function; `network` is what a nested model holds."""

    module: str
    class_name: str
    config: dict[str, Any]
    nodes: list[Node] = field(default_factory=list)
    network: Network | None = None

    @property
    def name(self) -> str:
        """The name that no other operation of the model has."""
        return str(self.config["name"])

    @property
    def is_layer(self) -> bool:
        """Whether it may hold weights: a layer or a model, and not a function's operation."""
        return not self.module.startswith("keras.src.ops")

    def call(self, *args: Any, **kwargs: Any) -> Symbol:
        """A new node, and the first tensor that it gives."""
        node = Node(self, args, kwargs)
        self.nodes.append(node)
        return Symbol(node)


def symbols(value: Any) -> Iterator[Symbol]:
    """The tensors in a value, in order."""
    if isinstance(value, Symbol):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from symbols(item)


@dataclass(eq=False, slots=True)
class Network:
    """What is computed between some tensors and others.

    `inputs` and `outputs` are one tensor or a list of them, as the model was made with.
    """

    inputs: Symbol | list[Symbol]
    outputs: Symbol | list[Symbol]
    operations: list[Operation] = field(init=False)
    nodes: list[Node] = field(init=False)

    def __post_init__(self) -> None:
        self.nodes, first = _sorted_nodes(list(symbols([self.outputs])))
        depths = _depths(self.nodes)
        for tensor in symbols([self.inputs]):  # an input that nothing reads is kept all the same
            if tensor.node.operation not in depths:
                depths[tensor.node.operation] = 0
                first[tensor.node.operation] = -1
                self.nodes.append(tensor.node)
        self.operations = sorted(depths, key=lambda made: (-depths[made], first[made]))

    @property
    def layers(self) -> list[Operation]:
        """The operations that may hold weights, in Keras's order."""
        return [made for made in self.operations if made.is_layer]


def _sorted_nodes(ends: Sequence[Symbol]) -> tuple[list[Node], dict[Operation, int]]:
    """Nodes from inputs to outputs, and when the search from the outputs first met each
    operation: `keras.src.ops.function._build_map`, without its recursion."""
    done: set[int] = set()
    nodes: list[Node] = []
    first: dict[Operation, int] = {}
    for end in ends:
        first.setdefault(end.node.operation, len(first))
        pending = [(end.node, iter(end.node.inputs))] if id(end.node) not in done else []
        while pending:
            node, inputs = pending[-1]
            below = next((s.node for s in inputs if id(s.node) not in done), None)
            if below is None:
                done.add(id(node))
                nodes.append(node)
                pending.pop()
            else:
                first.setdefault(below.operation, len(first))
                pending.append((below, iter(below.inputs)))
    return nodes, first


def _depths(nodes: Sequence[Node]) -> dict[Operation, int]:
    """How far each operation is from the outputs: `keras.src.ops.function.map_graph`."""
    of_node: dict[int, int] = {}
    of_operation: dict[Operation, int] = {}
    for node in reversed(nodes):
        depth = max(of_node.get(id(node), 0), of_operation.get(node.operation, 0))
        of_operation[node.operation] = of_node[id(node)] = depth
        for tensor in node.inputs:
            before = of_node.get(id(tensor.node), 0)
            of_node[id(tensor.node)] = max(depth + 1, before)
    return of_operation


def snake_case(name: str) -> str:
    """A class's name as Keras makes names of it: `keras.src.utils.naming.to_snake_case`."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


@dataclass
class Names:
    """Names that Keras gives by itself: a class's, with a number from the second on."""

    used: dict[str, int] = field(default_factory=dict)

    def fresh(self, class_name: str) -> str:
        """The next name for an operation of this class."""
        name = snake_case(class_name)
        number = self.used.get(name, 0)
        self.used[name] = number + 1
        return f"{name}_{number}" if number else name
