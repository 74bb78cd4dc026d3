"""What is known of the stages of a text: the values that they give, by their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from seqspec.driver import Analysis
from seqspec.ops.chain import Node
from seqspec.source import Span
from seqspec.syntax import tree as t
from seqspec.values import Value

MOST = 3  # different values of one stage that are shown


class Made(NamedTuple):
    """A stage as it was elaborated once: what it read, and the node that it gave."""

    reads: tuple[Value, ...]
    node: Node

    @property
    def parameters(self) -> int:
        """How many numbers the weights hold."""
        weights = () if self.node.shares else self.node.op.weights(*self.reads)
        return sum(weight.size for weight in weights)


def made(analysis: Analysis) -> Iterator[tuple[t.Stage, Made]]:
    """Each time that a stage of the text gave a value, in order."""
    for stage, handle in analysis.elaborator.flows:
        if handle.node is None or handle.home is None or stage.span.source:
            continue
        nodes = handle.home.nodes
        node = nodes[handle.node]
        yield stage, Made(tuple(nodes[name].value for name in node.inputs), node)


def made_at(analysis: Analysis, span: Span) -> list[Made]:
    """What the stage at a place gave, each different value once."""
    found = [one for stage, one in made(analysis) if stage.span == span]
    return list({(one.reads, one.node.value): one for one in found}.values())


def values_named(analysis: Analysis, name: str) -> list[Value]:
    """The values that a name stands for."""
    named = analysis.elaborator.names.get(name)
    handles = named.handles if named else []
    return [h.home.nodes[h.node].value for h in handles if h.node is not None and h.home]


def shown(values: list[Value]) -> str:
    """Values for people, each once: `(10, 64)`, or `(T, 8) | (T, 16)`."""
    texts = list(dict.fromkeys(map(str, values)))
    return " | ".join([*texts[:MOST], *(["…"] if len(texts) > MOST else [])])
