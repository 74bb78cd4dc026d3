"""Which steps a window reads that slides over a sequence: the receptive field of some places."""

from __future__ import annotations

from math import gcd

from seqspec.numeric.windows import Reach
from seqspec.ops.places import Part, Places
from seqspec.record import Struct
from seqspec.values import Size


class Field(Struct):
    """What of the input is needed, and the window that slides over that and makes these places."""

    part: Part
    window: Reach
    makes: Places


def receptive(window: Reach, wanted: Places, steps: Size) -> Field | None:
    """The field of the places that are wanted, of a window over so many steps.

    Only every n-th step is read where the window, or what is wanted of it, leaves out the others:
    of `conv 8 2 dilation=4 -> take last` two steps that lie four apart. Where the window stands
    over the border, zeros take the border's place.
    """
    before = _zeros_before(window, steps)
    if before is None or (wanted.stride > 1 and not isinstance(wanted.count, int)):
        return None
    apart, moved, makes = _grid(window, wanted)
    first = wanted.low * window.stride - before
    needed = (makes.count - 1) * moved.stride + moved.span
    if window.padding == "causal" and wanted.low == 0 and apart == 1:
        part = Part(Places(0, Places.of(first, needed).high))
        return Field(part, moved._replace(padding="causal"), makes)
    short = _short(window, first, Places.of(first, needed, apart).high, steps)
    if short is None:
        return None
    zeros = [-(-places // apart) for places in short]
    rest = needed - sum(zeros)
    if isinstance(rest, int) and rest < 1:
        return None
    saved = steps - 2 * makes.count * window.stride
    if any(zeros) and isinstance(saved, int) and saved < 0:
        return None  # zeros cost a copy, which is to save something
    return Field(Part(Places.of(first + zeros[0] * apart, rest, apart), *zeros), moved, makes)


def _zeros_before(window: Reach, steps: Size) -> int | None:
    """How many places the first window stands before the first step; None if not known."""
    if isinstance(steps, int):
        return window.padded(steps)[0]
    if window.padding == "same":
        return (window.span - 1) // 2 if window.stride == 1 else None
    return window.span - 1 if window.padding == "causal" else 0


def _grid(window: Reach, wanted: Places) -> tuple[int, Reach, Places]:
    """How far apart the steps lie that are read, how a window slides over those alone, and what
    places it makes: as Keras has it, strided or dilated and not both."""
    size, stride, dilation = window.size, wanted.stride * window.stride, window.dilation
    if wanted.count == 1:
        return dilation, Reach(size), wanted
    if size == 1:
        return stride, Reach(1), wanted
    if stride % dilation == 0:
        return dilation, Reach(size, stride // dilation), wanted
    apart = gcd(stride, dilation)  # a dilated window has no stride of its own
    between = wanted.high - 1 - wanted.low
    makes = Places.of(wanted.low, between // apart + 1, apart)
    return apart, Reach(size, 1, dilation // apart), makes


def _short(window: Reach, first: Size, high: Size, steps: Size) -> tuple[int, int] | None:
    """How many places are missing before the first step and behind the last; None if not known.

    Windows without zeros stand inside, wherever that is.
    """
    beyond = high - steps
    if isinstance(first, int):
        before = max(0, -first)
    elif window.padding == "valid":
        before = 0
    else:
        return None
    if isinstance(beyond, int):
        return before, max(0, beyond)
    return None if window.padding == "same" else (before, 0)
