"""Random values for the fields of operations, by their declared kinds, words and bounds."""

from __future__ import annotations

from random import Random
from typing import Any

from seqspec.ops.arguments import ArgumentSpec
from seqspec.values import Dim, Size, Value, fresh_unknown

_FREE = (-2.0, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 2.0, 3.0)  # numbers without bounds
_SELDOM = ("sparsemax",)  # Keras has another, so that such specs say little
_LARGEST = 5  # of what is drawn freely; small models are built quickly


class Fields:
    """Draws values that have a chance to fit where `flow` comes in.

    Sizes that stand around (of the flow, of other values) are drawn more often than others,
    since many rules ask that two sizes be equal. There are as many as `ids` ids in the flow.
    """

    def __init__(self, random: Random, flow: Value | None, around: list[int], ids: int = 1) -> None:
        self.random, self.flow, self.ids = random, flow, ids
        self.around = [size for size in around if size <= 8]

    def draw(self, spec: ArgumentSpec) -> Any:
        """A value of the field's kind; operands and chains are not drawn here."""
        return getattr(self, f"_{spec.kind}")(spec)

    def _words(self, spec: ArgumentSpec) -> str | float:
        words = [word for word in spec.words if word not in _SELDOM]
        return self.random.choice((*words, *([-0.5] if spec.or_number else [])))

    def _list(self, spec: ArgumentSpec) -> tuple[str, ...]:
        return tuple(self.random.sample(spec.words, self.random.randint(1, 2)))

    def _name(self, spec: ArgumentSpec) -> str:
        return self.random.choice(("one", "two"))

    def _flag(self, spec: ArgumentSpec) -> bool:
        return not spec.default

    def _kernel(self, spec: ArgumentSpec) -> tuple[int, ...]:
        rank = max(1, self.flow.rank - 1) if self.flow else 1
        axes = self.random.choice((1, rank, rank, max(1, rank - 1), rank + 1))
        return tuple(self.random.choice((1, 2, 2, 3, 3)) for _ in range(axes))

    def _integer(self, spec: ArgumentSpec) -> int:
        least = dict(spec.bounds).get("ge")
        if spec.field == "vocab":
            return self.random.randint(self.ids, max(self.ids, _LARGEST))
        if least is None:
            return self.random.choice((-3, -2, -1, 0, 1, 1, 2, 2, 3))
        fitting = [size for size in self.around if size >= least]
        if fitting and self.random.random() < 0.5:
            return self.random.choice(fitting)
        return self.random.randint(int(least), _LARGEST)

    def _numbers(self, spec: ArgumentSpec) -> tuple[float, ...]:
        """One number, or one for each feature."""
        several = self.flow.features if self.flow and self.flow.rank else 1
        many = several if isinstance(several, int) and self.random.random() < 0.4 else 1
        return tuple(self._number(spec) for _ in range(many))

    def _number(self, spec: ArgumentSpec) -> float:
        bounds = dict(spec.bounds)
        if "lt" in bounds:
            return self.random.choice((0.1, 0.25, 0.5, 0.9)) * bounds["lt"]
        if "ge" in bounds:
            return bounds["ge"] + self.random.choice((0.001, 0.1, 0.5, 1.0, 2.0))
        return self.random.choice(_FREE)

    def _slice(self, spec: ArgumentSpec) -> tuple[int | None, int | None, int | None]:
        bounds = (None, None, 0, 1, 2, 3, -1, -2, -3)
        return (
            self.random.choice(bounds),
            self.random.choice(bounds),
            self.random.choice((None, None, None, 1, 2, 3)),
        )

    def _axes(self, spec: ArgumentSpec) -> tuple[int, ...]:
        """An order of the flow's axes."""
        axes = range(1, max(1, self.flow.rank if self.flow else 1) + 1)
        return tuple(self.random.sample(axes, len(axes)))

    def _shape(self, spec: ArgumentSpec) -> tuple[Size, ...]:
        """The flow's sizes cut in another way."""
        sizes = self.flow.shape if self.flow else ()
        total = 1
        for size in sizes:
            total *= size if isinstance(size, int) else 1
        shape: list[Size] = [*self._factors(total)]
        if any(isinstance(size, Dim) for size in sizes):
            shape.insert(self.random.choice((0, 0, len(shape))), fresh_unknown(1))
        elif self.random.random() < 0.4:
            shape[self.random.randrange(len(shape))] = fresh_unknown(1)
        return tuple(shape)

    def _factors(self, total: int) -> list[int]:
        """Up to four sizes whose product is the total."""
        found: list[int] = []
        for _ in range(self.random.randint(0, 3)):
            factor = self.random.choice([n for n in range(1, total + 1) if total % n == 0])
            found.append(factor)
            total //= factor
        return [*found, total]
