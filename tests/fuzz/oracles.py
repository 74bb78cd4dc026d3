"""What must be true of every spec. An oracle gives None, or says what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from . import built, drawn, files, levels, lifted, passes, texts
from .case import Case

Oracle = Callable[[Case], str | None]

WITHOUT_KERAS: dict[str, Oracle] = {
    **texts.ORACLES,
    **passes.ORACLES,
    **drawn.ORACLES,
    **lifted.ORACLES,
}
WITH_KERAS: dict[str, Oracle] = {**built.ORACLES, **files.ORACLES, **levels.ORACLES}
ALL: dict[str, Oracle] = {**WITHOUT_KERAS, **WITH_KERAS}
