"""Hostile bytes: damaged texts, settings, graphs and archives, taken all the way in.

`python -m tests.fuzz.hostile --bytes N --seed S` damages specs until N bytes of text have gone
from bytes to graph, and other things on the way. Whatever comes out but the compiler's own
diagnostics is a finding: an exception, a case that takes too long or too much memory, a diagnostic
that cannot be shown or lies outside its text. `--only K` makes case K of a seed alone and shows it.
Status 1 says that there are findings.
"""

from __future__ import annotations

import argparse
import faulthandler
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from .doors import doors, texts
from .mutate import Mutator

SECONDS = 20  # of processor time for a case
MEMORY = 1 << 30  # bytes more than at the begin
OTHERS = {5: "setting", 11: "graph", 17: "archive"}  # of twenty cases; the others are texts


class TooSlow(BaseException):
    """A case that ran out of time; no handler for exceptions stops it."""


@dataclass
class Tally:
    """What came of all cases."""

    cases: Counter[str] = field(default_factory=Counter)
    texts: int = 0  # bytes of texts
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: dict[str, list[int]] = field(default_factory=dict)  # cases by what went wrong
    slowest: tuple[float, int] = (0.0, 0)
    largest: tuple[int, int] = (0, 0)  # kibibytes that a case added to the most so far

    def report(self, seed: str, seconds: float) -> str:
        """All of it, for people."""
        codes = ", ".join(f"{code} {n:,}" for code, n in sorted(self.outcomes.items()))
        cases = ", ".join(f"{n:,} of {door}" for door, n in self.cases.items())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines = [
            f"seed {seed}: {self.texts:,} bytes of text; {self.cases.total():,} cases ({cases}); "
            f"{seconds:.0f} s",
            f"slowest {self.slowest[0]:.2f} s (case {self.slowest[1]}); largest memory {peak:.0f} "
            f"MiB, of which one case added {self.largest[0] / 1024:.0f} (case {self.largest[1]})",
            f"outcomes: {codes}",
            f"findings: {len(self.findings)}",
            *(f"  {what}: {len(n)} cases, {n[:5]}" for what, n in self.findings.items()),
        ]
        return "\n".join(lines)


def door_of(number: int) -> str:
    """Which way in a case takes."""
    return OTHERS.get(number % 20, "text")


def made(seed: str, number: int) -> Any:
    """Case number so-and-so of a seed."""
    mutator = Mutator(Random(f"{seed}/{number}"), [data for _, data in texts()])
    return doors()[door_of(number)][0](mutator)


def tried(seed: str, number: int, tally: Tally) -> None:
    """Takes a case in and counts what came of it."""
    door = door_of(number)
    case = made(seed, number)
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        with _bounded_time():
            tally.outcomes.update(doors()[door][1](case))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        tally.findings.setdefault(f"{door}: {_trouble(error)}", []).append(number)
    after = resource.getrusage(resource.RUSAGE_SELF)
    tally.cases[door] += 1
    tally.texts += len(case[1]) if door == "text" else 0
    tally.slowest = max(tally.slowest, (after.ru_utime - before.ru_utime, number))
    tally.largest = max(tally.largest, (after.ru_maxrss - before.ru_maxrss, number))


def _trouble(error: BaseException) -> str:
    """An exception and where it was raised: what two cases of one fault have in common."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in frames[::-1])
    return f"{type(error).__name__} ({places})"


@contextmanager
def _bounded_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    faulthandler.dump_traceback_later(SECONDS * 10, exit=True)  # where no signal gets through
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()


def _bound_memory() -> None:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.hostile", description=__doc__)
    parser.add_argument("--bytes", type=int, default=1_000_000, help="bytes of texts")
    parser.add_argument("--seed", default="0", help="decides the damage")
    parser.add_argument("--only", type=int, metavar="K", help="case number K alone")
    given = parser.parse_args(arguments)
    tally, begin = Tally(), time.perf_counter()
    _bound_memory()
    if given.only is not None:
        print(made(given.seed, given.only))
        print(doors()[door_of(given.only)][1](made(given.seed, given.only)))
        return 0
    for number in count():
        tried(given.seed, number, tally)
        if tally.texts >= given.bytes:
            break
    print(tally.report(given.seed, time.perf_counter() - begin))
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
