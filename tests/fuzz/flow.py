"""A chain that is being written, and what is known of the value at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from seqspec.codes import Code
from seqspec.ops.chain import Network, Node
from seqspec.values import Value

from .look import Look, look

Wrap = Callable[[str], str]
"""Puts the text of a chain where it stands in a whole spec, at the end of the last output."""
Find = Callable[[Look], tuple[Network, Node] | None]
"""The node at the chain's end, and the network that it stands in, where they can be told."""

LARGEST_AXIS = 12
LARGEST_VALUE = 400
LARGEST_RANK = 5  # TensorFlow pads no more


@dataclass(frozen=True)
class Flow:
    """Stages written so far; `wrap` and `find` say where they stand."""

    wrap: Wrap
    find: Find
    value: Value
    stages: tuple[str, ...] = ()
    names: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    inner: bool = False  # in a chain that an operation holds
    refused: frozenset[Code] = frozenset()

    @property
    def text(self) -> str:
        """The chain."""
        return " -> ".join(self.stages)

    def after(self, stage: str, value: Value | None = None) -> Flow | None:
        """The chain with one more stage, or None where that does not compile or grows too big.

        Where the value at its end is known, the compiler need not be asked each time.
        """
        stages, names = (*self.stages, stage), self.names
        if value is None:
            seen = look(self.wrap(" -> ".join(stages)))
            end = None if seen is None or self.refused & seen.codes else self.find(seen)
            if seen is None or end is None:
                return None
            network, node = end
            names = seen.names_in(network) if self.inner else seen.names  # type: ignore[arg-type]
            value = node.value
        return replace(self, value=value, stages=stages, names=names) if _small(value) else None

    def named(self, name: str) -> Flow:
        """The chain with a name for the value flowing by."""
        names = {**self.names, name: (self.value,)}
        return replace(self, stages=(*self.stages, f"as {name}"), names=names)

    def group(self) -> Flow:
        """An empty chain in parentheses behind this one, which the value flows into."""
        return replace(self, wrap=self._behind, stages=())

    def _behind(self, text: str) -> str:
        return self.wrap(" -> ".join((*self.stages, text)))


def _small(value: Value) -> bool:
    if value.rank > LARGEST_RANK:
        return False
    total = 1
    for size in value.shape:
        if isinstance(size, int):
            total *= size
            if not 1 <= size <= LARGEST_AXIS:
                return False
    return total <= LARGEST_VALUE
