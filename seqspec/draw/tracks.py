"""What an unrolled picture is made of: rows of boxes, columns of steps, and values in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from seqspec.ops.places import Places
from seqspec.values import Size, size_text

EDGE = 3  # steps that are shown at each end of a long sequence
MOST_STEPS = 2 * EDGE + 1

RowKind = Literal["input", "state", "output", "layer", "plain"]


class Unfit(Exception):
    """The graph has no such picture, and why."""


@dataclass(eq=False)
class Lane:
    """Columns of one time axis. A vector stands in the middle, or in a lane of its own."""

    columns: list[Column] = field(default_factory=list)
    x: float = 0.0
    numbered: bool = False  # each column under its number

    def __post_init__(self) -> None:
        self.middle = Column(self)


@dataclass(eq=False)
class Column:
    """One step, or the steps that are left out."""

    lane: Lane
    label: str = ""
    gap: bool = False


@dataclass(eq=False)
class Row:
    """A layer at all the steps that are shown."""

    kind: RowKind
    label: str
    note: str
    lane: Lane
    columns: list[Column]
    padding: list[Column] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)  # that end here
    direction: Literal["forward", "backward", "both", None] = None
    level: int = 0

    @property
    def cells(self) -> list[Column]:
        """Where there is a box."""
        return [column for column in self.columns if not column.gap]

    def end(self, side: str) -> Cell:
        """Where a direction of a recurrent layer has read everything."""
        cells = [column for column in self.cells if column not in self.padding]
        return Cell(self, cells[-1 if side == "forward" else 0], side)

    def start(self, side: str) -> Cell:
        """Where it begins to read."""
        return replace(self.end("backward" if side == "forward" else "forward"), side=side)


@dataclass(frozen=True)
class Cell:
    """A box of a row; of a layer that reads both ways, of one `side` or of both."""

    row: Row
    column: Column
    side: str = ""

    def is_last(self) -> bool:
        """Whether it is at the right end of its row."""
        return self.column is self.row.columns[-1]

    def is_first(self) -> bool:
        """Whether it is at the left end of its row."""
        return self.column is self.row.columns[0]


@dataclass(frozen=True)
class Arrow:
    """From a cell to one of the row that has the arrow, which stands above or `beside` it."""

    source: Cell
    column: Column
    side: str = ""
    beside: bool = False


@dataclass(frozen=True)
class Entry:
    """A step of a value: its number, its column, and the cells that it comes from.

    Where steps are left out there is no number.
    """

    step: Size | None
    column: Column
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Track:
    """A value as it is drawn: its steps, or the one place of a vector."""

    entries: tuple[Entry, ...]
    vector: bool
    via: str = ""  # operations that have no row of their own
    row: Row | None = None  # its own

    @property
    def lane(self) -> Lane:
        return self.entries[0].column.lane

    @property
    def columns(self) -> list[Column]:
        return [entry.column for entry in self.entries]

    @property
    def steps(self) -> list[Entry]:
        """The steps that are shown."""
        return [entry for entry in self.entries if entry.step is not None]


def shown(count: Size) -> list[Size | None]:
    """The numbers of the steps that are shown, and None for all that are left out."""
    if isinstance(count, int) and count <= MOST_STEPS:
        return [*range(count)]
    return [*range(EDGE), None, *(count - EDGE + place for place in range(EDGE))]


def new_entries(steps: Size) -> list[Entry]:
    """A new lane with so many steps."""
    lane = Lane()
    if steps == 0:
        raise Unfit("a sequence has no steps")
    lane.columns = new_columns(lane, steps)
    return [Entry(step, column) for step, column in zip(shown(steps), lane.columns, strict=True)]


def new_columns(lane: Lane, count: Size) -> list[Column]:
    """Columns for so many steps."""
    return [
        Column(lane, "" if step is None else size_text(step + 1), step is None)
        for step in shown(count)
    ]


def among(entries: Iterable[Entry], places: Places) -> list[Entry]:
    """The steps that stand at these places, with those that are left out between them."""
    found: list[Entry] = []
    for entry in entries:
        if entry.step is None:
            found.append(entry)
            continue
        away, left = entry.step - places.low, places.high - entry.step
        near = isinstance(away, int) or isinstance(left, int)  # else it is at the other end
        between = away if isinstance(away, int) and away % places.stride else 0
        if (
            near
            and not between
            and all(not isinstance(n, int) or n >= m for n, m in ((away, 0), (left, 1)))
        ):
            found.append(replace(entry, step=away // places.stride))
    numbered = [n for n, entry in enumerate(found) if entry.step is not None]
    if not numbered:
        return []
    first = found[numbered[0]].step
    low = numbered[0] - (1 if numbered[0] and first != 0 else 0)
    ends = numbered[-1] + 1
    return found[low:ends]
