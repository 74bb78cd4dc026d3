"""Layers of boxes from top to bottom, with lines between them that pass through no box.

The steps of Sugiyama, Tagawa & Toda 1981: longest-path ranks; places kept free where a line
passes a rank; medians for the order in each rank, which leaves few crossings; and places that
are as near to the neighbours' as the order lets them be.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from seqspec.draw.spread import spread

GAP = 18  # between boxes side by side
LANE = 10  # the width that a passing line has for itself
BETWEEN = 24  # between ranks, at least
SWEEPS = 12
MOST_CELLS, MOST_LINES = 4_000, 8_000  # boxes, places that lines pass; parts of lines
MOST_SWAPPED = 600  # cells of a graph in which pairs are swapped to see whether that is better


class TooLarge(Exception):
    """There is more than a picture can show: of what."""


@dataclass(slots=True, eq=False)
class Cell:
    """A box, or the place where a line passes a rank."""

    width: float
    height: float
    rank: int = 0
    place: int = 0  # in its rank
    x: float = 0.0  # of the middle
    y: float = 0.0  # of the top
    passes: bool = False
    above: list[Line] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Line:
    """From a cell to one in the next rank; `out` and `into` are away from the middles of both."""

    source: Cell
    target: Cell
    out: float = 0.0
    into: float | None = None
    kind: str = "edge"

    @property
    def weight(self) -> float:
        """How much it matters that the line is straight."""
        alone = len(self.source.below) == 1 and len(self.target.above) == 1
        return 1.0 + 7.0 * alone + 4.0 * (self.source.passes + self.target.passes)


@dataclass(frozen=True)
class Link:
    """What has to be connected: the numbers of two boxes, the first one earlier."""

    source: int
    target: int
    out: float = 0.0
    into: float | None = None  # None: the lines into a box are spread along its top
    kind: str = "edge"


@dataclass
class Layers:
    """Where everything is."""

    boxes: list[Cell]
    ranks: list[list[Cell]]
    lines: list[Line]
    width: float = 0.0
    height: float = 0.0

    @property
    def crossings(self) -> int:
        """How many pairs of lines cross."""
        return sum(_crossings(rank) for rank in self.ranks)

    def mirror(self) -> None:
        """Exchanges left and right."""
        for rank in self.ranks:
            rank.reverse()
            _number(rank)
            for cell in rank:
                cell.x = self.width - cell.x
        for line in self.lines:
            line.out, line.into = -line.out, -(line.into or 0.0)


def arrange(
    sizes: Sequence[tuple[float, float]],
    links: Sequence[Link],
    *,
    last: Iterable[int] = (),
) -> Layers:
    """Boxes of these sizes, numbered so that links go forward; some are in the last rank."""
    boxes = [Cell(*size) for size in sizes]
    _rank(boxes, links, set(last))
    layers = _with_passages(boxes, links)
    _order(layers)
    _settle(layers)
    _stack(layers)
    return layers


def _rank(boxes: list[Cell], links: Sequence[Link], last: set[int]) -> None:
    """Each box one rank below the lowest that it reads."""
    for link in sorted(links, key=lambda link: link.target):
        boxes[link.target].rank = max(boxes[link.target].rank, boxes[link.source].rank + 1)
    lowest = max((box.rank for box in boxes), default=0)
    for number in last:
        boxes[number].rank = lowest


def _with_passages(boxes: list[Cell], links: Sequence[Link]) -> Layers:
    """The ranks, with a cell for each line in each rank that it passes.

    Lines that leave a box at the same place go together as far as they can.
    """
    ranks: list[list[Cell]] = [[] for _ in range(max((b.rank for b in boxes), default=0) + 1)]
    for box in boxes:
        ranks[box.rank].append(box)
    lines: list[Line] = []
    passages: dict[tuple[int, float, str, int], Cell] = {}
    for link in links:
        at, out, end = boxes[link.source], link.out, boxes[link.target]
        for rank in range(at.rank + 1, end.rank):
            key = (link.source, link.out, link.kind, rank)
            if key not in passages:
                passages[key] = cell = Cell(LANE, 0, rank, passes=True)
                ranks[rank].append(cell)
                lines.append(Line(at, cell, out, 0.0, link.kind))
            at, out = passages[key], 0.0
        if len(passages) > MOST_CELLS or len(lines) > MOST_LINES:
            raise TooLarge("lines that lead far")
        lines.append(Line(at, end, out, link.into, link.kind))
    for line in lines:
        line.source.below.append(line)
        line.target.above.append(line)
    return Layers(boxes, ranks, lines)


def _order(layers: Layers) -> None:
    """The order in each rank: medians, down and up, the best that was seen."""
    for rank in layers.ranks:
        _number(rank)
    swaps = sum(map(len, layers.ranks)) <= MOST_SWAPPED
    best, fewest = [list(rank) for rank in layers.ranks], layers.crossings
    for sweep in range(SWEEPS):
        if not fewest:
            break
        ranks = layers.ranks[1:] if sweep % 2 == 0 else layers.ranks[-2::-1]
        for rank in ranks:
            rank.sort(key=lambda cell: _median(cell, down=sweep % 2 == 0))
            _number(rank)
            if swaps:
                _swap(rank)
        if (crossings := layers.crossings) < fewest:
            best, fewest = [list(rank) for rank in layers.ranks], crossings
    layers.ranks = best
    for rank in layers.ranks:
        _number(rank)


def _number(rank: list[Cell]) -> None:
    for place, cell in enumerate(rank):
        cell.place = place


def _ends(cell: Cell, *, down: bool) -> list[float]:
    """Where the lines of a cell end in the rank above or below, in order."""
    if down:
        return sorted(_at(line.source, line.out) for line in cell.above)
    return sorted(_at(line.target, line.into or 0.0) for line in cell.below)


def _at(cell: Cell, away: float) -> float:
    return cell.place + away / (cell.width + 1)


def _median(cell: Cell, *, down: bool) -> float:
    ends = _ends(cell, down=down)
    if not ends:
        return cell.place
    middle = len(ends) // 2
    return ends[middle] if len(ends) % 2 else (ends[middle - 1] + ends[middle]) / 2


def _crossings(rank: Sequence[Cell]) -> int:
    """How many pairs of lines cross above a rank."""
    seen: list[float] = []
    count = 0
    for cell in rank:
        ports: dict[float | None, list[float]] = {}
        for line in cell.above:
            ports.setdefault(line.into, []).append(_at(line.source, line.out))
        for _, ends in sorted(ports.items(), key=lambda port: port[0] or 0.0):
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _swap(rank: list[Cell]) -> None:
    """Swaps neighbours where fewer of their lines cross then."""
    for place in range(len(rank) - 1):
        one, other = rank[place], rank[place + 1]
        kept = swapped = 0
        for down in (True, False):
            first, second = _ends(one, down=down), _ends(other, down=down)
            kept += sum(a > b for a in first for b in second)
            swapped += sum(b > a for a in first for b in second)
        if swapped < kept:
            rank[place], rank[place + 1] = other, one
            other.place, one.place = place, place + 1


def _settle(layers: Layers) -> None:
    """The places: each cell near those that it is connected with, none too near to another."""
    for rank in layers.ranks:
        right = 0.0
        for cell in rank:
            cell.x = right + cell.width / 2
            right += cell.width + GAP
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for rank in layers.ranks if down else reversed(layers.ranks):
            _place(rank, above=down, below=not down)
        if sweep == SWEEPS:
            _spread_ends(layers.boxes)
    for sweep in range(4 * SWEEPS):
        for rank in layers.ranks if sweep % 2 else reversed(layers.ranks):
            _place(rank, above=True, below=True)
    _straighten(layers.ranks)
    left = min((cell.x - cell.width / 2 for rank in layers.ranks for cell in rank), default=0.0)
    for rank in layers.ranks:
        for cell in rank:
            cell.x -= left
            layers.width = max(layers.width, cell.x + cell.width / 2)


def _place(rank: list[Cell], *, above: bool, below: bool) -> None:
    wanted, weights = [], []
    for cell in rank:
        ends = [
            *((line.source.x + line.out - (line.into or 0), line.weight) for line in cell.above),
        ] * above + [
            *((line.target.x + (line.into or 0) - line.out, line.weight) for line in cell.below),
        ] * below
        weight = sum(w for _, w in ends)
        wanted.append(sum(x * w for x, w in ends) / weight if ends else cell.x)
        weights.append(weight or 0.01)
    apart = [_apart(one, other) for one, other in pairwise(rank)]
    for cell, x in zip(rank, spread(wanted, weights, apart), strict=True):
        cell.x = x


def _apart(one: Cell, other: Cell) -> float:
    """How far apart the middles of neighbours are, at least."""
    return (one.width + other.width) / 2 + (LANE if one.passes and other.passes else GAP)


def _straighten(ranks: Sequence[list[Cell]]) -> None:
    """Moves a cell right below the only one that it hangs on, where its neighbours leave room."""
    for rank in ranks:
        for place, cell in enumerate(rank):
            if len(cell.above) != 1 or len(cell.above[0].source.below) != 1:
                continue
            line = cell.above[0]
            x = line.source.x + line.out - (line.into or 0.0)
            left = rank[place - 1] if place else None
            right = rank[place + 1] if place + 1 < len(rank) else None
            if (left is None or x - left.x >= _apart(left, cell)) and (
                right is None or right.x - x >= _apart(cell, right)
            ):
                cell.x = x


def _spread_ends(boxes: Iterable[Cell]) -> None:
    """Lines into one box end side by side, in the order in which they come."""
    for box in boxes:
        free = [line for line in box.above if line.into is None]
        free.sort(key=lambda line: line.source.x + line.out)
        room = min(28.0, (box.width - 16) / max(len(free) - 1, 1))
        for number, line in enumerate(free):
            line.into = (number - (len(free) - 1) / 2) * room


def _stack(layers: Layers) -> None:
    """The ranks below each other, with more between them where lines go far to the side."""
    top = 0.0
    for number, rank in enumerate(layers.ranks):
        height = max((cell.height for cell in rank), default=0.0)
        for cell in rank:
            if cell.passes:
                cell.height = height
            cell.y = top + (height - cell.height) / 2
        top += height
        aside = max(
            (
                abs(line.source.x + line.out - line.target.x - (line.into or 0))
                for cell in rank
                for line in cell.below
            ),
            default=0.0,
        )
        if number + 1 < len(layers.ranks):
            top += BETWEEN + min(aside / 8, 2 * BETWEEN)
    layers.height = top
