"""What the passes save: each rewrite's spec at `-O0` against `-O1`, forward and a training step.

    python benchmarks/passes.py [PAIRS]

Both models have the same weights and run in turn, A B A B …, in one process, after two runs to
warm up. The table has the medians at `-O0` and `-O1` in milliseconds, and of the pairs' ratios the
median with its quartiles: on a noisy machine the ratio holds where single times do not.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import seqspec
from seqspec.passes import Level

STACK = "dense 64 relu -> dropout 0.1 -> dense 64 relu -> norm -> dense 64"
GATED = """\
block gated(d) = add _ (multiply (conv 64 2 causal dilation={d} tanh)
                                 (conv 64 2 causal dilation={d} sigmoid) -> conv 64 1)
"""
SPECS = {
    "steps, behind an LSTM": f"in 200x64 -> lstm 64 -> {STACK} -> take last 3",
    "steps, without one": f"in 200x64 -> {STACK} -> take last 3",
    "causal": "in 200x64 -> lstm 64 -> take first 20",
    "receptive field": GATED
    + "in 200x64 -> conv 64 2 causal -> (gated {2**i}) * 6 -> relu -> take last",
    "strided windows": "in 200x64 -> (conv 64 5 stride=2 relu) * 3 -> take last",
    "last step of bi": "in 200x64 -> lstm 64 bi -> take last",
    "repeat": "in 64 -> repeat 200 -> dense 64 relu -> dense 64 relu -> lstm 64 -> take last",
}


def milliseconds(run: Callable[[], object]) -> float:
    """The wall time of one run."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def built(spec: str, level: Level) -> keras.Model:
    """The model, ready for training."""
    model = seqspec.compile(spec, optimize=level)
    model.compile(optimizer="sgd", loss="mse")
    return model


def pair(spec: str) -> tuple[keras.Model, keras.Model]:
    """Models of both levels with the same weights, by their layers' names."""
    written, optimized = built(spec, 0), built(spec, 1)
    for layer in written.layers:
        if layer.weights:
            optimized.get_layer(layer.name).set_weights(layer.get_weights())
    return written, optimized


def compare(one: Callable[[], object], other: Callable[[], object], pairs: int) -> str:
    """Times and ratios of two runs, as a row's cells."""
    for _ in range(2):
        one(), other()
    times = [(milliseconds(one), milliseconds(other)) for _ in range(pairs)]
    before, after = (statistics.median(column) for column in zip(*times, strict=True))
    low, middle, high = statistics.quantiles([a / b for a, b in times], n=4)
    return f"{before:.1f} | {after:.1f} | {middle:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    rng = np.random.default_rng(0)
    print("| rewrite | batch | | -O0, ms | -O1, ms | ratio |\n|---|--:|---|--:|--:|--:|")
    for name, spec in SPECS.items():
        for batch in (1, 32):
            models = pair(spec)  # anew: dropout has led the trained ones apart
            x = rng.normal(size=(batch, *models[0].input_shape[1:])).astype("float32")
            expected = models[0].predict_on_batch(x)
            np.testing.assert_allclose(models[1].predict_on_batch(x), expected, atol=1e-4)
            y = rng.normal(size=expected.shape).astype("float32")
            forward = [partial(model.predict_on_batch, x) for model in models]
            training = [partial(model.train_on_batch, x, y) for model in models]
            print(f"| {name} | {batch} | forward | {compare(*forward, pairs)} |", flush=True)
            print(f"| {name} | {batch} | training | {compare(*training, pairs)} |", flush=True)


if __name__ == "__main__":
    main()
