"""Operations on the time axis: more steps, or the same in another order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.interpolate import between, check_interpolation, interpolated
from seqspec.ops.order import inside, together
from seqspec.ops.places import Cut, Part, Places
from seqspec.ops.rules import floats, image_axis, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask, Site, Tensor, zeroed
from seqspec.ops.types import Count, Kernel, arg
from seqspec.ops.window import plain
from seqspec.program import ALL, Expr, Item, Slice, call, ops
from seqspec.values import Value, shape_text

if TYPE_CHECKING:
    from seqspec.ops.said import Said


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
    anchors: ClassVar[tuple[str, ...]] = ("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Pad")
    example: ClassVar[str] = "in 3x1 -> pad end 3 -> lstm 1 -> take last 3"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (T + N, F); `pad 1x2` makes (H, W, C) (H + 2, W + 4, C)"
    )
    mask_rule: ClassVar[str] = (
        "the new steps are real, beside the sample's own; the others keep their mask"
    )
    keras: ClassVar[str] = "ZeroPadding1D, ZeroPadding2D, ZeroPadding3D"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation] | None:
        """Ids, and what has many axes, are padded by a function, on all axes at once."""
        sides = call.config.get("pad_width")
        if call.name != "Pad" or not isinstance(sides, tuple):
            return None
        before = tuple(side[0] for side in sides[1:] if isinstance(side, tuple) and side)
        counts = [before[:axes] for axes in range(1, len(before) + 1) if min(before[:axes])]
        largest = max((n for side in sides if isinstance(side, tuple) for n in side), default=1)
        return iter([
            *(cls(count=count) for count in counts), cls(end="start", count=(largest,)),
            cls(end="end", count=(largest,)), cls(end="height", count=(largest,)),
            cls(end="width", count=(largest,)),
        ])  # fmt: skip

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

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        """No more zeros than are wanted."""
        (before, _), *others = self.sides(values[0])
        if any(map(any, others)):
            return None
        return moved(wanted, before, values[0])

    def lower(self, site: Site) -> Tensor:
        sides, mask = self.sides(site.values[0]), site.x.mask
        data = padded(site, site.x.plain, sides)
        if mask is None or not any(sides[0]):
            return site.keep(data)
        grown = mask.replace(expr=_more(mask.expr, sides[0]))
        if mask.layout.beside(*sides[0]):
            return site.masked(data, grown)
        return together(site, data, grown, _more(inside(site, mask), sides[0]))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """Zeros on the sides; steps that are added are real, and no padding comes between."""
        x, sides = inputs[0], self.sides(inputs[0].value)
        features = ((0, 0),) * (x.value.rank - len(sides))
        data = np.pad(x.data, ((0, 0), *sides, *features))
        if x.mask is None or not any(sides[0]):
            return x.keep(data)
        real, steps = (
            np.pad(flags, ((0, 0), sides[0]), constant_values=True) for flags in (x.mask, x.inside)
        )
        grown = x.masked(data, real)
        return grown if x.layout.beside(*sides[0]) else grown.together(steps)


class Repeat(Operation):
    """The same vector at each of N steps, or the same image in each of N frames."""

    op: Literal["repeat"] = "repeat"
    count: Count = arg(..., "how many steps")

    where_open: ClassVar[str] = (
        "a merge such as `add _ (… -> repeat 1)` gives a vector to every step"
    )
    anchors: ClassVar[tuple[str, ...]] = ("RepeatVector", "Repeat")
    example: ClassVar[str] = "in 6 -> repeat 5 -> lstm 64"
    shape_rule: ClassVar[str] = "(F) becomes (N, F), and (H, W, C) becomes (N, H, W, C)"
    mask_rule: ClassVar[str] = "none: every step is real"
    keras: ClassVar[str] = "RepeatVector, keras.ops.repeat"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, values[0])
        if x.rank not in (1, 3):
            raise Problem(
                Code.WRONG_RANK,
                "`repeat` gives each step the same vector or image, "
                f"and {shape_text(x.shape)} is neither",
                label=f"given {x}",
                help="`take last ->` before it makes a sequence a vector; "
                "`upsample N` repeats each step",
            )
        return x.derive(self.count, *x.shape, mask=False)

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        assert isinstance(wanted.count, int)
        return Cut(self.replace(count=wanted.count), (None,), wanted)

    def loses_mask(self, *values: Value) -> str:
        return "it is one of rows, and the new steps are whole images" if values[0].mask else ""

    def lower(self, site: Site) -> Tensor:
        if site.values[0].rank == 1:
            return Tensor(site.bind(call(site.layer("RepeatVector", self.count), site.x.data)))
        frame = Item(site.x.plain, (ALL, None))
        return Tensor(site.bind(ops("repeat", frame, self.count, axis=1)))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The vector N times."""
        return Signal(np.stack([inputs[0].data] * self.count, axis=1))


class Reverse(Operation):
    """The steps in the opposite order."""

    op: Literal["reverse"] = "reverse"

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("GetItem",)
    example: ClassVar[str] = "in 10x6 -> reverse -> lstm 8"
    mask_rule: ClassVar[str] = "the mask is reversed with the steps"
    keras: ClassVar[str] = "x[:, ::-1]"

    def infer(self, *values: Value) -> Value:
        return super().infer(sequence(self.op, values[0]))

    def undoes(self, other: Operation, *values: Value) -> bool:
        return isinstance(other, Reverse)

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        if wanted.stride > 1 and not isinstance(wanted.count, int):
            return None
        turned = Places(values[0].steps - wanted.high, values[0].steps - wanted.low, wanted.stride)
        return Cut(None if wanted.count == 1 else self, (Part(turned),), wanted)

    def lower(self, site: Site) -> Tensor:
        turned = (ALL, Slice(step=-1))
        mask = site.x.mask
        return site.masked(
            Item(site.x.data, turned),
            Mask(Item(mask.expr, turned), False, mask.layout.turned) if mask else None,
        )

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The last step first, and so its mask."""
        x = inputs[0]
        if x.mask is None:
            return Signal(x.data[:, ::-1])
        return x.masked(x.data[:, ::-1], x.mask[:, ::-1], x.layout.turned)


class Shift(Operation):
    """The steps moved later (or earlier, for a negative N); zeros fill the gap."""

    op: Literal["shift"] = "shift"
    count: int = arg(1, "by how many steps")

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Pad")
    example: ClassVar[str] = "in 10x6 -> shift 1 -> lstm 8"
    mask_rule: ClassVar[str] = "the mask stays where it is; masked steps shift in as zeros"
    keras: ClassVar[str] = "ZeroPadding1D(…)(x[:, :-1])"

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        if not self.count:
            raise Problem(
                Code.OUTSIDE, "a shift by 0 moves nothing", field="count", help="leave it out"
            )
        if isinstance(x.steps, int) and abs(self.count) >= x.steps:
            raise Problem(
                Code.OUTSIDE,
                f"a sequence of {x.steps} steps shifts by 1 to {x.steps - 1}, not {self.count}",
                field="count",
            )
        return super().infer(x)

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        return moved(wanted, self.count, values[0])

    def lower(self, site: Site) -> Tensor:
        by = self.count
        kept = Slice(stop=-by) if by > 0 else Slice(start=-by)
        real = zeroed(site.x, site.values[0])
        sides = (by, 0) if by > 0 else (0, -by)
        still = [(0, 0)] * (grid(site.value) - 1)
        return site.keep(padded(site, Item(real, (ALL, kept)), [sides, *still]))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """At each step what was N steps before; zeros where that was no step, or no real one."""
        x, moved = inputs[0].where_real(0), np.zeros_like(inputs[0].data)
        for step in range(x.shape[1]):
            if 0 <= step - self.count < x.shape[1]:
                moved[:, step] = x[:, step - self.count]
        return inputs[0].keep(moved)


class Upsample(Operation):
    """Each step N times in a row; each row and column of an image, with a size for both.

    `linear` and `bilinear` give the values between the middles of the steps, rows and columns.
    """

    op: Literal["upsample"] = "upsample"
    count: Kernel = arg(..., "how often: one number for all axes, or one for each: `2x3`")
    kind: Literal["nearest", "linear", "bilinear"] = arg(
        "nearest", "each value repeated, or values between those of a sequence, of an image"
    )

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("UpSampling1D", "UpSampling2D", "UpSampling3D", "Repeat")
    example: ClassVar[str] = "in 10x6 -> upsample 2"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (N T, F); `upsample 2x3` makes (H, W, C) (2 H, 3 W, C)"
    )
    mask_rule: ClassVar[str] = (
        "each copy has the mask of its step; between steps, padding is read as the real step "
        "before it, or else the first"
    )
    keras: ClassVar[str] = "UpSampling1D, UpSampling2D, UpSampling3D"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation] | None:
        """Ids, and what has many axes, are repeated axis by axis."""
        if call.name != "Repeat":
            return None
        times: dict[int, int] = {}
        for repeat in (call, *call.before("Repeat", 6)):
            axis, n = repeat.config.get("axis"), repeat.config.get("repeats")
            if not (isinstance(axis, int) and isinstance(n, int) and axis < min(times, default=7)):
                break
            times[axis] = n
        counts = tuple(times.get(axis, 1) for axis in range(1, 7))
        return (cls(count=counts[:axes]) for axes in range(1, 7))

    def infer(self, *values: Value) -> Value:
        x = sequence(self.op, values[0])
        if self.kind != "nearest":
            check_interpolation(self.op, self.kind, x)
        times = each_axis(self.op, self.count, grid(x))
        grown = [size * n for size, n in zip(x.shape, times, strict=False)]
        return x.derive(*grown, *x.shape[len(grown) :])

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        if self.kind != "nearest":
            return None
        times = each_axis(self.op, self.count, grid(values[0]))[0]
        read = Places(wanted.low // times, (wanted.high + times - 1) // times)
        return Cut(self, (Part(read),), Places(read.low * times, read.high * times))

    def is_identity(self, x: Value) -> bool:
        return set(self.count) == {1}

    def lower(self, site: Site) -> Tensor:
        mask = site.x.mask
        times = each_axis(self.op, self.count, grid(site.value))
        if self.kind != "nearest":
            data: Expr = interpolated(site, times)
        elif site.value.rank <= 4 and not site.value.is_tokens:
            layer = site.layer(f"UpSampling{len(times)}D", plain(times))
            data = call(layer, site.x.plain)
        else:
            data = site.x.plain
            for axis, n in enumerate(times, start=1):
                data = ops("repeat", data, n, axis=axis) if n > 1 else data
        if mask is None or times[0] == 1:
            return site.keep(data)
        return site.masked(data, mask.replace(expr=ops("repeat", mask.expr, times[0], axis=1)))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """Each step, and each row and column, several times in a row; or what lies between."""
        x = inputs[0]
        times = each_axis(self.op, self.count, grid(x.value))
        data = x.data if self.kind == "nearest" else between(x, times)
        for axis, n in enumerate(times if self.kind == "nearest" else (), start=1):
            data = np.repeat(data, n, axis=axis)
        return x.keep(data) if x.mask is None else x.masked(data, np.repeat(x.mask, times[0], 1))


def moved(wanted: Places, by: int, x: Value) -> Cut | None:
    """Steps that are those of a value later by so many, with zeros around it."""
    part = Part.among_zeros(Places.of(wanted.low - by, wanted.count, wanted.stride), x.steps)
    return Cut(None, (part,), wanted) if part else None


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


def _more(flags: Expr, sides: tuple[int, int]) -> Expr:
    """Flags with more steps before and after, all of them real."""
    return ops("pad", flags, ((0, 0), sides), constant_values=True)


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
