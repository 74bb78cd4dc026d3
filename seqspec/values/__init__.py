"""What flows between operations: sizes (`Dim`) and values (dtype, shape, mask, states)."""

from seqspec.values.dim import Dim, Size, fresh_unknown, parse_size, product, size_text, total
from seqspec.values.value import Cell, States, Value, shape_text

__all__ = [
    "Cell",
    "Dim",
    "Size",
    "States",
    "Value",
    "fresh_unknown",
    "parse_size",
    "product",
    "shape_text",
    "size_text",
    "total",
]
