"""One pass over an array: the first number of each kind that should not be there."""

from __future__ import annotations

from typing import Any, NamedTuple

from seqspec.data.arrays import Column
from seqspec.numeric.array import Array, np


class Finding(NamedTuple):
    """The first number of a kind, where it stands, how many there are, and the largest."""

    value: float
    place: tuple[int, ...]
    times: int
    largest: float

    def __str__(self) -> str:
        place = ", ".join(map(str, self.place))
        more = f", and {self.times - 1:,} more" if self.times > 1 else ""
        return f"{self.value:g} at [{place}]{more}"


Findings = dict[str, Finding]


def scan(
    column: Column, *, low: float | None = None, high: float | None = None, whole: bool = False
) -> Findings:
    """What is `nan`, `inf`, `outside` the bounds, or a `fraction` where numbers must be whole."""
    found: Findings = {}
    start = 0
    for piece in column.pieces():
        for kind, marks in _marks(piece, low, high, whole).items():
            count = int(np.count_nonzero(marks))
            if not count:
                continue
            largest = float(piece[marks].max())
            if before := found.get(kind):
                largest = max(before.largest, largest)
                found[kind] = before._replace(times=before.times + count, largest=largest)
            else:
                first = int(np.argmax(marks))
                place = column.index(start + first)
                found[kind] = Finding(float(piece[first]), place, count, largest)
        start += len(piece)
    return found


def _marks(
    piece: Array, low: float | None, high: float | None, whole: bool
) -> dict[str, Array]:  # fmt: skip
    """Of each kind, which numbers of a piece are of it."""
    marks: dict[str, Array] = {}
    counts: Any = True
    if piece.dtype.kind == "f":
        counts, nan = np.isfinite(piece), np.isnan(piece)
        marks = {"nan": nan, "inf": ~(counts | nan)}
        if whole:
            marks["fraction"] = counts & (piece != np.trunc(piece))
    if low is not None:
        marks["outside"] = counts & (piece < low)
    if high is not None:
        marks["outside"] = marks.get("outside", False) | (counts & (piece > high))
    return marks
