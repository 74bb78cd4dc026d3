"""What has gathered up to each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.places import Cut, Places, up_to
from seqspec.ops.rules import floats, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor, zeroed
from seqspec.program import ops
from seqspec.values import Value


class CumSum(Operation):
    """The sum of each feature over all steps up to this one."""

    op: Literal["cumsum"] = "cumsum"

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("Cumsum",)
    example: ClassVar[str] = "in 10x6 -> dense 1 -> cumsum"
    mask_rule: ClassVar[str] = "masked steps add nothing; each step keeps its mask"
    keras: ClassVar[str] = "keras.ops.cumsum"

    def infer(self, *values: Value) -> Value:
        return super().infer(floats(self.op, sequence(self.op, values[0])))

    def goes_on(self) -> bool:
        return True

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        return up_to(self, wanted)

    def lower(self, site: Site) -> Tensor:
        return site.keep(ops("cumsum", zeroed(site.x, site.value), axis=1))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The sums, one step after the other."""
        return inputs[0].keep(np.cumsum(inputs[0].where_real(0), axis=1))
