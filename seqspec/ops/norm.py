"""Normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.scaling import standardised, unit
from seqspec.ops.base import Operation, Weight
from seqspec.ops.features import vector
from seqspec.ops.rules import known, sequence
from seqspec.ops.signal import Signal
from seqspec.ops.site import Masking, Site, Tensor, whole_mask
from seqspec.ops.types import Factor, Rate, Units, arg, option
from seqspec.program import call
from seqspec.values import Value

_LAYERS = {
    "layer": "LayerNormalization",
    "batch": "BatchNormalization",
    "group": "GroupNormalization",
    "instance": "GroupNormalization",
    "rms": "RMSNormalization",
    "unit": "UnitNormalization",
}
_WHOLE = ("group", "instance")  # over all steps
_BY_STEP = ("layer", "rms", "unit")
_CENTERED = ("layer", "batch", "group", "instance")
_LEARNING = (*_CENTERED, "rms")
_FIELDS = {
    "groups": ("group",), "momentum": ("batch",), "center": _CENTERED, "scale": _LEARNING,
    "epsilon": _LEARNING, "frozen": _LEARNING,
}  # fmt: skip


class Norm(Operation):
    """Features brought to a common scale: per step (layer, rms, unit), per feature over the
    batch (batch), or over all steps per group of features (group) or per feature (instance).

    `unit` brings the features of each step to length one, and learns nothing.
    """

    op: Literal["norm"] = "norm"
    kind: Literal["layer", "batch", "group", "instance", "rms", "unit"] = arg(
        "layer", "what is normalised together"
    )
    groups: Units | None = option(None, "group: how many groups of features; 32 by default")
    epsilon: Factor | None = option(None, "added to the variance; 1e-3, or 1e-6 for rms")
    momentum: Rate | None = option(None, "batch: of the moving averages; 0.99 by default")
    center: bool = option(True, "whether an offset is learned")
    scale: bool = option(True, "whether a factor is learned")
    frozen: bool = arg(False, "weights that training does not change")

    anchors: ClassVar[tuple[str, ...]] = (
        "LayerNormalization", "BatchNormalization", "GroupNormalization", "RMSNormalization",
        "UnitNormalization",
    )  # fmt: skip
    example: ClassVar[str] = "in 10x6 -> dense 8 -> norm"
    mask_rule: ClassVar[str] = (
        "each step keeps its mask; batch leaves masked steps out of the statistics; group and "
        "instance, which are over all steps, lose it"
    )
    keras: ClassVar[str] = (
        "LayerNormalization, BatchNormalization, GroupNormalization, RMSNormalization, "
        "UnitNormalization"
    )

    def infer(self, *values: Value) -> Value:
        x = vector(self.op, values[0])
        if self.kind == "instance":
            sequence(f"{self.op} instance", x)
        for field, kinds in _FIELDS.items():
            default = self.fields[field].default
            if self.kind not in kinds and getattr(self, field) != default:
                raise Problem(
                    Code.BAD_COMBINATION, f"`norm {self.kind}` has no {field}", field=field
                )
        if self.kind == "rms" and not self.scale:
            raise Problem(
                Code.BAD_COMBINATION,
                "the factor is all that `norm rms` learns, and is always there",
                field="scale",
                help="leave out `scale=no`; with `frozen` the factor stays one",
            )
        if self.kind == "group" and known(x.features, "the number of features") % self._groups(x):
            raise Problem(
                Code.OUT_OF_RANGE,
                f"{x.features} features do not split into {self._groups(x)} groups",
                field="groups",
                help="choose a divisor: `norm group groups=…`",
            )
        return x.derive(*x.shape, mask=x.mask and self.kind not in _WHOLE)

    def reads_batch(self) -> bool:
        return self.kind == "batch"

    def stepwise(self) -> bool:
        return self.kind in _BY_STEP

    def loses_mask(self, *values: Value) -> str:
        if values[0].mask and self.kind in _WHOLE:
            return "it normalises over all steps, padding included"
        return ""

    def _groups(self, x: Value) -> int:
        if self.kind == "instance":
            return known(x.features, "the number of features")
        return self.groups or min(32, known(x.features, "the number of features"))

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        shape = (known(values[0].features, "the number of features"),)
        if self.kind == "unit":
            return ()
        if self.kind == "rms":
            return (Weight("scale", shape, not self.frozen),)
        learned = {"gamma": self.scale, "beta": self.center}
        moving = ("moving_mean", "moving_variance") if self.kind == "batch" else ()
        return (
            *(Weight(name, shape, not self.frozen) for name, on in learned.items() if on),
            *(Weight(name, shape, False) for name in moving),
        )

    def lower(self, site: Site) -> Tensor:
        given: dict[str, object] = {
            name: value
            for name in ("epsilon", "momentum")
            if (value := getattr(self, name)) is not None
        }
        given |= {name: False for name in ("center", "scale") if not getattr(self, name)}
        if self.kind == "group":
            given["groups"] = self._groups(site.values[0])
        if self.kind == "instance":
            given["groups"] = -1
        if self.frozen:
            given["trainable"] = False
        layer = site.layer(_LAYERS[self.kind], **given)
        if self.kind in _WHOLE:  # and yet Keras would hand the mask on
            return Tensor(site.bind(call(layer, site.x.plain)))
        if self.kind == "batch" and site.x.mask and site.value.rank > 2:
            mask = whole_mask(site.x, site.value)
            return site.keep(call(layer, site.x.plain, mask=mask))
        if self.kind == "rms":  # works step by step, and yet Keras lets it drop the mask
            return site.keep(call(layer, site.x.plain))
        return site.apply(layer, Masking.READS if self.kind == "batch" else Masking.CARRIES)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """γ (x - mean) / √(variance + ε) + β.

        Mean and variance are those of each step's features (Ba et al. 2016), the moving averages
        (Ioffe & Szegedy 2015), or those of a group of features at all steps (Wu & He 2018);
        rms is γ x / √(mean of x² + ε) (Zhang & Sennrich 2019), and unit x / |x|.
        """
        x, own = inputs[0], self.named(weights, inputs[0])
        epsilon = self.epsilon if self.epsilon is not None else 1e-6 if self.kind == "rms" else 1e-3
        match self.kind:
            case "layer":
                made = standardised(x.data, (-1,), epsilon)
            case "batch":
                made = (x.data - own["moving_mean"]) / np.sqrt(own["moving_variance"] + epsilon)
            case "group" | "instance":
                grouped = x.data.reshape(*x.data.shape[:-1], self._groups(x.value), -1)
                axes = (*range(1, x.data.ndim - 1), x.data.ndim)
                made = standardised(grouped, axes, epsilon).reshape(x.data.shape)
            case "unit":
                made = unit(x.data, -1)
            case "rms":
                made = x.data / np.sqrt((x.data**2).mean(-1, keepdims=True) + epsilon)
        scaled = made * own.get("scale" if self.kind == "rms" else "gamma", 1) + own.get("beta", 0)
        return Signal(scaled) if self.kind in _WHOLE else x.keep(scaled)
