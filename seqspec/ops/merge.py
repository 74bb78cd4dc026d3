"""Several values into one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.broadcast import filled, taken_for_biases
from seqspec.ops.constants import constant
from seqspec.ops.layout import Layout, in_a_row
from seqspec.ops.order import inside, lined_up, together
from seqspec.ops.rules import floats, for_features
from seqspec.ops.signal import Signal
from seqspec.ops.signal import lined_up as signals_lined_up
from seqspec.ops.site import Mask, Site, Tensor
from seqspec.ops.types import Numbers, Operands, arg, option
from seqspec.program import Binary, Const, Expr, Item, call, ops
from seqspec.values import Dim, Size, Value, shape_text, size_text, total

if TYPE_CHECKING:
    from seqspec.ops.said import Said

VALUES = "the values: names, groups, or `_` for the value flowing in"


class Merge(Operation):
    """What all merges have in common: they name all of their `values`."""

    takes_flow: ClassVar[bool] = False
    mask_rule: ClassVar[str] = (
        "a step is real where it is real in every value that has a mask; that of a value with one "
        "step, which is broadcast, does not count; values whose steps stand differently begin each "
        "at its first real step"
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
    values: Operands = arg((), VALUES)
    number: Numbers | None = arg(None, "a number in place of a value, or one for each feature")
    first: bool = option(False, "the number comes first, as it does in `subtract 1 _`")

    anchors: ClassVar[tuple[str, ...]] = (
        "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "TrueDivide", "Power",
    )  # fmt: skip
    example: ClassVar[str] = "in 10x6 -> add _ (dense 6) -> maximum _ 0"
    shape_rule: ClassVar[str] = "equal shapes, or a size of one, which is broadcast"
    keras: ClassVar[str] = "Add, Subtract, Multiply, Average, Maximum, Minimum; x / y, keras.ops"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation] | None:
        """A number says by its place whether it comes first; the mean with one is a quotient."""
        constants = [(place, _constant(arg)) for place, arg in enumerate(call.args)]
        numbers = [(place, number) for place, number in constants if number is not None]
        if len(call.args) != 2 or len(numbers) != 1:
            return None
        ((place, number),) = numbers
        ways = [(name, number, not place) for name in cls.names()]
        for add in call.before("Add", 1) if call.name == "TrueDivide" else ():
            beside = enumerate(map(_constant, add.args))
            ways += [("average", n, not p) for p, n in beside if n is not None]
        given: list[dict[str, Any]] = [{"op": o, "number": n, "first": f} for o, n, f in ways]
        return (cls(**fields) for fields in given)

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

    def stepwise(self) -> bool:
        return True

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
        site = lined_up(site)
        if self.number is not None or self.op not in _LAYERS:
            mask = _both(site)
            if mask:
                mask = mask.replace(expr=site.named(mask.expr, "mask"))
            return site.masked(self._computed(site, mask), mask)
        if self.op in ("add", "average"):
            site = filled(site, taken_for_biases([value.shape for value in site.values]))
        return merged(site, site.layer(self.op.capitalize()))

    def _computed(self, site: Site, mask: Mask | None) -> Expr:
        """Two sides and what is between them, where no layer does it."""
        sides: list[Expr] = [tensor.plain for tensor in site.inputs]
        risky = {"divide": len(sides) - 1, "power": 0}.get(self.op)
        if mask and risky is not None:
            # What padding holds may have no result, or no gradient, which training would spread.
            steps = Item(mask.expr, (..., *(None,) * (site.value.rank - 1)))
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
        signals = signals_lined_up(inputs)
        sides = [x.data for x in signals]
        if self.number is not None:
            sides.insert(0 if self.first else 1, np.asarray(self.number))
        name = "add" if self.op == "average" else self.op
        data = reduce(getattr(np, name), sides)
        made = data / len(sides) if self.op == "average" else data
        return _real_in_all(signals, made)


def _constant(value: Any) -> tuple[float, ...] | None:
    """What is no tensor in a call: a number, or one for each feature."""
    if isinstance(value, dict):
        value = value.get("config", {}).get("value")
    parts = value if isinstance(value, list | tuple) else (value,)
    plain = all(isinstance(n, int | float) and not isinstance(n, bool) for n in parts)
    return tuple(parts) if parts and plain else None


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
    values: Operands = arg((), VALUES)
    axis: Literal["features", "time"] = arg("features", "what is put side by side")

    anchors: ClassVar[tuple[str, ...]] = ("Concatenate",)
    example: ClassVar[str] = "in 10x6 -> concat (lstm 8) (gru 8)"
    shape_rule: ClassVar[str] = (
        "(T, F) and (T, G), or (1, G), become (T, F + G); with `time`, (T, F) and (S, F) become "
        "(T + S, F)"
    )
    mask_rule: ClassVar[str] = (
        "features: real in all, but for a value of one step, which is broadcast, and from the "
        "first real step on where they stand differently; time: each step keeps its own, and no "
        "padding comes between"
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

    def stepwise(self) -> bool:
        return self.axis == "features"

    def _joined(self, value: Value) -> int:
        """The axis along which values are put side by side, the batch not counted."""
        return 0 if self.axis == "time" else value.rank - 1

    def lower(self, site: Site) -> Tensor:
        if self.axis == "features":
            site = filled(lined_up(site), range(len(site.inputs)), self._joined(site.value))
            return merged(site, site.layer("Concatenate"))
        site = filled(site, range(len(site.inputs)), self._joined(site.value))
        sides = [tensor.plain for tensor in site.inputs]
        if site.value.is_tokens:  # the layer would say that ids become numbers
            joined = ops("concatenate", sides, axis=1)
        else:
            joined = call(site.layer("Concatenate", axis=1), sides)
        masks = [tensor.mask for tensor in site.inputs]
        given = [mask for mask in masks if mask]
        if not given:
            return Tensor(site.bind(joined))
        mask = Mask(_in_a_row(site, lambda m: m.expr), all(m.padded for m in given))
        alike = len(set(masks)) == 1 and all(value.steps == 1 for value in site.values)
        layout = Layout.FRONT if alike else in_a_row([m.layout if m else None for m in masks])
        if layout:
            return site.masked(joined, mask.replace(layout=layout))
        known = {m: inside(site, m) for m in dict.fromkeys(given)}
        return together(site, joined, mask, _in_a_row(site, lambda m: known[m]))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The features, or the steps, one after the other."""
        if self.axis == "features":
            signals = signals_lined_up(inputs)
            data = _side_by_side([x.data for x in signals], inputs[0].data.ndim - 1)
            return _real_in_all(signals, data)
        data = _side_by_side([x.data for x in inputs], 1)
        if all(x.mask is None for x in inputs):
            return Signal(data)
        every = [np.ones(x.data.shape[:2], bool) for x in inputs]
        pairs = list(zip(inputs, every, strict=True))
        real = np.concatenate([w if x.mask is None else x.mask for x, w in pairs], axis=1)
        layout = in_a_row([None if x.mask is None else x.layout for x in inputs])
        if layout:
            return Signal(data, real, layout=layout)
        steps = [w if x.mask is None else x.inside for x, w in pairs]
        return Signal(data, real).together(np.concatenate(steps, axis=1))


def _side_by_side(parts: Sequence[Array], axis: int) -> Array:
    """The arrays along an axis, their other sizes of one broadcast."""
    sizes = np.max([part.shape for part in parts], axis=0)
    whole = [np.broadcast_to(p, (*sizes[:axis], p.shape[axis], *sizes[axis + 1 :])) for p in parts]
    return np.concatenate(whole, axis=axis)


def _in_a_row(site: Site, flags: Callable[[Mask], Expr]) -> Expr:
    """What is true of each step of all inputs, one after the other."""
    each = [
        flags(tensor.mask) if tensor.mask else _all_real(tensor, value)
        for tensor, value in zip(site.inputs, site.values, strict=True)
    ]
    return ops("concatenate", each, axis=1)


def _all_real(tensor: Tensor, value: Value) -> Expr:
    steps = Item(tensor.data, (..., *(0,) * (value.rank - 1))) if value.rank > 1 else tensor.data
    return ops("ones_like", steps, dtype="bool")


def merged(site: Site, layer: Expr) -> Tensor:
    """The layer on all inputs, step by step. Keras joins their masks as we do, or is told; with
    more axes than two it tries, and cannot."""
    alike = len({t.mask for t in site.inputs}) == 1 and all(t.attached for t in site.inputs)
    if alike and site.value.rank == 2:
        data = site.bind(call(layer, [t.data for t in site.inputs]))
        return Tensor(data, site.x.mask, attached=True)
    return site.masked(call(layer, [t.plain for t in site.inputs]), _both(site))


def _both(site: Site) -> Mask | None:
    """Real in every value that has a mask of these steps."""
    sides = zip(site.inputs, site.values, strict=True)
    masks = [t.mask for t, v in sides if t.mask and _tells(v, site.value.shape)]
    distinct = list(dict.fromkeys(mask.expr for mask in masks))
    if len(distinct) < 2:
        return masks[0] if masks else None
    both = reduce(lambda one, other: ops("logical_and", one, other), distinct)
    return Mask(both, padded=False, layout=masks[0].layout)


def _real_in_all(signals: Sequence[Signal], data: Array) -> Signal:
    """What all signals make up, and its mask; that of one step, which is broadcast, is none."""
    told = [(x.mask, x.layout) for x in signals if x.mask is not None]
    masks = [(mask, layout) for mask, layout in told if mask.shape[1] == data.shape[1]]
    if not masks:
        return Signal(data)
    real = np.logical_and.reduce([mask for mask, _ in masks])
    return Signal(data, real, layout=masks[0][1])
