"""The playground: one local page that shows what the compiler makes of a spec as it is typed."""

from __future__ import annotations

from seqspec.play.desk import Desk, Question, desk
from seqspec.play.server import Server, listen

__all__ = ["Desk", "Question", "Server", "desk", "listen"]
