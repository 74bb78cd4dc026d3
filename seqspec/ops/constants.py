"""Numbers that no training changes: bounds, and values that are the same for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.rules import floats
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import Numbers, arg
from seqspec.program import ALL, Binary, Const, Expr, Item, ops
from seqspec.values import Value


class Clip(Operation):
    """Each value brought between two bounds: the nearer one where it lies beyond."""

    op: Literal["clip"] = "clip"
    low: float = arg(..., "the least value")
    high: float = arg(..., "the greatest value")

    anchors: ClassVar[tuple[str, ...]] = ("Clip",)
    example: ClassVar[str] = "in 10x6 -> clip -1 1"
    keras: ClassVar[str] = "keras.ops.clip"

    def infer(self, *values: Value) -> Value:
        if self.low > self.high:
            raise Problem(
                Code.OUT_OF_RANGE,
                f"nothing lies between {self.low:g} and {self.high:g}",
                field="high",
                help=f"the least value comes first: `clip {self.high:g} {self.low:g}`",
            )
        return super().infer(floats(self.op, values[0]))

    def stepwise(self) -> bool:
        return True

    def lower(self, site: Site) -> Tensor:
        return site.keep(ops("clip", site.x.data, self.low, self.high))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The value, or the bound that it lies beyond."""
        return inputs[0].keep(np.minimum(np.maximum(inputs[0].data, self.low), self.high))


class Constant(Operation):
    """A vector of given numbers, the same for each sample.

    Of the value flowing in it takes nothing but how many samples there are.
    """

    op: Literal["const"] = "const"
    numbers: Numbers = arg(..., "one number, or several: `0.5,0.1`")

    anchors: ClassVar[tuple[str, ...]] = ("Add",)
    example: ClassVar[str] = "in 10x2 -> take last -> concat _ (const 0.5,1) -> dense 4"
    shape_rule: ClassVar[str] = "any shape becomes (N), for N numbers"
    mask_rule: ClassVar[str] = "none"
    keras: ClassVar[str] = "keras.ops.zeros_like(x[:, 0, None]) + numbers"

    def infer(self, *values: Value) -> Value:
        return values[0].derive(len(self.numbers), mask=False, dtype="float32")

    def lower(self, site: Site) -> Tensor:
        numbers = constant(self.numbers)
        return Tensor(site.bind(Binary("+", of_each_sample(site, "float32"), numbers)))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The numbers, for each sample."""
        return Signal(np.array([self.numbers] * len(inputs[0].data)))


def constant(numbers: tuple[float, ...]) -> Expr:
    """A number, or an array of them."""
    return Const(numbers[0]) if len(numbers) == 1 else ops("array", [*numbers])


def of_each_sample(site: Site, dtype: str) -> Expr:
    """A zero for each sample, `(batch, 1)`, whatever the value flowing in is."""
    one = Item(site.x.data, (ALL, *(0,) * site.values[0].rank, None))
    return ops("zeros_like", one, dtype=dtype)
