"""Models of `-O0` and `-O1` with the same weights: the same numbers, built and from the file."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from golden import Case, each

import seqspec
from seqspec.ops.evaluate import sized
from seqspec.passes import Level
from seqspec.passes.pipeline import optimized
from seqspec.values import Value

from .weights import assign, keras_weights

Array = np.ndarray
SIZES = {"T": 12, "S": 9}


def data_for(value: Value, rng: np.random.Generator) -> Array:
    shape = (value.batch or 2, *sized(value, SIZES).shape)
    drawn = rng.integers(1, 9, shape) if value.is_tokens else rng.normal(size=shape)
    return drawn.astype(value.dtype)


def outputs(model: keras.Model, inputs: list[Array]) -> list[Array]:
    found = model(inputs if len(inputs) > 1 else inputs[0])
    return [np.asarray(data) for data in (found if isinstance(found, list) else [found])]


@each("passes")
def test_both_levels(case: Case, tmp_path: Path) -> None:
    graph, rng = seqspec.load(case.path), np.random.default_rng(0)
    inputs = [data_for(node.value, rng) for node in graph.inputs]
    written = seqspec.compile(graph, optimize=0)
    weights = keras_weights(graph, written)
    expected = outputs(written, inputs)
    built = seqspec.compile(graph, optimize=1)
    seqspec.save(graph, tmp_path / "model.keras", optimize=1)
    for model in (built, keras.saving.load_model(tmp_path / "model.keras")):
        assign(optimized(graph), model, weights)
        for one, other in zip(outputs(model, inputs), expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("end", ["first", "last"])
def test_weights_move_by_their_layers_names(level: Level, end: str) -> None:
    spec = f"in 20x6 -> conv 8 3 causal -> lstm 8 bi -> dense 4 -> take {end}"
    one = seqspec.compile(spec, optimize=level)
    other = seqspec.compile(spec, optimize=1 - level)
    for layer in one.layers:
        if layer.weights:
            other.get_layer(layer.name).set_weights(layer.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 20, 6)).astype("float32")
    np.testing.assert_allclose(np.asarray(one(x)), np.asarray(other(x)), atol=1e-5)


@pytest.mark.parametrize("spec", ["lstm 8 bi -> take last", "gru 8 bi merge=ave -> take first"])
def test_the_two_directions_begin_with_the_same_numbers(spec: str, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(2, 10, 6)).astype("float32")
    found = []
    for level in (0, 1):
        seqspec.save(f"in 10x6 -> {spec}", tmp_path / "model.keras", optimize=level)
        found.append(np.asarray(keras.saving.load_model(tmp_path / "model.keras")(x)))
    np.testing.assert_allclose(*found, atol=1e-6)
