"""Numbers in order, each as near as can be to where it wants to be, and far enough apart."""

from __future__ import annotations

from collections.abc import Sequence


def spread(
    wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]
) -> list[float]:
    """The numbers with the least sum of weighted squares away from those wanted.

    Each is at least `apart` behind the one before: neighbours that come too near are moved
    together, to the mean of what they want (pool adjacent violators, Ayer et al. 1955).
    """
    moved = [0.0]
    for distance in apart:
        moved.append(moved[-1] + distance)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, weight, by in zip(wanted, weights, moved, strict=False):
        mean, total, count = want - by, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = heavy + total, count + many
        pools.append((mean, total, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + by for mean, by in zip(means, moved, strict=False)]
