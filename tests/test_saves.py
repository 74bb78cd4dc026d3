"""Targets that cannot be written, and saves that are stopped: old files stay until new ones are.

Where the tests run as root, whom no permission stops, the command runs as somebody else.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OLD = b"what was there"
SPEC = "in 60 -> dense 300 relu -> dense 3"
COMMANDS = {"compile": "model.keras", "emit": "model.py"}
SOMEBODY = 65534
IS_ROOT = os.geteuid() == 0

# What the command imports late is imported first: somebody else may not be able to read it.
START = """
import os, resource, sys, tempfile
from seqspec.cli import main
with tempfile.TemporaryDirectory() as folder:
    main(["emit", "-e", "in 6 -> relu", "-o", f"{folder}/warm.py"])
"""
AS_SOMEBODY = f"os.setgroups([]); os.setgid({SOMEBODY}); os.setuid({SOMEBODY})"


def run(verb: str, target: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """The command, after some lines of Python in its process."""
    code = f"{START}{before}\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, verb, "-e", SPEC, "-o", str(target)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def refused(verb: str, target: Path, said: str, before: str = "") -> None:
    """The command says why, its status is 2, and nothing around the target is changed."""
    there = around(target)
    done = run(verb, target, before)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(rf"^seqspec: .*{said}\n\Z", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr
    assert around(target) == there


def around(target: Path) -> dict[str, bytes | str]:
    """What is in the target's folder."""
    found: dict[str, bytes | str] = {}
    for path in target.parent.rglob("*"):
        plain = path.is_file() and not path.is_symlink()
        found[str(path)] = path.read_bytes() if plain else stat.filemode(path.lstat().st_mode)
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that belongs to whom the command runs as, and that others can reach."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        if IS_ROOT:
            os.chown(path, SOMEBODY, SOMEBODY)
        yield path
        path.chmod(0o755)


def old(path: Path, mode: int = 0o644, owner: int = SOMEBODY) -> Path:
    """A file that is there before."""
    path.write_bytes(OLD)
    path.chmod(mode)
    if IS_ROOT:
        os.chown(path, owner, owner)
    return path


each_command = pytest.mark.parametrize(("verb", "name"), COMMANDS.items())
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can make files of other users")
BEFORE = AS_SOMEBODY if IS_ROOT else ""


@each_command
class TestPermissions:
    def test_a_file_that_is_read_only(self, folder: Path, verb: str, name: str) -> None:
        target = old(folder / name, 0o444)
        refused(verb, target, f"{name} cannot be written: permission denied", BEFORE)

    def test_a_folder_that_is_read_only(self, folder: Path, verb: str, name: str) -> None:
        target = old(folder / name)
        folder.chmod(0o555)
        refused(verb, target, "cannot be written: no permission to make files in .*", BEFORE)

    @as_root
    def test_a_file_of_somebody_else(self, folder: Path, verb: str, name: str) -> None:
        target = old(folder / name, owner=0)
        refused(verb, target, "cannot be written: permission denied", BEFORE)


@as_root
def test_a_file_of_somebody_else_that_only_its_owner_may_replace(folder: Path) -> None:
    """All may write it, and its folder, as `/tmp` does, lets nobody move another's files away."""
    os.chown(folder, 0, 0)
    folder.chmod(0o1777)
    target = old(folder / "model.py", 0o666, owner=0)
    refused("emit", target, "model.py cannot be written: Operation not permitted", BEFORE)


class TestNoRoom:
    """A disk that fills up while the file is written."""

    @pytest.mark.parametrize(("verb", "name", "most"), [("compile", "model.keras", 50_000),
                                                        ("emit", "model.py", 100)])  # fmt: skip
    def test_a_limit_on_the_size_of_files(
        self, folder: Path, verb: str, name: str, most: int
    ) -> None:
        late = "from seqspec import models; models.backend()\n" if verb == "compile" else ""
        limit = f"{late}resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))"
        refused(verb, old(folder / name), "cannot be written: File too large", limit)

    def test_too_little_memory(self, folder: Path) -> None:
        target = old(folder / "model.keras")
        limit = "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))"
        spec = "sys.argv[3] = 'in 30000 -> dense 30000'"
        said = "there is too little memory .* 900,000,000 numbers .*"
        refused("compile", target, said, f"{limit}; {spec}")

    @each_command
    def test_a_full_disk(self, folder: Path, verb: str, name: str) -> None:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
        if not IS_ROOT or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("no right to mount a small disk")
        try:
            target = old(folder / name)
            with (folder / "other").open("wb") as file:
                file.write(b"x" * ((12 if verb == "compile" else 15) << 12))
            refused(verb, target, "cannot be written: No space left on device")
        finally:
            subprocess.run(["umount", str(folder)], check=True)


@each_command
class TestLinksAndOthers:
    def test_what_is_no_file(self, folder: Path, verb: str, name: str) -> None:
        for kind, make, said in [
            ("folder", Path.mkdir, "is a folder; name a file in it"),
            ("pipe", os.mkfifo, "is no ordinary file"),
            ("circle", lambda path: path.symlink_to(path.name), "is a link that .* to itself"),
            ("link to a folder", lambda path: path.symlink_to("."), "is a folder; .*"),
            ("link to nowhere", lambda path: path.symlink_to("no/where"), "there is no folder .*"),
        ]:
            target = folder / f"{kind}-{name}"
            make(target)
            refused(verb, target, said)


def test_a_link_stays_and_its_file_is_written(folder: Path) -> None:
    """The file keeps its mode; a link may be there before the file that it names."""
    (folder / "models").mkdir()
    real = old(folder / "models" / "real.py", 0o640)
    links = {folder / "model.py": real, folder / "new.py": folder / "models" / "new.py"}
    for link, named in links.items():
        link.symlink_to(named)
        assert run("emit", link).returncode == 0
        assert link.is_symlink()
        assert b"build_model" in named.read_bytes()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert len([*folder.rglob("*")]) == 5


def test_killed_saves_lose_nothing() -> None:
    """A few of what `python -m tests.fuzz.saves` does."""
    command = [sys.executable, "-m", "tests.fuzz.saves", "--kills", "6", "--seed", "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seed tests: 6 kills" in done.stdout
    assert "lost 0; the 4 models" in done.stdout
