"""The layer table: what `seqspec show` prints, from the graph alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.arguments import arguments
from seqspec.ops.base import Operation
from seqspec.ops.chain import Network, Node, count
from seqspec.values import Dim, shape_text, size_text


def describe(graph: GraphQueries) -> dict[str, Any]:
    """Everything of the table as plain data; sizes that are not known are text."""
    return {
        "name": graph.name,
        "layers": [_row(graph, node) for node in graph.nodes],
        "inputs": {node.name: _shape(node) for node in graph.inputs},
        "outputs": {o.name: _shape(graph.by_name[o.node]) for o in graph.outputs},
        "parameters": graph.parameter_count,
        "trainable_parameters": graph.trainable_count,
    }


def _shape(node: Node) -> list[int | str]:
    return [size_text(s) if isinstance(s, Dim) else s for s in node.value.shape]


def _row(graph: Network, node: Node) -> dict[str, Any]:
    weights = graph.weights(node)
    inside = [_row(chain, within) for chain in node.op.chains() for within in chain.nodes]
    return {
        "name": node.name,
        "operation": operation_text(node.op),
        "inputs": list(node.inputs),
        "shape": _shape(node),
        "dtype": node.value.dtype,
        "mask": node.value.mask,
        "parameters": sum(map(count, weights)),
        "trainable_parameters": sum(count(w) for w in weights if w.trainable),
        "shares": node.shares,
        **({"inside": inside} if inside else {}),
    }


def operation_text(op: Operation) -> str:
    """An operation as it would be written; values and chains in its arguments are left out."""
    words = [op.op]
    given = op.given()
    for spec in arguments(type(op)):
        if spec.field not in given or spec.kind in ("operands", "chain"):
            continue
        value = given[spec.field]
        if spec.kind == "flag":
            words.append(spec.key if value is True else f"{spec.key}=no")
        elif spec.positional:
            words.append(_value_text(spec.kind, value))
        else:
            words.append(f"{spec.key}={_value_text(spec.kind, value)}")
    return " ".join(words)


def _value_text(kind: str, value: Any) -> str:
    if kind == "slice":
        start, stop, step = ("" if bound is None else str(bound) for bound in value)
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    if isinstance(value, tuple):
        return "x".join(size_text(size).replace(" ", "") for size in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def render_table(graph: GraphQueries) -> str:
    """The table as text."""
    rows = [("layer", "operation", "shape", "mask", "parameters"), *_lines(graph, graph.nodes)]
    widths = [min(44, max(len(row[i]) for row in rows)) for i in range(5)]
    lines = []
    for row in rows:
        cells = [
            _cut(cell, width).ljust(width) for cell, width in zip(row[:4], widths, strict=False)
        ]
        lines.append("  ".join([*cells, row[4].rjust(widths[4])]).rstrip())
    rule = "─" * (sum(widths) + 8)
    return "\n".join(
        [f"model {graph.name}", rule, lines[0], rule, *lines[1:], rule, _totals(graph)]
    )


def _lines(
    network: Network, nodes: Sequence[Node], indent: str = ""
) -> Iterator[tuple[str, str, str, str, str]]:
    """A line for each node; chains inside stand indented below, and bring their own numbers."""
    for node in nodes:
        chains = () if node.shares else node.op.chains()
        numbers = 0 if chains else sum(map(count, network.weights(node)))
        yield (
            indent + node.name,
            operation_text(node.op) + (f" (as {node.shares})" if node.shares else ""),
            shape_text(node.value.shape) + (" ids" if node.value.is_tokens else ""),
            "yes" if node.value.mask else "",
            f"{numbers:,}" if numbers else "",
        )
        for chain in chains:
            yield from _lines(chain, chain.nodes[1:], f"{indent}  ")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _totals(graph: GraphQueries) -> str:
    ends = ", ".join(
        f"{output.name} {graph.by_name[output.node].value}" for output in graph.outputs
    )
    total, trainable = graph.parameter_count, graph.trainable_count
    frozen = f", {trainable:,} of them trainable" if trainable != total else ""
    return f"{total:,} parameters{frozen} → {ends}"
