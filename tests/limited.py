"""The command in a process whose memory and time are bounded."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any


def limited(
    *arguments: str | bytes | Path, cwd: Path | None = None, stdin: Any = subprocess.DEVNULL
) -> tuple[int, str]:
    """The command's status and what it says, with a gigabyte of memory and a minute."""
    bounds = {resource.RLIMIT_AS: 1 << 30, resource.RLIMIT_CPU: 60}

    def bounded() -> None:
        for which, most in bounds.items():
            resource.setrlimit(which, (most, most))

    done = subprocess.run(
        [sys.executable, "-m", "seqspec", *arguments],
        cwd=cwd, stdin=stdin, capture_output=True, preexec_fn=bounded, check=False,
    )  # fmt: skip
    said = (done.stdout + done.stderr).decode()
    assert "Traceback" not in said, said
    assert done.returncode in (0, 1, 2), said
    return done.returncode, said
