"""The graph as the compiler works on it, without Pydantic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seqspec.graph.training import Training
from seqspec.ops.chain import Network, Node
from seqspec.record import Record


class Output(Record):
    """A value that the model gives, under its name."""

    name: str
    node: str


class Comment(Record):
    """A comment of the spec. `line` is the offset at which the line that holds it begins."""

    text: str
    line: int


class GraphQueries(Network):
    """What can be asked of a whole graph, however it is kept."""

    if TYPE_CHECKING:
        name: str
        outputs: tuple[Output, ...]
        training: Training | None
        comments: tuple[Comment, ...]


class PlainGraph(GraphQueries, Record):
    """A checked graph; `Graph` is the same for JSON and for tools."""

    name: str = "model"
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    parameters: dict[str, int | float | str] = {}  # noqa: RUF012
    training: Training | None = None
    comments: tuple[Comment, ...] = ()


def with_nodes(graph: GraphQueries, nodes: Iterable[Node], outputs: Iterable[Output]) -> PlainGraph:
    """A graph of other nodes, and in all else like another."""
    return PlainGraph(
        name=graph.name,
        nodes=tuple(nodes),
        outputs=tuple(outputs),
        parameters=getattr(graph, "parameters", {}),
        training=graph.training,
        comments=graph.comments,
    )
