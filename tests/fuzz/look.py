"""What the compiler makes of a text while it is being written: values, names, warnings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from seqspec.codes import Code
from seqspec.diagnostics import render
from seqspec.graph.elaborate import Elaborator
from seqspec.graph.nodes import PlainGraph
from seqspec.ops.chain import Chain, Network, Node
from seqspec.source import Source
from seqspec.syntax import parse_text
from seqspec.syntax import tree as t
from seqspec.values import Value


class Crash(Exception):
    """The compiler raised on a text instead of reporting a fault."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@lru_cache(maxsize=20_000)
def _parsed(line: str) -> tuple[t.Statement, ...]:
    """The statement of a line. Most lines are looked at again and again; their places in the
    text are those in the line, which matters to messages alone."""
    spec, faults = parse_text(Source("<fuzz>", line))
    if faults:
        raise ValueError("\n".join(render(fault, [spec.source]) for fault in faults))
    return spec.statements


@dataclass(frozen=True)
class Look:
    """A text that compiles: its graph, and what its names stand for."""

    graph: PlainGraph
    codes: frozenset[Code]
    handles: dict[str, list[tuple[Node, bool]]]  # each with whether it is of the graph itself

    @cached_property
    def names(self) -> dict[str, tuple[Value, ...]]:
        """The values that names stand for at the end of the text."""
        return {
            name: tuple(node.value for node, _ in found)
            for name, found in self.handles.items()
            if all(own for _, own in found)
        }

    def names_in(self, chain: Chain) -> dict[str, tuple[Value, ...]]:
        """The names that stand for one value inside of a chain."""
        return {
            name: (found[0][0].value,)
            for name, found in self.handles.items()
            if len(found) == 1 and any(found[0][0] is node for node in chain.nodes)
        }

    @property
    def end(self) -> tuple[Network, Node]:
        """The node of the last output, and where it stands."""
        return self.graph, self.graph.by_name[self.graph.outputs[-1].node]


def look(text: str) -> Look | None:
    """The graph of a text and its names, or None for a text with faults. Raises `Crash`."""
    try:
        return _look(text)
    except Exception as error:
        raise Crash(text) from error


def _look(text: str) -> Look | None:
    statements = tuple(s for line in text.splitlines() for s in _parsed(line))
    elaborator = Elaborator(t.Spec(Source("<fuzz>", text), statements, ()), {}, None)
    graph = elaborator.run("model")
    if graph is None:
        return None
    handles = {
        name: [
            (handle.home.nodes[handle.node], handle.home is elaborator.root)
            for handle in named.handles
            if handle.home and handle.node
        ]
        for name, named in elaborator.names.items()
    }
    return Look(graph, frozenset(d.code for d in elaborator.diagnostics), handles)
