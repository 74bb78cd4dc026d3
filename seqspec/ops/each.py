"""A chain for every step of a sequence, every frame of a video, every row or column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation, Weight
from seqspec.ops.batch import Steps
from seqspec.ops.chain import Chain, multiplications
from seqspec.ops.evaluate import inside
from seqspec.ops.rules import image_axis, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import arg
from seqspec.program import Expr, call, ops
from seqspec.values import Size, Value, total


class Each(Operation):
    """A chain applied to every step; its results are put together again.

    All steps share the chain's weights. They are folded into the batch, so that the chain
    runs once for all of them; `keras.layers.TimeDistributed` would unroll a loop over them,
    and fails where the number of steps is only known at run time.
    """

    op: Literal["each"] = "each"
    chain: Chain = arg(..., "what is done with every step: `(lstm 8 -> take last)`")
    axis: Literal["height", "width"] | None = arg(
        None, "every row (height) or column (width) of an image; the leading axis by default"
    )

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 28x28x1 -> each (lstm 16 -> take last) -> lstm 16 -> take last"
    shape_rule: ClassVar[str] = (
        "(T, …) becomes (T, RESULT …); for width, (H, W, C) becomes (H, W, D), or (W, D)"
    )
    mask_rule: ClassVar[str] = (
        "each step keeps its mask, and the chain runs on all of them; it may make masks of its "
        "own, which end with it; width loses it"
    )
    keras: ClassVar[str] = "a nested keras.Model on the folded batch, as TimeDistributed would"

    @classmethod
    def enters(cls, fields: Mapping[str, Any], x: Value) -> Value:
        """What the chain begins with: one step, without the mask over all of them."""
        steps = _steps(fields.get("axis"), x)
        return Value(shape=(*x.shape[:steps], *x.shape[steps + 1 :]), dtype=x.dtype)

    def chains(self) -> tuple[Chain, ...]:
        return (self.chain,)

    def infer(self, *values: Value) -> Value:
        x, result = values[0], self.chain.gives
        steps, begins = _steps(self.axis, x), self.enters({"axis": self.axis}, x)
        if self.chain.takes != begins:
            raise Problem(
                Code.SHAPES_DIFFER,
                f"the chain begins with {self.chain.takes}, and a step is {begins}",
                field="chain",
            )
        shape: list[Size] = [*result.shape]
        shape.insert(self._place(result), x.shape[steps])
        return x.derive(*shape, mask=x.mask and steps == 0, dtype=result.dtype)

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        inside = multiplications(self.chain, [self.chain.output])
        return values[0].shape[_steps(self.axis, values[0])] * total(inside.values())

    def draws(self) -> bool:
        return any(node.op.draws() for node in self.chain.nodes)

    def reads_batch(self) -> bool:
        return any(node.op.reads_batch() for node in self.chain.nodes)

    def stepwise(self) -> bool:
        return self.axis is None and not self.reads_batch()  # its batch is all steps of all samples

    def _place(self, result: Value) -> int:
        """Where the steps go: first, or for columns behind the height that they may have kept."""
        return 1 if self.axis == "width" and result.rank > 1 else 0

    def loses_mask(self, *values: Value) -> str:
        if values[0].mask and self.axis == "width":
            return "it is one of rows, and the chain reads columns"
        if self.chain.gives.mask:
            return "the chain's result has one, and masks are of whole steps alone"
        return ""

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        return self.chain.all_weights()

    def lower(self, site: Site) -> Tensor:
        model = site.model(self.chain)
        x, value, result = site.x.data, site.values[0], self.chain.gives
        if self.axis == "width":
            x = site.bind(_swapped(x, value.rank), "columns")
            value = value.derive(value.shape[1], value.shape[0], *value.shape[2:])
        steps = Steps(site, x, value)
        together = site.bind(call(model, steps.folded), "together")
        data = steps.unfolded(together, result)
        if self._place(result):
            data = _swapped(data, result.rank + 1)
        return site.keep(data)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The chain on each step by itself, one after the other."""
        x, axis = inputs[0], 2 if self.axis == "width" else 1
        results = [inside(self.chain, weights, step) for step in np.moveaxis(x.data, axis, 0)]
        data = np.stack(results, axis=1 + self._place(self.chain.gives))
        return x.keep(data) if axis == 1 else Signal(data)


def _steps(axis: str | None, x: Value) -> int:
    """The axis that is gone through. Raises `Problem`."""
    return 0 if axis is None and sequence("each", x) else image_axis("each", axis or "", x)


def _swapped(data: Expr, rank: int) -> Expr:
    """The first two axes behind the batch exchanged."""
    return ops("transpose", data, (0, 2, 1, *range(3, rank + 1)))
