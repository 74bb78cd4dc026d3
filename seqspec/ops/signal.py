"""What flows between operations when a graph is run in NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from seqspec.numeric.array import Array, np
from seqspec.numeric.steps import begun, lasts, to_front
from seqspec.ops.layout import Layout
from seqspec.record import NOTHING, Struct
from seqspec.values import Value
from seqspec.values.value import DType


class Signal(Struct):
    """The data of a value, `(batch, *shape)`, and which of its steps are real.

    `mask` is `(batch, steps)` and true at real steps; what stands at the others is nowhere
    specified. `ports` are what else the operation gives: of a recurrent layer its final
    `states`, and as vectors the `final` output and `cell`. `layout` says where a sample's steps
    stand.
    """

    data: Array
    mask: Array | None = None
    ports: Mapping[str, tuple[Array, ...]] = NOTHING
    layout: Layout = Layout.GIVEN

    @property
    def value(self) -> Value:
        """What the checker would say of it."""
        ids = self.data.dtype.kind == "i"
        dtype: DType = "int32" if ids else "float32"
        return Value(shape=self.data.shape[1:], dtype=dtype, mask=self.mask is not None)

    def keep(self, data: Array) -> Signal:
        """Other data with the same mask."""
        return self.replace(data=data, ports={})

    def masked(self, data: Array, mask: Array, layout: Layout | None = None) -> Signal:
        """Other data with a mask of its own; the steps stand as before if nothing else is said."""
        return Signal(data, mask, layout=layout or self.layout)

    def together(self, flags: Array) -> Signal:
        """The flagged steps first, in their order."""
        assert self.mask is not None
        moved = to_front(self.data, flags)
        return self.masked(moved, to_front(self.mask, flags), Layout.FRONT)

    def from_front(self) -> Signal:
        """The same with each sample's first step at the first place."""
        if self.mask is None or self.layout is Layout.FRONT:
            return self
        return self.together(begun(self.mask))

    def own_steps(self) -> Iterator[tuple[int, int, Signal]]:
        """Each sample by itself, without its padding: its number, its first place, its steps."""
        assert self.mask is not None
        rows = zip(self.data, self.mask, self.inside, strict=True)
        for sample, (data, mask, own_steps) in enumerate(rows):
            (places,) = np.nonzero(own_steps)
            if len(places):
                own = slice(places[0], places[-1] + 1)
                yield sample, places[0], Signal(data[None, own], mask[None, own])

    @property
    def inside(self) -> Array:
        """True from each sample's first step to its last; where they stand at one end of the array
        that is a step of it, even if it is missing there."""
        assert self.mask is not None
        known = {Layout.FRONT: lasts(self.mask), Layout.END: begun(self.mask)}
        return known.get(self.layout, begun(self.mask) & lasts(self.mask))

    @property
    def real(self) -> Array:
        """Which steps are real, shaped to broadcast over what each step holds."""
        if self.mask is None:
            return np.ones((1,) * self.data.ndim, bool)
        return self.mask.reshape(*self.mask.shape, *(1,) * (self.data.ndim - 2))

    def where_real(self, otherwise: float) -> Array:
        """The data with another number at its masked steps."""
        return np.where(self.real, self.data, otherwise)


def lined_up(signals: Sequence[Signal]) -> list[Signal]:
    """Values that stand alike: as they are if they do, else each from its first step."""
    many = [x for x in signals if x.mask is not None and x.data.shape[1] != 1]
    if len({x.layout for x in many}) < 2:
        return [*signals]
    return [x.from_front() if any(x is other for other in many) else x for x in signals]
