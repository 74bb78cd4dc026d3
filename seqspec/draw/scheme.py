"""What the picture of a graph shows: boxes, frames around what is done again, and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from seqspec.draw.fold import Copies, Folding, merged, readers
from seqspec.draw.layered import TooLarge
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Network, Node
from seqspec.ops.input import In
from seqspec.table import operation_text

SegmentKind = Literal["input", "state", "output", "layer", "plain", "merge"]
Style = Literal["edge", "states"]


@dataclass(frozen=True)
class Segment:
    """One operation in a box: what it is, and a note below it."""

    kind: SegmentKind
    text: str
    note: str = ""


@dataclass
class Item:
    """A box of operations with one value behind them, a frame, or where a line meets a frame.

    Lines from outside enter a frame in the order of `inner.entries` and leave it in that of
    `inner.exits`.
    """

    kind: Literal["box", "output", "entry", "exit", "frame"]
    segments: list[Segment] = field(default_factory=list)
    label: str = ""  # the value behind it
    inner: Scheme | None = None


@dataclass(frozen=True)
class Wire:
    """A line between two items; `out` and `into` number the exits and entries of frames."""

    source: int
    target: int
    kind: Style
    out: int = 0
    into: int = 0


@dataclass
class Scheme:
    """Items so numbered that wires go forward; `title` is that of the frame around them."""

    items: list[Item] = field(default_factory=list)
    wires: dict[Wire, None] = field(default_factory=dict)  # in order
    entries: list[int] = field(default_factory=list)  # items
    exits: list[int] = field(default_factory=list)
    title: str = ""


def scheme(graph: GraphQueries, *, most: int) -> Scheme:
    """The scheme of a whole graph. Raises `TooLarge` for more than so many items."""
    drawn = _Drawn(graph, Folding(graph), _Room(most))
    numbers = {node.name: number for number, node in enumerate(graph.nodes)}
    ends = [numbers[output.node] for output in graph.outputs]
    level = _Level(drawn, 0, len(graph.nodes), ends)
    made = level.build()
    for output, node in zip(graph.outputs, ends, strict=True):
        level.wire(node, level.add(Item("output", [Segment("output", _ending(output.name))])))
    return made


@dataclass
class _Room:
    """How many items may still come."""

    left: int

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooLarge("boxes")


@dataclass
class _Drawn:
    """A network that is drawn."""

    network: Network
    folding: Folding
    room: _Room

    def __post_init__(self) -> None:
        self.readers = readers(self.folding.inputs)
        self.shared = {node.shares for node in self.network.nodes}


class _Level:
    """The nodes from `low` to `high`, which are drawn side by side: in the page, or in one frame.

    `ends` are read outside. Of copies the first is drawn; its nodes' counterparts in the last one
    are `last` numbers further on.
    """

    def __init__(
        self, drawn: _Drawn, low: int, high: int, ends: Sequence[int], last: int = 0
    ) -> None:
        self.drawn, self.low, self.high, self.ends, self.last = drawn, low, high, ends, last
        self.inputs = drawn.folding.inputs
        self.made = Scheme()
        self.where: dict[
            int, tuple[int, int]
        ] = {}  # the item and the exit that have a node's value

    def build(self) -> Scheme:
        """The scheme, but for the exits."""
        self._enter()
        number = self.low
        for copies in [*self.drawn.folding.copies(self.low, self.high), None]:
            for plain in range(number, copies.start if copies else self.high):
                self._node(plain)
            if copies:
                self._copies(copies)
                number = copies.stop
        return self.made

    def framed(self, title: str) -> Scheme:
        """The scheme inside a frame."""
        self.build()
        for node in self.ends:
            self.made.exits.append(self.add(Item("exit")))
            self.wire(node, self.made.exits[-1])
        self.made.title = title
        return self.made

    def add(self, item: Item) -> int:
        """Adds an item and gives its number."""
        self.drawn.room.take()
        self.made.items.append(item)
        return len(self.made.items) - 1

    def wire(self, node: int, target: int, kind: Style = "edge", into: int = 0) -> None:
        """Connects a node's value with an item, once."""
        source, out = self.where[node]
        self.made.wires.setdefault(Wire(source, target, kind, out, into))

    def outside(self) -> list[int]:
        """The nodes that are read from outside, in the order of the entries."""
        read = [n for number in range(self.low, self.high) for n in self.inputs[number]]
        return [n for n in dict.fromkeys((*read, *self.ends)) if n < self.low]

    def _enter(self) -> None:
        for number in self.outside():
            self.made.entries.append(self.add(Item("entry")))
            self.where[number] = self.made.entries[-1], 0

    def _node(self, number: int) -> None:
        network, node = self.drawn.network, self.drawn.network.nodes[number]
        reads = self.inputs[number]
        if self._is_light(number):
            item, _ = self.where[reads[0]]
            self.made.items[item].segments.append(self._segment(number))
        else:
            item = self.add(self._around(number) or Item("box", [self._segment(number)]))
            ports = node.op.asks(*network.values(node))
            for read, port in zip(reads, ports, strict=True):
                self.wire(read, item, "edge" if port in ("value", "last") else "states")
        self.made.items[item].label = self._text(number, lambda node: str(node.value))
        self.where[number] = item, 0

    def _is_light(self, number: int) -> bool:
        """Whether a node is drawn in the box of the one that it reads: it alone reads that, and
        changes no shape."""
        nodes, reads = self.drawn.network.nodes, self.inputs[number]
        if len(reads) != 1 or reads[0] < self.low or reads[0] in self.ends:
            return False
        box = self.made.items[self.where[reads[0]][0]]
        if not box.segments or box.segments[0].kind == "input":
            return False
        node, read = nodes[number], nodes[reads[0]]
        flat = all(len(w.shape) < 2 for w in node.op.weights(*self.drawn.network.values(node)))
        same = (node.value.shape, node.value.dtype, node.value.mask) == (
            read.value.shape, read.value.dtype, read.value.mask,
        )  # fmt: skip
        alone = self.drawn.readers[reads[0]] == {number}
        return flat and same and alone and node.value.states is None and not node.op.chains()

    def _around(self, number: int) -> Item | None:
        """A frame around the chain that stands inside an operation."""
        node = self.drawn.network.nodes[number]
        if node.shares or len(node.op.chains()) != 1:
            return None
        (chain,) = node.op.chains()
        (end,) = [n for n, inner in enumerate(chain.nodes) if inner.name == chain.output]
        drawn = _Drawn(chain, Folding(chain), self.drawn.room)
        inner = _Level(drawn, 1, len(chain.nodes), [end]).framed(
            " · ".join(filter(None, (self._text(number, _written), self._note(node))))
        )
        return Item("frame", inner=inner)

    def _copies(self, copies: Copies) -> None:
        """A frame around the first of the copies."""
        start, period, stop = copies.start, copies.period, copies.stop
        ends = {start + (n - start) % period for n in range(start, stop) if self._leaves(n, copies)}
        end, last = start + period, self.last + stop - start - period
        level = _Level(self.drawn, start, end, sorted(ends), last)
        again = self.drawn.network.nodes[end : end + period]
        same = " with the same weights" if any(node.shares for node in again) else ""
        item = self.add(Item("frame", inner=level.framed(f"× {copies.count}{same}")))
        entries = {node: into for into, node in enumerate(level.outside())}
        for number in range(start, stop):
            first = self.inputs[start + (number - start) % period]
            for node, read in zip(first, self.inputs[number], strict=True):
                if node in entries and read < start:
                    self.wire(read, item, level.asked(node), entries[node])
        for number in range(start, stop):
            place = start + (number - start) % period
            if place in ends:
                self.where[number] = item, level.ends.index(place)

    def _leaves(self, number: int, copies: Copies) -> bool:
        """Whether a node of a copy is read behind the copy."""
        place = (number - copies.start) // copies.period
        return number in self.ends or any(
            (reader - copies.start) // copies.period != place
            for reader in self.drawn.readers[number]
        )

    def asked(self, node: int) -> Style:
        """How a value from outside is drawn: as states where nothing else of it is read."""
        entry = self.where[node][0]
        kinds = {wire.kind for wire in self.made.wires if wire.source == entry}
        return "states" if kinds == {"states"} else "edge"

    def _segment(self, number: int) -> Segment:
        node = self.drawn.network.nodes[number]
        return Segment(self._kind(node), self._text(number, _written), self._note(node))

    def _kind(self, node: Node) -> SegmentKind:
        if isinstance(node.op, In):
            return "input"
        if node.value.states is not None:
            return "state"
        if node.op.weights(*self.drawn.network.values(node)):
            return "layer"
        return "merge" if len(node.inputs) > 1 else "plain"

    def _note(self, node: Node) -> str:
        """What layer's weights these are; a name that somebody gave."""
        if node.shares:
            return f"weights of {node.shares}"
        given = re.sub(r"_\d+$", "", node.name)
        named = given not in (node.op.op, "input") and not given.endswith("_input")
        return node.name if named or node.name in self.drawn.shared else ""

    def _text(self, number: int, of: Callable[[Node], str]) -> str:
        """A text of a node, for all copies where it stands for several."""
        nodes = self.drawn.network.nodes
        return merged(of(nodes[number]), of(nodes[number + self.last]))


def _ending(name: str) -> str:
    return name if name == "output" else f"out {name}"


def _written(node: Node) -> str:
    return operation_text(node.op)
