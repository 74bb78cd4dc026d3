"""The operation `neighbours`: what a road learns from the roads next to it.

seqspec show --with specs/outside/roads.py specs/outside/traffic.seq
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import seqspec
from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.base import Operation
from seqspec.ops.rules import floats, known
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.program import ops
from seqspec.values import Value, shape_text


def ring(roads: int) -> tuple[tuple[float, ...], ...]:
    """Each road's share in the mean of each road's neighbours: here, the roads lie in a ring.

    This stands in for the roads of the published example, whose distances d are in a data set
    (PeMSD7): two are neighbours there if exp(-(d / 10000)² / 0.1) ≥ 0.5. Shapes and numbers of
    parameters are the same whatever roads are neighbours.
    """
    return tuple(
        tuple(0.5 if (i - j) % roads in (1, roads - 1) else 0.0 for j in range(roads))
        for i in range(roads)
    )


@seqspec.register
class Neighbours(Operation):
    """The mean of each road's neighbours, feature by feature, at each step."""

    op: Literal["neighbours"] = "neighbours"

    example: ClassVar[str] = "in 12x26x1 -> concat _ (neighbours) -> dense 8"
    mask_rule: ClassVar[str] = "each step keeps its mask"
    keras: ClassVar[str] = "keras.ops.matmul(adjacency, x)"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, values[0])
        if x.rank != 3:
            raise Problem(
                Code.WRONG_RANK,
                f"`neighbours` reads (time, roads, features), and this is {shape_text(x.shape)}",
                label=f"given {x}",
                help="`reshape TxRxF` tells roads from features",
            )
        if known(x.shape[1], "the number of roads", "each road has its neighbours") < 3:
            raise Problem(Code.TOO_SHORT, "a ring has three roads or more")
        return x.derive(*x.shape)

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The roads on both sides of each."""
        (x,) = inputs
        return x.keep((np.roll(x.data, 1, axis=2) + np.roll(x.data, -1, axis=2)) / 2)

    def lower(self, site: Site) -> Tensor:
        roads = known(site.value.shape[1], "the number of roads")
        adjacency = site.bind(ops("convert_to_tensor", ring(roads)), "adjacency")
        return site.keep(ops("matmul", adjacency, site.x.data))
