"""How the cost of a spec grows with its stages: checked, written as an archive, rewritten.

    python benchmarks/growth.py [RUNS] [LARGEST]

Specs of 10, 100, 1,000 … stages, one behind the other, in one process. A table has medians of so
many runs, in which the sizes take turns, and the exponent of the growth: the slope of a line
through the logarithms by least squares, 1 where the cost is in proportion. The target is 1.1. A
check is also tried with 10,000 stages; `LARGEST` sets the bound for all.

Counted is the processor's time, which others on the machine disturb less. What a spec costs
whatever its size draws the slope down; so that of the last step alone is told beside it.
"""

from __future__ import annotations

import gc
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from seqspec import Limits, check, save
from seqspec.passes.pipeline import optimized

LIMITS = Limits(**dict.fromkeys(Limits.fields, 10**15))
STAGES = ("lstm 8", "dense 8 relu", "dropout 0.1", "norm", "conv 8 3 causal")
STEPWISE = ("dense 8 relu", "dropout 0.1", "norm")  # the selection at the end sinks below them all
SIZES = (10, 100, 1_000, 10_000)
WRITTEN = 1_000  # plain Keras would not load deeper models


def spec(stages: int, kinds: tuple[str, ...] = STAGES) -> str:
    """A spec of so many stages, a name for each ten."""
    lines, last = [], "in 100x8"
    for start in range(0, stages, 10):
        inside = " -> ".join(kinds[i % len(kinds)] for i in range(start, min(start + 10, stages)))
        lines.append(f"h{start} = {last} -> {inside}")
        last = f"h{start}"
    return "\n".join([*lines, f"out y = {last} -> take last -> dense 1"])


def milliseconds(run: Callable[[], object]) -> float:
    """The processor's time for one run, which begins without garbage."""
    gc.collect()
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1000


def slope(points: list[tuple[float, float]]) -> float:
    """The exponent of a power law through points, by least squares of the logarithms."""
    xs, ys = ([math.log(number) for number in side] for side in zip(*points, strict=True))
    return statistics.linear_regression(xs, ys).slope


def checking(stages: int, _: Path) -> Callable[[], object]:
    """A check of the spec."""
    text = spec(stages)
    return lambda: check(text, limits=LIMITS).needed()


def writing(stages: int, folder: Path) -> Callable[[], object]:
    """The archive of the spec's graph, without the check."""
    graph = check(spec(stages), limits=LIMITS).demand()
    return lambda: save(graph, folder / "model.keras", optimize=0)


def rewriting(stages: int, _: Path) -> Callable[[], object]:
    """All passes over a graph."""
    graph = check(spec(stages, STEPWISE), limits=LIMITS).needed()
    return lambda: optimized(graph)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    largest = int(sys.argv[2]) if len(sys.argv) > 2 else SIZES[-1]
    print("| | " + " | ".join(f"{size:,}" for size in SIZES) + " | exponent | last step |")
    print("|---|" + "--:|" * (len(SIZES) + 2))
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("check", checking), ("write", writing), ("optimise", rewriting)):
            most = min(largest, SIZES[-1] if make is checking else WRITTEN)
            jobs = {size: make(size, Path(folder)) for size in SIZES if size <= most}
            print(f"| {name} | {row(jobs, runs)} |", flush=True)


def row(jobs: dict[int, Callable[[], object]], runs: int) -> str:
    """The cells of a row: the medians, and how they grow."""
    for run in jobs.values():
        run()
    rounds = [{size: milliseconds(run) for size, run in jobs.items()} for _ in range(runs)]
    points = [(float(size), statistics.median(times[size] for times in rounds)) for size in jobs]
    cells = [f"{cost:.1f} ms" for _, cost in points] + [""] * (len(SIZES) - len(points))
    return " | ".join([*cells, f"{slope(points):.2f}", f"{slope(points[-2:]):.2f}"])


if __name__ == "__main__":
    main()
