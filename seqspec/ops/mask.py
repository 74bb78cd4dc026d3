"""Saying which steps are real."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.rules import sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask as StepMask
from seqspec.ops.site import Site, Tensor, zeroed
from seqspec.ops.types import Operands, arg
from seqspec.program import Expr, call, ops
from seqspec.values import Value, shape_text, size_text

if TYPE_CHECKING:
    from seqspec.ops.said import Said

_T = TypeVar("_T")


class Mask(Operation):
    """Steps whose values all equal VALUE, or are all `nan`, are padding and not real.

    With BY it is that value's steps which are looked at: an input that says which steps are
    real, or the ids that the steps were made of; what BY itself masks is padding. Numbers of
    masked steps become zeros, whatever VALUE is; ids stay.
    """

    op: Literal["mask"] = "mask"
    value: float | Literal["nan"] = arg(0.0, "what padding is filled with; `nan` is no number")

    by: Operands = arg((), "another value, of as many steps, that is VALUE where padding is")

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("Masking", "NotEqual", "Isnan", "Where", "LogicalAnd")
    example: ClassVar[str] = "in Tx6 -> mask -1 -> lstm 32 -> take last"
    mask_rule: ClassVar[str] = "creates one; a mask that is there stays"
    keras: ClassVar[str] = "Masking, keras.ops.isnan"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation] | None:
        if call.name == "Masking":
            return None
        compared = [call, *call.before("NotEqual", 6)] if call.name != "Isnan" else []
        numbers = [c.args[1] for c in compared if c.name == "NotEqual" and len(c.args) > 1]
        found = dict.fromkeys(cls(value=n) for n in numbers if isinstance(n, int | float))
        is_nan = call.name == "Isnan" or any(call.before("Isnan", 6))
        return iter([*found, cls(value="nan")] if is_nan else found)

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        source = self._source(values)
        if len(self.by) > 1:
            raise Problem(
                Code.TOO_MANY_ARGUMENTS, f"`mask` looks at one value, not {len(self.by)}",
                field="by",
            )  # fmt: skip
        if not source.rank or source.steps != x.steps:
            raise Problem(
                Code.SHAPES_DIFFER,
                f"{shape_text(source.shape)} does not say of {size_text(x.steps)} steps which are "
                "real",
                field="by",
                help=f"it needs as many steps: `in {size_text(x.steps)}`",
            )
        if source.is_tokens and (self.value == "nan" or self.value != int(self.value)):
            raise Problem(
                Code.OUT_OF_RANGE,
                f"ids are whole numbers, and none is {self.value}",
                field="value",
                help="write the id that padding has: `mask 0`",
            )
        return x.derive(*x.shape, mask=True)

    def makes_mask(self) -> bool:
        return True

    def looks_aside(self) -> bool:
        return bool(self.by)

    def _source(self, values: Sequence[_T]) -> _T:
        """What is looked at."""
        return values[self.by[0]] if self.by else values[0]

    def lower(self, site: Site) -> Tensor:
        x, value = site.x, site.values[0]
        source = self._source(site.inputs)
        real = self._real(source.data, self._source(site.values))
        if self.by and source.mask:
            real = ops("logical_and", source.mask.expr, real)
        matrix = value.rank == 2 and not value.is_tokens and not self.by
        if matrix and x.mask is None and self.value != "nan":  # which equals nothing in Keras
            layer = site.layer("Masking", *([self.value] if self.value else []))
            data = site.bind(call(layer, x.data))
            return Tensor(data, StepMask(site.bind(real, "mask")), attached=True)
        if x.mask is None:
            own = StepMask(site.bind(real, "mask"))
        else:
            both = ops("logical_and", x.mask.expr, real)
            own = x.mask.replace(expr=site.bind(both, "mask"))
        if value.is_tokens or (x.mask is None and not self.value and not self.by):
            return Tensor(x.plain, own)
        return Tensor(site.bind(zeroed(Tensor(x.plain, own), value)), own)

    def _real(self, data: Expr, value: Value) -> Expr:
        """True at the steps of which some value is not that of padding, `(batch, steps)`."""
        if self.value == "nan":
            differs = ops("logical_not", ops("isnan", data))
        else:
            filled = int(self.value) if value.is_tokens else self.value
            differs = ops("not_equal", data, filled)
        axes = tuple(range(2, value.rank + 1))
        return ops("any", differs, axis=axes) if axes else differs

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """Real are the steps of which some value differs in the model's single precision."""
        x, looked_at = inputs[0], self._source(inputs)
        source, padding = looked_at.data, np.float32(self.value)
        differs: Array = ~np.isnan(source) if np.isnan(padding) else np.float32(source) != padding
        real = np.asarray(differs.reshape(*source.shape[:2], -1).any(-1))
        real = real if looked_at.mask is None else real & looked_at.mask
        masked = x.masked(x.data, real if x.mask is None else real & x.mask)
        ids = x.value.is_tokens
        return masked if ids else masked.keep(masked.where_real(0))


class Unmask(Operation):
    """Every step is real from here on, padding included."""

    op: Literal["unmask"] = "unmask"

    anchors: ClassVar[tuple[str, ...]] = ("GetItem",)
    example: ClassVar[str] = "in T tokens -> embed 100 8 mask -> unmask -> lstm 8"
    mask_rule: ClassVar[str] = "taken away"
    keras: ClassVar[str] = "x[:, :]"

    def infer(self, *values: Value) -> Value:
        return values[0].derive(*values[0].shape, mask=False)

    def is_identity(self, x: Value) -> bool:
        return not x.mask

    def lower(self, site: Site) -> Tensor:
        return Tensor(site.bind(site.x.plain))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The same values, all of them real."""
        return Signal(inputs[0].data)
