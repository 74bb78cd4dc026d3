"""What was found, as a graph; or what of it was not found, call by call."""

from __future__ import annotations

from collections.abc import Container, Sequence

from seqspec.backends.archive.symbolic import Operation, Symbol
from seqspec.graph.builder import GraphBuilder
from seqspec.lift.calls import inputs_of
from seqspec.lift.candidates import Candidates, anchored
from seqspec.lift.faults import CannotLift, Unsaid
from seqspec.lift.naming import Names
from seqspec.lift.state import Place
from seqspec.lift.stepped import Held, together
from seqspec.ops.chain import Chain
from seqspec.ops.input import In
from seqspec.values import Value


class Ending(Candidates):
    """The end of a network on its way to a graph."""

    def chain(self, ends: Sequence[Symbol]) -> Chain | None:
        """What was lifted, as a chain inside an operation."""
        graph, _ = self.graph(ends)
        return Chain(nodes=tuple(graph.nodes.values()), output=graph.outputs[0].node)

    def graph(self, ends: Sequence[Symbol]) -> tuple[GraphBuilder, Held]:
        """The nodes that the ends need, under their names, made and checked anew; and the file's
        layers of each that holds weights."""
        missing = any(not self.found.get(self.place(end)) for end in ends)
        if self.unsaid or missing:
            raise CannotLift((*self.unsaid, *(self._lost(ends) if missing else ())))
        chosen: list[str] = []
        for end in ends:
            chosen.append(self._chosen(end))
            self.builder.output(f"o{len(self.builder.outputs)}", chosen[-1])
        needed = self.builder.needed()
        shares = self._shares([n for n in self.builder.nodes if n in needed])
        names = Names(self, [n for n in self.builder.nodes if n in needed], shares)
        result = GraphBuilder(self.limits)
        for old, node in self.builder.nodes.items():
            if old in needed or isinstance(node.op, In):
                result.add(
                    node.op, *(names.of[i] for i in node.inputs), name=names.give(old, node),
                    shares=names.of[shares[old]] if old in shares else None,
                )  # fmt: skip
        labels = [self.labels.get(self.place(end), "") for end in ends]
        for label, node_name in zip(names.outputs(chosen, labels), chosen, strict=True):
            result.output(label, names.of[node_name])
        held: Held = {
            names.of[old]: (self.made[old].name,)
            for old, node in self.builder.nodes.items()
            if old in names.of and result.weighs(result.nodes[names.of[old]])
        }
        stepped = [names.of[old] for old in self.stepped if old in names.of]
        return together(result, stepped, held, self.limits)

    def _shares(self, needed: Sequence[str]) -> dict[str, str]:
        """The first node of each layer, by the others that use its weights."""
        found: dict[str, str] = {}
        for nodes in self.layers.values():
            first, *others = sorted((n for n in nodes if n in needed), key=needed.index) or [""]
            found |= dict.fromkeys(others, first)
        return found

    def _chosen(self, end: Symbol) -> str:
        """What an output is: a mask that is measured along with it is handed on by a layer."""
        place = self.place(end)
        found, labelled = self.found[place], place in self.labels
        nodes, tensors = self.builder.nodes, self.bench.tensors
        ways = [
            name for name in found
            if labelled or tensors[name].attached or not _is_measured(nodes[name].value)
        ]  # fmt: skip
        if not any(nodes[name].value.mask for name in ways):
            ways.append(self.bare(found[0]))
        known = self.builder.needed()
        name = min(ways, key=lambda way: self._more(way, known))
        if end.mask is not None and not labelled and not nodes[name].value.mask:
            self.known.notes["the mask that Keras carries to an output is left out: a loss counts "
                             "its padding"] = None  # fmt: skip
        return name

    def _more(self, way: str, known: Container[str]) -> int:
        """How many values it takes beside those that are there already."""
        needed: set[str] = set()
        pending = [way]
        while pending:
            name = pending.pop()
            if name not in needed and name not in known:
                needed.add(name)
                pending += self.builder.nodes[name].inputs
        return len(needed)

    def _lost(self, ends: Sequence[Symbol]) -> tuple[Unsaid, ...]:
        """The calls that come first among those that were not found."""
        lost: dict[str, Unsaid] = {}
        pending = [self.calls.resolved(end) for end in ends]
        seen: set[Place] = set()
        while pending:
            symbol = pending.pop()
            place = self.place(symbol)
            if place in seen or self.found.get(place):
                continue
            seen.add(place)
            node = symbol.node
            before = [self.calls.resolved(s) for s in inputs_of(node)]
            open_ = [s for s in before if not self.found.get(self.place(s))]
            pending += open_
            if not open_:
                made = node.operation
                why = self.reasons.get(id(node)) or _why(made)
                lost[made.name] = Unsaid(f"{self.path}{made.name}", made.class_name, why)
        return tuple(lost.values()) or (Unsaid(self.path or "model", "Functional", "it is empty"),)


def _is_measured(value: Value) -> bool:
    """Whether an output's mask goes with it, so that losses leave padding out."""
    return value.mask and value.rank >= 2 and not value.is_tokens


_WHY = {
    "Lambda": "it holds Python code, which is never looked at",
}


def _why(made: Operation) -> str:
    if made.class_name in _WHY:
        return _WHY[made.class_name]
    if made.is_layer and not made.module.startswith("keras"):
        return "it is a layer of somebody's own, whose calls are Python code"
    kind = "layer" if made.is_layer else "function"
    if anchored(made.class_name):
        return f"no operation uses this {kind} in this way"
    return f"no operation is this {kind}"
