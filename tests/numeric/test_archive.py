"""Files that are written without Keras: what Keras itself would save, but for the numbers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import seqspec
from seqspec.ops.registry import operations

from .archives import config, differences, loaded, training, weights
from .test_save import IDS, LOAD, RICH

EXAMPLES = sorted(
    {f"{cls.example}" for cls in operations() if cls.example} | {RICH}
    | {
        "shared s = each (lstm 3 -> take last)\na = in Tx4x3 -> s\nout y = a -> gru 2 -> final\n"
        "out z = in 5x4x3 -> s",
        "in T tokens -> embed 9 4 mask -> concat _ (dense 2) -> attend heads=2 -> lstm 3 bi",
        "in Tx4 -> mask -> add _ (dense 4) _ -> lstm 3 init=orthogonal l2=0.1 max_norm=2 frozen",
        "in Tx4 -> softmax time -> attend heads=2 -> softmax time",
        "in 4 -> dense 3 name=dense -> dense 5 name=dense_layer",
        "in 4 -> dense 3 name=absolute -> abs",
        "in Tx4 -> mask -> lstm 3 name=not_equal",
        "in T tokens -> embed 5 3 mask -> concat _ _ -> lstm 3 name=any -> dense 2 name=not_equal",
        "in 6x4 batch=2 -> gru 3 stateful reset=before",
        "in Tx4 -> pool mean 3 same -> pad end 2 -> fourier magnitude half",
    }
)  # fmt: skip


@pytest.mark.parametrize("spec", EXAMPLES)
def test_is_what_keras_saves(spec: str, tmp_path: Path) -> None:
    """The model that Keras reads, its training, and where its weights stand."""
    ours, theirs = tmp_path / "ours.keras", tmp_path / "theirs.keras"
    graph = seqspec.parse(spec)
    seqspec.save(graph, ours)
    seqspec.compile(graph, theirs)
    assert weights(ours) == weights(theirs)
    expected = loaded(theirs)
    given, trained = config(expected), training(expected)
    found = loaded(ours)
    assert [*differences(config(found), given)] == []
    if graph.training:
        assert [*differences(training(found), trained)] == []
    else:
        assert not found.compiled, "what a spec does not say, its file does not"


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_loads_and_computes_the_same_anywhere(tmp_path: Path, backend: str) -> None:
    """A fresh process in safe mode, without seqspec; the numbers are those of Keras's own build."""
    target = tmp_path / "model.keras"
    seqspec.save(RICH, target)
    np.savez(tmp_path / "in.npz", a=IDS[0], b=IDS[1])
    arguments = [str(target), str(tmp_path / "in.npz"), str(tmp_path / "out.npz")]
    subprocess.run(
        [sys.executable, "-c", LOAD, *arguments],
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    model = seqspec.compile(RICH)
    model.set_weights(keras.saving.load_model(target).get_weights())
    with np.load(tmp_path / "out.npz") as found:
        for ours, theirs in zip(model(IDS), found.values(), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    """Another process, with another hash seed, writes the same file; another seed does not."""
    files = [tmp_path / f"{number}.keras" for number in range(3)]
    for number, file in enumerate(files):
        command = ["compile", "-e", RICH, "-o", str(file), "--seed", str(number // 2)]
        environment = {**os.environ, "PYTHONHASHSEED": str(number)}
        subprocess.run([sys.executable, "-m", "seqspec", *command], check=True, env=environment)
    one, two, other = (file.read_bytes() for file in files)
    assert one == two
    assert one != other


def test_another_layer_changes_no_numbers(tmp_path: Path) -> None:
    """A weight's numbers come from the seed and its own name."""
    one, other = tmp_path / "1.keras", tmp_path / "2.keras"
    seqspec.save("in 6 -> dense 5 name=first -> dense 3 name=last", one)
    seqspec.save("in 6 -> dense 5 name=first -> dense 5 -> norm -> dense 3 name=last", other)
    a, b = keras.saving.load_model(one), keras.saving.load_model(other)
    for name in ("first", "last"):
        for ours, theirs in zip(a.get_layer(name).weights, b.get_layer(name).weights, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_keras_takes_over_what_only_it_can_save(tmp_path: Path) -> None:
    """And says so."""
    target = tmp_path / "x.keras"
    command = ["compile", "-e", "in 6x2 -> take last", "-o", str(target), "--slicing", "lambda"]
    arguments = [sys.executable, "-m", "seqspec", *command]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "was built and saved by Keras, since a Lambda layer holds Python code" in done.stderr
    assert keras.saving.load_model(target, safe_mode=False).output_shape == (None, 2)
