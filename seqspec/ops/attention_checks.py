"""What `attend` refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.rules import never_frozen
from seqspec.values import Value, shape_text

if TYPE_CHECKING:
    from seqspec.ops.attention import Attend

_OF_HEADS = ("size", "value_size", "kv_heads", "window", "bias", "bias_init", "init", "init_scale",
            "l1", "l2")  # fmt: skip


def check_arguments(op: Attend) -> None:
    """Refuses arguments that are missing or do not go together. Raises `Problem`."""
    for field in ("memory", "keys"):
        if len(getattr(op, field)) > 1:
            raise Problem(
                Code.TOO_MANY_ARGUMENTS,
                f"`attend` reads one sequence, and {len(getattr(op, field))} are given",
                field=field,
                help="`concat … time` puts sequences one after the other",
            )
    if op.keys and not op.memory:
        raise Problem(
            Code.MISSING_ARGUMENT, "`keys` stand in for a memory's steps, and there is none",
            field="keys", help="name it: `attend MEMORY keys=KEYS heads=8`",
        )  # fmt: skip
    if op.max_norm is not None:
        raise Problem(
            Code.BAD_COMBINATION,
            "the projections of `attend` hold several heads, and have no units to bound",
            field="max_norm",
            help="bound the layers before and behind it",
        )
    if not op.heads and not op.score:
        raise Problem(
            Code.MISSING_ARGUMENT,
            "`attend` needs to know how a step is compared",
            label="neither heads nor a score",
            help="write `heads=8`; or `dot` or `additive`, which have no projections",
        )
    if op.frozen and op.heads:
        raise never_frozen("the projections of an attention")
    _check_kind(op)


def _check_kind(op: Attend) -> None:
    given = op.given()
    if op.window and (op.memory or not op.heads):
        raise Problem(
            Code.BAD_COMBINATION,
            "`window` is how far a step reads in its own sequence"
            if op.heads
            else "`window` is for heads",
            field="window",
            help="leave it out, or read the own steps: `attend heads=8 window=64`",
        )
    if op.kv_heads and op.value_size:
        raise Problem(
            Code.BAD_COMBINATION, "heads that share what they read, read SIZE values each",
            field="value_size", help="leave it out",
        )  # fmt: skip
    if op.kv_heads and op.heads and op.heads % op.kv_heads:
        raise Problem(
            Code.OUT_OF_RANGE,
            f"{op.heads} heads cannot share {op.kv_heads} projections evenly",
            field="kv_heads",
            help="choose a divisor of `heads`",
        )
    alone = ["score"] if op.score == "additive" else []
    alone += [field for field in ("scale", "scores") if field in given]
    if op.heads and alone:
        raise Problem(
            Code.BAD_COMBINATION,
            "heads score by scaled dot products, each its own way",
            field=alone[0],
            help="leave out `heads=`, or this",
        )
    for field in _OF_HEADS if not op.heads else ():
        if field in given:
            raise Problem(
                Code.BAD_COMBINATION,
                f"without heads there are no projections, so `{field}=` says nothing",
                field=field,
                help="add `heads=`; `dense` projects by itself",
            )


def check_bias(op: Attend, part: str, shape: tuple[int, ...], side: Value) -> None:
    """Refuses biases of one number a head where there may be as many steps: Keras on
    TensorFlow takes them for a bias of the steps (`keras.src.backend.tensorflow.numpy.add`)."""
    heads, size = shape
    steps = side.steps if side.rank > 1 else 1
    if size == 1 < heads and (not isinstance(steps, int) or steps == heads):
        raise Problem(
            Code.BAD_COMBINATION,
            f"Keras on TensorFlow adds a {part} bias of {heads} heads of one number to "
            f"{heads} steps wrongly",
            field="value_size" if part == "value" and op.value_size else "size",
            help="write `size=2`, or `bias=no`",
        )


def check_flat(value: Value) -> None:
    """Refuses what is no sequence of vectors. Raises `Problem`."""
    if value.rank > 2:
        raise Problem(
            Code.WRONG_RANK,
            f"`attend` reads sequences of vectors, and this is {shape_text(value.shape)}",
            label=f"given {value}",
            help="`reshape` gives it one axis of steps and one of features",
        )
