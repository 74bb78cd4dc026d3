"""The leading axis folded into the batch and out of it again, also where sizes are unknown.

    (batch, T, …)  →  (batch * T, …)  →  (batch, T, …)

One unknown size at a time is left to `reshape`. Where there are more, values are taken by
their number: stock operations cannot ask for a size at run time, but they can count ones.
"""

from __future__ import annotations

from functools import cached_property

from seqspec.ops.site import Site
from seqspec.program import Binary, Const, Expr, Item, ops
from seqspec.record import Struct
from seqspec.values import Dim, Size, Value


class Steps(Struct):
    """The steps of a lowered value, on their way through the batch."""

    site: Site
    x: Expr
    value: Value

    @property
    def folded(self) -> Expr:
        """Each step as a sample of its own."""
        batch, (steps, *inner) = self.value.batch, self.value.shape
        target = _target(batch * steps if batch and isinstance(steps, int) else None, *inner)
        if target.count(-1) <= 1:
            return ops("reshape", self.x, target)
        # What stands behind the last unknown size stays together.
        last = max(i for i, size in enumerate(inner) if isinstance(size, Dim))
        behind = _target(*inner[last + 1 :])
        within = Item(self.x, (0, 0, ..., *(0,) * len(behind)))
        cells = self.site.bind(ops("ones_like", within, dtype="int32"), "cells")
        first = ops("reshape", self._numbers, (-1, *(1,) * (last + 1)))
        start = Binary("*", first, ops("sum", cells))
        within_step = self._counted(cells, last + 1, "cell")
        index = self.site.bind(Binary("+", start, within_step), "index")
        return ops("take", ops("reshape", self.x, (-1, *behind)), index, axis=0)

    def unfolded(self, y: Expr, result: Value) -> Expr:
        """What was made of the samples, as steps again."""
        target = _target(self.value.batch, self.value.steps, *result.shape)
        if target.count(-1) <= 1:
            return ops("reshape", y, target)
        return ops("take", y, self._numbers, axis=0)

    @cached_property
    def _numbers(self) -> Expr:
        """The number of each step, counted through all samples: (batch, T)."""
        one = Item(self.x, (..., *(0,) * (self.value.rank - 1))) if self.value.rank > 1 else self.x
        ones = self.site.bind(ops("ones_like", one, dtype="int32"), "ones")
        return self.site.bind(self._counted(ones, 2, "step"), "numbers")

    def _counted(self, ones: Expr, rank: int, part: str) -> Expr:
        """0, 1, 2 … in the shape of the ones, in the order in which they lie in memory."""
        number = self._place(ones, 0, part)
        for axis in range(1, rank):
            size = ops("sum", ones, axis=axis, keepdims=True)
            number = Binary("+", Binary("*", number, size), self._place(ones, axis, part))
        return number

    def _place(self, ones: Expr, axis: int, part: str) -> Expr:
        place = Binary("-", ops("cumsum", ones, axis=axis), Const(1))
        return self.site.bind(place, f"{part}_{axis}")


def _target(*shape: Size | None) -> tuple[int, ...]:
    return tuple(size if isinstance(size, int) else -1 for size in shape)
