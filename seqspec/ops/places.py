"""Which steps of a sequence are needed, and how an operation makes no more than those."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import TYPE_CHECKING

from seqspec.record import Struct
from seqspec.values import Size

if TYPE_CHECKING:
    from seqspec.ops.base import Operation


class Places(Struct):
    """The steps low, low + stride, … below high. Bounds may be open, as the number of steps is."""

    low: Size
    high: Size
    stride: int = 1

    @staticmethod
    def of(low: Size, count: Size, stride: int = 1) -> Places:
        """So many steps; the bounds end right behind the last one."""
        if count == 1:
            stride = 1
        return Places(low, low + (count - 1) * stride + 1, stride)

    @property
    def count(self) -> Size:
        """How many there are."""
        return (self.high - self.low + self.stride - 1) // self.stride

    def is_whole(self, steps: Size) -> bool:
        """Whether these are all of so many steps."""
        return self == Places(0, steps)

    def within(self, other: Places) -> Places | None:
        """The same steps, counted among those of another; None where that is not known."""
        before = self.low - other.low
        if not isinstance(before, int) or before % other.stride:
            return None
        stride = 1 if self.count == 1 else self.stride // other.stride
        return Places.of(before // other.stride, self.count, stride)

    def among(self, other: Places) -> Places:
        """The steps that these are where they are counted among those of another."""
        return Places.of(
            other.low + self.low * other.stride, self.count, self.stride * other.stride
        )


def hull(parts: Sequence[Places]) -> Places | None:
    """The least places that hold all of these; None where it is not known which those are."""
    first = parts[0]
    lows = [part.low - first.low for part in parts]
    highs = [part.high - first.high for part in parts]
    if not all(isinstance(away, int) for away in (*lows, *highs)):
        return None
    starts = [low for low in lows if isinstance(low, int)]
    ends = [high for high in highs if isinstance(high, int)]
    strides = [part.stride for part in parts if part.count != 1]
    stride = gcd(*strides, *starts) or 1
    return Places(first.low + min(starts), first.high + max(ends), stride)


class Part(Struct):
    """What is needed of an input: some of its steps, and so many zeros before and behind them."""

    places: Places
    before: int = 0
    after: int = 0

    @staticmethod
    def among_zeros(places: Places, steps: Size) -> Part | None:
        """Places of so many steps that stand among zeros; None where these are all that is needed,
        or it is not known how many."""
        short = -places.low, places.high - steps
        zeros = [max(missing, 0) for missing in short if isinstance(missing, int)]
        if len(zeros) < 2 or (any(zeros) and (places.stride > 1 or not isinstance(steps, int))):
            return None
        inner = Places(places.low + zeros[0], places.high - zeros[1], places.stride)
        nothing = isinstance(inner.count, int) and inner.count < 1
        return None if nothing else Part(inner, *zeros)


class Cut(Struct):
    """How an operation makes some of its steps.

    `op` is made of the `parts` of its inputs (None: the whole input) and gives the steps `makes`;
    with no `op` they are the first part itself. `reads` says which input each is a part of, where
    that is not each in turn.
    """

    op: Operation | None
    parts: tuple[Part | None, ...]
    makes: Places
    reads: tuple[int, ...] | None = None


class ByStep(Struct):
    """How an operation makes each step of the same step of some inputs.

    `op` reads the inputs of the numbers `reads`; `along` are the places among these of which it
    needs, for a step, that step alone.
    """

    op: Operation
    reads: tuple[int, ...]
    along: tuple[int, ...]


def up_to(op: Operation, wanted: Places, inputs: int = 1) -> Cut:
    """That of an operation of which no step depends on later ones; of other inputs it has all."""
    first = Places(0, wanted.high)
    return Cut(op, (Part(first), *(None,) * (inputs - 1)), first)
