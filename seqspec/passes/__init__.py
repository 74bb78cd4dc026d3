"""Graph to graph: the same values with less work. One rewrite a file, in order in `pipeline.py`."""

from typing import Literal

Level = Literal[0, 1]
"""Whether a graph is built as it is written, or after the passes that save work."""
DEFAULT_LEVEL: Level = 1
