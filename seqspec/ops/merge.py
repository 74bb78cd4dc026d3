"""Several values into one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.scaling import unit
from seqspec.ops.base import Operation
from seqspec.ops.broadcast import filled, taken_for_biases
from seqspec.ops.constants import constant
from seqspec.ops.rules import floats, for_features
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask, Site, Tensor, zeroed
from seqspec.ops.types import Numbers, Operands, arg, option
from seqspec.program import Binary, Const, Expr, Item, Ref, call, ops
from seqspec.values import Dim, Size, Value, shape_text, size_text

_VALUES = "the values: names, groups, or `_` for the value flowing in"


class Merge(Operation):
    """What all merges have in common: they name all of their `values`."""

    takes_flow: ClassVar[bool] = False
    mask_rule: ClassVar[str] = (
        "a step is real where it is real in every value that has a mask; that of a value with one "
        "step, which is broadcast, does not count"
    )

    def together(self, values: tuple[Value, ...], at_most: int | None = None) -> None:
        """Refuses too few or too many values, different ranks, and ids beside numbers."""
        if len(values) < 2:
            raise Problem(
                Code.MISSING_ARGUMENT,
                f"`{self.op}` merges values, and only {len(values)} is given",
                help=f"name them: `{self.op} _ other`, `{self.op} a b` to start a chain, "
                f"`{self.op} (…) (…)` for branches",
            )
        if at_most and len(values) > at_most:
            raise Problem(
                Code.TOO_MANY_ARGUMENTS, f"`{self.op}` takes {at_most} values, not {len(values)}"
            )
        if len({value.dtype for value in values}) > 1:
            for value in values:
                floats(self.op, value)

    def differ(self, values: tuple[Value, ...], why: str, help: str = "") -> Problem:
        """The problem that shapes do not go together."""
        shapes = " and ".join(shape_text(value.shape) for value in values)
        return Problem(
            Code.SHAPES_DIFFER, f"`{self.op}` cannot merge {shapes}: {why}", label=why,
            help=_multiple_help(values) or help,
        )  # fmt: skip

    def same_rank(self, values: tuple[Value, ...]) -> None:
        """Refuses values with different numbers of axes."""
        ranks = {value.rank for value in values}
        if len(ranks) > 1:
            help = ""
            vector, other = sorted(values, key=lambda value: value.rank)[:: len(values) - 1]
            if ranks == {1, 2} and vector.features == other.steps != other.features:
                help = "its values are as many as the steps: `(… -> lift)` gives each its step"
            elif ranks == {1, 2}:
                help = "give the vector one step, which a merge broadcasts: `(… -> repeat 1)`"
            elif min(ranks) == 1 and len(ranks) == 2:
                ones = "1x" * (max(ranks) - 1)
                help = f"sizes of one are broadcast: `(… -> reshape {ones}?)` for the vector"
            raise self.differ(values, "they have different numbers of axes", help)

    def common(self, values: tuple[Value, ...], joined: int | None = None) -> list[Size]:
        """The size of each axis: equal, or one, which is broadcast; the sum where `joined`."""
        self.same_rank(values)
        shape: list[Size] = []
        for axis, sizes in enumerate(zip(*(value.shape for value in values), strict=True)):
            distinct = {size for size in sizes if size != 1}
            if axis == joined:
                distinct = {total(sizes)}
            if len(distinct) > 1:
                raise self.differ(values, unequal(distinct), _equal_help(axis, values))
            shape.append(distinct.pop() if distinct else 1)
        return shape


_LAYERS = ("add", "subtract", "multiply", "average", "maximum", "minimum")
_PAIRS = ("subtract", "divide", "power")
_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


class Elementwise(Merge):
    """Values merged place by place; a size of one is broadcast.

    A number may stand in place of a value, `subtract 1 _`, or a list of one for each feature.
    """

    op: Literal[
        "add", "subtract", "multiply", "divide", "power", "average", "maximum", "minimum"
    ]  # fmt: skip
    values: Operands = arg((), _VALUES)
    number: Numbers | None = arg(None, "a number in place of a value, or one for each feature")
    first: bool = option(False, "the number comes first, as it does in `subtract 1 _`")

    example: ClassVar[str] = "in 10x6 -> add _ (dense 6) -> maximum _ 0"
    shape_rule: ClassVar[str] = "equal shapes, or a size of one, which is broadcast"
    keras: ClassVar[str] = "Add, Subtract, Multiply, Average, Maximum, Minimum; x / y, keras.ops"

    @classmethod
    def arranged(cls, fields: dict[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
        stands_first = "number" in places and places["number"] < places.get("values", -1)
        return {**fields, "first": True} if stands_first else fields

    def infer(self, *values: Value) -> Value:
        if self.number is not None:
            return super().infer(self._beside(self.number, values))
        if self.first:
            raise Problem(
                Code.BAD_COMBINATION, "there is no number that could come first", field="first"
            )
        self.together(values, 2 if self.op in _PAIRS else None)
        for value in values:
            floats(self.op, value)
        shape = self.common(values)
        return values[0].derive(*shape, mask=any(_tells(value, shape) for value in values))

    def _beside(self, number: tuple[float, ...], values: tuple[Value, ...]) -> Value:
        """The value that the number is merged with. Raises `Problem`."""
        if len(values) != 1:
            raise Problem(
                Code.TOO_MANY_ARGUMENTS if values else Code.MISSING_ARGUMENT,
                f"`{self.op}` merges a number with one value, not {len(values)}",
                field="number",
                help=f"merge the values first: `{self.op} a b -> {self.op} _ {number[0]:g}`"
                if values
                else f"write `_` for the value flowing in: `{self.op} _ {number[0]:g}`",
            )
        return for_features(self.op, number, floats(self.op, values[0]), "number")

    def lower(self, site: Site) -> Tensor:
        if self.number is not None or self.op not in _LAYERS:
            mask = _both(site)
            if mask and not isinstance(mask, Ref):
                mask = site.bind(mask, "mask")
            return told(site, self._computed(site, mask), mask)
        if self.op in ("add", "average"):
            site = filled(site, taken_for_biases([value.shape for value in site.values]))
        return merged(site, site.layer(self.op.capitalize()), _both(site))

    def _computed(self, site: Site, mask: Expr | None) -> Expr:
        """Two sides and what is between them, where no layer does it."""
        sides: list[Expr] = [tensor.plain for tensor in site.inputs]
        risky = {"divide": len(sides) - 1, "power": 0}.get(self.op)
        if mask and risky is not None:
            # What padding holds may have no result, or no gradient, which training would spread.
            steps = Item(mask, (..., *(None,) * (site.value.rank - 1)))
            sides[risky] = ops("where", steps, sides[risky], 1.0)
        if self.number is not None:
            sides.insert(0 if self.first else 1, constant(self.number))
        left, right = sides
        if self.op == "average":
            return Binary("/", Binary("+", left, right), Const(2.0))
        if self.op in _SIGNS:
            return Binary(_SIGNS[self.op], left, right)
        return ops(self.op, left, right)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The values, and the number where it stands, added up, multiplied and so on."""
        sides = [x.data for x in inputs]
        if self.number is not None:
            sides.insert(0 if self.first else 1, np.asarray(self.number))
        name = "add" if self.op == "average" else self.op
        data = reduce(getattr(np, name), sides)
        made = data / len(sides) if self.op == "average" else data
        return Signal(made, _real_in_all(inputs, data))


def total(sizes: Iterable[Size]) -> Size:
    """The sum of sizes."""
    summed: Size = 0
    for size in sizes:
        summed = summed + size
    return summed


def _tells(value: Value, shape: Sequence[Size]) -> bool:
    """Whether a value's mask says which steps of the shape are real: that of one step does not."""
    return value.mask and value.steps == shape[0]


def unequal(sizes: set[Size]) -> str:
    """Why sizes do not go together, for messages."""
    known = all(isinstance(size, int) for size in sizes)
    found = " and ".join(sorted(map(size_text, sizes)))
    return f"{found} {'differ' if known else 'are not known to be equal'}"


def _multiple_help(values: tuple[Value, ...]) -> str:
    """What helps where halves of an open size meet the whole, as on the way up of a U-Net."""
    sizes = [size for value in values for size in value.shape if isinstance(size, Dim)]
    divided = {n: d for size in sizes for n, d in size.divided.items() if n[0] != "?"}
    if not divided:
        return ""
    where = " and ".join(f"`{name}` is a multiple of {by}" for name, by in sorted(divided.items()))
    written = " and ".join(f"`{by}*{name}`" for name, by in sorted(divided.items()))
    return f"where {where}, write the input's shape so: {written}"


def _equal_help(axis: int, values: tuple[Value, ...]) -> str:
    last = values[0].rank - 1
    if axis == last:
        size = size_text(values[0].shape[-1])
        return f"`dense {size}` gives the other value as many features"
    return "`take`, `drop` or `pad` change the number of steps"


class Concat(Merge):
    """Values side by side: their features, or with `time` their steps one after the other.

    Their other sizes are equal, or one, which is broadcast.
    """

    op: Literal["concat"] = "concat"
    values: Operands = arg((), _VALUES)
    axis: Literal["features", "time"] = arg("features", "what is put side by side")

    example: ClassVar[str] = "in 10x6 -> concat (lstm 8) (gru 8)"
    shape_rule: ClassVar[str] = (
        "(T, F) and (T, G), or (1, G), become (T, F + G); with `time`, (T, F) and (S, F) become "
        "(T + S, F)"
    )
    mask_rule: ClassVar[str] = (
        "features: real in all, but for a value of one step, which is broadcast; time: each step "
        "keeps its own"
    )
    keras: ClassVar[str] = "Concatenate"

    def infer(self, *values: Value) -> Value:
        self.together(values)
        self.same_rank(values)
        if self.axis == "time" and not all(value.is_sequence for value in values):
            raise self.differ(values, "vectors have no time axis", "`repeat 1` gives them one")
        if self.axis == "features" and values[0].is_tokens:
            raise self.differ(values, "ids have no features", "write `concat … time`")
        if values[0].rank == 0:
            raise self.differ(values, "single values have no axis", "`reshape 1` gives them one")
        shape = self.common(values, self._joined(values[0]))
        in_time = self.axis == "time"
        masked = any(value.mask and (in_time or _tells(value, shape)) for value in values)
        return values[0].derive(*shape, mask=masked)

    def _joined(self, value: Value) -> int:
        """The axis along which values are put side by side, the batch not counted."""
        return 0 if self.axis == "time" else value.rank - 1

    def lower(self, site: Site) -> Tensor:
        site = filled(site, range(len(site.inputs)), self._joined(site.value))
        if self.axis == "features":
            return merged(site, site.layer("Concatenate"), _both(site))
        masks = [
            tensor.mask.expr if tensor.mask else _all_real(tensor, value)
            for tensor, value in zip(site.inputs, site.values, strict=True)
        ]
        mask = ops("concatenate", masks, axis=1) if site.value.mask else None
        if site.value.is_tokens:  # the layer would say that ids become numbers
            data = ops("concatenate", [tensor.plain for tensor in site.inputs], axis=1)
            return site.masked(data, mask, padded=False)
        return merged(site, site.layer("Concatenate", axis=1), mask)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The features, or the steps, one after the other."""
        axis = 1 if self.axis == "time" else inputs[0].data.ndim - 1
        data = _side_by_side([x.data for x in inputs], axis)
        if self.axis == "features":
            return Signal(data, _real_in_all(inputs, data))
        masks = [np.ones(x.data.shape[:2], bool) if x.mask is None else x.mask for x in inputs]
        return Signal(data, np.concatenate(masks, axis=1))


def _side_by_side(parts: Sequence[Array], axis: int) -> Array:
    """The arrays along an axis, their other sizes of one broadcast."""
    sizes = np.max([part.shape for part in parts], axis=0)
    whole = [np.broadcast_to(p, (*sizes[:axis], p.shape[axis], *sizes[axis + 1 :])) for p in parts]
    return np.concatenate(whole, axis=axis)


def _all_real(tensor: Tensor, value: Value) -> Expr:
    steps = Item(tensor.data, (..., *(0,) * (value.rank - 1))) if value.rank > 1 else tensor.data
    return ops("ones_like", steps, dtype="bool")


def _both(site: Site) -> Expr | None:
    """Real in every value that has a mask of these steps."""
    sides = zip(site.inputs, site.values, strict=True)
    distinct = list(
        dict.fromkeys(t.mask.expr for t, v in sides if t.mask and _tells(v, site.value.shape))
    )
    if not distinct:
        return None
    mask, *others = distinct
    for other in others:
        mask = ops("logical_and", mask, other)
    return mask


def merged(site: Site, layer: Expr, mask: Expr | None) -> Tensor:
    """The layer on all inputs. Keras joins masks its own way, so they are told apart from ours."""
    alike = len({t.mask for t in site.inputs}) == 1 and all(t.attached for t in site.inputs)
    if alike:
        data = site.bind(call(layer, [t.data for t in site.inputs]))
        if mask == (site.x.mask.expr if site.x.mask else None):
            return Tensor(data, site.x.mask, attached=True)
        return Tensor(data, Mask(site.bind(mask, "mask"), padded=False) if mask else None)
    return told(site, call(layer, [t.plain for t in site.inputs]), mask)


def told(site: Site, joined: Expr, mask: Expr | None) -> Tensor:
    """What is joined of values without masks, with this one."""
    masks = {t.mask for t in site.inputs if t.mask}
    if len(masks) == 1 and mask == next(iter(masks)).expr:
        return Tensor(site.bind(joined), next(iter(masks)))
    if isinstance(mask, Ref):
        return Tensor(site.bind(joined), Mask(mask, padded=False))
    return site.masked(joined, mask, padded=False)


def _real_in_all(inputs: Sequence[Signal], data: Array) -> Array | None:
    """The mask of what all inputs make up; that of a single step, which is broadcast, is none."""
    steps = data.shape[1]
    masks = [x.mask for x in inputs if x.mask is not None and x.mask.shape[1] == steps]
    if not masks:
        return None
    every: Array = np.ones(data.shape[:2], bool)
    for mask in masks:
        every = every & mask
    return every


class Dot(Merge):
    """Sums of products over the features, or over features and the other value's time."""

    op: Literal["dot"] = "dot"
    values: Operands = arg((), _VALUES)
    over: Literal["features", "time"] = arg(
        "features", "the second value's axis that is summed over"
    )
    normalize: bool = arg(False, "cosine: both values are brought to length one first")

    example: ClassVar[str] = "a = in 5x8\nb = in 7x8\nout y = dot a b"
    shape_rule: ClassVar[str] = (
        "(T, F) and (S, F) become (T, S); with `time`, (T, S) and (S, F) become (T, F)"
    )
    mask_rule: ClassVar[str] = (
        "the first value's steps keep theirs; masked steps of the second count as zero"
    )
    keras: ClassVar[str] = "Dot"

    def infer(self, *values: Value) -> Value:
        self.together(values, 2)
        left, right = (floats(self.op, value) for value in values)
        if not (1 <= left.rank <= 2 and 1 <= right.rank <= 2):
            raise self.differ(values, "`dot` is for vectors and sequences")
        if self.over == "time" and right.rank != 2:
            raise self.differ(values, "the second value has no time axis")
        summed = right.steps if self.over == "time" else right.features
        if left.features != summed:
            raise self.differ(values, unequal({left.features, summed}))
        rest = right.shape[1:] if self.over == "time" else right.shape[:-1]
        shape = (*left.shape[:-1], *rest) or (1,)
        return left.derive(*shape, mask=left.mask and left.rank == 2)

    def loses_mask(self, *values: Value) -> str:
        if self.over == "features" and values[1].mask and values[1].rank == 2:
            return "the second value's steps become features"
        return ""

    def lower(self, site: Site) -> Tensor:
        left, right = site.inputs
        axes = (site.values[0].rank, 1 if self.over == "time" else site.values[1].rank)
        normalize = {"normalize": True} if self.normalize else {}
        layer = site.layer("Dot", axes=axes, **normalize)
        second = zeroed(right, site.values[1])
        return site.keep(call(layer, [left.plain, second]))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """Σ a b over the features of the one and an axis of the other; cosine if normalised."""
        left, right = inputs[0].data, inputs[1].where_real(0)
        if self.over == "features":
            right = np.moveaxis(right, -1, 1)
        if self.normalize:
            left, right = unit(left, -1), unit(right, 1)
        shape = (*left.shape[1:-1], *right.shape[2:]) or (1,)
        rows = left.reshape(len(left), -1, left.shape[-1])
        columns = right.reshape(len(right), right.shape[1], -1)
        return inputs[0].keep((rows @ columns).reshape(len(left), *shape))
