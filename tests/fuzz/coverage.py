"""What specs are made of: how often each operation, field, choice and form of text occurs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import seqspec
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.base import Operation
from seqspec.values import Dim

from .compose import all_ways, arguments_of
from .data import all_nodes

_FORMS = {
    "let": r"(?m)^let ", "block": r"(?m)^block ", "block with a value": r"\{q\}",
    "shared": r"(?m)^shared ", "out": r"(?m)^out ", "out NAME": r"(?m)^out \w+$",
    "train": r"(?m)^train ", "last pipeline": r"\A(?![\s\S]*^out )", "* N": r"\) \* ",
    "{i}": r"\{[^}]*\bi\b", "as": r"-> as ", "NAME.0": r"\w\.\d", "group": r"-> \(",
    "_": r" _( |$|\))", "from=": r" from=", "name=": r' name="', "key=": r" [a-z_]+=(?!\")",
    "feedback": r"feedback \d", "next=": r"next=\(", "batch=": r" batch=", "?": r"\?",
    "named size": r"\b[A-Z]\d*\b", "multiple of a size": r"\d\*[A-Z]",
    "merge of names": r"= (add|concat|multiply|dot|average)[^(_]* v\d+ v\d+",
}  # fmt: skip


def report(texts: Iterable[str]) -> str:
    """Counts of everything, what never occurs last."""
    seen: Counter[str] = Counter()
    specs = 0
    for text in texts:
        specs += 1
        graph = seqspec.parse(text)
        seen.update(_parts(graph))
        seen.update(name for name, form in _FORMS.items() if re.search(form, text, re.M))
        seen.update(_shape_of(graph))
    wanted = [*_wanted(), *_FORMS]
    rows = [f"{seen[name]:7}  {name}" for name in [*wanted, *sorted(seen.keys() - {*wanted})]]
    missing = [name for name in wanted if not seen[name]]
    return "\n".join([f"{specs} specs", *rows, f"{len(missing)} never: {', '.join(missing)}"])


def _wanted() -> Iterable[str]:
    """Every operation, and every field and choice of it."""
    for cls, ways in all_ways().items():
        if not cls.expands:
            yield from map(str, ways)


def _parts(graph: GraphQueries) -> Iterable[str]:
    for node in all_nodes(graph):
        yield node.op.op
        yield from (f"{node.op.op} {one}" for one in _used(node.op))


def _used(op: Operation) -> Iterable[str]:
    for spec in arguments_of(type(op), op.op):
        value = getattr(op, spec.field)
        if spec.kind == "words" and value is not None:
            yield f"{spec.key}={value}"
        elif not spec.required and spec.kind != "words" and value != spec.default:
            yield f"{spec.key}="


def _shape_of(graph: GraphQueries) -> Iterable[str]:
    """What kind of graph it is."""
    yield f"graph with {len(graph.inputs)} inputs"
    yield f"graph with {len(graph.outputs)} outputs"
    yield f"graph with {len(graph.nodes) // 10 * 10}+ operations"
    for node in graph.inputs:
        kind = "ids" if node.value.is_tokens else "numbers"
        yield f"input of {node.value.rank} axes, {kind}"
    if any(node.value.mask for node in graph.nodes):
        yield "graph with masks"
    if any(node.shares for node in graph.nodes):
        yield "graph with shared weights"
    if any(isinstance(size, Dim) for node in graph.nodes for size in node.value.shape):
        yield "graph with open sizes"
    if any(node.op.chains() for node in graph.nodes):
        yield "graph with chains inside"
