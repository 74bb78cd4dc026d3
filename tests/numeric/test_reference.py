"""Each operation, in each of its modes, against its reference in NumPy, with the same weights."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from itertools import product
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
from .test_masks import LENGTHS, padded

SEQUENCE = [
    *(f"{name}" for name in literals(ActivationName)),
    *(f"dense 3 {name}" for name in ("relu", "softmax", "gelu")),
    "dense 3 bias=no",
    "leaky_relu slope=0.3",
    "softmax time",
    "log_softmax time",
    "glu",
    "prelu",
    "abs -> sqrt",
    "square -> log",
    "exp -> reciprocal",
    "negate -> sin -> cos",
    "dropout 0.4",
    "dropout 0.4 spatial",
    "noise 0.4",
    "scale 0.5 offset=2",
    "scale 0.5,1,2,-1 offset=1,2,3,4",
    "const 0.5,2",
    "clip -0.5 0.5",
    "divide _ (square -> add _ 1)",
    "power (abs) (square)",
    "subtract 1 _ -> multiply _ 0.5",
    "subtract _ 1,2,3,4 -> divide _ 0.5,1,2,4",
    "exp -> divide 2 _ -> power 2 _ -> average _ 1",
    "maximum _ 0 -> minimum 1,0.5,2,0 _",
    "norm",
    "norm epsilon=0.1 center=no",
    "norm scale=no",
    "norm batch",
    "norm batch momentum=0.5 center=no scale=no",
    "norm group groups=2",
    "norm group",
    "norm rms",
    "norm rms epsilon=0.1",
    "take features 1:3",
    *(f"pool {kind}" for kind in ("min", "std", "logsumexp")),
    *(f"pool {kind} features" for kind in ("max", "mean", "sum", "min", "std", "logsumexp")),
    "pool min 2",
    "pool min 3 same stride=1",
    "concat _ (take last -> repeat 1)",
    "add _ (take last -> repeat 1)",
    "take last features",
    *(f"fourier {part}" for part in ("real", "imaginary half", "magnitude", "real features")),
    "fourier imaginary features half",
    "drop last -> fourier magnitude half",
    "take last -> fourier imaginary features",
    "lstm 3",
    "lstm 3 relu recurrent_activation=hard_sigmoid bias=no forget_bias=no",
    "lstm 3 bi",
    "lstm 3 reverse dropout=0.1 recurrent_dropout=0.2",
    "gru 3",
    "gru 3 bias=no",
    "gru 3 reset=before softsign recurrent_activation=hard_sigmoid",
    "gru 3 reset=before bias=no reverse",
    "gru 3 bi merge=sum dropout=0.1 recurrent_dropout=0.1",
    "gru 3 bi merge=mul",
    "gru 3 bi merge=ave",
    "lstm 3 bi merge=sum",
    "rnn 3 bi merge=mul",
    "rnn 3 bi merge=sum dropout=0.1 recurrent_dropout=0.1",
    "rnn 3 bi merge=ave",
    "rnn 3",
    "rnn 3 reverse relu bias=no",
    "lstm 3 -> final",
    "lstm 3 -> final cell",
    "gru 3 reverse -> final",
    "lstm 3 bi -> final",
    "lstm 3 bi -> final cell",
    "lstm 3 bi merge=ave -> final backward",
    "lstm 3 bi merge=mul -> final cell forward",
    "lstm 3 -> take last",
    "gru 3 reverse -> take first",
    "take last",
    "take first",
    "take last 2",
    "take first 2",
    "take 3",
    "take -2",
    "take 1:5:2",
    "take -3:-1",
    "take :-2",
    "take ::2",
    "take features 1",
    "take features 1:3",
    "take features last",
    "drop first 2",
    "drop last",
    "pad start 2",
    "pad end",
    "take last -> repeat 3",
    "reverse",
    "shift 2",
    "shift -1",
    "upsample 2",
    "position learned 9",
    "position sinusoid",
    "conv 3 2",
    "conv 3 3 same",
    "conv 3 2 same stride=2",
    "conv 3 3 stride=2 tanh",
    "conv 3 3 causal",
    "conv 3 2 causal dilation=2 bias=no",
    "conv 3 2 causal stride=2",
    "conv 4 3 same dilation=2 groups=2",
    "deconv 3 2",
    "deconv 3 3 stride=2",
    "deconv 3 2 stride=3 bias=no",
    "deconv 3 3 same relu",
    "deconv 3 4 same stride=2",
    "deconv 3 2 same stride=3",
    "sepconv 3 2",
    "sepconv 3 3 same multiplier=2 relu",
    "sepconv 3 2 causal dilation=2 bias=no",
    "sepconv 3 3 same stride=2",
    "depthconv 3",
    "depthconv 2 same multiplier=2 tanh",
    "depthconv 2 causal stride=2",
    "depthconv 2 causal dilation=2 bias=no",
    "pool max",
    "pool mean",
    "pool sum",
    "pool max 2",
    "pool max 3 same",
    "pool max 3 same stride=1",
    "pool mean 2",
    "pool mean 3 same stride=2",
    "pool mean 3 stride=1",
    "pool sum 4 stride=2",
    "add _ (square) (abs)",
    "subtract _ (abs)",
    "multiply _ (dense 1) (take last -> repeat 1)",
    "average _ (square) (abs)",
    "maximum _ (negate)",
    "minimum _ (negate) (abs)",
    "concat _ (dense 2) (abs)",
    "concat _ (take last 2) time",
    "dot _ (take last 2)",
    "dot _ (abs) normalize",
    "dot (take last) (take first)",
    "dot (take last) (take last 2) normalize",
    "dot _ (take last)",
    "dot (take last 2 -> permute 2 1) (take last 2) time",
    "dot (dot _ (take last 2)) (take last 2) time normalize",
    "reshape ?x2",
    "reshape Tx2x2",
    "permute 2 1",
    "mask 0.5 -> unmask",
    "attend heads=2",
    "attend heads=2 bias=no causal",
    "attend heads=3 size=2 value_size=5 dropout=0.1",
    "attend (dense 4) heads=2 keys=(dense 3)",
    "attend (dense 3) dot keys=(dense 4)",
    "attend dot causal",
    "attend heads=4 kv_heads=2 size=3",
    "attend (dense 4) heads=2 kv_heads=1 size=2 bias=no causal keys=(dense 3)",
    "attend heads=2 window=2",
    "attend heads=2 kv_heads=1 window=3 causal",
    "attend (take last 3) dot scores",
    "attend additive scores causal",
    "attend dot scores",
    "attend dot scale=yes dropout=0.1",
    "attend (take last 2) additive",
    "attend additive scale=no causal",
    "dense 5 -> argmax -> onehot 5",
    "each ( dense 2 relu -> dense 3 )",
]
IMAGE = [
    "conv 3 3x3",
    "conv 4 3x2 same stride=2x1 relu",
    "conv 4 2x2 same dilation=2 groups=2",
    "deconv 3 3x2 stride=2",
    "deconv 3 3x3 same stride=1x2",
    "sepconv 3 3x3 multiplier=2",
    "sepconv 3 2x3 same stride=2",
    "depthconv 3x3 same multiplier=2",
    "depthconv 3x2 stride=2",
    "pool max 2x2",
    "pool mean 3x2 same stride=1",
    "pool sum 2x2 stride=1",
    "pool max",
    "pool mean",
    "pool sum",
    "norm group groups=2",
    "norm batch",
    "dense 3",
    "prelu places",
    "dropout 0.2 spatial",
    "pad 1x2",
    "pad width 1",
    "pad height 2",
    "pad end 2",
    "upsample 2x3",
    "take 1",
    "take height 1:3",
    "take width last",
    "take features 0:2",
    "permute 2 1 3",
    "permute 1 3 2",
    "fold height",
    "fold width",
    "flatten",
    "reshape 6x20",
    "each ( lstm 3 -> take last )",
    "each ( gru 3 bi -> norm )",
    "each width ( lstm 3 -> take last )",
    "each width ( lstm 3 )",
    "each height ( conv 3 2 same -> pool max )",
    "each ( each ( dense 3 tanh ) -> lstm 2 -> final )",
    "convlstm 2 2 same",
    "convlstm 2 3 stride=2 relu -> final",
    "convlstm 2 2 dilation=2 bias=no forget_bias=no",
    *(f"convlstm 2 2 bi merge={merge} -> final cell" for merge in ("sum", "mul", "ave")),
    "convlstm 2 2 reverse recurrent_activation=hard_sigmoid dropout=0.1 recurrent_dropout=0.1",
]
VIDEO = [
    "conv 3 2x2x2",
    "conv 2 2x3x2 same stride=2",
    "deconv 2 2x2x3 stride=2",
    "deconv 2 3x2x2 same",
    "pool max 2x2x2",
    "pool mean 2x3x2 same",
    "pool max",
    "pool mean",
    "convlstm 2 2x2",
    "convlstm 2 3x3 same bi -> take last",
    "convlstm 2 3x3 same -> as a -> take first -> repeat 3 -> convlstm 2 3x3 same from=a",
    "convlstm 2 2x2 same reverse from=(take 1 -> conv 2 1x1),(take last -> conv 2 1x1)",
    "pad 1",
    "pad 2x1x1",
    "upsample 1x2x2",
    "each ( conv 2 2x2 relu -> pool max )",
]
IDS = [
    "embed 5 3",
    "embed 5 3 mask -> lstm 2",
    "onehot 5",
    "take last 2 -> onehot 5",
    "shift 1 -> embed 5 2",
    "pad end 2 -> embed 5 2",
    "upsample 2 -> embed 5 2",
    "reverse -> embed 5 2",
    "concat _ (take first 2) time -> embed 5 2",
    "mask 2 -> embed 5 2 -> pool mean",
]
WHOLE = [
    "in 6",
    "in 6 -> lstm 3",
    "in 6 -> dense 4 relu -> norm group groups=2",
    *(f"in 6x4 batch=2 -> {cell} 3 stateful" for cell in ("lstm", "gru", "rnn")),
    "in 4x6x2 batch=2 -> convlstm 2 2 stateful",
    "in 6x4 -> flatten",
    "in 6x4 -> prelu places",
    "in 6x4 -> reshape 3x8",
    "a = in 6x4\nb = in 3\nout y = a -> gru 3 from=b",
    "a = in 6x4\nb = in 3\nc = in 3\nout y = a -> lstm 3 from=b,c -> final cell",
    "a = in 6x4\nb = in 3\nc = in 3\nout y = a -> rnn 3 bi from=b,c",
    "e = in Sx4 -> lstm 3\nout y = in Tx4 -> lstm 3 from=e",
    "e = in Sx4 -> gru 3 bi\nout y = in Tx4 -> gru 3 bi from=e -> final",
    "e = in Sx4 -> lstm 3 reverse\nout y = in Tx4 -> lstm 3 reverse from=e",
    "shared f = dense 3 relu\na = in Sx4\nb = in Tx4\nout y = dot (a -> f) (b -> f)",
    "shared f = each ( dense 3 -> lstm 2 )\na = in 3x5x4\nb = in 2x5x4\n"
    "out y = a -> f\nout z = b -> f",
    "x = in Tx4\nm = in Sx5\nk = in Sx4\nout y = x -> attend m keys=k heads=2\n"
    "out z = x -> take last -> attend m keys=k additive",
    "words = in T tokens -> embed 5 4\nout next = words -> lstm 4 -> unembed words",
    "in 9x4 -> lstm 8 -> take last -> dense 4 -> feedback 3 (gru 8 -> dense 4)",
    "shared cell = lstm 5\nshared head = dense 3\nwarm = in 7x3 -> cell\n"
    "out first = warm -> take last -> head\n"
    "out steps = first -> feedback 4 (cell from=warm -> head)",
    "x = in Tx4 -> (lstm 3 -> as h) * 2\nout y = concat h\nout z = add h.0 h.1",
    "in TxUx4 -> each ( conv 3 3 same -> pool mean ) -> each ( dense 2 )",
    "in 5xTx4 -> permute 2 1 3 -> reshape Tx2x10",
]
SPECS = [
    *(f"in Tx4 -> {chain}" for chain in SEQUENCE),
    *(f"in 6x5x4 -> {chain}" for chain in IMAGE),
    *(f"in 4x5x6x2 -> {chain}" for chain in VIDEO),
    *(f"in T tokens -> {chain}" for chain in IDS),
    *WHOLE,
]


@pytest.mark.parametrize("spec", SPECS)
def test_keras_agrees_with_the_reference(spec: str) -> None:
    rng = np.random.default_rng(31)
    if "sparsemax" in spec and not np.isclose(keras.ops.sum(keras.ops.sparsemax([0.5, 1.0])), 1):
        pytest.xfail("Keras computes another threshold than the paper: keras-team/keras#23425")
    agree(spec, random_inputs(seqspec.parse(spec), rng), rng)


# What a mask makes of the numbers is compared for the chains that those tests are about.
MASKED = [*test_masks.CHAINS, *test_masks.READERS, *test_attention.CHAINS]


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("chain", MASKED)
def test_masked_steps_are_left_out(chain: str, side: str) -> None:
    rng = np.random.default_rng(37)
    ids = padded([rng.integers(1, 20, n) for n in LENGTHS], side, 0)
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
    "init", "bias_init", "recurrent_init", "l1", "l2", "frozen", "forget_bias", "momentum",
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
