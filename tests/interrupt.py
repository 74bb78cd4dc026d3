"""Processes that Ctrl-C ends, as it does in a terminal."""

from __future__ import annotations

import signal


def heed() -> None:
    """For `preexec_fn`: a process that a script starts in the background ignores Ctrl-C, and so do
    the tests' own processes where the tests run in one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
