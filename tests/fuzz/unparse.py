"""A graph as the text of a spec, worked out from what operations declare.

Values that are read once stand in the chain that reads them; others get a name. Weights that
nodes share become `shared` statements, training settings `train` statements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from seqspec.graph.nodes import GraphQueries
from seqspec.graph.training import Training
from seqspec.ops.arguments import arguments, arguments_of
from seqspec.ops.chain import Chain, Network, Node
from seqspec.ops.registry import BY_NAME
from seqspec.record import Record
from seqspec.syntax import KEYWORDS

from .written import Unwritable, stage, value_text

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def unparse(graph: GraphQueries) -> str:
    """The text of a spec with the same meaning. Raises `Unwritable` where there is none."""
    names = _Names(graph)
    statements = [*_Statements(graph, names)]
    training = [*_training(graph.training)] if graph.training else []
    return "\n".join([*names.definitions, *statements, *training, ""])


class _Names:
    """The names of a text, each given once, and its `shared` statements."""

    def __init__(self, graph: GraphQueries) -> None:
        self.taken = {output.name for output in graph.outputs}
        self.definitions: list[str] = []

    def fresh(self, wanted: str) -> str:
        """The name, or one like it that is free."""
        base = re.sub(r"[^a-z0-9_]", "_", wanted.lower())
        base = base if _NAME.fullmatch(base) and _free(base) else f"v_{base}"
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name


def _free(name: str) -> bool:
    return name not in BY_NAME and name not in KEYWORDS


class _Chains:
    """The nodes of a network as the stages of chains."""

    def __init__(self, network: Network, names: _Names, ends: Sequence[str]) -> None:
        self.network, self.names = network, names
        self.reads = Counter([*(i for node in network.nodes for i in node.inputs), *ends])
        self.bound: dict[str, str] = {}
        self.shared: dict[str, str] = {}
        self._sharing = Counter(
            node.shares for node in network.nodes if node.shares and node.op.tied() is None
        )

    def stage(self, node: Node, flows: str | None, bound: str | None = None) -> str:
        """The node's stage; `flows` is the node whose value flows into it."""
        root = node.shares or node.name
        if self._sharing[root] and node.op.tied() is None and self._weighted(node):
            return self._use(node, root)
        named = f' name="{node.name}"' if self._explicit(node, bound) else ""
        return self._operation(node, flows) + named

    def _weighted(self, node: Node) -> bool:
        return bool(node.op.weights(*self.network.values(node)))

    def _explicit(self, node: Node, bound: str | None) -> bool:
        """Whether the name is neither that of the value nor one that it would get by itself."""
        automatic = re.fullmatch(rf"({node.op.op}|input)(_\d+)?", node.name)
        return bound != node.name and not automatic

    def _operation(
        self, node: Node, flows: str | None, without: frozenset[str] = frozenset()
    ) -> str:
        texts: dict[str, str | tuple[str, ...]] = {}
        given = node.op.given()
        for spec in arguments_of(type(node.op), node.op.op):
            if spec.field not in given or spec.field in without:
                continue
            value = given[spec.field]
            if spec.kind == "operands":
                texts[spec.field] = tuple(self._operand(node, place, flows) for place in value)
            elif spec.kind == "chain":
                texts[spec.field] = f"({self._inside(value)})"
            else:
                texts[spec.field] = value_text(spec, value)
        return stage(node.op.op, type(node.op), texts)

    def _operand(self, node: Node, place: int, flows: str | None) -> str:
        name = node.inputs[place]
        return "_" if name == flows else self.value(name)

    def value(self, name: str) -> str:
        """A value as an argument."""
        raise NotImplementedError

    def _use(self, node: Node, root: str) -> str:
        """The shared chain of the node's weights; the initial state is the use's own."""
        states = frozenset(s.field for s in arguments(type(node.op)) if s.key == "from")
        if root not in self.shared:
            first = self.network.by_name[root]
            operands = {s.field for s in arguments(type(first.op)) if s.kind == "operands"}
            if operands - states & first.op.given().keys():
                raise Unwritable(f"`{first.op.op}` shares its weights and reads several values")
            self.shared[root] = self.names.fresh(root)
            text = self._operation(first, None, states)
            self.names.definitions.append(f"shared {self.shared[root]} = {text}")
        given = [node.op.given()[f] for f in states if f in node.op.given()]
        start = ",".join(self._operand(node, place, None) for value in given for place in value)
        return self.shared[root] + (f" from={start}" if start else "")

    def _inside(self, chain: Chain) -> str:
        return _Inside(chain, self.names).text()


class _Statements(_Chains):
    """The statements of a graph, in order."""

    def __init__(self, graph: GraphQueries, names: _Names) -> None:
        super().__init__(graph, names, [output.node for output in graph.outputs])
        self.outputs: dict[str, list[str]] = {}
        for output in graph.outputs:
            self.outputs.setdefault(output.node, []).append(output.name)
        self.chains: dict[str, list[str]] = {}  # those that go on, by the node at their end

    def __iter__(self) -> Iterator[str]:
        first_outputs = {names[0]: node for node, names in self.outputs.items()}
        for node in self.network.nodes:
            yield from self._statement(node)
        for output in self.network.outputs:  # type: ignore[attr-defined]
            if output.name in first_outputs:
                yield f"out {output.name}"
            else:
                yield f"out {output.name} = {self.bound[output.node]}"

    def _statement(self, node: Node) -> Iterator[str]:
        flows = node.inputs[0] if node.inputs and node.inputs[0] in self.chains else None
        begin = self.chains.pop(flows) if flows else self._begin(node)
        if self._goes_on(node):
            self.chains[node.name] = [*begin, self.stage(node, flows)]
            return
        name = self._bind(node)
        yield f"{name} = {' -> '.join([*begin, self.stage(node, flows, name)])}"

    def _begin(self, node: Node) -> list[str]:
        return [self.value(node.inputs[0])] if node.op.takes_flow else []

    def _goes_on(self, node: Node) -> bool:
        """Whether the value is read once, by an operation whose first value it is."""
        if self.reads[node.name] > 1 or node.name in self.outputs:
            return False
        (reader,) = (n for n in self.network.nodes if node.name in n.inputs)
        return reader.inputs[0] == node.name

    def _bind(self, node: Node) -> str:
        outputs = self.outputs.get(node.name)
        self.bound[node.name] = outputs[0] if outputs else self.names.fresh(node.name)
        return self.bound[node.name]

    def value(self, name: str) -> str:
        return self.bound[name]


class _Inside(_Chains):
    """A chain inside an operation as one chain, which has no statements."""

    def __init__(self, chain: Chain, names: _Names) -> None:
        super().__init__(chain, names, [chain.output])
        self.chain = chain

    def text(self) -> str:
        """The chain."""
        return " -> ".join(self.stages(self.chain.output)) or "_"

    def stages(self, name: str) -> list[str]:
        """What makes a value, once; afterwards it goes by its name."""
        if name in self.bound:
            return [self.bound[name]]
        node = self.chain.by_name[name]
        stages = self._made(node)
        if self.reads[name] > 1:
            self.bound[name] = self.names.fresh(f"{name}_inside")
            stages.append(f"as {self.bound[name]}")
        return stages

    def _made(self, node: Node) -> list[str]:
        if not node.inputs:
            return []
        first = node.inputs[0]
        named = first in self.bound
        before = self.stages(first) if node.op.takes_flow or not named else []
        return [*before, self.stage(node, None if named else first)]

    def value(self, name: str) -> str:
        stages = self.stages(name)
        return stages[0] if name in self.bound and len(stages) == 1 else f"({' -> '.join(stages)})"


def _training(training: Training) -> Iterator[str]:
    for name, objective in training.objectives.items():
        yield f"train {name} {_settings(objective)}".rstrip()
    yield f"train {_settings(training.optimizer)}"


def _settings(record: Record) -> str:
    return " ".join(
        f"{spec.key}={value_text(spec, getattr(record, spec.field))}"
        for spec in arguments(type(record))
        if getattr(record, spec.field) != spec.default or spec.field == "optimizer"
    )
