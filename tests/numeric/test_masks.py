"""Masks follow the data: a padded sample gives what it gives alone, unpadded and unmasked.

Each chain stands between a masked input and a reader of the mask (`lstm -> take last`, a
masked mean). The model is run on a batch that holds each sample padded at the end, at the start
and at both, and on each sample by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqspec
from seqspec.ops.base import Operation
from seqspec.ops.chain import Network
from seqspec.ops.feedback import Feedback
from seqspec.ops.input import Lift
from seqspec.ops.registry import OPERATIONS
from seqspec.ops.shape import Flatten

Array = np.ndarray
RNG = np.random.default_rng(7)
LENGTHS = (9, 4, 6, 5)
SIDES = ("right", "left", "both")

CHAINS = [
    # recurrent
    "lstm 5",
    "lstm 5 bi",
    "lstm 5 bi -> drop last 1 -> lstm 4",
    "lstm 5 bi -> conv 4 3 same",
    "gru 5 reverse",
    "gru 5 reverse -> rnn 4 bi merge=sum",
    # steps, counted from either end
    "lstm 5 -> take last 3",
    "lstm 5 -> take last 3 -> lstm 4",
    "lstm 5 -> take first 3",
    "lstm 5 -> take 1:4",
    "lstm 5 -> take -4:-1",
    "lstm 5 -> take :-2",
    "lstm 5 -> take 1:-1",
    "lstm 5 -> take 1:-1:2",
    "lstm 5 -> take ::2",
    "lstm 5 -> drop first 2",
    "lstm 5 -> drop last 2",
    "lstm 5 -> reverse",
    "reverse -> conv 4 2 stride=2",
    "lstm 5 -> shift 1",
    "lstm 5 -> shift -2",
    "shift 2 -> conv 4 3 same",
    "shift -1 -> conv 4 3 same",
    "lstm 5 -> upsample 2",
    "concat _ (take first 3) time -> conv 4 3 same",
    "concat (take last 3) _ (take first 3) time -> conv 4 3 same",
    "upsample 2 -> conv 4 3 same stride=2",
    # new steps stand beside the sample's own, whatever padding there was
    "lstm 5 -> pad end 2",
    "lstm 5 -> pad start 2",
    "pad end 2 -> conv 4 3 same",
    "pad start 2 -> conv 4 3",
    "take last 3 -> pad end 2 -> conv 4 3 same",
    "take last 3 -> pad start 2 -> conv 4 3 same",
    "take first 3 -> pad start 2 -> conv 4 3 same",
    "take first 3 -> pad end 2 -> conv 4 3 same",
    "lstm 5 -> upsample 3 linear",
    "upsample 2 linear -> conv 4 3 same",
    "cumsum -> conv 4 3 same",
    # features
    "norm unit -> round",
    "square -> log1p",
    "square -> rsqrt",
    "lstm 5 -> dense 4 relu -> norm -> dropout 0.5",
    "noise 0.5 -> norm batch -> prelu",
    "norm rms -> silu",
    "abs -> sqrt",
    "square -> log",
    "reciprocal",
    "exp -> negate -> sin -> cos",
    "scale 0.5 offset=1",
    "scale 1,2,3,4,5,6 offset=1 -> clip 0 1",
    "fourier real",
    "lstm 5 -> fourier imaginary",
    "fourier magnitude half -> conv 4 2 stride=2",
    "fourier real features",
    "pool max features -> concat _ (unmask -> dense 2)",
    "glu",
    "leaky_relu slope=0.1",
    "dense 5 -> argmax -> embed 5 4",
    "position learned 12",
    "position sinusoid -> conv 4 3 same",
    # merges
    "add _ (lstm 6)",
    "add _ (reverse)",
    "add _ (mask 0.123)",
    "add _ (lstm 6 -> take last 1)",
    "subtract 1 _ -> maximum _ 0",
    "divide _ (pool sum features)",
    "divide _ (reverse -> square -> add _ 1)",
    "power (abs) _ -> multiply _ 1,2,3,4,5,6",
    "multiply (dense 6) (lstm 6 -> take last 1)",
    "concat _ (const 1,2 -> repeat 1)",
    "concat (learned 1x6) _ time",
    "concat (learned 2x6) _ time -> conv 4 3 same",
    "add _ (learned 1x6)",
    "concat _ (lstm 5 -> take last -> repeat 1)",
    "concat (lstm 5 -> take last 1) _",
    "add (lstm 5) (unmask -> dense 5)",
    "add (reverse -> lstm 5 -> reverse) (lstm 5)",
    "subtract (drop first 1) (drop last 1)",
    "subtract (take first 3) (take last 3)",
    "average (conv 4 3) (drop last 2 -> dense 4)",
    "multiply _ (dense 1 sigmoid)",
    "multiply _ (dense 1 -> softmax time)",
    "concat (lstm 5) (gru 4)",
    "concat (take first 3) (reverse -> take last 3)",
    "concat _ (lstm 6 -> take last 3) time",
    "concat _ (dense 6) time -> conv 4 3 same",
    "concat _ (reverse) time -> conv 4 3 same",
    "concat (take first 2) _ time -> shift 1",
    "concat (take last -> repeat 1) _ time -> conv 4 3",
    "concat _ (dense 6 -> unmask -> take first 2) time",
    "dot _ (take first 1)",
    # windows
    "conv 5 3 same",
    "conv 5 3 causal relu",
    "conv 5 3 causal dilation=2",
    "conv 5 2 dilation=2",
    "conv 5 3",
    "conv 5 4",
    "conv 5 2 stride=2",
    "conv 5 3 stride=2",
    "conv 5 2 causal stride=2",
    "conv 5 3 same stride=2",
    "conv 5 4 same stride=2",
    "conv 5 5 same stride=3",
    "conv 5 2 same stride=3",
    "sepconv 5 3 same",
    "sepconv 5 3 causal dilation=2",
    "sepconv 5 3 same stride=2",
    "depthconv 3 causal",
    "depthconv 3 causal stride=2",
    "deconv 5 3",
    "deconv 5 3 same",
    "deconv 5 3 same stride=2",
    "deconv 5 2 stride=3",
    "deconv 5 5 stride=2 -> conv 4 3 same",
    "pool max 2",
    "pool max 2 -> pool mean 2",
    "pool mean 2",
    "pool sum 2",
    "pool max 3 stride=2",
    "pool min 3 stride=2",
    "pool min 3 same stride=1",
    "pool sum 3 stride=1",
    "pool max 3 same stride=1",
    "window 3 -> each ( conv 5 2 -> pool max )",
    "window 2 stride=2 -> each ( take last )",
    "pool mean 3 same stride=1",
    "pool max 2 same",
    "pool mean 3 same",
    "pool mean 3 same stride=2",
    # other arrangements, and kernels over more than the steps
    "reshape ?x3x2 -> reshape ?x6",
    "reshape ?x3",
    "reshape ?x2 -> reshape ?x6",
    "upsample 2 -> reshape ?x12",
    "reshape ?x3x2 -> permute 1 3 2 -> fold width",
    "reshape ?x3x2 -> norm batch -> each ( mask 0.1 -> lstm 4 -> take last )",
    "reshape ?x3x2 -> conv 4 3x2 same -> fold width",
    "reshape ?x3x2 -> conv 4 2x1 stride=2x1 -> fold width",
    "reshape ?x3x2 -> conv 4 3x1 same stride=2 -> fold width",
    "reshape ?x3x2 -> deconv 4 3x2 stride=2x1 -> fold width",
    "reshape ?x3x2 -> pool max 2x1 -> fold width",
    "reshape ?x3x2 -> pool mean 2x3 -> fold width",
    "reshape ?x3x2 -> pool mean 3x2 same -> fold width",
    "reshape ?x3x2 -> pad 1 -> upsample 2x1 -> conv 4 3x3 -> fold width",
    "reshape ?x3x2x1 -> convlstm 2 2x2 same bi -> each ( flatten )",
    # attention, and results that are fed back
    "attend heads=2 causal",
    "attend (reverse) heads=2 causal",
    "attend (conv 6 2 stride=2) dot causal",
    "attend (drop last 1) keys=(reverse -> drop first 1) dot",
    "take last 1 -> feedback 3 (gru 6)",
    "take last -> feedback 2 (dense 6)",
]
READERS = ["lstm 3 -> take last", "gru 3 bi -> final", "pool mean", "pool max", "pool sum",
           "pool min", "pool std", "pool logsumexp",
           "take last", "take first", "take 2", "lstm 3 reverse -> take first",
           "lstm 3 bi -> take 0", "dense 4 -> reshape ?x2x2 -> pool mean",
           "dense 4 -> reshape ?x2x2 -> pool max",
           "dense 4 -> reshape ?x2x2x1x1 -> pool mean",
           "dense 4 -> reshape ?x2x2x1x1 -> pool max"]  # fmt: skip
WHOLE = [
    "in T tokens -> mask 0 -> onehot 20 -> lstm 3 -> take last",
    "in T tokens -> mask 0 -> take last 3 -> embed 20 4 -> lstm 3 -> take last",
    "in T tokens -> mask 0 -> pad end 1 -> upsample 2 -> embed 20 4 -> conv 3 3 -> pool max",
    "in T tokens -> mask 0 -> concat _ (reverse) time -> embed 20 4 -> pool max 2 -> pool sum",
    "words = in T tokens -> embed 20 6 mask\nout y = words -> lstm 6 -> unembed words -> pool mean",
]


def padded(samples: Sequence[Array], side: str, fill: float) -> Array:
    """The samples in one array, filled up at one side or at both."""
    longest = max(map(len, samples))
    rows = []
    for number, sample in enumerate(samples):
        gap = longest - len(sample)
        before = {"left": gap, "right": 0, "both": (gap + number % 2) // 2}[side]
        widths = [(before, gap - before), *[(0, 0)] * (sample.ndim - 1)]
        rows.append(np.pad(sample, widths, constant_values=fill))
    return np.stack(rows)


def unmasked(spec: str) -> str:
    """The spec without the mask of its input."""
    return re.sub(r"(embed \d+ \d+) mask| -> mask (-9|0)(?= ->)", r"\1", spec)


def check_against_alone(
    spec: str,
    samples: Sequence[Array],
    fill: float = 0,
    *,
    sides: Sequence[str] = SIDES,
    holes: bool = False,
) -> keras.Model:
    """The padded batches give, sample by sample, what each gives alone; unmasked if it can be."""
    model = seqspec.compile(spec)
    other = model if holes else seqspec.compile(unmasked(spec))
    other.set_weights(model.get_weights())
    together = np.asarray(model(np.concatenate([padded(samples, side, fill) for side in sides])))
    for number, sample in enumerate(samples):
        alone = np.asarray(other(sample[None]))[0]
        for side, row in zip(sides, together[number :: len(samples)], strict=True):
            np.testing.assert_allclose(row, alone, atol=3e-6, err_msg=f"{side}: {spec}")
    return model


def check_finite(model: keras.Model, x: Array) -> None:
    """Neither outputs nor gradients are anything but numbers."""
    with tf.GradientTape() as tape:
        y = model(x, training=True)
        loss = tf.reduce_sum(tf.square(y))
    assert np.isfinite(np.asarray(y)).all()
    for gradient in tape.gradient(loss, model.trainable_variables):
        if gradient is not None:
            assert np.isfinite(np.asarray(tf.convert_to_tensor(gradient))).all()


def ids(*lengths: int) -> list[Array]:
    return [RNG.integers(1, 20, n) for n in lengths]


def holed(samples: list[Array]) -> list[Array]:
    """The samples with one or two of their inner steps masked."""
    for sample in samples:
        sample[RNG.choice(np.arange(1, len(sample) - 1), len(sample) // 4, replace=False)] = 0
    return samples


@pytest.mark.parametrize("chain", CHAINS)
def test_chain_agrees_with_samples_alone(chain: str) -> None:
    """Without holes and with them; samples that are short or empty do no harm."""
    spec = f"in T tokens -> embed 20 6 mask -> {chain} -> lstm 3 -> take last"
    # Unmasked, padding before the steps counts as real, which a sample alone does not have.
    sides = ("right",) if "unmask" in chain else SIDES
    check_against_alone(spec, ids(*LENGTHS), sides=sides)
    model = check_against_alone(spec, holed(ids(*LENGTHS)), sides=sides, holes=True)
    check_finite(model, padded(ids(9, 1, 0, 2), "both", 0))


@pytest.mark.parametrize("spec", WHOLE)
def test_spec_agrees_with_samples_alone(spec: str) -> None:
    check_against_alone(spec, ids(*LENGTHS))


@pytest.mark.parametrize("reader", READERS)
def test_reader_agrees_with_samples_alone(reader: str) -> None:
    samples = [RNG.normal(size=(n, 4)).astype("float32") for n in LENGTHS]
    check_against_alone(f"in Tx4 -> mask -9 -> lstm 5 -> dense 4 -> {reader}", samples, -9)


def used(network: Network) -> Iterator[type[Operation]]:
    for node in network.nodes:
        yield type(node.op)
        for chain in node.op.chains():
            yield from used(chain)


def test_every_operation_is_among_them() -> None:
    """A vector is lifted before any mask, and `flatten` has no mask to keep."""
    specs = [f"in T tokens -> embed 20 6 mask -> {c}" for c in CHAINS]
    specs += [f"in Tx4 -> lstm 5 -> dense 4 -> {reader}" for reader in READERS]
    found = {op for spec in (*specs, *WHOLE) for op in used(seqspec.parse(spec))}
    assert {*OPERATIONS} - found == {Lift, Feedback} and Flatten in found
    assert any("feedback" in chain for chain in CHAINS)  # written out in other operations


@pytest.mark.parametrize("reader", ["lstm 3 -> take last", "pool mean", "dense 3 -> pool std"])
def test_padding_may_be_nan(reader: str) -> None:
    """And spreads nowhere, not into gradients either."""
    samples = [RNG.normal(size=(n, 4)).astype("float32") for n in LENGTHS]
    spec = f"in Tx4 -> mask nan -> dense 3 -> {reader}"
    check_against_alone(spec, samples, np.nan)
    model = seqspec.compile(f"{spec}\ntrain loss=mse optimizer=sgd")
    for side in SIDES:
        model.fit(padded(samples, side, np.nan), np.ones((4, model.output_shape[-1])), verbose=0)
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


def test_a_reading_of_several_may_be_nan() -> None:
    """A step is padding where all of its values are."""
    model = seqspec.compile("in Tx2 -> mask nan -> take last")
    x = np.array([[[1, 2], [np.nan, 3], [np.nan, np.nan]]], "float32")
    np.testing.assert_array_equal(np.asarray(model(x)), [[np.nan, 3]])


def test_take_last_gives_the_last_real_steps() -> None:
    """The three last real steps of each sample, however it was padded."""
    spec = "x = in T tokens -> embed 20 6 mask -> lstm 5\nout all = x\nout last = x -> take last 3"
    model = seqspec.compile(spec)
    samples = ids(*LENGTHS)
    for side in SIDES:
        _, last = model(padded(samples, side, 0))
        for row, sample in zip(np.asarray(last), samples, strict=True):
            every, _ = model(sample[None])
            np.testing.assert_allclose(row, np.asarray(every)[0, -3:], atol=2e-6)


def test_too_short_samples_are_masked_not_wrong() -> None:
    """A sample with fewer real steps than are taken fills up with masked ones."""
    spec = "in T tokens -> embed 20 6 mask -> take last 3 -> lstm 4 -> take last"
    samples = ids(5, 2, 1)
    model = seqspec.compile(spec)
    together = np.asarray(model(padded(samples, "right", 0)))
    direct = seqspec.compile(spec.replace("-> take last 3 ", ""))
    direct.set_weights(model.get_weights())
    for row, sample in zip(together, samples, strict=True):
        np.testing.assert_allclose(row, np.asarray(direct(sample[-3:][None]))[0], atol=2e-6)


def test_a_step_of_ids_that_a_sample_does_not_have_is_zero() -> None:
    """As that of numbers, whatever id padding has."""
    model = seqspec.compile("in 3 tokens -> mask 7 -> take last")
    found = model(np.array([[1, 2, 7], [7, 7, 7]], "int32"))
    np.testing.assert_array_equal(np.asarray(found), [2, 0])


def test_padding_values_do_not_matter() -> None:
    """What stands at masked steps never shows, also where steps are read by their place."""
    spec = (
        "ids = in 6 tokens\nx = in 6x4\nm = ids -> embed 5 4 mask\n"
        "h = m -> add _ (x -> dense 4) -> conv 3 3 same -> as c -> add _ (take 4 -> repeat 6)\n"
        "out y = h -> pool max"
    )
    model = seqspec.compile(spec.replace("(take 4 -> repeat 6)", "(take 4 -> repeat 1)"))
    words = np.array([[1, 2, 3, 0, 0, 0]])
    one, other = RNG.normal(size=(2, 1, 6, 4)).astype("float32")
    other[:, :3] = one[:, :3]
    np.testing.assert_allclose(
        np.asarray(model([words, one])), np.asarray(model([words, other])), atol=1e-6
    )


def test_names_of_a_spec_do_not_meet_those_of_masks() -> None:
    """`x_mask` is a value here, and what holds the mask of `x` another."""
    check_against_alone(
        "x = in T tokens -> embed 20 6 mask -> reverse\nx_mask = x -> dense 4\n"
        "out y = x -> lstm 4 -> add _ x_mask -> pool mean",
        ids(*LENGTHS),
    )


@pytest.mark.parametrize("chain", ["lstm 3 bi", "conv 3 3 same", "conv 3 2 stride=2", "dense 3",
                                   "attend heads=2 -> dense 3", "take last 5", "pad end 1",
                                   "reshape ?x2x2 -> conv 3 2x2 same", "reshape ?x4x1",
                                   "reshape ?x2x2x1 -> convlstm 2 2x2 same"])  # fmt: skip
def test_losses_and_metrics_leave_padding_out(chain: str) -> None:
    """Also where Keras lost the mask, or has one that does not fit the loss."""
    spec = f"in Tx4 -> mask -9 -> {chain}\ntrain loss=mse metrics=mae"
    model = seqspec.compile(spec)
    samples = [RNG.normal(size=(n, 4)).astype("float32") for n in (9, 5, 7)]
    of_real = [np.asarray(model(sample[None])).ravel() for sample in samples]
    x = padded(samples, "both", -9)
    loss, metric = model.evaluate(x, np.zeros(model(x).shape), verbose=0)
    np.testing.assert_allclose(loss, np.mean(np.concatenate(of_real) ** 2), rtol=1e-5)
    np.testing.assert_allclose(metric, np.mean(np.abs(np.concatenate(of_real))), rtol=1e-5)
