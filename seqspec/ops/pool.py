"""Pooling: what comes of all steps, of those in each window, or of all features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.windows import pooled, real_places, windows
from seqspec.ops.base import Operation
from seqspec.ops.features import vector
from seqspec.ops.rules import floats, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Masking, Site, Tensor, zeroed
from seqspec.ops.statistics import highest, over_features, over_steps
from seqspec.ops.types import Kernel, arg, option
from seqspec.ops.window import Sliding, plain, reaches, spatial, spread
from seqspec.program import Binary, Const, Expr, call, ops
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
    example: ClassVar[str] = "in 100x6 -> pool max 2 -> pool mean"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (F), with a size (T // SIZE, F); with `features` (…, F) becomes (…, 1)"
    )
    mask_rule: ClassVar[str] = (
        "real steps only; with a size, windows of real steps are real, and a strided same loses "
        "it; with `features` each step keeps its mask"
    )
    keras: ClassVar[str] = (
        "GlobalMaxPooling1D, MaxPooling1D, AveragePooling1D, keras.ops.sum, keras.ops.var"
    )

    def lifts(self) -> bool:
        return self.over is None

    def windows(self) -> list[Sliding]:
        """The window along each axis, if there is one."""
        if self.size is None:
            return []
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
        return x.derive(*sizes, x.features, mask=x.mask and self._keeps_mask)

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
                help=f"`window N -> each ( pool {self.kind} )` does it window by window",
            )
        if self.kind == "sum" and self.padding == "same":
            raise Problem(
                Code.BAD_COMBINATION, "`pool sum` adds up whole windows only", field="padding"
            )

    @property
    def _extreme(self) -> bool:
        return self.kind in ("max", "min")

    @property
    def _keeps_mask(self) -> bool:
        windows = self.windows()
        # Beyond the real steps a padded mean would count zeros that a shorter sample has not.
        simple = self.padding == "valid" or (self._extreme and windows[0].stride == 1)
        return len(windows) == 1 and simple

    def loses_mask(self, *values: Value) -> str:
        if not values[0].mask or self.over:
            return ""
        if self.size is None:
            uneven = self.kind == "mean" and values[0].rank > 2
            return "its mean is over more than the steps" if uneven else ""
        return "" if self._keeps_mask else "where its windows stand depends on the padding"

    def lower(self, site: Site) -> Tensor:
        if self.over:
            return site.keep(over_features(self.kind, site.x.data))
        return self._all(site) if self.size is None else self._windowed(site)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """What its kind says of all real steps, of what is in each window, or of the features."""
        x = inputs[0]
        every: Array = np.ones_like(x.data, bool)
        if self.over:
            return x.keep(pooled(self.kind, x.data, every, (-1,))[..., None])
        if self.size is None:
            counted = every if self.kind == "mean" and x.data.ndim > 3 else x.real
            return Signal(pooled(self.kind, x.data, counted, tuple(range(1, x.data.ndim - 1))))
        slides = reaches(self.op, self.size, self.stride or self.size, None, self.padding)
        counted = every & x.real if self._keeps_mask and self.padding == "same" else every
        axes = tuple(range(len(slides) + 1, 2 * len(slides) + 1))
        data = pooled(self.kind, windows(x.data, slides), windows(counted, slides), axes)
        return Signal(data, real_places(x.mask, slides[0]) if self._keeps_mask else None)

    def _all(self, site: Site) -> Tensor:
        rank = site.values[0].rank - 1
        axes = 1 if rank == 1 else tuple(range(1, rank + 1))
        if self.kind in ("min", "std", "logsumexp"):
            return Tensor(site.bind(over_steps(self.kind, site)))
        if self.kind == "sum":
            return Tensor(site.bind(ops("sum", zeroed(site.x, site.values[0]), axis=axes)))
        if self.kind == "mean" and rank <= 3:
            masking = Masking.READS if rank == 1 else Masking.DROPS
            return site.apply(site.layer(f"GlobalAveragePooling{rank}D"), masking)
        if rank > 3:
            return Tensor(site.bind(ops(self.kind, site.x.data, axis=axes)))
        layer = site.layer(f"GlobalMaxPooling{rank}D")
        return Tensor(site.bind(call(layer, highest(site))))

    def _windowed(self, site: Site) -> Tensor:
        assert self.size is not None
        rank = len(self.size)
        arguments: dict[str, object] = {}
        if self.stride:
            arguments["strides"] = plain(self.stride)
        if self.padding != "valid":
            arguments["padding"] = self.padding
        name = "MaxPooling" if self._extreme else "AveragePooling"
        layer = site.layer(f"{name}{rank}D", plain(self.size), **arguments)
        if self.kind == "min":  # the largest of the negatives
            negative = site.bind(ops("negative", site.x.plain), "negative")
            site = replace(site, inputs=(replace(site.x, data=negative, attached=False),))
        masked = self._extreme and self.padding == "same" and site.value.mask
        data: Expr = call(layer, highest(site) if masked else site.x.plain)
        if self.kind == "min":
            data = ops("negative", data)
        if self.kind == "sum":
            total = 1
            for size in self.size:
                total *= size
            data = Binary("*", data, Const(float(total)))
        mask = site.x.mask
        if mask is None or not site.value.mask:
            return Tensor(site.bind(data))
        return site.masked(data, self.windows()[0].mask(mask.expr), padded=mask.padded)
