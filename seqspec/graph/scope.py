"""What names mean while a spec is elaborated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.ops.registry import BY_NAME
from seqspec.source import Source, Span
from seqspec.syntax import KEYWORDS
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.builder import GraphBuilder


@dataclass(frozen=True)
class Handle:
    """A value of the graph by its node's name; None stands for one that an error prevented.

    `home` is the graph that it belongs to: the file's, or that of a chain inside an operation.
    """

    node: str | None
    home: GraphBuilder | None = field(default=None, compare=False, repr=False)


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
        where = f"in {source.name}"
    return Problem(Code.REDEFINED, f"`{name}` is defined already, {where}", help=help)


@dataclass
class Named:
    """What a name stands for: one value, or all those that flowed by an `as`."""

    span: Span
    handles: list[Handle]
    gathered: bool = False


@dataclass
class Flowing:
    """The value flowing into a stage, and whether the stage has read it."""

    handle: Handle | None
    used: bool = False

    def take(self) -> Handle | None:
        """The value, which counts as read from now on."""
        self.used = True
        return self.handle


@dataclass(frozen=True)
class Place:
    """Where a chain is elaborated: its parameters, what `_` is, and how nodes are named.

    `inside` names the blocks and shared chains around it, `repeated` says that the text may
    be elaborated again, so that names given in it get numbers. `starts` holds the `from=` of a
    shared chain until its first recurrent layer takes it.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    repeated: bool = False
    sharing: Sharing | None = None
    loop: Loop | None = None
    starts: list[t.Keyed] = field(default_factory=list)


@dataclass
class Loop:
    """The recurrent layers of a chain that is fed back, in the last run and in this one."""

    before: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)

    def turn(self) -> Loop:
        """The next run begins."""
        self.before, self.now = self.now, []
        return self

    def resumes(self) -> str | None:
        """The node whose states the next recurrent layer goes on from; none in the first run."""
        return self.before[len(self.now)] if self.before else None


@dataclass
class Sharing:
    """The nodes whose weights a shared chain uses, in the order in which they were made.

    `home` is the graph in which they stand.
    """

    nodes: list[str] = field(default_factory=list)
    first: bool = True
    at: int = 0
    home: GraphBuilder | None = None

    def next(self) -> str | None:
        """The node to share with, when this is not the first use."""
        if self.first:
            return None
        self.at += 1
        return self.nodes[self.at - 1]


@dataclass
class Definitions:
    """The `let`, `block` and `shared` statements of a spec and of the files that it uses."""

    parameters: dict[str, Any] = field(default_factory=dict)
    blocks: dict[str, t.Block] = field(default_factory=dict)
    shared: dict[str, t.Shared] = field(default_factory=dict)
    sharings: dict[str, Sharing] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
