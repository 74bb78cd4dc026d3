"""The picture of a scheme: boxes in layers, frames around what is done again, arrows between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seqspec.draw import svg
from seqspec.draw.layered import Cell, Layers, Line, Link, arrange
from seqspec.draw.scheme import Item, Scheme, Segment

LINE = 15  # the height of a line of text
PAD = 8  # around text in a box
LABEL = 20  # the height of a value's shape behind a box
HEAD = 22  # the height of a frame's title
MOST_TURNED = 8  # frames side by side that are mirrored to see whether that is better
WIDEST, MOST_LINES = 34, 5  # of an operation's text, in characters and lines


@dataclass
class _Frame:
    """A frame with everything inside laid out; ports are away from its left side."""

    scheme: Scheme
    layers: Layers
    inner: list[_Frame | None]
    left: float = 0.0  # where the inside begins

    @property
    def width(self) -> float:
        return self.left + self.layers.width + 2 * PAD

    @property
    def height(self) -> float:
        return HEAD + self.layers.height

    def ports(self, items: Iterable[int]) -> list[float]:
        return [self.left + PAD + self.layers.boxes[item].x for item in items]

    def mirror(self) -> None:
        """Exchanges left and right, in the frames inside, too."""
        self.layers.mirror()
        for frame in filter(None, self.inner):
            frame.mirror()
        self.fit_title()

    def fit_title(self) -> None:
        """Moves the inside to the right where a line would come in through the title."""
        title = svg.text_width(self.scheme.title, svg.SMALL) + 2 * PAD
        self.left = 0.0
        self.left = max(0.0, title - min(self.ports(self.scheme.entries), default=title))


def draw(scheme: Scheme) -> tuple[list[str], tuple[float, float]]:
    """The shapes of a scheme and how much room they take."""
    frame = _laid_out(scheme)
    return [*_inside(frame, 0, 0)], (frame.layers.width, frame.layers.height)


def _laid_out(scheme: Scheme) -> _Frame:
    """The frame of a scheme; frames inside are mirrored where fewer lines cross then."""
    inner = [_laid_out(item.inner) if item.inner else None for item in scheme.items]
    layers = _arranged(scheme, inner)
    turned = [frame for frame in inner if frame and len(frame.scheme.entries) > 1]
    for frame in turned[:MOST_TURNED]:
        if not layers.crossings:
            break
        frame.mirror()
        other = _arranged(scheme, inner)
        if other.crossings < layers.crossings:
            layers = other
        else:
            frame.mirror()
    made = _Frame(scheme, layers, inner)
    made.fit_title()
    return made


def _arranged(scheme: Scheme, inner: list[_Frame | None]) -> Layers:
    talking = {wire.source for wire in scheme.wires}
    sizes = [
        _size(item, frame, speaks=number in talking)
        for number, (item, frame) in enumerate(zip(scheme.items, inner, strict=True))
    ]
    links = []
    for wire in scheme.wires:
        source, target = inner[wire.source], inner[wire.target]
        out = source.ports(source.scheme.exits)[wire.out] - source.width / 2 if source else 0.0
        into = target.ports(target.scheme.entries)[wire.into] - target.width / 2 if target else None
        links.append(Link(wire.source, wire.target, out, into, wire.kind))
    return arrange(sizes, links, last=scheme.exits)


def _size(item: Item, frame: _Frame | None, *, speaks: bool) -> tuple[float, float]:
    """The room that an item needs, with the shape of its value where that is read."""
    label = LABEL if item.label and speaks else 0
    if frame:
        return max(frame.width, svg.text_width(item.label, svg.SMALL)), frame.height + label
    if not item.segments:
        return 4.0, 0.0
    texts = [line for segment in item.segments for line in _lines(segment)]
    wide = [svg.text_width(text, size) + 2 * PAD for text, size in texts]
    if label:
        wide.append(svg.text_width(item.label, svg.SMALL))
    return max(wide), sum(map(_segment_height, item.segments)) + label


def _lines(segment: Segment) -> list[tuple[str, float]]:
    """The lines in a box, with their sizes."""
    texts = [(line, float(svg.TEXT)) for line in svg.wrap(segment.text, WIDEST, MOST_LINES)]
    return texts + [(svg.shorten(segment.note, WIDEST), svg.SMALL)] * bool(segment.note)


def _segment_height(segment: Segment) -> float:
    return LINE * len(_lines(segment)) + PAD + 1


def _inside(frame: _Frame, x: float, y: float) -> Iterator[str]:
    """Everything in a frame whose inside begins there: frames, then lines, then boxes."""
    cells = list(zip(frame.scheme.items, frame.layers.boxes, frame.inner, strict=True))
    for _, cell, inner in cells:
        if inner:
            yield from _framed(inner, x + cell.x - inner.width / 2, y + cell.y)
    bands = _bands(frame.layers)
    heads = {id(cell): _head(item, inner) for item, cell, inner in cells}
    drawn: set[int] = set()
    for line in frame.layers.lines:
        if not line.target.passes:
            yield _arrow(line, heads, bands, drawn, (x, y))
    for item, cell, _ in cells:
        if item.segments:
            yield from _box(item, cell, x, y)
        if item.label and cell.below:
            yield from _label(item.label, x + cell.x, y + cell.y + cell.height - LABEL)


def _head(item: Item, inner: _Frame | None) -> bool:
    """Whether arrows have their tips there."""
    return bool(item.segments) and inner is None


def _framed(frame: _Frame, x: float, y: float) -> Iterator[str]:
    yield svg.rect("frame", x, y, frame.width, frame.height, 8)
    title = frame.scheme.title
    yield svg.text(title, x + PAD, y + 14, kind="dim", size=svg.SMALL)
    inside = x + PAD + frame.left
    for item in frame.scheme.entries:
        at = inside + frame.layers.boxes[item].x
        yield svg.path("edge", svg.move((at, y)) + svg.line((at, y + HEAD)), tip=False)
    yield from _inside(frame, inside, y + HEAD)


def _box(item: Item, cell: Cell, x: float, y: float) -> Iterator[str]:
    """The operations of an item, one under the other."""
    top, left = y + cell.y, x + cell.x - cell.width / 2
    yield "<g>"
    for segment in item.segments:
        height = _segment_height(segment)
        yield svg.rect(segment.kind, left, top, cell.width, height)
        base = top + PAD / 2
        for words, size in _lines(segment):
            base += LINE
            kind = "t" if size == svg.TEXT else "dim"
            yield svg.text(words, x + cell.x, base - 3, kind=kind, size=size, anchor="middle")
        top += height
    yield "</g>"


def _label(words: str, x: float, y: float) -> Iterator[str]:
    """A value's shape, on the line that leaves a box."""
    yield svg.path("edge", svg.move((x, y)) + svg.line((x, y + 5)), tip=False)
    yield svg.text(words, x, y + 15, kind="dim", size=svg.SMALL, anchor="middle")


def _bands(layers: Layers) -> list[tuple[float, float]]:
    """Where each rank begins and ends."""
    return [
        (min(cell.y for cell in rank), max(cell.y + cell.height for cell in rank))
        for rank in layers.ranks
    ]


def _arrow(
    line: Line,
    heads: dict[int, bool],
    bands: list[tuple[float, float]],
    drawn: set[int],
    origin: svg.Point,
) -> str:
    """The line into a box, from the box that it leaves or from where another one branched off."""
    trail = [line]
    while trail[-1].source.passes and id(trail[-1].source.above[0]) not in drawn:
        trail.append(trail[-1].source.above[0])
    drawn.update(map(id, trail))
    trail.reverse()
    x, y = origin
    first = trail[0]
    start = (x + first.source.x + first.out, y + first.source.y + first.source.height)
    commands = svg.move(start)
    for part in trail:
        source, target = part.source, part.target
        leave = (x + source.x + part.out, y + bands[source.rank][1])
        enter = (x + target.x + (part.into or 0.0), y + bands[target.rank][0])
        if leave[1] > start[1]:
            commands += svg.line(leave)
        straight = abs(leave[0] - enter[0]) < 0.5
        commands += svg.line(enter) if straight else svg.curve(leave, enter)
        if y + target.y > enter[1]:
            commands += svg.line((enter[0], y + target.y))
    return svg.path(line.kind, commands, tip=heads[id(line.target)])
