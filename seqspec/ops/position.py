"""Where a step stands, told to operations that do not read in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError
from seqspec.numeric.array import Array, np
from seqspec.numeric.attention import waves
from seqspec.ops.base import Layer, Operation, Weight
from seqspec.ops.places import Cut, Places, up_to
from seqspec.ops.rules import floats, known, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import Units, arg
from seqspec.program import ALL, Binary, Const, Expr, Item, Slice, call, ops
from seqspec.values import Value, shape_text, size_text

if TYPE_CHECKING:
    from seqspec.ops.said import Said


class Position(Layer):
    """Adds to each step a vector that says where it stands: a learned one, or waves.

    `learned` has a vector for each of COUNT places (Gehring et al. 2017). `sinusoid` has no
    weights and no end (Vaswani et al. 2017): feature 2i of step p gets sin(p / 10000^(2i / F)),
    feature 2i + 1 the cosine of the same, as keras_hub's SinePositionEncoding.
    Only real steps are counted, from 0, wherever the padding stands.
    """

    op: Literal["position"] = "position"
    kind: Literal["learned", "sinusoid"] = arg("learned", "where the vectors come from")
    count: Units | None = arg(None, "learned: the most steps there may be; T when it is known")

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("Add",)
    told_by: ClassVar[tuple[str, ...]] = ("Embedding", "Where")
    example: ClassVar[str] = "in T tokens -> embed 1000 64 mask -> position learned 512"
    mask_rule: ClassVar[str] = "masked steps are not counted; each step keeps its mask"
    keras: ClassVar[str] = "x + Embedding(COUNT, F)(positions)"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, sequence(self.op, values[0]))
        if x.rank != 2:
            raise Problem(
                Code.WRONG_RANK,
                f"`position` counts the steps of (time, features), and this is "
                f"{shape_text(x.shape)}",
                label=f"given {x}",
                help="`reshape` gives it one axis of steps and one of features",
            )
        if self.kind == "learned":
            self._check_count(x)
        else:
            self._check_unlearned()
            known(x.features, "the number of features", "the lengths of the waves depend on it")
        return super().infer(x)

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation] | None:
        return None if call.name == "Embedding" else iter([cls(kind="sinusoid")])

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        """Places are counted from the first step on."""
        return up_to(self, wanted)

    def _check_count(self, x: Value) -> None:
        steps = x.steps
        if isinstance(steps, int):
            if self.count is not None and steps > self.count:
                raise Problem(
                    Code.OUTSIDE,
                    f"there are {steps} steps, and positions for {self.count}",
                    field="count",
                    help=f"write `position learned {steps}`",
                )
        elif self.count is None:
            raise Problem(
                Code.UNKNOWN_SIZE,
                f"the number of steps is {size_text(steps)}, and each place has a vector",
                help="say how many places: `position learned 512`; or `position sinusoid`",
            )

    def _check_unlearned(self) -> None:
        for field in self.given().keys() - {"kind"}:
            raise Problem(
                Code.BAD_COMBINATION,
                f"waves are not learned, so `{field}` says nothing",
                field=field,
                help="write `position sinusoid`",
            )

    def _places(self, x: Value) -> int:
        return self.count or known(x.steps, "the number of steps")

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        if self.kind == "sinusoid":
            return ()
        features = known(values[0].features, "the number of features")
        return (Weight("embeddings", (self._places(values[0]), features), not self.frozen),)

    def lower(self, site: Site) -> Tensor:
        place = site.bind(_places(site), "place")
        vectors = self._learned(site, place) if self.kind == "learned" else _waves(site, place)
        return site.keep(Binary("+", site.x.data, site.bind(vectors, "position")))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """x + the table's row for its place, or the waves there (Vaswani et al. 2017, 3.5)."""
        x = inputs[0]
        real = np.ones(x.data.shape[:2], int) if x.mask is None else x.mask
        place = np.maximum(np.cumsum(real, axis=1) - 1, 0)
        if self.kind == "sinusoid":
            return x.keep(x.data + waves(place, x.data.shape[-1]))
        (table,) = weights
        if place.max() >= len(table):
            raise UsageError(
                f"`position` has {len(table)} places, and there are {place.max() + 1} steps"
            )
        return x.keep(x.data + table[place])

    def _learned(self, site: Site, place: Expr) -> Expr:
        x = site.values[0]
        features = known(x.features, "the number of features")
        arguments = self.kernel_arguments("embeddings")
        return call(site.layer("Embedding", self._places(x), features, **arguments), place)


def _places(site: Site) -> Expr:
    """The place of each step, `(batch, T)`; without a mask the same for all, `(1, T)`.

    Sizes may be open, so that steps are counted and not taken from a range.
    """
    if site.x.mask:
        count = ops("cumsum", ops("cast", site.x.mask.expr, "int32"), axis=1)
        return ops("maximum", _less_one(count), 0)
    one = Item(site.x.data, (Slice(stop=1), ALL, 0))
    return _less_one(ops("cumsum", ops("ones_like", one, dtype="int32"), axis=1))


def _waves(site: Site, place: Expr) -> Expr:
    one = Item(site.x.data, (Slice(stop=1), Slice(stop=1)))
    ones = ops("ones_like", one, dtype="int32")
    feature = site.bind(_less_one(ops("cumsum", ones, axis=2)), "feature")
    odd = site.bind(ops("mod", feature, 2), "odd")
    pair = site.bind(ops("cast", ops("subtract", feature, odd), "float32"), "pair")
    features = site.values[0].features
    assert isinstance(features, int)
    wavelength = site.bind(ops("power", 10000.0, Binary("/", pair, Const(float(features)))), "wave")
    step = Item(ops("cast", place, "float32"), (..., None))
    angle = site.bind(Binary("/", step, wavelength), "angle")
    return ops("where", ops("equal", odd, 0), ops("sin", angle), ops("cos", angle))


def _less_one(count: Expr) -> Expr:
    return ops("subtract", count, 1)
