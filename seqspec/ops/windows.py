"""Windows of a sequence as values of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.windows import Reach
from seqspec.ops.base import Operation
from seqspec.ops.places import Cut, Places
from seqspec.ops.receptive import receptive
from seqspec.ops.rules import sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import Count, arg, option
from seqspec.ops.window import Sliding
from seqspec.program import Binary, Const, Expr, Item, Slice, ops
from seqspec.values import Value

if TYPE_CHECKING:
    from seqspec.ops.said import Said


class Windows(Operation):
    """Windows of N steps, one beginning at each step or at every STRIDE-th; those that do not fit
    whole are left out.
    """

    op: Literal["window"] = "window"
    size: Count = arg(..., "how many steps a window has")
    stride: Count = option(1, "steps from the beginning of one to that of the next")

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("Take",)
    example: ClassVar[str] = "in 100x2 -> window 20 stride=10 -> each (conv 8 3 -> pool max)"
    shape_rule: ClassVar[str] = "(T, F) becomes ((T - N) // STRIDE + 1, N, F)"
    mask_rule: ClassVar[str] = (
        "windows of real steps alone are real; with a stride they begin at the first real step"
    )
    keras: ClassVar[str] = "keras.ops.take(x, starts[:, None] + keras.ops.arange(N), axis=1)"

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        try:
            places = Sliding(self.size, self.stride, "valid").size(x.steps)
        except Problem as problem:
            problem.field, problem.help = "size", "choose a smaller one; or `pad` the sequence"
            raise
        return x.derive(places, self.size, *x.shape[1:])

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation]:
        """The window's places are counted from zero in a constant, and its stride is a factor."""
        numbers = [
            arg for add in call.before("Add", 1) for arg in add.args if isinstance(arg, dict)
        ]
        times = [arg for by in call.before("Multiply", 4) for arg in by.args]
        strides = [number for number in times if isinstance(number, int)]
        for number in numbers:
            size = len(number.get("config", {}).get("value", ()))
            yield from (cls(size=size, stride=stride) for stride in (*strides[:1], 1) if size)

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        found = receptive(Reach(self.size, self.stride), wanted, values[0].steps)
        op = self.replace(stride=found.window.stride) if found else self
        return Cut(op, (found.part,), found.makes) if found else None

    def lower(self, site: Site) -> Tensor:
        front = Sliding(self.size, self.stride, "valid").front(site)
        places = site.bind(self._places(site), "places")
        data = ops("take", front.plain, places, axis=1)
        if front.mask is None:
            return Tensor(site.bind(data))
        real = ops("all", ops("take", front.mask.expr, places, axis=1), axis=2)
        return site.masked(data, front.mask.replace(expr=real, padded=False))

    def _places(self, site: Site) -> Expr:
        """The places of each window's steps, (windows, N): counted, since T may be open."""
        last, stride = -(self.size - 1) or None, self.stride if self.stride > 1 else None
        inner = (0,) * (site.values[0].rank - 1)
        firsts = Item(site.x.data, (0, Slice(None, last, stride), *inner))
        count = ops("cumsum", ops("ones_like", firsts, dtype="int32"))
        start: Expr = Binary("-", count, Const(1))
        if stride:
            start = Binary("*", site.bind(start, "number"), Const(self.stride))
        within = ops("arange", self.size, dtype="int32")
        return Binary("+", Item(site.bind(start, "start"), (..., None)), within)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The steps of each window, and whether all of them are real."""
        x = inputs[0] if self.stride == 1 else inputs[0].from_front()
        starts = range(0, x.data.shape[1] - self.size + 1, self.stride)
        data = np.stack([x.data[:, i : i + self.size] for i in starts], axis=1)
        if x.mask is None:
            return Signal(data)
        real = [x.mask[:, i : i + self.size].all(axis=1) for i in starts]
        return x.masked(data, np.stack(real, axis=1))
