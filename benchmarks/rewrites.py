"""What each rewrite of the passes is tried on, and the least work that there is to do."""

from __future__ import annotations

from typing import NamedTuple

STACK = "dense 768 relu -> dropout 0.1 -> dense 768 relu -> norm -> dense 64"
GATED = """\
block gated(d) = add _ (multiply (conv 128 2 causal dilation={d} tanh)
                                 (conv 128 2 causal dilation={d} sigmoid) -> conv 128 1)
"""
LAYER = """\
block layer = add _ (attend heads=4 causal) -> norm -> add _ (dense 512 relu -> dense 128) -> norm
"""
# Multiplications a step.
LSTM = (64 + 64) * 4 * 64
STACKED = 64 * 768 + 768 * 768 + 768 * 64
CONV = 128 * 128
PROJECTED, READ, WIDE = 128 * 128, 2 * 200 * 128, 2 * 128 * 512


class Rewrite(NamedTuple):
    """A spec, the least multiplications that it needs, and what the trial reached, forward and in
    training; `written` is what it is compared with, where that is not itself, and `xla` what the
    trial reached in training with XLA.

    At batch 1 a layer that does little takes as long as one that does nothing. So the sizes are
    those at which the rewritten part is most of the work at either batch.
    """

    spec: str
    least: int
    trial: tuple[float, float] | None = None
    written: str = ""
    xla: float | None = None


REWRITES = {
    "steps, behind an LSTM": Rewrite(
        f"in 200x64 -> lstm 64 -> {STACK} -> take last 3", 200 * LSTM + 3 * STACKED, (1.7, 1.8)
    ),
    "steps, without one": Rewrite(f"in 400x64 -> {STACK} -> take last 3", 3 * STACKED, (13, 15)),
    "causal": Rewrite("in 400x64 -> lstm 64 -> take first 40", 40 * LSTM, (8, 9)),
    "receptive field": Rewrite(
        GATED + "in 3200x128 -> conv 128 2 causal -> (gated {2**i}) * 6 -> relu -> take last",
        (64 * 2 + 63 * 5) * CONV,
        (22, 26),
    ),
    "strided windows": Rewrite(
        "in 400x128 -> (conv 128 5 stride=2 relu) * 3 -> take last",
        (1 + 5 + 13) * 5 * CONV,
    ),
    "last step of bi": Rewrite("in 200x64 -> lstm 64 bi -> take last", 201 * LSTM, (2.0, 2.2)),
    "repeat": Rewrite(
        "in 64 -> repeat 200 -> dense 768 relu -> dense 768 relu -> norm -> dense 64 -> lstm 64 "
        "-> take last",
        STACKED + 200 * LSTM,
        (1.6, 1.4),
    ),
    "last step of a layer": Rewrite(
        "in 800x64 -> lstm 64 -> take last",
        800 * LSTM,
        (1.1, 1.1),
        "in 800x64 -> lstm 64 -> take last 1 -> flatten",
        3.4,
    ),
    "last step of attention": Rewrite(
        LAYER + "in 200x128 -> (layer) * 2 -> take last",
        200 * (4 * PROJECTED + READ + WIDE) + (200 + 1) * 2 * PROJECTED + READ + WIDE,
    ),
    "real steps": Rewrite(f"in 200x64 -> mask -> {STACK} -> take last 3", 3 * STACKED),
    "chains inside": Rewrite(
        "in 20x50x64 -> each ( conv 64 3 -> dense 64 relu -> take last ) -> lstm 64 -> take last",
        20 * (4 * 64 * 64 + LSTM),
    ),
}
