"""How many multiplications a sample takes: `seqspec show` against the arithmetic, term by term."""

from __future__ import annotations

import pytest

import seqspec
from seqspec.driver import optimized
from seqspec.table import describe

LSTM, GRU, RNN = (gates * (6 * 8 + 8 * 8) for gates in (4, 3, 1))  # a step of 6 numbers, 8 units


@pytest.mark.parametrize(
    ("spec", "work"),
    [
        ("in 6 -> dense 4", 6 * 4),
        ("in 10x6 -> dense 4 bias=no", 10 * 6 * 4),
        ("in Tx6 -> dense 4", "24 * T"),
        ("in 6 -> relu", 0),
        ("in 10 tokens -> embed 9 6", 0),
        ("in 10x6 -> lstm 8", 10 * LSTM),
        ("in 10x6 -> gru 8", 10 * GRU),
        ("in 10x6 -> rnn 8", 10 * RNN),
        ("in 10x6 -> lstm 8 bi", 10 * 2 * LSTM),
        ("in 10x6 -> lstm 8 bi -> final forward", 10 * 2 * LSTM),  # Keras runs both ways
        ("in 10x6 -> lstm 8 bi -> take last", 10 * LSTM + 1 * LSTM),
        ("in 10x6 -> lstm 8 bi -> take first 1", 10 * 2 * LSTM),
        ("in 10x6 -> lstm 8 bi -> final", 10 * 2 * LSTM),
        ("in 10x6 -> conv 4 3", 8 * 3 * 6 * 4),
        ("in 10x6 -> conv 4 3 same", 10 * 3 * 6 * 4),
        ("in 10x6 -> conv 4 3 same stride=2", 5 * 3 * 6 * 4),
        ("in 9x9x6 -> conv 4 3x2", 7 * 8 * 3 * 2 * 6 * 4),
        ("in 10x6 -> conv 4 3 groups=2", 8 * 3 * 3 * 4),
        ("in 10x6 -> depthconv 3", 8 * 3 * 6),
        ("in 10x6 -> sepconv 4 3", 8 * (3 * 6 + 6 * 4)),
        ("in 10x6 -> deconv 4 3 stride=2", 10 * 3 * 6 * 4),
        ("in 5x7x7x6 -> convlstm 8 3x3", 5 * 5 * 5 * 4 * 9 * (6 * 8 + 8 * 8)),
        ("in 10x6 -> as x -> dense 10 -> dot _ x time", 10 * 6 * 10 + 10 * 6 * 10),
        ("in 10x6 -> as x -> dot _ x", 10 * 10 * 6),
        ("in 10x6 -> attend dot", 10 * 10 * (6 + 6)),
        ("in 10x6 -> attend dot scores", 10 * 10 * 6),
        ("in 10x6 -> attend additive", 10 * 10 * (6 + 6)),
        ("m = in 7x6\nout y = in 10x6 -> attend m dot", 10 * 7 * (6 + 6)),
        ("in 10x6 -> attend heads=2", 10 * 4 * 6 * 6 + 10 * 10 * 2 * (3 + 3)),
        (
            "m = in 7x5\nout y = in 10x6 -> attend m heads=2 size=4 value_size=1 bias=no",
            10 * 6 * 8 + 7 * 5 * 8 + 7 * 5 * 2 + 10 * 2 * 6 + 10 * 7 * 2 * (4 + 1),
        ),
        (
            "words = in 10 tokens -> embed 9 6\nout y = words -> unembed words",
            10 * 6 * 9,
        ),
        ("in 5x10x6 -> each ( lstm 8 -> take last -> dense 3 )", 5 * (10 * LSTM + 8 * 3)),
        ("in 6 -> feedback 3 ( dense 6 )", 3 * 6 * 6),
        ("in 10x6 -> lstm 8 -> (dense 8) * 2 -> take last", 10 * LSTM + 2 * 8 * 8),
    ],
)
def test_multiplications(spec: str, work: int | str) -> None:
    assert describe(optimized(seqspec.parse(spec), 1))["multiplications"] == work


def test_as_written_is_told_beside() -> None:
    written = seqspec.parse("in 10x6 -> lstm 8 -> dense 8 -> take last")
    found = describe(optimized(written, 1), written)
    assert found["multiplications"] == 10 * LSTM + 8 * 8
    assert found["multiplications_as_written"] == 10 * LSTM + 10 * 8 * 8
