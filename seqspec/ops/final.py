"""The final states of recurrent layers, as vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array
from seqspec.ops.base import Operation
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import arg
from seqspec.program import Ref
from seqspec.values import Size, States, Value


class Final(Operation):
    """The final state of the recurrent layer before it; both directions of a `bi`, or one."""

    op: Literal["final"] = "final"
    cell: bool = arg(False, "the cell state of an LSTM in place of its output state")
    side: Literal["forward", "backward"] | None = arg(None, "the state of one direction of a `bi`")

    example: ClassVar[str] = "in 10x6 -> lstm 64 bi -> final"
    shape_rule: ClassVar[str] = "(T, F) becomes (F); one direction of a `bi` has (UNITS)"
    mask_rule: ClassVar[str] = "used: the state after the last real step"
    keras: ClassVar[str] = "LSTM(return_sequences=False), or return_state=True"

    @classmethod
    def every(cls) -> Iterator[Final]:
        """Each state that there can be."""
        for cell in (False, True):
            for side in (None, "forward", "backward"):
                yield cls(cell=cell, side=side)

    def infer(self, *values: Value) -> Value:
        states = values[0].states
        if states is None:
            raise Problem(
                Code.NO_STATE,
                "`final` takes the final state of a recurrent layer, and this is none",
                label=f"given {values[0]}",
                help="place it behind `lstm`, `gru` or `rnn`; for the last step: `take last`",
            )
        if self.cell and states.cell not in ("lstm", "convlstm"):
            raise Problem(
                Code.NO_STATE,
                f"`{states.cell}` has no cell state",
                field="cell",
                help="write `final`",
            )
        return values[0].derive(*values[0].shape[1:-1], self._size(values[0], states), mask=False)

    def _size(self, value: Value, states: States) -> Size:
        if self.side is None:
            return value.features
        if states.direction != "both":
            raise Problem(
                Code.NO_STATE,
                f"`{states.cell}` reads in one direction here",
                field="side",
                help="write `final`, or read both ways: `bi`",
            )
        return states.units

    @property
    def port(self) -> str:
        """The recurrent layer's port that holds the state."""
        part = "cell" if self.cell else "final"
        return f"{part}_{self.side}" if self.side else part

    def asks(self, *values: Value) -> tuple[str, ...]:
        return (self.port,)

    def lower(self, site: Site) -> Tensor:
        (state,) = site.x.ports[self.port]
        return Tensor(state if isinstance(state, Ref) else site.bind(state))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The state after the last real step in the direction of reading."""
        (state,) = inputs[0].ports[self.port]
        return Signal(state)
