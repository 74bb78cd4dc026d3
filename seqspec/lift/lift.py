"""Calls to a graph: each call that is found to be what some operation lowers to is that operation.

Where a call may be more than one thing, all of them are kept, the best first: what it is shows
when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from seqspec.backends.archive.symbolic import Node, Operation, Symbol, symbols
from seqspec.diagnostics import Problem
from seqspec.graph.builder import GraphBuilder
from seqspec.lift.attempt import Attempt
from seqspec.lift.calls import inputs_of
from seqspec.lift.candidates import Candidates, anchored
from seqspec.lift.faults import CannotLift, Unsaid
from seqspec.lift.naming import Names
from seqspec.lift.state import KEPT, Known, Place
from seqspec.ops import base
from seqspec.ops.chain import Chain
from seqspec.ops.each import Each
from seqspec.ops.final import Final
from seqspec.ops.input import In
from seqspec.ops.site import Tensor
from seqspec.ops.take import Take
from seqspec.ops.time import Reverse
from seqspec.program import ALL, Item, Ref
from seqspec.values import Value


class Again(Exception):
    """The lifting is to begin again, with what it has found out about models inside."""


class Lifter(Candidates):
    """One network on its way to a graph."""

    def run(self, entry: Any, begins: Value | None = None) -> list[Symbol]:
        """Lifts a model; the tensors that it gives. `begins` is the input of a chain inside."""
        nodes: list[Node] = []
        making = self.saved.model(entry)
        while True:
            try:
                node = next(making)
            except StopIteration as done:
                ends: list[Symbol] = done.value
                break
            self.calls.enter(node)
            nodes.append(node)
        for node in nodes:
            for symbol in inputs_of(node):
                place = self.place(symbol)
                self.readers.setdefault(place, set()).add(node.operation.class_name)
        for node in nodes:
            self.visit(node, begins)
        return [self.calls.resolved(end) for end in ends]

    def visit(self, node: Node, begins: Value | None) -> None:
        """Finds out what a call is."""
        made = node.operation
        symbol = self.calls.first[id(node)]
        if self.place(symbol) != (id(node), 0):
            return  # it is the same as one before it
        if made.class_name == "InputLayer":
            self._input(node, begins)
        elif _is_identity(made):
            self._hand_on(node)
        elif made.class_name in ("Functional", "Sequential", "TimeDistributed"):
            self._inside(node)
        else:
            self._operation(node)

    def _operation(self, node: Node) -> None:
        forms = [node, *self.equal(node)]
        found: list[Attempt] = []
        for form in forms:
            for inputs in self.combined(form):
                found += self.tried(node, form, inputs)
            if found:
                break
        if not found:
            found = self.without_mask(node, forms)
        best = sorted(found, key=lambda attempt: attempt.rank)
        for number, attempt in enumerate(best[:KEPT]):
            self._keep(node, attempt, first=number == 0)

    def _keep(self, node: Node, attempt: Attempt, *, first: bool) -> None:
        """Takes an operation in, with what else its layer gives."""
        cls = type(attempt.op)
        layer = (cls.told_by and self.teller(cls, node)) or node
        name = self._adopted(attempt, node)
        again = self._apply(attempt.op, attempt.inputs, name, attempt.uses, layer)
        if again is None or not self._commit(again, layer):
            return
        self.explained.update(id(touched) for touched in again.touched)
        if again.value.states:
            self._ends(again)

    def _adopted(self, attempt: Attempt, node: Node) -> str:
        """The name of a layer in which an operation without one of its own is known."""
        if self._name(node):
            return attempt.name
        layers = [t.operation.name for t in attempt.touched if t.operation.is_layer]
        return layers[0] if attempt.strange and len(layers) == 1 else attempt.name

    def _ends(self, attempt: Attempt) -> None:
        """The last step and the states of a recurrent layer, where the file reads them."""
        turned = [Reverse()] if attempt.op.items().get("reverse") else []
        if turned:
            flipped = self.calls.apply(
                "get_item", attempt.data, (slice(None), slice(None, None, -1))
            )
            whole = self.calls.values[f"{attempt.identifier}/{attempt.name}"]
            self.calls.alias_index(flipped, whole)
        last = [] if "value" in attempt.uses else [Take(end="last")]
        for op in (*last, *turned, *Final.every()):
            end = self._apply(op, (attempt.identifier,), "")
            if end and self.calls.has(end.data):
                self._commit(end)
                self.explained.update(id(touched) for touched in end.touched)

    def _input(self, node: Node, begins: Value | None) -> None:
        config = node.operation.config
        place = self.place(self.calls.first[id(node)])
        batch, *sizes = config["batch_shape"]
        op: base.Operation
        if begins is not None:
            op = In(shape=begins.shape, tokens=begins.is_tokens)
        else:
            dtype = config["dtype"]
            name = dtype if isinstance(dtype, str) else str(dtype)
            tokens = "int" in name or "Embedding" in self.readers.get(place, set())
            shape = self.known.sizes.shape(node.operation.name, sizes, tokens=tokens)
            op = In(shape=shape, tokens=tokens, batch=batch)
            if not name.startswith(("float32", "int", "uint")) and "float32" not in name:
                self.unsaid.append(Unsaid(node.operation.name, "InputLayer", f"its type is {name}"))
        attempt = self.bench.attempt(
            op, (), identifier=f"n{len(self.builder.nodes)}", name=node.operation.name
        )
        assert attempt is not None, self.bench.problem
        self.calls.values[f"{attempt.identifier}/{attempt.name}"] = self.calls.first[id(node)]
        data = self.calls.first[id(node)]
        self.explained.add(id(node))
        self._commit(Attempt(op, (), attempt.uses, attempt.name, attempt.value, attempt.tensor,
                             data, (node,), 0, attempt.identifier))  # fmt: skip

    def _hand_on(self, node: Node) -> None:
        """A layer that gives what it is given, with a mask for whoever measures the output."""
        for symbol in symbols(node.args):
            wanted = node.kwargs.get("mask")
            for name in self.sources(symbol):
                mask = self.bench.tensors[name].mask
                data = self.bench.tensors[name].data
                same = self.place(symbol) in (
                    self.place(self.calls.evaluate(part)) for part in (Item(data, (ALL, ALL)), data)
                )
                if (wanted is None or mask) and same:
                    given = self.calls.first[id(node)]
                    self.explained.add(id(node))
                    self.labels[self.place(given)] = node.operation.name.removesuffix(".masked")
                    self._register(given, name)

    def _inside(self, node: Node) -> None:
        """A chain that is applied to every step."""
        made = node.operation
        entry = made.config.get("layer") if made.class_name == "TimeDistributed" else {
            "class_name": made.class_name, "config": made.config
        }  # fmt: skip
        folded = made.class_name != "TimeDistributed"
        found: list[Attempt] = []
        for symbol in symbols(node.args):
            for name in self.sources(symbol):
                for axis in (None, "height", "width") if folded else (None,):
                    found += self._each(node, entry, name, axis, folded=folded)
        for attempt in sorted(found, key=lambda each: each.rank)[:KEPT]:
            self._take_in(attempt, node)
        if folded and not found and made.name not in self.known.opened:
            self.known.opened.add(made.name)
            raise Again

    def _take_in(self, attempt: Attempt, node: Node) -> None:
        """Takes a chain in; its variables were made when it was tried."""
        op, inputs = attempt.op, attempt.inputs
        if attempt.data is not self.calls.first[id(node)]:
            again = self._apply(op, inputs, attempt.name, node=node)
        else:
            identifier = f"n{len(self.builder.nodes)}"
            target = f"{identifier}/steps"
            self.calls.values[target] = attempt.data
            tensor = Tensor(Ref(target), attempt.tensor.mask)
            again = replace(attempt, tensor=tensor, identifier=identifier)
        if again and self._commit(again, node):
            self.explained.update({id(node), *(id(touched) for touched in again.touched)})

    def _each(
        self, node: Node, entry: Any, name: str, axis: Any, *, folded: bool
    ) -> Iterator[Attempt]:
        x = self.builder.nodes[name].value
        try:
            begins = Each.enters({"axis": axis}, x)
        except Problem as problem:
            self.reasons.setdefault(id(node), problem.message)
            return
        chain = self._chain(node, entry, begins)
        if chain is None:
            return
        attempt = self._apply(Each(chain=chain, axis=axis), (name,), node.operation.name, node=node)
        if attempt is None:
            return
        if not folded:  # Keras goes through the steps in another way, to the same end
            yield replace(attempt, data=self.calls.first[id(node)], touched=(node,))
        elif self.calls.has(attempt.data) and node in attempt.touched:
            yield attempt

    def _chain(self, node: Node, entry: Any, begins: Value) -> Chain | None:
        shape = [begins.batch, *(size if isinstance(size, int) else None for size in begins.shape)]
        if isinstance(entry, dict) and entry.get("class_name") not in ("Functional", "Sequential"):
            start = {"class_name": "InputLayer", "config": {"batch_shape": shape, "name": "step"}}
            entry = {
                "class_name": "Sequential",
                "config": {"name": "steps", "layers": [start, entry]},
            }
        inner = Lifter(self.known, self.limits, f"{self.path}{node.operation.name}/")
        try:
            ends = inner.run(entry, begins)
            return inner.chain(ends)
        except CannotLift as fault:
            first = fault.unsaid[0]
            self.reasons[id(node)] = f"inside, {first}"
            return None

    def chain(self, ends: Sequence[Symbol]) -> Chain | None:
        """What was lifted, as a chain inside an operation."""
        graph, _ = self.graph(ends)
        return Chain(nodes=tuple(graph.nodes.values()), output=graph.outputs[0].node)

    def graph(self, ends: Sequence[Symbol]) -> tuple[GraphBuilder, dict[str, str]]:
        """The nodes that the ends need, under their names, made and checked anew; and the file's
        layer of each that holds weights."""
        if self.unsaid or any(not self.found.get(self.place(end)) for end in ends):
            raise CannotLift(tuple(self.unsaid) or self._lost(ends))
        chosen = [self._chosen(self.place(end)) for end in ends]
        for node_name in chosen:
            self.builder.output(f"o{len(self.builder.outputs)}", node_name)
        needed = self.builder.needed()
        names = Names(self, [n for n in self.builder.nodes if n in needed])
        result = GraphBuilder(self.limits)
        for old, node in self.builder.nodes.items():
            if old in needed or isinstance(node.op, In):
                result.add(
                    node.op, *(names.of[i] for i in node.inputs), name=names.give(old, node),
                    shares=names.of[node.shares] if node.shares else None,
                )  # fmt: skip
        labels = [self.labels.get(self.place(end), "") for end in ends]
        for label, node_name in zip(names.outputs(chosen, labels), chosen, strict=True):
            result.output(label, names.of[node_name])
        held = {
            names.of[old]: self.made[old].name
            for old, node in self.builder.nodes.items()
            if old in names.of and result.weighs(result.nodes[names.of[old]])
        }
        return result, held

    def _chosen(self, end: Place) -> str:
        """What an output is: a mask that is measured along with it is handed on by a layer."""
        found = self.found[end]
        plain = (
            name
            for name in found
            if end in self.labels
            or not self.builder.nodes[name].value.mask
            or self.bench.tensors[name].attached
        )
        return next(plain, found[0])

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


def _is_identity(made: Operation) -> bool:
    """Whether a layer is, or holds, one that gives what it is given."""
    if made.class_name == "Identity":
        return True
    layers = made.config.get("layers")
    inner = [e.get("class_name") for e in layers if isinstance(e, dict)] if isinstance(
        layers, list
    ) else []  # fmt: skip
    return made.class_name == "Sequential" and [c for c in inner if c != "InputLayer"] == [
        "Identity"
    ]


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


__all__ = ["Again", "Known", "Lifter"]
