"""Where the steps of each sample stand in the array, and what moves them.

A sample's steps stand in one piece, from its first real step to its last; padding lies before
them or behind. Masked steps inside are *holes*, readings that are missing, and keep their
place. What would leave padding between steps closes the gap (`pad`, `concat time`), and what
counts places from the start begins at each sample's first step (windows with a stride, values
that are merged and stand differently). `take` and `drop` alone count the real steps by
themselves, and so leave the holes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class Layout(Enum):
    """Where the steps of each sample stand."""

    GIVEN = "as the data has them"
    REVERSED = "the other way round"
    FRONT = "from the first place on"
    END = "up to the last place"

    @property
    def turned(self) -> Layout:
        """That of the steps in the opposite order."""
        return _TURNED[self]

    def beside(self, before: int, after: int) -> Layout | None:
        """That with so many real steps more, or None if padding may come between."""
        fits = {Layout.FRONT: not after, Layout.END: not before}
        return self if fits.get(self, False) else None


_TURNED = {
    Layout.GIVEN: Layout.REVERSED,
    Layout.REVERSED: Layout.GIVEN,
    Layout.FRONT: Layout.END,
    Layout.END: Layout.FRONT,
}


def in_a_row(layouts: Sequence[Layout | None]) -> Layout | None:
    """That of sequences one after the other, of which those without a mask have None; None if
    padding may come between."""
    first, last = layouts[0], layouts[-1]
    if last is Layout.FRONT and not any(layouts[:-1]):
        return Layout.FRONT
    if first is Layout.END and not any(layouts[1:]):
        return Layout.END
    return None
