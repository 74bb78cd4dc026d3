"""Choosing steps of a sequence; on a masked one, the real steps are what is counted.

With a mask, the real steps of each sample are first brought together, at the start for
selections that count from there and at the end for those that count from the end. They
keep their order, and the mask is brought along. Holes are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError
from seqspec.numeric.array import Array, np
from seqspec.ops.layout import Layout
from seqspec.ops.order import in_order, order_of
from seqspec.ops.places import Places
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask, Site, Tensor, zeroed
from seqspec.program import ALL, Expr, Item, Slice, call, ops
from seqspec.record import Struct
from seqspec.values import Dim, Size, Value, size_text


class Selection(Struct):
    """One step by its index, or a window `start:stop:stride` as Python slices have it."""

    index: int | None = None
    start: int | None = None
    stop: int | None = None
    stride: int = 1

    @staticmethod
    def step(index: int) -> Selection:
        """A single step; the time axis goes away."""
        return Selection(index=index)

    @staticmethod
    def window(start: int | None, stop: int | None, stride: int | None = None) -> Selection:
        """Several steps. Raises `Problem` for a stride that does not go forward."""
        if stride is not None and stride < 1:
            raise Problem(
                Code.OUT_OF_RANGE,
                f"a slice goes forward, and its step is {stride}",
                field="window",
                help="`reverse ->` before it turns the sequence around",
            )
        return Selection(start=start, stop=stop, stride=stride or 1)

    @staticmethod
    def at(places: Places, steps: Size, *, single: bool) -> Selection | None:
        """The selection of these places of so many steps, or of the one that there is."""
        low, high = (_counted(bound, steps) for bound in (places.low, places.high))
        if low is None or high is None:
            return None
        ends = places.high == steps
        if single:
            return Selection(index=-1 if ends else low)
        if ends and isinstance(from_end := places.low - steps, int) and low:
            low = from_end
        return Selection(None, low or None, None if ends else high, places.stride)

    def places(self, steps: Size) -> Places:
        """Which of so many steps these are. Raises `Problem` for steps that there are not."""
        if self.index is not None:
            return Places.of(self.index + (0 if self.index >= 0 else steps), 1)
        low, high = self._bounds(steps, "steps")
        places = Places(low, high, self.stride)
        known = isinstance(places.count, int)
        return Places.of(low, places.count, self.stride) if known else places

    @property
    def from_end(self) -> bool:
        """Whether steps are counted from the end of the sequence."""
        first = self.index if self.index is not None else self.start
        return first is not None and first < 0

    @property
    def leaves_out(self) -> bool:
        """Whether nothing may be left of a short sample."""
        return bool(self.start) or (self.stop or 1) < 0

    @property
    def layout(self) -> Layout:
        """Where what is chosen of a masked sequence stands."""
        return Layout.END if self.from_end else Layout.FRONT

    def along(self, data: Array, axis: int) -> Array:
        """The chosen places of an axis, in NumPy. Raises `UsageError` for one that there is not."""
        size = data.shape[axis]
        if self.index is None:
            places = np.arange(size)[self.start : self.stop : self.stride]
            return np.asarray(np.take(data, places, axis))
        if not -size <= self.index < size:
            raise UsageError(f"there is no place {self.index} among {size}")
        return np.asarray(np.take(data, self.index, axis))

    def numbers(self, real: int, places: int) -> Sequence[int]:
        """Which of so many real steps stand at the places of the result; some may not exist."""
        if self.index is not None:
            return [self.index if self.index >= 0 else real + self.index]
        if self.start is not None and self.start < 0:
            return [real + self.start + place * self.stride for place in range(places)]
        return range(real)[self.start : self.stop : self.stride]

    def infer(self, x: Value) -> Value:
        """The value of the chosen steps. Raises `Problem` for steps that there are not."""
        size = self.size(x.steps)
        return x.derive(*x.shape[1:], mask=False) if size is None else x.derive(size, *x.shape[1:])

    def size(self, steps: Size, things: str = "steps") -> Size | None:
        """How many are chosen of so many; None for one by itself. Raises `Problem`."""
        if self.index is not None:
            _inside(self.index, steps, things)
            return None
        low, high = self._bounds(steps, things)
        size = (high - low + self.stride - 1) // self.stride
        if isinstance(size, int) and size < 1:
            raise Problem(
                Code.OUTSIDE, f"this takes none of the {size_text(steps)} {things}", field="window"
            )
        return size

    @property
    def place(self) -> int | Slice:
        """What it is in an index."""
        if self.index is not None:
            return self.index
        return Slice(self.start, self.stop, self.stride if self.stride != 1 else None)

    def _bounds(self, steps: Size, things: str) -> tuple[Size, Size]:
        start, stop = self.start, self.stop
        if self.from_end and stop is not None and stop >= 0:
            raise Problem(
                Code.OUTSIDE,
                "a slice that starts from the end cannot stop at a place counted from the start",
                field="window",
                help=f"count both from one end: `{start}:` or `:{stop}`",
            )
        for bound in (start, stop):
            if bound is not None and isinstance(steps, int) and abs(bound) > steps:
                raise Problem(
                    Code.OUTSIDE,
                    f"there are {steps} {things}, and {abs(bound)} are asked for",
                    field="window",
                )
        low = 0 if start is None else start if start >= 0 else steps + start
        high = steps if stop is None else stop if stop >= 0 else steps + stop
        return low, high


def _counted(place: Size, steps: Size) -> int | None:
    """A place as a number: from the start, or less than zero from the end."""
    if isinstance(place, int):
        return place
    from_end = place - steps
    return from_end if isinstance(from_end, int) else None


def _inside(index: int, steps: Size, things: str) -> None:
    if isinstance(steps, int) and not -steps <= index < steps:
        raise Problem(
            Code.OUTSIDE,
            f"there are {steps} {things}, numbered 0 to {steps - 1}, and no number {index}",
            field="number",
        )


def select(site: Site, chosen: Selection) -> Tensor:
    """The chosen steps of the main input, and their mask."""
    return _of_real(site, chosen) if site.x.mask else _of_all(site, chosen)


def _of_all(site: Site, chosen: Selection) -> Tensor:
    data: Expr = Item(site.x.data, (ALL, chosen.place))
    return Tensor(site.bind(data if chosen.index is not None else fixed(site, data)))


def _of_real(site: Site, chosen: Selection) -> Tensor:
    mask, rank = site.x.mask, site.values[0].rank
    assert mask is not None
    order = order_of(site, mask.expr, to_end=chosen.from_end)
    if chosen.index is not None:
        one = Slice(chosen.index, chosen.index + 1 or None)
        # A sample may have fewer real steps than that; it then gives zeros, not its padding.
        step = in_order(zeroed(site.x, site.values[0]), order, rank, one)
        return Tensor(site.bind(Item(site.bind(step, "step"), (ALL, 0))))
    stride = chosen.stride if chosen.stride != 1 else None
    window = Slice(chosen.start, chosen.stop, stride)
    data = in_order(site.x.plain, order, rank, window)
    moved = site.bind(in_order(mask.expr, order, 1), "order_mask")
    kept: Expr = Item(moved, (ALL, window))
    if not chosen.from_end and chosen.stop is not None and chosen.stop < 0:
        # Counted from the front and stopped from the end: real while start + i < length + stop.
        kept = Item(moved, (ALL, Slice((chosen.start or 0) - chosen.stop, None, stride)))
    if isinstance(site.value.steps, int) and not isinstance(site.values[0].steps, int):
        kept = ops("reshape", kept, (-1, site.value.steps))
    bound = site.bind(fixed(site, data))
    fits = not chosen.from_end and mask.padded and not chosen.leaves_out
    return Tensor(bound, Mask(site.bind(kept, "mask"), fits, chosen.layout))


def fixed(site: Site, data: Expr, axis: int = 0) -> Expr:
    """The data with the size of an axis that is known, where Keras cannot know it by itself."""
    shape = site.value.shape
    open_sizes = [size for size in shape if isinstance(size, Dim)]
    known_to_keras = isinstance(site.values[0].shape[axis], int)
    if known_to_keras or isinstance(shape[axis], Dim) or len(open_sizes) > 1:
        return data
    target = tuple(-1 if isinstance(size, Dim) else size for size in shape)
    return call(site.layer("Reshape", target), data)


def chosen(selection: Selection, x: Signal) -> Signal:
    """The same in NumPy: of a masked sequence, steps among the real ones of each sample."""
    of_all = selection.along(x.data, 1)
    if x.mask is None:
        return Signal(of_all)
    single = selection.index is not None
    data = np.zeros_like(of_all[:, None] if single else of_all)
    mask = np.zeros(data.shape[:2], bool)
    for sample, (row, real) in enumerate(zip(x.data, x.mask, strict=True)):
        steps = row[real]
        for place, number in enumerate(selection.numbers(len(steps), data.shape[1])):
            if 0 <= number < len(steps):
                data[sample, place], mask[sample, place] = steps[number], True
    return Signal(data[:, 0]) if single else x.masked(data, mask, selection.layout)
