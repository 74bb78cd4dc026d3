"""What flows between operations when a graph is run in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seqspec.numeric.array import Array, np
from seqspec.values import Value
from seqspec.values.value import DType


@dataclass(frozen=True)
class Signal:
    """The data of a value, `(batch, *shape)`, and which of its steps are real.

    `mask` is `(batch, steps)` and true at real steps; what stands at the others is nowhere
    specified. `ports` are what else the operation gives: of a recurrent layer its final
    `states`, and as vectors the `final` output and `cell`.
    """

    data: Array
    mask: Array | None = None
    ports: Mapping[str, tuple[Array, ...]] = field(default_factory=dict)

    @property
    def value(self) -> Value:
        """What the checker would say of it."""
        ids = self.data.dtype.kind == "i"
        dtype: DType = "int32" if ids else "float32"
        return Value(shape=self.data.shape[1:], dtype=dtype, mask=self.mask is not None)

    def keep(self, data: Array) -> Signal:
        """Other data with the same mask."""
        return Signal(data, self.mask)

    @property
    def real(self) -> Array:
        """Which steps are real, shaped to broadcast over what each step holds."""
        if self.mask is None:
            return np.ones((1,) * self.data.ndim, bool)
        return self.mask.reshape(*self.mask.shape, *(1,) * (self.data.ndim - 2))

    def where_real(self, otherwise: float) -> Array:
        """The data with another number at its masked steps."""
        return np.where(self.real, self.data, otherwise)
