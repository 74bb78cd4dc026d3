"""The validated graph: what a spec means, frozen, and the same in JSON.

`Graph.model_dump_json()` and `Graph.model_validate_json()` are inverse to each other;
validation repeats every inference, so that a graph from elsewhere is as sound as one from text.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

from seqspec.diagnostics import Problem
from seqspec.graph.builder import GraphBuilder, check_name
from seqspec.graph.nodes import Comment, GraphQueries, Output, PlainGraph
from seqspec.graph.training import Training
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.ops.chain import Chain, Node
from seqspec.syntax.split import DECEPTIVE


class Graph(GraphQueries, BaseModel):
    """A model: nodes in topological order, outputs in file order, and how to train it."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ignored_types=(cached_property,),
        defer_build=True,
        allow_inf_nan=False,
    )

    name: str = "model"
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    parameters: dict[str, int | float | str] = {}
    training: Training | None = None
    comments: tuple[Comment, ...] = ()

    @classmethod
    def of(cls, plain: PlainGraph) -> Graph:
        """The same graph, which the builder has checked already."""
        return cls.model_construct(**plain.items())

    def __eq__(self, other: Any) -> bool:
        """Fields alone count, not what was worked out from them."""
        return isinstance(other, Graph) and all(
            getattr(self, name) == getattr(other, name) for name in type(self).model_fields
        )

    __hash__ = BaseModel.__hash__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the picture and the table."""
        from seqspec.draw.notebook import mimebundle

        return mimebundle(self)

    @model_validator(mode="after")
    def _sound(self, info: ValidationInfo) -> Graph:
        """Repeats what the builder does and compares; the context may hold other `limits`."""
        limits = (info.context or {}).get("limits", DEFAULT_LIMITS)
        try:
            check_name(self.name)
            for comment in self.comments:
                if not re.fullmatch(r"#.*", comment.text) or DECEPTIVE.search(comment.text):
                    raise ValueError("a comment is one line that begins with `#`")
            builder = _rebuilt(self.nodes, limits)
            for output in self.outputs:
                builder.output(output.name, output.node)
            if self.training:
                self.training.check()
                stray = [*self.training.objectives.keys() - {o.name for o in self.outputs}]
                if stray:
                    raise ValueError(f"there is no output {stray[0]} to train")
        except Problem as problem:
            raise ValueError(problem.message) from None
        if not self.outputs:
            raise ValueError("a graph needs an output")
        return self


def _rebuilt(nodes: tuple[Node, ...], limits: Limits) -> GraphBuilder:
    """A builder that made the same nodes. Raises `Problem`, or `ValueError` where one differs."""
    builder = GraphBuilder(limits)
    for node in nodes:
        for chain in node.op.chains():
            _check_chain(chain, limits)
        again = builder.add(
            node.op, *node.inputs, name=node.name, shares=node.shares, span=node.span
        )
        if again.shares != node.shares:
            raise ValueError(f"node {node.name}: it shares {again.shares}, not {node.shares}")
        if again.value != node.value:
            raise ValueError(f"node {node.name}: the value is {again.value}, not {node.value}")
    return builder


def _check_chain(chain: Chain, limits: Limits) -> None:
    builder = _rebuilt(chain.nodes, limits)
    if len(chain.inputs) != 1 or chain.inputs[0] is not chain.nodes[0]:
        raise ValueError("a chain inside an operation begins with its only input")
    builder.output("end", chain.output)
