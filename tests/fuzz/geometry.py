"""Reads pictures as a person does: boxes, frames, texts and lines, and what is in whose way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from xml.etree import ElementTree

BOXES = {"input", "state", "output", "layer", "plain", "merge", "pad"}
LINES = {"edge", "states", "time"}
ADVANCE = 0.602  # of a character of DejaVu Sans Mono, by the size of the text
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Area:
    """A rectangle of the picture."""

    kind: str
    left: float
    top: float
    right: float
    bottom: float
    words: str = ""

    def overlaps(self, other: Area) -> bool:
        """Whether they have more in common than an edge."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > 0.3 and high > 0.3

    def holds(self, other: Area) -> bool:
        """Whether the other one lies within."""
        return (
            self.left <= other.left + 0.3
            and self.top <= other.top + 0.3
            and self.right >= other.right - 0.3
            and self.bottom >= other.bottom - 0.3
        )

    def passed(self, x: float, y: float, margin: float) -> bool:
        """Whether a point is inside, and not at the edge."""
        across = self.left + margin < x < self.right - margin
        return across and self.top + margin < y < self.bottom - margin


@dataclass
class Seen:
    """Everything in a picture."""

    page: Area
    boxes: list[Area] = field(default_factory=list)
    frames: list[Area] = field(default_factory=list)
    texts: list[Area] = field(default_factory=list)
    inside: list[tuple[Area, list[Area]]] = field(default_factory=list)  # texts with their boxes
    lines: list[list[tuple[float, float]]] = field(default_factory=list)
    hidden: list[Area] = field(default_factory=list)  # where lines are covered for a text


def read(svg: str) -> Seen:
    """A picture, parsed as XML."""
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert all(root.findtext(f"{SVG}{name}") for name in ("title", "desc"))
    seen = Seen(Area("page", 0, 0, float(root.attrib["width"]), float(root.attrib["height"])))
    for child in root:
        _collect(child, seen, 0, 0, [])
    return seen


def _collect(
    element: ElementTree.Element, seen: Seen, x: float, y: float, around: list[Area]
) -> None:
    kind = element.get("class", "")
    if element.tag == f"{SVG}g":
        moved = re.findall(r"[-\d.]+", element.get("transform", "translate(0 0)"))
        together = "transform" not in element.attrib  # a box with its texts
        within = [_area(child, x, y) for child in element.findall(f"{SVG}rect") if together]
        for child in element:
            _collect(child, seen, x + float(moved[0]), y + float(moved[1]), within)
    elif element.tag == f"{SVG}rect":
        area = _area(element, x, y)
        if kind in BOXES:
            seen.boxes.append(area)
        elif kind == "frame":
            seen.frames.append(area)
        elif area != seen.page:
            seen.hidden.append(area)
    elif element.tag == f"{SVG}text":
        area = _text(element, x, y)
        seen.texts.append(area)
        if around:
            seen.inside.append((area, around))
    elif element.tag == f"{SVG}path" and kind in LINES:
        seen.lines += _points(element.attrib["d"], x, y)


def _area(element: ElementTree.Element, x: float, y: float) -> Area:
    left, top, width, height = (
        float(element.attrib[name]) for name in ("x", "y", "width", "height")
    )
    return Area(element.get("class", ""), x + left, y + top, x + left + width, y + top + height)


def _text(element: ElementTree.Element, x: float, y: float) -> Area:
    """Where the letters of a text stand, from their tops to below the line."""
    words, size = element.text or "", float(element.get("font-size", "12"))
    width = ADVANCE * size * len(words)
    anchor = {"middle": width / 2, "end": width}.get(element.get("text-anchor", ""), 0.0)
    left, base = x + float(element.attrib["x"]) - anchor, y + float(element.attrib["y"])
    return Area("text", left, base - 0.75 * size, left + width, base + 0.2 * size, words)


def _points(commands: str, x: float, y: float) -> Iterator[list[tuple[float, float]]]:
    """Points along each part of a path, close to each other."""
    points: list[tuple[float, float]] = []
    for letter, numbers in re.findall(r"([MLC])([^MLC]*)", commands):
        given = [float(number) for number in numbers.split()]
        pairs = [(x + a, y + b) for a, b in zip(given[::2], given[1::2], strict=True)]
        if letter == "M":
            if points:
                yield points
            points = pairs
        else:
            points += _between([points[-1], *pairs])
    yield points


def _between(bends: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points of a straight line, or of a curve between the first and the last."""
    length = sum(abs(a - c) + abs(b - d) for (a, b), (c, d) in pairwise(bends))
    for number in range(1, (steps := max(2, int(length / 3))) + 1):
        level = bends
        while len(level) > 1:
            part = number / steps
            level = [(a + (c - a) * part, b + (d - b) * part) for (a, b), (c, d) in pairwise(level)]
        yield level[0]


def faults(svg: str) -> list[str]:
    """What is wrong with a picture, for a reader."""
    seen = read(svg)
    found = [
        f"{area.kind} {area.words!r} is outside the page"
        for area in (*seen.boxes, *seen.frames, *seen.texts)
        if not seen.page.holds(area)
    ]
    found += [
        f"boxes at {one.left:.0f},{one.top:.0f} and {two.left:.0f},{two.top:.0f} overlap"
        for one, two in combinations(seen.boxes, 2)
        if one.overlaps(two)
    ]
    found += [
        f"the frame at {frame.left:.0f},{frame.top:.0f} cuts through a {area.kind}"
        for frame in seen.frames
        for area in (*seen.boxes, *seen.frames, *seen.texts)
        if frame.overlaps(area) and not (frame.holds(area) or area.holds(frame))
    ]
    return [*found, *_texts(seen), *_lines(seen)]


def _texts(seen: Seen) -> Iterator[str]:
    boxed = {id(text) for text, _ in seen.inside}
    for text, boxes in seen.inside:
        if not any(box.holds(text) for box in boxes):
            yield f"{text.words!r} does not fit its box"
    free = [text for text in seen.texts if id(text) not in boxed]
    for text in free:
        if any(text.overlaps(box) for box in seen.boxes):
            yield f"{text.words!r} is on a box"
    for one, two in combinations(seen.texts, 2):
        if one.overlaps(two):
            yield f"{one.words!r} is on {two.words!r}"


def _lines(seen: Seen) -> Iterator[str]:
    for line in seen.lines:
        ends = [line[0], line[-1]]
        for x, y in line:
            if any(box.passed(x, y, 1.0) for box in seen.boxes):
                yield f"the line from {ends[0]} to {ends[1]} goes through a box at {x:.0f},{y:.0f}"
                break
        for text in seen.texts:
            if any(text.passed(x, y, 1.0) for x, y in line) and not any(
                cover.holds(text) for cover in seen.hidden
            ):
                yield f"the line from {ends[0]} to {ends[1]} goes through {text.words!r}"
