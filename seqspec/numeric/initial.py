"""How weights start: Keras's initialisers in NumPy.

The same numbers on every machine: they are made of a counter-based generator's raw bits by
operations that IEEE 754 rounds correctly (+ - × ÷ √), in an order that is written down here. The
functions of the C library, which differ from machine to machine, are not used.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from math import prod, sqrt
from typing import Any, Literal

from seqspec.numeric.array import Array, np
from seqspec.numeric.orthonormal import orthonormal
from seqspec.numeric.quantile import normal_quantile

Shape = tuple[int, ...]
Axes = tuple[int, ...]
Distribution = Literal["uniform", "truncated_normal", "untruncated_normal"]

_TRUNCATED = 0.87962566103423978  # the deviation of a standard normal that is cut at ±2
_BELOW_MINUS_TWO = 0.022750131948179207  # of a standard normal


class Draws:
    """Random numbers of one weight. Its seed and path decide them, and no other weight does."""

    def __init__(self, seed: int, path: str) -> None:
        key = blake2b(f"{seed}/{path}".encode(), digest_size=16).digest()
        self._bits = np.random.Philox(key=np.frombuffer(key, "<u8"))

    def uniform(self, shape: Shape) -> Array:
        """Between 0 and 1, and neither, in steps of 2⁻³²: weights have 24 bits."""
        count = prod(shape)
        raw = self._bits.random_raw((count + 1) // 2).astype("<u8", copy=False).view("<u4")
        found = raw[:count] + 0.5
        found *= 2.0**-32
        return found.reshape(shape)

    def normal(self, shape: Shape) -> Array:
        """Of mean 0 and deviation 1."""
        return normal_quantile(self.uniform(shape))

    def truncated_normal(self, shape: Shape) -> Array:
        """As `normal`, those beyond ±2 drawn again."""
        inside = 1 - 2 * _BELOW_MINUS_TWO
        return normal_quantile(_BELOW_MINUS_TWO + inside * self.uniform(shape))


def fans(shape: Shape, given: Axes = (), made: Axes = ()) -> tuple[int, int]:
    """How many units a weight reads and makes: Glorot & Bengio 2010, for kernels as in Keras.

    `given` and `made` are the axes of each where the weight's own order does not say it.
    """
    if given and made:
        return prod(shape[axis] for axis in given), prod(shape[axis] for axis in made)
    if len(shape) == 1:
        return shape[0], shape[0]
    field = prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def variance_scaling(
    draws: Draws,
    shape: Shape,
    scale: float = 1.0,
    mode: str = "fan_in",
    distribution: Distribution = "truncated_normal",
    axes: tuple[Axes, Axes] = ((), ()),
) -> Array:
    """Of a variance that is `scale` by fan in, fan out or their mean (He et al. 2015)."""
    fan_in, fan_out = fans(shape, *axes)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    if distribution == "uniform":
        limit = sqrt(3 * variance)
        return _drawn(shape, lambda part: limit * (2 * draws.uniform(part) - 1))
    if distribution == "truncated_normal":
        deviation = sqrt(variance) / _TRUNCATED
        return _drawn(shape, lambda part: deviation * draws.truncated_normal(part))
    return _drawn(shape, lambda part: sqrt(variance) * draws.normal(part))


_PART = 1 << 14  # numbers that are worked out at a time, in double precision: they fit in a cache


def _drawn(shape: Shape, draw: Callable[[Shape], Array], kind: Any = np.float32) -> Array:
    """Numbers of a distribution, part by part."""
    found = np.empty(prod(shape), kind)
    for start in range(0, len(found), _PART):
        part = found[start : start + _PART]
        part[:] = draw(part.shape)
    return found.reshape(shape)


def orthogonal(draws: Draws, shape: Shape, gain: float = 1.0) -> Array:
    """Orthonormal rows or columns, uniform among all such (Saxe et al. 2014)."""
    rows, columns = prod(shape[:-1]), shape[-1]
    tall = max(rows, columns), min(rows, columns)
    matrix = orthonormal(_drawn(tall, draws.normal, np.float64))
    whole = (matrix.T if rows < columns else matrix).reshape(shape)
    return np.asarray(gain * whole, np.float32)


# By their names in specs; what each takes beside draws and shape are its arguments in Keras.
_SCALED = {
    "glorot": (1.0, "fan_avg"), "he": (2.0, "fan_in"), "lecun": (1.0, "fan_in"),
}  # fmt: skip
_AS = {"uniform": "uniform", "normal": "truncated_normal"}


def initial(
    start: str, draws: Draws, shape: Shape, axes: tuple[Axes, Axes], **given: float
) -> Array:
    """A weight in single precision, as an initialiser of this name starts it.

    `given` are the initialiser's arguments in Keras.
    """
    family, _, kind = start.partition("_")
    if family in _SCALED:
        scale, mode = _SCALED[family]
        return variance_scaling(draws, shape, scale, mode, _AS[kind], axes)  # type: ignore[arg-type]
    return _BY_NAME[start](draws, shape, axes, **given)


def _uniform(draws: Draws, shape: Shape, minval: float = -0.05, maxval: float = 0.05) -> Array:
    return _drawn(shape, lambda part: minval + (maxval - minval) * draws.uniform(part))


_BY_NAME: dict[str, Callable[..., Array]] = {
    "zeros": lambda draws, shape, axes: np.zeros(shape, np.float32),
    "ones": lambda draws, shape, axes: np.ones(shape, np.float32),
    "constant": lambda draws, shape, axes, value: np.full(shape, value, np.float32),
    "identity": lambda draws, shape, axes, gain=1.0: gain * np.eye(*shape, dtype=np.float32),
    "orthogonal": lambda draws, shape, axes, gain=1.0: orthogonal(draws, shape, gain),
    "random_uniform": lambda draws, shape, axes, **given: _uniform(draws, shape, **given),
    "random_normal": lambda draws, shape, axes, stddev=0.05: _drawn(
        shape, lambda part: stddev * draws.normal(part)
    ),
    "truncated_normal": lambda draws, shape, axes, stddev=0.05: _drawn(
        shape, lambda part: stddev * draws.truncated_normal(part)
    ),
    "variance_scaling": lambda draws, shape, axes, scale=1.0: variance_scaling(
        draws, shape, scale, axes=axes
    ),
}
