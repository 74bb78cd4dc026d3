"""Operations on the features of each step, and of vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError
from seqspec.numeric.activations import activate, erf, glu, leaky_relu, log_softmax, softmax
from seqspec.numeric.array import Array, np
from seqspec.ops.base import BiasedLayer, Operation, Weight
from seqspec.ops.rules import floats, for_features, known, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Masking, Site, Tensor, real
from seqspec.ops.types import ActivationName, Factor, Numbers, Rate, Units, arg, option
from seqspec.program import Expr, call, ops
from seqspec.values import Size, Value, product, shape_text


class Dense(BiasedLayer):
    """A fully connected layer; on a sequence, the same one at each step."""

    op: Literal["dense"] = "dense"
    units: Units = arg(..., "how many features come out")
    activation: ActivationName | None = arg(None, "applied to the output")

    anchors: ClassVar[tuple[str, ...]] = ("Dense",)
    example: ClassVar[str] = "in 10x6 -> dense 32 relu -> dense 1"
    shape_rule: ClassVar[str] = "(…, F) becomes (…, UNITS)"
    keras: ClassVar[str] = "Dense"

    def infer(self, *values: Value) -> Value:
        x = vector("dense", values[0])
        return x.derive(*x.shape[:-1], self.units)

    def nonlinearity(self) -> str:
        return self.activation or "linear"

    def stepwise(self) -> bool:
        return True

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        features = known(values[0].features, "the number of features")
        kernel = Weight("kernel", (features, self.units), not self.frozen)
        bias = Weight("bias", (self.units,), not self.frozen)
        return (kernel, bias) if self.bias else (kernel,)

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        return product(values[0].shape) * self.units

    def lower(self, site: Site) -> Tensor:
        activation = {"activation": self.activation} if self.activation else {}
        layer = site.layer("Dense", self.units, **activation, **self.kernel_arguments())
        return site.apply(layer, Masking.CARRIES)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """act(x W + b), the textbook's layer."""
        kernel, *bias = weights
        made = inputs[0].data @ kernel + (bias[0] if bias else 0)
        return inputs[0].keep(activate(self.activation, made))


def vector(op: str, value: Value) -> Value:
    """Refuses ids, and values without any axis."""
    if floats(op, value).rank == 0:
        raise Problem(Code.WRONG_RANK, f"`{op}` needs features, and this is a single value")
    return value


class Activation(Operation):
    """A nonlinearity, value by value; `softmax` over the features, or over time."""

    op: ActivationName | Literal["glu"] = "linear"
    over: Literal["time"] | None = arg(None, "softmax and log_softmax: over the steps")
    slope: Factor | None = option(None, "leaky_relu: the slope below zero")

    only: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "over": ("softmax", "log_softmax"),
        "slope": ("leaky_relu",),
    }
    anchors: ClassVar[tuple[str, ...]] = ("Activation", "LeakyReLU", "Softmax", "LogSoftmax", "Glu")
    example: ClassVar[str] = "in 10x6 -> dense 1 -> softmax time"
    shape_rule: ClassVar[str] = "the shape stays; glu halves the features"
    mask_rule: ClassVar[str] = (
        "each step keeps its mask; softmax time gives masked steps zero, or all steps the same "
        "where none is real"
    )
    keras: ClassVar[str] = "Activation, LeakyReLU, keras.ops.softmax(axis=1)"

    def infer(self, *values: Value) -> Value:
        x = vector(self.op, values[0])
        if self.over:
            sequence(f"{self.op} time", x)
        if self.op != "glu":
            return x.derive(*x.shape)
        if isinstance(x.features, int) and x.features % 2:
            raise Problem(
                Code.WRONG_RANK,
                f"`glu` splits the features in two halves, and there are {x.features}",
                help="give it an even number: `dense 2N -> glu`",
            )
        return x.derive(*x.shape[:-1], x.features // 2)

    def nonlinearity(self) -> str | None:
        return None if self.over else self.op

    def stepwise(self) -> bool:
        return not self.over

    def is_identity(self, x: Value) -> bool:
        return self.op == "linear"

    def lower(self, site: Site) -> Tensor:
        if self.over:
            return self._over_time(site)
        if self.op == "glu":
            return site.keep(ops("glu", site.x.data, axis=-1))
        if self.slope is not None:
            layer = site.layer("LeakyReLU", negative_slope=self.slope)
        else:
            layer = site.layer("Activation", self.op)
        return site.apply(layer, Masking.CARRIES)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The function of that name; over time, steps that are not real weigh nothing."""
        x = inputs[0]
        if self.over:
            function = softmax if self.op == "softmax" else log_softmax
            return x.keep(function(x.where_real(-np.inf), axis=1))
        if self.op == "glu":
            return x.keep(glu(x.data))
        if self.slope is not None:
            return x.keep(leaky_relu(x.data, self.slope))
        return x.keep(activate(self.op, x.data))

    def _over_time(self, site: Site) -> Tensor:
        data = site.x.data
        if site.x.mask:
            data = ops("where", real(site.x, site.value), data, -1e9)
        return site.keep(ops(self.op, data, axis=1))


_BOUNDED = ("log", "log1p", "sqrt", "rsqrt", "reciprocal")  # not defined everywhere


class Math(Operation):
    """A function of each value by itself."""

    op: Literal[
        "abs", "sign", "negate", "square", "sqrt", "rsqrt", "reciprocal", "exp", "expm1", "log",
        "log1p", "sin", "cos", "erf", "floor", "round",
    ]  # fmt: skip

    anchors: ClassVar[tuple[str, ...]] = (
        "Absolute", "Sign", "Negative", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Exp", "Expm1",
        "Log", "Log1p", "Sin", "Cos", "Erf", "Floor", "Round",
    )  # fmt: skip
    example: ClassVar[str] = "in 10x6 -> abs -> log"
    keras: ClassVar[str] = "keras.ops"

    def infer(self, *values: Value) -> Value:
        return super().infer(floats(self.op, values[0]))

    def stepwise(self) -> bool:
        return True

    def undoes(self, other: Operation, *values: Value) -> bool:
        return self.op == "negate" and self == other

    def lower(self, site: Site) -> Tensor:
        data = site.x.data
        if self.op in _BOUNDED and site.x.mask:
            # What padding holds may have no result, or no gradient, which training would spread.
            data = ops("where", real(site.x, site.value), data, 1.0)
        return site.keep(ops("negative" if self.op == "negate" else self.op, data))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The function of that name; rsqrt is 1 / √x."""
        x = inputs[0]
        if self.op == "erf":
            return x.keep(erf(x.data))
        if self.op == "rsqrt":
            return x.keep(1 / np.sqrt(x.data))
        return x.keep(getattr(np, "negative" if self.op == "negate" else self.op)(x.data))


class Drawn(Operation):
    """What is drawn anew at each step of training, and with `always` at each use."""

    always: bool = arg(False, "also when the model is used, not in training alone")

    def is_random(self) -> bool:
        return self.always

    def draws(self) -> bool:
        return True

    def stepwise(self) -> bool:
        return True

    def drawn(self, site: Site, layer: Expr) -> Tensor:
        """The layer applied; that it works always is saved in the model."""
        return site.apply(layer, Masking.CARRIES, training=self.always)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The values as they are, as in use. Raises `UsageError` with `always`."""
        if self.always:
            raise UsageError(f"`{self.op} always` is random, and has no numbers to compare with")
        return inputs[0]


class Dropout(Drawn):
    """Sets a share of the values to zero in training and scales up the others."""

    op: Literal["dropout"] = "dropout"
    rate: Rate = arg(..., "the share that is dropped, 0 to 1")
    spatial: bool = arg(False, "drop a feature at all steps together")

    anchors: ClassVar[tuple[str, ...]] = (
        "Dropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
    )
    example: ClassVar[str] = "in 10x6 -> dropout 0.2"
    keras: ClassVar[str] = "Dropout, SpatialDropout1D"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, values[0])
        if self.spatial and not 2 <= x.rank <= 4:
            raise Problem(
                Code.WRONG_RANK,
                "`dropout spatial` drops whole features of a sequence, "
                f"and this is {shape_text(x.shape)}",
                field="spatial",
            )
        return super().infer(x)

    def is_identity(self, x: Value) -> bool:
        return not self.rate

    def lower(self, site: Site) -> Tensor:
        name = f"SpatialDropout{site.value.rank - 1}D" if self.spatial else "Dropout"
        return self.drawn(site, site.layer(name, self.rate))


class Noise(Drawn):
    """Gaussian noise with mean zero, added in training; with `always` a model draws samples."""

    op: Literal["noise"] = "noise"
    stddev: Factor = arg(..., "the standard deviation")

    anchors: ClassVar[tuple[str, ...]] = ("GaussianNoise",)
    example: ClassVar[str] = "in 10x6 -> noise 0.1"
    keras: ClassVar[str] = "GaussianNoise"

    def infer(self, *values: Value) -> Value:
        if self.stddev > 1:
            raise Problem(
                Code.OUT_OF_RANGE,
                f"`stddev` of `noise` is at most 1 in Keras, and is {self.stddev:g}",
                field="stddev",
                help="bring the values to a smaller scale first: `norm`, `scale`",
            )
        return super().infer(floats(self.op, values[0]))

    def is_identity(self, x: Value) -> bool:
        return not self.stddev

    def lower(self, site: Site) -> Tensor:
        return self.drawn(site, site.layer("GaussianNoise", self.stddev))


class Scale(Operation):
    """Each value times a number, plus another; or each feature times a number of its own."""

    op: Literal["scale"] = "scale"
    factor: Numbers = arg(..., "what each value is multiplied by, or each feature")
    offset: Numbers | None = option(None, "what is then added")

    anchors: ClassVar[tuple[str, ...]] = ("Rescaling",)
    example: ClassVar[str] = "in 10x6 -> scale 0.01 offset=-1"
    keras: ClassVar[str] = "Rescaling"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, values[0])
        for field in ("factor", "offset"):
            for_features(self.op, getattr(self, field) or (), x, field)
        return super().infer(x)

    def stepwise(self) -> bool:
        return True

    def is_identity(self, x: Value) -> bool:
        return set(self.factor) == {1.0} and not any(self.offset or ())

    def lower(self, site: Site) -> Tensor:
        offset = {"offset": _one_or_all(self.offset)} if self.offset else {}
        layer = site.layer("Rescaling", _one_or_all(self.factor), **offset)
        return site.keep(call(layer, site.x.plain))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """x · factor + offset, feature by feature where there are several."""
        offset = (0.0,) if self.offset is None else self.offset
        return inputs[0].keep(inputs[0].data * _one_or_all(self.factor) + _one_or_all(offset))


def _one_or_all(numbers: tuple[float, ...]) -> float | list[float]:
    """A number by itself, or a list of one for each feature."""
    return numbers[0] if len(numbers) == 1 else [*numbers]
