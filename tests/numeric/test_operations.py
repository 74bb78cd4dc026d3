"""What each operation without weights computes, against NumPy, and what no weight test covers."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqspec

Array = np.ndarray
RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 6, 4)).astype("float32")
IDS = np.array([[3, 1, 4, 1, 5, 2], [2, 6, 5, 3, 5, 0]])


def softmax(x: Array, axis: int) -> Array:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def windows(x: Array, size: int, stride: int) -> Array:
    """(batch, places, size, features)"""
    places = range(0, x.shape[1] - size + 1, stride)
    return np.stack([x[:, i : i + size] for i in places], axis=1)


def between(x: Array, times: int, axis: int) -> Array:
    """Linear between the middles of places, constant beyond them."""
    middles = np.arange(x.shape[axis]) + 0.5
    places = (np.arange(x.shape[axis] * times) + 0.5) / times
    return np.apply_along_axis(lambda line: np.interp(places, middles, line), axis, x)


CASES: dict[str, Callable[[Array], Array]] = {
    "take last": lambda x: x[:, -1],
    "take first": lambda x: x[:, 0],
    "take last 2": lambda x: x[:, -2:],
    "take first 2": lambda x: x[:, :2],
    "take 3": lambda x: x[:, 3],
    "take -2": lambda x: x[:, -2],
    "take 1:5:2": lambda x: x[:, 1:5:2],
    "take -3:-1": lambda x: x[:, -3:-1],
    "take features 1:3": lambda x: x[..., 1:3],
    "take features last 2": lambda x: x[..., -2:],
    "take features last": lambda x: x[..., -1],
    "take 2 features -> reshape ?x1": lambda x: x[..., 2:3],
    "reshape ?x2x2 -> take 1: height -> take width first -> reshape ?x2": lambda x: x.reshape(
        3, 6, 2, 2
    )[:, 1:, 0],
    "drop first 2": lambda x: x[:, 2:],
    "drop last": lambda x: x[:, :-1],
    "pad start 2": lambda x: np.pad(x, ((0, 0), (2, 0), (0, 0))),
    "pad end 1": lambda x: np.pad(x, ((0, 0), (0, 1), (0, 0))),
    "window 3": lambda x: windows(x, 3, 1),
    "window 2 stride=3": lambda x: windows(x, 2, 3),
    "reshape ?x2x2 -> window 4 stride=2": lambda x: windows(x, 4, 2).reshape(3, 2, 4, 2, 2),
    "take last -> repeat 3": lambda x: np.repeat(x[:, -1:], 3, axis=1),
    "reverse": lambda x: x[:, ::-1],
    "shift 2": lambda x: np.pad(x[:, :-2], ((0, 0), (2, 0), (0, 0))),
    "shift -1": lambda x: np.pad(x[:, 1:], ((0, 0), (0, 1), (0, 0))),
    "upsample 2": lambda x: np.repeat(x, 2, axis=1),
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu slope=0.3": lambda x: np.where(x > 0, x, 0.3 * x),
    "prelu slope=0.25": lambda x: np.where(x > 0, x, 0.25 * x),
    "softmax": lambda x: softmax(x, -1),
    "softmax time": lambda x: softmax(x, 1),
    "log_softmax time": lambda x: np.log(softmax(x, 1)),
    "glu": lambda x: x[..., :2] / (1 + np.exp(-x[..., 2:])),
    "abs -> exp -> log": lambda x: np.abs(x),
    "square -> sqrt -> negate": lambda x: -np.abs(x),
    "exp -> reciprocal": lambda x: np.exp(-x),
    "sin": np.sin,
    "sign": np.sign,
    "floor": np.floor,
    "round": np.round,
    "expm1": np.expm1,
    "square -> log1p": lambda x: np.log1p(x**2),
    "exp -> rsqrt": lambda x: np.exp(-x / 2),
    "erf": np.vectorize(math.erf),
    "cumsum": lambda x: x.cumsum(1),
    "norm unit": lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True),
    "norm instance epsilon=1e-6": lambda x: (
        (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-6)
    ),
    "upsample 2 linear": lambda x: between(x, 2, 1),
    "upsample 3 linear": lambda x: between(x, 3, 1),
    "reshape ?x2x2 -> upsample 2x3 bilinear": lambda x: between(
        between(x.reshape(3, 6, 2, 2), 2, 1), 3, 2
    ),
    "cos": np.cos,
    "scale 2 offset=-1": lambda x: 2 * x - 1,
    "dropout 0.5": lambda x: x,
    "noise 0.5": lambda x: x,
    "norm scale=no center=no epsilon=1e-6": lambda x: (
        (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6)
    ),
    "norm rms epsilon=1e-6": lambda x: x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6),
    "pool max": lambda x: x.max(1),
    "pool mean": lambda x: x.mean(1),
    "pool sum": lambda x: x.sum(1),
    "pool min": lambda x: x.min(1),
    "pool std": lambda x: x.std(1),
    "pool logsumexp": lambda x: np.log(np.exp(x).sum(1)),
    "pool max features": lambda x: x.max(-1, keepdims=True),
    "pool mean features": lambda x: x.mean(-1, keepdims=True),
    "pool sum features": lambda x: x.sum(-1, keepdims=True),
    "pool min features": lambda x: x.min(-1, keepdims=True),
    "pool std features": lambda x: x.std(-1, keepdims=True),
    "pool logsumexp features": lambda x: np.log(np.exp(x).sum(-1, keepdims=True)),
    "take last -> pool max features": lambda x: x[:, -1].max(-1, keepdims=True),
    "reshape ?x2x2 -> pool mean features": lambda x: x.reshape(3, 6, 2, 2).mean(-1, keepdims=True),
    "reshape ?x2x2 -> pool std": lambda x: x.reshape(3, 12, 2).std(1),
    "pool min 2": lambda x: windows(x, 2, 2).min(2),
    "pool max 2": lambda x: windows(x, 2, 2).max(2),
    "pool mean 3 stride=1": lambda x: windows(x, 3, 1).mean(2),
    "pool sum 4 stride=2": lambda x: windows(x, 4, 2).sum(2),
    "add _ (square) (abs)": lambda x: x + x**2 + np.abs(x),
    "subtract _ (abs)": lambda x: x - np.abs(x),
    "multiply _ (take last -> repeat 1)": lambda x: x * x[:, -1:],
    "average _ (abs)": lambda x: (x + np.abs(x)) / 2,
    "maximum _ (negate)": np.abs,
    "minimum _ (negate)": lambda x: -np.abs(x),
    "divide _ (square -> add _ 1)": lambda x: x / (x**2 + 1),
    "power (abs) (abs)": lambda x: np.abs(x) ** np.abs(x),
    "add _ 1": lambda x: x + 1,
    "subtract _ 1": lambda x: x - 1,
    "subtract 1 _": lambda x: 1 - x,
    "multiply -0.5 _": lambda x: -x / 2,
    "divide _ 4": lambda x: x / 4,
    "exp -> divide 4 _": lambda x: 4 / np.exp(x),
    "power _ 3": lambda x: x**3,
    "power 3 _": lambda x: 3**x,
    "average _ 1": lambda x: (x + 1) / 2,
    "maximum _ 0": lambda x: np.maximum(x, 0),
    "minimum 0.5 _": lambda x: np.minimum(x, 0.5),
    "subtract _ 1,2,3,4 -> divide _ 0.5,1,2,4": lambda x: (x - [1, 2, 3, 4]) / [0.5, 1, 2, 4],
    "maximum _ 0,-1,0.5,9": lambda x: np.maximum(x, [0, -1, 0.5, 9]),
    "clip -0.5 1": lambda x: np.clip(x, -0.5, 1),
    "scale 0.5,1,2,-1 offset=1": lambda x: x * [0.5, 1, 2, -1] + 1,
    "scale 2 offset=1,2,3,4": lambda x: 2 * x + [1, 2, 3, 4],
    "const 0.5,-2": lambda x: np.tile([0.5, -2], (3, 1)),
    "take last -> const 3": lambda x: np.full((3, 1), 3),
    "concat _ (abs)": lambda x: np.concatenate([x, np.abs(x)], -1),
    "concat _ (take last 2) time": lambda x: np.concatenate([x, x[:, -2:]], 1),
    "concat (take last -> repeat 1) _": lambda x: np.concatenate(
        [np.repeat(x[:, -1:], x.shape[1], axis=1), x], -1
    ),
    "concat _ (take features 1:2 -> take last 2) time": lambda x: np.concatenate(
        [x, np.repeat(x[:, -2:, 1:2], 4, axis=2)], 1
    ),
    "dot _ (take last 2)": lambda x: np.einsum("btf,bsf->bts", x, x[:, -2:]),
    "dot (take last 2 -> permute 2 1) (take last 2) time": lambda x: np.einsum(
        "bfs,bsg->bfg", x[:, -2:].transpose(0, 2, 1), x[:, -2:]
    ),
    "dot _ (abs) normalize": lambda x: np.einsum(
        "btf,bsf->bts",
        x / np.linalg.norm(x, axis=-1, keepdims=True),
        np.abs(x) / np.linalg.norm(x, axis=-1, keepdims=True),
    ),
    "reshape 3x8": lambda x: x.reshape(-1, 3, 8),
    "reshape ?x2": lambda x: x.reshape(-1, 12, 2),
    "flatten": lambda x: x.reshape(-1, 24),
    "permute 2 1": lambda x: x.transpose(0, 2, 1),
    "unmask": lambda x: x,
    "fourier real": lambda x: np.fft.fft(x, axis=1).real,
    "fourier imaginary": lambda x: np.fft.fft(x, axis=1).imag,
    "fourier magnitude": lambda x: np.abs(np.fft.fft(x, axis=1)),
    "drop last -> fourier imaginary": lambda x: np.fft.fft(x[:, :-1], axis=1).imag,
    "fourier imaginary half": lambda x: np.fft.rfft(x, axis=1).imag,
    "drop last -> fourier magnitude half": lambda x: np.abs(np.fft.rfft(x[:, :-1], axis=1)),
    "fourier real features": lambda x: np.fft.fft(x).real,
    "fourier imaginary features half": lambda x: np.fft.rfft(x).imag,
    "permute 2 1 -> fourier imaginary features": lambda x: np.fft.fft(x.transpose(0, 2, 1)).imag,
    "take last -> fourier imaginary features": lambda x: np.fft.fft(x[:, -1]).imag,
}


@pytest.mark.parametrize("shape", ["6x4", "Tx4"])
@pytest.mark.parametrize("chain", CASES)
def test_operation_against_numpy(chain: str, shape: str, tmp_path: Path) -> None:
    """Also where the number of steps is not known when the model is built; then as loaded."""
    if shape == "Tx4" and chain in ("reshape 3x8", "flatten", "dot _ (abs) normalize"):
        shape = "6x4"
    model = seqspec.compile(f"in {shape} -> {chain}", tmp_path / "model.keras")
    if shape == "Tx4":
        model = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    graph = seqspec.parse(f"in {shape} -> {chain}")
    found = np.asarray(model(X))
    np.testing.assert_allclose(found, CASES[chain](X), rtol=1e-5, atol=1e-5)
    declared = graph.by_name[graph.outputs[0].node].value.shape
    for size, real, static in zip(declared, found.shape[1:], model.output_shape[1:], strict=True):
        if isinstance(size, int):
            assert size == real == static
        else:
            assert static is None


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("onehot 7", lambda i: np.eye(7)[i]),
        ("take last 2", lambda i: i[:, -2:]),
        ("shift 1", lambda i: np.pad(i[:, :-1], ((0, 0), (1, 0)))),
        ("pad end 2", lambda i: np.pad(i, ((0, 0), (0, 2)))),
        ("upsample 2", lambda i: np.repeat(i, 2, axis=1)),
        ("reverse", lambda i: i[:, ::-1]),
        ("window 3", lambda i: windows(i, 3, 1)),
        ("window 1 stride=2", lambda i: windows(i, 1, 2)),
        ("const 1,2", lambda i: np.tile([1, 2], (2, 1))),
        ("concat _ (take first 2) time", lambda i: np.concatenate([i, i[:, :2]], 1)),
    ],
)
def test_ids_against_numpy(chain: str, expected: Callable[[Array], Array], tmp_path: Path) -> None:
    seqspec.compile(f"in T tokens -> {chain}", tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_array_equal(np.asarray(model(IDS)), expected(IDS))


def test_concat_broadcasts_sizes_of_one_that_are_not_known() -> None:
    """An image of one column beside one of one row."""
    model = seqspec.compile("a = in Hx1x3\nb = in 1xWx5\nout y = concat a b")
    a = RNG.normal(size=(2, 4, 1, 3)).astype("float32")
    b = RNG.normal(size=(2, 1, 6, 5)).astype("float32")
    expected = np.concatenate([a.repeat(6, axis=2), b.repeat(4, axis=1)], -1)
    np.testing.assert_array_equal(np.asarray(model([a, b])), expected)


@pytest.mark.parametrize("shape", ["5x5", "Tx5"])
@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("add _ (take features 0:1)", lambda x: x + x[..., :1]),
        ("add (take features 0:1) (take last 1)", lambda x: x[..., :1] + x[:, -1:]),
        ("add (take last 1) (take features 0:1)", lambda x: x[:, -1:] + x[..., :1]),
        ("average _ (take features 0:1)", lambda x: (x + x[..., :1]) / 2),
        ("concat (take last 1) _", lambda x: np.concatenate([x[:, -1:].repeat(5, 1), x], -1)),
        ("reshape ?x5x1 -> add _ (take 0:1 height)", lambda x: (x + x[:, :1])[..., None]),
    ],
)
def test_a_batch_of_one_is_broadcast_along_its_own_axis(
    chain: str, expected: Callable[[Array], Array], shape: str
) -> None:
    """`keras.ops.add` by itself adds steps to features where there are as many of them."""
    x = RNG.normal(size=(1, 5, 5)).astype("float32")
    model = seqspec.compile(f"in {shape} -> {chain}")
    np.testing.assert_allclose(np.asarray(model(x)), expected(x), atol=1e-6)


@pytest.mark.parametrize("spec", ["in 6x4 -> mask -9 -> pool std", "in 6x4 -> pool std",
                                  "in 6x4 -> pool std features"])  # fmt: skip
def test_a_deviation_of_nothing_has_a_slope(spec: str) -> None:
    """The root of zero has none; equal steps must not make the weights before them NaN."""
    model = seqspec.compile(spec.replace("pool", "dense 2 init=zeros -> pool"))
    with tf.GradientTape() as tape:
        deviation = model(np.ones((2, 6, 4), "float32"))
    kernel = tape.gradient(deviation, model.trainable_variables)[0]
    np.testing.assert_allclose(np.asarray(deviation), 0, atol=2e-6)
    assert np.isfinite(np.asarray(kernel)).all()


def test_a_deviation_of_frames_leaves_padding_out() -> None:
    model = seqspec.compile("in Tx2x3 -> mask -9 -> pool std")
    x = RNG.normal(size=(2, 5, 2, 3)).astype("float32")
    x[0, 3:] = -9
    expected = np.stack([x[0, :3].std((0, 1)), x[1].std((0, 1))])
    np.testing.assert_allclose(np.asarray(model(x)), expected, atol=1e-6)


@pytest.mark.parametrize("begin", ["in 6x4", "in Tx4", "in 4", "in T tokens", "in 4x2x3"])
@pytest.mark.parametrize("sizes", [(5,), (1, 5), (3, 5), (2, 3, 5)])
def test_learned_values_are_the_same_for_each_sample(
    begin: str, sizes: tuple[int, ...], tmp_path: Path
) -> None:
    spec = f"{begin} -> learned {'x'.join(map(str, sizes))}"
    seqspec.compile(spec, tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    inputs = IDS if "tokens" in begin else np.zeros((2, *(s or 6 for s in model.input_shape[1:])))
    (weights,) = model.get_weights()
    assert weights.size == np.prod(sizes) == seqspec.parse(spec).parameter_count
    np.testing.assert_array_equal(np.asarray(model(inputs)), [weights.reshape(sizes)] * 2)
    assert model.output_shape == (None, *sizes)


def test_learned_values_are_trained() -> None:
    model = seqspec.compile("in 3 -> learned 2 init=zeros\ntrain loss=mse optimizer=sgd rate=0.5")
    model.fit(np.zeros((8, 3)), np.tile([1.0, -1.0], (8, 1)), epochs=40, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[1, -1]], atol=1e-3)


def test_softmax_over_time_leaves_padding_out() -> None:
    model = seqspec.compile("in 6x4 -> mask -9 -> dense 1 -> softmax time")
    x = X.copy()
    x[:, 4:] = -9
    weights = np.asarray(model(x))
    np.testing.assert_allclose(weights[:, 4:], 0, atol=1e-7)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)


def test_reverse_layer_stays_aligned() -> None:
    """The output at a step is the state after reading from the end to that step."""
    model = seqspec.compile("in 6x4 -> gru 5 reverse")
    forward = seqspec.compile("in Tx4 -> gru 5 -> take last")
    forward.set_weights(model.get_weights())
    whole = np.asarray(model(X))
    for step in range(6):
        from_end = np.asarray(forward(X[:, step:][:, ::-1]))
        np.testing.assert_allclose(whole[:, step], from_end, atol=2e-6)


def test_causal_layers_do_not_see_the_future() -> None:
    chain = "conv 5 3 causal -> sepconv 4 2 causal dilation=2 -> depthconv 2 causal -> lstm 3"
    model = seqspec.compile(f"in Tx4 -> {chain}")
    changed = X.copy()
    changed[:, 4:] += 1
    before, after = np.asarray(model(X)), np.asarray(model(changed))
    np.testing.assert_allclose(before[:, :4], after[:, :4], atol=1e-6)
    assert np.abs(before[:, 4:] - after[:, 4:]).max() > 1e-3


def test_depth_that_is_allowed_loads(tmp_path: Path) -> None:
    """As many operations behind one another as the limit allows are saved and loaded by Keras."""
    target = tmp_path / "deep.keras"
    depth = seqspec.Limits().depth
    seqspec.compile(f"in 2 -> (dense 2) * {depth - 1}", target)
    assert len(keras.saving.load_model(target).layers) == depth
    assert not seqspec.check(f"in 2 -> (dense 2) * {depth}").ok
