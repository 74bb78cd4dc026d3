"""The kinds of arguments that operations declare their fields with."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, get_args

from seqspec.record import arg, option
from seqspec.values import Size

__all__ = [
    "ActivationName",
    "Axes",
    "Bound",
    "Count",
    "Factor",
    "Initial",
    "InitializerName",
    "Kernel",
    "Numbers",
    "OperandMark",
    "Operands",
    "Rate",
    "Several",
    "Shape",
    "Units",
    "Window",
    "arg",
    "literals",
    "option",
]


class OperandMark:
    """Marks a field whose argument is a value: it holds that value's place among the inputs."""


class Several:
    """Marks sizes that stand side by side (`2 1`) and are not joined (`2x1`)."""


class Bound(NamedTuple):
    """The bounds of a number: at least `ge`, less than `lt`."""

    ge: float | None = None
    lt: float | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        schema = handler(source)
        return {**schema, **{k: v for k, v in (("ge", self.ge), ("lt", self.lt)) if v is not None}}


Operands = Annotated[tuple[int, ...], OperandMark()]
Units = Annotated[int, Bound(ge=1)]
Count = Annotated[int, Bound(ge=1)]
Rate = Annotated[float, Bound(ge=0, lt=1)]
Factor = Annotated[float, Bound(ge=0)]
Kernel = tuple[Annotated[int, Bound(ge=1)], ...]  # `3`, `3x3`: one size an axis
Shape = tuple[Size, ...]
Axes = Annotated[Shape, Several()]
Numbers = tuple[float, ...]  # one for all features, or `0.5,0.1`: one for each
Window = tuple[int | None, int | None, int | None]  # start, stop, step of a slice


InitializerName = Literal[
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
    "lecun_normal", "orthogonal", "identity", "random_uniform", "random_normal",
    "truncated_normal", "variance_scaling", "zeros", "ones",
]  # fmt: skip

Initial = InitializerName | float  # a number is a constant

ActivationName = Literal[
    "relu", "tanh", "sigmoid", "softmax", "gelu", "silu", "swish", "elu", "selu", "celu",
    "leaky_relu", "relu6", "exponential", "hard_shrink", "hard_sigmoid", "hard_silu",
    "hard_swish", "hard_tanh", "linear", "log_sigmoid", "log_softmax", "mish", "soft_shrink",
    "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "tanh_shrink",
]  # fmt: skip


def literals(annotation: Any) -> tuple[str, ...]:
    """The words of a `Literal`, or of a union of them."""
    found: list[str] = []
    for part in get_args(annotation):
        found += [part] if isinstance(part, str) else literals(part)
    return tuple(found)
