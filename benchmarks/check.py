"""How long a check takes in a process that runs already: one line, and a file of 1,000.

    python benchmarks/check.py [RUNS]

The check and a plain parse of the same text by the same parser run in turn, A B A B …; told are
medians of the processor's time and of the pairs' ratios. The targets are 0.5 ms for the line and
150 ms for the file.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from lsp import text_of

from seqspec import Limits, check
from seqspec.source import Source
from seqspec.syntax import parse_text

LIMITS = Limits(depth=10_000)
TEXTS = {"one line": ("in 6 -> lstm 3", 20), "1,000 lines": (text_of(1000), 1)}


def milliseconds(run: Callable[[], object], times: int) -> float:
    """The processor's time for one run, of so many."""
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) * 1000 / times


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for name, (text, times) in TEXTS.items():
        checking, parsing = (
            partial(check, text, limits=LIMITS),
            partial(parse_text, Source("", text)),
        )
        checking().needed()
        gc.freeze()
        pairs = [(milliseconds(checking, times), milliseconds(parsing, times)) for _ in range(runs)]
        checks, parses = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{name:12} check {checks:7.2f} ms, parse {parses:7.2f} ms, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
