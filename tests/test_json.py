"""Graphs as JSON and from Python: the same graph by every way, and no unsound one by any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from golden import Case, each
from pydantic import ValidationError

import seqspec
from seqspec import Graph, GraphBuilder
from seqspec.diagnostics import Problem
from seqspec.ops.features import Dense
from seqspec.ops.input import In
from seqspec.ops.mask import Mask, Unmask
from seqspec.ops.merge import Concat
from seqspec.ops.recurrent import Lstm
from seqspec.ops.registry import BY_NAME
from seqspec.ops.take import Take
from seqspec.values import Dim


@each("graph", "emit", "show")
def test_json_and_back(case: Case) -> None:
    graph = seqspec.load(case.path, case.settings)
    text = graph.model_dump_json()
    again = Graph.model_validate_json(text)
    assert again == graph
    assert again.model_dump_json() == text
    assert seqspec.emit(again) == seqspec.emit(graph)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_operation_and_back(name: str) -> None:
    graph = seqspec.parse(BY_NAME[name].example)
    assert Graph.model_validate_json(graph.model_dump_json()) == graph


def tampered(*changes: tuple[tuple[Any, ...], Any]) -> str:
    """The JSON of a small model with values at some paths replaced."""
    graph = seqspec.parse("x = in 10x6\nh = x -> lstm 8\nout y = h -> take last -> dense 3")
    data = json.loads(graph.model_dump_json())
    for (*path, last), value in changes:
        place = data
        for key in path:
            place = place[key]
        place[last] = value
    return json.dumps(data)


def test_untampered_json_is_read() -> None:
    assert Graph.model_validate_json(tampered()).parameter_count == 507


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("nodes", 1, "value", "shape"), [10, 9]),
        (("nodes", 1, "value", "shape"), [-10, 8]),
        (("nodes", 1, "value", "mask"), True),
        (("nodes", 1, "value", "states"), None),
        (("nodes", 1, "op", "units"), 9),
        (("nodes", 1, "op", "units"), -8),
        (("nodes", 1, "op", "units"), "eight"),
        (("nodes", 1, "op", "op"), "gru"),
        (("nodes", 1, "op", "op"), "nothing"),
        (("nodes", 1, "op", "other"), 1),
        (("nodes", 1, "inputs"), ["h"]),
        (("nodes", 1, "inputs"), []),
        (("nodes", 1, "inputs"), ["y"]),
        (("nodes", 1, "name"), "x"),
        (("nodes", 1, "name"), "a b"),
        (("nodes", 1, "shares"), "x"),
        (("nodes", 1, "shares"), "nothing"),
        (("nodes", 0, "value", "shape"), ["T + __import__('os')", 6]),
        (("nodes", 0, "op", "shape"), []),
        (("nodes", 0, "op", "shape"), [10**30, 6]),
        (("nodes",), []),
        (("outputs",), []),
        (("outputs", 0, "node"), "nothing"),
        (("outputs",), [{"name": "y", "node": "h"}, {"name": "y", "node": "x"}]),
        (("training",), {"objectives": {"y": {"loss": "magic"}}}),
        (("training",), {"objectives": {"nothing": {"loss": "mse"}}}),
        (("extra",), 1),
    ],
)
def test_an_unsound_graph_is_refused(path: tuple[Any, ...], value: object) -> None:
    with pytest.raises(ValidationError):
        Graph.model_validate_json(tampered((path, value)))


def test_the_schema_is_a_union_over_operations() -> None:
    schema = Graph.model_json_schema()
    text = json.dumps(schema)
    node = schema["$defs"]["Node"]["properties"]["op"]
    assert node["discriminator"]["propertyName"] == "op"
    mapping = node["discriminator"].get("mapping")
    assert len(node["oneOf"]) > 20
    if mapping is not None:
        assert set(mapping) == set(BY_NAME)
    for reference in (part["$ref"] for part in _references(schema)):
        name = reference.removeprefix("#/$defs/")
        assert name in schema["$defs"], reference
    assert '"lambda"' not in text


def test_the_schema_is_valid_and_accepts_graphs() -> None:
    import jsonschema

    schema = Graph.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    graph = seqspec.parse("in Tx6 -> lstm 8 bi -> final -> dense 3 softmax")
    jsonschema.validate(json.loads(graph.model_dump_json()), schema)


def _references(part: Any) -> list[dict[str, str]]:
    if isinstance(part, list):
        return [found for item in part for found in _references(item)]
    if not isinstance(part, dict):
        return []
    own = [part] if isinstance(part.get("$ref"), str) else []
    return own + [found for item in part.values() for found in _references(item)]


def without_places(graph: Graph) -> Graph:
    nodes = tuple(node.replace(span=None) for node in graph.nodes)
    return graph.model_copy(update={"nodes": nodes})


def test_python_builds_the_same_graph() -> None:
    build = GraphBuilder()
    x = build.add(In(shape=(Dim.named("T"), 6)), name="x")
    h = build.add(Lstm(units=8, bi=True), x, name="h")
    last = build.add(Take(end="last", number=3), h)
    side = build.add(Dense(units=4, activation="relu"), last)
    y = build.add(Concat(values=(0, 1)), last, side, name="y")
    build.output("y", y)
    text = "x = in Tx6\nh = x -> lstm 8 bi\nout y = h -> take last 3 -> concat _ (dense 4 relu)"
    assert build.graph() == without_places(seqspec.parse(text))


def test_python_cannot_build_what_text_cannot() -> None:
    build = GraphBuilder()
    x = build.add(In(shape=(6,)), name="x")
    with pytest.raises(Problem, match="reads a sequence"):
        build.add(Lstm(units=8), x)
    with pytest.raises(Problem, match="there is a layer `x` already"):
        build.add(Dense(units=8), x, name="x")
    with pytest.raises(Problem, match="cannot name a layer"):
        build.add(Dense(units=8), x, name="a b")
    with pytest.raises(Problem, match="no node `nothing`"):
        build.add(Dense(units=8), "nothing")
    with pytest.raises(Problem, match="no output"):
        build.graph()
    build.output("y", x)
    with pytest.raises(Problem, match="`a b` cannot name a model"):
        build.graph("a b")


def test_graphs_are_frozen() -> None:
    graph = seqspec.parse("in 6 -> dense 3")
    with pytest.raises(ValidationError):
        graph.name = "other"
    with pytest.raises(AttributeError):
        graph.nodes[0].name = "other"


@pytest.mark.parametrize("use", [seqspec.emit, seqspec.compile, seqspec.save])
def test_weights_that_reach_no_output_of_a_graph_from_python(use: Any, tmp_path: Path) -> None:
    build = GraphBuilder()
    ids = build.add(In(shape=(5,), tokens=True), name="ids")
    real = build.add(Dense(units=1), build.add(In(shape=(5, 3)), name="steps"), name="real")
    masked = build.add(Mask(by=(1,)), ids, real)
    build.output("y", build.add(Unmask(), masked))
    target = [tmp_path / "model.keras"] * (use is seqspec.save)
    with pytest.raises(seqspec.UsageError, match="the weights of `real` reach no output"):
        use(build.graph(), *target)
    assert not any(tmp_path.iterdir())
