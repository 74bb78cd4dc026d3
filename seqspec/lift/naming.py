"""The names of nodes and outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from seqspec.backends.archive.symbolic import snake_case
from seqspec.lift.plain import defaults
from seqspec.lift.state import State
from seqspec.ops.chain import Node
from seqspec.ops.input import In

# Keras 2 calls the input of a sequential model after its first layer.
_OF_LAYERS = frozenset(f"{snake_case(name)}_input" for name in defaults("layers"))
_COUNTED = re.compile(r"_\d+(?=(_input)?$)")


class Names:
    """The names of nodes: those that somebody gave; others get their operation's."""

    def __init__(self, lifter: State, needed: Sequence[str], shares: Mapping[str, str]) -> None:
        self.lifter, self.shares = lifter, shares
        self.of: dict[str, str] = {}
        self.given = {name: self._given(name) for name in needed}
        self.taken = {name for name in self.given.values() if name}
        self.used: set[str] = set()

    def _given(self, identifier: str) -> str:
        """The name that somebody gave to a layer; nothing where Keras or the compiler did."""
        attempt = self.lifter.made[identifier]
        node = self.lifter.builder.nodes[identifier]
        name = attempt.name
        if identifier in self.shares or node.shares:
            return ""  # its layer has the name of the first that uses it
        classes = {t.operation.class_name for t in attempt.touched if t.operation.name == name}
        plain = _COUNTED.sub("", name)
        functions = {
            re.sub(r"_\d+$", "", t.operation.name) for t in attempt.touched
            if not t.operation.is_layer
        }  # fmt: skip
        if name.endswith("_layer"):
            name = name.removesuffix("_layer")
            plain = re.sub(r"_\d+$", "", name)
        if plain == node.op.op:
            return name
        automatic = {snake_case(c) for c in classes} | functions
        if isinstance(node.op, In):
            automatic = {"input_layer", *_OF_LAYERS}
        if plain in automatic:
            return ""
        return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name) else ""

    def give(self, identifier: str, node: Node) -> str:
        """A node's name, which no other has."""
        base_name = self.given.get(identifier) or (
            ("step" if self.lifter.path else "input") if isinstance(node.op, In) else node.op.op
        )
        name, number = base_name, 0
        own = self.given.get(identifier)
        while name in self.used or (name in self.taken and name != own):
            number += 1
            name = f"{base_name}_{number}"
        self.used.add(name)
        self.of[identifier] = name
        return name

    def outputs(self, chosen: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
        """The names of outputs: those of their nodes or of what hands them on, if they have one."""
        used: set[str] = set()
        for place, identifier in enumerate(chosen):
            own = self.given.get(identifier) or labels[place]
            automatic = re.sub(r"_\d+$", "", own) == self.lifter.builder.nodes[identifier].op.op
            usual = "output" if len(chosen) == 1 else f"output_{place}"
            first = own if re.fullmatch(r"[a-z][a-z0-9_]*", own) and not automatic else usual
            name, number = first, 1
            while name in used:
                name, number = f"{first}_{number}", number + 1
            used.add(name)
            yield name
