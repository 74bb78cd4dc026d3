"""What the passes do, as text: `cases/passes/NAME.seq` beside what `explain --passes` prints."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from golden import Case, compare, each

import seqspec
from seqspec import reference
from seqspec.explain import explain_passes
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import multiplications
from seqspec.ops.evaluate import sized
from seqspec.passes.pipeline import PIPELINE, optimized, steps
from seqspec.values import Value, total

ROOT = Path(__file__).parents[1]
SPECS = ROOT / "specs"
REWRITES = runpy.run_path(str(ROOT / "benchmarks" / "rewrites.py"))["REWRITES"]
GALLERY = [path for path in sorted(SPECS.rglob("*.seq")) if path.parent.name != "outside"]


@each("passes")
def test_rewrites(case: Case, update: bool) -> None:
    compare(case.golden(".passes"), explain_passes(seqspec.load(case.path)), update=update)


@each("passes")
def test_the_same_numbers(case: Case) -> None:
    graph = seqspec.load(case.path)
    after = optimized(graph)
    rng = np.random.default_rng(0)
    weights = reference.random_weights(graph, rng)
    inputs = {node.name: _data(sized(node.value, {"T": 12, "S": 9}), rng) for node in graph.inputs}
    found, expected = (reference.signals(g, weights, inputs) for g in (after, graph))
    assert found.keys() == expected.keys()
    for name, signal in expected.items():
        real = np.broadcast_to(signal.real, signal.data.shape)
        np.testing.assert_allclose(found[name].data[real], signal.data[real], atol=1e-9)


def _data(value: Value, rng: np.random.Generator) -> np.ndarray:
    shape = (value.batch or 2, *value.shape)
    return rng.integers(0, 9, shape) if value.is_tokens else rng.normal(size=shape)


def _names(graph: GraphQueries) -> list[tuple[str, object]]:
    return [(node.name, graph.weights(node)) for node in graph.nodes if graph.weights(node)]


@each("passes")
def test_weights_and_outputs_keep_their_names(case: Case) -> None:
    graph = seqspec.load(case.path)
    after = optimized(graph)
    assert dict(_names(after)) == dict(_names(graph))
    assert [output.name for output in after.outputs] == [output.name for output in graph.outputs]


@each("passes")
def test_a_second_run_changes_nothing(case: Case) -> None:
    after = optimized(seqspec.load(case.path))
    assert optimized(after) is after


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_gallery(path: Path) -> None:
    graph = seqspec.load(path)
    after = optimized(graph)
    assert optimized(after) is after
    assert dict(_names(after)) == dict(_names(graph))
    assert after.inputs == graph.inputs
    values = [[g.by_name[output.node].value.shape for output in g.outputs] for g in (after, graph)]
    assert values[0] == values[1]
    left, written = (sized(_work(g), dict.fromkeys("STWNH", 100)) for g in (after, graph))
    assert left <= written


def _work(graph: GraphQueries) -> object:
    return total(multiplications(graph, [output.node for output in graph.outputs]).values())


@pytest.mark.parametrize("name", REWRITES)
def test_no_more_is_multiplied_than_the_outputs_need(name: str) -> None:
    assert _work(optimized(seqspec.parse(REWRITES[name].spec))) == REWRITES[name].least


def test_a_graph_with_nothing_to_do_is_the_same_object() -> None:
    graph = seqspec.parse("in 10x6 -> lstm 64 -> take last")
    assert all(one(graph) is graph for one in PIPELINE)
    assert optimized(graph) is graph


def test_every_pass_has_a_case() -> None:
    from golden import cases

    used = {step.done_by for case in cases("passes") for step in steps(seqspec.load(case.path))}
    assert used == {*PIPELINE}


@pytest.mark.parametrize("one", PIPELINE, ids=lambda one: one.__name__)
def test_a_pass_says_before_and_after(one: object) -> None:
    assert "before " in (one.__doc__ or "")
    assert "after " in (one.__doc__ or "")


def test_new_nodes_take_the_names_that_are_free() -> None:
    after = optimized(seqspec.parse("in Tx8 -> dense 16 -> (dense 4) * 3 -> take last"))
    assert [node.name for node in after.nodes][:3] == ["input", "take", "dense"]


def test_a_spec_that_was_checked_is_optimised_once() -> None:
    checked = seqspec.check("in Tx8 -> dense 16 -> take last")
    assert checked.built(1) is checked.built(1)
    assert checked.built(0) is checked.plain
