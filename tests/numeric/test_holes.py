"""Masked steps between real ones, samples without a real step, and masks on other backends.

What an operation does with a hole is what its mask rule says; here it is written out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import seqspec

from .test_masks import check_finite, padded

Array = np.ndarray
RNG = np.random.default_rng(31)
HOLED = "11011100"  # six steps, the third one missing, and padding
SEEN = [i for i, real in enumerate(HOLED) if real == "1"]
X = RNG.normal(size=(1, 8, 4)).astype("float32")
MISSING = np.where(np.array([*HOLED])[None, :, None] == "1", X, -9).astype("float32")


def compiled(chain: str, masked: bool = True) -> keras.Model:
    """Weights are the same for the same chain, with and without a mask."""
    model = seqspec.compile(f"in Tx4 -> {'mask -9 -> ' if masked else ''}{chain}")
    rng = np.random.default_rng(3)
    model.set_weights([rng.normal(size=w.shape) / 2 for w in model.get_weights()])
    return model


MASKS = {
    "dense 2 -> norm -> dropout 0.5": HOLED,
    "lstm 2 bi": HOLED,
    "attend heads=1 causal": HOLED,
    "position learned 8": HOLED,
    "shift 1": HOLED,  # the hole stays where it is, a masked step moves as zeros
    "reverse": HOLED[::-1],
    "upsample 2": "1111001111110000",
    "reshape ?x2x2 -> each ( flatten )": HOLED,
    "reshape ?x2": "1111001111110000",
    "conv 2 3 same": HOLED,  # a hole is read as zeros
    "conv 2 3 causal": HOLED,
    "conv 2 3 same stride=2": "1010",
    "conv 2 2": "1001100",  # whole windows of real steps
    "conv 2 3": "000100",
    "conv 2 2 stride=2": "1010",
    "deconv 2 2 same stride=2": "1111001111110000",
    "deconv 2 3": "1111111100",  # where a real step reaches
    "deconv 2 2": "111111100",
    "pool max 2": "1110",  # real steps alone are read, be they one of a window
    "pool mean 3": "11",
    "pool sum 3 stride=1": "111100",
    "pool max 3 same stride=1": "11111100",
    "pool mean 2 same": "1110",
    "take last 3": "111",  # holes are not counted
    "take first 4": "1111",
    "take 3:7": "1100",
    "drop first 1": "1111000",
    "drop last 2": "111000",
    "pad end 2": "1101111100",  # beside the sample's own steps
    "pad start 2": "1111011100",
    "concat _ _ time": "1101111101110000",
    "add _ (mask 0) (lstm 4)": HOLED,
    "add _ (reverse)": "11001100",  # each from its first step
    "add _ (drop first 1 -> pad start 1)": "11011000",
}


@pytest.mark.parametrize("chain", MASKS)
def test_what_becomes_of_a_hole(chain: str) -> None:
    """The weights of `softmax time` show the mask. Where the padding stands does not matter."""
    model = compiled(f"{chain} -> dense 1 -> scale 0 -> softmax time -> unmask")

    def found(x: Array) -> str:
        return "".join(map(str, (np.asarray(model(x))[0, :, 0] > 0).astype(int)))

    assert found(MISSING) == MASKS[chain]
    for moved in (1, 2):
        assert found(np.roll(MISSING, moved, axis=1)).strip("0") == MASKS[chain].strip("0")


def test_steps_are_joined_where_all_are_real() -> None:
    model = seqspec.compile("in 8x4 -> mask -9 -> reshape 4x8 -> dense 1 -> softmax time -> unmask")
    for moved in (0, 1, 2):
        weights = np.asarray(model(np.roll(MISSING, moved, axis=1)))[0, :, 0]
        assert (weights > 0).tolist() == [True, False, True, False]


@pytest.mark.parametrize("chain", ["lstm 3 -> take last", "gru 3 bi -> final", "pool mean",
                                   "pool max", "pool sum", "take last", "take 2",
                                   "attend heads=2 -> pool sum", "attend additive -> pool max",
                                   "position learned 8 -> pool sum", "take last 4 -> pool mean",
                                   "multiply _ (dense 1 -> softmax time) -> pool sum"])  # fmt: skip
def test_holes_are_passed_over(chain: str) -> None:
    """What does not read neighbours gives what it gives without the missing steps."""
    seen = compiled(chain, masked=False)(X[:, SEEN])
    np.testing.assert_allclose(np.asarray(compiled(chain)(MISSING)), np.asarray(seen), atol=1e-6)


@pytest.mark.parametrize("words", ["same", "causal", "same dilation=2", "causal dilation=3"])
def test_convolutions_read_holes_as_zeros(words: str) -> None:
    zeros = np.where(MISSING == -9, 0, MISSING)
    for op in ("conv 3 3", "sepconv 3 2", "depthconv 3"):
        found = np.asarray(compiled(f"{op} {words}")(MISSING))[:, SEEN]
        expected = np.asarray(compiled(f"{op} {words}", masked=False)(zeros))[:, SEEN]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_windows_pool_the_steps_that_are_there() -> None:
    windows = [X[0, :2], X[0, 3:4], X[0, 4:6]]
    for kind, of in (("max", np.max), ("mean", np.mean), ("sum", np.sum)):
        found = np.asarray(compiled(f"pool {kind} 2")(MISSING))[0, :3]
        np.testing.assert_allclose(found, [of(w, axis=0) for w in windows], atol=1e-6)


READERS = ["lstm 3 -> take last", "lstm 3 bi -> final", "gru 3 reverse -> take first", "take last",
           "take first", "take 1", "pool max", "pool mean", "pool sum", "take last 2 -> pool max",
           "conv 3 5 -> pool max", "pool mean 4 -> pool mean", "conv 3 3 stride=2 -> take last",
           "reshape ?x2x2 -> pool max", "reshape ?x2x2x1x1 -> pool max"]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_a_sample_without_a_real_step_gives_zeros(reader: str) -> None:
    """Nothing is read, whatever stands at the masked steps; other samples are as they were."""
    model = compiled(f"dense 4 -> {reader}")
    batch = padded([X[0, :0], X[0, :6], X[0, 2:8], X[0, :0]], "left", -9)
    found = np.asarray(model(batch))
    assert not found[[0, 3]].any()
    np.testing.assert_allclose(found[1:3], np.asarray(model(batch[1:3])), atol=1e-6)
    if model.trainable_variables:
        check_finite(model, batch)


@pytest.mark.parametrize("words", ["heads=2", "dot", "additive"])
def test_a_memory_without_a_real_step_is_read_as_zeros(words: str) -> None:
    memory = padded([X[0, :3], X[0, :0]], "right", -9)
    for query, x in (("Tx4", np.repeat(X, 2, axis=0)), ("4", X[0, :2])):
        spec = f"x = in {query}\nm = in Sx4 -> mask -9\nout y = x -> attend m {words}"
        found = np.asarray(seqspec.compile(spec)([x, memory]))
        assert found[0].any() and not found[1].any()


@pytest.mark.parametrize("words", ["heads=2", "dot"])
def test_a_step_before_the_first_that_may_be_read_gets_zeros(words: str) -> None:
    """The memory's first window holds the missing step."""
    model = seqspec.compile(
        "x = in Tx4\nm = in Sx4 -> mask -9 -> conv 4 2 stride=2\n"
        f"out y = x -> attend m {words} causal"
    )
    found = np.asarray(model([X, MISSING[:, 1:]]))[0]
    assert found.any(axis=1).tolist() == [False] + [True] * 7


@pytest.mark.parametrize("inner", [(4,), (3, 2)])
def test_batches_are_normalised_by_their_real_steps(inner: tuple[int, ...]) -> None:
    """In training too: padding counts neither for the batch nor for the moving averages."""
    x = RNG.normal(3, 2, size=(3, 5, *inner)).astype("float32")
    real = np.arange(5) < np.array([[5], [2], [0]])
    x[~real] = -9
    text = "x".join(map(str, inner))
    model = seqspec.compile(f"in Tx{text} -> mask -9 -> norm batch momentum=0 epsilon=1e-6")
    steps = x[real].reshape(-1, inner[-1])
    found = np.asarray(model(x, training=True))[real]
    expected = (x[real] - steps.mean(0)) / np.sqrt(steps.var(0) + 1e-6)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    mean, variance = model.get_weights()[2:]
    np.testing.assert_allclose(mean, steps.mean(0), rtol=1e-5)
    np.testing.assert_allclose(variance, steps.var(0), rtol=1e-4)
    np.testing.assert_allclose(np.asarray(model(x))[real], expected, atol=1e-4)


MECHANISMS = """
x = in T tokens -> embed 20 6 mask
m = in S tokens -> embed 20 6 mask
out windows  = x -> conv 6 3 stride=2 -> pool max 2 -> pool mean
out same     = x -> conv 6 3 same stride=2 -> pool mean 3 same -> pool sum
out back     = x -> conv 6 2 stride=2 -> deconv 6 3 stride=2 -> lstm 3 bi -> final
out beside   = x -> pad start 2 -> conv 4 3 same -> concat _ (reverse) time -> gru 3 -> take last
out lined_up = x -> add _ (reverse) -> reshape ?x3 -> conv 3 2 -> pool max
out frames   = x -> reshape ?x3x2 -> conv 4 2x2 stride=2x1 -> norm batch -> pool mean
out read     = x -> attend m heads=2 causal -> abs -> sqrt -> take last
out steps    = x -> conv 4 3 same -> dense 2
train windows loss=mse
train steps loss=mse metrics=mae
train same loss=mse
train read loss=mse
train optimizer=sgd rate=0.1
"""
RUN = """
import sys
sys.modules["seqspec"] = None  # as where it is not installed
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])  # safe mode is the default
inputs = np.load(sys.argv[2])
x = [inputs["x"], inputs["m"]]
y = model.predict(x, verbose=0)
history = model.fit(x, [np.ones_like(part) for part in y], verbose=0, shuffle=False)
weights = np.concatenate([w.ravel() for w in model.get_weights()])
np.savez(sys.argv[3], *y, np.array(history.history["loss"]), weights)
"""


def test_everywhere_the_same(tmp_path: Path) -> None:
    """Traced with sizes that are not known, compiled, trained: on TensorFlow and on JAX."""
    model = seqspec.compile(MECHANISMS, tmp_path / "model.keras")
    samples = [RNG.integers(1, 20, n) for n in (9, 4, 0, 1, 7, 6)]
    samples[0][3:5] = 0
    x = padded(samples, "both", 0)
    m = padded([RNG.integers(1, 20, n) for n in (2, 5, 3, 4, 0, 1)], "left", 0)
    np.savez(tmp_path / "in.npz", x=x, m=m)
    results = {}
    for backend in ("tensorflow", "jax"):
        target = tmp_path / f"{backend}.npz"
        arguments = [str(tmp_path / "model.keras"), str(tmp_path / "in.npz"), str(target)]
        environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run([sys.executable, "-c", RUN, *arguments], check=True, env=environment)
        with np.load(target) as found:
            results[backend] = list(found.values())
    eager = [np.asarray(y) for y in model([x, m])]
    for ours, traced, other in zip(eager, results["tensorflow"], results["jax"], strict=False):
        np.testing.assert_allclose(traced, ours, atol=3e-6)
        np.testing.assert_allclose(other, ours, atol=3e-6)
    for traced, other in zip(results["tensorflow"], results["jax"], strict=True):
        assert np.isfinite(traced).all()
        np.testing.assert_allclose(traced, other, rtol=1e-4, atol=1e-5)
