"""Fourier transforms composed, saved, loaded and trained; parts alone: test_operations."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import seqspec

RNG = np.random.default_rng(17)
SPEC = """
series = in Sx8
words = in T tokens -> embed 20 6 mask
a = series -> fourier real features
b = series -> fourier imaginary features
out mixed = subtract (a -> fourier real) (b -> fourier imaginary)
out strength = words -> fourier magnitude half -> lstm 3 -> take last
"""
LOAD = """
import sys
sys.modules["seqspec"] = None  # as where it is not installed
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])  # safe mode is the default
for steps in (5, 8):  # odd and even; `predict` runs a compiled graph
    x = np.load(f"{sys.argv[2]}/{steps}.npz")
    mixed, strength = model.predict([x["series"], x["words"]], verbose=0)
    np.savez(f"{sys.argv[2]}/{steps}_out.npz", mixed=mixed, strength=strength)
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_the_mixing_of_fnet_saved_and_loaded(tmp_path: Path, backend: str) -> None:
    """The real part of the transform over steps and features, their number not known (FNet)."""
    model = seqspec.compile(SPEC, tmp_path / "model.keras")
    given = {}
    for steps in (5, 8):
        words = RNG.integers(1, 20, (3, steps))
        words[1, 3:], words[2, :2] = 0, 0
        series = RNG.normal(size=(3, steps, 8)).astype("float32")
        given[steps] = {"series": series, "words": words}
        np.savez(tmp_path / f"{steps}.npz", **given[steps])
    subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path / "model.keras"), str(tmp_path)],
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    for steps, x in given.items():
        found = np.load(tmp_path / f"{steps}_out.npz")
        np.testing.assert_allclose(found["mixed"], np.fft.fft2(x["series"]).real, atol=1e-4)
        _, strength = model([x["series"], x["words"]])
        np.testing.assert_allclose(found["strength"], np.asarray(strength), atol=1e-5)


def test_a_sample_of_padding_alone_has_no_frequencies() -> None:
    spec = "in T tokens -> embed 20 6 mask -> fourier real half -> lstm 3 -> take last"
    strength = np.asarray(seqspec.compile(spec)(np.array([[3, 4, 5, 6], [0, 0, 0, 0]])))
    assert np.abs(strength[0]).max() > 1e-3
    np.testing.assert_array_equal(strength[1], 0)


@pytest.mark.parametrize("steps", ["7", "T"])
def test_magnitudes_train_through_silence(steps: str) -> None:
    """The slope of a square root has no bound at zero; here it is zero there, and no NaN."""
    spec = f"in {steps}x3 -> dense 3 -> fourier magnitude -> pool mean -> dense 1\ntrain loss=mse"
    model = seqspec.compile(spec)
    x = RNG.normal(size=(4, 7, 3)).astype("float32")
    x[0] = 0
    losses = model.fit(x, np.ones((4, 1)), epochs=2, verbose=0).history["loss"]
    assert losses[1] < losses[0]
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_the_inverse_is_made_of_the_same_parts() -> None:
    """x is the transform of its transform, backwards and N times as large."""
    model = seqspec.compile(
        "in 9x4 -> add (fourier real -> fourier real) (fourier imaginary -> fourier imaginary)"
        " -> scale {1 / 9}"
    )
    x = RNG.normal(size=(2, 9, 4)).astype("float32")
    np.testing.assert_allclose(np.asarray(model(x)), x, atol=1e-5)
