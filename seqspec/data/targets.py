"""Whether arrays are targets that the losses of a graph's outputs mean.

Keras checks little of it. Losses that subtract broadcast: 3 targets a sample for 1 number are
trained in silence, as are a sample's one target for all of its steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from seqspec.codes import Code
from seqspec.data.arrays import Column
from seqspec.data.inputs import kind_problem, number_problems, shown_shape
from seqspec.data.scan import Finding, scan
from seqspec.diagnostics import Problem
from seqspec.graph.training import SHORT_LOSSES, Objective
from seqspec.values import Size, size_text

MANY_SAMPLES = 1_000_003  # stands for the number of samples, which no other size is equal to

Shape = tuple[int | None, ...]


class Meaning(NamedTuple):
    """What a loss reads: `values` like the output's, `classes` of one axis, or their `ids`."""

    reads: str
    low: float | None = None
    high: float | None = None
    strict: bool = False  # Keras compares the shapes and does not broadcast


LOSSES = {
    **dict.fromkeys(("mse", "mae", "mape", "huber", "log_cosh", "cosine_similarity"),
                    Meaning("values")),
    **dict.fromkeys(("hinge", "squared_hinge", "categorical_hinge"), Meaning("values", -1, 1)),
    **dict.fromkeys(("msle", "poisson"), Meaning("values", 0)),
    "kl_divergence": Meaning("classes", 0, 1),
    **dict.fromkeys(("binary_crossentropy", "binary_focal_crossentropy"),
                    Meaning("values", 0, 1, strict=True)),
    **dict.fromkeys(("categorical_crossentropy", "categorical_focal_crossentropy"),
                    Meaning("classes", 0, 1, strict=True)),
    "sparse_categorical_crossentropy": Meaning("ids", strict=True),
    "ctc": Meaning("labels", strict=True),
}  # fmt: skip
"""Each loss by its long name."""


def target_problems(column: Column, shape: tuple[Size, ...], given: Objective) -> Iterator[Problem]:
    """What is wrong with the targets of an output of this shape, the samples not counted."""
    if problem := kind_problem(column):
        yield problem
        return
    yield from number_problems(column)
    name = SHORT_LOSSES.get(given.loss or "", given.loss or "")
    if not name:
        return
    meaning = LOSSES[name]
    output = tuple(size if isinstance(size, int) else None for size in shape)
    if not _has_shape(column.shape[1:], output, meaning.reads):
        yield _shape_problem(column, shape, output, name)
    else:
        yield from _value_problems(column, output, name)


def _has_shape(given: tuple[int, ...], output: Shape, reads: str) -> bool:
    """Whether targets have the shape that is meant; an axis of one may be left out or added."""
    match reads:
        case "labels":
            return len(given) == 1 and (output[0] is None or given[0] <= output[0])
        case "ids":
            return any(_like(given, (*output[:-1], *ones)) for ones in ((), (1,), (1, 1)))
        case "classes":
            return _like(given, output)
    without = output[-1:] == (1,) and _like(given, output[:-1])
    return _like(given, output) or without or _like(given, (*output, 1))


def _like(given: tuple[int, ...], wanted: Shape) -> bool:
    return len(given) == len(wanted) and all(
        size is None or size == number for size, number in zip(wanted, given, strict=True)
    )


def _shape_problem(
    column: Column, shape: tuple[Size, ...], output: Shape, loss: str
) -> Problem:  # fmt: skip
    meaning = LOSSES[loss]
    reads = {"ids": shape[:-1], "labels": ("labels",)}.get(meaning.reads, shape)
    wanted = ["samples", *(size if isinstance(size, str) else size_text(size) for size in reads)]
    spread = None if meaning.strict else _spread(column.shape[1:], output)
    silent = f"; Keras spreads one over the other, to {spread}, and says nothing" if spread else ""
    return Problem(
        Code.TARGET_SHAPE,
        f"the targets `{column.name}` have the shape {shown_shape(column.shape)}, "
        f"and `{loss}` reads {_shown(wanted)}{silent}",
        help=_help(column, output, meaning.reads),
    )


def _spread(given: tuple[int, ...], output: Shape) -> str:
    """The shape that Keras makes of both by broadcasting, or nothing where it cannot."""
    one: list[int] = [MANY_SAMPLES, *given]
    other = [MANY_SAMPLES, *(MANY_SAMPLES + 2 if size is None else size for size in output)]
    for longer, shorter in ((one, other), (other, one)):
        if len(longer) == len(shorter) + 1 and longer[-1] == 1:
            longer.pop()
    rank = max(len(one), len(other))
    pairs = zip([1] * (rank - len(one)) + one, [1] * (rank - len(other)) + other, strict=True)
    sizes = [a if b in (a, 1) else b if a == 1 else 0 for a, b in pairs]
    if 0 in sizes:
        return ""
    shown = ["samples" if size == MANY_SAMPLES else "?" if size > MANY_SAMPLES else str(size)
             for size in sizes]  # fmt: skip
    return _shown(shown)


def _shown(sizes: Sequence[str]) -> str:
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _help(column: Column, output: Shape, reads: str) -> str:
    """What was most likely meant."""
    given, whole = column.shape[1:], column.dtype.kind in "iub"
    sparse = _has_shape(given, output, "ids")
    if reads == "ids" and _like(given, output):
        return "one-hot targets go with `loss=categorical_crossentropy`"
    if reads == "labels":
        return "CTC reads a row of label ids a sample, padded with 0, and no longer than the steps"
    if sparse and whole and output[-1] != 1:
        return "ids of classes go with `loss=sparse`"
    if len(given) == len(output) and _like(given[:-1], output[:-1]):
        return f"end the output with {given[-1]} features: `dense {given[-1]}`"
    if len(output) == 2 and _like(given or (1,), output[1:]):
        return "the targets have no steps: `take last ->` or `pool mean ->` before the end"
    if len(given) == len(output) + 1 and _like(given[1:], output):
        return "the targets have steps, and the output has none: leave out what takes them away"
    if len(given) == len(output) and _like(given[1:], output[1:]):
        return (
            f"`take last {given[0]} ->` leaves as many steps" if _more(output[0], given[0]) else ""
        )
    return ""


def _more(size: int | None, than: int) -> bool:
    return size is None or size > than


def _value_problems(column: Column, output: Shape, loss: str) -> Iterator[Problem]:
    meaning = LOSSES[loss]
    ids = meaning.reads in ("ids", "labels")
    low, high = meaning.low, meaning.high
    if ids:
        low, high = 0, None if output[-1] is None else output[-1] - 1
    found = scan(column, low=low, high=high, whole=ids)
    if "fraction" in found:
        yield Problem(
            Code.TARGET_VALUES,
            f"the targets `{column.name}` hold {found['fraction']}, and `{loss}` reads ids",
            help="Keras cuts fractions off in silence; for numbers: `loss=mse`",
        )
    if "outside" in found:
        bounds = f"{low:g} to {high:g}" if high is not None else f"numbers from {low:g}"
        yield Problem(
            Code.TARGET_VALUES,
            f"the targets `{column.name}` hold {found['outside']}, and `{loss}` reads {bounds}",
            help=_value_help(found["outside"], meaning.reads, high),
        )


def _value_help(found: Finding, reads: str, high: float | None) -> str:
    if reads in ("ids", "labels"):
        more = f"the output needs {int(found.largest) + 1:,} classes or more"
        return more if found.largest > 0 else "ids begin with 0"
    if high == 1 and found.value == -1:
        return "for targets of -1 and 1: `loss=hinge`, or `(y + 1) / 2`"
    return "Keras trains on, and the loss means nothing; scale them, or choose another loss"
