"""What is drawn at each use of a model, and not in training alone."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

import seqspec

VARIATIONAL = """
h       = in 6 -> dense 4 tanh
mean    = h -> dense 2
log_var = h -> dense 2
out z = add mean (multiply (log_var -> scale 0.5 -> exp) (mean -> scale 0 -> noise 1 always))
out m = mean
out v = log_var
"""
X = np.random.default_rng(3).normal(size=(1, 6)).astype("float32")


def test_samples_have_the_mean_and_variance_that_the_model_says(tmp_path: Path) -> None:
    """The reparameterisation of Kingma & Welling 2014, from the saved file."""
    seqspec.compile(VARIATIONAL, tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras")
    keras.utils.set_random_seed(1)
    z, mean, log_var = (np.asarray(part) for part in model(np.repeat(X, 20_000, axis=0)))
    deviation = np.exp(log_var[0] / 2)
    np.testing.assert_allclose(z.mean(0), mean[0], atol=5 * deviation.max() / 20_000**0.5)
    np.testing.assert_allclose(z.std(0), deviation, rtol=0.03)
    again = np.asarray(model(X)[0])
    assert np.abs(again - np.asarray(model(X)[0])).min() > 0


def test_dropout_that_stays_on() -> None:
    """Monte Carlo dropout (Gal & Ghahramani 2016), with a mask carried through it."""
    model = seqspec.compile("in 5x400 -> mask 0 -> dropout 0.25 always -> unmask")
    ones = np.ones((2, 5, 400), "float32")
    found = np.asarray(model(ones))
    assert set(np.unique(found.round(4))) == {0, np.float32(4 / 3).round(4)}
    assert abs((found == 0).mean() - 0.25) < 0.05
    still = seqspec.compile("in 5x400 -> dropout 0.25")
    np.testing.assert_array_equal(np.asarray(still(ones)), ones)
