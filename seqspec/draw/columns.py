"""The picture of rows that are unrolled in time: where boxes stand, and how arrows go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from seqspec.draw import svg
from seqspec.draw.tracks import Arrow, Cell, Column, Lane, Row, Unfit

WIDTH, HEIGHT = 28, 34  # of a box
PITCH = 58  # from column to column
RISE = 36  # between rows
AWAY = 60  # between lanes
OFF = 10  # from the middle to each direction of a layer that reads both ways
MEET = 10  # above and below them, where lines to both meet
STEP = 12  # between its boxes, one above the other
LABEL, LINES = 26, 2  # of a row's text: characters, lines


@dataclass
class Picture:
    """The rows, and where each level and column is."""

    rows: list[Row]
    lanes: list[Lane]
    tops: dict[int, tuple[float, float]]  # of a level, and its bottom

    def x(self, column: Column) -> float:
        """The middle of a column."""
        columns = column.lane.columns
        if column in columns:
            return column.lane.x + PITCH * columns.index(column)
        return column.lane.x + PITCH * (len(columns) - 1) / 2

    def box(self, cell: Cell) -> tuple[float, float]:
        """The middle and the top of a box."""
        top, bottom = self.tops[cell.row.level]
        middle = (top + bottom - HEIGHT) / 2
        x = self.x(cell.column)
        if cell.side == "forward" and cell.row.direction == "both":
            return x - OFF, bottom - HEIGHT
        if cell.side == "backward" and cell.row.direction == "both":
            return x + OFF, bottom - 2 * HEIGHT - STEP
        return x, middle

    def top(self, cell: Cell) -> svg.Point:
        """Where arrows begin: the top of a box, or where both directions' outputs meet."""
        if cell.row.direction == "both" and not cell.side:
            return self.x(cell.column), self.tops[cell.row.level][0] - MEET
        return self.box(cell)

    def bottom(self, cell: Cell) -> svg.Point:
        """Where arrows end: the bottom of a box, or where the ways to both directions part."""
        if cell.row.direction == "both" and not cell.side:
            return self.x(cell.column), self.tops[cell.row.level][1] + MEET
        x, top = self.box(cell)
        return x, top + HEIGHT

    def is_read(self, row: Row) -> bool:
        """Whether the outputs of both directions of a layer are read together."""
        return row.direction == "both" and any(
            arrow.source.row is row and not arrow.source.side
            for r in self.rows
            for arrow in r.arrows
        )

    def blocked(self, start: svg.Point, end: svg.Point, low: int, high: int) -> bool:
        """Whether a box of a level between those two stands in the way of a straight line."""
        for row in self.rows:
            if low < row.level < high:
                top, bottom = self.tops[row.level]
                at = [
                    start[0] + (end[0] - start[0]) * (start[1] - y) / (start[1] - end[1])
                    for y in (top, bottom)
                ]
                reach = (WIDTH / 2 + OFF if row.direction == "both" else WIDTH / 2) + 3
                if any(
                    min(at) < self.x(column) + reach and max(at) > self.x(column) - reach
                    for column in row.columns
                ):
                    return True
        return False


def draw(rows: list[Row]) -> tuple[list[str], tuple[float, float]]:
    """The shapes of the rows, and how much room they take."""
    lanes = _ordered(rows)
    _level(rows)
    tops = _tops(rows)
    picture = Picture(rows, lanes, tops)
    left, right = _margins(rows, lanes)
    x = left
    for lane in lanes:
        lane.x = x + PITCH / 2
        x += PITCH * len(lane.columns) + AWAY
        if lane not in (lanes[0], lanes[-1]):
            x += _margins([row for row in rows if row.lane is lane], lanes)[1]
    shapes = [
        *(s for row in rows for s in _arrows(picture, row)),
        *(s for row in rows for s in _boxes(picture, row)),
        *(s for row in rows for s in _label(picture, row)),
        *(s for lane in lanes for s in _numbers(picture, lane)),
    ]
    bottom = max(low for _, low in tops.values()) + 18
    return shapes, (x - AWAY + right, bottom)


def _ordered(rows: Sequence[Row]) -> list[Lane]:
    """The lanes from left to right: first what others start from."""
    lanes = list(dict.fromkeys(row.lane for row in rows))
    before = {
        lane: {
            arrow.source.row.lane
            for row in rows
            if row.lane is lane
            for arrow in row.arrows
            if arrow.source.row.lane is not lane
        }
        for lane in lanes
    }
    ordered: list[Lane] = []
    while len(ordered) < len(lanes):
        free = [lane for lane in lanes if lane not in ordered and before[lane] <= {*ordered}]
        rest = [lane for lane in lanes if lane not in ordered]
        ordered.append((free or rest)[0])
    return ordered


def _level(rows: Sequence[Row]) -> None:
    """Each row above those that it reads, and beside one whose states it starts from."""
    for _ in range(4 * len(rows)):
        changed = False
        for row in rows:
            for arrow in row.arrows:
                source = arrow.source.row
                beside = arrow.beside and source.kind != "input" and source.lane is not row.lane
                least = source.level + (0 if beside else 1)
                if row.level < least:
                    row.level, changed = least, True
                if beside and source.level < row.level and not _leads(source, row):
                    source.level, changed = row.level, True
        changed = _apart(rows) or changed
        if not changed:
            break
    _lift(rows)


def _lift(rows: Sequence[Row]) -> None:
    """Moves inputs up to where they are read."""
    for row in rows:
        if not row.arrows:
            readers = [r.level for r in rows if any(a.source.row is row for a in r.arrows)]
            below = min(readers, default=1) - 1
            if all(r.level != below or r.lane is not row.lane for r in rows):
                row.level = below


def _leads(source: Row, row: Row) -> bool:
    """Whether a row is read on the way to another one, not counting states."""
    reads = [arrow.source.row for arrow in row.arrows if not arrow.beside]
    return source in reads or any(_leads(source, read) for read in reads)


def _apart(rows: Sequence[Row]) -> bool:
    """Moves a row up where its place is taken; tells whether any was."""
    taken: dict[tuple[Lane, int], Row] = {}
    for row in rows:
        if taken.setdefault((row.lane, row.level), row) is not row:
            row.level += 1
            return True
    return False


def _tops(rows: Sequence[Row]) -> dict[int, tuple[float, float]]:
    """Where each level begins and ends; the highest one is at the top."""
    found = {}
    y = 0.0
    for level in sorted({row.level for row in rows}, reverse=True):
        both = any(row.direction == "both" for row in rows if row.level == level)
        height = 2 * HEIGHT + STEP if both else HEIGHT
        found[level] = (y, y + height)
        y += height + RISE
    return found


def _lines(row: Row) -> list[tuple[str, float]]:
    """What stands beside a row."""
    texts = [(line, float(svg.TEXT)) for line in svg.wrap(row.label, LABEL, LINES)]
    return [*texts, (svg.shorten(row.note, LABEL), svg.SMALL)]


def _margins(rows: Sequence[Row], lanes: Sequence[Lane]) -> tuple[float, float]:
    """The room for labels on both sides: the first lane's on the left, others' on the right."""
    sides = [0.0, 0.0]
    for row in rows:
        side = 0 if row.lane is lanes[0] else 1
        wide = max(svg.text_width(text, size) for text, size in _lines(row))
        sides[side] = max(sides[side], wide + 14)
    return sides[0], sides[1]


def _label(picture: Picture, row: Row) -> Iterator[str]:
    """What a row is, beside it."""
    texts = _lines(row)
    top, bottom = picture.tops[row.level]
    y = (top + bottom) / 2 - 7 * (len(texts) - 1) + 4
    first = row.lane is picture.lanes[0]
    x = row.lane.x - PITCH / 2 - 4
    if not first:
        x = row.lane.x + PITCH * (len(row.lane.columns) - 0.5) + 8
        if row.lane is not picture.lanes[-1]:
            wide = max(svg.text_width(text, size) for text, size in texts)
            yield svg.rect("page", x - 2, y - 12, wide + 4, 14 * len(texts) + 4, 0)
    for place, (words, size) in enumerate(texts):
        kind = "t" if size == svg.TEXT else "dim"
        yield svg.text(
            words, x, y + 14 * place, kind=kind, size=size, anchor="end" if first else "start"
        )


def _numbers(picture: Picture, lane: Lane) -> Iterator[str]:
    """The number of each step, below the lane of an input."""
    if not lane.numbered:
        return
    lowest = min(row.level for row in picture.rows if row.lane is lane)
    y = picture.tops[lowest][1] + 14
    for column in lane.columns:
        label = "…" if column.gap else column.label
        if svg.text_width(label, svg.SMALL) < PITCH:
            x = picture.x(column)
            yield svg.text(label, x, y, kind="dim", size=svg.SMALL, anchor="middle")


def _boxes(picture: Picture, row: Row) -> Iterator[str]:
    """The boxes of a row, and dots for those that are left out."""
    sides = ("forward", "backward") if row.direction == "both" else ("",)
    for column in row.columns:
        for side in sides:
            x, y = picture.box(Cell(row, column, side))
            if column.gap:
                yield svg.text("…", x, y + HEIGHT / 2 + 5, kind="dim", size=16, anchor="middle")
            else:
                kind = "pad" if column in row.padding else row.kind
                yield svg.rect(kind, x - WIDTH / 2, y, WIDTH, HEIGHT)


def _arrows(picture: Picture, row: Row) -> Iterator[str]:
    """The arrows that end in a row, and those between its states."""
    yield from _along(picture, row)
    if row.direction == "both":
        yield from _joined(picture, row)
    for arrow in row.arrows:
        if arrow.beside:
            yield _handed(picture, row, arrow)
        else:
            yield _up(picture, arrow.source, Cell(row, arrow.column, arrow.side))


def _joined(picture: Picture, row: Row) -> Iterator[str]:
    """The way from below to the boxes of both directions, and from both to what reads them."""
    read = picture.is_read(row)
    for column in row.cells:
        whole = Cell(row, column)
        (ahead, low), (back, high) = (
            picture.box(Cell(row, column, side)) for side in ("forward", "backward")
        )
        start = picture.bottom(whole)
        yield svg.path("edge", svg.move(start) + svg.line((ahead, low + HEIGHT)))
        past = (back + 4, start[1] - MEET)  # beside the box that is below the other one
        way = svg.move(start) + svg.line(past) + svg.line((past[0], high + HEIGHT))
        yield svg.path("edge", way)
        if read:
            end = picture.top(whole)
            past = (ahead - 4, end[1] + MEET)
            one = svg.move((past[0], low)) + svg.line(past) + svg.line(end)
            yield svg.path("edge", one + svg.move((back, high)) + svg.line(end), tip=False)


def _along(picture: Picture, row: Row) -> Iterator[str]:
    """From each state to the next, in the direction of reading."""
    sides = ("forward", "backward") if row.direction == "both" else (row.direction,)
    for side in sides:
        if side is None:
            continue
        columns = row.columns if side == "forward" else row.columns[::-1]
        for one, other in pairwise(columns):
            (start, y), (end, _) = (picture.box(Cell(row, c, side)) for c in (one, other))
            ahead = 1 if end > start else -1
            start += ahead * (10 if one.gap else WIDTH / 2)
            end -= ahead * (10 if other.gap else WIDTH / 2)
            middle = y + HEIGHT / 2
            yield svg.path("time", svg.move((start, middle)) + svg.line((end, middle)))


def _up(picture: Picture, source: Cell, target: Cell, kind: str = "") -> str:
    """From the top of a box to the bottom of one above, past the boxes between them."""
    (start, top), (end, low) = picture.top(source), picture.bottom(target)
    alone = source.side and source.row.direction != "both"
    kind = kind or ("states" if alone else "edge")
    tip = target.row.direction != "both" or bool(target.side)
    if source.side == "forward" and not alone:  # past the box of the other direction, above
        past, (over, _) = start - 6, picture.tops[source.row.level]
        way = svg.move((past, top)) + svg.line((past, over)) + svg.line((end, low))
        return svg.path(kind, way, tip=tip)
    if not picture.blocked((start, top), (end, low), source.row.level, target.row.level):
        return svg.path(kind, svg.move((start, top)) + svg.line((end, low)), tip=tip)
    aside = picture.x(source.column) + PITCH / 2
    if picture.blocked((aside, top), (aside, low), source.row.level, target.row.level):
        raise Unfit("arrows would pass through its boxes")
    first, high = (picture.tops[level][side] for level, side in (
        (source.row.level, 0), (target.row.level, 1)))  # fmt: skip
    bend = svg.move((start + 8, top)) + svg.curve((start + 8, top), (aside, first - RISE))
    bend += svg.line((aside, high + RISE)) + svg.curve((aside, high + RISE), (end + 8 * tip, low))
    return svg.path(kind, bend, tip=tip)


def _handed(picture: Picture, row: Row, arrow: Arrow) -> str:
    """What is handed on, from the end of one row to the start of another beside it."""
    source, target = arrow.source, Cell(row, arrow.column, arrow.side)
    kind = "edge" if row.direction is None else "states"
    (x, y), (end, low) = picture.box(source), picture.box(target)
    if source.row.lane is row.lane or x > end:
        return _up(picture, source, target, kind)
    if not (source.is_last() and target.is_first()):
        return _around(picture, source, target, kind)
    x, end = x + WIDTH / 2, end - WIDTH / 2
    y, low = y + HEIGHT / 2, low + HEIGHT / 2
    if abs(y - low) < 1:
        return svg.path(kind, svg.move((x, y)) + svg.line((end, low)))
    middle = svg.number((x + end) / 2)
    way = f"C{middle} {svg.number(y)} {middle} {svg.number(low)} "
    return svg.path(kind, svg.move((x, y)) + way + f"{svg.number(end)} {svg.number(low)}")


def _around(picture: Picture, source: Cell, target: Cell, kind: str) -> str:
    """Past the boxes of two rows, from a box of the left one to one of the right one: below them,
    or above the second direction of layers that read both ways."""
    tops = [picture.tops[cell.row.level] for cell in (source, target)]
    aside = max(low for _, low in tops) + RISE / 3
    if source.row.direction == "both":
        aside = min(high for high, _ in tops) - RISE / 3
    (x, y), (end, low) = picture.box(source), picture.box(target)
    x, end = x + WIDTH / 2, end - WIDTH / 2
    y, low = y + HEIGHT / 2, low + HEIGHT / 2
    bends = ((x + 6, y), (x + 6, aside), (end - 6, aside), (end - 6, low), (end, low))
    return svg.path(kind, svg.move((x, y)) + "".join(map(svg.line, bends)))
