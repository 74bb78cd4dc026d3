"""Each operation, in each of its modes, against its reference in NumPy, with the same weights."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import pytest

import seqspec
from seqspec import Graph, UsageError, reference
from seqspec.numeric.windows import Reach, convolve, deconvolve
from seqspec.ops.arguments import arguments
from seqspec.ops.base import Operation
from seqspec.ops.chain import Network, Node
from seqspec.ops.conv import Deconv
from seqspec.ops.registry import BY_NAME, OPERATIONS
from seqspec.ops.types import ActivationName, literals

from . import test_attention, test_masks
from .agreement import agree, random_inputs
from .reference_specs import SPECS
from .test_masks import LENGTHS, holed, padded


@pytest.mark.parametrize("spec", SPECS)
def test_only_sequences_have_masks(spec: str) -> None:
    assert all(n.value.is_sequence or not n.value.mask for n in every_node(parsed(spec)))


@pytest.mark.parametrize("spec", SPECS)
def test_keras_agrees_with_the_reference(spec: str) -> None:
    rng = np.random.default_rng(31)
    if "sparsemax" in spec and not np.isclose(keras.ops.sum(keras.ops.sparsemax([0.5, 1.0])), 1):
        pytest.xfail("Keras computes another threshold than the paper: keras-team/keras#23425")
    agree(spec, random_inputs(seqspec.parse(spec), rng), rng)


GALLERY = Path(__file__).parents[2] / "specs"
FACTS = json.loads((GALLERY / "facts.json").read_text(encoding="utf-8"))


def modest(fact: dict[str, Any]) -> bool:
    """Whether a model of the gallery is small: Keras takes seconds for long sequences."""
    sizes = [math.prod(size or 24 for size in shape) for shape in fact["inputs"]]
    return fact["total_params"] < 300_000 and sum(sizes) < 400 and "with" not in fact


@pytest.mark.parametrize("path", [path for path, fact in FACTS.items() if modest(fact)])
def test_models_of_the_gallery(path: str) -> None:
    rng = np.random.default_rng(47)
    inputs = random_inputs(seqspec.parse(GALLERY / path), rng, batch=2, size=24)
    agree(GALLERY / path, inputs, rng)


# What a mask makes of the numbers is compared for the chains that those tests are about.
MASKED = [*test_masks.CHAINS, *test_masks.READERS, *test_attention.CHAINS]


@pytest.mark.parametrize("side", ["right", "left", "both"])
@pytest.mark.parametrize("chain", MASKED)
def test_masked_steps_are_left_out(chain: str, side: str) -> None:
    """Padding; with some on both sides also steps that are missing."""
    rng = np.random.default_rng(37)
    samples = [rng.integers(1, 20, n) for n in LENGTHS]
    ids = padded(holed(samples) if side == "both" else samples, side, 0)
    agree(f"in T tokens -> embed 20 6 mask -> {chain}", {"input": ids}, rng)


@pytest.mark.parametrize("sides", product(["right", "left"], repeat=2), ids=" ".join)
@pytest.mark.parametrize("reader", test_attention.READERS)
def test_masks_on_both_sides(reader: str, sides: tuple[str, str]) -> None:
    rng = np.random.default_rng(41)
    x, m = (
        padded([rng.integers(1, 20, n) for n in lengths], side, 0)
        for lengths, side in zip((LENGTHS, (3, 7, 2, 5)), sides, strict=True)
    )
    spec = "x = in T tokens -> embed 20 6 mask\nm = in S tokens -> embed 20 6 mask\n"
    agree(f"{spec}out y = x -> {reader}", {"x_input": x, "m_input": m}, rng)


# Options that change how a layer is trained or begins, and nothing that it computes.
NO_MATTER = {
    "init", "init_scale", "bias_init", "recurrent_init", "max_norm", "recurrent_max_norm",
    "l1", "l2", "frozen", "forget_bias", "momentum",
    "slope", "always",
}  # fmt: skip

# Words that are refused, and what TensorFlow does not run on a CPU (see below).
NOT_THERE = {(Deconv, "padding"): {"causal"}, (Deconv, "dilation"): {"any"}}


def every_node(network: Network) -> list[Node]:
    """The nodes of a graph and those of the chains inside them."""
    chains = [chain for node in network.nodes for chain in node.op.chains()]
    return [*network.nodes, *(node for chain in chains for node in every_node(chain))]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.__name__)
def test_each_mode_of_each_operation_is_compared(operation: type[Operation]) -> None:
    if operation.expands:
        assert any(operation.names()[0] in spec for spec in SPECS)
        return
    uses = [n.op for spec in SPECS for n in every_node(parsed(spec)) if type(n.op) is operation]
    assert {op.op for op in uses} == set(operation.names())
    for argument in arguments(operation):
        used = {getattr(op, argument.field) for op in uses}
        used |= NOT_THERE.get((operation, argument.field), set())
        if argument.field in NO_MATTER:
            continue
        if argument.kind == "words" and argument.words != literals(ActivationName):
            assert used >= set(argument.words)
        else:
            assert used - {argument.default}, f"{argument.field} is always its default"


@cache
def parsed(spec: str) -> Graph:
    return seqspec.parse(spec)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("size", "stride", "dilation"), [(3, 1, 1), (3, 1, 2), (2, 1, 3), (4, 3, 1), (2, 3, 1)]
)
def test_deconv_is_the_transpose_of_conv(
    size: int, stride: int, dilation: int, padding: str
) -> None:
    """⟨conv x, y⟩ = ⟨x, deconv y⟩; TensorFlow itself runs no dilated `deconv` on a CPU."""
    rng = np.random.default_rng(43)
    kernel, y = rng.normal(size=(size, 3, 5)), rng.normal(size=(2, 6, 5))
    window = [Reach(size, stride, dilation, padding)]
    spread = deconvolve(y, kernel, window)
    x = rng.normal(size=spread.shape)
    found = convolve(x, kernel, window)
    assert found.shape == y.shape
    np.testing.assert_allclose((found * y).sum(), (x * spread).sum())


def fault(spec: str, inputs: dict[str, Any], **weights: Any) -> str:
    """What `run` says is wrong."""
    graph = seqspec.parse(spec)
    given = reference.random_weights(graph, np.random.default_rng(0)) | weights
    with pytest.raises(UsageError) as caught:
        reference.run(graph, given, inputs)
    return str(caught.value)


X = np.ones((2, 6, 4))


class TestFaults:
    def test_of_inputs(self) -> None:
        two = "a = in Tx4\nb = in Tx4\nout y = add a b"
        assert fault(two, {"a": X}) == "the input `b` is needed, and not given"
        assert fault("in Tx4", {"input": X, "b": X}) == "the input `b` is given, and there is none"
        assert fault(two, {"a": X, "b": X[:, :5]}) == (
            "the input `b` takes (T, 4), and 2 samples of (5, 4) are given: `T` is 6"
        )
        assert fault("in 6x3", {"input": X}) == (
            "the input `input` takes (6, 3), and 2 samples of (6, 4) are given"
        )
        assert fault("in 6x4 batch=3", {"input": X}) == (
            "the input `input` takes 3 samples of (6, 4), and 2 samples of (6, 4) are given"
        )
        assert fault(two, {"a": X, "b": X[:1]}) == "the inputs have `1` and `2` samples"
        assert "takes integer ids, not float64" in fault("in 6 tokens", {"input": X[..., 0]})
        ids = np.array([[1, 9]])
        for chain in ("embed 5 3", "onehot 5"):
            assert "has ids from 0 to 4, and 1 to 9 are given" in fault(
                f"in T tokens -> {chain}", {"input": ids}
            )

    def test_of_sizes_that_turn_out_too_small(self) -> None:
        assert fault("in Tx4 -> take 7", {"input": X}) == "there is no place 7 among 6"
        assert fault("in Tx4 -> take last 7", {"input": X}) == (
            "`take` (take) gives (6, 4) here, and (7, 4) is declared"
        )
        assert fault("in Tx4 -> position learned 5", {"input": X}) == (
            "`position` has 5 places, and there are 6 steps"
        )

    def test_of_weights(self) -> None:
        spec = "in Tx4 -> dense 3"
        kernel, bias = np.ones((4, 3)), np.ones(3)
        assert fault(spec, {"input": X}, dense=[kernel]) == (
            "`dense` has the weights kernel (4, 3) and bias (3), and not (4, 3)"
        )
        assert (
            fault(spec, {"input": X}, other=[bias])
            == "the weight list `other` is given, and there is none"
        )

    def test_an_operation_may_have_no_reference(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Silent(Operation):
            """Says nothing of its numbers."""

            op: Literal["silent"] = "silent"

        monkeypatch.setitem(BY_NAME, "silent", Silent)
        assert fault("in Tx4 -> silent", {"input": X}) == (
            "`silent` does not say what it computes: it has no `reference`"
        )
        assert "is random" in fault("in Tx4 -> dropout 0.5 always", {"input": X})


def test_numpy_is_named_where_it_is_missing() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "import seqspec; from seqspec import reference\n"
        "graph = seqspec.parse('in 6 -> dense 3')\n"
        "try:\n    reference.run(graph, {}, {'input': [[1] * 6]})\n"
        "except seqspec.UsageError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "the reference needs NumPy: `pip install numpy`\n"
