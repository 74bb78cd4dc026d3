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
from seqspec.lift.attempt import Attempt
from seqspec.lift.calls import inputs_of
from seqspec.lift.candidates import MASKING, MASKS
from seqspec.lift.ending import Ending
from seqspec.lift.faults import CannotLift, Unsaid
from seqspec.lift.rewording import READ_CARRIED
from seqspec.lift.state import KEPT, Known
from seqspec.ops import base
from seqspec.ops.chain import Chain
from seqspec.ops.each import Each
from seqspec.ops.final import Final
from seqspec.ops.input import In
from seqspec.ops.site import Tensor, whole_mask
from seqspec.ops.take import Take
from seqspec.ops.time import Reverse
from seqspec.program import ALL, Expr, Item, Ref
from seqspec.values import Dim, Value


class Again(Exception):
    """The lifting is to begin again, with what it has found out about models inside."""


class Lifter(Ending):
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
        looked: list[Node] = []  # at values that may say which steps of ids are real
        for node in self._in_order(nodes):
            before = len(self.ids)
            self.visit(node, begins)
            self._masked_ids(looked, self.ids[before:])
            if node.operation.class_name in MASKS and len([*inputs_of(node)]) == 1:
                looked.append(self._same(node))
                self._masked_ids(looked[-1:], self.ids[:])
        return [self.calls.resolved(end) for end in ends]

    def _masked_ids(self, looked: Sequence[Node], names: Sequence[str]) -> None:
        """Ids stay as they are when another value masks them, so that no call shows it."""
        for ids in names:
            for node in looked:
                (source,) = inputs_of(node)
                found = self.found.get(self.place(source), [])
                pairs = [(ids, by) for by in found if by != ids and self._as_long(ids, by)]
                for attempt in self._best([a for p in pairs for a in self.tried(node, node, p)]):
                    self._keep(node, attempt)

    def _as_long(self, *names: str) -> bool:
        """Whether values have as many steps, or may turn out to."""
        one, other = (self.builder.nodes[name].value.shape[:1] for name in names)
        return one == other or all(isinstance(size, Dim) for size in (*one, *other))

    def _in_order(self, nodes: Sequence[Node]) -> Iterator[Node]:
        """The calls, each behind those that it reads; masks before what may carry them."""
        made = {id(self._same(node)) for node in nodes}
        waits: dict[int, set[int]] = {}
        readers: dict[int, list[Node]] = {}
        for node in (n for n in nodes if n.operation.class_name in MASKING):
            reads = {id(self.calls.resolved(s).node) for s in inputs_of(node)} & made
            if reads:
                waits[id(node)] = reads
                for read in reads:
                    readers.setdefault(read, []).append(node)
        for node in nodes:
            pending = [] if id(node) in waits else [node]
            while pending:
                yield (now := pending.pop())
                for reader in readers.get(id(self._same(now)), ()):
                    waits[id(reader)].discard(id(self._same(now)))
                    if not waits[id(reader)]:
                        pending.append(reader)

    def _same(self, node: Node) -> Node:
        """The call that stands for all that are the same."""
        return self.calls.resolved(self.calls.first[id(node)]).node

    def visit(self, node: Node, begins: Value | None) -> None:
        """Finds out what a call is, unless it is the same as one before it."""
        node = self._same(node)
        if id(node) in self.visited:
            return
        self.visited.add(id(node))
        made = node.operation
        if made.class_name == "InputLayer":
            self._input(node, begins)
        elif _is_identity(made):
            self._hand_on(node)
        elif made.class_name == "TimeDistributed":
            if not self._operation(node):
                self._inside(node)
        elif made.class_name in ("Functional", "Sequential"):
            self._inside(node)
        elif not self._operation(node):
            self._explain(node)

    def _explain(self, node: Node) -> None:
        """Says what of the masks that a call reads is in the way, if it is that."""
        if any(symbol.mask for symbol in symbols(node.args)) and (
            node.operation.class_name in READ_CARRIED
        ):
            self.reasons[id(node)] = (
                "it reads the masks that Keras carries along with several tensors, and has other "
                "numbers at padding than `attend`"
            )
        masks = [value for key, value in node.kwargs.items() if "mask" in key]
        known = {
            self.place(self.calls.evaluate(tensor.mask.expr))
            for tensor in self.bench.tensors.values() if tensor.mask is not None
        }  # fmt: skip
        if any(self.place(mask) not in known for mask in symbols(masks)):
            self.reasons[id(node)] = "it is given a mask that no value here has"

    def _operation(self, node: Node) -> bool:
        forms = [node, *self.equal(node)]
        found: list[Attempt] = []
        for form in forms:
            for inputs in self.combined(form):
                found += self.tried(node, form, inputs)
            if found:
                break
        if not found:
            found = self.without_mask(node, forms)
        for attempt in self._best(found):
            self._keep(node, attempt)
        return bool(found)

    def _best(self, found: Sequence[Attempt]) -> list[Attempt]:
        """The few that are kept: of those that nothing could tell apart, one."""
        distinct: dict[Any, Attempt] = {}
        for attempt in sorted(found, key=lambda attempt: attempt.rank):
            distinct.setdefault(self._shown(attempt), attempt)
        return [*distinct.values()][:KEPT]

    def _shown(self, attempt: Attempt) -> Any:
        """What those that read a value see of it."""
        tensor, mask = attempt.tensor, None
        if tensor.mask is not None:
            expr = self.calls.evaluate(tensor.mask.expr)
            mask = self.place(expr), tensor.mask.padded, tensor.mask.layout, tensor.attached
        return self.place(attempt.data), attempt.value, attempt.uses, mask, "states" in tensor.ports

    def _keep(self, node: Node, attempt: Attempt) -> None:
        """Takes an operation in, with what else its layer gives."""
        cls = type(attempt.op)
        layer = (cls.told_by and self.teller(cls, node)) or node
        name = self._adopted(attempt, node)
        again = self._apply(attempt.op, attempt.inputs, name, attempt.uses)
        if again is None or not self._commit(again, layer):
            return
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
        last = [] if "value" in attempt.uses else [Take(end="last")]
        turned = [Reverse()] if attempt.op.items().get("reverse") and not last else []
        if turned:
            flipped = self.calls.apply(
                "get_item", attempt.data, (slice(None), slice(None, None, -1))
            )
            whole = self.calls.values[f"{attempt.identifier}/{attempt.name}"]
            self.calls.alias_index(flipped, whole)
        for op in (*last, *turned, *Final.every()):
            end = self._apply(op, (attempt.identifier,), "")
            if end and self.calls.has(end.data):
                self._commit(end)

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
        self._commit(Attempt(op, (), attempt.uses, attempt.name, attempt.value, attempt.tensor,
                             data, (node,), 0, attempt.identifier))  # fmt: skip

    def _hand_on(self, node: Node) -> None:
        """A layer that gives what it is given, or a copy, with a mask for whoever measures it."""
        given, wanted = self.calls.first[id(node)], node.kwargs.get("mask")
        for symbol in symbols(node.args):
            names = self.sources(symbol)
            copied = [n for n in names if self._is(symbol, Item(self.data(n), (ALL, ALL)))]
            for name in (*copied, *(n for n in names if self._is(symbol, self.data(n)))):
                if wanted is None or self._masked_by(name, wanted):
                    self.labels[self.place(given)] = node.operation.name.removesuffix(".masked")
                    self._register(given, name)

    def data(self, name: str) -> Expr:
        """A value's numbers, as `lower` writes them."""
        return self.bench.tensors[name].data

    def _is(self, symbol: Symbol, expr: Expr) -> bool:
        return self.place(symbol) == self.place(self.calls.evaluate(expr))

    def _masked_by(self, name: str, wanted: Symbol) -> bool:
        """Whether that is the mask of a value."""
        tensor = self.bench.tensors[name]
        if tensor.mask is None:
            return False
        return self._is(wanted, whole_mask(tensor, self.builder.nodes[name].value))

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
        for attempt in self._best(found):
            self._take_in(attempt, node)
        if folded and not found and made.name not in self.known.opened:
            self.known.opened.add(made.name)
            raise Again

    def _take_in(self, attempt: Attempt, node: Node) -> None:
        """Takes a chain in; its variables were made when it was tried."""
        op, inputs = attempt.op, attempt.inputs
        if attempt.data is not self.calls.first[id(node)]:
            again = self._apply(op, inputs, attempt.name)
        else:
            identifier = f"n{len(self.builder.nodes)}"
            target = f"{identifier}/steps"
            self.calls.values[target] = attempt.data
            mask = attempt.tensor.mask
            tensor = Tensor(Ref(target), mask, attached=mask is not None)
            self.stepped.append(identifier)
            again = replace(attempt, tensor=tensor, identifier=identifier)
        if again:
            self._commit(again, node)

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
        attempt = self._apply(Each(chain=chain, axis=axis), (name,), node.operation.name)
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
        opened = {*self.known.opened}
        while True:
            inner = Lifter(self.known, self.limits, f"{self.path}{node.operation.name}/")
            try:
                ends = inner.run(entry, begins)
                return inner.chain(ends)
            except Again:
                continue  # with one more model inside written out
            except CannotLift as fault:
                self.known.opened &= opened
                self.reasons[id(node)] = f"inside, {fault.unsaid[0]}"
                return None


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


__all__ = ["Again", "Known", "Lifter"]
