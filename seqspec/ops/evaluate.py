"""Runs nodes in NumPy: each operation by its `reference`, on what those before it gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from seqspec.diagnostics import UsageError
from seqspec.numeric.array import Array
from seqspec.ops.chain import Chain, Node
from seqspec.ops.input import In
from seqspec.ops.signal import Signal
from seqspec.record import Record
from seqspec.values import Dim, Value, shape_text

_T = TypeVar("_T")
Weights = Mapping[str, Sequence[Array]]
"""The weights of each node, under the node's name and in the order of its `weights()`."""


def evaluate(
    nodes: Sequence[Node], weights: Weights, inputs: Mapping[str, Signal]
) -> dict[str, Signal]:
    """What each node gives. All sizes are known numbers (`sized`).

    Raises `UsageError` for an operation without a reference, for numbers that do not fit, and
    where a result differs from what was checked: that is a fault of the operation.
    """
    signals: dict[str, Signal] = {}
    for node in nodes:
        flowing = [signals[name] for name in node.inputs]
        if isinstance(node.op, In):
            flowing = [inputs[node.name]]
        own = weights.get(node.shares or node.name, ())
        signals[node.name] = _as_checked(node, node.op.reference(own, *flowing))
    return signals


def _as_checked(node: Node, signal: Signal) -> Signal:
    """The signal, of the node's shape. A mask that the checker calls lost is left behind."""
    shape = signal.data.shape[1:]
    if shape != node.value.shape:
        raise UsageError(
            f"`{node.op.op}` ({node.name}) gives {shape_text(shape)} here, "
            f"and {shape_text(node.value.shape)} is declared"
        )
    if node.value.mask and signal.mask is None:
        raise UsageError(f"`{node.op.op}` ({node.name}) gives no mask, and one is declared")
    return signal if node.value.mask else signal.replace(mask=None)


def inside(chain: Chain, weights: Sequence[Array], x: Array) -> Array:
    """What a chain makes of one value; its weights in the order of `chain.all_weights()`."""
    remaining = iter(weights)
    own = {node.name: [next(remaining) for _ in chain.weights(node)] for node in chain.nodes}
    return evaluate(chain.nodes, own, {chain.nodes[0].name: Signal(x)})[chain.output].data


def sized(part: _T, sizes: Mapping[str, int]) -> _T:
    """Nodes, operations, values or shapes with numbers in place of the sizes that have a name."""
    found: object = part
    match part:
        case Dim():
            found = part.at(sizes)
        case tuple():
            found = tuple(sized(item, sizes) for item in part)
        case Value():
            found = part.replace(shape=sized(part.shape, sizes))
        case Record():
            changes = {name: sized(value, sizes) for name, value in part.items().items()}
            found = part.replace(**changes)
    return cast("_T", found)
