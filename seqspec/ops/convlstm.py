"""A recurrent layer whose state is an image."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array
from seqspec.numeric.recurrence import Step, lstm
from seqspec.numeric.windows import Reach, convolve
from seqspec.ops.base import Weight
from seqspec.ops.recurrent import Recurring
from seqspec.ops.rules import floats, known, never_frozen, sequence
from seqspec.ops.states import check_states
from seqspec.ops.types import ActivationName, Kernel, Units, arg, option
from seqspec.ops.window import Sliding, plain, reaches, spread
from seqspec.values import Cell, Size, Value, product, shape_text

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class ConvLstm(Recurring):
    """An LSTM over frames whose kernels are convolutions (Shi et al. 2015)."""

    op: Literal["convlstm"] = "convlstm"
    filters: Units = arg(..., "how many features come out, and how many the state has")
    kernel: Kernel = arg(..., "the window: one size for each axis of a frame")
    padding: Literal["valid", "same"] = arg("valid", "inside each frame only, or zeros around it")
    stride: Kernel | None = option(None, "places from one window to the next")
    dilation: Kernel | None = option(None, "places from one of the window's values to the next")
    recurrent_activation: ActivationName | None = option(None, "of the gates, in place of sigmoid")
    forget_bias: bool = option(True, "the forget gate's bias starts at one")

    cell: ClassVar[Cell] = "convlstm"
    anchors: ClassVar[tuple[str, ...]] = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional")
    example: ClassVar[str] = "in Tx16x16x1 -> convlstm 8 3x3 same -> take last"
    shape_rule: ClassVar[str] = "(T, H, W, C) becomes (T, H', W', FILTERS); H is H' for same"
    keras: ClassVar[str] = "ConvLSTM1D, ConvLSTM2D, ConvLSTM3D; Bidirectional"

    @property
    def layer(self) -> str:  # type: ignore[override]
        """The Keras layer; the kernel's rank is its own."""
        return f"ConvLSTM{len(self.kernel)}D"

    @property
    def sizes(self) -> tuple[object, ...]:
        return (self.filters, plain(self.kernel))

    def windows(self) -> list[Sliding]:
        """The window along each axis of a frame. Raises `Problem`."""
        rank = len(self.kernel)
        strides = spread(self.op, self.stride, rank, "stride")
        dilations = spread(self.op, self.dilation, rank, "dilation")
        if max(strides) > 1 and max(dilations) > 1:
            raise Problem(
                Code.BAD_COMBINATION,
                "a convolution is strided or dilated, not both",
                field="dilation",
            )
        return [
            Sliding((k - 1) * d + 1, s, self.padding)
            for k, d, s in zip(self.kernel, dilations, strides, strict=True)
        ]

    def infer(self, *values: Value) -> Value:
        x = self._frames(values[0])
        self.check_direction(x)
        if self.frozen:
            raise never_frozen("a `ConvLSTM` layer")
        sizes: list[Size] = [
            window.size(known(size, f"the {axis} of a frame", "the state has its size"))
            for window, size, axis in zip(
                self.windows(), x.shape[1:], _AXES[len(self.kernel)], strict=False
            )
        ]
        check_states(self.states, (*sizes, self.filters), values[1:])
        return x.derive(x.steps, *sizes, self.features_out).replace(states=self.states)

    def _frames(self, value: Value) -> Value:
        """Refuses what is no sequence of as many axes as the kernel has, with features."""
        rank = len(self.kernel)
        if rank > 3:
            raise Problem(
                Code.WRONG_RANK,
                f"`{self.op}` slides over one to three axes, not {rank}",
                field="kernel",
            )
        x = floats(self.op, sequence(self.op, value))
        if x.rank != rank + 2:
            frame = f"(time, {', '.join(_AXES[rank])}, features)"
            raise Problem(
                Code.WRONG_RANK,
                f"`{self.op}` with a kernel of {rank} {'axis' if rank == 1 else 'axes'} reads "
                f"{frame}, and this is {shape_text(x.shape)}",
                label=f"given {x}",
                help="give the kernel a size for each axis of a frame: "
                f"`{'x'.join(['3'] * (x.rank - 2))}`"
                if 2 < x.rank < 6
                else "`reshape` gives each step the axes that it needs",
            )
        return x

    def unit_axes(self, kernel: str) -> tuple[int, ...]:
        return tuple(range(len(self.kernel) + 1))

    def weights(self, *values: Value) -> tuple[Weight, ...]:
        features = known(values[0].features, "the number of features")
        width = 4 * self.filters
        one: list[tuple[str, tuple[int, ...]]] = [
            ("kernel", (*self.kernel, features, width)),
            ("recurrent_kernel", (*self.kernel, self.filters, width)),
        ]
        if self.bias:
            one.append(("bias", (width,)))
        sides = ("forward/", "backward/") if self.bi else ("",)
        return tuple(Weight(side + name, shape) for side in sides for name, shape in one)

    def multiplications(self, asked: Set[str], *values: Value) -> Size:
        frame = product(self.infer(*values).shape[1:-1])
        return frame * super().multiplications(asked, *values)

    def settled(self, *values: Value) -> tuple[object, ...]:
        """The size of a frame: Keras makes the state for the first ones that it meets."""
        return values[0].shape[1:-1]

    def cell_arguments(self) -> dict[str, object]:
        return {
            "padding": "same" if self.padding == "same" else None,
            "strides": plain(self.stride) if self.stride else None,
            "dilation_rate": plain(self.dilation) if self.dilation else None,
            "recurrent_activation": self.recurrent_activation,
            "unit_forget_bias": None if self.forget_bias else False,
        }

    def step(self, weights: Sequence[Array]) -> Step:
        """An LSTM's with convolutions for products (Shi et al. 2015, without the peepholes)."""
        kernel, recurrent, *bias = weights
        again = [Reach(size, padding="same") for size in self.kernel]

        def mixed(x: Array, h: Array) -> Array:
            return sum(bias, convolve(x, kernel, self.reaches()) + convolve(h, recurrent, again))

        return lstm(mixed, self.activation or "tanh", self.recurrent_activation or "sigmoid")

    def zeros(self, weights: Sequence[Array], x: Array) -> Array:
        return 0 * convolve(x, weights[0], self.reaches())[..., : self.filters]

    def reaches(self) -> list[Reach]:
        """The window along each axis of a frame, as NumPy slides it."""
        return reaches(self.op, self.kernel, self.stride, self.dilation, self.padding)
