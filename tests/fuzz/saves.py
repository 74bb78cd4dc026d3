"""Kills saves: what was there before stays whole until what takes its place is whole.

`python -m tests.fuzz.saves --kills N --seed S` runs `seqspec compile`, by itself and via Keras, and
`seqspec emit`, over files that are there and where none is, and kills each one: at each call of the
file system in turn, within a write by a limit on the size of files, and at random times. The
processes are forked after the import of the framework; some are started anew. A kill before the
save leaves no trace, one inside it a folder, one after it the new file. After each, the next save
must succeed and leave that file alone. Status 1 says that something was lost.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

SPEC = "in 60 -> dense 2000 relu -> dense 3"
OLDER = "in 6 -> dense 300"
TARGETS = {"archive": "model.keras", "keras": "built.keras", "emit": "model.py"}
NEIGHBOURS = {"model.keras.bak": b"a copy", ".model.keras": b"hidden", "modelpy": b"", "a": b"a"}
PATIENCE = 60  # seconds for one process


class Plan(NamedTuple):
    """How a save is killed: at an event, or from it on in a write, or some time after its begin."""

    how: str
    writer: str
    over: bool  # whether there is a file already
    event: int = 1
    size: int = 0
    delay: float = 0.0


class Found(NamedTuple):
    """What a killed save left."""

    when: str  # before, inside or after
    faults: tuple[str, ...]


def forked(arguments: Sequence[str], prepare: Callable[[], None] = lambda: None) -> int:
    """Starts the command in a copy of this process; its identity."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there are threads, none of which holds anything
        process = os.fork()
    if process:
        return process
    status = 70
    try:
        from seqspec.cli import main

        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        prepare()
        status = main(arguments)
    finally:
        os._exit(status)


def ended(process: int) -> int:
    """The status of a process, negative for the signal that ended it. Raises `TimeoutError`."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    raise TimeoutError(f"a save took more than {PATIENCE} seconds")


def watched(folder: Path, act: Callable[[int], object]) -> Callable[[], None]:
    """Makes a process act before each event that touches a folder, by the event's number."""
    numbers = count(1)

    def watch(event: str, details: tuple[Any, ...]) -> None:
        if event == "fcntl.flock" or any(str(folder) in str(detail) for detail in details):
            act(next(numbers))

    return lambda: sys.addaudithook(watch)


def deadly(plan: Plan) -> Callable[[int], None]:
    """Dies at the planned event, or from it on where a file would become larger than planned."""

    def act(number: int) -> None:
        if number == plan.event and plan.how == "call":
            os.kill(os.getpid(), signal.SIGKILL)
        elif number == plan.event:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (plan.size, plan.size))

    return act


class Scene:
    """A folder with files that no save may touch, and what saves make when nobody stops them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.older = {writer: self._made(writer, OLDER) for writer in TARGETS}
        self.newer = {writer: self._made(writer, SPEC) for writer in TARGETS}
        self.events = {writer: self._counted(writer) for writer in TARGETS}
        self._clear()
        for name, data in NEIGHBOURS.items():
            (folder / name).write_bytes(data)
        self.neighbours = self._around("")

    def command(self, writer: str, spec: str = SPEC) -> list[str]:
        """The command that writes the target."""
        verb = ["emit"] if writer == "emit" else ["compile", "--via", writer]
        return [*verb, "-e", spec, "-o", str(self.folder / TARGETS[writer])]

    def _made(self, writer: str, spec: str) -> bytes:
        assert ended(forked(self.command(writer, spec))) == 0
        return (self.folder / TARGETS[writer]).read_bytes()

    def _counted(self, writer: str) -> int:
        """How many events of a save touch the folder."""
        reading, writing = os.pipe()
        process = forked(
            self.command(writer), watched(self.folder, lambda _: os.write(writing, b"."))
        )
        os.close(writing)
        assert ended(process) == 0
        with os.fdopen(reading, "rb") as events:
            return len(events.read())

    def _clear(self) -> None:
        for name in TARGETS.values():
            (self.folder / name).unlink(missing_ok=True)

    def _around(self, target: str) -> dict[str, tuple[bytes, int, int]]:
        """All other files: their bytes, and when they were last written or renamed."""
        found = {}
        for path in self.folder.iterdir():
            if path.name != target and not _is_left(path):
                about = path.stat()
                found[path.name] = (path.read_bytes(), about.st_ino, about.st_ctime_ns)
        return found

    def left(self) -> list[Path]:
        """The folders of unfinished saves."""
        return [path for path in self.folder.iterdir() if _is_left(path)]

    def killed(self, plan: Plan) -> Found | None:
        """What is found after a kill; None where the save was done before it came."""
        target = self.folder / TARGETS[plan.writer]
        self._clear()
        old = self.older[plan.writer] if plan.over else None
        if old is not None:
            target.write_bytes(old)
        status = self._run(plan)
        if status not in (-signal.SIGKILL, -signal.SIGXFSZ):
            faults = [] if status == 0 else [f"it ended with status {status}"]
            return Found("after", tuple(faults)) if faults else None
        new = self.newer[plan.writer]
        data = target.read_bytes() if target.exists() else None
        faults = [] if data in (old, new) else ["the target is neither the old file nor the new"]
        when = "after" if data == new else "inside" if self.left() else "before"
        if ended(forked(self.command(plan.writer))) != 0 or target.read_bytes() != new:
            faults.append("the next save failed")
        if self.left():
            faults.append("the next save left what it found")
        if self._around(target.name) != self.neighbours:
            faults.append("another file was changed")
        return Found(when, tuple(faults))

    def _run(self, plan: Plan) -> int:
        if plan.how in ("call", "write"):
            return ended(forked(self.command(plan.writer), watched(self.folder, deadly(plan))))
        command = self.command(plan.writer)
        if plan.how == "time":
            return self._timed(forked(command), plan.delay)
        with subprocess.Popen(
            [sys.executable, "-m", "seqspec", *command],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            process.returncode = self._timed(process.pid, plan.delay)
            return process.returncode

    def _timed(self, process: int, delay: float) -> int:
        """Kills a process some time after the save begins to show."""
        while not self.left():
            done, status = os.waitpid(process, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
        time.sleep(delay)
        os.kill(process, signal.SIGKILL)
        return ended(process)


def _is_left(path: Path) -> bool:
    return ".unfinished-" in path.name


def plans(random: Random, scene: Scene) -> Iterator[Plan]:
    """Kills without end, of each kind; the events are taken in turn."""
    turns = {writer: cycle(range(1, events + 1)) for writer, events in scene.events.items()}
    for how in cycle(["call", "write", "call", "time", "call", "write", "call", "anew"]):
        writer = random.choice(("archive", "archive", "keras", "keras", "emit"))
        over = random.random() < 0.75
        event = (
            next(turns[writer]) if how == "call" else random.randint(1, scene.events[writer] // 2)
        )
        size = random.randrange(len(scene.newer[writer]))
        yield Plan(how, writer, over, event, size, random.uniform(0, 0.05))


def opened(models: Sequence[bytes]) -> int:
    """How many models are whole archives that load in safe mode."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        for data in models:
            path = Path(folder, "model.keras")
            path.write_bytes(data)
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
            assert keras.saving.load_model(path).count_params() > 0
    return len(models)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.saves", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many saves are killed")
    parser.add_argument("--seed", default="0", help="decides where")
    given = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from seqspec import models

    models.backend()
    begin = time.perf_counter()
    hows, whens, bad = Counter[str](), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        for plan in plans(Random(given.seed), scene):
            found = scene.killed(plan)
            if found is None:
                continue
            hows[plan.how] += 1
            whens[found.when] += 1
            if found.faults:
                bad += 1
                print(f"{plan}: {'; '.join(found.faults)}", flush=True)
            if hows.total() == given.kills:
                break
    made = [each[writer] for each in (scene.older, scene.newer) for writer in ("archive", "keras")]
    loaded = opened(made)
    print(
        f"seed {given.seed}: {hows.total()} kills ({hows['call']} at calls of the file system, "
        f"{hows['write']} within a write, {hows['time']} at random times, {hows['anew']} at random "
        f"times in processes started anew)\nbefore {whens['before']}, inside {whens['inside']}, "
        f"after {whens['after']}; lost {bad}; the {loaded} models that targets were equal to load "
        f"in safe mode; {time.perf_counter() - begin:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
