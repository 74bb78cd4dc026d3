"""Saying which steps are real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.rules import sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask as StepMask
from seqspec.ops.site import Site, Tensor, zeroed
from seqspec.ops.types import arg
from seqspec.program import call, ops
from seqspec.values import Value


class Mask(Operation):
    """Steps whose values all equal VALUE, or are all `nan`, are padding and not real.

    Numbers of these steps become zeros, whatever VALUE is; ids stay.
    """

    op: Literal["mask"] = "mask"
    value: float | Literal["nan"] = arg(0.0, "what padding is filled with; `nan` is no number")

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in Tx6 -> mask -1 -> lstm 32 -> take last"
    mask_rule: ClassVar[str] = "creates one; a mask that is there stays"
    keras: ClassVar[str] = "Masking, keras.ops.isnan"

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        if x.is_tokens and (self.value == "nan" or self.value != int(self.value)):
            raise Problem(
                Code.OUT_OF_RANGE,
                f"ids are whole numbers, and none is {self.value}",
                field="value",
                help="write the id that padding has: `mask 0`",
            )
        return x.derive(*x.shape, mask=True)

    def lower(self, site: Site) -> Tensor:
        x, value = site.x, site.values[0]
        if self.value == "nan":
            differs = ops("logical_not", ops("isnan", x.data))
        else:
            filled = int(self.value) if value.is_tokens else self.value
            differs = ops("not_equal", x.data, filled)
        real = (
            ops("any", differs, axis=tuple(range(2, value.rank + 1))) if value.rank > 1 else differs
        )
        matrix = value.rank == 2 and not value.is_tokens
        if matrix and x.mask is None and self.value != "nan":  # which equals nothing in Keras
            layer = site.layer("Masking", *([self.value] if self.value else []))
            data = site.bind(call(layer, x.data))
            return Tensor(data, StepMask(site.bind(real, "mask")), attached=True)
        if x.mask is None:
            own = StepMask(site.bind(real, "mask"))
        else:
            own = StepMask(site.bind(ops("logical_and", x.mask.expr, real), "mask"), x.mask.padded)
        if value.is_tokens or (x.mask is None and not self.value):
            return Tensor(x.plain, own)
        return Tensor(site.bind(zeroed(Tensor(x.plain, own), value)), own)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """Real are the steps of which some value differs in the model's single precision."""
        x, padding = inputs[0], np.float32(self.value)
        differs = ~np.isnan(x.data) if np.isnan(padding) else np.float32(x.data) != padding
        real: Array = differs.reshape(*x.data.shape[:2], -1).any(-1)
        masked = Signal(x.data, real if x.mask is None else real & x.mask)
        ids = x.value.is_tokens
        return masked if ids else masked.keep(masked.where_real(0))


class Unmask(Operation):
    """Every step is real from here on, padding included."""

    op: Literal["unmask"] = "unmask"

    example: ClassVar[str] = "in T tokens -> embed 100 8 mask -> unmask -> lstm 8"
    mask_rule: ClassVar[str] = "taken away"
    keras: ClassVar[str] = "x[:, :]"

    def infer(self, *values: Value) -> Value:
        return values[0].derive(*values[0].shape, mask=False)

    def lower(self, site: Site) -> Tensor:
        return Tensor(site.bind(site.x.plain))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The same values, all of them real."""
        return Signal(inputs[0].data)
