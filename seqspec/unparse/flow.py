"""Which value flows into each node, and which values need a name.

A merge of branches that begin with one value is a stage behind that value:

    y = x -> dense 8;  z = add x y    →    x -> add _ (dense 8)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from seqspec.ops.chain import Network, Node
from seqspec.ops.input import In

_SEVERAL = 3  # values that a merge takes as a list
_DEEPEST = 8  # groups one inside the other; nobody reads more, and the language has a limit


class Flow:
    """The chains of a network. `ends` are the nodes that are read from outside, `named` those
    that have a name anyway."""

    def __init__(
        self, network: Network, ends: Sequence[str], named: Collection[str], root: str = ""
    ) -> None:
        self.network = network
        self.reads = Counter([*(i for node in network.nodes for i in node.inputs), *ends])
        self.named = {*named}
        self.root = root
        self.taken = {*_lists(network, self.reads, self.named)}  # merges of values on the way
        self.listed = {i: name for name in self.taken for i in network.by_name[name].inputs}
        self.reads.subtract([*self.listed])
        self.before: dict[str, str | None] = {}  # what flows into a node
        self.branches: dict[str, tuple[tuple[str, ...], ...]] = {}  # of a merge, each as a chain
        self._nested: dict[str, int] = {}  # how deep groups stand inside each other there
        for node in network.nodes:
            self._enter(node)

    def _enter(self, node: Node) -> None:
        if node.op.takes_flow:
            self.before[node.name] = node.inputs[0]
            return
        self.before[node.name] = None
        if isinstance(node.op, In) or node.name in self.taken:
            return
        paths = [[*self._path(name)] for name in node.inputs]
        source = next((x for x in paths[0] if all(x in path for path in paths)), None) if (
            paths
        ) else None  # fmt: skip
        if source is None:
            return
        chains = tuple(tuple(path[: path.index(source)][::-1]) for path in paths)
        distinct = [name for chain in chains for name in chain]
        if len({*distinct}) < len(distinct):
            return  # one branch is read twice
        nested = 1 + max((self._nested.get(name, 0) for name in distinct), default=0)
        if nested > _DEEPEST:
            return
        self._nested[node.name] = nested
        self.before[node.name], self.branches[node.name] = source, chains
        self.reads[source] -= len(chains) - 1

    def _path(self, name: str) -> Iterator[str]:
        """A value, and what it was made of, as long as nobody else reads that."""
        current: str | None = name
        while current is not None:
            yield current
            if self.reads[current] > 1 or current in self.named:
                return
            current = self.before[current]

    def bound(self) -> set[str]:
        """The nodes whose values are read by name."""
        inside = {name for chains in self.branches.values() for chain in chains for name in chain}
        found = {*self.named}
        for node in self.network.nodes:
            if self.reads[node.name] > 1 or (
                node.name in self.listed and not self.reads[node.name]
            ):
                found.add(node.name)
            if node.name in self.taken:
                continue
            if node.name not in self.branches:
                found.update(node.inputs[1:] if node.op.takes_flow else node.inputs)
            else:
                source = self.before[node.name]
                found.update(i for i in node.inputs if i not in inside and i != source)
        return found - {self.root}


def _lists(network: Network, reads: Counter[str], named: Collection[str]) -> Iterator[str]:
    """The merges of values that are read on the way as well, block by block:

    a = x -> dense 4;  b = add x a -> dense 4;  add a b    →    (… -> as skips) …;  add skips
    """
    order = {node.name: place for place, node in enumerate(network.nodes)}
    uses: Counter[str] = Counter()
    found: list[Node] = []
    for node in network.nodes:
        inputs = [network.by_name[name] for name in node.inputs]
        if node.op.takes_flow or len({*node.inputs}) < max(_SEVERAL, len(inputs)):
            continue
        places = [order[name] for name in node.inputs]
        alike = len({other.op.op for other in inputs}) == 1 and not isinstance(inputs[0].op, In)
        read = [reads[name] for name in node.inputs]
        on_the_way = all(n == 2 for n in read[:-1]) and read[-1] <= 2
        if alike and on_the_way and places == sorted(places) and not {*node.inputs} & {*named}:
            found.append(node)
            uses.update(node.inputs)
    yield from (node.name for node in found if all(uses[name] == 1 for name in node.inputs))
