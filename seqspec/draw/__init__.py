"""Pictures of graphs, as SVG: unrolled in time, or as boxes with arrows. No framework is needed."""

from __future__ import annotations

from seqspec.draw.picture import Kind, picture
from seqspec.draw.svg import Theme

__all__ = ["Kind", "Theme", "picture"]
