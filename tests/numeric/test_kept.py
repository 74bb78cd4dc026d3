"""Weights of a saved model go on in the file of another: of either level, trained or not."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from golden import Case, each

import seqspec
from seqspec import UsageError
from seqspec.cli import main

from .test_levels import data_for, outputs

BI = "in 10x6 -> lstm 4 bi -> take last -> dense 2"


@each("passes")
def test_from_the_other_level(case: Case, tmp_path: Path) -> None:
    graph, rng = seqspec.load(case.path), np.random.default_rng(0)
    inputs = [data_for(node.value, rng) for node in graph.inputs]
    old, new = tmp_path / "old.keras", tmp_path / "new.keras"
    for level in (0, 1):
        model = seqspec.compile(graph, optimize=level)
        for weight in model.trainable_weights:
            weight.assign(rng.normal(size=weight.shape, scale=0.3))
        model.save(old)
        seqspec.save(graph, new, weights=old, optimize=1 - level)
        found = outputs(keras.saving.load_model(new), inputs)
        for one, other in zip(found, outputs(model, inputs), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("name", ["trained.keras", "trained.weights.h5"])
def test_a_model_that_keras_has_trained(name: str, tmp_path: Path) -> None:
    spec = f"{BI} -> dropout 0.5 -> softmax\ntrain optimizer=adam loss=mse"
    model = seqspec.compile(spec, optimize=0)
    x = np.random.default_rng(0).normal(size=(8, 10, 6)).astype("float32")
    model.fit(x, np.ones((8, 2)), verbose=0)
    model.save_weights(tmp_path / name) if name.endswith(".h5") else model.save(tmp_path / name)
    (tmp_path / "model.seq").write_text(spec, encoding="utf-8")
    given = [str(tmp_path / "model.seq"), "--weights", str(tmp_path / name)]
    assert main(["compile", *given, "-o", str(tmp_path / "new.keras")]) == 0
    found = keras.saving.load_model(tmp_path / "new.keras")
    np.testing.assert_allclose(found.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    seqspec.save(BI, tmp_path / "old.keras")
    return tmp_path / "old.keras"


def refused(spec: str, saved: Path, said: str) -> None:
    """Nothing is written, and the error says why."""
    target, before = saved.with_name("new.keras"), {*saved.parent.iterdir()}
    with pytest.raises(UsageError, match=said):
        seqspec.save(spec, target, weights=saved)
    assert {*saved.parent.iterdir()} == before


def test_weights_of_another_spec(saved: Path) -> None:
    refused(BI.replace("dense 2", "dense 3"), saved, r"`dense/kernel` is float32 \(8, 2\), and \(8")
    refused(f"{BI} -> dense 2", saved, r"it has no `dense_1/kernel` \(layers/dense_1/vars/0\)")
    refused(BI.replace(" -> dense 2", ""), saved, "it has layers/dense/vars/0 besides")


def test_files_that_hold_none(saved: Path) -> None:
    refused(BI, saved.with_name("none.keras"), "there is no file .*none.keras")
    refused(BI, saved.parent, "is a folder")
    saved.write_text("no weights")
    refused(BI, saved, "old.keras holds no weights of a Keras model")
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("config.json", "{}")
    refused(BI, saved, "old.keras holds no model.weights.h5; it is no .keras file")


def test_a_pipe_which_would_never_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(BI, tmp_path / "pipe", "pipe is no ordinary file")


def test_an_archive_that_cannot_be_unpacked(saved: Path) -> None:
    """Its numbers are compressed, and damaged."""
    with zipfile.ZipFile(saved) as archive:
        whole = archive.read("model.weights.h5")
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", whole)
    data = bytearray(saved.read_bytes())
    data[100:130] = bytes(30)
    saved.write_bytes(data)
    refused(BI, saved, "old.keras is not a .keras archive: ")


def test_a_damaged_file(saved: Path) -> None:
    """Its table says what is there, and the numbers cannot be unpacked."""
    with zipfile.ZipFile(saved) as archive:
        whole = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(whole) as old, h5py.File(saved, "w") as new:

        def packed(name: str, item: object) -> None:
            if isinstance(item, h5py.Dataset):
                new.create_dataset(name, data=item, chunks=item.shape, compression="gzip")

        old.visititems(packed)
        place = new["layers/dense/vars/0"].id.get_chunk_info(0).byte_offset
    data = bytearray(saved.read_bytes())
    data[place : place + 8] = bytes(8)
    saved.write_bytes(data)
    refused(BI, saved, "old.keras is damaged: the numbers of `dense/kernel` cannot be read")


def test_a_file_that_unpacks_to_more_than_it_can_hold(saved: Path) -> None:
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(100 << 20))
    refused(BI, saved, "'model.weights.h5' is longer than it may be")


@pytest.mark.parametrize("way", ["link", "virtual", "external"])
def test_other_files_are_not_read(saved: Path, way: str) -> None:
    other = saved.with_name("other.h5")
    with h5py.File(other, "w") as file:
        file["secret"] = np.zeros(2, "float32")
    with h5py.File(saved, "w") as file:
        file["layers/dense/vars/0"] = np.zeros((8, 2), "float32")
        if way == "link":
            file["layers/dense/vars/1"] = h5py.ExternalLink(other.name, "secret")
        elif way == "virtual":
            layout = h5py.VirtualLayout((2,), "float32")
            layout[:] = h5py.VirtualSource(other.name, "secret", (2,))
            file.create_virtual_dataset("layers/dense/vars/1", layout)
        else:
            file.create_dataset("layers/dense/vars/1", (2,), "float32", external=str(other))
    refused("in 8 -> dense 2", saved, "it has no `dense/bias`")


def test_where_keras_saves(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--via", "keras", "--weights", str(saved), "-o", str(saved.with_name("new.keras"))]
    assert main(["compile", "-e", BI, *given]) == 2
    assert "leave out `--via keras`" in capsys.readouterr().err
