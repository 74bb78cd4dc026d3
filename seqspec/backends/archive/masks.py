"""Masks that Keras carries along with tensors, as `Layer.__call__` of Keras 3.15 does.

Where one is computed, operations for that become part of the model, and where a layer reads one
that is attached to its only argument, so does the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seqspec.backends.archive.catalogue import CELLS, RECURRENT
from seqspec.backends.archive.symbolic import Operation, Symbol

Apply = Callable[..., Symbol]  # of a function of keras.ops, by its name

_TAKE_ONE = (*RECURRENT, "Attention", "AdditiveAttention", "BatchNormalization",
             "GlobalAveragePooling1D", "Sequential", "Functional")  # fmt: skip
_KEEP = ("Activation", "BatchNormalization", "Dense", "Dropout", "GaussianNoise",
         "GroupNormalization", "GroupQueryAttention", "Identity", "LayerNormalization",
         "LeakyReLU", "MultiHeadAttention", "PReLU", "Rescaling", "SpatialDropout1D",
         "SpatialDropout2D", "SpatialDropout3D", "TimeDistributed",
         "UnitNormalization")  # fmt: skip
_MERGE = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")

Mask = Symbol | list[Any] | None


def attached(value: Any) -> Mask:
    """The mask of a tensor; of a list of tensors, a list."""
    if isinstance(value, list | tuple):
        return [attached(item) for item in value]
    return value.mask if isinstance(value, Symbol) else None


def filled_in(layer: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The keywords with the mask that Keras puts among them, and saves with the call."""
    takes = layer.class_name in _TAKE_ONE and not kwargs and len(args) == 1
    if not (takes and isinstance(args[0], Symbol) and args[0].mask):
        return kwargs
    by_default = {"training": False} if layer.class_name in CELLS else {}
    return {"mask": args[0].mask, **by_default}


def result(
    layer: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], apply: Apply
) -> Symbol | None:
    """The mask of what a call of the layer gives; `apply` makes operations that compute it."""
    name, config, given = layer.class_name, layer.config, args[0]
    before = kwargs.get("mask") or attached(given)
    match name:
        case "Masking":
            differs = apply("not_equal", given, config.get("mask_value", 0.0))
            return apply("any", differs, axis=-1)
        case "Embedding":
            return apply("not_equal", given, 0) if config.get("mask_zero") else None
        case "Concatenate":
            return _concatenated(given, before, config.get("axis", -1), apply)
    if name in RECURRENT:
        inner = config["layer"]["config"] if name == "Bidirectional" else config
        return _one(before) if inner.get("return_sequences") else None
    if name in _MERGE:
        return _all_of(before, apply)
    return _one(before) if name in _KEEP else None


def _one(mask: Mask) -> Symbol | None:
    return mask if isinstance(mask, Symbol) else None


def _all_of(masks: Mask, apply: Apply) -> Symbol | None:
    if not isinstance(masks, list) or any(mask is None for mask in masks):
        return None
    first, *others = masks
    for mask in others:
        first = apply("logical_or", first, mask)
    return _one(first)


def _concatenated(given: Any, masks: Mask, axis: int, apply: Apply) -> Symbol | None:
    if not isinstance(masks, list) or all(mask is None for mask in masks):
        return None
    whole: list[Symbol] = []
    for tensor, mask in zip(given, masks, strict=True):
        if mask is None:
            whole.append(apply("ones_like", tensor, dtype="bool"))
        else:
            wide = apply("expand_dims", mask, axis=-1)
            whole.append(apply("logical_or", wide, apply("zeros_like", tensor, dtype="bool")))
    return apply("any", apply("concatenate", whole, axis=axis), axis=-1, keepdims=False)
