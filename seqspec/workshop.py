"""A folder beside a file that is being written; one that a killed process left is removed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: what a killed process left stays
    fcntl = None  # type: ignore[assignment]


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """A new folder `.NAME.unfinished-…` beside the target, gone at the end. Raises `OSError`.

    Its process holds a lock on it, which the system takes away when the process dies: a folder
    that can be locked has nobody who works in it.
    """
    beginning = f".{target.name[:40]}.unfinished-"
    _remove_abandoned(target.parent, beginning)
    folder, lock = _made(target.parent, beginning)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _unlock(lock)


def _made(parent: Path, beginning: str) -> tuple[Path, int | None]:
    """A folder and the lock on it; another one where it was taken for abandoned meanwhile."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=beginning, dir=parent))
        lock = _lock(folder, wait=True)
        if folder.exists():
            return folder, lock
        _unlock(lock)


def _remove_abandoned(parent: Path, beginning: str) -> None:
    with suppress(OSError):
        for left in [path for path in parent.iterdir() if path.name.startswith(beginning)]:
            lock = _lock(left, wait=False)
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                _unlock(lock)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """The lock on a folder; None where somebody has it or the system has no such locks."""
    if fcntl is None:
        return None
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(lock)
        return None
    return lock


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
