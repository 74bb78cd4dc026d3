"""What names mean while a spec is elaborated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.registry import BY_NAME
from seqspec.record import Struct
from seqspec.source import Source, Span
from seqspec.syntax import KEYWORDS
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.builder import GraphBuilder


class Handle(NamedTuple):
    """A value of the graph by its node's name; None stands for one that an error prevented.

    `home` is the graph that it belongs to: the file's, or that of a chain inside an operation.
    """

    node: str | None
    home: GraphBuilder | None = None


POISON = Handle(None)
"""What stages with errors give. Stages that read it stay silent, so that no error echoes."""


class Echo(Problem):
    """A consequence of a fault that is reported already; nobody reads it."""


def taken(name: str, before: Span | None, sources: list[Source]) -> Problem | None:
    """Why a name cannot be given, if it cannot; `before` is where it is given already."""
    help = "each name stands for one thing; choose another"
    if name in KEYWORDS:
        return Problem(Code.RESERVED, f"`{name}` begins a statement", help=help)
    if name in BY_NAME:
        help = f"choose another name: `my_{name}`"
        return Problem(Code.RESERVED, f"`{name}` is an operation", help=help)
    if before is None:
        return None
    source = sources[before.source]
    where = f"on line {source.position(before.start)[0]}"
    if before.source:
        where = f"in {source.shown}"
    return Problem(Code.REDEFINED, f"`{name}` is defined already, {where}", help=help)


class Copy(NamedTuple):
    """One of the times that a text is written out: the use of a block, or a copy of `* N`."""

    number: int
    use: bool  # of a block or shared chain


Copies = tuple[Copy, ...]
"""The copies around a place, outermost first."""


class Named:
    """What a name stands for: one value, or all those that flowed by an `as`."""

    def __init__(self, span: Span, gathered: bool) -> None:
        self.span, self.gathered = span, gathered
        self.faulty = False  # an error prevented one of them
        self.handles: list[Handle] = []
        self.made: dict[int, list[Handle]] = defaultdict(list)  # in a copy

    def seen(self, copies: Copies) -> list[Handle]:
        """The values that the name stands for there: those of the innermost copy that has any.

        So a name that a block gives is, inside one use of the block, the value of that use.
        """
        for copy in reversed(copies):
            if copy.number in self.made:
                return self.made[copy.number]
        return self.handles

    def add(self, handle: Handle, copies: Copies) -> None:
        """One more value of the name, made in these copies."""
        self.handles.append(handle)
        self.faulty = self.faulty or handle.node is None
        for copy in copies:
            self.made[copy.number].append(handle)

    def counted(self, copies: Copies) -> list[Handle]:
        """The values that `NAME.0`, `NAME.1` … stand for there: those of one use, or the file's.

        Copies of `* N` do not count by themselves: the index tells them apart.
        """
        depth = max((n for n, copy in enumerate(copies, 1) if copy.use), default=0)
        return self.seen(copies[:depth])


class Flowing:
    """The value flowing into a stage, and whether the stage has read it."""

    def __init__(self, handle: Handle | None) -> None:
        self.handle, self.used = handle, False

    def take(self) -> Handle | None:
        """The value, which counts as read from now on."""
        self.used = True
        return self.handle

    def read_as(self, handles: Sequence[Handle]) -> None:
        """Counts as read where a name among these stands for the very value."""
        self.used = self.used or self.handle in handles


class Place(Struct):
    """Where a chain is elaborated: its parameters, what `_` is, and how nodes are named.

    `inside` names the blocks and shared chains around it, `repeated` says that the text may
    be elaborated again, so that names given in it get numbers. `starts` holds the `from=` of a
    shared chain until its first recurrent layer takes it. The parameters of a place inside are
    a `ChainMap`: a copy of them all at each use would cost the square of a long file.
    """

    parameters: MutableMapping[str, Any]
    starts: list[t.Keyed]
    inside: tuple[str, ...] = ()
    repeated: bool = False
    copies: Copies = ()
    sharing: Sharing | None = None
    loop: Loop | None = None


class Loop:
    """The recurrent layers of a chain that is fed back, in the last run and in this one."""

    def __init__(self) -> None:
        self.before: list[str] = []
        self.now: list[str] = []

    def turn(self) -> Loop:
        """The next run begins."""
        self.before, self.now = self.now, []
        return self

    def resumes(self) -> str | None:
        """The node whose states the next recurrent layer goes on from; none in the first run."""
        return self.before[len(self.now)] if len(self.now) < len(self.before) else None


class Sharing:
    """The nodes whose weights a shared chain uses, in the order in which they were made.

    `home` is the graph in which they stand; `broken` says that an error left some of them out.
    """

    def __init__(self, nodes: list[str] | None = None, *, first: bool = True) -> None:
        self.nodes = [] if nodes is None else nodes
        self.first, self.at, self.broken = first, 0, False
        self.home: GraphBuilder | None = None

    def next(self) -> str | None:
        """The node to share with, when this is not the first use. Raises `Problem`."""
        if self.first:
            return None
        self.at += 1
        if self.at > len(self.nodes):
            raise Problem(
                Code.SHAPES_DIFFER,
                "this layer was not there at the first use, whose weights are used again",
                help="a chain that is used again has the same layers each time",
            )
        return self.nodes[self.at - 1]


class Definitions:
    """The `let`, `block` and `shared` statements of a spec and of the files that it uses."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}
        self.blocks: dict[str, t.Block] = {}
        self.shared: dict[str, t.Shared] = {}
        self.sharings: dict[str, Sharing] = {}
        self.places: dict[str, Span] = {}
        self.left: dict[str, Span] = {}  # names of values in used files, which bring none

    def unused(self, used: set[str]) -> list[tuple[str, Span]]:
        """The blocks and shared chains of the file itself that are not among the used ones."""
        names = [name for name in (*self.blocks, *self.shared) if name not in used]
        return [(name, self.places[name]) for name in names if not self.places[name].source]
