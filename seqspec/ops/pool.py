"""Pooling: what comes of all steps, of those in each window, or of all features."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.windows import pooled, windows
from seqspec.ops.base import Operation
from seqspec.ops.features import vector
from seqspec.ops.layout import Layout
from seqspec.ops.places import Cut, Places
from seqspec.ops.receptive import receptive
from seqspec.ops.rules import floats, known, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask, Site, Tensor, zeroed
from seqspec.ops.statistics import mean, over_features, over_steps, where_some, without_padding
from seqspec.ops.types import Kernel, arg, option
from seqspec.ops.window import Sliding, on_own_steps, plain, reaches, spatial, spread
from seqspec.program import Binary, Const, Expr, Item, call, ops
from seqspec.values import Value


class Pool(Operation):
    """The largest value, mean or sum of each feature, over all steps or window by window; with
    `features`, that of the features of each step.

    `std` is the standard deviation √(mean of (x - mean)²), or 1e-6 where it is less, so that it
    has a slope everywhere; `logsumexp` is the smooth maximum log Σ exp x.
    """

    op: Literal["pool"] = "pool"
    kind: Literal["max", "mean", "sum", "min", "std", "logsumexp"] = arg(
        ..., "what comes of the steps: max, mean, sum and so on"
    )
    size: Kernel | None = arg(None, "the window; without it all steps become one vector")
    over: Literal["features"] | None = arg(
        None, "all features of each step in place of the steps; one remains"
    )
    padding: Literal["valid", "same"] = arg("valid", "whole windows only, or zeros around")
    stride: Kernel | None = option(None, "steps from one window to the next; its size by default")

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = (
        "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "MaxPooling1D",
        "MaxPooling2D", "MaxPooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
        "GlobalAveragePooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
        "Sum", "Max", "Mean", "Min", "Var", "Logsumexp",
    )  # fmt: skip
    example: ClassVar[str] = "in 100x6 -> pool max 2 -> pool mean"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (F), with a size (T // SIZE, F); with `features` (…, F) becomes (…, 1)"
    )
    mask_rule: ClassVar[str] = (
        "real steps only, and zero where there are none; windows begin at the first real step, "
        "and one is real where it stands in its sample and has a real step; with `features` each "
        "step keeps its mask"
    )
    keras: ClassVar[str] = (
        "GlobalMaxPooling1D, MaxPooling1D, AveragePooling1D, keras.ops.sum, keras.ops.var"
    )

    def lifts(self) -> bool:
        return self.over is None

    def windows(self) -> list[Sliding]:
        """The window along each axis."""
        assert self.size is not None
        strides = spread(self.op, self.stride or self.size, len(self.size), "stride")
        return [Sliding(k, s, self.padding) for k, s in zip(self.size, strides, strict=True)]

    def infer(self, *values: Value) -> Value:
        self._check_arguments()
        if self.over:
            x = vector(self.op, values[0])
            return x.derive(*x.shape[:-1], 1)
        x = floats(self.op, sequence(self.op, values[0]))
        if self.size is None:
            return x.derive(x.features, mask=False)
        spatial(self.op, x, self.size)
        sizes = [w.size(size) for w, size in zip(self.windows(), x.shape, strict=False)]
        return x.derive(*sizes, x.features)

    def stepwise(self) -> bool:
        return self.over is not None

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        """The receptive field, where windows are whole: zeros are no numbers to count here."""
        if self.over or self.size is None:
            return super().cut(wanted, *values)
        window = reaches(self.op, self.size, self.stride or self.size, None, self.padding)[0]
        found = receptive(window, wanted, values[0].steps)
        if found is None or found.part.before or found.part.after:
            return None
        if found.window == window:
            return Cut(self, (found.part,), found.makes)
        op = self.replace(padding="valid", stride=(found.window.stride,))
        return Cut(op, (found.part,), found.makes) if len(self.size) == 1 else None

    def _check_arguments(self) -> None:
        if self.over and (self.size or self.stride or self.padding != "valid"):
            raise Problem(
                Code.BAD_COMBINATION,
                "windows slide over the steps, and `features` are taken all together",
                field="over",
                help=f"write `pool {self.kind} features`",
            )
        if self.size is None:
            if self.stride or self.padding != "valid":
                raise Problem(
                    Code.BAD_COMBINATION,
                    "without a window there is nothing to stride or pad",
                    field="stride" if self.stride else "padding",
                    help=f"give the window: `pool {self.kind} 2`",
                )
            return
        if self.kind in ("std", "logsumexp"):
            raise Problem(
                Code.BAD_COMBINATION,
                f"`pool {self.kind}` is over all steps, and has no window",
                field="size",
                help=f"`window N -> each (pool {self.kind})` does it window by window",
            )
        if self.kind == "sum" and self.padding == "same":
            raise Problem(
                Code.BAD_COMBINATION, "`pool sum` adds up whole windows only", field="padding"
            )

    @property
    def _extreme(self) -> bool:
        return self.kind in ("max", "min")

    def lower(self, site: Site) -> Tensor:
        if self.over:
            return site.keep(over_features(self.kind, site.x.data))
        return self._all(site) if self.size is None else self._windowed(site)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """What its kind says of all real steps, of what is in each window, or of the features."""
        x = inputs[0]
        if self.over:
            every: Array = np.ones_like(x.data, bool)
            return x.keep(pooled(self.kind, x.data, every, (-1,))[..., None])
        if self.size is None:
            return Signal(pooled(self.kind, x.data, x.real, tuple(range(1, x.data.ndim - 1))))
        slides = reaches(self.op, self.size, self.stride or self.size, None, self.padding)

        def made(x: Signal) -> tuple[Array, Array]:
            counted = windows(np.broadcast_to(x.real, x.data.shape), slides)
            axes = tuple(range(len(slides) + 1, 2 * len(slides) + 1))
            found = pooled(self.kind, windows(x.data, slides), counted, axes)
            return found, np.asarray(counted.any(axis=tuple(range(2, counted.ndim))))

        if x.mask is None:
            return Signal(made(x)[0])
        places = known(self.infer(x.value).steps, "the number of places")
        return on_own_steps(x, places, made, 1 if slides[0].stride == 1 else 0)

    def _all(self, site: Site) -> Tensor:
        value, mask = site.values[0], site.x.mask
        axes = tuple(range(1, value.rank))
        if self.kind in ("min", "std", "logsumexp"):
            return Tensor(site.bind(over_steps(self.kind, site)))
        if self.kind == "mean" and mask:
            return Tensor(site.bind(mean(site, mask.expr)))
        data = self._without(site.x, value)
        if self.kind == "sum" or len(axes) > 3:
            data = ops(self.kind, data, axis=axes if len(axes) > 1 else 1)
        else:
            name = "GlobalAveragePooling" if self.kind == "mean" else "GlobalMaxPooling"
            data = call(site.layer(f"{name}{len(axes)}D"), data)
        return Tensor(site.bind(where_some(site, data) if self.kind == "max" else data))

    def _without(self, x: Tensor, value: Value) -> Expr:
        """The data with masked steps out of the way."""
        return without_padding(x, value, self.kind) if self._extreme else zeroed(x, value)

    def _windowed(self, site: Site) -> Tensor:
        assert self.size is not None
        arguments: dict[str, object] = {}
        if self.stride:
            arguments["strides"] = plain(self.stride)
        if self.padding != "valid":
            arguments["padding"] = self.padding
        name = "MaxPooling" if self._extreme else "AveragePooling"
        layer = site.layer(f"{name}{len(self.size)}D", plain(self.size), **arguments)
        if site.x.mask:
            return self._of_real(site, layer)
        return Tensor(site.bind(self._called(site, layer, site.x.data)))

    def _called(self, site: Site, layer: Expr, data: Expr) -> Expr:
        """What the layer makes of the data: of the smallest value, that is the largest negative."""
        assert self.size is not None
        if self.kind == "min":
            negative = site.bind(ops("negative", data), "negative")
            return ops("negative", call(layer, negative))
        made = call(layer, data)
        return Binary("*", made, Const(float(prod(self.size)))) if self.kind == "sum" else made

    def _of_real(self, site: Site, layer: Expr) -> Tensor:
        """The layer on the real steps of each window, and which windows are real."""
        window, value = self.windows()[0], site.values[0]
        front = window.front(site)
        x = window.read(site, front)
        assert front.mask and x.mask
        steps = Item(ops("cast", x.mask.expr, "float32"), (..., None))
        means = ops("average_pool", steps, window.span, window.stride, window.padding)
        share = site.bind(means, "share")  # of real steps: (batch, places, 1)
        some = site.bind(ops("greater", share, 0.0), "some")
        real = ops("logical_and", window.within(site, front.mask), Item(some, (..., 0)))
        layout = Layout.FRONT if window.stride > 1 else front.mask.layout
        data = self._called(site, layer, self._without(x, value))
        if self.kind != "sum":
            flags = [_like(steps, value) for steps in (share, some)]
            data = self._of_some(site.bind(data, "of_windows"), *flags)
        return site.masked(data, Mask(real, padded=False, layout=layout))

    def _of_some(self, data: Expr, share: Expr, some: Expr) -> Expr:
        """What the layer made of windows of which a share is real; zero where none is."""
        if self.kind == "mean":
            return Binary("/", data, ops("where", some, share, 1.0))
        return ops("where", some, data, 0.0)


def _like(steps: Expr, value: Value) -> Expr:
    """`(batch, steps, 1)` with as many axes as the value."""
    more = (None,) * (value.rank - 2)
    return Item(steps, (..., *more)) if more else steps
