"""Models in plain Keras, saved by Keras, as specs: the same outputs from the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import keras
import numpy as np
import pytest
from fuzz.canonical import canonical

import seqspec
from seqspec.backends.keras.defaults import FILE, text
from seqspec.lift.faults import CannotLift
from seqspec.ops.chain import Network
from seqspec.saved import Decompiled

from .plain_others import OTHERS
from .plain_published import PUBLISHED, UNSAID, mixed_precision
from .plain_recurrent import RECURRENT

MODELS = RECURRENT | OTHERS | PUBLISHED
Array = np.ndarray


def held(model: Any) -> list[Any]:
    """The weights of a model; seeds and states are none."""
    return [w for w in model.weights if "seed" not in w.path and "state" not in w.name]


def copy(found: Decompiled, theirs: keras.Model, ours: keras.Model) -> None:
    """Gives our model the weights of theirs, layer by layer."""
    made = {layer.name: layer for layer in theirs._flatten_layers()}
    copied = {layer.name: layer for layer in ours.layers}
    for node, layers in found.layers.items():
        target = copied.get(node) or copied[f"{node}_layer"]
        pairs = zip(held(target), [w for layer in layers for w in held(made[layer])], strict=True)
        for variable, weight in pairs:
            variable.assign(weight)


def by_name(model: Any) -> bool:
    """Whether inputs are given in a dictionary; a sequential model has no word for its input."""
    return isinstance(getattr(model, "input", None), dict)


def vocabulary(network: Network) -> Iterator[int]:
    for node in network.nodes:
        if node.op.op in ("embed", "onehot"):
            yield node.op.items()["vocab"]
        for chain in node.op.chains():
            yield from vocabulary(chain)


def inputs(model: keras.Model, graph: Network, rng: np.random.Generator) -> list[Array]:
    vocabularies = [*vocabulary(graph)]
    made = []
    tensors = {tensor.name: tensor for tensor in model.inputs}
    for tensor, node in zip(model.inputs, graph.inputs, strict=True):
        if by_name(model):  # in an order of its own
            tensor = tensors[node.name]
        sizes = [8 if size is None else size for size in tensor.shape[1:]]
        shape = (tensor.shape[0] or 3, *sizes)
        if node.value.is_tokens:
            ids = rng.integers(1, min(vocabularies), shape)
            ids[1:, -2:] = 0
            made.append(ids.astype("int32"))
            continue
        x = rng.normal(size=shape).astype("float32")
        for masking in (layer for layer in model.layers if layer.__class__.__name__ == "Masking"):
            x[1, -3:] = masking.mask_value
        made.append(x)
    return made


def outputs(model: keras.Model, x: list[Array]) -> list[Array]:
    given: Any = x if len(x) > 1 else x[0]
    if by_name(model):
        given = dict(zip(model.input, x, strict=True))
    made = model(given, training=False)
    named = [made[name] for name in model.output] if isinstance(made, dict) else made
    return [np.asarray(each) for each in keras.tree.flatten(named)]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_decompiled_model_computes_the_same(name: str, tmp_path: Path) -> None:
    keras.backend.clear_session()
    rng = np.random.default_rng(crc32(name.encode()))
    theirs = MODELS[name]()
    for weight in held(theirs):
        low = 0.5 if "variance" in weight.name else -0.5
        weight.assign(rng.uniform(low, low + 1, weight.shape))
    theirs.save(tmp_path / "model.keras")
    found = seqspec.decompile(tmp_path / "model.keras")
    assert canonical(seqspec.parse(found.text)) == canonical(found.graph), found.text
    ours = seqspec.compile(found.graph)
    assert ours.count_params() == theirs.count_params()
    assert theirs.compiled == ours.compiled
    copy(found, theirs, ours)
    x = inputs(theirs, found.graph, rng)
    for one, other in zip(outputs(ours, x), outputs(theirs, x), strict=True):
        assert other.std() > 1e-4  # the outputs say something
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", sorted(UNSAID))
def test_what_cannot_be_said_is_named(name: str, tmp_path: Path) -> None:
    model, layer, why = UNSAID[name]
    keras.backend.clear_session()
    model().save(tmp_path / "model.keras")
    with pytest.raises(CannotLift) as raised:
        seqspec.decompile(tmp_path / "model.keras")
    (found,) = (found for found in raised.value.unsaid if found.layer != "input_layer")
    assert found.layer == layer
    assert why in found.why


def test_a_mixed_policy_is_told(tmp_path: Path) -> None:
    mixed_precision().save(tmp_path / "model.keras")
    found = seqspec.decompile(tmp_path / "model.keras")
    assert found.text == "in 10x4 -> lstm 6 -> take last -> dense 2\n"
    assert found.notes == ("the policy mixed_bfloat16 is left out: numbers have single precision",)


def test_the_defaults_are_those_of_keras() -> None:
    assert FILE.read_text(encoding="utf-8") == text()
