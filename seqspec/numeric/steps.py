"""The steps of each sample brought together. Masks are `(batch, steps)`, true at real steps."""

from __future__ import annotations

from seqspec.numeric.array import Array, np


def begun(mask: Array) -> Array:
    """True from each sample's first real step on."""
    return np.asarray(np.logical_or.accumulate(mask, axis=1))


def lasts(mask: Array) -> Array:
    """True up to each sample's last real step."""
    return np.asarray(begun(mask[:, ::-1])[:, ::-1])


def to_front(x: Array, flags: Array) -> Array:
    """The flagged steps of `(batch, steps, …)` first, in their order."""
    order = np.argsort(~flags, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(x, order.reshape(*order.shape, *(1,) * (x.ndim - 2)), 1))
