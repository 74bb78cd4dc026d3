"""What the passes do to a graph, as text: `seqspec explain --passes`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import zip_longest

from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Network, Node, multiplications
from seqspec.passes.pipeline import Step, steps
from seqspec.table import operation_text, size_or_number, steps_left
from seqspec.values import Size, total


def explain_passes(graph: GraphQueries) -> str:
    """Each rewrite as before and after, with the steps and the multiplications that are left."""
    parts = [part for step in steps(graph) for part in _rewrites(step)]
    return "\n".join(parts) if parts else "the passes find nothing to do\n"


def _rewrites(step: Step) -> Iterator[str]:
    """What a pass did, place by place."""
    graphs = (step.before, step.after)
    costs = [_costs(graph) for graph in graphs]
    for names in _places(step):
        lines = [
            step.done_by.__name__,
            *_beside("before", _written(step.before, names, _ends(step.before))),
            *_beside("after", _written(step.after, names, _ends(step.after))),
            *(_fewer(step, name) for name in names if _fewer(step, name)),
        ]
        # What is asked of a node before them may be less, too.
        near = {*names, *(read for graph in graphs for read in _read_by(graph, names))}
        before, after = (total(cost.get(name, 0) for name in near) for cost in costs)
        if before != after:
            left, all_ = size_or_number(after), size_or_number(before)
            lines.append(f"  {left} of {all_} multiplications a sample")
        yield "\n".join([*lines, ""])


def _costs(graph: GraphQueries) -> Mapping[str, Size]:
    return multiplications(graph, _ends(graph))


def _ends(graph: GraphQueries) -> list[str]:
    return [output.node for output in graph.outputs]


def _read_by(graph: GraphQueries, names: list[str]) -> Iterator[str]:
    for name in names:
        if name in graph.by_name:
            yield from graph.by_name[name].inputs


def _places(step: Step) -> list[list[str]]:
    """The names of the nodes that are new, gone or other than before: those that touch together."""
    graphs = (step.before.by_name, step.after.by_name)
    order = dict.fromkeys(node.name for g in (step.before, step.after) for node in g.nodes)
    changed = {name for name in order if len({_form(nodes.get(name)) for nodes in graphs}) > 1}
    place = {name: {name} for name in changed}
    for one, other in _touching(step):
        if {one, other} <= changed and place[one] is not place[other]:
            place[one] |= place[other]
            place.update(dict.fromkeys(place[other], place[one]))
    found = {id(names): names for name in order if name in changed for names in [place[name]]}
    return [[name for name in order if name in names] for names in found.values()]


def _touching(step: Step) -> Iterator[tuple[str, str]]:
    """A node and another that it reads, or an output's node before and after."""
    for graph in (step.before, step.after):
        for node in graph.nodes:
            yield from ((node.name, name) for name in node.inputs)
    for before, after in zip(step.before.outputs, step.after.outputs, strict=True):
        yield before.node, after.node


def _form(node: Node | None) -> object:
    return node and (node.op, node.inputs, node.value)


def _written(network: Network, names: Container[str], ends: Iterable[str]) -> list[str]:
    """The nodes of these names as statements, each as long as one value flows."""
    readers = Counter(ends)
    for node in network.nodes:
        readers.update(node.inputs)
    flows: dict[str, str] = {}  # by the node that ends each
    for node in network.nodes:
        if node.name not in names:
            continue
        first, *others = node.inputs or ("",)
        text = _operation(node)
        if first in flows and not others and readers[first] == 1:
            flows[node.name] = f"{flows.pop(first)} -> {text}"
        else:
            flows[node.name] = f"{first} -> {text}" if node.op.takes_flow else text
    if len(flows) == 1:
        return [*flows.values()]
    return [f"{name} = {text}" for name, text in flows.items()]


def _operation(node: Node) -> str:
    """An operation, with the chains inside; they begin with `_`, the value flowing in."""
    text = operation_text(node.op, node.inputs)
    for chain in node.op.chains():
        begins = chain.nodes[0].name
        nodes = [n.replace(inputs=tuple("_" if i == begins else i for i in n.inputs))
                 for n in chain.nodes[1:]]  # fmt: skip
        inner = chain.replace(nodes=tuple(nodes))
        lines = _written(inner, inner.by_name, [chain.output])
        text += f" ( {'; '.join(lines).removeprefix('_ -> ')} )"
    return text


def _beside(word: str, lines: list[str]) -> Iterator[str]:
    for left, line in zip_longest((word,), lines, fillvalue=""):
        yield f"  {left:6}  {line}".rstrip()


def _fewer(step: Step, name: str) -> str:
    """On how many of how many steps a node runs now, where that is less than before."""
    share = steps_left(step.before, step.after.by_name.get(name))
    return f"  {name} on {share} steps" if share else ""
