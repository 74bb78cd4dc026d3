"""Where values come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array
from seqspec.ops.base import Operation
from seqspec.ops.rules import floats
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site, Tensor
from seqspec.ops.types import Shape, Units, arg, option
from seqspec.program import call
from seqspec.values import Value, shape_text


class In(Operation):
    """An input of the model: a vector, a sequence, or a sequence of token ids."""

    op: Literal["in"] = "in"
    shape: Shape = arg(..., "sizes without the batch: `6`, `10x6`, `Tx8`, `?x8`")
    tokens: bool = arg(False, "the values are integer ids")
    batch: Units | None = option(None, "a fixed batch size")

    takes_flow: ClassVar[bool] = False
    example: ClassVar[str] = "in 10x6 -> lstm 8"
    shape_rule: ClassVar[str] = "the shape given"
    mask_rule: ClassVar[str] = "none"
    keras: ClassVar[str] = "keras.Input"

    def infer(self, *values: Value) -> Value:
        return Value(
            shape=self.shape, dtype="int32" if self.tokens else "float32", batch=self.batch
        )

    def lower(self, site: Site) -> Tensor:
        shape = tuple(size if isinstance(size, int) else None for size in self.shape)
        if self.batch is None:
            arguments: dict[str, object] = {"shape": shape}
        else:
            arguments = {"batch_shape": (self.batch, *shape)}
        if self.tokens:
            arguments["dtype"] = "int32"
        return Tensor(site.bind(call("keras.Input", **arguments, name=site.name)))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """The data as given."""
        return inputs[0]


class Lift(Operation):
    """A vector input read as a sequence: one step for each of its values.

    The compiler puts it where an input vector meets an operation that needs steps.
    """

    op: Literal["lift"] = "lift"

    anchors: ClassVar[tuple[str, ...]] = ("Reshape",)
    example: ClassVar[str] = "in 6 -> lift -> lstm 8"
    shape_rule: ClassVar[str] = "(F) becomes (F, 1)"
    mask_rule: ClassVar[str] = "none"
    keras: ClassVar[str] = "Reshape"

    def infer(self, *values: Value) -> Value:
        x = floats(self.op, values[0])
        if x.rank != 1:
            raise Problem(
                Code.WRONG_RANK,
                f"`lift` reads a vector as steps of one value, and {shape_text(x.shape)} is none",
                label=f"given {x}",
                help="`reshape` arranges the values of others",
            )
        return x.derive(*x.shape, 1, mask=False)

    def lower(self, site: Site) -> Tensor:
        (size,) = site.values[0].shape
        target = (size if isinstance(size, int) else -1, 1)
        return Tensor(site.bind(call(site.layer("Reshape", target), site.x.data)))

    def reference(self, weights: Sequence[Array], *inputs: Signal) -> Signal:
        """Each value of the vector as a step of its own."""
        return Signal(inputs[0].data[..., None])
