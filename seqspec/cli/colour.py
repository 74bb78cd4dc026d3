"""Colours for terminals, and for nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from seqspec.diagnostics import Paint

_STYLES = {"error": "1;31", "warning": "1;33", "note": "1;36", "place": "1;34"}


def paint_for(stream: TextIO) -> Paint:
    """How text is painted that goes to a stream."""
    from seqspec.diagnostics import plain

    return ansi if _wanted(stream) else plain


def _wanted(stream: TextIO) -> bool:
    """As no-color.org and force-color.org have it: a variable that is set and not empty decides."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def ansi(kind: str, text: str) -> str:
    """The text in the colour that a terminal gives its kind."""
    return f"\x1b[{_STYLES[kind]}m{text}\x1b[0m"
