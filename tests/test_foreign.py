"""Names, arguments and words of other tools: each answer is right, and few are missing."""

from __future__ import annotations

import re

import keras
import pytest

import seqspec
from seqspec.foreign import argument_help, operation_help, same, statement_help, synonym, word_help
from seqspec.foreign.arguments import ARGUMENTS, OF_OPERATION
from seqspec.foreign.operations import FAMILIES, OPERATIONS
from seqspec.foreign.statements import STATEMENTS
from seqspec.foreign.words import CHOICES, WORDS
from seqspec.graph.training import Objective, Optimizer
from seqspec.ops.arguments import ArgumentSpec, arguments
from seqspec.ops.registry import BY_NAME, operations

SPECS: list[ArgumentSpec] = [
    spec for cls in (*operations(), Objective, Optimizer) for spec in arguments(cls)
]
KEYS = {spec.key for spec in SPECS}
CHOSEN = {word for spec in SPECS for word in spec.words}

# What an answer leaves to the reader, as something that compiles.
FILLED = {
    "( chain )": "( dense 6 )", "( … )": "( dense 6 )", "= …": "= in T tokens",
    "embed … mask": "embed 1000 6 mask", "-> …": "", "UNITS": "6", "FILTERS": "6", "KERNEL": "3",
    "VOCAB": "1000", "N": "2", "P": "0.2", "STDDEV": "0.1", "FACTOR": "2", "VALUE": "0",
    "CLASSES": "3", "MEMORY": "memory", "NUMBER": "1", "A:B": "1:3", "OUTPUT": "y",
}  # fmt: skip
PRELUDES = [
    f'use "std/transformer.seq"\nmemory = in 10x512\nwords = in T tokens -> embed 1000 64\n'
    f"a = {a}\nb = {a} -> dense 6\nout other = a\n"
    for a in ("in 6", "in 10x6")
]
INPUTS = (
    "", "a -> ", "in 10x6 -> ", "in 10x512 -> ", "in T tokens -> ", "in 28x28x6 -> ",
    "in 8x8x8x6 -> ", "in 4x8x8x8x6 -> ", "in 96 -> ", "in 10x60 -> ", "words -> ",
    "in 10x6 -> lstm 6 -> ",
)  # fmt: skip


def snippets(answer: str) -> list[str]:
    """The code in an answer, what it leaves to the reader filled in."""
    found = answer.split("`")[1::2]
    for blank, filled in FILLED.items():
        pattern = rf"(?<![A-Za-z]){re.escape(blank)}(?![A-Za-z])"
        found = [re.sub(pattern, filled, part) for part in found]
    return found


def is_right(snippet: str) -> bool:
    """Whether code is a word or setting of the language, a statement, or a stage for some value."""
    if re.fullmatch(r"\w+", snippet):
        return snippet in {*BY_NAME, *KEYS, *CHOSEN} or bool(re.fullmatch(r"\d+(x\d+)*", snippet))
    if setting := re.fullmatch(r"(\w+)=\S+", snippet):
        return setting[1] in KEYS
    if snippet.startswith(("train ", "use ", "words = ")):
        loss = "" if "loss" in snippet else "train y loss=binary_crossentropy\n"
        texts = [f"{loss}out y = in T tokens -> embed 9 6 -> dense 6 sigmoid\n{snippet}"]
    else:
        texts = [f"{p}out y = {start}{snippet}" for p in PRELUDES for start in INPUTS]
    return any(seqspec.check(text).ok for text in texts)


@pytest.mark.parametrize("word", [*OPERATIONS])
def test_what_to_write_for_an_operation_compiles(word: str) -> None:
    assert [code for code in snippets(OPERATIONS[word]) if not is_right(code)] == []


@pytest.mark.parametrize("key", [*ARGUMENTS, *OF_OPERATION], ids=str)
def test_what_to_write_for_an_argument_is_there(key: str | tuple[str, str]) -> None:
    answer = ARGUMENTS[key] if isinstance(key, str) else OF_OPERATION[key]
    written = [code for code in snippets(answer) if code not in ("model.fit", "from=NAME")]
    assert [code for code in written if not is_right(code)] == []


@pytest.mark.parametrize("answer", [*CHOICES.values()])
def test_what_to_write_for_a_choice_is_there(answer: str) -> None:
    assert [code for code in snippets(answer) if not is_right(code)] == []


def test_every_synonym_means_a_word_of_some_argument() -> None:
    known = CHOSEN | {spec.key for spec in SPECS if spec.kind == "flag"}
    assert {word for meant in WORDS.values() for word in meant} <= known
    assert set(CHOICES) <= {(spec.key, word) for spec in SPECS for _, word in CHOICES}


def test_words_stand_in_their_plain_form_once() -> None:
    plain = re.compile(r"[a-z][a-z0-9]*")
    for table in (OPERATIONS, STATEMENTS, WORDS, dict(CHOICES.keys())):
        assert [word for word in table if not plain.fullmatch(word)] == []
    assert sum(map(len, FAMILIES)) == len(OPERATIONS)
    assert [[*family] for family in FAMILIES] == [sorted(family) for family in FAMILIES]
    assert OPERATIONS.keys().isdisjoint(STATEMENTS)


def test_no_answer_hides_behind_an_operation_of_that_name() -> None:
    assert {word for word in (*OPERATIONS, *STATEMENTS) if word in BY_NAME} <= {"linear"}
    assert {word for _, word in OF_OPERATION if word in KEYS} <= {"axis", "size", "dim"}
    for operation, key in OF_OPERATION:
        if operation != "train":
            assert key not in {spec.key for spec in arguments(BY_NAME[operation])}


# Layers of Keras that have no equivalent, or none that is said in a word.
_WITHOUT = {
    "ActivityRegularization", "AugMix", "AutoContrast",
    "ContrastLimitedAdaptiveHistogramEqualization", "CutMix", "Discretization", "Equalization",
    "FlaxLayer", "HashedCrossing", "InputSpec", "JaxLayer", "Layer", "MaxNumBoundingBoxes",
    "MelSpectrogram", "MixUp", "Pipeline", "RandAugment", "STFTSpectrogram", "Solarization",
    "SpectralNormalization", "TFSMLayer", "TorchModuleWrapper", "Wrapper",
}  # fmt: skip


def test_every_layer_of_keras_has_an_answer() -> None:
    layers = [name for name, cls in vars(keras.layers).items() if isinstance(cls, type)]
    asked = [name for name in layers if not name.startswith("Random")]
    missing = {n for n in asked if not same(n, BY_NAME) and not operation_help(n)}
    assert missing <= _WITHOUT


_TORCH = (
    "Linear", "LazyLinear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d",
    "MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d",
    "AdaptiveMaxPool1d", "BatchNorm1d", "BatchNorm2d", "LayerNorm", "GroupNorm", "InstanceNorm1d",
    "RMSNorm", "Embedding", "EmbeddingBag", "LSTM", "GRU", "RNN", "LSTMCell", "GRUCell",
    "Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "MultiheadAttention",
    "TransformerEncoderLayer", "TransformerEncoder", "TransformerDecoderLayer",
    "TransformerDecoder", "Transformer", "Flatten", "Unflatten", "Identity", "Upsample",
    "ConstantPad1d", "ZeroPad1d", "ZeroPad2d", "Softmax", "LogSoftmax", "Sigmoid", "Tanh", "ReLU",
    "ReLU6", "LeakyReLU", "PReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Softplus",
    "Softsign", "Hardtanh", "Hardsigmoid", "GLU", "Sequential", "CosineSimilarity",
)  # fmt: skip


@pytest.mark.parametrize("name", _TORCH)
def test_a_module_of_torch_has_an_answer(name: str) -> None:
    for written in (name, f"nn.{name}", f"torch.nn.{name}"):
        assert same(written, BY_NAME) or operation_help(written)


def test_spellings() -> None:
    assert same("nn.LeakyReLU", BY_NAME) == "leaky_relu"
    assert same("Softmax2d", BY_NAME) == "softmax"
    assert same("softmx", BY_NAME) == ""
    assert synonym("Average", ("max", "mean")) == "mean"
    assert synonym("average", ("max", "min")) == ""
    assert word_help("F1_score", ("auc", "mse"), "metrics") == CHOICES["metrics", "f1score"]
    assert word_help("rleu", ("relu", "elu"), "activation") == "did you mean `relu`?"
    assert word_help("zzz", ("relu", "elu")) == ""
    assert statement_help("model.compile") == STATEMENTS["compile"]
    assert statement_help("self.lstm") == STATEMENTS["self"]
    assert statement_help("layers.LSTM") == ""
    assert argument_help("axis", "softmax") != argument_help("axis", "dense") != ""
