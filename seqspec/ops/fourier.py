"""What frequencies a series is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import tau
from typing import TYPE_CHECKING, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.features import vector
from seqspec.ops.layout import Layout
from seqspec.ops.rules import floats, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask, Site, Tensor, zeroed
from seqspec.ops.types import arg
from seqspec.program import ALL, Binary, Const, Expr, Item, Ref, Slice, ops
from seqspec.values import Value, shape_text

if TYPE_CHECKING:
    from seqspec.ops.said import Said

_NEXT_TO_NOTHING = 1e-30  # keeps the slope of a square root finite at zero


class Fourier(Operation):
    """The discrete Fourier transform of real values: one part of its complex result.

    X[k] = Σ x[n] exp(-2πi k n / N) for k = 0 … N - 1, not scaled, as `numpy.fft.fft`; with `half`
    for k = 0 … N // 2, of which the others are mirror images, as `numpy.fft.rfft`. Transforms of
    transforms are made of parts: of a + ib, the real part is `real` of a less `imaginary` of b.
    """

    op: Literal["fourier"] = "fourier"
    part: Literal["real", "imaginary", "magnitude"] = arg(
        ..., "real, imaginary or magnitude of the complex result"
    )
    axis: Literal["time", "features"] = arg("time", "what is transformed")
    half: bool = arg(False, "frequencies 0 to N // 2 alone, which the others mirror")

    anchors: ClassVar[tuple[str, ...]] = ("FFT", "RFFT", "Matmul")
    example: ClassVar[str] = "in 256x8 -> fourier magnitude half -> take 8:65 -> norm"
    shape_rule: ClassVar[str] = (
        "the shape stays, frequencies in place of steps or features; `half` leaves N // 2 + 1 of N"
    )
    mask_rule: ClassVar[str] = (
        "time: the n real steps alone are transformed, and their places hold their n frequencies "
        "(work grows with the square of T); features: each step keeps its mask"
    )
    keras: ClassVar[str] = "keras.ops.fft, keras.ops.rfft: not scaled, as numpy.fft"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation]:
        for part in ("real", "imaginary", "magnitude"):
            for axis in ("time", "features"):
                yield from (cls(part=part, axis=axis, half=half) for half in (False, True))

    def lifts(self) -> bool:
        return self.axis == "time"

    def infer(self, *values: Value) -> Value:
        x = _series(values[0]) if self.axis == "time" else vector(self.op, values[0])
        shape = [*x.shape]
        if self.half:
            shape[self._place(x)] = shape[self._place(x)] // 2 + 1
        return x.derive(*shape)

    def _place(self, x: Value) -> int:
        """The axis that is transformed."""
        return 0 if self.axis == "time" else x.rank - 1

    def lower(self, site: Site) -> Tensor:
        if self.axis == "features":
            data = self._transformed(site, site.x.data)
            return Tensor(data, site.x.mask) if isinstance(data, Ref) else site.keep(data)
        if site.x.mask:
            return self._of_real(site, site.x.mask)
        series = site.bind(ops("transpose", site.x.data, (0, 2, 1)), "series")
        return Tensor(site.bind(ops("transpose", self._transformed(site, series), (0, 2, 1))))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The sum of the class's docstring, each sample's real steps by themselves over time."""
        x = inputs[0]
        if self.axis == "features":
            return x.keep(self._by_formula(x.data))
        size = x.data.shape[1] // 2 + 1 if self.half else x.data.shape[1]
        found = np.zeros((len(x.data), size, *x.data.shape[2:]))
        mask = None if x.mask is None else np.zeros(found.shape[:2], bool)
        for sample, data in enumerate(x.data):
            steps = slice(None) if x.mask is None else np.flatnonzero(x.mask[sample])
            made = self._by_formula(data[steps].T).T if len(data[steps]) else data[:0]
            places = slice(len(made)) if self.half or mask is None else steps
            found[sample, places] = made
            if mask is not None:
                mask[sample, places] = True
        if mask is None:
            return Signal(found)
        return x.masked(found, mask, Layout.FRONT if self.half else None)

    def _by_formula(self, x: Array) -> Array:
        """The part asked for of Σ x[n] exp(-2πi k n / N), along the last axis."""
        number = x.shape[-1]
        frequency = np.arange(number // 2 + 1 if self.half else number)
        waves = np.exp(-1j * tau * np.outer(np.arange(number), frequency) / number)
        found: Array = x @ waves
        if self.part == "magnitude":
            return np.absolute(found)
        return found.real if self.part == "real" else found.imag

    def _transformed(self, site: Site, series: Expr) -> Expr:
        """The part asked for, along the last axis. `keras.ops.fft` must know its size."""
        x = site.values[0]
        size = x.shape[self._place(x)]
        known = isinstance(size, int)
        whole = known and not self.half
        call = ops("fft", [series, ops("zeros_like", series)]) if whole else ops("rfft", series)
        part = self._part(site, *site.bind_all(call, "real", "imaginary"))
        return part if known or self.half else self._mirrored(site, part, series)

    def _part(self, site: Site, real: Expr, imaginary: Expr) -> Expr:
        if self.part != "magnitude":
            return real if self.part == "real" else imaginary
        of_real = site.bind(ops("square", real), "of_real")
        of_imaginary = site.bind(ops("square", imaginary), "of_imaginary")
        power = site.bind(Binary("+", of_real, of_imaginary), "power")
        root = ops("sqrt", ops("maximum", power, _NEXT_TO_NOTHING))
        return ops("where", ops("greater", power, 0), root, 0.0)

    def _mirrored(self, site: Site, half: Expr, series: Expr) -> Expr:
        """All N frequencies, of which N is not known: X[N - k] is the conjugate of X[k]."""
        one = Item(series, (*(Slice(stop=1),) * site.values[0].rank, ALL))
        ones = ops("reshape", ops("ones_like", one, dtype="int32"), (-1,))
        count = site.bind(ops("cumsum", ones), "count")
        place = site.bind(ops("subtract", count, 1), "place")
        mirror = site.bind(ops("flip", count), "mirror")
        whole = site.bind(ops("take", half, ops("minimum", place, mirror), axis=-1), "whole")
        if self.part != "imaginary":
            return whole
        return ops("where", ops("greater", place, mirror), ops("negative", whole), whole)

    def _of_real(self, site: Site, mask: Mask) -> Tensor:
        """Each sample's real steps by themselves, by the formula: their number is its own."""
        steps = site.bind(ops("cast", mask.expr, "int32"), "steps")
        place = site.bind(ops("subtract", ops("cumsum", steps, axis=1), 1), "place")
        number = site.bind(ops("sum", steps, axis=1, keepdims=True), "number")
        frequency = site.bind(_counted(steps), "frequency") if self.half else place
        angle = site.bind(_angles(site, frequency, place, number), "angle")
        series = site.bind(zeroed(site.x, site.values[0]), "series")
        real, imaginary = (ops("matmul", ops(wave, angle), series) for wave in ("cos", "sin"))
        data = self._part(site, real, imaginary)
        if not self.half:
            return site.keep(data)
        there = ops("less_equal", Binary("*", frequency, Const(2)), number)
        there = ops("logical_and", there, ops("greater", number, 0))
        return site.masked(data, Mask(there, padded=False, layout=Layout.FRONT))


def _angles(site: Site, frequency: Expr, place: Expr, number: Expr) -> Expr:
    """-2π k n / N by frequency k and step n; whole turns are taken off in whole numbers."""
    product = Binary("*", Item(frequency, (ALL, ALL, None)), Item(place, (ALL, None)))
    pairs = site.bind(product, "pairs")
    whole = site.bind(Item(ops("maximum", number, 1), (..., None)), "whole")
    return Binary("*", Binary("/", ops("mod", pairs, whole), whole), Const(-tau))


def _series(x: Value) -> Value:
    """Refuses what is not one axis of steps and one of features."""
    if x.rank == 1 and not x.is_tokens:
        raise Problem(
            Code.NEEDS_SEQUENCE,
            f"`fourier` goes over steps in time, and this is a vector {shape_text(x.shape)}",
            label=f"given {x}",
            help="write `fourier … features` to transform the values of a vector",
        )
    if sequence("fourier", floats("fourier", x)).rank != 2:
        raise Problem(
            Code.WRONG_RANK,
            "`fourier` over time transforms the steps of (time, features), "
            f"and this is {shape_text(x.shape)}",
            label=f"given {x}",
            help="`reshape` gives it one axis of steps and one of features",
        )
    return x


def _counted(steps: Expr) -> Expr:
    """0 to N // 2 for N steps, `(1, N // 2 + 1)`: one more step, and every other is counted."""
    one_more = ops("pad", Item(steps, (Slice(stop=1), ALL)), ((0, 0), (0, 1)))
    every_other = ops("ones_like", Item(one_more, (ALL, Slice(step=2))))
    return ops("subtract", ops("cumsum", every_other, axis=1), 1)
