"""A graph as statements: chains, names where values are read twice, and `train`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from seqspec.graph.nodes import GraphQueries
from seqspec.graph.training import Training
from seqspec.ops.arguments import arguments, arguments_of
from seqspec.ops.chain import Chain, Network, Node
from seqspec.ops.input import In, Lift
from seqspec.ops.registry import BY_NAME
from seqspec.record import Record
from seqspec.syntax import KEYWORDS
from seqspec.unparse.flow import Flow
from seqspec.unparse.folding import folded
from seqspec.unparse.stage import Unwritable, stage, value_text

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def unparse(graph: GraphQueries) -> str:
    """The text of a spec with the same meaning. Raises `Unwritable` where there is none."""
    names = _Names(graph)
    statements = [*_Statements(graph, names)]
    training = [*_training(graph)] if graph.training else []
    return "\n".join([*names.definitions, *statements, *training, ""])


class _Names:
    """The names of a text, each given once, and its `shared` statements."""

    def __init__(self, graph: GraphQueries) -> None:
        self.taken = {output.name for output in graph.outputs}
        self.definitions: list[str] = []

    def fresh(self, wanted: str) -> str:
        """The name, or one like it that is free."""
        base = re.sub(r"[^a-z0-9_]", "_", wanted.lower())
        base = base if is_name(base) else f"v_{base}"
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name


def is_name(text: str) -> bool:
    """Whether a value may have the name."""
    return bool(_NAME.fullmatch(text)) and text not in BY_NAME and text not in KEYWORDS


def is_automatic(node: Node) -> bool:
    """Whether the name is one that a node gets by itself."""
    return bool(re.fullmatch(rf"({node.op.op}|input|step)(_\d+)?", node.name))


class _Chains:
    """The nodes of a network as the stages of chains."""

    def __init__(
        self, network: Network, names: _Names, ends: Sequence[str], named: Sequence[str] = ()
    ) -> None:
        self.network, self.names = network, names
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
        return self._operation(node, flows) + self._named(node, bound)

    def _named(self, node: Node, bound: str | None) -> str:
        if bound == node.name or is_automatic(node):
            return ""
        if isinstance(node.op, In) and node.name == f"{bound}_input":
            return ""
        return f" name={node.name}" if is_name(node.name) else f' name="{node.name}"'

    def _weighted(self, node: Node) -> bool:
        return bool(node.op.weights(*self.network.values(node)))

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
                texts[spec.field] = self._operands(node, value, flows)
            elif spec.kind == "chain":
                texts[spec.field] = f"({self._inside(value)})"
            else:
                texts[spec.field] = value_text(spec, value)
        for first in texts:  # what comes first may say what another argument would
            places = {field: int(field != first) for field in texts}
            said = type(node.op).arranged({}, places)
            if said and said.items() <= given.items():
                rest = {field: text for field, text in texts.items() if field not in said}
                return stage(node.op.op, type(node.op), rest, leading=(first,))
        return stage(node.op.op, type(node.op), texts)

    def _operands(self, node: Node, places: Sequence[int], flows: str | None) -> tuple[str, ...]:
        return tuple(self._operand(node, place, flows) for place in places)

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
        ends = [output.node for output in graph.outputs]
        super().__init__(graph, names, ends)
        self.graph = graph
        self.outputs: dict[str, list[str]] = {}
        for output in graph.outputs:
            self.outputs.setdefault(output.node, []).append(output.name)
        named = {*ends, *self._own_inputs(graph), *self._states(graph)}
        self.flow = Flow(graph, ends, named)
        self.lists: dict[str, list[str]] = {merge: [] for merge in self.flow.taken}
        self.in_place = self._in_place(graph)

    @staticmethod
    def _own_inputs(graph: GraphQueries) -> Iterator[str]:
        """Inputs that somebody named: they have statements of their own."""
        for node in graph.inputs:
            if not is_automatic(node) and not node.name.endswith("_input"):
                yield node.name

    @staticmethod
    def _states(graph: GraphQueries) -> Iterator[str]:
        """Values that are read otherwise than as what flows: memories, states, tables."""
        for node in graph.nodes:
            if node.op.takes_flow:
                yield from node.inputs[1:]

    def _in_place(self, graph: GraphQueries) -> bool:
        """Whether outputs can stand where they are made: in the order in which they come."""
        first = [
            output.node for output in graph.outputs if output.name == self.outputs[output.node][0]
        ]
        order = {node.name: number for number, node in enumerate(graph.nodes)}
        places = [order[node] for node in first]
        return places == sorted(places) and len(first) == len(graph.outputs)

    def __iter__(self) -> Iterator[str]:
        bound = self.flow.bound()
        last = self.graph.nodes[-1].name
        single = len(self.graph.outputs) == 1 and self.graph.outputs[0].name == "output"
        for node in self.graph.nodes:
            if node.name not in bound:
                continue
            ends = node.name in self.outputs
            if ends and single and node.name == last and is_automatic(node):
                yield self._chain(node, None)
                return
            name = self.outputs[node.name][0] if ends else self.names.fresh(self._wanted(node))
            self.bound[node.name] = name
            yield f"{'out ' * (ends and self.in_place)}{name} = {self._chain(node, name)}"
        if self.in_place:
            return
        for output in self.graph.outputs:
            if self.outputs[output.node][0] == output.name:
                yield f"out {output.name}"
            else:
                yield f"out {output.name} = {self.bound[output.node]}"

    def _wanted(self, node: Node) -> str:
        """What a value is called: as its layer; `x` where that has no name of its own."""
        return "x" if is_automatic(node) and not isinstance(node.op, In) else node.name

    def _chain(self, node: Node, name: str | None) -> str:
        text = " -> ".join(folded(self.stages(node.name, name)))
        return re.sub(r"as @([\w.-]+)", self._listed, text)

    def _listed(self, match: re.Match[str]) -> str:
        """A name for values on the way; copies of a group give one name to all of them."""
        names = self.lists[match[1]]
        names.append(self.names.fresh("skips"))
        return f"as {names[-1]}"

    def stages(self, end: str, bound: str | None, start: str | None = None) -> list[str]:
        """The stages up to a value: from a name, from the beginning, or behind `start`."""
        made: list[str] = []
        current: str | None = end
        while current is not None and current != start:
            if current in self.bound and (current != end or start is not None):
                made.append(self.bound[current])
                break
            node = self.network.by_name[current]
            flows = self.flow.before[current]
            if current in self.flow.listed:
                made.append(f"as @{self.flow.listed[current]}")
            if not self._implied(node):
                made.append(
                    self.stage(node, flows, bound if current == end or flows is None else None)
                )
            current = flows
        return made[::-1]

    def _implied(self, node: Node) -> bool:
        """Whether a vector is read as steps by what reads it, without a word."""
        if not isinstance(node.op, Lift) or node.name in self.bound or not is_automatic(node):
            return False
        readers = [n for n in self.network.nodes if node.name in n.inputs]
        source = self.network.by_name[node.inputs[0]]
        return isinstance(source.op, In) and len(readers) == 1 and all(
            reader.op.lifts() and reader.inputs[0] == node.name for reader in readers
        )  # fmt: skip

    def _operands(self, node: Node, places: Sequence[int], flows: str | None) -> tuple[str, ...]:
        if node.name in self.lists:
            return tuple(self.lists[node.name])
        return super()._operands(node, places, flows)

    def _operand(self, node: Node, place: int, flows: str | None) -> str:
        branches = self.flow.branches.get(node.name)
        if branches and flows is not None:
            chain = branches[place]
            if not chain:
                return "_"
            return f"({' -> '.join(folded(self.stages(chain[-1], None, flows)))})"
        return super()._operand(node, place, flows)

    def value(self, name: str) -> str:
        return self.bound[name]


class _Inside(_Chains):
    """A chain inside an operation as one chain, which has no statements."""

    def __init__(self, chain: Chain, names: _Names) -> None:
        super().__init__(chain, names, [chain.output])
        self.chain = chain
        self.reads = Counter([*(i for node in chain.nodes for i in node.inputs), chain.output])

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


def _training(graph: GraphQueries) -> Iterator[str]:
    training: Training | None = graph.training
    assert training is not None
    single = len(graph.outputs) == 1
    optimizer = _settings(training.optimizer)
    for name, objective in training.objectives.items():
        own = _settings(objective)
        if single:
            yield f"train {own} {optimizer}"
        elif own:
            yield f"train {name} {own}"
    if not single or not training.objectives:
        yield f"train {optimizer}"


def _settings(record: Record) -> str:
    return " ".join(
        f"{spec.key}={value_text(spec, getattr(record, spec.field))}"
        for spec in arguments(type(record))
        if getattr(record, spec.field) != spec.default or spec.field == "optimizer"
    )
