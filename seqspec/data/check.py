"""All arrays of some data against a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seqspec.codes import Code
from seqspec.data.arrays import Column, of
from seqspec.data.inputs import Sizes, input_problems, too_short
from seqspec.data.targets import target_problems
from seqspec.diagnostics import Diagnostic, Problem, listed
from seqspec.graph.nodes import GraphQueries
from seqspec.graph.training import Objective
from seqspec.ops.chain import Node
from seqspec.source import Span
from seqspec.values import Dim

Columns = Mapping[str, Column]
Found = Iterator[tuple[Node, Problem]]


def check_data(graph: GraphQueries, inputs: Any, targets: Any = None) -> tuple[Diagnostic, ...]:
    """What is wrong with data for a graph: shapes, types, ids, NaN, and targets for their losses.

    `inputs` and `targets` are arrays by the names of inputs and outputs, or a single array where
    there is one. Nothing is changed, and nothing is read at once that is large.
    """
    names = [[node.name for node in graph.inputs], [output.name for output in graph.outputs]]
    columns = [_columns(given, own) for given, own in zip((inputs, targets), names, strict=True)]
    return _checked(graph, *columns)


def _columns(given: Any, names: list[str]) -> dict[str, Column]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return {name: of(name, array) for name, array in given.items()}
    return {names[0]: of(names[0], given)} if len(names) == 1 else {"": of("data", given)}


def check_columns(graph: GraphQueries, columns: Columns) -> tuple[Diagnostic, ...]:
    """As `check_data`, for arrays whose names say which input or output they are for.

    `x` and `y` may stand for the only input and the only output.
    """
    inputs, outputs = {node.name for node in graph.inputs}, {o.name for o in graph.outputs}
    alone = {
        letter: name
        for letter, names in (("x", inputs), ("y", outputs))
        for name in names
        if len(names) == 1 and letter not in inputs | outputs
    }
    named = {alone.get(name, name): column for name, column in columns.items()}
    targets = {name: column for name, column in named.items() if name in outputs - inputs}
    others = {name: column for name, column in named.items() if name not in targets}
    return _checked(graph, others, targets)


def _checked(graph: GraphQueries, inputs: Columns, targets: Columns) -> tuple[Diagnostic, ...]:
    found = [
        *_named(graph, inputs, targets),
        *_lengths(graph, inputs, targets),
        *_inputs_and_targets(graph, inputs, targets),
    ]
    return tuple(problem.at(node.span or Span(0, 0)) for node, problem in found)


def _named(graph: GraphQueries, inputs: Columns, targets: Columns) -> Found:
    """Arrays that are missing, and such that nothing reads."""
    have = listed(sorted({**inputs, **targets})) or "nothing"
    for node in graph.inputs:
        if node.name not in inputs:
            yield (
                node,
                Problem(
                    Code.NO_ARRAY,
                    f"there is no array for the input `{node.name}`",
                    help=f"the data has {have}",
                ),
            )
    objectives = _objectives(graph)
    for output in graph.outputs:
        if targets and output.name in objectives and output.name not in targets:
            yield (
                graph.by_name[output.node],
                Problem(
                    Code.NO_ARRAY,
                    f"there are no targets for the output `{output.name}`, which has a loss",
                    help=f"the data has {have}",
                ),
            )
    known = {node.name for node in graph.inputs}, {output.name for output in graph.outputs}
    for names, columns in zip(known, (inputs, targets), strict=True):
        for name in columns:
            if name not in names:
                yield (
                    graph.nodes[0],
                    Problem(
                        Code.UNREAD_ARRAY,
                        f"the data has `{columns[name].name}`, which is no input and no output",
                        help=f"the inputs are {listed(sorted(known[0]))}, "
                        f"the outputs {listed(sorted(known[1]))}",
                    ),
                )


def _objectives(graph: GraphQueries) -> dict[str, Objective]:
    """The outputs that have a loss."""
    given = graph.training.objectives if graph.training else {}
    return {name: objective for name, objective in given.items() if objective.loss}


def _lengths(graph: GraphQueries, inputs: Columns, targets: Columns) -> Found:
    """Arrays of other numbers of samples, and numbers that leave a batch unfilled."""
    first: Column | None = None
    many = ""
    for node, column in _pairs(graph, inputs, targets):
        samples = column.shape[0] if column.shape else 0
        batch = node.value.batch
        if first is None:
            first, many = column, f"`{column.name}` {samples:,}"
            if not samples:
                yield node, Problem(Code.ARRAY_LENGTH, f"`{column.name}` has no samples")
            elif batch and samples % batch:
                yield (
                    node,
                    Problem(
                        Code.ARRAY_LENGTH,
                        f"`{column.name}` has {samples:,} samples, and batches have {batch}",
                        help=f"use {samples - samples % batch:,} of them: no batch is smaller",
                    ),
                )
        elif (samples,) != first.shape[:1]:
            yield (
                node,
                Problem(
                    Code.ARRAY_LENGTH,
                    f"`{column.name}` has {samples:,} samples, and {many}",
                    help="the first axis of all arrays is the samples, in the same order",
                ),
            )


def _pairs(
    graph: GraphQueries, inputs: Columns, targets: Columns
) -> Iterator[tuple[Node, Column]]:  # fmt: skip
    """The arrays that have samples to count: of an input with another rank nobody knows."""
    for node in graph.inputs:
        if node.name in inputs and len(inputs[node.name].shape) == node.value.rank + 1:
            yield node, inputs[node.name]
    for output in graph.outputs:
        if output.name in targets:
            yield graph.by_name[output.node], targets[output.name]


def _inputs_and_targets(graph: GraphQueries, inputs: Columns, targets: Columns) -> Found:
    sizes: Sizes = {}
    wrong = False
    for node in graph.inputs:
        if node.name in inputs:
            for problem in input_problems(graph, node, inputs[node.name], sizes):
                wrong |= problem.code is Code.ARRAY_SHAPE
                yield node, problem
    if not wrong and (short := too_short(graph, sizes)):
        yield short
        return
    given = graph.training.objectives if graph.training else {}
    for output in graph.outputs:
        if output.name in targets:
            node = graph.by_name[output.node]
            shape = tuple(
                size.at(sizes) if isinstance(size, Dim) else size for size in node.value.shape
            )
            objective = given.get(output.name, Objective())
            for problem in target_problems(targets[output.name], shape, objective):
                yield node, problem
