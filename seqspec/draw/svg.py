"""SVG as text: shapes, their colours in light and dark, and how wide a text is.

All text is monospaced, so that its width is known wherever the picture is shown. What is written
is understood by browsers, GitHub and resvg: plain classes, without variables or `currentColor`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Literal
from unicodedata import combining, east_asian_width

Theme = Literal["auto", "light", "dark"]
Point = tuple[float, float]

FONT = "'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace"
ADVANCE = 0.61  # how wide a character is, by the size of the text
TEXT, SMALL, TITLE = 12, 10, 13  # sizes of text
MARGIN = 16

_STATE, _STATE_DARK = "#1a7f37", "#3fb950"
# Each class of shapes, and what it looks like in light and in dark.
_LOOKS: dict[str, tuple[str, str]] = {
    "page": ("fill:#ffffff", "fill:#0d1117"),
    "t": ("fill:#1f2328", "fill:#e6edf3"),
    "dim": ("fill:#59636e", "fill:#9198a1"),
    "edge": ("fill:none;stroke:#59636e", "fill:none;stroke:#9198a1"),
    "states": (
        f"fill:none;stroke:{_STATE};stroke-dasharray:4 3",
        f"fill:none;stroke:{_STATE_DARK};stroke-dasharray:4 3",
    ),
    "time": (f"fill:none;stroke:{_STATE}", f"fill:none;stroke:{_STATE_DARK}"),
    "tip": ("fill:#59636e", "fill:#9198a1"),
    "statetip": (f"fill:{_STATE}", f"fill:{_STATE_DARK}"),
    "frame": ("fill:#f6f8fa;stroke:#afb8c1", "fill:#161b22;stroke:#484f58"),
    "input": ("fill:#ffd7d5;stroke:#cf222e", "fill:#67060c;stroke:#ff7b72"),
    "state": ("fill:#c6f0d0;stroke:#1a7f37", "fill:#0f5323;stroke:#3fb950"),
    "output": ("fill:#cfe4ff;stroke:#0969da", "fill:#0c2d6b;stroke:#79c0ff"),
    "layer": ("fill:#fff1c2;stroke:#9a6700", "fill:#4b2e05;stroke:#d29922"),
    "plain": ("fill:#eaeef2;stroke:#6e7781", "fill:#2d333b;stroke:#8b949e"),
    "merge": ("fill:#eddeff;stroke:#8250df", "fill:#3c1e70;stroke:#bc8cff"),
    "pad": (
        "fill:none;stroke:#6e7781;stroke-dasharray:4 3",
        "fill:none;stroke:#8b949e;stroke-dasharray:4 3",
    ),
}
_UNFIT = re.compile(  # no XML may hold these, and no reader sees those
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)


def text_width(text: str, size: float = TEXT) -> float:
    """How wide a text is at most, in any of the fonts."""
    cells = sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)
    return cells * ADVANCE * size


def shorten(text: str, most: int) -> str:
    """The text, cut where it is longer than so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def wrap(text: str, most: int, lines: int) -> list[str]:
    """A text in lines of at most so many characters, cut where it needs more of them."""
    found: list[str] = []
    for word in text.split():
        if found and len(found[-1]) + 1 + len(word) <= most:
            found[-1] += f" {word}"
        else:
            found.append(word)
    if len(found) > lines:
        found = [*found[: lines - 1], f"{found[lines - 1]} …"]
    return [shorten(line, most) for line in found]


def number(value: float) -> str:
    """A length, to a tenth."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else str(round(value))


def rect(kind: str, x: float, y: float, width: float, height: float, radius: float = 4) -> str:
    """A rectangle with round corners."""
    sides = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect class="{kind}" {sides} rx="{number(radius)}"/>'


def text(
    words: str,
    x: float,
    y: float,
    *,
    kind: str = "t",
    size: float = TEXT,
    anchor: Literal["start", "middle", "end"] = "start",
) -> str:
    """A line of text; `y` is its base line."""
    where = f'x="{number(x)}" y="{number(y)}"'
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    sized = "" if size == TEXT else f' font-size="{number(size)}"'
    return f'<text class="{kind}" {where}{placed}{sized}>{safe(words)}</text>'


def safe(words: str) -> str:
    """Text for XML: what has a meaning there is escaped, what may not be there replaced."""
    return escape(_UNFIT.sub("�", words))


def path(kind: str, commands: str, *, tip: bool = True) -> str:
    """A line, by the commands of SVG paths, with an arrow's tip at its end."""
    marker = "tip" if kind == "edge" else "statetip"
    return f'<path class="{kind}" d="{commands}"' + (
        f' marker-end="url(#{marker})"/>' if tip else "/>"
    )


def move(point: Point) -> str:
    """The command that begins at a point."""
    return f"M{number(point[0])} {number(point[1])}"


def line(point: Point) -> str:
    """The command that draws a straight line to a point."""
    return f"L{number(point[0])} {number(point[1])}"


def curve(start: Point, end: Point) -> str:
    """The command that draws a line from a point to one below, upright at both ends."""
    middle = number((start[1] + end[1]) / 2)
    (x1, _), (x2, y2) = ((number(x), number(y)) for x, y in (start, end))
    return f"C{x1} {middle} {x2} {middle} {x2} {y2}"


def document(
    shapes: Sequence[str],
    size: tuple[float, float],
    *,
    heading: Sequence[str],
    title: str,
    description: str,
    theme: Theme,
) -> str:
    """The picture as a file, under its heading; `title` and `description` are read aloud."""
    width = max([size[0], *(text_width(row, TITLE) for row in heading)]) + 2 * MARGIN
    top = MARGIN + 18 * len(heading) + (12 if heading else 0)
    height = top + size[1] + MARGIN
    body = "\n".join(shapes)
    used = set(re.findall(r'class="(\w+)"', body))
    marks = set(re.findall(r"url\(#(\w+)\)", body))
    rows = [text(row, MARGIN, MARGIN + 12 + 18 * n, size=TITLE) for n, row in enumerate(heading)]
    sides = f'width="{number(width)}" height="{number(height)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {sides} '
        f'viewBox="0 0 {number(width)} {number(height)}" role="img" aria-labelledby="title desc" '
        f'font-family="{FONT}" font-size="{TEXT}">',
        f'<title id="title">{safe(title)}</title>',
        f'<desc id="desc">{safe(description)}</desc>',
        _style(used | marks | {"page", "t"}, theme),
        *_markers(marks),
        rect("page", 0, 0, width, height, 6),
        *rows,
        f'<g transform="translate({number((width - size[0]) / 2)} {number(top)})">',
        body,
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _style(used: set[str], theme: Theme) -> str:
    """The looks of the classes that are used; what reads no media queries shows the first."""
    light, dark = (
        "".join(f".{name}{{{looks[shade]}}}" for name, looks in _LOOKS.items() if name in used)
        for shade in (0, 1)
    )
    both = f"{light}\n@media (prefers-color-scheme:dark){{{dark}}}"
    rules = {"auto": both, "light": light, "dark": dark}[theme]
    return f"<style>\nrect,path{{stroke-width:1.3}}.page{{stroke:none}}\n{rules}\n</style>"


def _markers(marks: set[str]) -> list[str]:
    """The tips of arrows that are used."""
    if not marks:
        return []
    return [
        "<defs>",
        *(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path class="{name}" d="M0 0.6L8 4L0 7.4Z" stroke="none"/></marker>'
            for name in sorted(marks)
        ),
        "</defs>",
    ]
