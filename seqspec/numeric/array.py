"""NumPy, imported when a number is first worked out: a check needs none, and may have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from seqspec.diagnostics import UsageError

__all__ = ["Array", "np"]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"


class _Numpy:
    """Stands for NumPy and fetches what is asked of it. Raises `UsageError` where there is none."""

    def __getattr__(self, name: str) -> Any:
        try:
            import numpy
        except ImportError:
            raise UsageError("the reference needs NumPy: `pip install numpy`") from None
        value = getattr(numpy, name)
        setattr(self, name, value)
        return value


if not TYPE_CHECKING:
    np = _Numpy()
