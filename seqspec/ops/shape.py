"""The same values in another arrangement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.rules import floats, image_axis, known
from seqspec.ops.signal import Signal
from seqspec.ops.site import Masking, Site, Tensor
from seqspec.ops.types import Axes, Shape, arg
from seqspec.ops.window import Sliding
from seqspec.program import call, ops
from seqspec.values import Dim, Size, Value, product, shape_text, size_text
from seqspec.values.dim import fresh_unknown

if TYPE_CHECKING:
    from seqspec.ops.said import Said


class Reshape(Operation):
    """The values, in order, in another shape; one size may be `?`."""

    op: Literal["reshape"] = "reshape"
    shape: Shape = arg(..., "sizes without the batch; `?` is worked out")

    anchors: ClassVar[tuple[str, ...]] = ("Reshape",)
    example: ClassVar[str] = "in 24x19 -> take last -> dense 456 -> reshape 24x19"
    shape_rule: ClassVar[str] = "the shape given; as many values as before"
    mask_rule: ClassVar[str] = (
        "stays where the steps stay; a step split in N gives its mask to each; N steps joined, "
        "from the first real one on, are real where all are; else it is lost"
    )
    keras: ClassVar[str] = "Reshape"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation]:
        sizes = call.config.get("target_shape", ())
        if isinstance(sizes, tuple):
            yield cls(shape=tuple(fresh_unknown(0) if size == -1 else size for size in sizes))

    def infer(self, *values: Value) -> Value:
        x = values[0]
        named = {name for size in x.shape if isinstance(size, Dim) for name in size.names}
        holes = [i for i, size in enumerate(self.shape) if _is_hole(size, named)]
        if len(holes) > 1:
            raise Problem(Code.RESHAPE, "only one size of a reshape can be `?`", field="shape")
        before, after = (
            product(x.shape),
            product(tuple(s for i, s in enumerate(self.shape) if i not in holes)),
        )
        shape = list(self.shape)
        if holes:
            shape[holes[0]] = self._worked_out(x, before, after)
        elif before != after:
            raise self._differ(x, f"{size_text(before)} values do not fill {size_text(after)}")
        open_sizes = [size for size in shape if isinstance(size, Dim)]
        if len(open_sizes) > 1:
            raise Problem(
                Code.UNKNOWN_SIZE,
                f"{shape_text(tuple(shape))} has two sizes that are not known as numbers",
                field="shape",
                help="fix one of them, in the input or with `-D`",
            )
        arranged = x.derive(*shape)
        return x.derive(*shape, mask=x.mask and bool(_parts(x, arranged) or _parts(arranged, x)))

    def _worked_out(self, x: Value, before: Size, after: Size) -> Size:
        if not isinstance(after, int):
            raise Problem(
                Code.UNKNOWN_SIZE,
                f"only one size of the result can be open, and beside `?` there is "
                f"{size_text(after)}",
                field="shape",
                help="fix one of them, in the input or with `-D`; `take features 0` takes away an "
                "axis of one",
            )
        if after > 0:
            size = before // after
            if size * after == before:
                return size
        raise self._differ(x, f"{size_text(before)} values do not divide by {size_text(after)}")

    def _differ(self, x: Value, why: str) -> Problem:
        return Problem(
            Code.RESHAPE,
            f"{shape_text(x.shape)} cannot become {shape_text(self.shape)}: {why}",
            field="shape",
        )

    def is_identity(self, x: Value) -> bool:
        return self.infer(x).shape == x.shape

    def undoes(self, other: Operation, *values: Value) -> bool:
        x = values[0]
        same = isinstance(other, Reshape | Flatten) and not x.mask
        return same and self.infer(other.infer(x)).shape == x.shape

    def loses_mask(self, *values: Value) -> str:
        x = values[0]
        if x.mask and not self.infer(x).mask:
            return "the steps are arranged anew"
        return ""

    def lower(self, site: Site) -> Tensor:
        target = tuple(-1 if isinstance(size, Dim) else size for size in site.value.shape)
        layer, mask = site.layer("Reshape", target), site.x.mask
        if not mask or not site.value.mask:
            return Tensor(site.bind(call(layer, site.x.data)))
        if parts := _parts(site.values[0], site.value):
            each = ops("repeat", mask.expr, parts, axis=1) if parts > 1 else mask.expr
            return site.masked(call(layer, site.x.plain), mask.replace(expr=each))
        joined = _joined(site.values[0], site.value)
        front = joined.front(site)
        assert front.mask
        return site.masked(call(layer, front.plain), joined.real(site, front.mask))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The same values in row-major order; steps are joined from the first real one on."""
        x, sizes = inputs[0], [-1 if isinstance(size, Dim) else size for size in self.shape]
        value = x.value.derive(*x.data.reshape(len(x.data), *sizes).shape[1:])
        if x.mask is None or not (_parts(x.value, value) or _parts(value, x.value)):
            return Signal(x.data.reshape(len(x.data), *sizes))
        if parts := _parts(x.value, value):
            split = x.data.reshape(len(x.data), *sizes)
            return x.masked(split, np.repeat(x.mask, parts, axis=1))
        x = x.from_front()
        assert x.mask is not None
        data = x.data.reshape(len(x.data), *sizes)
        real = x.mask.reshape(*data.shape[:2], -1).all(axis=-1)
        return x.masked(data, np.asarray(real))


def _parts(whole: Value, split: Value) -> int:
    """In how many steps each step of a sequence is split; 0 where steps are not split evenly."""
    if not (whole.is_sequence and split.is_sequence):
        return 0
    many, few = product(whole.shape[1:]), product(split.shape[1:])
    number = 1
    if isinstance(many, int) and isinstance(few, int) and many % few == 0:
        number = many // few
    return number if whole.steps * number == split.steps else 0


def _joined(split: Value, whole: Value) -> Sliding:
    """The steps that become one, as a window."""
    number = _parts(whole, split)
    return Sliding(number, number, "valid")


def _is_hole(size: Size, known: set[str]) -> bool:
    return isinstance(size, Dim) and any(n[0] == "?" and n not in known for n in size.names)


class Flatten(Operation):
    """All values in one vector."""

    op: Literal["flatten"] = "flatten"

    anchors: ClassVar[tuple[str, ...]] = ("Flatten",)
    example: ClassVar[str] = "in 10x6 -> flatten -> dense 1"
    shape_rule: ClassVar[str] = "(T, F) becomes (T F)"
    mask_rule: ClassVar[str] = "lost: a vector has no steps"
    keras: ClassVar[str] = "Flatten"

    def infer(self, *values: Value) -> Value:
        return values[0].derive(product(values[0].shape), mask=False)

    def is_identity(self, x: Value) -> bool:
        return x.rank == 1 and not x.mask

    def undoes(self, other: Operation, *values: Value) -> bool:
        return isinstance(other, Reshape) and self.is_identity(values[0])

    def loses_mask(self, *values: Value) -> str:
        return "a vector has no steps" if values[0].mask else ""

    def lower(self, site: Site) -> Tensor:
        return site.apply(site.layer("Flatten"), Masking.DROPS)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The same values in row-major order."""
        return Signal(inputs[0].data.reshape(len(inputs[0].data), -1))


class Permute(Operation):
    """The axes in another order, counted from 1; the batch stays in front."""

    op: Literal["permute"] = "permute"
    axes: Axes = arg(..., "the axes that become the first, second, …: `permute 2 1`")

    anchors: ClassVar[tuple[str, ...]] = ("Permute",)
    example: ClassVar[str] = "in 10x6 -> permute 2 1"
    shape_rule: ClassVar[str] = "(A, B) becomes (B, A) for `permute 2 1`"
    mask_rule: ClassVar[str] = "stays where the first axis stays first, else it is lost"
    keras: ClassVar[str] = "Permute"

    def infer(self, *values: Value) -> Value:
        x = values[0]
        if sorted(map(str, self.axes)) != [str(i + 1) for i in range(x.rank)]:
            wanted = " ".join(str(i) for i in range(x.rank, 0, -1))
            raise Problem(
                Code.WRONG_RANK,
                f"{shape_text(x.shape)} has the axes 1 to {x.rank}, each to be named once",
                field="axes",
                help=f"for example `permute {wanted}`",
            )
        order = [axis for axis in self.axes if isinstance(axis, int)]
        return x.derive(*(x.shape[i - 1] for i in order), mask=x.mask and order[0] == 1)

    def is_identity(self, x: Value) -> bool:
        return [*self.axes] == [*range(1, x.rank + 1)]

    def undoes(self, other: Operation, *values: Value) -> bool:
        if not isinstance(other, Permute) or values[0].mask:
            return False
        places = [other.axes[axis - 1] for axis in self.axes if isinstance(axis, int)]
        return places == [*range(1, values[0].rank + 1)]

    def loses_mask(self, *values: Value) -> str:
        return "the steps become another axis" if values[0].mask and self.axes[0] != 1 else ""

    def lower(self, site: Site) -> Tensor:
        data = site.x.plain if site.value.mask else site.x.data
        return site.keep(call(site.layer("Permute", tuple(self.axes)), data))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The axes in that order."""
        data = inputs[0].data.transpose(0, *(axis for axis in self.axes if isinstance(axis, int)))
        return inputs[0].keep(data) if self.axes[0] == 1 else Signal(data)


class Fold(Operation):
    """An image read as a sequence: one of its axes goes into the features of the other."""

    op: Literal["fold"] = "fold"
    axis: Literal["height", "width"] = arg(..., "the axis that goes into the features")

    anchors: ClassVar[tuple[str, ...]] = ("Reshape",)
    example: ClassVar[str] = "in 48xWx1 -> conv 8 3x3 same -> fold height -> lstm 32"
    shape_rule: ClassVar[str] = "(H, W, C) becomes (W, H C) for height, (H, W C) for width"
    mask_rule: ClassVar[str] = "width keeps it, height loses it"
    keras: ClassVar[str] = "Permute, Reshape"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, values[0])
        folded = x.shape[image_axis(self.op, self.axis, x)]
        steps = x.shape[1 if self.axis == "height" else 0]
        why = "features are a known number"
        features = known(folded, f"the {self.axis}", why) * known(x.features, "the last axis", why)
        return x.derive(steps, features, mask=x.mask and self.axis == "width")

    def loses_mask(self, *values: Value) -> str:
        return "the rows become features" if values[0].mask and self.axis == "height" else ""

    def lower(self, site: Site) -> Tensor:
        data = site.x.plain if site.value.mask else site.x.data
        if self.axis == "height":
            data = call(call("keras.layers.Permute", (2, 1, 3), name=f"{site.name}_permute"), data)
        steps, features = site.value.shape
        target = (steps if isinstance(steps, int) else -1, features)
        return site.keep(call(site.layer("Reshape", target), data))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The values of a row, or of a column, as one vector, height or width before features."""
        x = inputs[0].data if self.axis == "width" else inputs[0].data.swapaxes(1, 2)
        data = x.reshape(*x.shape[:2], -1)
        return inputs[0].keep(data) if self.axis == "width" else Signal(data)
