"""The command: grows specs, asks the oracles, counts."""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from .case import Case
from .oracles import ALL, WITH_KERAS, WITHOUT_KERAS
from .trial import Trial, asked, smallest, spec, trial

PER_PROCESS = 150  # specs; frameworks keep a little of every model


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Status 1 says that there are disagreements."""
    given = _parser().parse_args(arguments)
    if given.coverage:
        from .coverage import report

        print(report(spec(given.seed, number) for number in _numbers(given)))
        return 0
    if given.show:
        for number in _numbers(given):
            print(f"# {given.seed}/{number}\n{spec(given.seed, number)}")
        return 0
    begin = time.perf_counter()
    tally = Tally()
    for found in _trials(given):
        tally.add(found)
        if given.shrink:
            for disagreement in found.disagreements:
                print(f"shrunk:\n{smallest(disagreement)}", flush=True)
    print(tally.report(given.seed, time.perf_counter() - begin))
    return 1 if tally.disagreements else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--graphs", type=int, default=100, help="how many specs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--seed", default="0", help="decides all of them")
    parser.add_argument("--only", type=int, help="one spec by its number")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument(
        "--oracles", type=_oracles, default=[*ALL],
        help=f"`texts`, `keras`, or some of {','.join(ALL)}",
    )  # fmt: skip
    parser.add_argument("--text", type=Path, help="ask about the spec in a file")
    parser.add_argument("--shrink", action="store_true", help="make the specs that fail small")
    parser.add_argument("--coverage", action="store_true", help="what the specs are made of")
    parser.add_argument("--show", action="store_true", help="the specs alone")
    return parser


def _oracles(text: str) -> list[str]:
    found: list[str] = []
    for word in text.split(","):
        several = {"texts": WITHOUT_KERAS, "keras": WITH_KERAS, "all": ALL}.get(word)
        if several is None and word not in ALL:
            raise argparse.ArgumentTypeError(f"there is no oracle {word}")
        found += several or [word]
    return found


def _numbers(given: argparse.Namespace) -> Iterable[int]:
    if given.only is not None:
        return [given.only]
    return range(given.first, given.first + given.graphs)


def _trials(given: argparse.Namespace) -> Iterator[Trial]:
    ask = partial(trial, given.seed, oracles=given.oracles)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")  # of frameworks
    if given.text:
        yield asked(Case(given.text.read_text(encoding="utf-8"), given.only or 0), given.oracles)
        return
    if given.jobs == 1:
        yield from map(ask, _numbers(given))
        return
    with get_context("spawn").Pool(given.jobs, maxtasksperchild=PER_PROCESS) as pool:
        yield from pool.imap_unordered(ask, _numbers(given))


class Tally:
    """Counts of what the oracles said."""

    def __init__(self) -> None:
        self.specs = self.disagreements = 0
        self.agreed: Counter[str] = Counter()
        self.skipped: Counter[tuple[str, str]] = Counter()
        self.failed: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def add(self, found: Trial) -> None:
        """Counts one more; disagreements are printed at once."""
        self.specs += 1
        self.agreed.update(found.agreed)
        self.skipped.update(found.skipped)
        self.seconds.update(found.seconds)
        for disagreement in found.disagreements:
            self.disagreements += 1
            self.failed[disagreement.oracle] += 1
            print(f"{disagreement}\n", flush=True)

    def report(self, seed: str, seconds: float) -> str:
        """The counts as text."""
        rows = [f"{self.specs} specs of seed {seed} in {seconds:.0f} s "
                f"({self.specs / max(seconds, 1e-9):.2f} a second)"]  # fmt: skip
        for name in dict.fromkeys([*self.agreed, *self.failed, *self.seconds]):
            skipped = sum(n for (oracle, _), n in self.skipped.items() if oracle == name)
            each = self.seconds[name] / self.specs * 1000
            rows.append(
                f"  {name:10} {self.agreed[name]:6} agree {self.failed[name]:4} disagree "
                f"{skipped:5} not asked {each:7.0f} ms a spec"
            )
        for (name, why), times in self.skipped.most_common(12):
            rows.append(f"  not asked: {name}, {times} times: {why[:90]}")
        rows.append(f"{self.disagreements} disagreements")
        return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
