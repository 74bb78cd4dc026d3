"""Chains for every step, row or column, and layers over images and videos, against plain Keras."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

import seqspec
from seqspec import Graph

RNG = np.random.default_rng(11)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype("float32")


def close(one: object, other: object) -> None:
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=2e-6)


def sequential(shape: tuple[int | None, ...], *stack: keras.Layer) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *stack])


TWINS = {
    "in 7x5x3 -> each ( lstm 4 -> take last )": lambda: sequential(
        (7, 5, 3), layers.TimeDistributed(layers.LSTM(4))
    ),
    "in 7x5x3 -> each ( gru 4 bi )": lambda: sequential(
        (7, 5, 3),
        layers.TimeDistributed(layers.Bidirectional(layers.GRU(4, return_sequences=True))),
    ),
    "in 4x6x6x2 -> each ( conv 3 3x3 relu -> pool max 2x2 -> flatten ) -> lstm 5 -> take last": (
        lambda: sequential(
            (4, 6, 6, 2),
            layers.TimeDistributed(layers.Conv2D(3, 3, activation="relu")),
            layers.TimeDistributed(layers.MaxPooling2D(2)),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(5),
        )
    ),
    "in 7x5x3 -> each width ( lstm 4 -> take last )": lambda: sequential(
        (7, 5, 3), layers.Permute((2, 1, 3)), layers.TimeDistributed(layers.LSTM(4))
    ),
    "in 7x5x3 -> each width ( lstm 4 )": lambda: sequential(
        (7, 5, 3),
        layers.Permute((2, 1, 3)),
        layers.TimeDistributed(layers.LSTM(4, return_sequences=True)),
        layers.Permute((2, 1, 3)),
    ),
    "in 7x5x3 -> each height ( dense 4 tanh )": lambda: sequential(
        (7, 5, 3), layers.Dense(4, activation="tanh")
    ),
    "in 3x4x5x2 -> each ( each ( lstm 4 -> take last ) -> gru 3 -> take last )": (
        lambda: sequential(
            (3, 4, 5, 2),
            layers.TimeDistributed(layers.TimeDistributed(layers.LSTM(4))),
            layers.TimeDistributed(layers.GRU(3)),
        )
    ),
    "in 6x5x2 -> fold height": lambda: sequential(
        (6, 5, 2), layers.Permute((2, 1, 3)), layers.Reshape((5, 12))
    ),
    "in 6x5x2 -> fold width": lambda: sequential((6, 5, 2), layers.Reshape((6, 10))),
    "in 4x8x6x2 -> convlstm 3 3x2 same -> take last": lambda: sequential(
        (4, 8, 6, 2), layers.ConvLSTM2D(3, (3, 2), padding="same")
    ),
    "in 4x8x6x2 -> convlstm 3 3x3 stride=2 relu": lambda: sequential(
        (4, 8, 6, 2),
        layers.ConvLSTM2D(3, 3, strides=2, activation="relu", return_sequences=True),
    ),
    "in 4x8x2 -> convlstm 3 3 dilation=2 bias=no": lambda: sequential(
        (4, 8, 2), layers.ConvLSTM1D(3, 3, dilation_rate=2, use_bias=False, return_sequences=True)
    ),
    "in 3x4x4x4x1 -> convlstm 2 2x2x2 -> take last": lambda: sequential(
        (3, 4, 4, 4, 1), layers.ConvLSTM3D(2, 2)
    ),
    "in 4x8x6x2 -> convlstm 3 3x3 bi -> final": lambda: sequential(
        (4, 8, 6, 2), layers.Bidirectional(layers.ConvLSTM2D(3, 3))
    ),
    "in 4x8x6x2 -> convlstm 3 3x3 bi merge=sum": lambda: sequential(
        (4, 8, 6, 2),
        layers.Bidirectional(
            layers.ConvLSTM2D(3, 3, return_sequences=True), merge_mode="sum"
        ),
    ),
    "in 6x5x2 -> pad 1x2": lambda: sequential((6, 5, 2), layers.ZeroPadding2D((1, 2))),
    "in 6x5x2 -> pad width 1": lambda: sequential((6, 5, 2), layers.ZeroPadding2D((0, 1))),
    "in 6x5x2 -> pad end 2": lambda: sequential(
        (6, 5, 2), layers.ZeroPadding2D(((0, 2), (0, 0)))
    ),
    "in 3x6x5x2 -> pad 1": lambda: sequential((3, 6, 5, 2), layers.ZeroPadding3D(1)),
    "in 6x5x2 -> upsample 2x3": lambda: sequential((6, 5, 2), layers.UpSampling2D((2, 3))),
    "in 3x6x5x2 -> upsample 1x2x2": lambda: sequential(
        (3, 6, 5, 2), layers.UpSampling3D((1, 2, 2))
    ),
    "in 8x9x4 -> conv 6 3x2 same stride=2x1 groups=2 relu": lambda: sequential(
        (8, 9, 4),
        layers.Conv2D(6, (3, 2), padding="same", strides=(2, 1), groups=2, activation="relu"),
    ),
    "in 8x9x4 -> deconv 6 3x2 stride=2": lambda: sequential(
        (8, 9, 4), layers.Conv2DTranspose(6, (3, 2), strides=2)
    ),
    "in 8x9x4 -> deconv 6 3x3 same stride=2": lambda: sequential(
        (8, 9, 4), layers.Conv2DTranspose(6, 3, strides=2, padding="same")
    ),
    "in 8x9x4 -> sepconv 6 3x3 multiplier=2": lambda: sequential(
        (8, 9, 4), layers.SeparableConv2D(6, 3, depth_multiplier=2)
    ),
    "in 8x9x4 -> depthconv 3x3 same multiplier=2": lambda: sequential(
        (8, 9, 4), layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)
    ),
    "in 8x9x4 -> pool mean 3x2 same stride=2": lambda: sequential(
        (8, 9, 4), layers.AveragePooling2D((3, 2), strides=2, padding="same")
    ),
    "in 8x9x4 -> pool max": lambda: sequential((8, 9, 4), layers.GlobalMaxPooling2D()),
    "in 4x8x9x2 -> conv 3 2x3x3 stride=1x2x2": lambda: sequential(
        (4, 8, 9, 2), layers.Conv3D(3, (2, 3, 3), strides=(1, 2, 2))
    ),
    "in 4x8x9x2 -> deconv 3 2x3x3 stride=2": lambda: sequential(
        (4, 8, 9, 2), layers.Conv3DTranspose(3, (2, 3, 3), strides=2)
    ),
    "in 4x8x9x2 -> pool max 2x2x3": lambda: sequential(
        (4, 8, 9, 2), layers.MaxPooling3D((2, 2, 3))
    ),
    "in 4x8x9x2 -> pool mean": lambda: sequential((4, 8, 9, 2), layers.GlobalAveragePooling3D()),
}  # fmt: skip


@pytest.mark.parametrize("spec", TWINS)
def test_the_same_as_written_by_hand(spec: str) -> None:
    """Same weights, same outputs; the checker knew shape and numbers of parameters."""
    theirs, graph, ours = TWINS[spec](), seqspec.parse(spec), seqspec.compile(spec)
    assert ours.output_shape == theirs.output_shape
    assert graph.by_name[graph.outputs[0].node].value.shape == ours.output_shape[1:]
    assert graph.parameter_count == ours.count_params() == theirs.count_params()
    ours.set_weights(theirs.get_weights())
    x = normal(3, *theirs.input_shape[1:])
    close(ours(x), theirs(x))


DOCUMENTS = "in TxS tokens -> each ( embed 30 4 mask -> lstm 5 bi -> final ) -> gru 3 -> take last"
NESTED = "in TxSxH tokens -> each ( each ( embed 9 4 -> lstm 3 -> take last ) -> gru 3 ) -> flatten"


@pytest.mark.parametrize(
    ("spec", "sizes"),
    [
        (DOCUMENTS, (4, 6)),
        (NESTED.replace("-> flatten", ""), (3, 4, 5)),
        ("in TxHxWx2 tokens -> each ( embed 9 2 -> pool max )", (3, 4, 5, 2)),
        ("in TxHxW tokens -> each ( permute 2 1 ) -> embed 9 3", (3, 4, 5)),
        ("in 3xW tokens batch=2 -> each ( embed 9 2 -> lstm 3 )", (3, 4)),
        ("in TxS tokens batch=2 -> each ( embed 9 2 -> lstm 3 -> take last )", (3, 4)),
    ],
)
def test_sizes_that_are_known_only_when_it_runs(spec: str, sizes: tuple[int, ...]) -> None:
    """Unknown sizes, also several at once, give what the same sizes give where they are known."""
    import re

    names = [d for d in re.split("x", spec.split()[1]) if not d.isdigit()]
    known = [s for s, d in zip(sizes, spec.split()[1].split("x"), strict=True) if not d.isdigit()]
    fixed = seqspec.compile(spec, settings=dict(zip(names, known, strict=True)))
    ids = RNG.integers(1, 9, (2, *sizes))
    close(seqspec.compile(spec)(ids), fixed(ids))


def test_unknown_sizes_train_in_graph_mode() -> None:
    """`fit` and `predict` trace the model without knowing a single size."""
    model = seqspec.compile(DOCUMENTS + "\ntrain loss=mse")
    ids = RNG.integers(1, 30, (6, 4, 5))
    before = model.predict(ids, verbose=0)
    model.fit(ids, np.ones((6, 3)), epochs=2, batch_size=4, verbose=0)
    assert np.abs(model.predict(ids, verbose=0) - before).max() > 1e-4
    close(model.predict(ids, verbose=0), model(ids))


def test_masks_inside_give_what_short_steps_give_alone() -> None:
    """A document padded in both directions gives what its own sentences give."""
    spec = (
        "x = in TxSx1\nsentences = x -> each ( mask -9 -> gru 4 -> take last )\n"
        "out vectors = sentences\nout all = sentences -> lstm 3 -> take last"
    )
    model = seqspec.compile(spec)
    document = np.full((1, 4, 6, 1), -9, "float32")
    sentences = [normal(n, 1) for n in (6, 2, 4, 1)]
    for row, sentence in zip(document[0], sentences, strict=True):
        row[: len(sentence)] = sentence
    vectors, _ = model(document)
    for vector, sentence in zip(np.asarray(vectors)[0], sentences, strict=True):
        close(vector, np.asarray(model(sentence[None, None])[0])[0, 0])


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize(
    "chain",
    [
        "each ( lstm 3 -> take last )",
        "reshape ?x3x2 -> each ( gru 3 -> take last )",
        "reshape ?x3x2x1 -> convlstm 2 2x2 -> reshape ?x4",
        "reshape ?x3x2x1 -> convlstm 2 2x2 bi -> drop last 1 -> reshape ?x8",
        "reshape ?x3x2x1 -> convlstm 2 2x2 reverse -> take first -> flatten -> repeat 1",
        "reshape ?x3x2 -> fold width",
        "reshape ?x3x2 -> pad height 1 -> fold width",
        "reshape ?x3x2 -> upsample 2x1 -> fold width",
    ],
)
def test_masks_pass_by(chain: str, side: str) -> None:
    """The mask of the steps is carried on: a padded sample gives what it gives alone."""
    head = "each ( reshape 3x2 -> lstm 3 )" if chain.startswith("each ( lstm") else chain
    head = f"{head} -> each ( gru 2 -> take last )" if head != chain else chain
    model = seqspec.compile(f"in T tokens -> embed 20 6 mask -> {head} -> lstm 3 -> take last")
    samples = [RNG.integers(1, 20, n) for n in (7, 3, 5)]
    rows = [np.pad(s, (7 - len(s), 0) if side == "left" else (0, 7 - len(s))) for s in samples]
    for row, sample in zip(np.asarray(model(np.stack(rows))), samples, strict=True):
        close(row, np.asarray(model(sample[None]))[0])


def test_shared_chains_share_their_steps_too() -> None:
    """One set of weights for two documents; a shared chain inside is inside both times."""
    spec = (
        "shared word = embed 20 4\nshared words = each ( word -> gru 3 -> take last )\n"
        "a = in TxS tokens -> words\nb = in TxS tokens -> words\nout y = concat a b"
    )
    model = seqspec.compile(spec)
    assert model.count_params() == seqspec.parse(spec).parameter_count == 80 + 81
    one, other = RNG.integers(1, 20, (2, 2, 3, 4))
    close(model([one, other])[..., :3], model([other, one])[..., 3:])


def test_blocks_make_fresh_weights_inside() -> None:
    spec = "block rows(u) = each ( lstm {u} )\nin 3x4x5 -> (rows {i + 2}) * 2"
    graph = seqspec.parse(spec)
    assert graph.parameter_count == 4 * 2 * (5 + 2 + 1) + 4 * 3 * (2 + 3 + 1)
    assert seqspec.compile(spec).count_params() == graph.parameter_count


RICH = """
words = in TxS tokens -> each ( embed 20 4 mask -> lstm 5 bi -> final )
rows  = in 8xWx1 -> pad 1 -> conv 4 3x3 relu -> each width ( lstm 3 -> take last ) -> dense 3
film  = in Tx6x6x1 -> convlstm 3 3x3 same -> take last -> pool mean
out y = concat (words -> lstm 3 -> take last) (rows -> gru 3 -> take last) film
train loss=mse
"""
LOAD = """
import sys
sys.modules["seqspec"] = None  # as where it is not installed
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])  # safe mode is the default
inputs = np.load(sys.argv[2])
np.save(sys.argv[3], np.asarray(model([inputs["a"], inputs["b"], inputs["c"]])))
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_loads_in_safe_mode_without_seqspec(tmp_path: Path, backend: str) -> None:
    target = tmp_path / "model.keras"
    model = seqspec.compile(RICH, target)
    x = {"a": RNG.integers(0, 20, (2, 3, 5)), "b": normal(2, 8, 9, 1), "c": normal(2, 4, 6, 6, 1)}
    np.savez(tmp_path / "in.npz", **x)
    arguments = [str(target), str(tmp_path / "in.npz"), str(tmp_path / "out.npy")]
    subprocess.run(
        [sys.executable, "-c", LOAD, *arguments],
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    close(np.load(tmp_path / "out.npy"), model([x["a"], x["b"], x["c"]]))


def test_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "1.keras", tmp_path / "2.keras"
    seqspec.compile(RICH, one)
    seqspec.compile(RICH, other)
    assert one.read_bytes() == other.read_bytes()


def test_json_holds_the_chains() -> None:
    """Reading a graph back gives the same graph; a chain that does not fit is refused."""
    graph = seqspec.parse(RICH)
    again = Graph.model_validate_json(graph.model_dump_json())
    assert again == graph
    assert again.model_dump_json() == graph.model_dump_json()
    data = graph.model_dump(mode="json")
    each = next(node for node in data["nodes"] if node["op"]["op"] == "each")
    each["op"]["chain"]["nodes"][2]["op"]["units"] = 6
    with pytest.raises(ValueError, match="node lstm: the value is"):
        Graph.model_validate(data)
    each["op"]["chain"]["nodes"] = each["op"]["chain"]["nodes"][1:]
    with pytest.raises(ValueError, match="step"):
        Graph.model_validate(data)
