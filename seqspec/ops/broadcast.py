"""Values brought to one shape, where Keras broadcasts none or broadcasts them wrongly.

Sizes may be open, so that a value is multiplied by ones of the others' sizes:

    (1, G) beside (T, F)    →    y * ones_like(x[:, :, :1])    (T, G)
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from seqspec.ops.site import Site, Tensor
from seqspec.program import ALL, Binary, Item, Slice, ops
from seqspec.values import Dim, Size

Shape = tuple[Size, ...]


def filled(site: Site, places: Collection[int], joined: int | None = None) -> Site:
    """The site with these inputs as large as the others, but along the axis that is joined."""
    inputs = [_filled(site, i, joined) if i in places else x for i, x in enumerate(site.inputs)]
    return replace(site, inputs=tuple(inputs))


def _filled(site: Site, place: int, joined: int | None) -> Tensor:
    tensor, shape = site.inputs[place], [*site.values[place].shape]
    one = () if joined is None else (*(ALL,) * (joined + 1), Slice(stop=1))
    for other, value in zip(site.inputs, site.values, strict=True):
        wanted = [i for i, size in enumerate(value.shape) if shape[i] == 1 != size and i != joined]
        if wanted:
            ones = ops("ones_like", Item(other.data, one) if one else other.data)
            tensor = tensor.replace(data=Binary("*", tensor.plain, ones), attached=False)
        for axis in wanted:
            shape[axis] = value.shape[axis]
    return tensor


def taken_for_biases(shapes: list[Shape]) -> list[int]:
    """Which of the values added up Keras might add along another axis than their own.

    With a batch of one, `keras.ops.add` on TensorFlow (3.15) takes a second value that has one
    size above one for a bias, of the first one's features or else of its steps, if there are as
    many of those: in (1, 5, 5) + (1, 5, 1) it adds steps to features. That size may be the batch
    itself: in (3, 3) + (3, 1) it adds samples to features.
    """
    found: list[int] = []
    so_far = shapes[0]
    for place, shape in enumerate(shapes[1:], start=1):
        if _taken_for_bias(so_far, shape):
            found.append(place)
        so_far = tuple(b if a == 1 else a for a, b in zip(so_far, shape, strict=True))
    return found


def _taken_for_bias(x: Shape, bias: Shape) -> bool:
    if x == bias:
        return False
    if all(isinstance(size, Dim) or size == 1 for size in bias):
        return True
    last = len(bias) - 1
    for axis, size in enumerate(bias):
        others = (*bias[:axis], *bias[axis + 1 :])
        if size == 1 or any(isinstance(other, int) and other > 1 for other in others):
            continue
        if axis == last and x[last] == size:
            continue
        if (axis != last and _alike(x[last], size)) or (axis != 0 and _alike(x[0], size)):
            return True
    return False


def _alike(size: Size, other: Size) -> bool:
    """Whether a size may be the same as another that is above one."""
    return size != 1 and (size == other or isinstance(size, Dim) or isinstance(other, Dim))
