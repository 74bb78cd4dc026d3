"""Calls in other words, which compute the same: those that people write and `lower` does not.

ops.relu(x)  →  layers.Activation("relu")(x)        x + y  →  layers.Add()([x, y])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from seqspec.backends.archive.catalogue import FUNCTIONS
from seqspec.backends.archive.symbolic import Node, Operation, Symbol, snake_case
from seqspec.ops.types import ActivationName, literals
from seqspec.values import Value, product

_ACTIVATIONS = frozenset(literals(ActivationName))
_MERGES = ("Add", "Subtract", "Multiply", "Maximum", "Minimum")
_REDUCED = ("Sum", "Mean", "Max", "Min", "Var", "Logsumexp")
_GLOBAL = {"Mean": "GlobalAveragePooling", "Max": "GlobalMaxPooling"}


def equivalents(node: Node, values: Sequence[Value | None]) -> Iterator[Node]:
    """Other calls that give the same tensor; `values` are the tensors that it reads."""
    made, args = node.operation, node.args
    x = values[0] if values else None
    name = made.class_name
    if made.is_layer:
        yield from _of_layer(node, x)
    elif name in _MERGES and len(args) == 2 and all(isinstance(a, Symbol) for a in args):
        yield _layer(name, made, {}, [*args])
    elif name == "Concatenate":
        yield _layer("Concatenate", made, {"axis": made.config.get("axis", 0)}, args[0], x)
    elif name in _REDUCED and x is not None and made.config.get("axis") in (x.rank, (x.rank,)):
        yield Node(Operation(made.module, name, {**made.config, "axis": -1}), args)
    elif name in _GLOBAL and x is not None and not made.config.get("keepdims"):
        if _axes(made.config.get("axis"), x) == tuple(range(1, x.rank)) and 2 <= x.rank <= 4:
            yield _layer(f"{_GLOBAL[name]}{x.rank - 1}D", made, {}, args[0])
    elif name in ("Transpose", "Reshape", "ExpandDims", "Squeeze") and x is not None:
        yield from _arranged(node, x)
    elif name == "Flip" and x is not None and _axes(made.config.get("axis"), x) == (1,):
        yield _function("get_item", made, args[0], (slice(None), slice(None, None, -1)))
    elif snake_case(name) in _ACTIVATIONS and _is_plain(made):
        yield _activation(made, snake_case(name), args[0])


def _of_layer(node: Node, x: Value | None) -> Iterator[Node]:
    found = _BY_CLASS.get(node.operation.class_name)
    if node.operation.config.get("value_dim") and not node.kwargs.get("return_attention_scores"):
        # `lower` asks for the scores as well where a head's values have another size than its keys
        yield Node(node.operation, node.args, {**node.kwargs, "return_attention_scores": True})
    for form in found(node.operation, node.args[0], x) if found is not None else ():
        same = form.operation.class_name == node.operation.class_name
        yield Node(form.operation, form.args, node.kwargs) if same else form


def _relu(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    config = made.config
    slope, most = config.get("negative_slope") or 0.0, config.get("max_value")
    if config.get("threshold"):
        return
    if not slope and most in (None, 6):
        yield _activation(made, "relu" if most is None else "relu6", data)
    elif most is None:
        yield _layer("LeakyReLU", made, {"negative_slope": slope}, data)


def _elu(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    if made.config.get("alpha", 1.0) == 1.0:
        yield _activation(made, "elu", data)


def _softmax(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    axis, rank = made.config.get("axis", -1), x.rank if x else None
    if axis in (-1, rank):
        yield _activation(made, "softmax", data)
    elif axis == 1 or (rank and axis == -rank):
        yield _function("softmax", made, data, axis=1)


def _reshape(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    """The size that is left to be worked out, where it is known."""
    target = [*made.config.get("target_shape", ())]
    whole = product(x.shape) if x else None
    rest = math.prod(size for size in target if size != -1)
    if target.count(-1) == 1 and isinstance(whole, int) and rest and whole % rest == 0:
        target[target.index(-1)] = whole // rest
        yield _layer("Reshape", made, {"target_shape": tuple(target)}, data)


def _cropping(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    before, after = _pair(made.config.get("cropping", 1))
    yield _function("get_item", made, data, (slice(None), slice(before or None, -after or None)))


def _distributed(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    """What works on the features of each step needs nobody who goes through the steps."""
    inner = made.config.get("layer")
    if isinstance(inner, dict) and inner.get("class_name") in _BY_FEATURES:
        config = {**inner["config"], "name": made.name}
        yield Node(Operation("keras.layers", inner["class_name"], config), (data,))


def _last_axis(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    """The last axis counted from the end, as it is not where a file says no shapes."""
    axis = made.config.get("axis")
    if x is not None and (axis == x.rank or axis in ((x.rank,), [x.rank])):
        yield Node(Operation(made.module, made.class_name, {**made.config, "axis": -1}), (data,))


def _pair_of_axes(made: Operation, data: Any, x: Value | None) -> Iterator[Node]:
    axes = made.config.get("axes")
    if isinstance(axes, int):
        config = {**made.config, "axes": (axes, axes)}
        yield Node(Operation(made.module, made.class_name, config), (data,))


_BY_CLASS: dict[str, Callable[[Operation, Any, Value | None], Iterator[Node]]] = {
    "ReLU": _relu, "ELU": _elu, "Softmax": _softmax, "Reshape": _reshape,
    "Cropping1D": _cropping, "TimeDistributed": _distributed, "Dot": _pair_of_axes,
    "BatchNormalization": _last_axis, "LayerNormalization": _last_axis, "Concatenate": _last_axis,
}  # fmt: skip
_BY_FEATURES = ("Dense", "Activation", "LeakyReLU", "Dropout", "LayerNormalization", "Embedding")


def _arranged(node: Node, x: Value) -> Iterator[Node]:
    """The values in another shape."""
    made, data = node.operation, node.args[0]
    config = made.config
    shape = [size if isinstance(size, int) else -1 for size in x.shape]
    match made.class_name:
        case "Transpose":
            axes = config.get("axes") or [*range(x.rank, -1, -1)]
            if axes[0] == 0:
                yield _layer("Permute", made, {"dims": tuple(axes[1:])}, data)
            return
        case "Reshape":
            first, *rest = config.get("newshape") or [0]
            whole = first in (-1, None) and not any(size in (-1, None) for size in rest)
            if whole or (first is not None and first == x.batch):
                yield _layer("Reshape", made, {"target_shape": tuple(rest)}, data)
            return
        case "ExpandDims":
            axis = config.get("axis", 0)
            place = axis if axis >= 0 else x.rank + 2 + axis
            shape.insert(place - 1, 1)
        case "Squeeze":
            for axis in sorted(_axes(config.get("axis"), x), reverse=True):
                del shape[axis - 1]
    if shape.count(-1) <= 1:
        yield _layer("Reshape", made, {"target_shape": tuple(shape)}, data)


def _axes(axis: Any, x: Value) -> tuple[int, ...]:
    """Axes counted from the batch on; none where they are all meant."""
    axes = axis if isinstance(axis, list | tuple) else [] if axis is None else [axis]
    return tuple(sorted(a if a >= 0 else x.rank + 1 + a for a in axes))


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _is_plain(made: Operation) -> bool:
    """Whether a function is called as its activation is."""
    rest = {k: v for k, v in made.config.items() if k not in ("name", "dtype") and v is not None}
    return rest in (_AS_ACTIVATIONS.get(made.class_name, {}), {"axis": -1})


_AS_ACTIVATIONS: dict[str, dict[str, Any]] = {
    "Gelu": {"approximate": False}, "Elu": {"alpha": 1.0}, "Celu": {"alpha": 1.0},
    "LeakyRelu": {"negative_slope": 0.2},
}  # fmt: skip


def _activation(like: Operation, name: str, data: Any) -> Node:
    return _layer("Activation", like, {"activation": name}, data)


def _layer(
    name: str, like: Operation, config: dict[str, Any], data: Any, x: Value | None = None
) -> Node:
    axis = config.get("axis")
    if x is not None and isinstance(axis, int) and axis == x.rank:
        config = {**config, "axis": -1}
    return Node(Operation("keras.layers", name, {"name": like.name, **config}), (data,))


def _function(name: str, like: Operation, *args: Any, **config: Any) -> Node:
    kept = FUNCTIONS[name]
    return Node(Operation(kept.module, kept.class_name, {"name": like.name, **config}), args)
