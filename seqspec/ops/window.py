"""Sizes and masks of what slides a window over axes: convolution and pooling."""

from __future__ import annotations

from collections.abc import Callable

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.numeric.windows import Reach
from seqspec.ops.layout import Layout
from seqspec.ops.order import from_front, in_order, inside
from seqspec.ops.signal import Signal
from seqspec.ops.site import Mask, Site, Tensor
from seqspec.program import ALL, Binary, Const, Expr, Item, Slice, ops
from seqspec.record import Struct
from seqspec.values import Size, Value, shape_text, size_text


class Sliding(Struct):
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

    def front(self, site: Site) -> Tensor:
        """The main input; where places are counted, each sample begins at the first one."""
        return from_front(site) if self.stride > 1 else site.x

    def read(self, site: Site, front: Tensor) -> Tensor:
        """What the windows slide over, so that a padded sample has those that it has alone.

        Strided `same` windows begin before the first step, by what the number of steps says:
        left(n) = max(span - 1 - (n - 1) mod stride, 0) // 2 for n steps, in Keras as in XLA. It
        is least for whole strides. The array is filled up to them, and each sample moved by
        what it lacks.
        """
        if front.mask is None or self.stride == 1 or self.padding != "same" or not self._lacks:
            return front
        sides = ((0, 0), (self._lacks, self.stride - 1))
        order = self._shifted(site, front.mask)
        wide = ops("pad", front.plain, (*sides, *((0, 0),) * (site.values[0].rank - 1)))
        data = site.bind(in_order(wide, order, site.values[0].rank), "shifted")
        mask = in_order(ops("pad", front.mask.expr, sides), order, 1)
        return Tensor(data, front.mask.replace(expr=site.bind(mask, "shifted_mask")))

    @property
    def _lacks(self) -> int:
        """How many places a sample may lack before it, where windows are strided and `same`."""
        return (self.span - 1) // 2 - max(self.span - self.stride, 0) // 2

    def _shifted(self, site: Site, mask: Mask) -> Expr:
        """From where each place of whole strides is filled."""
        steps = ops("cast", inside(site, mask), "int32")
        number = site.bind(ops("sum", steps, axis=1, keepdims=True), "number")
        over = ops("mod", Binary("-", number, Const(1)), self.stride)
        short = ops("maximum", Binary("-", Const(self.span - 1), over), 0)
        left = ops("floor_divide", short, 2)
        ones = ops("ones_like", self.own(mask.expr), dtype="int32")
        places = site.bind(ops("repeat", ones, self.stride, axis=1), "places")
        order = Binary("-", ops("cumsum", places, axis=1), site.bind(left, "left"))
        most = (self.span - 1) // 2
        return site.bind(Binary("+", order, Const(most - 1)) if most > 1 else order, "order")

    def own(self, flags: Expr) -> Expr:
        """What is true of the step that a window belongs to, for `same` and `causal`."""
        return Item(flags, (ALL, Slice(step=self.stride))) if self.stride > 1 else flags

    def ends(self, flags: Expr) -> Expr:
        """What is true of the first and of the last step of a `valid` window."""
        reach, stride = self.span - 1, self.stride if self.stride > 1 else None
        last = Item(flags, (ALL, Slice(reach or None, None, stride)))
        first = Item(flags, (ALL, Slice(None, -reach or None, stride)))
        return ops("logical_and", first, last) if reach else last

    def real(self, site: Site, mask: Mask) -> Mask:
        """The mask of the places: that of their own step; for `valid`, of all their steps."""
        layout = Layout.FRONT if self.stride > 1 else mask.layout
        if self.padding != "valid" or self.span == 1:
            return mask.replace(expr=self.own(mask.expr), layout=layout)
        if self.span == 2:
            return Mask(self.ends(mask.expr), padded=False, layout=layout)
        masked = ops("cast", ops("logical_not", mask.expr), "float32")
        some = ops("max_pool", Item(masked, (..., None)), self.span, self.stride)
        whole = ops("equal", Item(site.bind(some, "masked"), (..., 0)), 0.0)
        return Mask(whole, padded=False, layout=layout)

    def within(self, site: Site, mask: Mask) -> Expr:
        """True where a window stands in its sample, holes or not."""
        steps = inside(site, mask)
        if self.padding != "valid":
            return self.own(steps)
        if mask.layout is Layout.FRONT:  # and so its first step does
            return Item(steps, (ALL, Slice(self.span - 1, None, self.stride)))
        return self.ends(steps)


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


def on_own_steps(
    x: Signal, places: int, made: Callable[[Signal], tuple[Array, Array]], at: int
) -> Signal:
    """What is made of each sample by itself, without its padding, and which places are real.

    Of so many places in all, its own begin where its first step does, `at` places a step; with
    none at the front.
    """
    shape = made(x)[0].shape[2:]
    whole: Array = np.zeros((len(x.data), places, *shape))
    real: Array = np.zeros((len(x.data), places), bool)
    for sample, first, own in x.own_steps():
        data, mask = made(own)
        stands = slice(first * at, first * at + data.shape[1])
        whole[sample, stands], real[sample, stands] = data[0], mask[0]
    return x.masked(whole, real, None if at else Layout.FRONT)


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
