"""The validated graph: what a spec means, frozen, and the same in JSON.

`Graph.model_dump_json()` and `Graph.model_validate_json()` are inverse to each other;
validation repeats every inference, so that a graph from elsewhere is as sound as one from text.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    SerializeAsAny,
    model_validator,
)

from seqspec.diagnostics import Problem
from seqspec.graph.training import Training
from seqspec.ops.base import Operation, Weight
from seqspec.ops.input import In
from seqspec.ops.registry import BY_NAME, OPERATIONS
from seqspec.source import Span
from seqspec.values import Value


def _operation(value: object) -> Operation:
    if isinstance(value, Operation):
        return value
    if not isinstance(value, dict) or value.get("op") not in BY_NAME:
        raise ValueError("`op` names no operation")
    return BY_NAME[value["op"]].model_validate(value)


class _OneOfOperations:
    """The JSON schema of the union over all operations, told apart by `op`."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> Any:
        union = {"oneOf": [handler(c.__pydantic_core_schema__) for c in _built()]}
        return {**union, "discriminator": {"propertyName": "op"}}


def _built() -> tuple[type[Operation], ...]:
    for operation in OPERATIONS:
        operation.model_rebuild()
    return OPERATIONS


AnyOperation = Annotated[SerializeAsAny[Operation], BeforeValidator(_operation), _OneOfOperations]
"""Any operation: a union over their classes, discriminated by `op`."""


class Frozen(BaseModel):
    """A value that never changes and takes no field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Node(Frozen):
    """One use of an operation. `inputs` and `shares` name earlier nodes.

    A node that `shares` uses the weights of that node and has none of its own.
    """

    name: str
    op: AnyOperation
    inputs: tuple[str, ...] = ()
    value: Value
    shares: str | None = None
    span: Span | None = None


class Output(Frozen):
    """A value that the model gives, under its name."""

    name: str
    node: str


class Comment(Frozen):
    """A comment of the spec. `line` is the offset at which the line that holds it begins."""

    text: str
    line: int


class Graph(Frozen):
    """A model: nodes in topological order, outputs in file order, and how to train it."""

    name: str = "model"
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    parameters: dict[str, int | float | str] = {}
    training: Training | None = None
    comments: tuple[Comment, ...] = ()

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
        return sum(count(weight) for node in self.nodes for weight in self.weights(node))

    @property
    def trainable_count(self) -> int:
        """How many of them training changes."""
        weights = (weight for node in self.nodes for weight in self.weights(node))
        return sum(count(weight) for weight in weights if weight.trainable)

    @model_validator(mode="after")
    def _sound(self) -> Graph:
        """Repeats what the builder does and compares."""
        from seqspec.graph.builder import GraphBuilder

        builder = GraphBuilder()
        try:
            for node in self.nodes:
                again = builder.add(
                    node.op, *node.inputs, name=node.name, shares=node.shares, span=node.span
                )
                if again.value != node.value:
                    raise ValueError(
                        f"node {node.name}: the value is {again.value}, not {node.value}"
                    )
            for output in self.outputs:
                builder.output(output.name, output.node)
        except Problem as problem:
            raise ValueError(problem.message) from None
        if not self.outputs:
            raise ValueError("a graph needs an output")
        return self


def count(weight: Weight) -> int:
    """How many numbers a weight holds."""
    total = 1
    for size in weight.shape:
        total *= size
    return total
