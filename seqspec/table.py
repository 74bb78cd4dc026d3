"""The layer table: what `seqspec show` prints, from the graph alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.arguments import arguments
from seqspec.ops.base import Operation
from seqspec.ops.chain import Network, Node, multiplications
from seqspec.values import Dim, Size, shape_text, size_text, total


def describe(graph: GraphQueries, written: GraphQueries | None = None) -> dict[str, Any]:
    """Everything of the table as plain data; sizes that are not known are text.

    `written` is what the passes made the graph of.
    """
    return {
        "name": graph.name,
        "layers": [_row(graph, node) for node in graph.nodes],
        "inputs": {node.name: _shape(node) for node in graph.inputs},
        "outputs": {o.name: _shape(graph.by_name[o.node]) for o in graph.outputs},
        "parameters": graph.parameter_count,
        "trainable_parameters": graph.trainable_count,
        "multiplications": _plain(_work(graph)),
        "multiplications_as_written": _plain(_work(written or graph)),
    }


def _plain(size: Size) -> int | str:
    return size_text(size) if isinstance(size, Dim) else size


def _work(graph: GraphQueries) -> Size:
    return total(multiplications(graph, [output.node for output in graph.outputs]).values())


def _shape(node: Node) -> list[int | str]:
    return [_plain(size) for size in node.value.shape]


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
        "parameters": sum(weight.size for weight in weights),
        "trainable_parameters": sum(w.size for w in weights if w.trainable),
        "shares": node.shares,
        **({"inside": inside} if inside else {}),
    }


def operation_text(op: Operation, inputs: Sequence[str] = ()) -> str:
    """An operation as it would be written, without the chains in its arguments.

    Values in its arguments are left out, too, but where all inputs are named.
    """
    words = [op.op]
    given = op.given()
    for spec in arguments(type(op)):
        if spec.field not in given or spec.kind == "chain":
            continue
        value = given[spec.field]
        if spec.kind == "operands":
            names = [inputs[place] for place in value] if inputs else []
            words += names if spec.positional else [f"{spec.key}={','.join(names)}"] * bool(names)
        elif spec.kind == "flag":
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


def table_rows(graph: GraphQueries, written: GraphQueries | None = None) -> list[tuple[str, ...]]:
    """The table's cells, its head first; `written` is what the passes made the graph of."""
    head = ("layer", "operation", "shape", "mask", "steps", "parameters")
    lines = [head, *_lines(graph, graph.nodes, written or graph)]
    return lines if any(row[4] for row in lines[1:]) else [(*r[:4], r[5]) for r in lines]


def render_table(graph: GraphQueries, written: GraphQueries | None = None) -> str:
    """The table as text; `written` is what the passes made the graph of."""
    rows = table_rows(graph, written)
    widths = [min(44, max(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    texts = []
    for row in rows:
        cells = [
            _cut(cell, width).ljust(width) for cell, width in zip(row[:-1], widths, strict=False)
        ]
        texts.append("  ".join([*cells, row[-1].rjust(widths[-1])]).rstrip())
    rule = "─" * (sum(widths) + 2 * len(widths) - 2)
    return "\n".join(
        [f"model {graph.name}", rule, texts[0], rule, *texts[1:], rule, totals(graph, written)]
    )


def _lines(
    network: Network, nodes: Sequence[Node], before: Network, indent: str = ""
) -> Iterator[tuple[str, ...]]:
    """A line for each node; chains inside stand indented below, and bring their own numbers."""
    for node in nodes:
        chains = () if node.shares else node.op.chains()
        numbers = 0 if chains else sum(weight.size for weight in network.weights(node))
        yield (
            indent + node.name,
            operation_text(node.op) + (f" (as {node.shares})" if node.shares else ""),
            shape_text(node.value.shape) + (" ids" if node.value.is_tokens else ""),
            "yes" if node.value.mask else "",
            steps_left(before, node),
            f"{numbers:,}" if numbers else "",
        )
        for chain in chains:
            yield from _lines(chain, chain.nodes[1:], chain, f"{indent}  ")


def size_or_number(size: Size) -> str:
    """A size for people, with commas where it is a number."""
    return f"{size:,}" if isinstance(size, int) else size_text(size)


def steps_left(before: Network, node: Node | None) -> str:
    """`3 of 10`, where a node of a graph makes fewer steps than it did; or nothing."""
    was = before.by_name.get(node.name) if node else None
    if node is None or was is None or type(node.op) is not type(was.op) or node.span != was.span:
        return ""  # another node under a name that was free
    if not was.value.is_sequence or node.value == was.value:
        return ""
    made = node.value.steps if node.value.rank == was.value.rank else 1
    if made == was.value.steps or node.op.chooses():
        return ""
    return f"{size_or_number(made)} of {size_or_number(was.value.steps)}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def totals(graph: GraphQueries, written: GraphQueries | None = None) -> str:
    """The lines below the table: parameters, outputs and work."""
    ends = ", ".join(
        f"{output.name} {graph.by_name[output.node].value}" for output in graph.outputs
    )
    total, trainable = graph.parameter_count, graph.trainable_count
    frozen = f", {trainable:,} of them trainable" if trainable != total else ""
    left, all_ = _work(graph), _work(written or graph)
    work = f"{size_or_number(left)} multiplications a sample"
    saved = f", of {size_or_number(all_)} as written" if left != all_ else ""
    return f"{total:,} parameters{frozen} → {ends}\n{work}{saved}"
