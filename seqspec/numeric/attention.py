"""Attention and positions as their papers have them. Arrays are `(batch, steps, features)`."""

from __future__ import annotations

from seqspec.numeric.activations import softmax
from seqspec.numeric.array import Array, np


def read(
    scores: Array,
    values: Array | None,
    real: Array | None,
    causal: bool,
    window: int | None = None,
) -> Array:
    """softmax(scores) values, where scores are `(…, T, S)`: each of T steps reads S others.

    What is not real, with `causal` what is later, and what is as far away as the window or
    farther is not read; where nothing is left to read, the result is zero. Without values, the
    softmax itself.
    """
    pairs: Array = np.ones(scores.shape[-2:], bool)
    allowed = np.tril(pairs) if causal else pairs
    if window:
        allowed = allowed & np.tril(pairs, window - 1) & np.triu(pairs, 1 - window)
    if real is not None:
        allowed = allowed & real.reshape(len(real), *(1,) * (scores.ndim - 2), -1)
    shares = softmax(np.where(allowed, scores, -np.inf))
    return shares if values is None else np.matmul(shares, values)


def heads(
    query: Array,
    key: Array,
    value: Array,
    weights: dict[str, Array],
    real: Array | None,
    causal: bool,
    window: int | None = None,
) -> Array:
    """MultiHead(Q, K, V) of Vaswani et al. 2017, 3.2.2. Kernels are `(features, heads, size)`,
    the last `(heads, size, features)`; neighbouring heads share a key and a value where there
    are fewer of those (Ainslie et al. 2023)."""

    def projected(x: Array, part: str) -> Array:
        bias = weights.get(f"{part}_bias", np.zeros(weights[f"{part}_kernel"].shape[1:]))
        return np.einsum("btf,fhs->bhts", x, weights[f"{part}_kernel"]) + bias[:, None]

    q, k, v = projected(query, "query"), projected(key, "key"), projected(value, "value")
    k, v = (np.repeat(x, q.shape[1] // x.shape[1], axis=1) for x in (k, v))
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    shares = read(scores, None, real, causal, window)
    made = np.einsum("bhts,hsf->btf", shares @ v, weights["attention_output_kernel"])
    found = np.any(shares, axis=(1, 3), keepdims=True)[:, 0]
    return np.where(found, made + weights.get("attention_output_bias", 0), 0)


def additive(query: Array, key: Array, scale: Array | float) -> Array:
    """Σ scale · tanh(q + k) for each pair of steps (Bahdanau et al. 2015, A.1.2)."""
    return np.sum(scale * np.tanh(query[:, :, None] + key[:, None]), axis=-1)


def waves(place: Array, features: int) -> Array:
    """sin(p / 10000^(2i / F)) in feature 2i, the cosine in 2i + 1 (Vaswani et al. 2017, 3.5)."""
    feature = np.arange(features)
    angle = place[..., None] / 10000 ** (feature // 2 * 2 / features)
    return np.where(feature % 2 == 0, np.sin(angle), np.cos(angle))
