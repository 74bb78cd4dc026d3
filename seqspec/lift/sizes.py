"""The names of sizes that a model leaves open. Which of them are the same size shows in use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from seqspec.values import Dim, Size, Value

_OF_SERIES = "TSUVWKLMNPQR"


@dataclass
class Sizes:
    """What is known of the open sizes of all inputs."""

    names: dict[tuple[str, int], str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    multiples: dict[str, int] = field(default_factory=dict)
    changed: bool = False

    def shape(self, owner: str, sizes: Sequence[int | None], *, tokens: bool) -> tuple[Size, ...]:
        """The shape of an input, with names where it is open."""
        axes = len(sizes) if tokens else len(sizes) - 1
        return tuple(
            size if size is not None else self._open(owner, axis, axes)
            for axis, size in enumerate(sizes)
        )

    def _open(self, owner: str, axis: int, axes: int) -> Size:
        name = self.names.get((owner, axis)) or self._fresh(axis, axes)
        self.names[owner, axis] = name
        name = self.known(name)
        times = self.multiples.get(name, 1)
        return times * Dim.named(name) if times > 1 else Dim.named(name)

    def _fresh(self, axis: int, axes: int) -> str:
        usual = {2: "HW", 3: "THW"}.get(axes, _OF_SERIES)
        wanted = usual[axis] if axis < len(usual) else "T"
        taken = {*self.names.values()}
        names = [wanted, *_OF_SERIES, *(f"T{number}" for number in range(2, 1000))]
        found: str = next(name for name in names if name not in taken)
        return found

    def known(self, name: str) -> str:
        """The name of a size that is the same."""
        while name in self.same:
            name = self.same[name]
        return name

    def differ(self, values: Sequence[Value]) -> None:
        """Takes note of sizes that would have to be equal."""
        for one, other in pairwise(values):
            axes = one.rank if one.rank == other.rank else 1
            for size, again in zip(one.shape[:axes], other.shape[:axes], strict=False):
                self._equal(size, again)

    def _equal(self, one: Size, other: Size) -> None:
        if one == other or not (isinstance(one, Dim) and isinstance(other, Dim)):
            return
        divided = {**one.divided, **other.divided}
        for name, by in divided.items():
            before = self.multiples.get(name, 1)
            self.multiples[name] = math.lcm(before, before * by) if name not in self.same else 1
            self.changed = True
        mine, others = one.names - other.names, other.names - one.names
        if not divided and len(mine) == len(others) == 1:
            (kept,), (dropped,) = mine, others
            if self.known(kept) != self.known(dropped):
                self.same[self.known(dropped)] = self.known(kept)
                self.changed = True
