"""The gallery: `specs/` against what was published about the models that it describes.

`specs/facts.json` has the facts about every spec: the shapes and the numbers of parameters that
the model's source gives, without the batch, `null` for a size that is left open. `with` names
the module of operations that a spec needs, as `seqspec --with` takes it.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any

import pytest

import seqspec
from seqspec import Graph
from seqspec.ops.chain import Node
from seqspec.ops.outside import import_operations
from seqspec.values import Value

SPECS = Path(__file__).parent.parent / "specs"
FACTS: dict[str, dict[str, Any]] = json.loads((SPECS / "facts.json").read_text(encoding="utf-8"))

for module in {str(SPECS / fact["with"]) for fact in FACTS.values() if "with" in fact}:
    import_operations(module)

# Warnings that a spec means to give, by its path; every other spec gives none.
MEANT: dict[str, set[str]] = {}

# Larger models are checked as graphs and not built: a parameter takes four bytes while it is.
MOST_PARAMETERS = 30_000_000

# What the language's page shows; `in` is added where it shows a part.
PAGE = {
    "one line": "in 6 -> lstm 64 -> take last 3",
    "names": """
        # names, parameters, residuals, two outputs
        let units = 64
        x     = in Tx8
        h     = x -> lstm {units} bi -> dropout 0.2
        trend = h -> add _ (dense {units * 2} relu -> dense {units * 2}) -> norm
        out level = trend -> take last -> dense 1
        out steps = trend -> take last 3 -> dense 8
        train level loss=mse
        train steps loss=mae weight=0.5
        train optimizer=adam rate=1e-3
    """,
    "wavenet": """
        # WaveNet's residual and skip paths
        block gated(d) = add _ (multiply (conv 64 2 causal dilation={d} tanh)
                                         (conv 64 2 causal dilation={d} sigmoid)
                                -> as skips -> conv 64 1)
        body = in Tx1 -> conv 64 2 causal -> (gated {2**i}) * 10
        out wave = add skips -> relu -> conv 256 1 softmax
    """,
    "states": """
        # a stack that hands its states to another, layer by layer
        src = in S tokens -> embed 8000 256 -> (lstm 512 -> as enc) * 4
        out next = in T tokens -> embed 8000 256 -> (lstm 512 from=enc.{i}) * 4
          -> dense 8000 softmax
    """,
    "one to one": "in 6 -> dense 3",
    "one to many": "in 6 -> repeat 5 -> lstm 64",
    "many to one": "in 10x6 -> lstm 64 -> take last",
    "many to many, equal": "in 10x6 -> lstm 64",
    "many to many, shorter": "in 6x1 -> lstm 1 -> take last 3",
    "many to many, shifted": "in 3x1 -> pad end 3 -> lstm 1 -> take last 3",
    "branches": "in 10x6 -> concat (lstm 8) (gru 8)",
    "batch": "in 10x6 batch=32 -> lstm 8 stateful",
    "attention pool": """
        in Tx8 -> multiply _ (dense 64 tanh -> dense 1 -> softmax time) -> pool sum
    """,
}

every_spec = pytest.mark.parametrize("path", sorted(FACTS))
built_specs = pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path,
            marks=pytest.mark.skipif(
                fact["total_params"] > MOST_PARAMETERS,
                reason=f"{fact['total_params']} parameters; at most {MOST_PARAMETERS} are built",
            ),
        )
        for path, fact in sorted(FACTS.items())
    ],
)


def sizes(value: Value) -> list[int | None]:
    """A shape as the facts have it: a size that is no number is open."""
    return [size if isinstance(size, int) else None for size in value.shape]


def inputs(graph: Graph) -> list[list[int | None]]:
    return [sizes(node.value) for node in graph.inputs]


def outputs(graph: Graph) -> list[list[int | None]]:
    return [sizes(graph.by_name[output.node].value) for output in graph.outputs]


def parameters(graph: Graph, node: Node) -> int:
    return sum(weight.size for weight in graph.weights(node))


def test_every_spec_has_facts_and_every_fact_a_spec() -> None:
    """A spec that nothing is known about would be checked by nothing."""
    assert {path.relative_to(SPECS).as_posix() for path in SPECS.rglob("*.seq")} == set(FACTS)


def test_a_model_is_in_the_gallery_once() -> None:
    identities = [fact["id"] for fact in FACTS.values()]
    assert len(set(identities)) == len(identities)


@every_spec
def test_a_spec_says_first_what_it_is(path: str) -> None:
    """The gallery is read more than it is run."""
    assert (SPECS / path).read_text(encoding="utf-8").startswith("# ")


@every_spec
def test_the_graph_is_what_was_published(path: str) -> None:
    """Checking alone must know every shape and number of parameters: it needs no framework."""
    graph, fact = seqspec.load(SPECS / path), FACTS[path]
    assert inputs(graph) == fact["inputs"]
    assert outputs(graph) == fact["outputs"]
    assert graph.parameter_count == fact["total_params"]
    assert graph.trainable_count == fact["trainable_params"]
    assert {node.value.batch for node in graph.inputs} == {fact.get("batch")}


@every_spec
def test_no_warnings_but_those_that_are_meant(path: str) -> None:
    """A published model that draws a warning is a mistake in the spec or in the warning."""
    found = seqspec.check(SPECS / path).diagnostics
    assert {d.code.id for d in found if d.severity == "warning"} == MEANT.get(path, set())


@built_specs
def test_the_keras_model_is_what_the_graph_says(path: str) -> None:
    """The graph's counts come from formulas, Keras's from the weights it made: they must meet.

    Layer by layer, since two faults could make up for each other in the total.
    """
    graph = seqspec.load(SPECS / path)
    model = seqspec.compile(SPECS / path)
    batch = FACTS[path].get("batch")
    assert [tensor.shape for tensor in model.inputs] == [(batch, *s) for s in inputs(graph)]
    assert [tensor.shape for tensor in model.outputs] == [(batch, *s) for s in outputs(graph)]
    assert model.count_params() == graph.parameter_count
    assert sum(prod(weight.shape) for weight in model.trainable_weights) == graph.trainable_count
    weighted = {node.name: parameters(graph, node) for node in graph.nodes if graph.weights(node)}
    layers = {layer.name: layer.count_params() for layer in model.layers if layer.weights}
    # A dropout layer has a seed, which counts as a weight and holds no parameter.
    assert {name: number for name, number in layers.items() if number} == weighted


@pytest.mark.parametrize("text", PAGE.values(), ids=PAGE)
def test_what_the_language_page_shows_compiles(text: str) -> None:
    checked = seqspec.check(text)
    assert [d for d in checked.diagnostics if d.severity != "note"] == []
    assert seqspec.compile(text).count_params() == checked.demand().parameter_count
