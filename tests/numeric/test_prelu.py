"""PReLU: where a slope is learned, and what it does."""

from __future__ import annotations

import numpy as np
import pytest

import seqspec

RNG = np.random.default_rng(43)


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        ("in 6 -> prelu", (6,)),
        ("in 5x6 -> prelu", (1, 6)),
        ("in Tx6 -> prelu", (1, 6)),
        ("in 5x6 -> prelu places", (5, 6)),
        ("in 4x5x6 -> prelu", (1, 1, 6)),
        ("in 4x5x6 -> prelu places", (4, 5, 6)),
    ],
)
def test_a_slope_for_each_feature_or_place(spec: str, shape: tuple[int, ...]) -> None:
    graph, model = seqspec.parse(spec), seqspec.compile(spec)
    slopes = RNG.normal(size=shape).astype("float32")
    model.set_weights([slopes])
    assert graph.parameter_count == model.count_params() == slopes.size
    sizes = [size if isinstance(size, int) else 5 for size in graph.inputs[0].value.shape]
    x = RNG.normal(size=(3, *sizes)).astype("float32")
    np.testing.assert_allclose(np.asarray(model(x)), np.where(x > 0, x, slopes * x), atol=1e-6)
