"""Random specs against what must be true of every one: a slice of `python -m tests.fuzz`."""

from __future__ import annotations

from typing import Any

import pytest
from fuzz.case import Case, Skipped
from fuzz.coverage import report
from fuzz.oracles import WITH_KERAS, WITHOUT_KERAS
from fuzz.strategies import graphs
from fuzz.trial import asked, smallest, spec, trial
from golden import Case as File
from golden import each
from hypothesis import given, reject, settings

import seqspec
from seqspec import Graph
from seqspec.ops.evaluate import sized
from seqspec.ops.features import Dense

SEED = "ci"
TENS = range(0, 150, 10)


@pytest.mark.parametrize("first", TENS)
def test_texts_and_graphs(first: int) -> None:
    for number in range(first, first + 10):
        found = trial(SEED, number, WITHOUT_KERAS)
        assert not found.disagreements, "\n\n".join(map(str, found.disagreements))


@pytest.mark.parametrize("number", range(1000, 1012))
def test_models(number: int) -> None:
    found = trial(SEED, number, WITH_KERAS)
    assert not found.disagreements, "\n\n".join(map(str, found.disagreements))


@each("found")
def test_what_was_wrong_once(case: File) -> None:
    text = case.text.partition("\n")[2]  # the first line says what was wrong
    asking = [*WITHOUT_KERAS], ["reference", "masks"], ["reference", "emitted", "lambdas"]
    for seed, oracles in enumerate(asking):  # the seed decides the data
        found = asked(Case(text, seed), oracles)
        assert not found.disagreements, "\n\n".join(map(str, found.disagreements))


def test_most_specs_can_be_asked() -> None:
    cases = [Case(spec(SEED, number), number) for number in range(100)]
    runs = 0
    for case in cases:
        try:
            assert case.run.sizes is not None
        except Skipped:
            continue
        runs += not case.run.leaks
    assert runs > 90


def test_specs_are_made_of_all_there_is() -> None:
    (last,) = report(spec(SEED, number) for number in range(90)).splitlines()[-1:]
    never = [name for name in last.partition(": ")[2].split(", ") if " " not in name]
    assert not set(never) & {"lstm", "conv", "attend", "each", "take", "embed", "add", "let"}


def test_a_fault_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(self: Dense, weights: Any, *inputs: Any) -> Any:
        right = computed(self, weights, *inputs)
        return right.keep(2 * right.data)

    computed = Dense.reference
    monkeypatch.setattr(Dense, "reference", doubled)
    text = "out y = in 4x3 -> lstm 2 -> dense 3 tanh -> reverse\nout z = in 3 -> square\n"
    (disagreement,) = asked(Case(text), ["reference"]).disagreements
    assert "numbers differ" in disagreement.what
    assert smallest(disagreement).split() == ["y", "=", "in", "4x3", "->", "dense", "1"]


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_graph_is_its_json_and_its_values_are_those_inferred(graph: Graph) -> None:
    assert Graph.model_validate_json(graph.model_dump_json()) == graph
    assert seqspec.emit(graph) == seqspec.emit(Graph.model_validate_json(graph.model_dump_json()))
    case = Case("", 0)
    case.__dict__["graph"] = graph
    try:
        run = case.run
    except Skipped:
        reject()
    for node in graph.nodes:
        assert run.every[node.name].data.shape[1:] == sized(node.value, run.sizes).shape
