"""Masks follow the data: a padded sample gives what it gives alone, unpadded.

Each chain stands between a masked input and a reader of the mask (`lstm -> take last`, a
masked mean). The model is run on a padded batch and on each sample by itself.
"""

from __future__ import annotations

import numpy as np
import pytest

import seqspec

RNG = np.random.default_rng(7)
LENGTHS = (9, 4, 6, 5)

CHAINS = [
    "lstm 5",
    "lstm 5 -> take last 3",
    "lstm 5 -> take last 3 -> lstm 4",
    "lstm 5 -> take first 3",
    "lstm 5 -> take 1:4",
    "lstm 5 -> take -4:-1",
    "lstm 5 -> take :-2",
    "lstm 5 -> take 1:-1",
    "lstm 5 -> take 1:-1:2",
    "lstm 5 -> take ::2",
    "lstm 5 -> drop first 2",
    "lstm 5 -> drop last 2",
    "lstm 5 bi",
    "lstm 5 bi -> drop last 1 -> lstm 4",
    "gru 5 reverse",
    "gru 5 reverse -> rnn 4 bi merge=sum",
    "lstm 5 -> reverse",
    "lstm 5 -> shift 1",
    "lstm 5 -> shift -2",
    "lstm 5 -> pad end 2",
    "lstm 5 -> pad start 2",
    "lstm 5 -> upsample 2",
    "lstm 5 -> dense 4 relu -> norm -> dropout 0.5",
    "add _ (lstm 6)",
    "concat (lstm 5) (gru 4)",
    "concat _ (lstm 6 -> take last 3) time",
    "concat _ (dense 6 -> unmask -> take first 2) time",
    "concat _ (lstm 5 -> take last -> repeat 1)",
    "concat (lstm 5 -> take last 1) _",
    "multiply (dense 6) (lstm 6 -> take last 1)",
    "add (lstm 5) (unmask -> dense 5)",
    "multiply _ (dense 1 sigmoid)",
    "multiply _ (dense 1 -> softmax time)",
    "conv 5 3 same",
    "conv 5 3 causal relu",
    "conv 5 3 causal dilation=2",
    "conv 5 3",
    "conv 5 2 stride=2",
    "conv 5 2 causal stride=2",
    "sepconv 5 3 same",
    "depthconv 3 causal",
    "sepconv 5 3 causal dilation=2",
    "deconv 5 3 same",
    "pool max 2",
    "pool mean 2",
    "pool sum 3 stride=1",
    "pool max 3 same stride=1",
    "pool min 3 same stride=1",
    "pool min 2",
    "pool max features -> concat _ (unmask -> dense 2)",
    "abs -> sqrt",
    "scale 0.5 offset=1",
    "scale 1,2,3,4,5,6 offset=1 -> clip 0 1",
    "subtract 1 _ -> maximum _ 0",
    "window 3 -> each ( conv 5 2 -> pool max )",
    "window 2 stride=2 -> each ( take last )",
    "concat (learned 1x6) _ time",
    "add _ (learned 1x6)",
    "divide _ (pool sum features)",
    "power (abs) _ -> multiply _ 1,2,3,4,5,6",
    "concat _ (const 1,2 -> repeat 1)",
    "glu",
    "leaky_relu slope=0.1",
    "reshape ?x3x2 -> reshape ?x6",
    "add _ (mask 0.123)",
    "norm rms -> silu",
    "fourier real",
    "lstm 5 -> fourier imaginary",
    "fourier magnitude half",
    "fourier real features",
]
READERS = ["lstm 3 -> take last", "gru 3 bi -> final", "pool mean", "pool max", "pool sum",
           "pool min", "pool std", "pool logsumexp",
           "lstm 3 reverse -> take first", "lstm 3 bi -> take 0"]  # fmt: skip


def padded(samples: list[np.ndarray], side: str, fill: float) -> np.ndarray:
    """The samples in one array, filled up at one side."""
    longest = max(map(len, samples))
    rows = []
    for sample in samples:
        gap = longest - len(sample)
        widths = [(gap, 0) if side == "left" else (0, gap), *[(0, 0)] * (sample.ndim - 1)]
        rows.append(np.pad(sample, widths, constant_values=fill))
    return np.stack(rows)


def check_against_alone(spec: str, samples: list[np.ndarray], side: str, fill: float) -> None:
    """The padded batch gives, sample by sample, what each gives alone."""
    model = seqspec.compile(spec)
    together = np.asarray(model(padded(samples, side, fill)))
    for row, sample in zip(together, samples, strict=True):
        alone = np.asarray(model(sample[None]))[0]
        np.testing.assert_allclose(row, alone, atol=2e-6, err_msg=spec)


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("chain", CHAINS)
def test_chain_agrees_with_samples_alone(chain: str, side: str) -> None:
    samples = [RNG.integers(1, 20, n) for n in LENGTHS]
    if side == "left" and any(word in chain for word in ("stride", "pool", "unmask")):
        pytest.skip("windows and unmasked steps count from the start of the array")
    check_against_alone(
        f"in T tokens -> embed 20 6 mask -> {chain} -> lstm 3 -> take last", samples, side, 0
    )


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("reader", READERS)
def test_reader_agrees_with_samples_alone(reader: str, side: str) -> None:
    samples = [RNG.normal(size=(n, 4)).astype("float32") for n in LENGTHS]
    check_against_alone(f"in Tx4 -> mask -9 -> lstm 5 -> dense 4 -> {reader}", samples, side, -9)


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("reader", ["lstm 3 -> take last", "pool mean", "dense 3 -> pool std"])
def test_padding_may_be_nan(reader: str, side: str) -> None:
    """And spreads nowhere, not into gradients either."""
    samples = [RNG.normal(size=(n, 4)).astype("float32") for n in LENGTHS]
    spec = f"in Tx4 -> mask nan -> dense 3 -> {reader}"
    check_against_alone(spec, samples, side, np.nan)
    model = seqspec.compile(f"{spec}\ntrain loss=mse optimizer=sgd")
    model.fit(padded(samples, side, np.nan), np.ones((4, model.output_shape[-1])), verbose=0)
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


def test_a_reading_of_several_may_be_nan() -> None:
    """A step is padding where all of its values are."""
    model = seqspec.compile("in Tx2 -> mask nan -> take last")
    x = np.array([[[1, 2], [np.nan, 3], [np.nan, np.nan]]], "float32")
    np.testing.assert_array_equal(np.asarray(model(x)), [[np.nan, 3]])


def test_take_last_gives_the_last_real_steps() -> None:
    """The three last real steps of each sample, however it was padded."""
    spec = "x = in T tokens -> embed 20 6 mask -> lstm 5\nout all = x\nout last = x -> take last 3"
    model = seqspec.compile(spec)
    samples = [RNG.integers(1, 20, n) for n in LENGTHS]
    for side in ("left", "right"):
        _, last = model(padded(samples, side, 0))
        for row, sample in zip(np.asarray(last), samples, strict=True):
            every, _ = model(sample[None])
            np.testing.assert_allclose(row, np.asarray(every)[0, -3:], atol=2e-6)


def test_too_short_samples_are_masked_not_wrong() -> None:
    """A sample with fewer real steps than are taken fills up with masked ones."""
    spec = "in T tokens -> embed 20 6 mask -> take last 3 -> lstm 4 -> take last"
    samples = [RNG.integers(1, 20, n) for n in (5, 2, 1)]
    model = seqspec.compile(spec)
    together = np.asarray(model(padded(samples, "right", 0)))
    direct = seqspec.compile(spec.replace("-> take last 3 ", ""))
    direct.set_weights(model.get_weights())
    for row, sample in zip(together, samples, strict=True):
        np.testing.assert_allclose(row, np.asarray(direct(sample[-3:][None]))[0], atol=2e-6)


def test_padding_values_do_not_matter() -> None:
    """What stands at masked steps never shows, also where steps are read by their place."""
    spec = (
        "ids = in 6 tokens\nx = in 6x4\nm = ids -> embed 5 4 mask\n"
        "h = m -> add _ (x -> dense 4) -> conv 3 3 same -> as c -> add _ (take 4 -> repeat 6)\n"
        "out y = h -> pool max"
    )
    model = seqspec.compile(spec.replace("(take 4 -> repeat 6)", "(take 4 -> repeat 1)"))
    ids = np.array([[1, 2, 3, 0, 0, 0]])
    one, other = RNG.normal(size=(2, 1, 6, 4)).astype("float32")
    other[:, :3] = one[:, :3]
    np.testing.assert_allclose(
        np.asarray(model([ids, one])), np.asarray(model([ids, other])), atol=1e-6
    )
