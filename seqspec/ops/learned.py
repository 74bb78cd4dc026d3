"""Values that training finds, the same for each sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Layer, Operation, Weight
from seqspec.ops.constants import of_each_sample
from seqspec.ops.rules import known
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import Shape, arg
from seqspec.program import ALL, Binary, Expr, Item, call, ops
from seqspec.values import Value

if TYPE_CHECKING:
    from seqspec.ops.said import Said


class Learned(Layer):
    """A value made of weights of its own, the same for each sample: the token that stands for a
    whole sequence (Devlin et al. 2019), the slots of a memory, an initial state.

    Of the value flowing in it takes nothing but how many samples there are.
    """

    op: Literal["learned"] = "learned"
    shape: Shape = arg(..., "sizes without the batch: `64`, `4x64`")

    anchors: ClassVar[tuple[str, ...]] = ("Embedding",)
    example: ClassVar[str] = "in 10x64 -> concat (learned 1x64) _ time -> attend heads=8"
    shape_rule: ClassVar[str] = "any shape becomes the one given"
    mask_rule: ClassVar[str] = "none: all of it is real"
    keras: ClassVar[str] = "Embedding(N, F)(keras.ops.arange(N))"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation] | None:
        return None if any(call.before("ZerosLike", 2)) else iter(())

    def infer(self, *values: Value) -> Value:
        self._sizes()
        return values[0].derive(*self.shape, mask=False, dtype="float32")

    def _sizes(self) -> tuple[int, ...]:
        sizes = tuple(known(size, "a size of `learned`") for size in self.shape)
        if min(sizes) < 1:
            raise Problem(
                Code.OUT_OF_RANGE, f"a size is at least 1, and not {min(sizes)}", field="shape"
            )
        return sizes

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        *rows, features = self._sizes()
        return (Weight("embeddings", (prod(rows), features), not self.frozen),)

    def lower(self, site: Site) -> Tensor:
        *rows, features = self._sizes()
        count = prod(rows)
        layer = site.layer("Embedding", count, features, **self.kernel_arguments("embeddings"))
        number: Expr = of_each_sample(site, "int32")
        if count > 1:
            number = Binary("+", number, ops("arange", count, dtype="int32"))
        data: Expr = call(layer, site.bind(number, "number"))
        if not rows:
            data = Item(site.bind(data, "rows"), (ALL, 0))
        elif len(rows) > 1:
            data = ops("reshape", site.bind(data, "rows"), (-1, *rows, features))
        return Tensor(site.bind(data))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The weights, for each sample."""
        return Signal(np.stack([weights[0].reshape(self._sizes())] * len(inputs[0].data)))
