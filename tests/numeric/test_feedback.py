"""`feedback` is decoding by hand: one step at a time, states and results fed back."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

import seqspec

RNG = np.random.default_rng(5)
WARM = """
shared cell = {cell}
shared head = dense 3
warm = in 7x3 -> cell
out first = warm -> take last -> head
out steps = first -> feedback 4 (cell from=warm -> head)
"""


def test_goes_on_from_a_warm_up_that_shares_its_weights(tmp_path: Path) -> None:
    """The autoregressive model of the TensorFlow time series tutorial, loop written out."""
    for cell in ("lstm 5", "gru 5 reset=before"):
        model = seqspec.compile(WARM.format(cell=cell), tmp_path / "model.keras")
        model = keras.saving.load_model(tmp_path / "model.keras")
        layer, head = model.get_layer("cell"), model.get_layer("head")
        x = RNG.normal(size=(2, 7, 3)).astype("float32")
        first, steps = (np.asarray(y) for y in model(x))
        output, *states = layer(x)
        step = head(output[:, -1])
        np.testing.assert_allclose(first, np.asarray(step), atol=2e-6)
        for number in range(4):
            output, *states = layer(
                step[:, None], initial_state=states if len(states) > 1 else states[0]
            )
            step = head(output[:, -1])
            np.testing.assert_allclose(steps[:, number], np.asarray(step), atol=2e-6)


def test_greedy_choice_of_tokens() -> None:
    """The most likely token of a run is embedded by the next."""
    spec = (
        "enc = in 5x3 -> lstm 8\nstart = in 1 tokens\n"
        "out words = start -> feedback 4 "
        "(embed 11 6 -> lstm 8 from=enc -> dense 11 softmax) next=(argmax)"
    )
    model = seqspec.compile(spec)
    assert model.count_params() == seqspec.parse(spec).parameter_count
    enc, embed, lstm, dense = map(model.get_layer, ("enc", "embed", "lstm", "dense"))
    x = RNG.normal(size=(3, 5, 3)).astype("float32")
    token = np.array([[1], [2], [3]])
    words = np.asarray(model([x, token]))
    states = enc(x)[1:]
    for number in range(4):
        output, *states = lstm(embed(token), initial_state=states)
        likely = np.asarray(dense(output))
        np.testing.assert_allclose(words[:, number : number + 1], likely, atol=2e-6)
        token = likely.argmax(-1)


def test_runs_share_weights_and_keep_states_of_each_layer() -> None:
    """Two recurrent layers go on from their own states; counts are those of one run."""
    spec = "in 3 -> feedback 5 (lstm 4 -> gru 6 -> dense 3)"
    graph = seqspec.parse(spec)
    assert graph.parameter_count == 4 * 4 * (3 + 4 + 1) + 3 * 6 * (4 + 6 + 2) + 3 * (6 + 1)
    model = seqspec.compile(graph)
    assert model.count_params() == graph.parameter_count
    lstm, gru, dense = map(model.get_layer, ("lstm", "gru", "dense"))
    x = RNG.normal(size=(2, 3)).astype("float32")
    found = np.asarray(model(x))
    step, of_lstm, of_gru = x[:, None], None, None
    for number in range(5):
        a, *of_lstm = lstm(step, initial_state=of_lstm)
        b, of_gru = gru(a, initial_state=of_gru)
        step = dense(b)
        np.testing.assert_allclose(found[:, number : number + 1], np.asarray(step), atol=2e-6)


def test_what_has_no_weights_may_differ_from_run_to_run() -> None:
    """`{i}` counts the runs: each reads its own step of another value, and has its own slope."""
    model = seqspec.compile(
        "x = in 3x4\nout y = x -> take last -> feedback 3 "
        "(add (dense 4) (x -> take {i}:{i + 1}) -> leaky_relu slope={i / 10})"
    )
    assert model.count_params() == 4 * 5
    x = RNG.normal(size=(2, 3, 4)).astype("float32")
    found, dense, step = np.asarray(model(x)), model.get_layer("dense"), x[:, -1]
    for number in range(3):
        step = np.asarray(dense(step)) + x[:, number]
        step = np.where(step > 0, step, number / 10 * step)
        np.testing.assert_allclose(found[:, number], step, atol=2e-6)
