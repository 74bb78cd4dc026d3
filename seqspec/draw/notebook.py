"""What a graph shows of itself in a notebook: its picture above its table."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from seqspec.diagnostics import UsageError
from seqspec.draw.picture import picture
from seqspec.graph.nodes import GraphQueries
from seqspec.table import render_table


def mimebundle(graph: GraphQueries, written: GraphQueries | None = None) -> dict[str, str]:
    """The forms that a notebook chooses from. A graph too large for a picture has its table.

    `written` is what the passes made the graph of.
    """
    table = render_table(graph, written)
    # Some pages give their own letters to `pre`, and the columns would not stand.
    html = f'<pre style="font-family: monospace">{escape(table)}</pre>'
    shown = {"text/plain": table, "text/html": html}
    try:
        svg = picture(graph)
    except UsageError:
        return shown
    # As an image it has a style of its own, which touches nothing else on the page.
    data = b64encode(svg.encode()).decode()
    name = escape(graph.name)
    image = f'<img alt="{name}" src="data:image/svg+xml;base64,{data}">'
    return {**shown, "text/html": image + shown["text/html"], "image/svg+xml": svg}
