"""Some of the steps, features, rows or columns, chosen by their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array
from seqspec.ops.base import Operation
from seqspec.ops.features import vector
from seqspec.ops.places import Cut, Part, Places
from seqspec.ops.rules import image_axis, sequence
from seqspec.ops.select import Selection, chosen, fixed, select
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.time import Repeat
from seqspec.ops.types import Count, Window, arg
from seqspec.program import ALL, Item, Ref
from seqspec.values import Value

if TYPE_CHECKING:
    from seqspec.ops.said import Said

End = Literal["first", "last"]
_THINGS = {"features": "features", "height": "rows", "width": "columns"}


class Take(Operation):
    """Some of the steps: the first or last ones, one by its place, or a slice.

    On a masked sequence the real steps are counted, sample by sample.
    """

    op: Literal["take"] = "take"
    end: End | None = arg(None, "count from the start or from the end")
    number: int | None = arg(None, "how many steps with `first` or `last`, else which step")
    window: Window | None = arg(None, "a slice of steps, `start:stop:step`")
    axis: Literal["features", "height", "width"] | None = arg(
        None, "some of the features, rows or columns in place of steps"
    )

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("GetItem", "TakeAlongAxis")
    example: ClassVar[str] = "in 10x6 -> lstm 8 -> take last 3"
    shape_rule: ClassVar[str] = (
        "(T, F) becomes (N, F), for features (T, N); without a count the axis goes away: (F)"
    )
    mask_rule: ClassVar[str] = (
        "real steps are counted and chosen, and keep their mask; one that a sample has not is zeros"
    )
    keras: ClassVar[str] = "return_sequences=False, or x[:, -3:]"

    @staticmethod
    def of(chosen: Selection) -> Take:
        """The operation that takes what is chosen, as a person writes it."""
        index, start, stop, stride = chosen.index, chosen.start, chosen.stop, chosen.stride
        if index in (0, -1):
            return Take(end="last" if index else "first")
        if index is not None:
            return Take(number=index)
        if stride == 1 and stop is None and start is not None and start < 0:
            return Take(end="last", number=-start)
        if stride == 1 and start is None and stop is not None and stop > 0:
            return Take(end="first", number=stop)
        return Take(window=(start, stop, stride if stride > 1 else None))

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation]:
        for selection, axis in _selections(call):
            of_steps = cls.of(selection)
            if not axis:
                yield of_steps
            yield of_steps.replace(axis="features")
            if axis:
                yield from (of_steps.replace(axis=word) for word in ("height", "width"))
        if call.name == "TakeAlongAxis":  # all of them: the real ones come first
            yield cls(window=(None, None, None))

    def chooses(self) -> Selection | None:
        return self.selection() if self.axis is None else None

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        if self.axis is None:
            return of_chosen(self.selection(), wanted, values[0])
        return super().cut(wanted, *values)

    def stepwise(self) -> bool:
        return self.axis == "features"

    def is_identity(self, x: Value) -> bool:
        return self.axis is None and chooses_all(self.selection(), x)

    def undoes(self, other: Operation, *values: Value) -> bool:
        if not isinstance(other, Repeat) or self.axis is not None:
            return False
        return self.selection().index is not None

    def selection(self) -> Selection:
        """What is taken, in one form. Raises `Problem` for arguments that exclude each other."""
        if self.window is not None:
            if self.end or self.number is not None:
                raise Problem(
                    Code.BAD_COMBINATION,
                    "a slice says all; `first`, `last` or a number beside it do not fit",
                    field="window",
                    help="write `take last 3`, `take 4` or `take 2:5`",
                )
            return Selection.window(*self.window)
        if self.end is None:
            if self.number is None:
                raise Problem(
                    Code.MISSING_ARGUMENT,
                    "`take` needs to know which steps",
                    help="write `take last`, `take last 3`, `take 4` or `take 2:5`",
                )
            return Selection.step(self.number)
        if self.number is None:
            return Selection.step(0 if self.end == "first" else -1)
        if self.number < 1:
            raise Problem(
                Code.OUT_OF_RANGE, f"`take {self.end}` takes a count from 1, not {self.number}",
                field="number",
            )  # fmt: skip
        first = self.end == "first"
        return Selection.window(None if first else -self.number, self.number if first else None)

    def lifts(self) -> bool:
        return self.axis is None

    def infer(self, *values: Value) -> Value:
        if self.axis is None:
            return self.selection().infer(sequence(self.op, values[0]))
        x = vector(self.op, values[0])
        place = self._place(x)
        size = self.selection().size(x.shape[place], _THINGS[self.axis])
        shape = (*x.shape[:place], *(() if size is None else (size,)), *x.shape[place + 1 :])
        return x.derive(*shape, mask=x.mask and self._keeps_steps(x))

    def _place(self, x: Value) -> int:
        """The axis that is chosen from, the batch not counted."""
        if self.axis is None:
            return 0
        return x.rank - 1 if self.axis == "features" else image_axis(self.op, self.axis, x)

    def _keeps_steps(self, x: Value) -> bool:
        """Whether, chosen from another axis than that of the steps, the result still has steps."""
        return self._place(x) > 0 and (x.rank > 2 or self.selection().index is None)

    def loses_mask(self, *values: Value) -> str:
        if self.axis is None or not values[0].mask or self._keeps_steps(values[0]):
            return ""
        if self.axis == "height":
            return "it is one of rows, and these are chosen by their place"
        return "one feature by itself is a vector; a slice such as `0:1` keeps the steps"

    def remarks(self, *values: Value) -> tuple[Problem, ...]:
        states = values[0].states
        if states and states.direction == "both" and self._only == "last":
            return (
                Problem(
                    Code.HALF_READ,
                    "at the last step the backward half of a `bi` layer has read one step only",
                    label="half of this is almost untrained on the sequence",
                    help="`final` takes the state in which each direction ends",
                ),
            )
        return ()

    @property
    def _only(self) -> End | None:
        """The end, where its step alone is taken."""
        numbers: dict[int | None, End] = {0: "first", -1: "last"}
        if self.axis is not None or (self.end and self.number is not None):
            return None
        return self.end or numbers.get(self.number)

    def asks(self, *values: Value) -> tuple[str, ...]:
        """The step at which a layer ends that reads in one direction is its `last` one."""
        states = values[0].states
        ends = {"forward": "last", "backward": "first"}
        at_its_end = states and self._only and self._only == ends.get(states.direction)
        return ("last" if at_its_end else "value",)

    def lower(self, site: Site) -> Tensor:
        if "last" in self.asks(*site.values):
            (last,) = site.x.ports["last"]
            return Tensor(last if isinstance(last, Ref) else site.bind(last))
        if self.axis is None:
            return select(site, self.selection())
        axis = self._place(site.values[0])
        data = Item(site.x.plain, (*(ALL,) * (axis + 1), self.selection().place))
        return site.keep(data if self.selection().index is not None else fixed(site, data, axis))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The steps of that number among the real ones; of another axis, the places."""
        x = inputs[0]
        if self.axis is None:
            return chosen(self.selection(), x)
        data = self.selection().along(x.data, self._place(x.value) + 1)
        return x.keep(data) if self._keeps_steps(x.value) else Signal(data)


class Drop(Operation):
    """All steps but the first or last ones; on a masked sequence, the real ones are counted."""

    op: Literal["drop"] = "drop"
    end: End = arg(..., "which end loses steps: first or last")
    count: Count = arg(1, "how many steps")

    reads_steps: ClassVar[bool] = True
    anchors: ClassVar[tuple[str, ...]] = ("GetItem", "TakeAlongAxis")
    example: ClassVar[str] = "in 10x6 -> drop first 2"
    shape_rule: ClassVar[str] = "(T, F) becomes (T - N, F)"
    mask_rule: ClassVar[str] = "real steps are counted and dropped; the others keep their mask"
    keras: ClassVar[str] = "x[:, 2:]"

    @classmethod
    def lifted(cls, call: Said) -> Iterator[Operation]:
        for part, axis in _selections(call):
            start, stop = part.start or 0, part.stop or 0
            if axis or part.stride > 1 or part.index is not None:
                continue
            if start > 0 and part.stop is None:
                yield cls(end="first", count=start)
            if part.start is None and stop < 0:
                yield cls(end="last", count=-stop)

    def selection(self) -> Selection:
        """The slice that is left."""
        if self.end == "first":
            return Selection.window(self.count, None)
        return Selection.window(None, -self.count)

    def chooses(self) -> Selection:
        return self.selection()

    def cut(self, wanted: Places, *values: Value) -> Cut | None:
        return of_chosen(self.selection(), wanted, values[0])

    def infer(self, *values: Value) -> Value:
        return self.selection().infer(sequence(self.op, values[0]))

    def lower(self, site: Site) -> Tensor:
        return select(site, self.selection())

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The real steps but for the first or last ones, sample by sample."""
        return chosen(self.selection(), inputs[0])


def _selections(call: Said) -> Iterator[tuple[Selection, int]]:
    """What an index chooses, and on which axis behind the batch; of masked steps, the index of
    their order does, which leaves one step as a slice of one."""
    from seqspec.ops.said import index

    if call.name == "TakeAlongAxis":
        for order in call.before("GetItem", 1):
            for part, _ in _selections(order):
                yield part, 0
                start = part.start or 0
                if part.stop in (start + 1, None if start == -1 else start + 1):
                    yield Selection.step(start), 0
        return
    for axis, part in enumerate(index(call)[1:]):
        if isinstance(part, int):
            yield Selection.step(part), axis
        elif isinstance(part, slice) and (part.step or 1) > 0:
            yield Selection(None, part.start, part.stop, part.step or 1), axis


def chooses_all(chosen: Selection, x: Value) -> bool:
    """Whether a selection of steps is all of them."""
    return not x.mask and chosen.index is None and chosen.places(x.steps).is_whole(x.steps)


def of_chosen(chosen: Selection, wanted: Places, x: Value) -> Cut | None:
    """Steps among those that are chosen already; those of a single step are no steps of x."""
    if chosen.index is not None:
        return None
    return Cut(None, (Part(wanted.among(chosen.places(x.steps))),), wanted)
