"""Feeding results back: a chain run again and again, each result its next input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array
from seqspec.ops.base import Operation
from seqspec.ops.chain import Chain
from seqspec.ops.features import vector
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import Count, arg, option
from seqspec.program import ops
from seqspec.values import Value, shape_text


class Feedback(Operation):
    """A chain run N times on one step, each result its next input; the results in a row.

    All runs share the chain's weights, and its recurrent layers go on from the states of the
    run before. The elaborator writes the runs out, so that no graph holds this operation.
    """

    op: Literal["feedback"] = "feedback"
    count: Count = arg(..., "how many runs, and steps of the result")
    chain: Chain = arg(..., "what one run does: `(lstm 32 -> dense 4)`")
    next: Chain | None = option(None, "what makes the next input of a result, if it is not it")

    expands: ClassVar[bool] = True
    example: ClassVar[str] = (
        "in 9x4 -> lstm 8 -> take last -> dense 4 -> feedback 6 (gru 8 -> dense 4)"
    )
    shape_rule: ClassVar[str] = "(F) or (1, F) becomes (N, G), where a run makes (1, G) of (1, F)"
    mask_rule: ClassVar[str] = "none after a vector; after one step, that step's at every step"
    keras: ClassVar[str] = "the same layers called N times, with initial_state"


def one_step(value: Value) -> bool:
    """Whether a value is a step already and no vector. Raises `Problem` for what is neither."""
    if value.rank == 1 and not value.is_tokens:
        return False
    if value.is_sequence and value.steps == 1:
        return True
    raise Problem(
        Code.WRONG_RANK,
        f"`feedback` goes on from one step, and {shape_text(value.shape)} is not one",
        label=f"given {value}",
        help="`take last ->` before it takes the last step",
    )


class ArgMax(Operation):
    """The place of the largest feature at each step, as ids: the greedy choice of a token."""

    op: Literal["argmax"] = "argmax"

    anchors: ClassVar[tuple[str, ...]] = ("Argmax",)
    example: ClassVar[str] = "in 10x6 -> dense 5 softmax -> argmax"
    shape_rule: ClassVar[str] = "(T, F) becomes (T) ids"
    keras: ClassVar[str] = "keras.ops.argmax"

    def infer(self, *values: Value) -> Value:
        x = vector(self.op, values[0])
        return x.derive(*x.shape[:-1], mask=x.mask and x.rank > 1, dtype="int32")

    def stepwise(self) -> bool:
        return True

    def lower(self, site: Site) -> Tensor:
        return site.keep(ops("argmax", site.x.data, axis=-1))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The first of the largest features."""
        return inputs[0].keep(inputs[0].data.argmax(-1))
