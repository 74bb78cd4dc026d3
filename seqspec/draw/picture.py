"""Which picture a graph gets, and what is written above it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from seqspec.diagnostics import UsageError
from seqspec.draw import boxes, columns, svg
from seqspec.draw.layered import TooLarge
from seqspec.draw.scheme import scheme
from seqspec.draw.tracks import Row, Unfit
from seqspec.draw.unrolled import Unroller
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.recurrent import Recurring

Kind = Literal["auto", "unrolled", "graph"]

MOST_BOXES = 400  # in a picture
MOST_LINES = 8  # of a spec above it
NARROW = 46  # characters of a line there, at least


def picture(
    graph: GraphQueries, kind: Kind = "auto", *, spec: str = "", theme: svg.Theme = "auto"
) -> str:
    """A graph as SVG; `spec` is its text, which stands above it where there is room.

    `auto` unrolls what is a recurrent network above all. Raises `UsageError` for what a picture
    cannot show.
    """
    shapes, size = _drawn(graph, kind)
    heading = _heading(graph, spec, size[0])
    title = " ".join(heading) or graph.name
    return svg.document(
        shapes, size, heading=heading, title=title, description=_described(graph), theme=theme
    )


def _drawn(graph: GraphQueries, kind: Kind) -> tuple[list[str], tuple[float, float]]:
    if kind != "graph":
        try:
            rows = Unroller(graph).run()
            if kind == "unrolled" or _suits(graph, rows):
                return columns.draw(rows)
        except Unfit as reason:
            if kind == "unrolled":
                message = f"this cannot be unrolled: {reason}; `--graph` draws it as boxes"
                raise UsageError(message) from None
    try:
        return boxes.draw(scheme(graph, most=MOST_BOXES))
    except TooLarge as many:
        message = f"there are more {many} than a picture can show; `seqspec show` lists the layers"
        raise UsageError(message) from None


def _suits(graph: GraphQueries, rows: list[Row]) -> bool:
    """Whether the picture to expect is the unrolled one: one stream of data, and time in it."""
    merges = sum(len(n.inputs) > 1 and not isinstance(n.op, Recurring) for n in graph.nodes)
    if merges > 1:
        return False
    if any(row.direction for row in rows):
        return True
    together = Counter(
        (row, arrow.column) for row in rows if len(row.columns) > 1 for arrow in row.arrows
    )
    steps = any(len(row.columns) > 1 for row in rows)
    return max(together.values(), default=0) < 2 and (steps or len(graph.nodes) < 3)


def _heading(graph: GraphQueries, spec: str, width: float) -> list[str]:
    """The spec, without comments and what is about training; or the model's name."""
    comments = {comment.text for comment in graph.comments}
    most = max(NARROW, int(width / svg.text_width("m", svg.TITLE)))
    rows: list[str] = []
    for written in spec.splitlines():
        text = written.rstrip()
        text = next((text.removesuffix(c) for c in comments if text.endswith(c)), text).rstrip()
        if text and text.split()[0] != "train":
            rows += _wrapped(text, most)
        if len(rows) > MOST_LINES:
            break
    if rows and len(rows) <= MOST_LINES:
        return rows
    return [svg.shorten(graph.name, 2 * NARROW)] if graph.name != "model" else []


def _wrapped(text: str, most: int) -> list[str]:
    """A line of a spec in several, each but the first indented."""
    indent = " " * (len(text) - len(text.lstrip()))
    rows: list[str] = []
    for stage in re.split(r" (?=-> )", text.strip()):
        if rows and len(rows[-1]) + 1 + len(stage) <= most - len(indent) - 2:
            rows[-1] += f" {stage}"
        else:
            rows += svg.wrap(stage, most - len(indent) - 2, MOST_LINES)
    return [indent + ("  " if n else "") + row for n, row in enumerate(rows)]


def _described(graph: GraphQueries) -> str:
    """The picture in words."""
    inputs = ", ".join(f"{node.name} {node.value}" for node in graph.inputs)
    outputs = ", ".join(f"{o.name} {graph.by_name[o.node].value}" for o in graph.outputs)
    return f"{len(graph.nodes)} operations lead from {inputs} to {outputs}."
