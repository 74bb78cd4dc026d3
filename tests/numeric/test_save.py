"""Saved files: plain models that load anywhere, the same bytes each time, ready to train."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

import seqspec

RICH = """
# a little of everything that Keras drops or refuses when it is written by hand
let units = 8
shared words = embed 50 {units} mask
a = in S tokens -> words -> lstm {units} bi merge=sum
b = in T tokens -> words -> lstm {units} -> add _ (dense {units}) -> norm
pooled = a -> take last 3 -> lstm 4 -> take last
out level = b -> concat (pool max) (pool mean) (take last) -> dense 1
out steps = b -> drop first 1 -> reverse -> dense 3 softmax
out summary = pooled
train level loss=mse metrics=mae
train steps loss=sparse weight=0.5
train summary loss=huber
train optimizer=adamw rate=1e-3 decay=0.01
"""
IDS = [np.array([[3, 4, 5, 0, 0], [7, 8, 9, 1, 2]]), np.array([[1, 2, 3, 0], [4, 5, 6, 7]])]

LOAD = """
import sys
sys.modules["seqspec"] = None  # as where it is not installed
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])  # safe mode is the default
inputs = np.load(sys.argv[2])
outputs = model([inputs["a"], inputs["b"]])
np.savez(sys.argv[3], *map(np.asarray, outputs))
"""


def outputs(model: keras.Model) -> list[np.ndarray]:
    return [np.asarray(y) for y in model(IDS)]


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_loads_without_seqspec_in_safe_mode(tmp_path: Path, backend: str) -> None:
    """A fresh process, seqspec not importable; also on another backend than it was built on."""
    target = tmp_path / "model.keras"
    model = seqspec.compile(RICH, target)
    np.savez(tmp_path / "in.npz", a=IDS[0], b=IDS[1])
    arguments = [str(target), str(tmp_path / "in.npz"), str(tmp_path / "out.npz")]
    subprocess.run(
        [sys.executable, "-c", LOAD, *arguments],
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    with np.load(tmp_path / "out.npz") as found:
        for ours, theirs in zip(outputs(model), found.values(), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_built_on_jax_is_the_same_model(tmp_path: Path) -> None:
    """Config and weight shapes are those of the TensorFlow build; JAX draws other numbers."""
    ours, theirs = tmp_path / "tf.keras", tmp_path / "jax.keras"
    model = seqspec.compile(RICH, ours)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "seqspec",
            "compile",
            "--via",
            "keras",
            "-e",
            RICH,
            "-o",
            str(theirs),
        ],
        check=True,
        env={**os.environ, "KERAS_BACKEND": "jax"},
    )
    with zipfile.ZipFile(ours) as a, zipfile.ZipFile(theirs) as b:
        assert a.read("config.json") == b.read("config.json")
    loaded = keras.saving.load_model(theirs)
    assert [w.path for w in loaded.weights] == [
        w.path for w in keras.saving.load_model(ours).weights
    ]
    assert [w.shape for w in loaded.weights] == [w.shape for w in model.weights]
    model.set_weights(loaded.get_weights())
    for one, other in zip(outputs(model), outputs(loaded), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6)


def test_same_bytes(tmp_path: Path) -> None:
    """Two builds, whatever was built between them, give byte-equal files; seeds differ."""
    one, two, other = (tmp_path / name for name in ("1.keras", "2.keras", "3.keras"))
    seqspec.compile(RICH, one)
    seqspec.compile("in 4x2 -> lstm 3 -> dense 2")
    seqspec.compile(RICH, two)
    seqspec.compile(RICH, other, seed=1)
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("write", [seqspec.compile, seqspec.save])
def test_fit_works_at_once_after_loading(write: Callable[..., object], tmp_path: Path) -> None:
    """Losses, weights, metrics and the optimizer's settings come with the file."""
    target = tmp_path / "model.keras"
    write(RICH, target)
    model = keras.saving.load_model(target)
    assert isinstance(model.optimizer, keras.optimizers.AdamW)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)
    assert model.optimizer.weight_decay == pytest.approx(0.01)
    targets = [np.ones((2, 1)), np.zeros((2, 3)), np.ones((2, 4))]
    history = model.fit(IDS, targets, epochs=2, verbose=0)
    assert history.history["loss"][1] < history.history["loss"][0]


def test_stateful_hands_states_on() -> None:
    """A stateful layer goes on where the last batch ended."""
    spec = "in 4x3 batch=2 -> lstm 5 stateful -> take last"
    model = seqspec.compile(spec)
    x = np.random.default_rng(0).normal(size=(2, 8, 3)).astype("float32")
    model.predict(x[:, :4], verbose=0)
    second = model.predict(x[:, 4:], verbose=0)
    whole = seqspec.compile("in 8x3 -> lstm 5 -> take last")
    whole.set_weights(model.get_weights())
    np.testing.assert_allclose(second, whole.predict(x, verbose=0), atol=2e-6)
    assert model.count_params() == seqspec.parse(spec).parameter_count


def test_final_is_both_ends_of_a_bidirectional_layer() -> None:
    """`final` gives Keras's own return_sequences=False; the last step does not."""
    spec = "h = in 6x3 -> lstm 4 bi\nout end = h -> final\nout last = h -> take last"
    model = seqspec.compile(spec)
    theirs = keras.Sequential(
        [keras.Input((6, 3)), keras.layers.Bidirectional(keras.layers.LSTM(4))]
    )
    theirs.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(3, 6, 3)).astype("float32")
    end, last = (np.asarray(y) for y in model(x))
    np.testing.assert_allclose(end, np.asarray(theirs(x)), atol=2e-6)
    np.testing.assert_allclose(last[:, :4], end[:, :4], atol=2e-6)
    assert np.abs(last[:, 4:] - end[:, 4:]).max() > 1e-3


@pytest.mark.parametrize(
    ("encoder", "decoder", "cell"),
    [("lstm 4", "lstm 4 from=enc", "LSTM"), ("gru 4 bi", "gru 4 bi from=enc", "GRU"),
     ("lstm 4 bi merge=ave", "lstm 4 bi from=enc", "LSTM")],
)  # fmt: skip
def test_states_transfer(encoder: str, decoder: str, cell: str) -> None:
    """`from=` is Keras's initial_state of that layer's final states."""
    spec = f"enc = in 5x3 -> {encoder}\nout y = in 6x2 -> {decoder}"
    model = seqspec.compile(spec)
    merge = {"merge_mode": "ave"} if "ave" in encoder else {}

    def layer(both: dict[str, object], **options: object) -> keras.layers.Layer:
        inner = getattr(keras.layers, cell)(4, **options)
        return keras.layers.Bidirectional(inner, **both) if "bi" in encoder else inner

    a, b = keras.Input((5, 3)), keras.Input((6, 2))
    states = layer(merge, return_state=True)(a)[1:]
    y = layer({}, return_sequences=True)(b, initial_state=states)
    theirs = keras.Model([a, b], y)
    theirs.set_weights(model.get_weights())
    rng = np.random.default_rng(1)
    x = [rng.normal(size=s).astype("float32") for s in ((2, 5, 3), (2, 6, 2))]
    np.testing.assert_allclose(np.asarray(model(x)), np.asarray(theirs(x)), atol=2e-6)


def test_states_of_all_kinds_merge_and_split() -> None:
    """`final cell`, and vectors as states."""
    spec = (
        "enc = in 5x3 -> lstm 4\nh = enc -> final -> dense 4\nc = enc -> final cell\n"
        "out y = in 6x2 -> lstm 4 from=h,c -> take last"
    )
    model = seqspec.compile(spec)
    a, b = keras.Input((5, 3)), keras.Input((6, 2))
    _, h, c = keras.layers.LSTM(4, return_state=True)(a)
    y = keras.layers.LSTM(4)(b, initial_state=[keras.layers.Dense(4)(h), c])
    theirs = keras.Model([a, b], y)
    theirs.set_weights(model.get_weights())
    rng = np.random.default_rng(1)
    x = [rng.normal(size=s).astype("float32") for s in ((2, 5, 3), (2, 6, 2))]
    np.testing.assert_allclose(np.asarray(model(x)), np.asarray(theirs(x)), atol=2e-6)
