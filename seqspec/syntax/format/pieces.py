"""A statement as the pieces that lines are made of: words, and what stands in parentheses.

Each token knows the comments that stand before it, and whether a line ends there. `text` is a
piece on one line, `least` the columns that it needs when each stage has a line of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Remark(NamedTuple):
    """A comment inside a statement; it `trails` what stands before it on its line, or is alone."""

    text: str
    trails: bool


class Token(NamedTuple):
    """Text that is never broken, the comments before it, and whether a line ends before it."""

    text: str
    remarks: tuple[Remark, ...] = ()
    broken: bool = False

    @property
    def first(self) -> Token:
        return self

    @property
    def remarked(self) -> bool:
        return bool(self.remarks)

    @property
    def least(self) -> int:
        return len(self.text)


@dataclass(frozen=True)
class Parens:
    """`(`, a chain, and what closes it: `)`, perhaps with `*` and how many times."""

    opening: Token
    chain: Chain
    closing: tuple[Token, ...]

    @property
    def first(self) -> Token:
        return self.opening

    @cached_property
    def remarked(self) -> bool:
        outside = any(token.remarks for token in (self.opening, *self.closing))
        return outside or self.chain.remarked

    @cached_property
    def end(self) -> str:
        """What closes it, as text."""
        return " ".join(token.text for token in self.closing)

    @cached_property
    def text(self) -> str:
        return f"({self.chain.text}{self.end}"

    @cached_property
    def least(self) -> int:
        return 1 + self.chain.least + len(self.end)


@dataclass(frozen=True)
class Part:
    """What stands together without spaces: an argument, or a key, `=` and a value."""

    items: tuple[Token | Parens, ...]

    @property
    def first(self) -> Token:
        return self.items[0].first

    @cached_property
    def grouped(self) -> bool:
        """Whether there are parentheses in it."""
        return any(isinstance(item, Parens) for item in self.items)

    @cached_property
    def remarked(self) -> bool:
        return any(item.remarked for item in self.items)

    @cached_property
    def text(self) -> str:
        return "".join(item.text for item in self.items)

    @cached_property
    def least(self) -> int:
        lead, most = 0, 0
        for item in self.items:
            most = max(most, lead + item.least)
            lead += len(item.end if isinstance(item, Parens) else item.text)
        return most


@dataclass(frozen=True)
class Stage:
    """An operation and its arguments, with spaces between them."""

    parts: tuple[Part, ...]

    @property
    def first(self) -> Token:
        return self.parts[0].first

    @cached_property
    def remarked(self) -> bool:
        return any(part.remarked for part in self.parts)

    @cached_property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)

    @cached_property
    def lead(self) -> int:
        """The columns before its first part with parentheses, or all."""
        lead = 0
        for part in self.parts:
            if part.grouped:
                return lead
            lead += len(part.text) + 1
        return lead - 1

    @cached_property
    def least(self) -> int:
        groups = [self.lead + part.least for part in self.parts if part.grouped]
        return min([len(self.text), max(groups)]) if groups else len(self.text)


@dataclass(frozen=True)
class Chain:
    """Stages, and the arrows between them."""

    stages: tuple[Stage, ...]
    arrows: tuple[Token, ...] = ()

    @property
    def first(self) -> Token:
        return self.stages[0].first

    @cached_property
    def remarked(self) -> bool:
        arrows = any(arrow.remarks for arrow in self.arrows)
        return arrows or any(stage.remarked for stage in self.stages)

    @cached_property
    def text(self) -> str:
        return " -> ".join(stage.text for stage in self.stages)

    @cached_property
    def least(self) -> int:
        return max(stage.least + (3 if place else 0) for place, stage in enumerate(self.stages))


@dataclass(frozen=True)
class Statement:
    """`lead(parameters) = chain`; what a kind of statement does not have is None.

    Neighbours of one `kind` have what follows begin in one column; "" takes no part in that.
    """

    lead: tuple[Token, ...]
    parameters: tuple[Part, ...] | None
    equals: Token | None
    chain: Chain | None
    kind: str

    @property
    def name(self) -> str:
        """What stands before the parameters and `=`."""
        return " ".join(token.text for token in self.lead)
