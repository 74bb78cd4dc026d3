"""Sums of products of two values."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar, Literal

from seqspec.numeric.array import Array, np
from seqspec.numeric.scaling import unit
from seqspec.ops.merge import VALUES, Merge, unequal
from seqspec.ops.rules import floats
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor, zeroed
from seqspec.ops.types import Operands, arg
from seqspec.program import call
from seqspec.values import Size, Value, product


class Dot(Merge):
    """Sums of products over the features, or over features and the other value's time."""

    op: Literal["dot"] = "dot"
    values: Operands = arg((), VALUES)
    over: Literal["features", "time"] = arg(
        "features", "the second value's axis that is summed over"
    )
    normalize: bool = arg(False, "cosine: both values are brought to length one first")

    anchors: ClassVar[tuple[str, ...]] = ("Dot",)
    example: ClassVar[str] = "a = in 5x8\nb = in 7x8\nout y = dot a b"
    shape_rule: ClassVar[str] = (
        "(T, F) and (S, F) become (T, S); with `time`, (T, S) and (S, F) become (T, F)"
    )
    mask_rule: ClassVar[str] = (
        "the first value's steps keep theirs; masked steps of the second count as zero"
    )
    keras: ClassVar[str] = "Dot"

    def infer(self, *values: Value) -> Value:
        self.together(values, 2)
        left, right = (floats(self.op, value) for value in values)
        if not (1 <= left.rank <= 2 and 1 <= right.rank <= 2):
            raise self.differ(values, "`dot` is for vectors and sequences")
        if self.over == "time" and right.rank != 2:
            raise self.differ(values, "the second value has no time axis")
        summed = right.steps if self.over == "time" else right.features
        if left.features != summed:
            raise self.differ(values, unequal({left.features, summed}))
        rest = right.shape[1:] if self.over == "time" else right.shape[:-1]
        shape = (*left.shape[:-1], *rest) or (1,)
        return left.derive(*shape, mask=left.mask and len(shape) == 2)

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        left, right = values
        summed = left.features
        return product(self.infer(*values).shape) * summed if right.rank else 0

    def loses_mask(self, *values: Value) -> str:
        left, right = values
        if self.over == "features" and right.mask:
            return "the second value's steps become features"
        if left.mask and right.rank == 1:
            return "the first value's steps become features"
        return ""

    def lower(self, site: Site) -> Tensor:
        left, right = site.inputs
        axes = (site.values[0].rank, 1 if self.over == "time" else site.values[1].rank)
        normalize = {"normalize": True} if self.normalize else {}
        layer = site.layer("Dot", axes=axes, **normalize)
        second = zeroed(right, site.values[1])
        return site.keep(call(layer, [left.plain, second]))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """Σ a b over the features of the one and an axis of the other; cosine if normalised."""
        left, right = inputs[0].data, inputs[1].where_real(0)
        if self.over == "features":
            right = np.moveaxis(right, -1, 1)
        if self.normalize:
            left, right = unit(left, -1), unit(right, 1)
        shape = (*left.shape[1:-1], *right.shape[2:]) or (1,)
        rows = left.reshape(len(left), -1, left.shape[-1])
        columns = right.reshape(len(right), right.shape[1], -1)
        data = (rows @ columns).reshape(len(left), *shape)
        return inputs[0].keep(data) if data.ndim > 2 else Signal(data)
