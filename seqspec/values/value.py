"""A value: what is known of a tensor before any framework exists."""

from __future__ import annotations

from typing import Literal

from seqspec.record import Struct
from seqspec.values.dim import Size, size_text

DType = Literal["float32", "int32"]
Cell = Literal["lstm", "gru", "rnn", "convlstm"]


class States(Struct):
    """The final states that come with the output of a recurrent layer."""

    cell: Cell
    units: int
    direction: Literal["forward", "backward", "both"]

    @property
    def count(self) -> int:
        """How many states there are: an LSTM has two a direction, the others one."""
        a_direction = 2 if self.cell in ("lstm", "convlstm") else 1
        return a_direction * (2 if self.direction == "both" else 1)


class Value(Struct):
    """A dtype, a shape without the batch, and whether a mask says which steps are real."""

    shape: tuple[Size, ...]
    dtype: DType = "float32"
    mask: bool = False
    states: States | None = None
    batch: int | None = None
    vocab: int | None = None  # of what `embed` made: how many ids its table has

    @property
    def rank(self) -> int:
        """The number of axes, the batch not counted."""
        return len(self.shape)

    @property
    def is_tokens(self) -> bool:
        """Whether these are integer ids."""
        return self.dtype == "int32"

    @property
    def is_sequence(self) -> bool:
        """Whether the leading axis is time: `(T, …)`, or `(T)` for ids."""
        return self.rank >= (1 if self.is_tokens else 2)

    @property
    def steps(self) -> Size:
        """The size of the leading axis."""
        return self.shape[0]

    @property
    def features(self) -> Size:
        """The size of the last axis."""
        return self.shape[-1]

    def derive(self, *shape: Size, mask: bool | None = None, dtype: DType | None = None) -> Value:
        """A value of another shape that this one turns into; states do not come along."""
        return Value(
            shape=shape,
            dtype=dtype or self.dtype,
            mask=self.mask if mask is None else mask,
            batch=self.batch,
        )

    def __str__(self) -> str:
        ids = " ids" if self.is_tokens else ""
        return f"{shape_text(self.shape)}{ids}{' masked' if self.mask else ''}"


def shape_text(shape: tuple[Size, ...]) -> str:
    """A shape for people: `(10, 6)`, `(T, 8)`, `(?, 3)`."""
    return f"({', '.join(size_text(size) for size in shape)})"
