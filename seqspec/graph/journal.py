"""Goes on where an earlier run over the same beginning of a text stood, for editors.

All that an `Elaborator` gathers grows at its end. So a checkpoint is how long each part was
before a statement, and to resume is to take so much of it: the statements before are the same,
and so is what they gave.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from seqspec.diagnostics import GUESSES, MANY_GUESSES
from seqspec.graph.scope import Handle, Named, Sharing
from seqspec.syntax import Parsed

if TYPE_CHECKING:
    from seqspec.graph.elaborate import Elaborator

EVERY = 8  # statements between two checkpoints
_NUMBER = re.compile(r"_\d+\Z")
K = TypeVar("K")
V = TypeVar("V")


class Checkpoint(NamedTuple):
    """How far an elaborator was before its chain number `chains`."""

    chains: int
    lengths: tuple[int, ...]
    counts: tuple[int, ...]
    names: dict[str, tuple[int, bool]]
    sharings: dict[str, tuple[int, bool, bool]]
    tried: dict[str, int]
    words: tuple[frozenset[str], frozenset[str]]
    last: str | None  # the node that the chain before gave

    @classmethod
    def of(cls, e: Elaborator, chains: int) -> Checkpoint:
        """Where the elaborator is now."""
        builder, stages = e.builder, e.stages
        return cls(
            chains,
            tuple(map(len, _growing(e))),
            (e.errors, builder.parameters, builder.read, stages.resolver.unknowns,
             stages.written, stages.left, GUESSES.get([MANY_GUESSES])[0]),
            {name: (len(named.handles), named.faulty) for name, named in e.names.items()},
            {
                name: (len(sharing.nodes), sharing.broken, sharing.home is builder)
                for name, sharing in e.definitions.sharings.items()
            },
            dict(builder.tried),
            (frozenset(stages.resolver.dimensions), frozenset(stages.used)),
            stages.last.node if stages.last else None,
        )  # fmt: skip


def _growing(e: Elaborator) -> tuple[Any, ...]:
    """The parts that only grow."""
    builder = e.builder
    return (
        builder.nodes, builder.outputs, builder.depths,
        e.found, e.outputs, e.lifted, e.flows, e.filled, e.made,
    )  # fmt: skip


class Journal:
    """How the elaboration of a text went, for that of the text's next state."""

    def __init__(self, before: Journal | None = None) -> None:
        self.text: Parsed = before.text if before else Parsed()
        self.files: dict[str, Parsed] = before.files if before else {}
        self.checkpoints: dict[int, Checkpoint] = {}
        self._before = before
        self._elaborator: Elaborator | None = None

    def begin(self, e: Elaborator) -> int:
        """Takes over what is the same as before; gives how many chains that are."""
        last, self._before, self._elaborator = self._before, None, e
        if last is None or last._elaborator is None:
            return 0
        same = 0
        for new, old in zip(e.chains, last._elaborator.chains, strict=False):
            if new is not old and new != old:
                break
            same += 1
        points = {number: point for number, point in last.checkpoints.items() if number <= same}
        done = max(points, default=0)
        if not done or not _same_ground(e, last._elaborator, points[done]):
            return 0
        _take_over(e, last._elaborator, points[done])
        self.checkpoints = points
        return done

    def note(self, e: Elaborator, number: int) -> None:
        """The chain of this number begins."""
        if number % EVERY == 0 and number not in self.checkpoints:
            self.checkpoints[number] = Checkpoint.of(e, number)


def _same_ground(e: Elaborator, before: Elaborator, point: Checkpoint) -> bool:
    """Whether the definitions are the same, and names that are new or gone change nothing."""
    sound = point.counts[0] == 0 or e.stages.later == before.stages.later
    changed = {_NUMBER.sub("", name) for name in e.reserved ^ before.reserved}
    made = {_NUMBER.sub("", name) for name in islice(before.builder.nodes, point.lengths[0])}
    return (
        sound
        and changed.isdisjoint(made)
        and (e.settings, e.limits) == (before.settings, before.limits)
        and e.definitions.parameters == before.definitions.parameters
        and e.definitions.places == before.definitions.places
        and e.definitions.blocks == before.definitions.blocks
        and e.definitions.shared == before.definitions.shared
        and e.sources[1:] == before.sources[1:]
    )


def _first(part: Mapping[K, V], length: int) -> dict[K, V]:
    return dict(islice(part.items(), length))


def _take_over(e: Elaborator, before: Elaborator, point: Checkpoint) -> None:
    builder, old = e.builder, before.builder
    nodes, outputs, depths, found, named, lifted, flows, filled, made = point.lengths
    builder.nodes, builder.depths = _first(old.nodes, nodes), _first(old.depths, depths)
    for output in old.outputs[:outputs]:
        builder.output(output.name, output.node)
    e.found, e.outputs = _first(before.found, found), _first(before.outputs, named)
    e.lifted, e.filled = _first(before.lifted, lifted), _first(before.filled, filled)
    e.flows, e.made = before.flows[:flows], before.made[:made]
    (e.errors, builder.parameters, builder.read, e.stages.resolver.unknowns,
     e.stages.written, e.stages.left, guesses) = point.counts  # fmt: skip
    GUESSES.set([guesses])
    builder.tried = dict(point.tried)
    e.stages.resolver.dimensions, e.stages.used = map(set, point.words)
    e.current, e.above = before.chains[point.chains - 1], (
        before.chains[point.chains - 2] if point.chains > 1 else None
    )  # fmt: skip

    def moved(handle: Handle) -> Handle:
        return Handle(handle.node, builder) if handle.home is old else handle

    e.stages.last = Handle(point.last, builder)
    for name, (count, faulty) in point.names.items():
        e.names[name] = _named(before.names[name], count, faulty, point.counts[4], moved)
    for name, (count, broken, at_home) in point.sharings.items():
        sharing = before.definitions.sharings[name]
        new = Sharing(sharing.nodes[:count])
        new.home, new.broken = builder if at_home else sharing.home, broken
        e.definitions.sharings[name] = new


def _named(old: Named, count: int, faulty: bool, written: int, moved: Any) -> Named:
    new = Named(old.span, old.gathered)
    new.handles, new.faulty = [moved(handle) for handle in old.handles[:count]], faulty
    for number, handles in old.made.items():
        if number <= written:
            new.made[number] = [moved(handle) for handle in handles]
    return new
