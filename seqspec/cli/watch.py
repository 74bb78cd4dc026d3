"""`--watch`: a command again and again, each time that a file of its specs changes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

_PAUSE = 0.2  # seconds between two looks at the files

State = dict[str, tuple[int, int] | None]


def watch(
    files: Sequence[str | None],
    run: Callable[[argparse.Namespace], int],
    arguments: argparse.Namespace,
) -> int:
    """Runs, waits for a change of a file or of one that it uses, and runs again until Ctrl-C.

    Files are looked at before they are read, so that no change while a run is at work is missed.
    """
    given = _given(files)
    before = _state(given)
    try:
        while True:
            arguments.read = []
            _once(run, arguments)
            names = {*given, *(name for name in arguments.read if not name.startswith("<"))}
            before = {name: before.get(name, state) for name, state in _state(names).items()}
            print(f"watching {_count(len(names), 'file')}; Ctrl-C ends it", file=sys.stderr)
            before = _changed(before)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 0


def _given(files: Sequence[str | None]) -> list[str]:
    from seqspec.diagnostics import UsageError

    names = [file for file in files if file is not None and file != "-"]
    if not names or len(names) < len(files):
        raise UsageError("--watch needs a FILE: standard input and -e do not change")
    return names


def _once(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> None:
    """One run; its faults are told and do not end the watch."""
    from seqspec.cli.colour import paint_for
    from seqspec.diagnostics import SpecError, UsageError

    try:
        run(arguments)
    except SpecError as error:
        print(error.text(paint_for(sys.stderr)), file=sys.stderr)
    except UsageError as error:
        print(f"seqspec: {error}", file=sys.stderr)
    sys.stdout.flush()


def _state(names: Iterable[str]) -> State:
    """When each file was written last and how long it is; None where it is not there."""
    found: State = {}
    for name in names:
        try:
            status = Path(name).stat()
            found[name] = (status.st_mtime_ns, status.st_size)
        except (OSError, ValueError):
            found[name] = None
    return found


def _changed(before: State) -> State:
    """Waits until the files are other ones, and for a moment no more; how they are then."""
    while (now := _state(before)) == before:
        time.sleep(_PAUSE)
    while True:  # an editor writes a file in several steps
        time.sleep(_PAUSE / 4)
        later = _state(before)
        if later == now:
            names = [name for name in now if now[name] != before[name]]
            print(f"\n{', '.join(names)} changed", file=sys.stderr)
            return now
        now = later


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
