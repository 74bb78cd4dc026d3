"""Chains that stand inside an operation, elaborated as graphs of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.graph.builder import GraphBuilder
from seqspec.graph.scope import POISON, Flowing, Handle, Place, Sharing
from seqspec.ops.chain import Chain
from seqspec.ops.input import In
from seqspec.ops.registry import make
from seqspec.source import Span
from seqspec.syntax import tree as t
from seqspec.values import Value

if TYPE_CHECKING:
    from seqspec.graph.stages import Stages


def inside(
    stages: Stages, group: t.Group, begins: Value | None, place: Place, head: Span
) -> Chain | None:
    """The chain of a group, beginning with a value of its own; None after an error.

    Without a value to begin with, the chain is looked through for errors all the same.
    """
    e = stages.e
    outer, sharings = e.builder, e.definitions.sharings
    e.builder = GraphBuilder(e.limits)
    if place.sharing and not place.sharing.first:
        # The weights are those of the first use, and so are the shared chains inside.
        e.definitions.sharings = {name: Sharing() for name in sharings}
    try:
        return _chain(stages, group, _begin(e.builder, begins, head), place)
    finally:
        e.builder, e.definitions.sharings = outer, sharings


def _begin(builder: GraphBuilder, value: Value | None, head: Span) -> Handle:
    if value is None:
        return POISON
    fields = {"shape": value.shape, "tokens": value.is_tokens}
    return Handle(builder.add(make("in", fields), name="step", span=head).name, builder)


def _chain(stages: Stages, group: t.Group, begins: Handle, place: Place) -> Chain | None:
    flowing = Flowing(begins)
    end = stages.group(group, flowing, place.replace(sharing=None), None)
    if not flowing.used:
        stages.check_used(flowing, group.chain.stages[0])
        return None
    end = stages.e.here(end, group.span)
    if end.node is None or begins.node is None:
        return None
    builder = stages.e.builder
    builder.output("end", end.node)
    needed = {begins.node, *builder.needed()}
    nodes = tuple(node for name, node in builder.nodes.items() if name in needed)
    for node in nodes[1:]:
        if isinstance(node.op, In):
            stages.e.report(_input(), node.span or group.span)
            return None
    return Chain(nodes=nodes, output=end.node)


def _input() -> Problem:
    return Problem(
        Code.WRONG_KIND,
        "an input stands inside a chain that is run many times",
        label="belongs to the whole model",
        help="name it in a statement of its own, and merge it before the chain or behind it",
    )
