"""Sizes and masks of what slides a window over axes: convolution and pooling."""

from __future__ import annotations

from dataclasses import dataclass

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.windows import Reach
from seqspec.program import ALL, Expr, Item, Slice, ops
from seqspec.values import Size, Value, shape_text, size_text


@dataclass(frozen=True)
class Sliding:
    """A window along one axis: its span (dilation counted in), its stride, its padding."""

    span: int
    stride: int
    padding: str

    def size(self, size: Size) -> Size:
        """How many places the window has. Raises `Problem` when it does not fit once."""
        if self.padding != "valid":
            return (size + self.stride - 1) // self.stride
        if isinstance(size, int) and size < self.span:
            raise Problem(
                Code.TOO_SHORT,
                f"a window of {self.span} does not fit into {size_text(size)}",
                label=f"reaches over {self.span}",
                help="use `same` padding, or a smaller window",
            )
        return (size - self.span) // self.stride + 1

    @property
    def keeps_mask(self) -> bool:
        """Whether each place belongs to a step whatever the padding: strided `same` does not."""
        return self.stride == 1 or self.padding != "same"

    def mask(self, mask: Expr) -> Expr:
        """The mask of the places: inside the sequence for `valid`, else that of their step."""
        stride = self.stride if self.stride > 1 else None
        if self.padding != "valid":
            return Item(mask, (ALL, Slice(step=stride))) if stride else mask
        if self.span > 1:
            reach = self.span - 1
            mask = ops(
                "logical_and",
                Item(mask, (ALL, Slice(start=reach))),
                Item(mask, (ALL, Slice(stop=-reach))),
            )
        return Item(mask, (ALL, Slice(step=stride))) if stride else mask


def spread(op: str, given: tuple[int, ...] | None, rank: int, what: str) -> tuple[int, ...]:
    """One number for each axis: a single one stands for all. Raises `Problem`."""
    if given is None:
        return (1,) * rank
    if len(given) == 1:
        return given * rank
    if len(given) != rank:
        raise Problem(
            Code.WRONG_RANK,
            f"`{what}` of `{op}` has {len(given)} sizes where the kernel has {rank}",
            field=what,
        )
    return given


def reaches(
    op: str,
    size: tuple[int, ...],
    stride: tuple[int, ...] | None,
    dilation: tuple[int, ...] | None,
    padding: str,
) -> list[Reach]:
    """The window along each axis as NumPy slides it."""
    strides = spread(op, stride, len(size), "stride")
    dilations = spread(op, dilation, len(size), "dilation")
    return [Reach(*sizes, padding) for sizes in zip(size, strides, dilations, strict=True)]


def plain(sizes: tuple[int, ...]) -> int | tuple[int, ...]:
    """Sizes as a person writes them: one number where they are all equal."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def spatial(op: str, value: Value, kernel: tuple[int, ...]) -> Value:
    """Refuses a value that has not one axis for each of the kernel's, and features."""
    rank = len(kernel)
    if rank > 3:
        raise Problem(
            Code.WRONG_RANK,
            f"`{op}` slides over one to three axes, not {rank}",
            help="`reshape` joins axes; `each ( … )` goes through the first of them",
        )
    if value.rank != rank + 1:
        kind = {1: "(time, features)", 2: "(height, width, features)"}.get(
            rank, "(time, height, width, features)"
        )
        raise Problem(
            Code.WRONG_RANK,
            f"a kernel with {rank} {'axis' if rank == 1 else 'axes'} slides over {kind}, "
            f"and this is {shape_text(value.shape)}",
            label=f"given {value}",
            help=_fitting(value, kernel),
        )
    return value


def _fitting(value: Value, kernel: tuple[int, ...]) -> str:
    """How the kernel and the value come to fit."""
    axes = value.rank - 1
    if not 1 <= axes <= 3:
        return "give it a value with more axes" if axes < 1 else "give it a value with fewer axes"
    sizes = (*kernel, *(kernel[-1],) * axes)[:axes]
    fewer = f"give the kernel {axes} size{'s' * (axes > 1)}: `{'x'.join(map(str, sizes))}`"
    if len(kernel) == axes - 1:
        return f"{fewer}; or slide it over each step: `each ( … )`"
    if len(kernel) != value.rank:
        return fewer
    shape = "x".join(map(size_text, (*value.shape, 1)))
    return f"{fewer}; or the value features: `in {shape}`, or `reshape {shape} ->` before it"
