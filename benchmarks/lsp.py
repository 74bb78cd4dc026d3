"""How long a keystroke takes in a file of 300 lines: diagnostics, and the hints of all of it.

    python benchmarks/lsp.py [KEYSTROKES]

The file is made of chains of the gallery's kinds, with blocks, residuals and branches. A digit
or a word is changed at a random place, by turns with a plain parse of the whole text by the same
parser: A B A B … The figure of a pair is their ratio, which holds on a noisy machine. The
target is a median below 50 ms.
"""

from __future__ import annotations

import gc
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from seqspec.lsp import faults, hints
from seqspec.lsp.documents import Documents
from seqspec.source import Source
from seqspec.syntax import parse_text

HEAD = """\
let units = 64
block residual(n, rate=0.1) = add _ (dense {n} relu -> dense {n} -> dropout {rate})
x0 = in Tx8 -> dense 64
"""
PART = """\

# part I
hI = xI -> lstm {units} bi -> dropout 0.2
  -> dense 64
aI = hI -> attend heads=4 causal -> add _ hI -> norm
cI = aI -> concat (conv 32 3 same relu) (gru 32)
  -> dense 64
xN = cI -> residual 64 rate=0.2
"""
TAIL = """\

out level = xI -> take last -> dense 1
out steps = xI -> take last 3 -> dense 8
train level loss=mse
train steps loss=mae
train optimizer=adam
"""
URI = "untitled:benchmark"


def text_of(lines: int) -> str:
    """A spec of so many lines or a few less."""
    parts = (lines - HEAD.count("\n") - TAIL.count("\n")) // PART.count("\n")
    body = "".join(
        re.sub(r"\b([a-z]?)I\b", rf"\g<1>{n}", PART).replace("xN", f"x{n + 1}")
        for n in range(parts)
    )
    return HEAD + body + re.sub(r"\bxI\b", f"x{parts}", TAIL)


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """The wall and the processor time of an action, in milliseconds."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000


def keystroke(documents: Documents, text: str) -> None:
    """What the server does after one."""
    (document,) = documents.put(URI, text)
    faults.diagnostics(document)
    hints.hints(document, document.lines.whole())


def typed(text: str, chosen: random.Random) -> str:
    """The text with another digit in one of its numbers, or a letter more in a word."""
    place = chosen.choice([m.start() for m in re.finditer(r"(?<=[ 0-9])\d(?=[ \n])", text)])
    digit = chosen.choice("123456789" if chosen.random() < 0.8 else "x")
    return text[:place] + digit + text[place:] if digit == "x" else (
        text[:place] + digit + text[place + 1 :]
    )  # fmt: skip


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    text, chosen = text_of(300), random.Random(1)
    documents = Documents()
    gc.freeze()
    pairs = []
    for _ in range(runs):
        keystroke(documents, text)  # the last one is taken back
        changed = typed(text, chosen)
        pairs.append((
            timed(partial(keystroke, documents, changed)),
            timed(partial(parse_text, Source("", changed))),
        ))  # fmt: skip
    stages = len(documents.get(URI).analysis.elaborator.flows)
    print(f"{text.count(chr(10))} lines, {len(text):,} characters, {stages} stages, {runs} pairs")
    for clock, name in enumerate(("wall", "processor")):
        print(f"{name} time in ms")
        keystrokes, parses = ([one[clock] for one in side] for side in zip(*pairs, strict=True))
        row("keystroke", keystrokes)
        row("parse", parses)
        row("ratio", [a / b for a, b in zip(keystrokes, parses, strict=True)])


def row(name: str, figures: list[float]) -> None:
    last = statistics.quantiles(figures, n=10)[-1]
    print(f"  {name:10} median {statistics.median(figures):6.2f}  (90 % {last:6.2f})")


if __name__ == "__main__":
    main()
