"""The same calls in other words, those that need values of their own among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seqspec.backends.archive.catalogue import HEADS
from seqspec.backends.archive.symbolic import Node, Operation, Symbol, symbols
from seqspec.lift.equivalents import equivalents
from seqspec.lift.state import State
from seqspec.ops.mask import Unmask
from seqspec.ops.shape import Permute

READ_CARRIED = HEADS  # the masks of several tensors


class Rewording(State):
    """Finds other words for calls."""

    def equal(self, node: Node) -> Iterator[Node]:
        """The same call in other words."""
        values = [
            self.builder.nodes[self.found[place][0]].value if self.found.get(place) else None
            for place in (self.place(symbol) for symbol in symbols(node.args))
        ]
        given = self.calls.first[id(node)]
        for form in (*equivalents(node, values), *self._turned(node)):
            self.calls.alias(form, given)
            yield form
        for form in self._unmasked(node):
            self.calls.alias(form, Symbol(given.node, given.place))
            yield form

    def _unmasked(self, node: Node) -> Iterator[Node]:
        """The call on copies without the masks that Keras carries along, where it reads none."""
        reads = [symbol for symbol in symbols(node.args) if symbol.mask]
        if reads and node.operation.class_name not in READ_CARRIED and not any(
            "mask" in key for key in node.kwargs
        ):  # fmt: skip
            yield Node(node.operation, tuple(map(self._copied, node.args)), node.kwargs)

    def _copied(self, value: Any) -> Any:
        if isinstance(value, Symbol) and value.mask:
            return self.calls.apply("get_item", value, (slice(None), slice(None)))
        return [*map(self._copied, value)] if isinstance(value, list | tuple) else value

    def _turned(self, node: Node) -> Iterator[Node]:
        """A product over the steps of both: that of features and steps, with one turned around."""
        axes = node.operation.config.get("axes")
        if node.operation.class_name != "Dot" or axes not in (1, [1, 1], (1, 1)):
            return
        left, right = symbols(node.args)
        for name in self.found.get(self.place(left), [])[:1]:
            turned = self._apply(Permute(axes=(2, 1)), (name,), "")
            if turned and self._commit(turned):
                made = Operation(
                    "keras.layers", "Dot", {**node.operation.config, "axes": (2, 1)}
                )  # fmt: skip
                yield Node(made, ([turned.data, right],))

    def bare(self, name: str) -> str:
        """A value as one that carries no mask."""
        if name not in self.bared:
            made = self._apply(Unmask(), (name,), "")
            self.bared[name] = made.identifier if made and self._commit(made) else name
        return self.bared[name]
