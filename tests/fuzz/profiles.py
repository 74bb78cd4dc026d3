"""Kinds of specs that some properties are true of, grown on purpose."""

from __future__ import annotations

from random import Random

from seqspec.codes import Code
from seqspec.ops.base import Operation
from seqspec.ops.mask import Unmask

from .grow import Profile


def _masked_source(random: Random) -> str:
    """A sequence of open length with a mask; a vector now and then beside it."""
    choice = random.random()
    if choice < 0.1:
        return f"in {random.randint(1, 5)}"
    if choice < 0.6:
        return f"in T tokens -> embed {random.randint(3, 8)} {random.randint(2, 5)} mask"
    return f"in Tx{random.randint(1, 4)} -> mask -9.0"


MASKED = Profile(
    begins=_masked_source,
    allows=lambda op: not (isinstance(op, Unmask) or op.is_random()),
    refused=frozenset({Code.MASK_LOST}),
)

_STEP_BY_STEP = {
    "dense", "sign", "rsqrt", "expm1", "log1p", "erf", "floor", "round", "cumsum", "abs", "exp",
    "log", "sqrt", "square", "negate", "sin", "cos", "reciprocal", "dropout", "noise", "scale",
    "embed", "onehot", "argmax", "unembed", "add", "subtract", "multiply", "divide", "power",
    "average", "maximum", "minimum", "clip", "position", "each",
}  # fmt: skip
_FORWARD = {"lstm", "gru", "rnn", "convlstm"}
_CONVOLUTIONS = {"conv", "sepconv", "depthconv"}


def forward_only(op: Operation) -> bool:
    """Whether no step of the result depends on later steps, and each stays in its place.

    This is the one thing that operations do not declare, so that it is said here; one that is
    not named is taken to see the future, and left out.
    """
    given = op.given()
    if op.is_random():
        return False
    if op.op in _FORWARD:
        return not ({"bi", "reverse", "stateful"} & given.keys())
    if op.op in _CONVOLUTIONS:
        return given.get("padding") == "causal" and "stride" not in given
    if op.op == "attend":
        return bool(given.get("causal")) and "memory" not in given and "keys" not in given
    if op.op == "norm":
        return given.get("kind", "layer") in ("layer", "rms", "batch", "unit")
    if op.op == "pool":
        return given.get("over") == "features"
    if op.op == "shift":
        return given.get("count", 1) > 0
    if op.op == "concat":
        return given.get("axis", "features") == "features"
    return op.op in _STEP_BY_STEP


CAUSAL = Profile(
    begins=lambda random: random.choice(("in Tx3", "in Tx2", "in T tokens -> embed 7 4", "in Tx1")),
    allows=forward_only,
)
