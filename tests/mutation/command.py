"""The command: draws faults, runs them, counts."""

from __future__ import annotations

import argparse
import math
import os
import random
import re
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from .covered import IMPORT, OF_DECLARATIONS, QUIET, ROOT, Covered, names, record, test_files
from .mutants import Mutant, at_import, lines, mutants
from .trial import Forks, Outcome, Task

FOLDERS = ("seqspec/graph", "seqspec/ops", "seqspec/passes")
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Status 1 says that some faults were not noticed."""
    given = _parser().parse_args(arguments)
    os.environ["CI"] = "1"  # for Hypothesis: the same examples each time
    if given.record is not None:
        record(given.under, given.record or test_files())
        return 0
    every = all_mutants(given.under)
    drawn = [m for m in sample(every, given.sample, given.seed) if given.only in str(m.key)]
    total = sum(map(len, every.values()))
    print(f"{len(drawn)} of {total} faults in {', '.join(given.under)}; seed {given.seed}")
    tally = Tally(equivalents())
    tests = dict.fromkeys(test_files())
    covered = Covered.load()
    forks = Forks(every, _tasks(drawn, covered, tally), tally.add)
    pytest.main([*QUIET, "-s", *(str(ROOT / file) for file in tests)], [forks])
    print(tally.report())
    return 1 if tally.survived or tally.broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="how many faults")
    parser.add_argument("--seed", default="0", help="decides which")
    parser.add_argument("--under", nargs="+", default=FOLDERS, help="folders or files")
    parser.add_argument("--only", default="", help="those alone whose file or line has this text")
    parser.add_argument(
        "--record", nargs="*", metavar="FILE",
        help="record which tests of some files (none: of all) run which lines; do this first",
    )  # fmt: skip
    return parser


def all_mutants(under: Iterable[str]) -> dict[str, list[Mutant]]:
    """The faults of each file below some folders."""
    paths = [p for folder in under for p in sorted((ROOT / folder).rglob("*.py"))]
    paths += [ROOT / file for file in under if file.endswith(".py")]
    files = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in paths}
    return {file: mutants(file, text) for file, text in files.items()}


def sample(every: dict[str, list[Mutant]], number: int, seed: str) -> list[Mutant]:
    """About so many, each file's part of them drawn at random; equal ones count once."""
    total = sum(map(len, every.values()))
    drawn: dict[tuple[str, ...], Mutant] = {}
    for file, found in every.items():
        rng = random.Random(f"{seed}:{file}")
        part = number * len(found) / total
        count = math.floor(part) + (rng.random() < part % 1)
        drawn |= {m.key: m for m in rng.sample(found, min(count, len(found)))}
    return list(drawn.values())


def equivalents() -> dict[tuple[str, ...], str]:
    """The faults that change nothing that anyone could see, with the reason."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    return {(m["file"], m["before"], m["after"]): m["reason"] for m in listed}


def _tasks(drawn: list[Mutant], covered: Covered, tally: Tally) -> Iterator[Task]:
    """A task for each fault, and last those that see that the killers pass without one."""
    for mutant in drawn:
        if mutant.key in tally.known:
            tally.equivalent += 1
            continue
        tests, anew = _tests_of(mutant, covered)
        if tests:
            order = _in_order(tests, covered, tally.killers[anew], _about(mutant))
            yield Task(mutant, order, anew)
        else:
            tally.add(Task(mutant, (), False), Outcome("survived", "no test runs it", 0))
    for anew, tests in tally.killers.items():
        yield Task(None, _in_order(tests, covered, ()), anew)


def _tests_of(mutant: Mutant, covered: Covered) -> tuple[set[str], bool]:
    """The tests that run a fault, and whether its module must be imported for that."""
    named = names((ROOT / mutant.file).read_text(encoding="utf-8"))
    tests = covered.tests(mutant.file, (named[n] for n in lines(mutant)))
    anew = at_import(mutant) or IMPORT in tests
    if at_import(mutant) or tests == {IMPORT}:  # what it made is used by its neighbours
        first, last = getattr(mutant.scope, "lineno", 1), getattr(mutant.scope, "end_lineno", None)
        tests = covered.tests(mutant.file, named[first : last and last + 1])
        if tests == {IMPORT}:
            tests = covered.tests(mutant.file, named)
        tests |= {test for test in covered.seconds if test.startswith(OF_DECLARATIONS)}
    return tests - {IMPORT}, anew


def _in_order(
    tests: Iterable[str], covered: Covered, killers: Collection[str], about: Collection[str] = ()
) -> list[tuple[str, float]]:
    """Those first whose names are about it or that noticed a fault before; the fastest first."""

    def key(test: str) -> tuple[bool, bool, float, str]:
        named = any(word in test for word in about)
        return not named, test not in killers, covered.seconds[test], test

    return [(test, covered.seconds[test]) for test in sorted(tests, key=key)]


def _about(mutant: Mutant) -> set[str]:
    """The module's name, and the words that the fault takes away: tests are called after them."""
    before, after = (set(re.findall(r"[a-z_]{4,}", text)) for text in mutant.change)
    return {Path(mutant.file).stem, *(before - after)}


class Tally:
    """What came out."""

    def __init__(self, known: dict[tuple[str, ...], str]) -> None:
        self.known, self.equivalent = known, 0
        self.verdicts: Counter[str] = Counter()
        self.killers: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
        self.survived: list[Mutant] = []
        self.broken: list[tuple[bool, str]] = []
        self.begin = time.perf_counter()

    def add(self, task: Task, outcome: Outcome) -> None:
        """Counts one; says at once where a fault was not noticed."""
        if task.mutant is None:
            failed = [line for line in outcome.by.splitlines() if "::" in line]
            self.broken += [(task.anew, test) for test in failed]
            return
        self.verdicts[outcome.verdict] += 1
        if outcome.verdict == "survived":
            self.survived.append(task.mutant)
            print(_shown(task.mutant, outcome), flush=True)
        elif outcome.by:
            self.killers[task.anew][outcome.by.strip()] += 1
        if sum(self.verdicts.values()) % 50 == 0:
            print(f"… {dict(self.verdicts)}, {self._seconds:.0f} s", file=sys.stderr, flush=True)

    @property
    def _seconds(self) -> float:
        return time.perf_counter() - self.begin

    def report(self) -> str:
        """The figures."""
        total = sum(self.verdicts.values())
        void = sum(self.killers[anew][test] for anew, test in self.broken)
        killed = total - self.verdicts["survived"] - void
        low, high = interval(killed, total)
        text = (
            f"{killed} of {total} noticed ({self.verdicts['timed out']} by a time limit), "
            f"{self.equivalent} more are listed as equivalent\n"
            f"score {killed / max(total, 1):.1%}, 95 % interval {low:.1%} to {high:.1%}; "
            f"{self._seconds:.0f} s"
        )
        broken = "".join(
            f"\nfails without a fault, and so what it noticed does not count: {test}"
            for _, test in self.broken
        )
        return text + broken


def _shown(mutant: Mutant, outcome: Outcome) -> str:
    before, after = mutant.change
    return (
        f"\n{mutant.file}:{mutant.statement.lineno} {mutant.kind}: survived, "
        f"{outcome.by}, {outcome.seconds:.0f} s\n- {before}\n+ {after}"
    )


def interval(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion."""
    if not total:
        return 0.0, 1.0
    z, p = 1.96, hits / total
    middle = p + z * z / (2 * total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    return tuple((middle + sign * half) / (1 + z * z / total) for sign in (-1, 1))  # type: ignore
