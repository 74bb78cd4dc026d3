"""Checks that many operations share. Each raises a `Problem` that says what to write instead."""

from __future__ import annotations

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.values import Dim, Size, Value, shape_text, size_text


def known(size: Size, what: str, why: str = "a weight's shape needs it as a number") -> int:
    """A size that something depends on, such as weights. Raises `Problem` if it is no number."""
    if isinstance(size, int):
        return size
    raise Problem(
        Code.UNKNOWN_SIZE,
        f"{what} is {size_text(size)}, and {why}",
        label="its weights depend on an unknown size" if "weight" in why else "",
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


def for_features(op: str, numbers: tuple[float, ...], value: Value, field: str) -> Value:
    """Refuses a list of numbers that is not as long as there are features."""
    features = value.features if value.rank else 1
    if len(numbers) > 1 and features != len(numbers):
        raise Problem(
            Code.SHAPES_DIFFER,
            f"`{op}` is given {len(numbers)} numbers for {size_text(features)} features",
            field=field,
            label=f"given {value}",
            help="give one number for all features, or one for each",
        )
    return value


def never_frozen(what: str) -> Problem:
    """The problem that `frozen` is asked of a layer that Keras trains nevertheless."""
    return Problem(
        Code.BAD_COMBINATION,
        f"Keras goes on training {what} that is told to be frozen",
        field="frozen",
        help="leave it out; once the file is loaded, `layer.trainable = False` freezes it",
    )


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


def image_axis(op: str, word: str, value: Value) -> int:
    """Which axis the height or the width is. Raises `Problem` for what is no image."""
    if value.rank != 3:
        video = value.rank == 4
        raise Problem(
            Code.WRONG_RANK,
            f"`{op} {word}` is for images (height, width, features), "
            f"and this is {shape_text(value.shape)}",
            label=f"given {value}",
            help=f"for each frame of a video: `each ( {op} {word} … )`"
            if video
            else "`reshape HxWx1` makes an image of a sequence",
        )
    return 0 if word == "height" else 1


def _named(value: Value) -> str:
    kind = {0: "a single value", 1: "a vector"}.get(value.rank, "a value")
    return f"{kind} {shape_text(value.shape)}"
