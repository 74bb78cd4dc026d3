"""The calls of a model, each once: those that the file has, and those that `lower` asks for.

An operation is found by lowering it: where each call that it stands for is one that the file
has, the operation is what the file says. Calls that the file has not are made up, so that the
masks of Keras, which only stand in a file where something reads them, have something to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from seqspec.backends.archive import masks
from seqspec.backends.archive.catalogue import MODELS
from seqspec.backends.archive.interpret import Interpreter
from seqspec.backends.archive.symbolic import Node, Operation, Symbol, symbols
from seqspec.lift.plain import class_of, frozen, function_settled, one_form, settled
from seqspec.program import Assign

Key = tuple[Any, ...]

# Layers that hold no weights and draw nothing: two that say the same are the same.
_FREE = re.compile(
    r"(Reshape|Permute|Flatten|RepeatVector|Add|Subtract|Multiply|Average|Maximum|Minimum|"
    r"Concatenate|Dot|Activation|ReLU|LeakyReLU|ELU|Softmax|Rescaling|Masking|Identity|"
    r"UnitNormalization|Attention|(Zero|Cropping|UpSampling|Max|Average|Global).*)$"
)
_UNSAID = ("mask", "training", "use_causal_mask", "return_attention_scores", "query_mask",
           "value_mask", "key_mask", "attention_mask", "initial_state", "constant_values",
           "reverse")  # fmt: skip


class Calls(Interpreter):
    """Evaluates what `lower` writes by looking for it among the calls of a file."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[Key, Symbol] = {}
        self.given: set[int] = set()  # the nodes that the file has
        self.first: dict[int, Symbol] = {}  # what each node gives first
        self.same: dict[tuple[int, int], Symbol] = {}  # what a nested model gives
        self.ranks: dict[int, int] = {}  # of what an operation reads, the batch counted
        self.touched: list[Node] = []  # the file's calls that were looked up and found
        self.lowered: list[Node] = []  # all that were looked up
        self.strange = 0  # how many layers were found under another name
        self._settled: dict[int, tuple[Operation, dict[str, Any]]] = {}

    def enter(self, node: Node) -> Symbol:
        """A call that the file has, and the mask that Keras carries along with its result."""
        found = self.once(self.first[id(node)])
        self.given.add(id(found.node))
        self._same(node, found)
        if found.node is node:
            layer = node.operation
            if layer.is_layer and node.args:
                found.mask = masks.result(layer, node.args, node.kwargs, self.apply)
                if layer.class_name == "Masking" and found.mask is not None:
                    self._count_axis(found.mask.node)
        return found

    def _count_axis(self, node: Node) -> None:
        """The last axis of a sequence, as `mask` counts it."""
        made = node.operation
        counted = Operation(made.module, made.class_name, {**made.config, "axis": 2})
        self.known.setdefault(self.key(Node(counted, node.args)), Symbol(node))

    def _same(self, node: Node, found: Symbol) -> None:
        if found.node is not node:
            for place in range(8):
                other = found if place == 0 else Symbol(found.node, place)
                self.same[id(node), place] = other

    def resolved(self, symbol: Symbol) -> Symbol:
        """The tensor itself, where it has been given by another name."""
        while (found := self.same.get((id(symbol.node), symbol.place))) is not None:
            symbol = found
        return symbol

    def has(self, symbol: Any) -> bool:
        """Whether a tensor is one of the file's."""
        return isinstance(symbol, Symbol) and id(self.resolved(symbol).node) in self.given

    def once(self, symbol: Symbol) -> Symbol:
        """The tensor, or that of an equal call before it."""
        again = self.resolved(self.known.setdefault(self.key(symbol.node), symbol))
        self.lowered.append(symbol.node)
        if again is symbol:
            self.first.setdefault(id(symbol.node), symbol)
            return symbol
        made, known = symbol.node.operation, again.node.operation
        self.strange += made.is_layer and made.name != known.name
        if id(again.node) in self.given:
            self.touched.append(again.node)
        return again

    def _model(self, begins: Symbol, ends: Symbol, name: str) -> Operation:
        """A chain inside an operation, whose own calls are compared elsewhere."""
        return Operation("keras.src.models.functional", "Functional", {"name": name})

    def _sequential(self, layers: list[Operation], name: str) -> Operation:
        return Operation("keras", "Sequential", {"name": name})

    def alias(self, node: Node, symbol: Symbol) -> None:
        """Another call that gives the same tensor."""
        before = self.known.setdefault(self.key(node), symbol)
        if before is not symbol and not self.has(before):  # something made it up
            self._same(before.node, symbol)
        self.first.setdefault(id(node), symbol)

    def alias_index(self, flipped: Symbol, whole: Symbol) -> None:
        """What is turned around twice is what it was."""
        self.known[self.key(Node(flipped.node.operation, (whole, flipped.node.args[1])))] = (
            self.resolved(flipped.node.args[0])
        )

    def unfix(self, data: Symbol) -> None:
        """Where the compiler tells Keras how many steps there are, others may not."""
        node = self.resolved(data).node
        if node.operation.class_name == "Reshape" and not self.has(data):
            self.same[id(node), 0] = self.resolved(node.args[0])

    def apply(self, name: str, *args: Any, **kwargs: Any) -> Symbol:
        return self.once(super().apply(name, *args, **kwargs))

    def applied(self, layer: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Symbol:
        made = super().applied(layer, args, kwargs)
        again = self.once(made)
        # The same call may have been given values that carry masks there and none here.
        return again if again.mask is made.mask else Symbol(again.node, again.place, made.mask)

    def assign(self, statement: Assign) -> None:
        """Evaluates an assignment. Raises `CannotSay`."""
        result = self.evaluate(statement.value)
        if len(statement.targets) == 1:
            self.values[statement.targets[0]] = result
            return
        for place, target in enumerate(statement.targets):
            self.values[target] = Symbol(result.node, place) if place else result

    def config(self, operation: Operation) -> dict[str, Any]:
        """An operation's config in one form."""
        known = self._settled.get(id(operation))
        if known is None:
            rank = self.ranks.get(id(operation))
            made = (
                settled(class_of(operation.class_name), operation.config, rank)
                if operation.is_layer
                else function_settled(operation.class_name, operation.config)
            )
            known = self._settled[id(operation)] = (operation, made)
        return known[1]

    def key(self, node: Node) -> Key:
        """What a call is: its operation, and what it was given."""
        made = node.operation
        args = tuple(self._part(arg) for arg in node.args)
        if made.class_name == "GetItem" and len(args) == 2:
            args = (args[0], _index(args[1]))
        said = sorted(
            (key, self._part(value))
            for key, value in node.kwargs.items()
            if not (key in _UNSAID and (value is None or value is False))
        )
        nested = made.class_name in MODELS
        free = not nested and (not made.is_layer or _FREE.match(made.class_name))
        config = () if nested else frozen(self.config(made))
        own = "" if free else made.name
        return (class_of(made.class_name), made.is_layer, own, config, args, tuple(said))

    def _part(self, value: Any) -> Any:
        match value:
            case Symbol():
                found = self.resolved(value)
                return ("tensor", id(found.node), found.place)
            case slice():
                return ("slice", value.start, value.stop, value.step)
            case list() | tuple():
                return tuple(map(self._part, value))
            case dict():
                return frozen(one_form(value))
        return one_form(value)


def _index(parts: Any) -> Any:
    """An index without the axes behind it that are read in full."""
    whole = ("slice", None, None, None)
    parts = parts if isinstance(parts, tuple) and parts[:1] != ("slice",) else (parts,)
    while parts and parts[-1] == whole:
        parts = parts[:-1]
    return parts


def inputs_of(node: Node) -> Iterator[Symbol]:
    """The tensors that a call reads, but for masks."""
    yield from symbols(node.args)
    for key, value in node.kwargs.items():
        if "mask" not in key:
            yield from symbols([value])
