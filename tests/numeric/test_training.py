"""The words of `train`: each is the Keras loss or optimizer that it says, with its settings."""

from __future__ import annotations

import inspect

import keras
import numpy as np
import pytest

import seqspec
from seqspec.graph.training import CROSSENTROPIES, OPTIMIZERS, LossName, Optimizer, OptimizerName
from seqspec.ops.types import literals

SHORT = {"sparse": "sparse_categorical_crossentropy", "kl": "kl_divergence",
         "cce": "categorical_crossentropy", "cosine": "cosine_similarity"}  # fmt: skip
COMMON = {"rate": "learning_rate", "decay": "weight_decay", "clipnorm": "clipnorm"}
OWN = {*Optimizer.fields} - {"optimizer", *COMMON, "clipvalue", "global_clipnorm"}


@pytest.mark.parametrize("name", literals(LossName))
def test_a_loss_is_that_of_keras(name: str) -> None:
    model = seqspec.compile(f"in 6 -> dense 3 softmax\ntrain loss={name}")
    if name == "ctc":  # which is for sequences
        assert model.loss == name
        return
    rng = np.random.default_rng(61)
    given = rng.dirichlet(np.ones(3), 5).astype("float32")
    true = rng.integers(0, 3, 5)
    if "sparse" not in name:
        true = np.eye(3, dtype="float32")[true]
    expected = keras.losses.get(SHORT.get(name, name))(true, given)
    found = keras.losses.get(model.loss)(true, given)
    np.testing.assert_allclose(np.mean(found), np.mean(expected), rtol=1e-5)


@pytest.mark.parametrize("name", CROSSENTROPIES)
def test_a_crossentropy_reads_logits(name: str) -> None:
    smoothing = "" if "sparse" in name else " smoothing=0.1"
    model = seqspec.compile(f"in 6 -> dense 3\ntrain loss={name} logits=yes{smoothing}")
    assert type(model.loss) is getattr(keras.losses, CROSSENTROPIES[name])
    assert model.loss.name == name
    config = model.loss.get_config()
    assert config["from_logits"]
    assert config.get("label_smoothing", 0) == (0.1 if smoothing else 0)


@pytest.mark.parametrize("name", literals(OptimizerName))
def test_an_optimizer_is_that_of_keras_with_its_settings(name: str) -> None:
    """And has all those settings that it has in Keras."""
    cls, settings = OPTIMIZERS[name]
    assert cls.lower() == name
    assert {*inspect.signature(getattr(keras.optimizers, cls)).parameters} & OWN == settings
    values: dict[str, float | bool] = dict.fromkeys((*COMMON, *settings), 0.25)
    values |= dict.fromkeys(settings & {"nesterov", "centered", "amsgrad"}, True)
    said = " ".join(f"{key}={'yes' if v is True else v}" for key, v in values.items())
    made = seqspec.compile(f"in 6 -> dense 3\ntrain loss=mse optimizer={name} {said}").optimizer
    found = made.get_config()
    assert type(made).__name__ == cls
    assert {key: found[COMMON.get(key, key)] for key in values} == pytest.approx(values)
