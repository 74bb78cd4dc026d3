"""The origin question's six shapes against the Keras lines of its answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

import seqspec

SPECS = Path(__file__).parents[2] / "specs" / "origin"
RNG = np.random.default_rng(3)


def one_to_one() -> keras.Model:
    return keras.Sequential([keras.Input((6,)), layers.Dense(3)])


def one_to_many() -> keras.Model:
    return keras.Sequential(
        [keras.Input((6,)), layers.RepeatVector(5), layers.LSTM(64, return_sequences=True)]
    )


def many_to_one() -> keras.Model:
    return keras.Sequential([keras.Input((10, 6)), layers.LSTM(64)])


def many_to_many() -> keras.Model:
    return keras.Sequential([keras.Input((10, 6)), layers.LSTM(64, return_sequences=True)])


def many_to_many_last() -> keras.Model:
    """The answer's own form: a Lambda that keeps the last three steps."""
    return keras.Sequential(
        [
            keras.Input((6, 1)),
            layers.LSTM(1, return_sequences=True),
            layers.Lambda(lambda x: x[:, -3:, :], output_shape=(3, 1)),
        ]
    )


def many_to_many_shifted() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((3, 1)),
            layers.ZeroPadding1D((0, 3)),
            layers.LSTM(1, return_sequences=True),
            layers.Lambda(lambda x: x[:, -3:, :], output_shape=(3, 1)),
        ]
    )


ANSWERS = [
    one_to_one, one_to_many, many_to_one, many_to_many, many_to_many_last, many_to_many_shifted,
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda f: f.__name__)
def test_outputs_equal_the_answers(answer: Callable[[], keras.Model], tmp_path: Path) -> None:
    """Same weights, same outputs; from the saved file too."""
    theirs = answer()
    target = tmp_path / "model.keras"
    ours = seqspec.compile(SPECS / f"{answer.__name__}.seq", target)
    ours.set_weights(theirs.get_weights())
    ours.save(target)
    x = RNG.normal(size=(7, *theirs.input_shape[1:])).astype("float32")
    expected = np.asarray(theirs(x))
    assert ours.output_shape == theirs.output_shape
    np.testing.assert_allclose(np.asarray(ours(x)), expected, atol=1e-6)
    loaded = keras.saving.load_model(target)
    np.testing.assert_allclose(np.asarray(loaded(x)), expected, atol=1e-6)


@pytest.mark.parametrize("answer", ANSWERS[4:], ids=lambda f: f.__name__)
def test_lambda_slicing_is_the_answers_form(
    answer: Callable[[], keras.Model], tmp_path: Path
) -> None:
    """`--slicing lambda` gives Lambda layers, which Keras refuses to load in safe mode."""
    target = tmp_path / "model.keras"
    ours = seqspec.compile(SPECS / f"{answer.__name__}.seq", target, slicing="lambda")
    assert any(isinstance(layer, layers.Lambda) for layer in ours.layers)
    with pytest.raises(ValueError, match="Lambda"):
        keras.saving.load_model(target)
    loaded = keras.saving.load_model(target, safe_mode=False)
    x = RNG.normal(size=(5, *ours.input_shape[1:])).astype("float32")
    np.testing.assert_allclose(np.asarray(loaded(x)), np.asarray(ours(x)), atol=1e-6)
