"""Pooling: the largest, mean or total of the steps, all of them or window by window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.windows import pooled, real_places, windows
from seqspec.ops.base import Operation
from seqspec.ops.rules import floats, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Masking, Site, Tensor, real, zeroed
from seqspec.ops.types import Kernel, arg, option
from seqspec.ops.window import Sliding, plain, reaches, spatial, spread
from seqspec.program import Binary, Const, Expr, call, ops
from seqspec.values import Value


class Pool(Operation):
    """The largest value, mean or sum of each feature, over all steps or window by window."""

    op: Literal["pool"] = "pool"
    kind: Literal["max", "mean", "sum"] = arg(..., "what comes of the steps: max, mean or sum")
    size: Kernel | None = arg(None, "the window; without it all steps become one vector")
    padding: Literal["valid", "same"] = arg("valid", "whole windows only, or zeros around")
    stride: Kernel | None = option(None, "steps from one window to the next; its size by default")

    reads_steps: ClassVar[bool] = True
    example: ClassVar[str] = "in 100x6 -> pool max 2 -> pool mean"
    shape_rule: ClassVar[str] = "(T, F) becomes (F); with a size (T // SIZE, F)"
    mask_rule: ClassVar[str] = (
        "real steps only; with a size, windows of real steps are real, and a strided same loses it"
    )
    keras: ClassVar[str] = "GlobalMaxPooling1D, MaxPooling1D, AveragePooling1D, keras.ops.sum"

    def windows(self) -> list[Sliding]:
        """The window along each axis, if there is one."""
        if self.size is None:
            return []
        strides = spread(self.op, self.stride or self.size, len(self.size), "stride")
        return [Sliding(k, s, self.padding) for k, s in zip(self.size, strides, strict=True)]

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, sequence(self.op, values[0]))
        if self.size is None:
            if self.stride or self.padding != "valid":
                raise Problem(
                    Code.BAD_COMBINATION,
                    "without a window there is nothing to stride or pad",
                    field="stride" if self.stride else "padding",
                    help="give the window: `pool max 2`",
                )
            return x.derive(x.features, mask=False)
        if self.kind == "sum" and self.padding == "same":
            raise Problem(
                Code.BAD_COMBINATION, "`pool sum` adds up whole windows only", field="padding"
            )
        spatial(self.op, x, len(self.size))
        sizes = [w.size(size) for w, size in zip(self.windows(), x.shape, strict=False)]
        return x.derive(*sizes, x.features, mask=x.mask and self._keeps_mask)

    @property
    def _keeps_mask(self) -> bool:
        windows = self.windows()
        # Beyond the real steps a padded mean would count zeros that a shorter sample has not.
        simple = self.padding == "valid" or (self.kind == "max" and windows[0].stride == 1)
        return len(windows) == 1 and simple

    def loses_mask(self, *values: Value) -> str:
        if not values[0].mask:
            return ""
        if self.size is None:
            uneven = self.kind == "mean" and values[0].rank > 2
            return "its mean is over more than the steps" if uneven else ""
        return "" if self._keeps_mask else "where its windows stand depends on the padding"

    def lower(self, site: Site) -> Tensor:
        return self._all(site) if self.size is None else self._windowed(site)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The largest value, mean or sum of all real steps, or of what is in each window."""
        x = inputs[0]
        every: Array = np.ones_like(x.data, bool)
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
        if self.kind == "sum":
            return Tensor(site.bind(ops("sum", zeroed(site.x, site.values[0]), axis=axes)))
        if self.kind == "mean" and rank <= 3:
            masking = Masking.READS if rank == 1 else Masking.DROPS
            return site.apply(site.layer(f"GlobalAveragePooling{rank}D"), masking)
        if rank > 3:
            return Tensor(site.bind(ops(self.kind, site.x.data, axis=axes)))
        layer = site.layer(f"GlobalMaxPooling{rank}D")
        return Tensor(site.bind(call(layer, self._lowest(site))))

    def _lowest(self, site: Site) -> Expr:
        """The data with masked steps out of the way of a maximum."""
        if site.x.mask is None:
            return site.x.data
        return ops("where", real(site.x, site.values[0]), site.x.data, -1e9)

    def _windowed(self, site: Site) -> Tensor:
        assert self.size is not None
        rank = len(self.size)
        arguments: dict[str, object] = {}
        if self.stride:
            arguments["strides"] = plain(self.stride)
        if self.padding != "valid":
            arguments["padding"] = self.padding
        name = "MaxPooling" if self.kind == "max" else "AveragePooling"
        layer = site.layer(f"{name}{rank}D", plain(self.size), **arguments)
        masked = self.kind == "max" and self.padding == "same" and site.value.mask
        data: Expr = call(layer, self._lowest(site) if masked else site.x.plain)
        if self.kind == "sum":
            total = 1
            for size in self.size:
                total *= size
            data = Binary("*", data, Const(float(total)))
        mask = site.x.mask
        if mask is None or not site.value.mask:
            return Tensor(site.bind(data))
        return site.masked(data, self.windows()[0].mask(mask.expr), padded=mask.padded)
