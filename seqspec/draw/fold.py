"""Copies in a row, such as `( … ) * 12` writes them out: found again, to be drawn once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from seqspec.ops.chain import Network, Node
from seqspec.table import operation_text

FEWEST = 3  # copies
LEAST = 6  # nodes in all of them
LONGEST = 400  # nodes in one copy
NUMBER = re.compile(r"(\d+(?:\.\d+)?)")
PERIODS = 12  # lengths of a copy that are tried

Links = list[list[int | None]]


@dataclass(frozen=True)
class Copies:
    """`count` copies of the `period` nodes from `start` on, each reading the one before."""

    start: int
    period: int
    count: int

    @property
    def stop(self) -> int:
        """The number of the first node behind them."""
        return self.start + self.period * self.count


class Folding:
    """The nodes of a network, by number, and which of them are copies of each other."""

    def __init__(self, network: Network) -> None:
        self.nodes = network.nodes
        places = {node.name: number for number, node in enumerate(self.nodes)}
        self.inputs = [[places[name] for name in node.inputs] for node in self.nodes]
        known: dict[object, int] = {}
        texts = [operation_text(node.op) for node in self.nodes]
        self._numbers = [NUMBER.findall(text) for text in texts]
        self._looks = [
            known.setdefault(_look(node, text), len(known))
            for node, text in zip(self.nodes, texts, strict=True)
        ]

    def copies(self, low: int, high: int) -> list[Copies]:
        """Copies among the nodes from `low` to `high`, in order; of those that overlap, the ones
        that save the most."""
        found = [c for period in self._periods(low, high) for c in self._of(period, low, high)]
        found.sort(key=lambda c: (-c.period * (c.count - 1), c.period, c.start))
        chosen: list[Copies] = []
        for one in found:
            if all(one.stop <= other.start or other.stop <= one.start for other in chosen):
                chosen.append(one)
        return sorted(chosen, key=lambda c: c.start)

    def _periods(self, low: int, high: int) -> list[int]:
        """How far apart nodes of one look are, the most frequent distances first."""
        seen: dict[int, int] = {}
        distances: Counter[int] = Counter()
        for number in range(low, high):
            look = self._looks[number]
            if look in seen:
                distances[number - seen[look]] += 1
            seen[look] = number
        usual = [d for d, _ in distances.most_common(PERIODS) if d <= LONGEST]
        return [d for d in usual if FEWEST * d <= high - low]

    def _of(self, period: int, low: int, high: int) -> list[Copies]:
        found = []
        number = low
        while number + FEWEST * period <= high:
            times = self._count(number, period, high)
            if times >= FEWEST and times * period >= LEAST:
                start = number + self._seam(number, period)
                number += times * period
                times = self._count(start, period, high)
                if times >= FEWEST:
                    found.append(Copies(start, period, times))
                    number = start + times * period
            else:
                number += 1
        return found

    def _seam(self, start: int, period: int) -> int:
        """How far behind a start the fewest values go from one copy to the next."""
        reach = [0] * period  # how far away each value of a copy is read
        for number, links in enumerate(self._links(start + period, period, start) or ()):
            for to in links:
                if to is not None:
                    reach[to % period] = max(reach[to % period], number - to)
        across = [
            sum(far >= (at - place - 1) % period + 1 for place, far in enumerate(reach))
            for at in range(period)
        ]
        return across.index(min(across))

    def _count(self, start: int, period: int, high: int) -> int:
        """How many copies begin there; 1 where the second does not read the first."""
        if self._looks[start] != self._looks[start + period]:
            return 1
        pattern = self._links(start + period, period, start)
        if pattern is None or not any(to is not None and to < 0 for to in chain(*pattern)):
            return 1
        if not self._begins(start, pattern):
            return 1
        found = 1
        varies = [_Varies() for _ in range(period)]
        while start + (found + 1) * period <= high:
            same = self._links(start + found * period, period, start) == pattern
            if not same or not self._alike(start, period, found, varies):
                break
            found += 1
        return found

    def _alike(self, start: int, period: int, place: int, varies: list[_Varies]) -> bool:
        """Whether a copy is written as the first one, but for numbers of which `first…last` tells
        enough: one in an operation, or several that grow evenly."""
        for first, seen in zip(range(start, start + period), varies, strict=True):
            other = first + place * period
            if self._looks[first] != self._looks[other]:
                return False
            seen.add(place, *(self._numbers[n] for n in (first, first + period, other)))
            if len(seen.places) > 1 and not seen.evenly:
                return False
        return True

    def _links(self, at: int, period: int, start: int) -> Links | None:
        """What the nodes of a copy read: places in it from 0 on, places in the copy before below 0,
        None for what is before all copies. No links where a copy further back is read."""
        found: Links = []
        for reads in self.inputs[at : at + period]:
            if any(start <= read < at - period for read in reads):
                return None
            found.append([None if read < start else read - at for read in reads])
        return found

    def _begins(self, start: int, pattern: Links) -> bool:
        """Whether the first copy reads within itself what the others do, and as many values."""
        for number, links in enumerate(pattern):
            reads = self.inputs[start + number]
            if len(reads) != len(links):
                return False
            for place, to in zip(reads, links, strict=True):
                inside = to is not None and to >= 0
                if place - start != to if inside else place >= start:
                    return False
        return True


class _Varies:
    """Which numbers of an operation differ from copy to copy, and whether all grow evenly."""

    def __init__(self) -> None:
        self.places: set[int] = set()
        self.evenly = True

    def add(self, copy: int, first: list[str], second: list[str], other: list[str]) -> None:
        """Takes note of one more copy, by the numbers of the first two and of this one."""
        for place, (a, b, c) in enumerate(zip(first, second, other, strict=True)):
            if a != c:
                self.places.add(place)
                self.evenly &= float(c) - float(a) == copy * (float(b) - float(a))


def _look(node: Node, text: str) -> object:
    """The same for nodes that one place of a spec made of the same words."""
    inside = [operation_text(inner.op) for chain in node.op.chains() for inner in chain.nodes]
    return (node.op.op, node.value.rank, NUMBER.sub("#", text), *inside, _place(node))


def _place(node: Node) -> object:
    """Where a node stands in the text, if it came from one."""
    return node.span and (node.span.start, node.span.source)


def merged(first: str, last: str) -> str:
    """One text for two that differ in numbers: `dilation=1…512`."""
    parts = [NUMBER.split(text) for text in (first, last)]
    if len({len(part) for part in parts}) > 1 or parts[0][::2] != parts[1][::2]:
        return first
    return "".join(a if a == b else f"{a}…{b}" for a, b in zip(*parts, strict=True))


def readers(inputs: Sequence[Sequence[int]]) -> Mapping[int, set[int]]:
    """Who reads each node."""
    found: dict[int, set[int]] = {number: set() for number in range(len(inputs))}
    for number, reads in enumerate(inputs):
        for read in reads:
            found[read].add(number)
    return found
