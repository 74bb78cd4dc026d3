"""Convolutions; the kernel's rank (`3`, `3x3`, `3x3x3`) is the convolution's."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.activations import activate
from seqspec.numeric.array import Array
from seqspec.numeric.windows import (
    Reach,
    convolve,
    convolve_each,
    deconvolve,
    reached_places,
    real_places,
)
from seqspec.ops.base import BiasedLayer, Weight
from seqspec.ops.places import Cut, Places
from seqspec.ops.receptive import receptive
from seqspec.ops.rules import floats, known, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor, zeroed
from seqspec.ops.types import ActivationName, Kernel, Units, arg, option
from seqspec.ops.window import Sliding, on_own_steps, plain, reaches, spatial, spread
from seqspec.program import Expr, Item, call, ops
from seqspec.values import Size, Value, product


class Convolution(BiasedLayer):
    """What all convolutions have in common."""

    kernel: Kernel = arg(..., "the window: one size for each axis it slides over")
    padding: Literal["valid", "same", "causal"] = arg(
        "valid", "inside only; zeros around; or zeros before, so that no step sees a later one"
    )
    stride: Kernel | None = option(None, "steps from one window to the next")
    dilation: Kernel | None = option(None, "steps from one of the window's values to the next")
    activation: ActivationName | None = arg(None, "applied to the output")

    layer: ClassVar[str]
    knows_causal: ClassVar[bool] = False  # most Keras layers take the word and refuse to run
    reads_steps: ClassVar[bool] = True
    shape_rule: ClassVar[str] = "(T, F) becomes (T', FILTERS); T' is T for same and causal"
    mask_rule: ClassVar[str] = (
        "masked steps are read as zeros; windows begin at the first real step; a place is real "
        "where its step is, for valid where all steps of its window are"
    )

    @property
    def rank(self) -> int:
        """Over how many axes the kernel slides."""
        return len(self.kernel)

    @property
    def filters_out(self) -> int | None:
        """The number of features that come out, where an argument says it."""
        return getattr(self, "filters", None)

    def windows(self) -> list[Sliding]:
        """The window along each axis. Raises `Problem` for arguments that do not go together."""
        strides = spread(self.op, self.stride, self.rank, "stride")
        dilations = spread(self.op, self.dilation, self.rank, "dilation")
        if max(strides) > 1 and max(dilations) > 1:
            raise Problem(
                Code.BAD_COMBINATION,
                "a convolution is strided or dilated, not both",
                field="dilation",
            )
        if self.padding == "causal" and self.rank > 1:
            raise Problem(
                Code.BAD_COMBINATION, "`causal` is for kernels over time alone", field="padding"
            )
        return [
            Sliding((k - 1) * d + 1, s, self.padding)
            for k, d, s in zip(self.kernel, dilations, strides, strict=True)
        ]

    def input(self, value: Value) -> Value:
        """The input, checked. Raises `Problem`."""
        floats(self.op, value)
        if self.rank == 1:
            sequence(self.op, value)
        return spatial(self.op, value, self.kernel)

    def infer(self, *values: Value) -> Value:
        x, windows = self.input(values[0]), self.windows()
        sizes = [w.size(size) for w, size in zip(windows, x.shape, strict=False)]
        return x.derive(*sizes, self.features(x))

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        """Each number of the kernels once at each place."""
        kernels = [w for w in self.weights(*values) if w.name != "bias"]
        return product(self.infer(*values).shape[:-1]) * sum(w.size for w in kernels)

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        """The receptive field, where the window slides over nothing but steps."""
        window = reaches(self.op, self.kernel, self.stride, self.dilation, self.padding)[0]
        found = receptive(window, wanted, values[0].steps)
        if found is None or (self.rank > 1 and found.window != window):
            return None
        changed = {
            "padding": found.window.padding,
            "stride": (found.window.stride,) if found.window.stride > 1 else None,
            "dilation": (found.window.dilation,) if found.window.dilation > 1 else None,
        }
        op = self if found.window == window else self.replace(**changed)
        return Cut(op, (found.part,), found.makes)

    def features(self, x: Value) -> Size:
        """How many features come out. Raises `Problem`."""
        assert self.filters_out is not None
        return self.filters_out

    def nonlinearity(self) -> str:
        return self.activation or "linear"

    def window_arguments(self) -> dict[str, object]:
        """The Keras arguments of the window that differ from Keras's defaults."""
        given: dict[str, object] = {}
        if self.stride:
            given["strides"] = plain(self.stride)
        if self.padding == "same" or (self.padding == "causal" and self.knows_causal):
            given["padding"] = self.padding
        if self.dilation and max(self.dilation) > 1:
            given["dilation_rate"] = plain(self.dilation)
        if self.activation:
            given["activation"] = self.activation
        return given

    def source(self, site: Site, x: Tensor) -> Expr:
        """What the layer slides over: its masked steps are zeros."""
        data = zeroed(x, site.values[0])
        if self.padding != "causal" or self.knows_causal:
            return data
        sides = (self.windows()[0].span - 1, 0)
        return call(call("keras.layers.ZeroPadding1D", sides, name=f"{site.name}_pad"), data)

    def keras_layer(self, site: Site) -> Expr:
        """The Keras layer."""
        name = f"{self.layer.replace('*', f'{self.rank}D')}"
        arguments = [self.filters_out] if self.filters_out else []
        return site.layer(
            name,
            *arguments,
            plain(self.kernel),
            **self.window_arguments(),
            **self.extra_arguments(),
            **self.kernel_arguments(),
        )

    def unit_axes(self, kernel: str) -> tuple[int, ...]:
        """The window, and the features that a filter reads; a depthwise one reads one."""
        return tuple(range(self.rank if kernel == "depthwise" else self.rank + 1))

    def extra_arguments(self) -> dict[str, object]:
        """Keras arguments of this kind of convolution alone."""
        return {}

    def lower(self, site: Site) -> Tensor:
        window = self.windows()[0]
        front = window.front(site)
        data = call(self.keras_layer(site), self.source(site, window.read(site, front)))
        return site.masked(data, window.real(site, front.mask) if front.mask else None)

    def sums(self, x: Array, weights: Sequence[Array], slides: Sequence[Reach]) -> Array:
        """What each window comes to, in NumPy."""
        raise NotImplementedError

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """act(sum over each window + b), masked steps read as zeros; each kind has its own sum."""
        x = inputs[0]
        slides = reaches(self.op, self.kernel, self.stride, self.dilation, self.padding)

        def made(x: Signal) -> Array:
            sums = self.sums(x.where_real(0), weights, slides)
            return activate(self.activation, sums + (weights[-1] if self.bias else 0))

        if x.mask is None:
            return Signal(made(x))
        places = known(self.infer(x.value).steps, "the number of places")
        at = self.places_a_step(slides[0])
        return on_own_steps(x, places, lambda own: (made(own), self.real(own, slides[0])), at)

    def real(self, x: Signal, slide: Reach) -> Array:
        """Which places are real, in NumPy."""
        assert x.mask is not None
        return real_places(x.mask, slide)

    def places_a_step(self, slide: Reach) -> int:
        """How many places there are for each step; 0 where there are fewer."""
        return 1 if slide.stride == 1 else 0


class Conv(Convolution):
    """A convolution over time, over an image, or over a video."""

    op: Literal["conv"] = "conv"
    filters: Units = arg(..., "how many features come out")
    kernel: Kernel = arg(..., "the window: one size for each axis it slides over")
    groups: Units = option(1, "groups of features that do not see each other")

    layer: ClassVar[str] = "Conv*"
    knows_causal: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("Conv1D", "Conv2D", "Conv3D")
    example: ClassVar[str] = "in 100x6 -> conv 32 5 causal relu"
    keras: ClassVar[str] = "Conv1D, Conv2D, Conv3D"

    def features(self, x: Value) -> Size:
        features = known(x.features, "the number of features")
        if features % self.groups or self.filters % self.groups:
            raise Problem(
                Code.OUT_OF_RANGE,
                f"{features} features into {self.filters} do not split into {self.groups} groups",
                field="groups",
            )
        return self.filters

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        features = known(values[0].features, "the number of features")
        kernel = Weight(
            "kernel", (*self.kernel, features // self.groups, self.filters), not self.frozen
        )
        bias = Weight("bias", (self.filters,), not self.frozen)
        return (kernel, bias) if self.bias else (kernel,)

    def extra_arguments(self) -> dict[str, object]:
        return {"groups": self.groups} if self.groups > 1 else {}

    def sums(self, x: Array, weights: Sequence[Array], slides: Sequence[Reach]) -> Array:
        return convolve(x, weights[0], slides, self.groups)


class Deconv(Convolution):
    """A transposed convolution: the stride multiplies the number of steps."""

    op: Literal["deconv"] = "deconv"
    filters: Units = arg(..., "how many features come out")
    kernel: Kernel = arg(..., "the window: one size for each axis it slides over")

    layer: ClassVar[str] = "Conv*Transpose"
    anchors: ClassVar[tuple[str, ...]] = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
    example: ClassVar[str] = "in 100x6 -> deconv 32 5 same stride=2"
    shape_rule: ClassVar[str] = "(T, F) becomes (T STRIDE, FILTERS) for same"
    mask_rule: ClassVar[str] = (
        "masked steps are read as zeros; same: each step's places have its mask; valid: a place "
        "is real where a real step reaches it"
    )
    keras: ClassVar[str] = "Conv1DTranspose, Conv2DTranspose, Conv3DTranspose"

    def infer(self, *values: Value) -> Value:
        x = self.input(values[0])
        if self.padding == "causal":
            raise Problem(
                Code.BAD_COMBINATION, "`deconv` is `same` or `valid`, not `causal`", field="padding"
            )
        grown = [
            size * w.stride + (max(w.span - w.stride, 0) if self.padding == "valid" else 0)
            for w, size in zip(self.windows(), x.shape, strict=False)
        ]
        return x.derive(*grown, self.filters)

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        return None

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        return product(values[0].shape[:-1]) * self.weights(*values)[0].size

    def lower(self, site: Site) -> Tensor:
        window, mask = self.windows()[0], site.x.mask
        data = call(self.keras_layer(site), self.source(site, site.x))
        if mask is None:
            return Tensor(site.bind(data))
        places = ops("repeat", mask.expr, window.stride, axis=1) if window.stride > 1 else mask.expr
        beyond = window.span - window.stride
        if self.padding == "valid" and beyond > 0:
            around = ops("pad", ops("cast", places, "float32"), ((0, 0), (beyond, beyond)))
            reached = ops("max_pool", Item(site.bind(around, "around"), (..., None)), beyond + 1, 1)
            places = ops("greater", Item(reached, (..., 0)), 0.0)
        return site.masked(data, mask.replace(expr=places))

    def unit_axes(self, kernel: str) -> tuple[int, ...]:
        return (*range(self.rank), self.rank + 1)

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        features = known(values[0].features, "the number of features")
        kernel = Weight("kernel", (*self.kernel, self.filters, features), not self.frozen)
        bias = Weight("bias", (self.filters,), not self.frozen)
        return (kernel, bias) if self.bias else (kernel,)

    def sums(self, x: Array, weights: Sequence[Array], slides: Sequence[Reach]) -> Array:
        return deconvolve(x, weights[0], slides)

    def real(self, x: Signal, slide: Reach) -> Array:
        assert x.mask is not None
        return reached_places(x.mask, slide)

    def places_a_step(self, slide: Reach) -> int:
        return slide.stride


class SepConv(Convolution):
    """A depthwise convolution and a pointwise one behind it."""

    op: Literal["sepconv"] = "sepconv"
    filters: Units = arg(..., "how many features come out")
    kernel: Kernel = arg(..., "the window: one size for each axis it slides over")
    multiplier: Units = option(1, "depthwise features for each input feature")

    layer: ClassVar[str] = "SeparableConv*"
    anchors: ClassVar[tuple[str, ...]] = ("SeparableConv1D", "SeparableConv2D")
    example: ClassVar[str] = "in 100x6 -> sepconv 32 5 same"
    keras: ClassVar[str] = "SeparableConv1D, SeparableConv2D"

    def input(self, value: Value) -> Value:
        return _flat(self.op, super().input(value), self.rank)

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        features = known(values[0].features, "the number of features")
        on = not self.frozen
        depth = Weight("depthwise_kernel", (*self.kernel, features, self.multiplier), on)
        point = Weight(
            "pointwise_kernel", (*(1,) * self.rank, features * self.multiplier, self.filters), on
        )
        bias = Weight("bias", (self.filters,), on)
        return (depth, point, bias) if self.bias else (depth, point)

    def extra_arguments(self) -> dict[str, object]:
        return {"depth_multiplier": self.multiplier} if self.multiplier > 1 else {}

    def kernel_arguments(self, kernel: str = "kernel") -> dict[str, object]:
        return {**super().kernel_arguments("depthwise"), **super().kernel_arguments("pointwise")}

    def sums(self, x: Array, weights: Sequence[Array], slides: Sequence[Reach]) -> Array:
        depth, point, *_ = weights
        made: Array = convolve_each(x, depth, slides) @ point[(0,) * self.rank]
        return made


class DepthConv(Convolution):
    """A convolution of each feature by itself."""

    op: Literal["depthconv"] = "depthconv"
    multiplier: Units = option(1, "features that come out for each that goes in")

    layer: ClassVar[str] = "DepthwiseConv*"
    anchors: ClassVar[tuple[str, ...]] = ("DepthwiseConv1D", "DepthwiseConv2D")
    example: ClassVar[str] = "in 100x6 -> depthconv 5 same"
    shape_rule: ClassVar[str] = "(T, F) becomes (T', F MULTIPLIER)"
    keras: ClassVar[str] = "DepthwiseConv1D, DepthwiseConv2D"

    def input(self, value: Value) -> Value:
        return _flat(self.op, super().input(value), self.rank)

    def features(self, x: Value) -> Size:
        return x.features * self.multiplier

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        features = known(values[0].features, "the number of features")
        on = not self.frozen
        kernel = Weight("kernel", (*self.kernel, features, self.multiplier), on)
        bias = Weight("bias", (features * self.multiplier,), on)
        return (kernel, bias) if self.bias else (kernel,)

    def extra_arguments(self) -> dict[str, object]:
        return {"depth_multiplier": self.multiplier} if self.multiplier > 1 else {}

    def kernel_arguments(self, kernel: str = "kernel") -> dict[str, object]:
        return super().kernel_arguments("depthwise")

    def sums(self, x: Array, weights: Sequence[Array], slides: Sequence[Reach]) -> Array:
        return convolve_each(x, weights[0], slides)


def _flat(op: str, value: Value, rank: int) -> Value:
    if rank > 2:
        raise Problem(
            Code.WRONG_RANK, f"`{op}` slides over one or two axes, not {rank}", field="kernel"
        )
    return value
