"""Attention, positions and tied logits against the papers' formulas in NumPy, same weights."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import keras
import numpy as np
import pytest

import seqspec

from .test_masks import check_against_alone, padded
from .test_save import LOAD

Array = np.ndarray
RNG = np.random.default_rng(23)
X = RNG.normal(size=(3, 6, 8)).astype("float32")
MEMORY = RNG.normal(size=(3, 4, 5)).astype("float32")
KEYS = RNG.normal(size=(3, 4, 8)).astype("float32")


def compiled(spec: str) -> keras.Model:
    """The model with every weight random, biases and factors too.

    A kernel's spread is what its inputs call for, as Glorot's is: values keep their size from
    layer to layer, and a difference between two sums is of the size of float32's rounding.
    """
    model = seqspec.compile(spec)
    rng = np.random.default_rng(29)  # of its own: a test does not depend on those before it
    weights = []
    for weight in model.get_weights():
        inputs = weight.size / weight.shape[-1] if weight.ndim > 1 else 1
        weights.append(rng.normal(scale=inputs**-0.5, size=weight.shape).astype(weight.dtype))
    model.set_weights(weights)
    return model


def softmax(scores: Array) -> Array:
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def earlier(scores: Array) -> Array:
    """Scores without those of later steps."""
    return np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)


def multi_head(q: Array, m: Array, k: Array, weights: list[Array], causal: bool = False) -> Array:
    """MultiHead(Q, K, V) of Vaswani et al. 2017, 3.2.2; weights in the order of Keras."""
    if len(weights) == 4:  # without biases
        weights = [w for kernel in weights for w in (kernel, np.float32(0))]
    wq, bq, wk, bk, wv, bv, wo, bo = weights
    queries = np.einsum("btf,fhs->bhts", q, wq) + np.expand_dims(bq, -2 if bq.ndim else 0)
    keys = np.einsum("btf,fhs->bhts", k, wk) + np.expand_dims(bk, -2 if bk.ndim else 0)
    values = np.einsum("btf,fhs->bhts", m, wv) + np.expand_dims(bv, -2 if bv.ndim else 0)
    scores = queries @ keys.swapaxes(-1, -2) / np.sqrt(wq.shape[-1])
    heads = softmax(earlier(scores) if causal else scores) @ values
    return np.einsum("bhts,hsf->btf", heads, wo) + bo


@pytest.mark.parametrize(
    "words",
    ["heads=2", "heads=4 size=3", "heads=2 value_size=7", "heads=1 bias=no", "heads=8 bias=no"],
)
@pytest.mark.parametrize("causal", [False, True])
def test_heads_over_the_own_steps(words: str, causal: bool) -> None:
    model = compiled(f"in Tx8 -> attend {words}{' causal' if causal else ''} dropout=0.3")
    expected = multi_head(X, X, X, model.get_weights()[: 4 if "bias" in words else 8], causal)
    np.testing.assert_allclose(np.asarray(model(X)), expected, rtol=1e-4, atol=1e-4)


def test_heads_over_a_memory_with_keys() -> None:
    spec = "x = in Tx8\nm = in Sx5\nk = in Sx8\nout y = x -> attend m keys=k heads=2 size=3"
    model = compiled(spec)
    expected = multi_head(X, MEMORY, KEYS, model.get_weights())
    np.testing.assert_allclose(np.asarray(model([X, MEMORY, KEYS])), expected, atol=1e-4)


SCORES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "dot": lambda q, k, _: q @ k.swapaxes(1, 2),
    "dot scale=yes": lambda q, k, scale: scale * (q @ k.swapaxes(1, 2)),
    "additive": lambda q, k, scale: np.tanh(q[:, :, None] + k[:, None]) @ scale,
    "additive scale=no": lambda q, k, _: np.tanh(q[:, :, None] + k[:, None]).sum(-1),
}


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("words", SCORES)
def test_scores_without_heads(words: str, causal: bool) -> None:
    """Luong et al. 2015, 3.1, and Bahdanau et al. 2015, A.1.2, over values apart from the keys."""
    spec = f"x = in Tx8\nm = in Sx5\nk = in Sx8\nout y = x -> attend m keys=k {words}"
    model = compiled(spec + " causal" * causal)
    scale = (model.get_weights() or [np.float32(1)])[0]
    scores = SCORES[words](X, KEYS, scale)
    expected = softmax(earlier(scores) if causal else scores) @ MEMORY
    np.testing.assert_allclose(np.asarray(model([X, MEMORY, KEYS])), expected, atol=1e-5)
    assert model.count_params() == {"dot scale=yes": 1, "additive": 8}.get(words, 0)


@pytest.mark.parametrize("words", ["heads=2", "dot", "additive"])
def test_a_vector_reads_as_a_step_does(words: str) -> None:
    ends = {"steps": "x -> take last 1 -> ", "vector": "x -> take last -> "}
    chains = "\n".join(f"out {n} = {c}a" for n, c in ends.items())
    model = compiled(f"x = in Tx8\nm = in Sx8\nshared a = attend m {words}\n{chains}")
    steps, vector = model([X, KEYS])
    assert vector.shape == (3, 8)
    np.testing.assert_allclose(np.asarray(steps)[:, 0], np.asarray(vector), atol=1e-6)


@pytest.mark.parametrize("words", ["heads=2", "dot", "additive", "heads=2 dropout=0.5"])
def test_causal_reads_nothing_later(words: str) -> None:
    model = compiled(f"in Tx8 -> attend {words} causal -> norm -> attend {words} causal")
    other = X.copy()
    other[:, 4:] += 1
    one, two = np.asarray(model(X)), np.asarray(model(other))
    np.testing.assert_allclose(one[:, :4], two[:, :4], rtol=1e-5, atol=1e-5)
    assert (np.abs(one - two)[:, 4:].max(axis=(0, 2)) > 1e-3).all()


CHAINS = [
    "attend heads=2",
    "attend heads=2 causal",
    "attend heads=2 window=3",
    "attend heads=2 kv_heads=1 window=2 causal",
    "attend dot",
    "attend additive causal",
    "add _ (attend heads=3) -> norm -> add _ (attend heads=2 size=5)",
    "take last 3 -> attend heads=2",
    "drop first 1 -> attend dot -> attend heads=2 causal",
    "attend _ heads=2 keys=(dense 4)",
    "attend (mask 0.1) heads=2 keys=(dense 3)",
    "position learned 12",
    "position sinusoid -> attend heads=2",
    "take last 4 -> position sinusoid",
    "lstm 6 -> attend (dense 6) additive",
]
LENGTHS = (9, 4, 6, 5)


@pytest.mark.parametrize("chain", CHAINS)
def test_padded_samples_give_what_they_give_alone(chain: str) -> None:
    samples = [RNG.integers(1, 20, n) for n in LENGTHS]
    check_against_alone(
        f"in T tokens -> embed 20 6 mask -> {chain} -> lstm 3 -> take last", samples
    )


READERS = [
    "attend m heads=2",
    "attend m heads=2 -> attend m heads=3 -> attend m heads=2",
    "attend m dot",
    "attend m additive",
    "attend m heads=4 kv_heads=2 size=3",
    "dot (attend m additive scores) m time",
    "dot (attend m dot scores causal) m time",
    "attend m heads=2 causal",
    "attend m keys=(m -> reverse) dot causal",
    "attend (m -> lstm 6 bi merge=sum) heads=2",
    "attend (m -> reverse) additive",
    "attend (m -> take last 2) dot",
    "attend m keys=(m -> dense 6) dot",
    "attend m keys=(m -> unmask) heads=2",
    "reverse -> attend m heads=2",
    "take last 2 -> attend m dot",
    "unmask -> attend m heads=2 -> take first 3",
]


@pytest.mark.parametrize("sides", product(["right", "left"], repeat=2), ids=" ".join)
@pytest.mark.parametrize("reader", READERS)
def test_masks_on_both_sides(reader: str, sides: tuple[str, str]) -> None:
    """Steps and memory are padded, each its own way; every sample is then run by itself."""
    if "unmask -> attend" in reader and sides[0] == "left":
        pytest.skip("unmasked, left padding counts as real steps, which a sample alone has not")
    spec = f"""
        x = in T tokens -> embed 20 6 mask
        m = in S tokens -> embed 20 6 mask
        out y = x -> {reader} -> lstm 3 -> take last
        out v = x -> take last -> attend m heads=2
    """
    model = compiled(spec)
    steps = [RNG.integers(1, 20, n) for n in LENGTHS]
    memory = [RNG.integers(1, 20, n) for n in (3, 7, 2, 5)]
    together = model([padded(steps, sides[0], 0), padded(memory, sides[1], 0)])
    for i, pair in enumerate(zip(steps, memory, strict=True)):
        alone = model([part[None] for part in pair])
        for found, expected in zip(together, alone, strict=True):
            np.testing.assert_allclose(np.asarray(found)[i], np.asarray(expected)[0], atol=5e-6)


def test_steps_that_read_nothing_do_no_harm() -> None:
    """Left padding and `causal` leave the first steps nothing to read: gradients stay finite."""
    model = seqspec.compile(
        "in T tokens -> embed 20 6 mask -> attend heads=2 causal -> attend dot causal\n"
        "-> lstm 3 -> take last -> dense 1\ntrain loss=mse"
    )
    model.fit(np.array([[0, 0, 3, 4], [1, 2, 3, 4]]), np.ones((2, 1)), verbose=0)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize("shape", ["6x8", "Tx8"])
def test_learned_positions(shape: str) -> None:
    model = compiled(f"in {shape} -> position learned 9")
    (table,) = model.get_weights()
    assert table.shape == (9, 8)
    np.testing.assert_allclose(np.asarray(model(X)), X + table[:6], atol=1e-6)


@pytest.mark.parametrize("shape", ["300x7", "Tx7"])
def test_waves(shape: str) -> None:
    """Vaswani et al. 2017, 3.5, for an odd number of features too."""
    x = RNG.normal(size=(2, 300, 7)).astype("float32")
    place, feature = np.arange(300)[:, None], np.arange(7)[None]
    angle = place / 10000 ** (feature // 2 * 2 / 7)
    waves = np.where(feature % 2 == 0, np.sin(angle), np.cos(angle))
    model = seqspec.compile(f"in {shape} -> position sinusoid")
    np.testing.assert_allclose(np.asarray(model(x)), x + waves, atol=2e-4)
    assert model.count_params() == 0


TIED = """
words = in T tokens -> embed 30 8 mask
out next = words -> lstm 8 -> unembed words
train next loss=sparse logits=yes
"""


def test_logits_use_the_table_again() -> None:
    model = compiled(TIED)
    ids = RNG.integers(1, 30, (4, 6))
    assert model.count_params() == seqspec.parse(TIED).parameter_count == 30 * 8 + 4 * (16 + 1) * 8
    hidden = keras.Model(model.input, model.get_layer("lstm").output)
    for _ in range(2):  # before and after training
        table = model.get_layer("words").get_weights()[0]
        expected = np.asarray(hidden(ids)) @ table.T
        np.testing.assert_allclose(np.asarray(model(ids)), expected, rtol=1e-4, atol=1e-4)
        model.fit(ids, ids, verbose=0)


def test_logits_of_padded_samples() -> None:
    samples = [RNG.integers(1, 30, n) for n in LENGTHS]
    spec = TIED.replace("out next", "logits").partition("train")[0] + "out y = logits -> pool mean"
    check_against_alone(spec, samples)


def test_a_shared_embedding_is_one_table() -> None:
    spec = """
        shared word = embed 30 8
        a = in S tokens -> word
        b = in T tokens -> word
        out y = b -> attend a heads=2 -> unembed b
    """
    graph = seqspec.parse(spec)
    assert graph.parameter_count == 30 * 8 + 4 * (8 * 8 + 8)
    assert seqspec.compile(spec).count_params() == graph.parameter_count
    assert type(graph).model_validate_json(graph.model_dump_json()) == graph


LIBRARY = """
use "std/transformer.seq"
source = in S tokens -> embed 30 8 mask -> position sinusoid -> (post_norm_encoder 8 2 16) * 2
words = in T tokens -> embed 30 8 mask
last = words -> position learned 20 -> (post_norm_decoder source 8 2 16) * 2
out next = last -> pre_norm_encoder 8 2 16 causal=yes -> pre_norm_decoder source 8 2 16
  -> norm -> unembed words
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_loads_without_seqspec_in_safe_mode(tmp_path: Path, backend: str) -> None:
    target = tmp_path / "model.keras"
    model = seqspec.compile(LIBRARY, target)
    ids = [np.array([[3, 4, 5, 0, 0], [7, 8, 9, 1, 2]]), np.array([[0, 1, 2, 3], [4, 5, 6, 7]])]
    np.savez(tmp_path / "in.npz", a=ids[0], b=ids[1])
    arguments = [str(target), str(tmp_path / "in.npz"), str(tmp_path / "out.npz")]
    load = LOAD.replace("map(np.asarray, outputs)", "[np.asarray(outputs)]")
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", load, *arguments], check=True, env=environment)
    (found,) = np.load(tmp_path / "out.npz").values()
    np.testing.assert_allclose(found, np.asarray(model(ids)), atol=1e-5)


def test_the_library_travels_in_the_file(tmp_path: Path) -> None:
    """`seqspec show` reads the blocks as they were when the model was compiled."""
    from seqspec.archive import embedded
    from seqspec.driver import check_source
    from seqspec.limits import DEFAULT_LIMITS

    target = tmp_path / "model.keras"
    seqspec.compile(LIBRARY, target)
    found = embedded(target, DEFAULT_LIMITS)
    assert ".std/transformer.seq" in found.texts
    again = check_source(found.source, found.settings, read=found.reader())
    assert again.demand().parameter_count == seqspec.parse(LIBRARY).parameter_count


@pytest.mark.parametrize("block", ["post_norm", "pre_norm"])
def test_library_blocks_on_padded_samples(block: str) -> None:
    spec = f"""
        use "std/transformer.seq"
        x = in T tokens -> embed 20 8 mask -> position learned 20 -> ({block}_encoder 8 2 16) * 2
        out y = x -> ({block}_decoder x 8 2 16) * 2 -> pool mean
    """
    samples = [RNG.integers(1, 20, n) for n in LENGTHS]
    check_against_alone(spec, samples)
