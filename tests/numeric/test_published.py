"""The gallery against the same models written in Keras by hand: same weights, same outputs.

The hand-written models (`published_*.py`) follow the published descriptions and know nothing
of seqspec. Every weight is random, biases too, so that a weight that goes astray shows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import keras
import numpy as np
import pytest
from keras import layers

import seqspec
from seqspec.ops.outside import import_operations
from seqspec.passes import Level

from .published_images import IMAGES
from .published_series import SERIES
from .published_text import TEXT
from .published_transformers import TRANSFORMERS

SPECS = Path(__file__).parents[2] / "specs"
MODELS = SERIES | TEXT | IMAGES | TRANSFORMERS
Named = dict[str, list[Any]]

# How long sizes are that a model leaves open, and how many samples, where 9 and 3 will not do.
STEPS = {"forecasting/jena_conv_gru.seq": 40, "convolution/wavenet.seq": 600}
BATCH = {"convolution/wavenet.seq": 2}

# Where the published model reads padding as words and the spec does not, there is none.
WHOLE = {"transformers/chat_fnet.seq"}

# Operations that a spec needs from outside.
import_operations(str(SPECS / "outside" / "roads.py"))

# How large kernels are, where 2 lets the outputs saturate or the input's influence fade.
GAIN = {
    "convolution/fcn_classifier.seq": 1.0,
    "convolution/wavenet.seq": 1.0,
    "text/imdb_cnn.seq": 1.0,
    "speech_and_ocr/tesseract_eng.seq": 3.0,
}


def weights(model: keras.Model) -> Named:
    """What each layer holds, in the order of the layers; seeds and states are no weights."""
    held = {
        layer.name: [w for w in layer.weights if "seed" not in w.path and "state" not in w.name]
        for layer in model.layers
    }
    return {name: found for name, found in held.items() if found}


def randomise(model: keras.Model, gain: float, rng: np.random.Generator) -> None:
    for found in weights(model).values():
        for weight in found:
            weight.assign(draw(weight.name, weight.shape, gain, rng))


def draw(name: str, shape: tuple[int, ...], gain: float, rng: np.random.Generator) -> np.ndarray:
    match name:
        case "gamma" | "moving_variance":
            return rng.uniform(0.5, 1.5, shape)
        case "embeddings":
            return rng.normal(size=shape)
        case "bias" | "beta" | "moving_mean":
            return rng.normal(scale=0.4, size=shape)
    return rng.normal(scale=gain * np.prod(shape[:-1]) ** -0.5, size=shape)


def in_order(theirs: Named) -> list[np.ndarray]:
    """The usual case: both have their layers in one order."""
    return [np.asarray(weight) for found in theirs.values() for weight in found]


def letters_first(theirs: Named) -> list[np.ndarray]:
    """The spec reads the letters (an embedding, two directions) before the words."""
    letters, words, *rest = in_order(theirs)
    return [letters, *rest[:6], words, *rest[6:]]


def one_skip(theirs: Named) -> list[np.ndarray]:
    """Ten 1x1 convolutions that are summed are one over all their inputs side by side."""
    skips = [np.asarray(theirs.pop(f"skip_{level}")[0]) for level in range(10)]
    *body, k1, b1, k2, b2 = in_order(theirs)
    return [*body, np.concatenate(skips, axis=1), k1, b1, k2, b2]


def backward_first(theirs: Named) -> list[np.ndarray]:
    """Each direction is a layer of its own in the compiled model, the backward one first."""
    for name, found in theirs.items():
        if name.startswith("bidirectional"):
            theirs[name] = [*found[3:], *found[:3]]
    return in_order(theirs)


def attention_first(theirs: Named) -> list[np.ndarray]:
    """Dropout behind the decoder's attention sets it before a dense layer of the encoder."""
    names = [*theirs]
    names[5], names[6] = names[6], names[5]
    return in_order({name: theirs[name] for name in names})


ARRANGED: dict[str, Callable[[Named], list[np.ndarray]]] = {
    "text/bilstm_tagger.seq": letters_first,
    "convolution/wavenet.seq": one_skip,
    "speech_and_ocr/crnn.seq": backward_first,
    "transformers/chat_fnet.seq": attention_first,
}


def optimized(path: str, written: keras.Model) -> keras.Model:
    """The model after the passes, with the weights of the one as written, by their names."""
    made, held = seqspec.compile(SPECS / path), {weight.path: weight for weight in written.weights}
    assert {weight.path for weight in made.weights} == {*held}
    for weight in made.weights:
        weight.assign(held[weight.path])
    return made


def feed(
    model: keras.Model, steps: int, batch: int, rng: np.random.Generator, *, whole: bool = False
) -> list[Any]:
    """Random inputs; some readings are masked; ids end in zeros, more of them in each sample,
    unless they are to be `whole`."""
    vocabularies = [x.input_dim for x in model.layers if isinstance(x, layers.Embedding)]
    masking = [x.mask_value for x in model.layers if isinstance(x, layers.Masking)]
    made = []
    for i, tensor in enumerate(model.inputs):
        sizes = [steps + 2 * i if size is None else size for size in tensor.shape[1:]]
        shape = (tensor.shape[0] or batch, *sizes)
        if tensor.dtype == "int32":
            x = rng.integers(1, min(vocabularies), shape)
            for sample in range(shape[0] if whole else 1, shape[0]):
                x[sample, ..., max(1, shape[-1] // 4**sample) :] = 0
        else:
            x = np.stack(
                [rng.normal(scale=0.5 + sample % 3, size=sizes) for sample in range(shape[0])]
            )
        for value in masking:
            x[1, 0], x[2, 1] = value, value
        made.append(x.astype(tensor.dtype))
    return made


def outputs(model: keras.Model, x: list[Any]) -> list[np.ndarray]:
    made = model(x if len(x) > 1 else x[0], training=False)
    return [np.asarray(each) for each in (made if isinstance(made, list | tuple) else [made])]


@pytest.mark.parametrize("path", sorted(MODELS))
def test_outputs_equal_the_hand_written_models(path: str) -> None:
    rng = np.random.default_rng(crc32(path.encode()))
    # The passes keep the weights' names, and not always their order.
    level: Level = 0 if path in ARRANGED else 1
    theirs, ours = MODELS[path](), seqspec.compile(SPECS / path, optimize=level)
    randomise(theirs, GAIN.get(path, 2.0), rng)
    copied = ARRANGED.get(path, in_order)(weights(theirs))
    assert len(theirs.inputs) == len(ours.inputs)
    assert len(theirs.outputs) == len(ours.outputs)
    assert theirs.count_params() == ours.count_params()
    held = [weight for found in weights(ours).values() for weight in found]
    assert [weight.shape for weight in held] == [value.shape for value in copied]
    for weight, value in zip(held, copied, strict=True):
        weight.assign(value)
    if not level:
        ours = optimized(path, ours)
    fixed = theirs.inputs[0].shape[0]
    # Where the batch is fixed the model is stateful: later batches tell what the first left.
    batches = [
        feed(theirs, STEPS.get(path, 9), BATCH.get(path, 3), rng, whole=path in WHOLE)
        for _ in range(3 if fixed else 1)
    ]
    expected = [np.concatenate(o) for o in zip(*(outputs(theirs, x) for x in batches), strict=True)]
    found = [np.concatenate(o) for o in zip(*(outputs(ours, x) for x in batches), strict=True)]
    for one, other in zip(found, expected, strict=True):
        assert other.std(axis=0).max() > 1e-3  # the outputs depend on the inputs
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
