"""What differs between two graphs, layer by layer, and whether saved weights still fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seqspec.driver import optimized
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.passes import DEFAULT_LEVEL
from seqspec.table import operation_text
from seqspec.values import shape_text


@dataclass(frozen=True)
class Change:
    """A layer that is `added`, `removed`, `renamed` or `changed`, and how."""

    kind: str
    name: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """The layers that differ, and the weights of the new model that the old file does not have."""

    changes: tuple[Change, ...]
    misfits: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the new model can load the weights of the old one."""
        return not self.misfits

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        changes = [
            {"kind": c.kind, "name": c.name, "details": list(c.details)} for c in self.changes
        ]
        return {"fits": self.fits, "changes": changes, "misfits": list(self.misfits)}


def compare(old: GraphQueries, new: GraphQueries) -> Comparison:
    """Two graphs: their layers as they are written, their weights as they are saved."""
    was = _partners(old, new)
    return Comparison((*_changes(old, new, was),), (*_misfits(old, new, was),))


def _partners(old: GraphQueries, new: GraphQueries) -> dict[str, str]:
    """The old name of each layer that was there: by its name, or by what it does to the same."""
    was: dict[str, str] = {}
    left = [node for node in old.nodes if node.name not in new.by_name]
    for node in new.nodes:
        if node.name in old.by_name:
            was[node.name] = node.name
            continue
        reads = tuple(was.get(name, "") for name in node.inputs)
        same = [n for n in left if (n.op, n.inputs, n.value) == (node.op, reads, node.value)]
        if same:
            was[node.name] = same[0].name
            left.remove(same[0])
    return was


def _changes(old: GraphQueries, new: GraphQueries, was: Mapping[str, str]) -> Iterator[Change]:
    kept = {*was.values()}
    for node in old.nodes:
        if node.name not in kept:
            yield Change("removed", node.name, (_described(old, node),))
    for node in new.nodes:
        if node.name not in was:
            yield Change("added", node.name, (_described(new, node),))
            continue
        before = old.by_name[was[node.name]]
        details = (*_differences(before, node, was),)
        if before.name != node.name:
            yield Change("renamed", node.name, (f"was `{before.name}`", *details))
        elif details:
            yield Change("changed", node.name, details)
    ends = [[(o.name, g.by_name[o.node].value) for o in g.outputs] for g in (old, new)]
    if [name for name, _ in ends[0]] != [name for name, _ in ends[1]]:
        texts = [", ".join(f"{name} {value}" for name, value in end) for end in ends]
        yield Change("changed", "outputs", (" → ".join(texts),))


def _described(graph: GraphQueries, node: Node) -> str:
    count = sum(weight.size for weight in graph.weights(node))
    parameters = f", {count:,} parameters" if count else ""
    return f"{operation_text(node.op)}, {shape_text(node.value.shape)}{parameters}"


def _differences(before: Node, after: Node, was: Mapping[str, str]) -> Iterator[str]:
    """How a layer differs from what it was."""
    texts = [operation_text(node.op) for node in (before, after)]
    if texts[0] != texts[1]:
        yield " → ".join(texts)
    elif before.op != after.op:
        yield "other arguments, or another chain inside"
    reads = tuple(was.get(name, name) for name in after.inputs)
    if before.inputs != reads:
        yield f"reads {', '.join(before.inputs)} → {', '.join(after.inputs)}"
    if before.value != after.value:
        yield f"{before.value} → {after.value}"


def _misfits(old: GraphQueries, new: GraphQueries, was: Mapping[str, str]) -> Iterator[str]:
    """The weights that a file of the old model does not have at their places.

    Keras finds a weight by the class of its layer and a number, so that weights of layers that
    changed places are read by each other, in silence.
    """
    had = _places(old)
    for path, (name, shape) in _places(new).items():
        if path not in had:
            yield f"`{name}` {shape_text(shape)} is not in the old file"
            continue
        other, old_shape = had[path]
        layer, _, weight = name.partition("/")
        if old_shape != shape:
            yield f"`{name}` is {shape_text(shape)}, and was {shape_text(old_shape)}"
        elif f"{was.get(layer, layer)}/{weight}" != other:
            yield f"`{name}` would get the numbers of `{other}`, which has its place in the file"


def _places(graph: GraphQueries) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The name and shape of each weight by its place; of operations from outside, by its name."""
    from seqspec.backends.archive.interpret import CannotSay
    from seqspec.backends.archive.kept import layout

    built = optimized(graph, DEFAULT_LEVEL)
    try:
        return {path: (name, weight.shape) for path, name, weight, _ in layout(built)}
    except CannotSay:
        names = [(f"{n.name}/{w.name}", w) for n in graph.nodes for w in graph.weights(n)]
        return {name: (name, weight.shape) for name, weight in names}


_SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": "="}


def render(found: Comparison) -> str:
    """A line for each layer that differs, and one for the weights."""
    width = max((len(change.name) for change in found.changes), default=0)
    lines = [
        f"{_SIGNS[c.kind]} {c.name.ljust(width)}  {c.kind}: {'; '.join(c.details)}"
        for c in found.changes
    ]
    lines += [f"! {misfit}" for misfit in found.misfits]
    if not found.fits:
        verdict = "the saved weights do not fit"
    elif found.changes:
        verdict = "the saved weights still fit"
    else:
        verdict = "the models are equal"
    return "".join(f"{line}\n" for line in [*lines, verdict])
