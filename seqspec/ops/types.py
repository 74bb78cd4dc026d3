"""The kinds of arguments that operations declare their fields with."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from seqspec.values import Size


class OperandMark:
    """Marks a field whose argument is a value: it holds that value's place among the inputs."""


Operands = Annotated[tuple[int, ...], OperandMark()]
Units = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Factor = Annotated[float, Field(ge=0)]
Kernel = tuple[Annotated[int, Field(ge=1)], ...]  # `3`, `3x3`: one size an axis
Shape = tuple[Size, ...]
Window = tuple[int | None, int | None, int | None]  # start, stop, step of a slice


def arg(default: Any = ..., help: str = "", **bounds: Any) -> Any:
    """A field that fills by kind and order, or by `key=value`."""
    return Field(default, description=help, json_schema_extra={"positional": True}, **bounds)


def option(default: Any = None, help: str = "", **bounds: Any) -> Any:
    """A field that only `key=value` fills."""
    return Field(default, description=help, json_schema_extra={"positional": False}, **bounds)


InitializerName = Literal[
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
    "lecun_normal", "orthogonal", "identity", "random_uniform", "random_normal",
    "truncated_normal", "variance_scaling", "zeros", "ones",
]  # fmt: skip

ActivationName = Literal[
    "relu", "tanh", "sigmoid", "softmax", "gelu", "silu", "swish", "elu", "selu", "celu",
    "leaky_relu", "relu6", "exponential", "hard_shrink", "hard_sigmoid", "hard_silu",
    "hard_swish", "hard_tanh", "linear", "log_sigmoid", "log_softmax", "mish", "soft_shrink",
    "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "tanh_shrink", "threshold",
]  # fmt: skip


def literals(annotation: Any) -> tuple[str, ...]:
    """The words of a `Literal`, or of a union of them."""
    found: list[str] = []
    for part in get_args(annotation):
        found += [part] if isinstance(part, str) else literals(part)
    return tuple(found)
