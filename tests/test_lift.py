"""Saved models back into specs: `lift(lower(graph))` is the graph, without a framework."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fuzz.canonical import canonical
from lifting import config_of, plain_layers, plain_training

import seqspec
from seqspec.cli import main
from seqspec.driver import optimized
from seqspec.lift.decompile import lifted_config
from seqspec.lift.faults import CannotLift
from seqspec.unparse import unparse

SPECS = Path(__file__).parents[1] / "specs"
KERAS2 = Path(__file__).with_name("cases") / "keras2"
GALLERY = sorted(
    str(path.relative_to(SPECS)) for path in SPECS.rglob("*.seq") if path.parent.name != "outside"
)


def same(one: seqspec.Graph, other: seqspec.Graph) -> bool:
    """Whether two graphs are one in all but words that make no difference, names included."""
    return canonical(one)[:2] == canonical(other)[:2] or plain_layers(one) == plain_layers(other)


@pytest.mark.parametrize("path", GALLERY)
def test_the_gallery_comes_back(path: str) -> None:
    graph = seqspec.load(SPECS / path)
    found = lifted_config(config_of(graph))
    assert found.notes == ()
    assert same(found.graph, graph)
    held = [{n.name for n in g.nodes if g.weights(n)} for g in (found.graph, graph)]
    assert held[0] == held[1]
    assert plain_training(found.graph) == plain_training(graph)
    text = unparse(found.graph)
    assert canonical(seqspec.parse(text)) == canonical(found.graph), text


@pytest.mark.parametrize(
    "path", [path for path in GALLERY if path.split("/")[0] in ("origin", "states", "masks")]
)
def test_optimised_files_come_back_as_what_was_built(path: str) -> None:
    graph = optimized(seqspec.load(SPECS / path), 1)
    found = lifted_config(config_of(graph)).graph
    assert plain_layers(found) == plain_layers(graph)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("in 6x1 -> lstm 1 -> take last 3", "in 6x1 -> lstm 1 -> take last 3\n"),
        ("in 10x6 -> lstm 8 bi -> final", "in 10x6 -> lstm 8 bi -> final\n"),
        (
            "in 10x6 -> concat (lstm 8) (gru 8) -> add _ (dense 16)",
            "in 10x6 -> concat (lstm 8) (gru 8) -> add _ (dense 16)\n",
        ),
        ("in Tx4 -> (lstm 32 dropout=0.1) * 4", "in Tx4 -> (lstm 32 dropout=0.1) * 4\n"),
        (
            "in Tx4 -> (conv 4 2 causal dilation={2**i}) * 4 -> dense 1",
            "in Tx4 -> conv 4 2 causal -> (conv 4 2 causal dilation={2 * 2 ** i}) * 3 -> dense 1\n",
        ),
        (
            "a = in Tx3\nb = in Sx3\nout y = concat a b time -> gru 4\nout z = a -> dense 1",
            "a = in Tx3\nb = in Sx3\nout y = concat a b time -> gru 4\nout z = a -> dense 1\n",
        ),
        (
            "words = in T tokens -> embed 50 8 mask\nout next = words -> lstm 8 -> unembed words",
            "words = in T tokens -> embed 50 8 mask\nout next = words -> lstm 8 -> unembed words\n",
        ),
        (
            "in 5x8x8x1 -> each (conv 4 3x3 relu -> pool max) -> lstm 4 -> take last",
            "in 5x8x8x1 -> each (conv 4 3x3 relu -> pool max) -> lstm 4 -> take last\n",
        ),
        (
            "in 10x6 -> gru 4 -> take last -> dense 1\ntrain loss=mse optimizer=sgd rate=0.1",
            "in 10x6 -> gru 4 -> take last -> dense 1\ntrain loss=mse optimizer=sgd rate=0.1\n",
        ),
    ],
)
def test_texts(spec: str, text: str, tmp_path: Path) -> None:
    target = tmp_path / "model.keras"
    seqspec.save(spec, target, optimize=0)
    assert seqspec.decompile(target).text == text


def functional(*layers: dict[str, Any], ends: Any = None) -> dict[str, Any]:
    """The config of a model whose layers stand one behind the other."""
    entries = [
        {"module": "keras.layers", "class_name": "InputLayer", "name": "x",
         "config": {"batch_shape": [None, 10, 6], "name": "x"}, "inbound_nodes": []},
        *layers,
    ]  # fmt: skip
    last = entries[-1]["name"]
    config = {"name": "model", "layers": entries, "input_layers": ["x", 0, 0],
              "output_layers": ends or [last, 0, 0]}  # fmt: skip
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}


def layer(class_name: str, name: str, before: str = "x", **config: Any) -> dict[str, Any]:
    history = {"keras_history": [before, 0, 0], "shape": [None, 10, 6], "dtype": "float32"}
    call = {"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}
    return {
        "module": config.pop("module", "keras.layers"), "class_name": class_name, "name": name,
        "config": {"name": name, **config}, "inbound_nodes": [call],
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(KERAS2.glob("*.json")), ids=lambda path: path.stem)
def test_configs_of_keras_2(path: Path) -> None:
    """Written by tf_keras 2.21 (`model.to_json()`), without what it says of builds."""
    try:
        found = seqspec.decompile(path)
        text = "".join(f"# {note}\n" for note in found.notes) + found.text
    except CannotLift as fault:
        text = f"{fault}\n"
    assert text == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_older_configs_of_keras_2() -> None:
    """A list of layers, and the start that Glorot's had before it had a name."""
    start = {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}
    glorot = {"class_name": "VarianceScaling", "config": start}
    dense = {"units": 3, "activation": "linear", "kernel_initializer": glorot}
    config = {"class_name": "Sequential", "keras_version": "2.0.8", "config": [
        {"class_name": "GRU", "config": {"name": "gru_1", "units": 4,
                                         "batch_input_shape": [None, 7, 2]}},
        {"class_name": "Dense", "config": {"name": "dense_1", **dense}},
    ]}  # fmt: skip
    found = lifted_config(config)
    assert unparse(found.graph) == "in 7x2 -> gru 4 reset=before -> take last -> dense 3\n"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (layer("Lambda", "cut", function="..."), "holds Python code"),
        (layer("Mine", "own", module="mine"), "a layer of somebody's own"),
        (layer("Normalization", "scaled"), "no operation is this layer"),
        (layer("Dense", "d", units=3, activity_regularizer="l2"), "say activity_regularizer"),
        (layer("Dense", "d", units=3, activation={"class_name": "f", "config": "g"}), "activation"),
        (layer("Conv1D", "c", filters=3, kernel_size=2, data_format="channels_first"),
         "say data_format='channels_first'"),
        (layer("LSTM", "h", units=4, zero_output_for_mask=True), "say zero_output_for_mask"),
        (layer("Dense", "d", units=3, dtype="float16"), "say dtype='float16'"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_named(entry: dict[str, Any], why: str) -> None:
    with pytest.raises(CannotLift) as raised:
        lifted_config(functional(entry))
    (found,) = raised.value.unsaid
    assert (found.layer, found.class_name) == (entry["name"], entry["class_name"])
    assert why in found.why


def test_every_layer_that_cannot_be_said_is_named() -> None:
    merge = layer("Add", "sum")
    tensors = [layer("Lambda", name)["inbound_nodes"][0]["args"][0] for name in ("a", "b")]
    for tensor, name in zip(tensors, ("a", "b"), strict=True):
        tensor["config"]["keras_history"][0] = name
    merge["inbound_nodes"] = [{"args": [tensors], "kwargs": {}}]
    with pytest.raises(CannotLift) as raised:
        lifted_config(functional(layer("Lambda", "a"), layer("Lambda", "b"), merge))
    assert {found.layer for found in raised.value.unsaid} == {"a", "b"}


def test_settings_of_training_that_have_no_word_are_told() -> None:
    model = functional(layer("Dense", "d", units=3))
    found = lifted_config({**model, "compile_config": {"optimizer": "adam", "loss": "my_own"}})
    assert found.graph.training is None
    assert "`my_own` is no loss" in found.notes[0]


@pytest.mark.parametrize(
    "config",
    [
        None, [], "", 5, {}, {"class_name": "Functional"},
        {"class_name": "Functional", "config": 1},
        {"class_name": "Functional", "config": {"layers": 3}},
        {"class_name": "Functional", "config": {"layers": [3]}},
        {"class_name": "Functional", "config": {"layers": []}},
        {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}},
        functional(layer("Dense", "d", before="nowhere", units=3)),
        functional(layer("Dense", "d", before="d", units=3)),
        functional(layer("Dense", "a", before="b"), layer("Dense", "b", before="a")),
        functional(layer("Dense", "x", units=3)),
        functional(layer("Dense", "d", units="many")),
        functional(layer("Dense", "d", units=[[[]]])),
        functional(layer("Dense", "d", units=10**30)),
        functional(layer("Bidirectional", "b", layer=None)),
        functional(layer("Bidirectional", "b", layer={"class_name": "LSTM", "config": None})),
        functional(layer("TimeDistributed", "t", layer=7)),
        functional(layer("Reshape", "r", target_shape="wide")),
        functional(layer("Reshape", "r", target_shape=[-1, -1, "a"])),
        functional(layer("Dense", "d", units=3), ends=["d", 7, 0]),
        functional(layer("Dense", "d", units=3), ends={"a": 1}),
        functional({**layer("Dense", "d", units=3), "inbound_nodes": [[["x", 0, 0, {}]]]}),
        functional({**layer("Dense", "d", units=3), "inbound_nodes": [{"args": [], "kwargs": {}}]}),
    ],
)  # fmt: skip
def test_damaged_configs_are_refused(config: Any) -> None:
    with pytest.raises((seqspec.UsageError, CannotLift)):
        lifted_config(config)


def test_a_model_inside_itself_is_not_followed_for_ever() -> None:
    config: Any = layer("Dense", "d", units=3)
    for _ in range(60):
        config = {**functional(config), "name": "inner",
                  "inbound_nodes": layer("Dense", "d")["inbound_nodes"]}  # fmt: skip
    with pytest.raises((seqspec.UsageError, CannotLift)):
        lifted_config(functional(config))


def test_limits_hold() -> None:
    many = [layer("Dense", f"d{i}", before=f"d{i - 1}" if i else "x", units=3) for i in range(30)]
    with pytest.raises(seqspec.UsageError, match="more than 10 calls"):
        lifted_config(functional(*many), seqspec.Limits(nodes=10))


def test_files_that_are_none(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.keras"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 3_000_000)
    with pytest.raises(seqspec.UsageError, match="longer than it may be"):
        seqspec.decompile(bomb, limits=seqspec.Limits(config_characters=1_000_000))
    empty = tmp_path / "empty.keras"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("metadata.json", "{}")
    with pytest.raises(seqspec.UsageError, match=r"holds no config\.json"):
        seqspec.decompile(empty)
    for name, data in (("a.json", b"{"), ("b.json", b"[" * 100_000), ("c.json", b"\xff")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(seqspec.UsageError):
            seqspec.decompile(tmp_path / name)
    with pytest.raises(seqspec.UsageError, match="there is no file"):
        seqspec.decompile(tmp_path / "none.keras")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, spec = tmp_path / "model.keras", tmp_path / "model.seq"
    seqspec.save("in 6x1 -> lstm 1 -> take last 3", target)
    assert main(["decompile", str(target)]) == 0
    assert capsys.readouterr().out == "in 6x1 -> lstm 1 -> take last 3\n"
    assert main(["decompile", str(target), "-o", str(spec)]) == 0
    assert spec.read_text(encoding="utf-8") == "in 6x1 -> lstm 1 -> take last 3\n"
    config = tmp_path / "config.json"
    config.write_text(json.dumps(functional(layer("Lambda", "cut"))), encoding="utf-8")
    assert main(["decompile", str(config)]) == 1
    found = capsys.readouterr().err
    assert found.startswith("error: `cut` (Lambda): it holds Python code, which is never looked at")
    assert main(["decompile", str(config), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["unsaid"][0]["layer"] == "cut"
    assert main(["decompile", str(tmp_path / "none.keras")]) == 2
