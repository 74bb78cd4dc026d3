"""Recurrent cells as their papers have them, and reading a sequence with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seqspec.numeric.activations import activate
from seqspec.numeric.array import Array, np

States = tuple[Array, ...]
Step = Callable[[Array, States], States]
"""From the values of a step and the states before it to the states after it, the output first."""
Mixed = Callable[[Array, Array], Array]
"""W x + U h + b, for all gates side by side."""


def read(
    cell: Callable[[Sequence[Array]], Step],
    weights: Sequence[Array],
    x: Array,
    mask: Array | None,
    starts: States,
    direction: str,
) -> tuple[list[Array], list[States]]:
    """Reads `x`, `(batch, T, …)`, `forward`, `backward` or, each way by itself, `both`.

    Each way has its share of the weights and of the states to start from. Gives each way's
    outputs, in the steps' places, and the states that it ends in.
    """
    ways = {"forward": [False], "backward": [True], "both": [False, True]}[direction]
    outputs, ends = [], []
    for way, backwards in enumerate(ways):
        step, start = cell(_share(weights, way, len(ways))), _share(starts, way, len(ways))
        after = _scan(step, x, mask, tuple(start), backwards)
        outputs.append(np.stack([states[0] for states in after], axis=1))
        ends.append(after[0 if backwards else -1])
    return outputs, ends


def _share(parts: Sequence[Array], way: int, ways: int) -> Sequence[Array]:
    size = len(parts) // ways
    return parts[way * size : (way + 1) * size]


def _scan(
    step: Step, x: Array, mask: Array | None, states: States, backwards: bool
) -> list[States]:
    """The states after each step; a masked one leaves a sample's states as they are."""
    after: list[States] = [states] * x.shape[1]
    for t in reversed(range(x.shape[1])) if backwards else range(x.shape[1]):
        new = step(x[:, t], states)
        if mask is not None:
            new = tuple(_chosen(mask[:, t], *pair) for pair in zip(new, states, strict=True))
        after[t] = states = new
    return after


def _chosen(real: Array, new: Array, old: Array) -> Array:
    return np.where(real.reshape(-1, *(1,) * (new.ndim - 1)), new, old)


def mixing(kernel: Array, recurrent: Array, bias: Array | float = 0.0) -> Mixed:
    """W x + U h + b of vectors."""
    return lambda x, h: x @ kernel + h @ recurrent + bias


def lstm(mixed: Mixed, activation: str, gate: str) -> Step:
    """c' = f ∘ c + i ∘ g, h' = o ∘ act(c') (Hochreiter & Schmidhuber 1997; the forget gate is
    that of Gers et al. 2000). Gates stand in the order i, f, g, o."""

    def step(x: Array, states: States) -> States:
        h, c = states
        i, f, g, o = np.split(mixed(x, h), 4, axis=-1)
        c = activate(gate, f) * c + activate(gate, i) * activate(activation, g)
        return activate(gate, o) * activate(activation, c), c

    return step


def gru(weights: Sequence[Array], activation: str, gate: str, after: bool) -> Step:
    """h' = z ∘ h + (1 - z) ∘ n, n = act(W x + b + U (r ∘ h)) (Cho et al. 2014, eq. 5 to 8).

    With `after`, n = act(W x + b + r ∘ (U h + b')) and biases are b and b': the reset gate works
    behind the product, so that U h is one product for all gates (cuDNN's variant). Gates stand
    in the order z, r, n.
    """
    kernel, recurrent, *biases = weights
    of_input, of_state = biases[0] if biases and after else (*biases, *np.zeros((2, 1)))[:2]
    (uz, ur, un), of_state = np.split(recurrent, 3, axis=-1), of_state + np.zeros(len(kernel[0]))
    bz, br, bn = np.split(of_state, 3)

    def step(x: Array, states: States) -> States:
        (h,) = states
        xz, xr, xn = np.split(x @ kernel + of_input, 3, axis=-1)
        z, r = activate(gate, xz + h @ uz + bz), activate(gate, xr + h @ ur + br)
        n = activate(activation, xn + (r * (h @ un + bn) if after else (r * h) @ un))
        return (z * h + (1 - z) * n,)

    return step


def rnn(mixed: Mixed, activation: str) -> Step:
    """h' = act(W x + U h + b) (Elman 1990)."""
    return lambda x, states: (activate(activation, mixed(x, states[0])),)


def together(merge: str, ways: Sequence[Array]) -> Array:
    """What two directions give, as one (Schuster & Paliwal 1997); of one, what it gives."""
    if len(ways) == 1:
        return ways[0]
    forward, backward = ways
    match merge:
        case "concat":
            return np.concatenate([forward, backward], axis=-1)
        case "mul":
            return forward * backward
        case "sum":
            return forward + backward
    return (forward + backward) / 2
