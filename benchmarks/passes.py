"""What the passes save: each rewrite's spec at `-O0` against `-O1`, in multiplications and in time.

    python benchmarks/passes.py [PAIRS] [--only WORD] [--gallery]

The first table has the multiplications a sample takes as written and after the passes, and the
least that its outputs need, worked out by hand. The second one has times: both models have the same
weights and run in turn, A B A B …, in one process, after two runs to warm up. A run is a call that
Keras makes for several batches (`steps_per_execution`), so that what Python does for a call, some
tenths of a millisecond, counts for little. Times are those of the processor on one thread, in
milliseconds a batch: what else the machine does changes them little. The ratio is the median of the
pairs' with its quartiles; beside it stands what a trial of this idea reached by hand, and how much
of the ratio of multiplications the time has.

`--gallery` counts all specs in `specs/`, and times those that the passes change.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from rewrites import REWRITES, Rewrite

import seqspec
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import multiplications
from seqspec.ops.evaluate import sized
from seqspec.passes.pipeline import optimized
from seqspec.values import Value, total

Array = np.ndarray
SPECS = Path(__file__).parents[1] / "specs"


def work(graph: GraphQueries) -> int:
    """The multiplications of a sample, with twenty steps where their number is open."""
    found = total(multiplications(graph, [output.node for output in graph.outputs]).values())
    return _closed(found)


def _closed(part: object) -> object:
    """A size or a value with numbers for the sizes that are open: as many steps as any has
    positions for."""
    names = part.names if hasattr(part, "names") else _names(part)
    return sized(part, dict.fromkeys(names, 20))


def _names(part: object) -> list[str]:
    sizes = part.shape if isinstance(part, Value) else ()
    return [name for size in sizes if hasattr(size, "names") for name in size.names]


TOGETHER = {1: 32, 32: 2}
"""How many batches of a size a run has."""


def forward(model: keras.Model, x: Array) -> Callable[[], object]:
    """Predictions for several batches, which differ: for equal ones TensorFlow would work once."""
    batches = [(tf.constant(x + number),) for number in range(TOGETHER[len(x)])]
    model.compile(steps_per_execution=len(batches))
    model.make_predict_function()
    return partial(model.predict_function, batches)


def training(model: keras.Model, x: Array, y: Array, *, xla: bool = False) -> Callable[[], object]:
    """Steps of training on several batches."""
    together = TOGETHER[len(x)]
    model.compile(optimizer="sgd", loss="mse", steps_per_execution=together, jit_compile=xla)
    model.make_train_function()
    return partial(model.train_function, iter(tf.data.Dataset.from_tensors((x, y)).repeat()))


def milliseconds(run: Callable[[], object]) -> float:
    """The processor's time for one run."""
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1000


def compare(
    one: Callable[[], object], other: Callable[[], object], pairs: int, batches: int = 1
) -> list[float]:
    """The median times of two runs, for a batch; of the pairs' ratios the median, and the
    quartiles."""
    for _ in range(2):
        one(), other()
    times = [(milliseconds(one), milliseconds(other)) for _ in range(pairs)]
    before, after = (statistics.median(column) for column in zip(*times, strict=True))
    low, middle, high = statistics.quantiles([a / b for a, b in times], n=4)
    return [before / batches, after / batches, middle, low, high]


def cells(times: list[float]) -> str:
    before, after, middle, low, high = times
    return f"{before:.2f} | {after:.2f} | {middle:.2f} ({low:.2f} to {high:.2f})"


def pair(written: str, spec: str) -> tuple[keras.Model, keras.Model]:
    """Models of both levels with the same weights, by their layers' names."""
    one, other = seqspec.compile(written, optimize=0), seqspec.compile(spec, optimize=1)
    for layer in one.layers:
        if layer.weights:
            other.get_layer(layer.name).set_weights(layer.get_weights())
    return one, other


def counts(rewrites: dict[str, Rewrite]) -> dict[str, float]:
    """The table of multiplications, and the ratio that each rewrite has of them."""
    print(
        "| rewrite | as written | left | the least | reached | ratio |\n|---|--:|--:|--:|--:|--:|"
    )
    ratios = {}
    for name, rewrite in rewrites.items():
        graph = seqspec.parse(rewrite.spec)
        before, left, least = work(graph), work(optimized(graph)), rewrite.least
        ratios[name] = before / left
        print(
            f"| {name} | {before:,} | {left:,} | {least:,} | {least / left:.1%} | "
            f"{before / left:.2f} |"
        )
    print(flush=True)
    return ratios


def times(rewrites: dict[str, Rewrite], ratios: dict[str, float], pairs: int) -> None:
    """The table of times."""
    print("| rewrite | batch | | -O0, ms | -O1, ms | ratio | trial | of the multiplications' |")
    print("|---|--:|---|--:|--:|--:|--:|--:|")
    for name, rewrite in rewrites.items():
        for batch in (1, 32):
            for kind, trial, both in runs(rewrite, batch):
                found = compare(*both, pairs, TOGETHER[batch])
                share = f"{found[2] / ratios[name]:.0%}"
                told = f"{trial:g}" if trial else ""
                print(
                    f"| {name} | {batch} | {kind} | {cells(found)} | {told} | {share} |", flush=True
                )


def runs(rewrite: Rewrite, batch: int) -> Iterator[tuple[str, float | None, list[Any]]]:
    """What is timed, what the trial reached in it, and the runs of both levels."""
    rng = np.random.default_rng(0)
    models = pair(rewrite.written or rewrite.spec, rewrite.spec)  # training parts them
    x = rng.normal(size=(batch, *models[0].input_shape[1:])).astype("float32")
    expected = models[0].predict_on_batch(x)
    np.testing.assert_allclose(models[1].predict_on_batch(x), expected, atol=1e-4)
    y = rng.normal(size=expected.shape).astype("float32")
    ahead, back = rewrite.trial or (None, None)
    yield "forward", ahead, [forward(model, x) for model in models]
    yield "training", back, [training(model, x, y) for model in models]
    if rewrite.xla and batch > 1:
        yield "training, XLA", rewrite.xla, [training(model, x, y, xla=True) for model in models]


def gallery(pairs: int) -> None:
    """All specs counted, and those timed that the passes change."""
    paths = [path for path in sorted(SPECS.rglob("*.seq")) if path.parent.name != "outside"]
    graphs = {path.relative_to(SPECS): seqspec.load(path) for path in paths}
    changed = {path: after for path, g in graphs.items() if (after := optimized(g)) is not g}
    more = [str(path) for path, after in changed.items() if work(after) > work(graphs[path])]
    print(f"{len(graphs)} specs, {len(changed)} of them changed; more multiplications: {more or 0}")
    print("| spec | multiplications left | | -O0, ms | -O1, ms | ratio |")
    print("|---|--:|---|--:|--:|--:|")
    for path, after in changed.items():
        graph = graphs[path]
        inputs = [_data(node.value) for node in graph.inputs]
        x = inputs if len(inputs) > 1 else inputs[0]
        models = [seqspec.compile(graph, optimize=level) for level in (0, 1)]
        y = models[0].predict_on_batch(x)
        for model in models:
            model.compile(optimizer="sgd", loss="mse")
        for kind, both in (
            ("forward", [partial(model.predict_on_batch, x) for model in models]),
            ("training", [partial(model.train_on_batch, x, y) for model in models]),
        ):
            found, left = cells(compare(*both, pairs)), work(after) / work(graph)
            print(f"| {path} | {left:.1%} | {kind} | {found} |", flush=True)


def _data(value: Value) -> np.ndarray:
    closed = _closed(value)
    return np.ones((closed.batch or 4, *closed.shape), closed.dtype)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="?", type=int, default=20)
    parser.add_argument("--only", default="", help="those rewrites whose name has this word")
    parser.add_argument("--gallery", action="store_true")
    given = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if given.gallery:
        gallery(given.pairs)
        return
    rewrites = {name: rewrite for name, rewrite in REWRITES.items() if given.only in name}
    times(rewrites, counts(rewrites), given.pairs)


if __name__ == "__main__":
    main()
