"""SVG to PNG, by resvg and with the font that comes along: the same bytes on every machine."""

from __future__ import annotations

import re
from math import sqrt
from pathlib import Path

from seqspec.diagnostics import UsageError

FONT = Path(__file__).parent / "fonts" / "DejaVuSansMono.ttf"
FAMILY = "DejaVu Sans Mono"
ZOOM = 2  # pixels for each unit of the picture
LARGEST = 50_000_000  # pixels in all: a large picture has fewer for each unit


def png(svg: str) -> bytes:
    """The picture as PNG. Raises `UsageError` where resvg is not installed."""
    try:
        import resvg_py
    except ImportError as error:
        message = (
            f"PNG needs resvg ({error}); write .svg, or install it with\n"
            '    pip install "seqspec-lang[draw]"'
        )
        raise UsageError(message) from None
    width, height = map(float, re.findall(r' (?:width|height)="([\d.]+)"', svg)[:2])
    zoom = min(ZOOM, sqrt(LARGEST / (width * height)))
    made = resvg_py.svg_to_bytes(
        svg_string=svg, zoom=zoom, skip_system_fonts=True, font_files=[str(FONT)],
        font_family=FAMILY, monospace_family=FAMILY,
    )  # fmt: skip
    return bytes(made)
