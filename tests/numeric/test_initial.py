"""How weights start, and how long they may become, in the model as it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import seqspec

Array = np.ndarray


def loaded(spec: str, folder: Path) -> keras.Model:
    """The model after it was saved, in safe mode."""
    seqspec.compile(spec, folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")


@pytest.mark.parametrize(
    ("options", "deviation", "largest"),
    [
        ("random_normal init_scale=0.3", 0.3, 2),
        ("truncated_normal init_scale=0.02", 0.02 * 0.8796, 0.04),
        ("random_uniform init_scale=0.6", 0.6 / 3**0.5, 0.6),
        ("variance_scaling init_scale=2", (2 / 60) ** 0.5, 2 * (2 / 60) ** 0.5 / 0.8796),
        ("-0.5", 0, 0.5),
        ("0", 0, 0),
    ],
)
def test_a_kernel_starts_as_it_is_told(
    options: str, deviation: float, largest: float, tmp_path: Path
) -> None:
    kernel, bias = loaded(f"in 60 -> dense 80 init={options}", tmp_path).get_weights()
    np.testing.assert_allclose(kernel.std(), deviation, rtol=0.05)
    assert np.abs(kernel).max() <= largest + 1e-6
    assert not bias.any()


def test_gains_and_constants(tmp_path: Path) -> None:
    spec = (
        "in 5x4 -> dense 4 init=identity init_scale=3 bias_init=-2 "
        "-> gru 4 init=orthogonal init_scale=2 recurrent_init=orthogonal bias_init=1 -> take last "
        "-> learned 3 init=0.5"
    )
    spec = spec.replace("take last", "take last -> as h") + "\nout h\nout y = h -> learned 3 init=7"
    kernel, bias, inner, recurrent, gru_bias, table = loaded(spec, tmp_path).get_weights()
    np.testing.assert_array_equal(kernel, 3 * np.eye(4))
    np.testing.assert_array_equal(bias, np.full(4, -2))
    np.testing.assert_allclose(inner @ inner.T, 4 * np.eye(4), atol=1e-5)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-5)
    np.testing.assert_array_equal(gru_bias, np.ones((2, 12)))
    np.testing.assert_array_equal(table, np.full((1, 3), 7))


@pytest.mark.parametrize(
    ("begin", "layer", "axes"),
    [
        ("in 6", "dense 3 max_norm=0.1", {"kernel": 0}),
        ("in 9x4", "conv 3 2 max_norm=0.1", {"kernel": (0, 1)}),
        ("in 5x9x4", "conv 3 2x3 max_norm=0.1", {"kernel": (0, 1, 2)}),
        ("in 9x4", "deconv 3 2 max_norm=0.1", {"kernel": (0, 2)}),
        ("in 9x4", "depthconv 3 max_norm=0.1", {"kernel": 0}),
        ("in 9x4", "sepconv 3 2 max_norm=0.1", {"depthwise": 0, "pointwise": (0, 1)}),
        ("in 9x4", "lstm 3 max_norm=0.1 recurrent_max_norm=0.2", {"kernel": 0, "recurrent": 0}),
        ("in 9x4", "gru 3 bi recurrent_max_norm=0.1", {"recurrent": 0}),
        ("in 9x4x1", "convlstm 2 2 max_norm=0.1", {"/kernel": (0, 1)}),
        ("in 9 tokens", "embed 5 3 max_norm=0.1", {"embeddings": 1}),
        ("in 9x4", "learned 5x3 max_norm=0.1", {"embeddings": 1}),
    ],
)
def test_the_weights_of_a_unit_stay_short(
    begin: str, layer: str, axes: dict[str, int], tmp_path: Path
) -> None:
    spec = f"{begin} -> {layer} -> square\ntrain loss=mse optimizer=sgd rate=1"
    model = loaded(spec, tmp_path)
    inputs = np.ones((4, *model.input_shape[1:]), model.inputs[0].dtype)
    model.fit(inputs, np.ones((4, *model.output_shape[1:])), epochs=3, verbose=0)
    bounded = [(w, axis) for w in model.weights for part, axis in axes.items() if part in w.path]
    assert len(bounded) >= len(axes)
    for weight, axis in bounded:
        limit = 0.2 if "recurrent" in weight.path and "lstm" in layer else 0.1
        norms = np.sqrt((np.asarray(weight) ** 2).sum(axis))
        assert norms.max() <= limit * (1 + 1e-4)
        assert norms.max() >= limit / 2  # and it was longer before


TRAIN = """
import sys
sys.modules["seqspec"] = None  # as where it is not installed
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])
model.fit(np.ones((2, 5, 9, 4)), np.ones((2, 4, 7, 3)), verbose=0)
print(np.sqrt((np.asarray(model.get_weights()[0]) ** 2).sum((0, 1, 2))).max() < 0.1001)
"""


def test_bounds_of_several_axes_load_on_another_backend(tmp_path: Path) -> None:
    target = tmp_path / "model.keras"
    seqspec.compile("in 5x9x4 -> conv 3 2x3 max_norm=0.1\ntrain loss=mse", target)
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(target)],
        capture_output=True, text=True, check=True, env={**os.environ, "KERAS_BACKEND": "jax"},
    )  # fmt: skip
    assert done.stdout.strip().endswith("True")
