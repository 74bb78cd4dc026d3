"""Values brought to a common scale."""

from __future__ import annotations

from seqspec.numeric.array import Array, np


def standardised(x: Array, axes: tuple[int, ...], epsilon: float) -> Array:
    """(x - mean) / √(variance + ε), both over the axes."""
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    scaled: Array = (x - mean) / np.sqrt(variance + epsilon)
    return scaled


def unit(x: Array, axis: int) -> Array:
    """x / |x| along an axis; zero stays zero."""
    length = np.sqrt((x**2).sum(axis, keepdims=True))
    return x / np.where(length > 0, length, 1)
