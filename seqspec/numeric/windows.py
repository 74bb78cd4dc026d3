"""Windows that slide over axes, and convolutions as sums over what each window holds.

Arrays are `(batch, *axes, features)`; kernels have one size for each of the axes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from seqspec.numeric.array import Array, np


class Reach(NamedTuple):
    """A window along one axis: how many values, how far apart, and how it moves."""

    size: int
    stride: int = 1
    dilation: int = 1
    padding: str = "valid"

    @property
    def span(self) -> int:
        """From the first value to the last."""
        return (self.size - 1) * self.dilation + 1

    def padded(self, length: int) -> tuple[int, int]:
        """How many places are added before and after; an odd one out goes after."""
        if self.padding == "valid":
            return 0, 0
        if self.padding == "causal":
            return self.span - 1, 0
        places = -(-length // self.stride)
        missing = max((places - 1) * self.stride + self.span - length, 0)
        return missing // 2, missing - missing // 2

    def places(self, length: int) -> Array:
        """Which values each window holds, of so many: (places, size)."""
        starts = np.arange(0, length - self.span + 1, self.stride)
        return starts[:, None] + np.arange(self.size) * self.dilation


def windows(x: Array, reaches: Sequence[Reach], fill: float = 0) -> Array:
    """What each window holds, `fill` outside: `(batch, *places, *sizes, features)`."""
    sides = [reach.padded(n) for reach, n in zip(reaches, x.shape[1:], strict=False)]
    x = np.pad(x, ((0, 0), *sides, (0, 0)), constant_values=fill)
    for axis, reach in enumerate(reaches):
        place = 1 + 2 * axis  # each axis before became two
        x = np.take(x, reach.places(x.shape[place]), axis=place)
    axes = range(len(reaches))
    return x.transpose(0, *(1 + 2 * i for i in axes), *(2 + 2 * i for i in axes), x.ndim - 1)


def convolve(x: Array, kernel: Array, reaches: Sequence[Reach], groups: int = 1) -> Array:
    """Σ window · kernel `(*sizes, features / groups, filters)`, group by group of features."""
    held, rank = windows(x, reaches), len(reaches)
    inner = [*range(rank + 1)]
    parts = [
        np.tensordot(part, own, axes=([axis - rank - 1 for axis in inner], inner))
        for part, own in zip(
            np.split(held, groups, axis=-1), np.split(kernel, groups, axis=-1), strict=True
        )
    ]
    return np.concatenate(parts, axis=-1)


def convolve_each(x: Array, kernel: Array, reaches: Sequence[Reach]) -> Array:
    """Each feature by itself with its own `(*sizes, features, multiplier)`; results in a row."""
    held, rank = windows(x, reaches), len(reaches)
    axes = tuple(range(rank + 1, 2 * rank + 1))
    made: Array = (held[..., None] * kernel).sum(axes)
    return made.reshape(*made.shape[:-2], made.shape[-2] * made.shape[-1])  # also of no windows


def deconvolve(x: Array, kernel: Array, reaches: Sequence[Reach]) -> Array:
    """Each value adds its kernel `(*sizes, filters, features)` to the places around it.

    The transpose of the convolution of that padding (Dumoulin & Visin 2016, 4), so that `same`
    gives `length · stride` places and `valid` as many as the kernels reach, or more if they
    leave gaps.
    """
    lengths = x.shape[1:-1]
    whole = [
        (n - 1) * r.stride + max(r.span, r.stride) for n, r in zip(lengths, reaches, strict=True)
    ]
    made = np.zeros((len(x), *whole, kernel.shape[-2]))
    for tap in product(*(range(reach.size) for reach in reaches)):
        places = [
            slice(i * r.dilation, i * r.dilation + (n - 1) * r.stride + 1, r.stride)
            for i, r, n in zip(tap, reaches, lengths, strict=True)
        ]
        made[(slice(None), *places)] += x @ kernel[tap].T
    kept = [_uncovered(n, size, r) for n, size, r in zip(lengths, whole, reaches, strict=True)]
    bare: Array = made[(slice(None), *kept)]
    return bare


def _uncovered(length: int, whole: int, reach: Reach) -> slice:
    """The places that the convolution's padding does not cover."""
    if reach.padding == "valid":
        return slice(None)
    before = (whole - length * reach.stride) // 2
    return slice(before, before + length * reach.stride)


def real_places(mask: Array, reach: Reach) -> Array:
    """Which windows are real, of a mask `(batch, T)`: those that stand on real steps alone, or
    where zeros stand around the sequence those of a real step."""
    if reach.padding == "valid":
        return windows(mask[..., None], [Reach(reach.span, reach.stride)]).min(axis=(2, 3))
    return mask[:, :: reach.stride]


def reached_places(mask: Array, reach: Reach) -> Array:
    """Which places are real of those that a transposed convolution makes of a mask `(batch, T)`:
    where a real step reaches; where zeros stand around the sequence, those of a real step."""
    places = np.repeat(mask, reach.stride, axis=1)
    if reach.padding != "valid" or reach.span <= reach.stride:
        return places
    found = np.pad(places, ((0, 0), (0, reach.span - reach.stride)))
    for step in range(mask.shape[1]):
        begins = step * reach.stride
        found[:, begins : begins + reach.span] |= mask[:, step, None]
    return found


def pooled(kind: str, x: Array, counted: Array, axes: tuple[int, ...]) -> Array:
    """What a kind of `pool` makes of all that counts along the axes; zero where nothing does."""
    counted = np.broadcast_to(counted, x.shape)
    if kind in ("max", "min", "logsumexp"):
        return _extreme(kind, np.where(counted, x, np.inf if kind == "min" else -np.inf), axes)
    number = np.maximum(counted.sum(axes, keepdims=True), 1)
    total = np.where(counted, x, 0).sum(axes, keepdims=True)
    if kind == "std":
        squares = np.where(counted, (x - total / number) ** 2, 0).sum(axes, keepdims=True)
        return np.maximum(np.sqrt(squares / number), 1e-6).squeeze(axes)
    return (total / number if kind == "mean" else total).squeeze(axes)


def _extreme(kind: str, x: Array, axes: tuple[int, ...]) -> Array:
    if kind == "logsumexp":
        found = x
        for axis in sorted(axes, reverse=True):
            found = np.logaddexp.reduce(found, axis)
    else:
        found = x.min(axes) if kind == "min" else x.max(axes)
    return np.where(np.isinf(found), 0, found)
