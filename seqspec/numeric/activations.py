"""The nonlinearities by their names, each as its paper or its common definition has it."""

from __future__ import annotations

import math
from collections.abc import Callable

from seqspec.numeric.array import Array, np

LEAK = 0.2  # of `leaky_relu` where no slope is given


def softmax(x: Array, axis: int = -1) -> Array:
    """exp x / Σ exp x along an axis; zeros where everything is -∞: there is nothing to choose."""
    e = np.exp(x - _top(x, axis))
    total: Array = e.sum(axis, keepdims=True)
    return np.divide(e, np.where(total == 0, 1, total))


def log_softmax(x: Array, axis: int = -1) -> Array:
    """x - log Σ exp x along an axis."""
    above = x - _top(x, axis)
    total = np.exp(above).sum(axis, keepdims=True)
    return above - np.log(np.where(total == 0, 1, total))


def _top(x: Array, axis: int) -> Array:
    """The largest value along an axis, which may be taken off before `exp`; 0 for -∞."""
    top = x.max(axis, keepdims=True)
    return np.where(np.isfinite(top), top, 0)


def sparsemax(x: Array) -> Array:
    """The nearest point to x of the simplex (Martins & Astudillo 2016, algorithm 1)."""
    ordered = np.flip(np.sort(x, axis=-1), axis=-1)
    sums, k = np.cumsum(ordered, axis=-1), np.arange(1, x.shape[-1] + 1)
    support = (1 + k * ordered > sums).sum(-1, keepdims=True)
    threshold = (np.take_along_axis(sums, support - 1, axis=-1) - 1) / support
    return np.maximum(x - threshold, 0)


def glu(x: Array) -> Array:
    """a σ(b) for the halves a, b of the features (Dauphin et al. 2017)."""
    a, b = np.split(x, 2, axis=-1)
    return np.multiply(a, sigmoid(b))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp -x), without overflow."""
    return np.exp(log_sigmoid(x))


def log_sigmoid(x: Array) -> Array:
    """log σ(x)."""
    return -np.logaddexp(0, -x)


def softplus(x: Array) -> Array:
    """log (1 + exp x)."""
    return np.logaddexp(0, x)


def leaky_relu(x: Array, slope: float = LEAK) -> Array:
    """x above zero and slope · x below (Maas et al. 2013)."""
    return np.where(x > 0, x, slope * x)


def elu(x: Array) -> Array:
    """x above zero and exp x - 1 below (Clevert et al. 2016)."""
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def normal_cdf(x: Array) -> Array:
    """Φ(x), the share of a normal distribution below x."""
    return (1 + erf(x / math.sqrt(2))) / 2


def erf(x: Array) -> Array:
    """The error function, 2/√π ∫ exp(-t²) from 0 to x."""
    found: Array = np.vectorize(math.erf, otypes=[float])(x)
    return found


def hard_sigmoid(x: Array) -> Array:
    """x / 6 + 1/2, cut off at 0 and 1."""
    return np.clip(x / 6 + 0.5, 0, 1)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": leaky_relu,
    "elu": elu,
    "celu": elu,  # Barron 2017 with α = 1
    "selu": lambda x: (  # Klambauer et al. 2017
        1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))
    ),
    "gelu": lambda x: x * normal_cdf(x),  # Hendrycks & Gimpel 2016
    "silu": lambda x: x * sigmoid(x),  # Elfwing et al. 2017
    "swish": lambda x: x * sigmoid(x),  # Ramachandran et al. 2017
    "mish": lambda x: x * np.tanh(softplus(x)),  # Misra 2019
    "tanh": lambda x: np.tanh(x),
    "sigmoid": sigmoid,
    "log_sigmoid": log_sigmoid,
    "softplus": softplus,
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,  # Barron 2021
    "softsign": lambda x: x / (1 + np.abs(x)),
    "exponential": lambda x: np.exp(x),
    "softmax": softmax,
    "log_softmax": log_softmax,
    "sparsemax": sparsemax,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": lambda x: x * hard_sigmoid(x),  # Howard et al. 2019
    "hard_swish": lambda x: x * hard_sigmoid(x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "sparse_plus": lambda x: np.where(x >= 1, x, np.maximum(x + 1, 0) ** 2 / 4),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),  # Blondel et al. 2019
}


def activate(name: str | None, x: Array) -> Array:
    """The nonlinearity of a name; without one, the values as they are."""
    return ACTIVATIONS[name](x) if name else x
