"""Checks that many operations share. Each raises a `Problem` that says what to write instead."""

from __future__ import annotations

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.values import Dim, Size, Value, shape_text, size_text


def known(size: Size, what: str) -> int:
    """A size that a weight's shape depends on. Raises `Problem` when it is not a number."""
    if isinstance(size, int):
        return size
    raise Problem(
        Code.UNKNOWN_SIZE,
        f"{what} is {size_text(size)}, and a weight's shape needs it as a number",
        label="its weights depend on an unknown size",
        help=f"give it in the input's shape{_setting(size)}",
    )


def _setting(size: Dim) -> str:
    names = sorted(name for name in size.names if name[0] != "?")
    return f", or fix it with `-D {names[0]}=…`" if names else ""


def floats(op: str, value: Value) -> Value:
    """Refuses ids where numbers are needed."""
    if value.is_tokens:
        raise Problem(
            Code.WRONG_DTYPE,
            f"`{op}` works on numbers, and these are token ids",
            label=f"given {value}",
            help="turn ids into vectors first: `embed VOCAB UNITS`, or `onehot VOCAB`",
        )
    return value


def sequence(op: str, value: Value) -> Value:
    """Refuses a value that has no time axis."""
    if not value.is_sequence:
        raise Problem(
            Code.NEEDS_SEQUENCE,
            f"`{op}` reads a sequence (time, features), and this is {_named(value)}",
            label=f"given {value}",
            help=(
                "`repeat N ->` before it gives the vector N times, once a step"
                if value.rank == 1
                else "take a value with a time axis"
            ),
        )
    return value


def _named(value: Value) -> str:
    kind = {0: "a single value", 1: "a vector"}.get(value.rank, "a value")
    return f"{kind} {shape_text(value.shape)}"
