"""States handed on: from layer to layer, into a model, out of it, and back in."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import seqspec

Array = np.ndarray
RNG = np.random.default_rng(41)
X = RNG.normal(size=(3, 7, 4)).astype("float32")


def close(found: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("merge", ["concat", "sum", "mul", "ave"])
def test_sides_of_a_bi_layer_are_its_states(merge: str) -> None:
    model = seqspec.compile(f"""
        h = in 7x4 -> lstm 5 bi merge={merge}
        out both = h -> final
        out cells = h -> final cell
        out f = h -> final forward
        out fc = h -> final forward cell
        out b = h -> final backward
        out bc = h -> final cell backward
    """)
    both, cells, *sides = model(X)
    layer = model.get_layer("h")
    one = keras.layers.LSTM(5, return_state=True)
    backward = keras.layers.LSTM(5, return_state=True, go_backwards=True)
    for copy, own in ((one, layer.forward_layer), (backward, layer.backward_layer)):
        copy.build((None, 7, 4))
        copy.set_weights(own.get_weights())
    (_, *forward_states), (_, *backward_states) = one(X), backward(X)
    expected = [*forward_states, *backward_states]
    for found, wanted in zip(sides, expected, strict=True):
        close(found, wanted)
    merged = {
        "concat": lambda a, b: np.concatenate([a, b], -1),
        "sum": np.add,
        "mul": np.multiply,
        "ave": lambda a, b: (a + b) / 2,
    }[merge]
    pairs = zip((both, cells), forward_states, backward_states, strict=True)
    for found, a, b in pairs:
        close(found, merged(np.asarray(a), np.asarray(b)))


WHOLE = "out y = in Tx4 -> {one} -> {two} -> dense 2"
STEPS = """
x = in 1x4
h1 = in 5
c1 = in 5
h2 = in 6
a = x -> {one} from=h1,c1
b = a -> {two} from=h2
out y = b -> dense 2
out h1_after = a -> final
out c1_after = a -> final cell
out h2_after = b -> final
"""


def test_states_go_out_of_a_model_and_back_in() -> None:
    """Step by step, each with the states of the step before, as over the whole sequence."""
    layers = {"one": "lstm 5", "two": "gru 6"}
    whole = seqspec.compile(WHOLE.format(**layers))
    steps = seqspec.compile(STEPS.format(**layers))
    steps.set_weights(whole.get_weights())
    states = [np.zeros((3, size), "float32") for size in (5, 5, 6)]
    results = []
    for step in range(7):
        y, *states = map(np.asarray, steps([X[:, step : step + 1], *states]))
        results.append(y)
    close(np.concatenate(results, 1), whole(X))
    assert [output.name for output in seqspec.parse(STEPS.format(**layers)).outputs] == [
        "y", "h1_after", "c1_after", "h2_after",
    ]  # fmt: skip


def test_a_shared_layer_goes_on_from_its_own_state() -> None:
    """One set of weights reads a sequence in two parts as it reads the whole."""
    whole = seqspec.compile("in Tx4 -> lstm 5 -> take last")
    parts = seqspec.compile("""
        shared reader = lstm 5
        first = in Sx4 -> reader
        out y = in Tx4 -> reader from=first -> take last
    """)
    parts.set_weights(whole.get_weights())
    close(parts([X[:, :3], X[:, 3:]]), whole(X))


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_states_across_depth_and_direction(cell: str) -> None:
    """A `bi` encoder hands both directions on, a stack hands them on layer by layer."""
    end = "end,end" if cell == "lstm" else "end"
    spec = f"""
        source = in Sx4 -> ({cell} 5 bi -> as encoded) * 2
        end = source -> final
        out y = in Tx4 -> ({cell} 5 bi from=encoded.{{i}}) * 2 -> {cell} 10 from={end}
    """
    model = seqspec.compile(spec)
    short = X[:, :3]
    before = np.asarray(model([X, short]))
    changed = X.copy()
    changed[:, -1] += 1
    assert np.abs(np.asarray(model([changed, short])) - before).max() > 1e-4
    recurrent = [node for node in seqspec.parse(spec).nodes if node.value.states]
    layers = [model.get_layer(node.name) for node in recurrent if node.op.bi]
    assert len(layers) == 4
    x, y, states = X, short, []
    for layer in layers[:2]:
        x, *found = run_both(layer, x, None)
        states.append(found)
    for layer, start in zip(layers[2:], states, strict=True):
        y, *_ = run_both(layer, y, start)
    end = np.concatenate([states[1][0], states[1][len(states[1]) // 2]], -1)
    initial = [end, end] if cell == "lstm" else end
    close(before, model.get_layer("y")(y, initial_state=initial))


def run_both(layer: keras.layers.Bidirectional, x: Array, start: list[Array] | None) -> list[Array]:
    """Both directions of the layer by themselves: the sequence, and the states, forward first."""
    found, sequences = [], []
    half = len(start) // 2 if start else 0
    for part, own in (
        (slice(None, half), layer.forward_layer),
        (slice(half, None), layer.backward_layer),
    ):
        config = {**own.get_config(), "return_sequences": True, "return_state": True}
        copy = type(own).from_config(config)
        copy.build(x.shape)
        copy.set_weights(own.get_weights())
        sequence, *states = copy(x, initial_state=start[part] if start else None)
        sequences.append(np.asarray(sequence)[:, :: -1 if own.go_backwards else 1])
        found += [np.asarray(state) for state in states]
    return [np.concatenate(sequences, -1), *found]
