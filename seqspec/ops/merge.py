"""Several values into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.base import Operation
from seqspec.ops.broadcast import filled, taken_for_biases
from seqspec.ops.rules import floats
from seqspec.ops.site import Mask, Site, Tensor, zeroed
from seqspec.ops.types import Operands, arg
from seqspec.program import Call, Expr, Item, call, ops
from seqspec.values import Size, Value, shape_text, size_text


class Merge(Operation):
    """What all merges have in common: they name all of their values."""

    values: Operands = arg((), "the values: names, groups, or `_` for the value flowing in")

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
                help=f"name them: `{self.op} _ other`, or `{self.op} a b` to start a chain",
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
            Code.SHAPES_DIFFER, f"`{self.op}` cannot merge {shapes}: {why}", label=why, help=help
        )

    def same_rank(self, values: tuple[Value, ...]) -> None:
        """Refuses values with different numbers of axes."""
        ranks = {value.rank for value in values}
        if len(ranks) > 1:
            help = ""
            if ranks == {1, 2}:
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


class Elementwise(Merge):
    """Values merged place by place; a size of one is broadcast."""

    op: Literal["add", "subtract", "multiply", "average", "maximum", "minimum"]

    example: ClassVar[str] = "in 10x6 -> add _ (dense 6)"
    shape_rule: ClassVar[str] = "equal shapes, or a size of one, which is broadcast"
    keras: ClassVar[str] = "Add, Subtract, Multiply, Average, Maximum, Minimum"

    def infer(self, *values: Value) -> Value:
        self.together(values, 2 if self.op == "subtract" else None)
        for value in values:
            floats(self.op, value)
        shape = self.common(values)
        return values[0].derive(*shape, mask=any(_tells(value, shape) for value in values))

    def lower(self, site: Site) -> Tensor:
        if self.op in ("add", "average"):
            site = filled(site, taken_for_biases([value.shape for value in site.values]))
        return merged(site, site.layer(self.op.capitalize()), _both(site))


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
        layer = site.layer("Concatenate", axis=1)
        masks = [
            tensor.mask.expr if tensor.mask else _all_real(tensor, value)
            for tensor, value in zip(site.inputs, site.values, strict=True)
        ]
        return merged(site, layer, ops("concatenate", masks, axis=1) if site.value.mask else None)


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
    joined: Call = call(layer, [t.plain for t in site.inputs])
    masks = {t.mask for t in site.inputs if t.mask}
    if len(masks) == 1 and mask == next(iter(masks)).expr:
        return Tensor(site.bind(joined), next(iter(masks)))
    return site.masked(joined, mask, padded=False)


class Dot(Merge):
    """Sums of products over the features, or over features and the other value's time."""

    op: Literal["dot"] = "dot"
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
