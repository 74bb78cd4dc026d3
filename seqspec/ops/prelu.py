"""A nonlinearity with weights of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation, Weight
from seqspec.ops.features import vector
from seqspec.ops.rules import known
from seqspec.ops.signal import Signal
from seqspec.ops.site import Masking, Site, Tensor
from seqspec.ops.types import Factor, arg, option
from seqspec.program import call
from seqspec.values import Value


class PRelu(Operation):
    """A rectifier whose slope below zero is learned for each feature (He et al. 2015)."""

    op: Literal["prelu"] = "prelu"
    places: bool = arg(False, "a slope for each place too: each step, row and column")
    slope: Factor = option(0.0, "the slope to begin with")
    frozen: bool = arg(False, "weights that training does not change")

    anchors: ClassVar[tuple[str, ...]] = ("PReLU",)
    example: ClassVar[str] = "in 10x6 -> dense 8 -> prelu"
    keras: ClassVar[str] = "PReLU(shared_axes=…)"

    def infer(self, *values: Value) -> Value:
        return super().infer(vector(self.op, values[0]))

    def stepwise(self) -> bool:
        return not self.places

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        x = values[0]
        places = x.shape[:-1] if self.places else (1,) * (x.rank - 1)
        sizes = [known(size, "the number of places") for size in places]
        shape = (*sizes, known(x.features, "the number of features"))
        return (Weight("alpha", shape, not self.frozen),)

    def lower(self, site: Site) -> Tensor:
        given: dict[str, object] = {}
        if self.slope:
            given["alpha_initializer"] = call("keras.initializers.Constant", self.slope)
        rank = site.value.rank
        if rank > 1 and not self.places:  # one slope serves all along these axes
            given["shared_axes"] = list(range(1, rank))
        if self.frozen:
            given["trainable"] = False
        return site.apply(site.layer("PReLU", **given), Masking.CARRIES)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """x above zero and α x below (He et al. 2015)."""
        x, (alpha,) = inputs[0], weights
        return x.keep(np.where(x.data > 0, x.data, alpha * x.data))
