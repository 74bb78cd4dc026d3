"""A chain as one layer. No spec has a word for it: passes make it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Literal

from seqspec.numeric.array import Array
from seqspec.ops.base import Operation, Weight
from seqspec.ops.chain import Chain, multiplications
from seqspec.ops.evaluate import inside
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import arg
from seqspec.program import call
from seqspec.values import Size, Value, total


class Group(Operation):
    """A layer written out as the chain that it stands for, so that its parts may read different
    steps: a model in the model, which has the layer's name and its weights in their order.

    Neither what flows in nor the result has a mask.
    """

    op: Literal["group"] = "group"
    chain: Chain = arg(..., "what the layer does")

    def chains(self) -> tuple[Chain, ...]:
        return (self.chain,)

    def infer(self, *values: Value) -> Value:
        return values[0].derive(*self.chain.gives.shape, mask=False)

    def draws(self) -> bool:
        return any(node.op.draws() for node in self.chain.nodes)

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        return total(multiplications(self.chain, [self.chain.output]).values())

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        return self.chain.all_weights()

    def lower(self, site: Site) -> Tensor:
        return Tensor(site.bind(call(site.model(self.chain), site.x.data)))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """What the chain makes."""
        return Signal(inside(self.chain, weights, inputs[0].data))
