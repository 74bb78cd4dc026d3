"""`--watch`: again after each change, of used files too, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from interrupt import heed
from test_cli import run


class Watched:
    """The command at work, whose lines are read as they come."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "seqspec", *arguments, "--watch"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            text=True,
            env={**os.environ, "PYTHONUTF8": "1"},
            preexec_fn=heed,
        )

    def until(self, end: str) -> str:
        """All that is printed up to a line that begins so."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith(end):
                break
        return "".join(lines)

    def ended(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=60)
        return self.process.returncode, output


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "a.seq").write_text('use "b.seq"\nin 10x6 -> cell 8\n')
    (tmp_path / "b.seq").write_text("block cell(n) = lstm {n}\n")
    yield tmp_path


def test_a_check_is_repeated_for_the_file_and_for_what_it_uses(folder: Path) -> None:
    watched = Watched("check", "a.seq", cwd=folder)
    first = watched.until("watching")
    assert first.endswith("watching 2 files; Ctrl-C ends it\n")
    assert "a.seq: output (10, 8), 480 parameters" in first
    (folder / "b.seq").write_text("block cell(n) = lstm {n + 1}\n")
    second = watched.until("watching")
    assert "b.seq changed" in second
    assert "a.seq: output (10, 9)" in second
    (folder / "a.seq").write_text("in 10x6 -> denes 8\n")
    third = watched.until("watching")
    assert "did you mean `dense`?" in third
    assert third.endswith("watching 1 file; Ctrl-C ends it\n")
    (folder / "a.seq").unlink()
    assert "there is no file a.seq" in watched.until("watching")
    (folder / "a.seq").write_text("in 10x6 -> dense 8\n")
    assert "a.seq: output (10, 8)" in watched.until("watching")
    assert watched.ended() == (0, "\n")


def test_a_compile_is_repeated(folder: Path) -> None:
    watched = Watched("compile", "a.seq", "-o", "m.keras", cwd=folder)
    assert "m.keras: (10, 6) → (10, 8)" in watched.until("watching")
    before = (folder / "m.keras").read_bytes()
    (folder / "a.seq").write_text("in 10x6 -> denes 8\n")
    assert "error[E101]" in watched.until("watching")
    assert (folder / "m.keras").read_bytes() == before
    (folder / "a.seq").write_text("in 10x6 -> dense 8\n")
    assert "m.keras: (10, 6) → (10, 8), 56 parameters" in watched.until("watching")
    assert watched.ended()[0] == 0


@pytest.mark.parametrize("arguments", [["check", "-"], ["check", "-e", "in 6"], ["compile"]])
def test_what_does_not_change_is_not_watched(arguments: list[str]) -> None:
    done = run(*arguments, "--watch", text="in 6")
    assert done.returncode == 2
    assert "--watch needs a FILE" in done.stderr
