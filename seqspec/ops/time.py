"""Operations on the time axis: which steps, in which order, how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.base import Operation
from seqspec.ops.features import vector
from seqspec.ops.rules import floats, image_axis, sequence
from seqspec.ops.select import Selection, select
from seqspec.ops.site import Site, Tensor, zeroed
from seqspec.ops.types import Count, Kernel, Window, arg
from seqspec.ops.window import plain
from seqspec.program import ALL, Expr, Item, Ref, Slice, call, ops
from seqspec.values import Value, shape_text

End = Literal["first", "last"]
_THINGS = {"features": "features", "height": "rows", "width": "columns"}


class Take(Operation):
    """Some of the steps: the first or last ones, one by its place, or a slice.

    On a masked sequence the real steps are counted, sample by sample.
    """

    op: Literal["take"] = "take"
    end: End | None = arg(None, "count from the start or from the end")
    number: int | None = arg(None, "how many steps with `first` or `last`, else which step")
    window: Window | None = arg(None, "a slice of steps, `start:stop:step`")
    axis: Literal["features", "height", "width"] | None = arg(
        None, "some of the features, rows or columns in place of steps"
    )

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 10x6 -> lstm 8 -> take last 3"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (N, F), for features (T, N); without a count the axis goes away: (F)"
    )
    mask_rule: ClassVar[str] = "real steps are counted and chosen, and keep their mask"
    keras: ClassVar[str] = "return_sequences=False, or x[:, -3:]"

    def selection(self) -> Selection:
        """What is taken, in one form. Raises `Problem` for arguments that exclude each other."""
        if self.window is not None:
            if self.end or self.number is not None:
                raise Problem(
                    Code.BAD_COMBINATION,
                    "a slice says all; `first`, `last` or a number beside it do not fit",
                    field="window",
                    help="write `take last 3`, `take 4` or `take 2:5`",
                )
            return Selection.window(*self.window)
        if self.end is None:
            if self.number is None:
                raise Problem(
                    Code.MISSING_ARGUMENT,
                    "`take` needs to know which steps",
                    help="write `take last`, `take last 3`, `take 4` or `take 2:5`",
                )
            return Selection.step(self.number)
        if self.number is None:
            return Selection.step(0 if self.end == "first" else -1)
        if self.number < 1:
            raise Problem(
                Code.OUT_OF_RANGE, f"`take {self.end}` takes a count from 1, not {self.number}",
                field="number",
            )  # fmt: skip
        first = self.end == "first"
        return Selection.window(None if first else -self.number, self.number if first else None)

    def lifts(self) -> bool:
        return self.axis is None

    def infer(self, *values: Value) -> Value:
        if self.axis is None:
            return self.selection().infer(sequence(self.op, values[0]))
        x = vector(self.op, values[0])
        place = self._place(x)
        size = self.selection().size(x.shape[place], _THINGS[self.axis])
        shape = (*x.shape[:place], *(() if size is None else (size,)), *x.shape[place + 1 :])
        return x.derive(*shape, mask=x.mask and self._keeps_steps(x))

    def _place(self, x: Value) -> int:
        """The axis that is chosen from, the batch not counted."""
        if self.axis is None:
            return 0
        return x.rank - 1 if self.axis == "features" else image_axis(self.op, self.axis, x)

    def _keeps_steps(self, x: Value) -> bool:
        """Whether, chosen from another axis than that of the steps, the result still has steps."""
        return self._place(x) > 0 and (x.rank > 2 or self.selection().index is None)

    def loses_mask(self, *values: Value) -> str:
        if self.axis is None or not values[0].mask or self._keeps_steps(values[0]):
            return ""
        if self.axis == "height":
            return "it is one of rows, and these are chosen by their place"
        return "one feature by itself is a vector; a slice such as `0:1` keeps the steps"

    def remarks(self, *values: Value) -> tuple[Problem, ...]:
        states = values[0].states
        if states and states.direction == "both" and self._is_last:
            return (
                Problem(
                    Code.HALF_READ,
                    "at the last step the backward half of a `bi` layer has read one step only",
                    label="half of this is almost untrained on the sequence",
                    help="`final` takes the state in which each direction ends",
                ),
            )
        return ()

    @property
    def _is_last(self) -> bool:
        last = (self.end == "last" and self.number is None) or self.number == -1
        return last and self.axis is None

    def asks(self, *values: Value) -> tuple[str, ...]:
        states = values[0].states
        forward = states is not None and states.direction == "forward"
        return ("last" if forward and self._is_last else "value",)

    def lower(self, site: Site) -> Tensor:
        if "last" in self.asks(*site.values):
            (last,) = site.x.ports["last"]
            return Tensor(last if isinstance(last, Ref) else site.bind(last))
        if self.axis is None:
            return select(site, self.selection())
        before = (ALL,) * (self._place(site.values[0]) + 1)
        return site.keep(Item(site.x.plain, (*before, self.selection().place)))


class Drop(Operation):
    """All steps but the first or last ones; on a masked sequence, the real ones are counted."""

    op: Literal["drop"] = "drop"
    end: End = arg(..., "which end loses steps: first or last")
    count: Count = arg(1, "how many steps")

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 10x6 -> drop first 2"
    shape_rule: ClassVar[str] = "(T, F) becomes (T - N, F)"
    mask_rule: ClassVar[str] = "real steps are counted and dropped; the others keep their mask"
    keras: ClassVar[str] = "x[:, 2:]"

    def selection(self) -> Selection:
        """The slice that is left."""
        if self.end == "first":
            return Selection.window(self.count, None)
        return Selection.window(None, -self.count)

    def infer(self, *values: Value) -> Value:
        return self.selection().infer(sequence(self.op, values[0]))

    def lower(self, site: Site) -> Tensor:
        return select(site, self.selection())


class Pad(Operation):
    """Zeros around a value: steps before or after a sequence, or a border around an image.

    The new steps count as real. `start` and `end` are of time; other sizes go on both sides.
    """

    op: Literal["pad"] = "pad"
    end: Literal["start", "end", "height", "width"] | None = arg(
        None, "where the zeros go: before or after the steps, or on both sides of one axis"
    )
    count: Kernel = arg((1,), "how many zeros: one number, or one for each axis: `1x2`")

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 3x1 -> pad end 3 -> lstm 1 -> take last 3"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (T + N, F); `pad 1x2` makes (H, W, C) (H + 2, W + 4, C)"
    )
    mask_rule: ClassVar[str] = "the new steps are real; the others keep their mask"
    keras: ClassVar[str] = "ZeroPadding1D, ZeroPadding2D, ZeroPadding3D"

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        grown = [
            size + before + after
            for size, (before, after) in zip(x.shape, self.sides(x), strict=False)
        ]
        return x.derive(*grown, *x.shape[len(grown) :])

    def sides(self, x: Value) -> list[tuple[int, int]]:
        """Zeros before and after, for each axis but that of the features. Raises `Problem`."""
        axes = grid(x)
        if self.end is None:
            if axes == 1:
                n = self.count[0]
                raise Problem(
                    Code.MISSING_ARGUMENT,
                    "`pad` needs its end: zeros go before or after a sequence",
                    label="end is missing",
                    help=f"write `pad start {n}` or `pad end {n}`",
                )
            return [(n, n) for n in each_axis(self.op, self.count, axes)]
        if len(self.count) > 1:
            raise Problem(
                Code.BAD_COMBINATION,
                f"`pad {self.end}` is along one axis, and {len(self.count)} sizes are given",
                field="count",
                help=f"write `pad {self.end} {self.count[0]}`",
            )
        (n,) = self.count
        sides = [(0, 0)] * axes
        if self.end in ("start", "end"):
            sides[0] = (n, 0) if self.end == "start" else (0, n)
        else:
            sides[image_axis(self.op, self.end, x)] = (n, n)
        return sides

    def lower(self, site: Site) -> Tensor:
        sides, mask = self.sides(site.values[0]), site.x.mask
        steps = ((0, 0), sides[0])
        return site.masked(
            padded(site, site.x.plain, sides),
            ops("pad", mask.expr, steps, constant_values=True) if mask else None,
            padded=False,
        )


class Repeat(Operation):
    """The same vector at each of N steps."""

    op: Literal["repeat"] = "repeat"
    count: Count = arg(..., "how many steps")

    example: ClassVar[str] = "in 6 -> repeat 5 -> lstm 64"
    shape_rule: ClassVar[str] = "(F) becomes (N, F)"
    mask_rule: ClassVar[str] = "none: every step is real"
    keras: ClassVar[str] = "RepeatVector"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, values[0])
        if x.rank != 1:
            raise Problem(
                Code.WRONG_RANK,
                f"`repeat` gives a vector to each step, and {shape_text(x.shape)} is none",
                label=f"given {x}",
                help="`take last ->` before it makes a sequence a vector; "
                "`upsample N` repeats each step",
            )
        return x.derive(self.count, *x.shape)

    def lower(self, site: Site) -> Tensor:
        return Tensor(site.bind(call(site.layer("RepeatVector", self.count), site.x.data)))


class Reverse(Operation):
    """The steps in the opposite order."""

    op: Literal["reverse"] = "reverse"

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 10x6 -> reverse -> lstm 8"
    mask_rule: ClassVar[str] = "the mask is reversed with the steps"
    keras: ClassVar[str] = "x[:, ::-1]"

    def infer(self, *values: Value) -> Value:
        return super().infer(sequence(self.op, values[0]))

    def lower(self, site: Site) -> Tensor:
        turned = (ALL, Slice(step=-1))
        mask = site.x.mask
        return site.masked(
            Item(site.x.data, turned), Item(mask.expr, turned) if mask else None, padded=False
        )


class Shift(Operation):
    """The steps moved later (or earlier, for a negative N); zeros fill the gap."""

    op: Literal["shift"] = "shift"
    count: int = arg(1, "by how many steps")

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 10x6 -> shift 1 -> lstm 8"
    mask_rule: ClassVar[str] = "the mask stays where it is; masked steps shift in as zeros"
    keras: ClassVar[str] = "ZeroPadding1D(…)(x[:, :-1])"

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        if isinstance(x.steps, int) and not 0 < abs(self.count) < x.steps:
            raise Problem(
                Code.OUTSIDE,
                f"a sequence of {x.steps} steps shifts by 1 to {x.steps - 1}, not {self.count}",
                field="count",
            )
        return super().infer(x)

    def lower(self, site: Site) -> Tensor:
        by = self.count
        kept = Slice(stop=-by) if by > 0 else Slice(start=-by)
        real = zeroed(site.x, site.values[0])
        sides = (by, 0) if by > 0 else (0, -by)
        still = [(0, 0)] * (grid(site.value) - 1)
        return site.keep(padded(site, Item(real, (ALL, kept)), [sides, *still]))


class Upsample(Operation):
    """Each step N times in a row; each row and column of an image, with a size for both."""

    op: Literal["upsample"] = "upsample"
    count: Kernel = arg(..., "how often: one number for all axes, or one for each: `2x3`")

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 10x6 -> upsample 2"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (N T, F); `upsample 2x3` makes (H, W, C) (2 H, 3 W, C)"
    )
    mask_rule: ClassVar[str] = "each copy has the mask of its step"
    keras: ClassVar[str] = "UpSampling1D, UpSampling2D, UpSampling3D"

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        times = each_axis(self.op, self.count, grid(x))
        grown = [size * n for size, n in zip(x.shape, times, strict=False)]
        return x.derive(*grown, *x.shape[len(grown) :])

    def lower(self, site: Site) -> Tensor:
        mask = site.x.mask
        times = each_axis(self.op, self.count, grid(site.value))
        if site.value.rank <= 4 and not site.value.is_tokens:
            layer = site.layer(f"UpSampling{len(times)}D", plain(times))
            data: Expr = call(layer, site.x.plain)
        else:
            data = site.x.plain
            for axis, n in enumerate(times, start=1):
                data = ops("repeat", data, n, axis=axis) if n > 1 else data
        return site.masked(data, ops("repeat", mask.expr, times[0], axis=1) if mask else None)


def grid(x: Value) -> int:
    """How many axes there are before that of the features."""
    return x.rank if x.is_tokens else x.rank - 1


def each_axis(op: str, given: tuple[int, ...], axes: int) -> tuple[int, ...]:
    """One number for each axis; a single one stands for all. Raises `Problem`."""
    if len(given) not in (1, axes):
        raise Problem(
            Code.WRONG_RANK,
            f"`{op}` is given {len(given)} sizes, and the value has "
            f"{axes} {'axis' if axes == 1 else 'axes'} beside its features",
            field="count",
            help=f"write one size, or {axes}: `{op} {'x'.join(map(str, (given * axes)[:axes]))}`",
        )
    return given * axes if len(given) == 1 else given


def padded(site: Site, data: Expr, sides: Sequence[tuple[int, int]]) -> Expr:
    """Zeros before and after along each axis: a stock layer for up to three of them."""
    if site.value.rank <= 4 and not site.value.is_tokens:
        layer = site.layer(f"ZeroPadding{len(sides)}D", _written(sides))
        return call(layer, data)
    features = () if site.value.is_tokens else ((0, 0),)
    return ops("pad", data, ((0, 0), *sides, *features))


def _written(sides: Sequence[tuple[int, int]]) -> object:
    """The sides as a person writes them for Keras."""
    if len(sides) == 1:
        return sides[0]
    if all(before == after for before, after in sides):
        return plain(tuple(before for before, _ in sides))
    return tuple(sides)
