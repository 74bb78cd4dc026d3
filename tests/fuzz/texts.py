"""What needs no framework: texts and graphs, and other ways of saying the same."""

from __future__ import annotations

import re
from random import Random

import numpy as np

import seqspec
from seqspec import Graph, check_data
from seqspec.table import render_table
from seqspec.unparse import Unwritable

from . import rewrites
from .canonical import canonical
from .case import Case, Skipped
from .data import SizesDiffer, Unfit, fitting_sizes
from .flatten import NotFlat, flattened
from .unparse import unparse


def _means(case: Case, text: str) -> str | None:
    """A text must mean what the case's does."""
    checked = seqspec.check(text)
    if checked.graph is None:
        faults = "; ".join(f"{d.code.id} {d.message}" for d in checked.diagnostics)
        return f"the other text has faults: {faults}\n{text}"
    if canonical(checked.graph) != canonical(case.graph):
        return f"the other text means something else:\n{text}"
    return None


def unparsed(case: Case) -> str | None:
    """The graph as a text means the graph."""
    try:
        return _means(case, unparse(case.graph))
    except Unwritable as why:
        raise Skipped(str(why)) from None


def json(case: Case) -> str | None:
    """A graph in JSON is the graph, and its JSON the same."""
    text = case.graph.model_dump_json()
    again = Graph.model_validate_json(text)
    if again != case.graph:
        return "the graph that was read differs"
    return None if again.model_dump_json() == text else "its JSON differs"


def sizes(case: Case) -> str | None:
    """Shapes with sizes put in are the shapes of these sizes."""
    try:
        fitting_sizes(case.graph, case.rng())
    except SizesDiffer as error:
        return str(error)
    except Unfit as error:
        raise Skipped(str(error)) from None
    return None


def printed(case: Case) -> str | None:
    """Layer table and source can be made, and the source is Python."""
    render_table(case.graph)
    for slicing in ("index", "lambda"):
        source = seqspec.emit(case.graph, slicing=slicing)  # type: ignore[arg-type]
        compile(source, "<emitted>", "exec")
        if source != seqspec.emit(case.graph, slicing=slicing):  # type: ignore[arg-type]
            return "a second emission differs"
    return None


def renamed(case: Case) -> str | None:
    """Names say nothing."""
    return _means(case, rewrites.renamed(case.text))


def regrouped(case: Case) -> str | None:
    """Nor do parentheses around stages."""
    return _means(case, rewrites.regrouped(case.text, Random(case.seed)))


def relaid(case: Case) -> str | None:
    """Nor comments, line ends and spaces."""
    return _means(case, rewrites.relaid(case.text, Random(case.seed)))


def reordered(case: Case) -> str | None:
    """Nor the order of statements that do not read each other."""
    return _means(case, rewrites.reordered(case.text, Random(case.seed)))


def flat(case: Case) -> str | None:
    """Blocks, copies and parameters mean what stands there when they are written out."""
    try:
        return _means(case, flattened(case.text))
    except NotFlat as why:
        raise Skipped(str(why)) from None


def formatted(case: Case) -> str | None:
    """The formatter changes spaces and line ends alone, and what it made not at all."""
    random = Random(case.seed)
    laid = rewrites.relaid(rewrites.regrouped(case.text, random), random)
    for text in (case.text, laid, rewrites.commented(case.text, random),
                 rewrites.commented(laid, random)):  # fmt: skip
        new = seqspec.format(text)
        if seqspec.format(new) != new:
            return f"a second time gives another text:\n{new}\n{seqspec.format(new)}"
        if rewrites.squeezed(new) != rewrites.squeezed(text):
            return f"more than spaces changed:\n{text}\n{new}"
        if re.search(r"[ \t]$|\n\n\n|\A\n", new.replace("\r\n", "\n"), re.MULTILINE):
            return f"there are spaces at a line's end, or empty lines:\n{new}"
        if found := _means(case, new):
            return found
    return None


def held(case: Case) -> str | None:
    """Data that goes through a graph fits it; with a step, feature or sample less it does not."""
    inputs = case.run.inputs
    unreal = any(not np.isfinite(array).all() for array in inputs.values())
    if found := [d for d in check_data(case.graph, inputs) if not unreal]:
        return f"data that fits is refused: {found[0].message}"
    for node in case.graph.inputs:
        array = inputs[node.name]
        for axis in range(1, array.ndim):
            fixed = isinstance(node.value.shape[axis - 1], int)
            if fixed and not check_data(case.graph, {**inputs, node.name: _longer(array, axis)}):
                return f"axis {axis} of {node.name} is longer, and nobody minds"
    return None


def _longer(array: np.ndarray, axis: int) -> np.ndarray:
    return np.concatenate([array, array.take([0], axis)], axis)


ORACLES = {
    "held": held,
    "formatted": formatted,
    "unparsed": unparsed,
    "json": json,
    "sizes": sizes,
    "printed": printed,
    "renamed": renamed,
    "regrouped": regrouped,
    "relaid": relaid,
    "reordered": reordered,
    "flat": flat,
}
