"""The steps of each sample brought together: the one way in which steps change their places.

Places are sorted so that some steps come first, or last, in their order.

    mask    0 0 1 0 1 1     begun    0 0 1 1 1 1     inside, of 1 0 1 0 0:  1 1 1 0 0
    order   2 3 4 5 . .     front    1 0 1 1 . .
"""

from __future__ import annotations

from dataclasses import replace

from seqspec.ops.layout import Layout
from seqspec.ops.site import Mask, Site, Tensor
from seqspec.program import ALL, Binary, Expr, Item, Ref, Slice, ops

_NEVER = 2**31 - 1  # sorts behind every step


def order_of(site: Site, flags: Expr, *, to_end: bool = False) -> Ref:
    """Places sorted so that the flagged ones stand together, at the start or at the end."""
    count = ops("cumsum", ops("cast", flags, "int32"), axis=1)
    key = ops("where", flags, count, 0 if to_end else _NEVER)
    return site.bind(ops("argsort", key, axis=1), "order")


def in_order(data: Expr, order: Expr, rank: int, chosen: Slice = ALL) -> Expr:
    """The steps of a value of so many axes at the places that the order names, or some of them."""
    axes = (None,) * (rank - 1)
    if chosen != ALL:
        order = Item(order, (ALL, chosen, *axes))
    elif axes:
        order = Item(order, (..., *axes))
    return ops("take_along_axis", data, order, axis=1)


def together(site: Site, data: Expr, mask: Mask, flags: Expr, part: str = "") -> Tensor:
    """The flagged steps of data like the site's value at the start, and their mask.

    The port `order` says from which place each step comes.
    """
    order = order_of(site, site.named(flags, "steps"))
    moved = site.bind(in_order(data, order, site.value.rank), part)
    real = site.bind(in_order(mask.expr, order, 1), "mask")
    front = mask.replace(expr=real, layout=Layout.FRONT)
    return Tensor(moved, front, ports={"order": (order,)})


def from_front(site: Site, place: int = 0) -> Tensor:
    """An input with each sample's first step at the first place."""
    x = site.inputs[place]
    if x.mask is None or x.mask.layout is Layout.FRONT:
        return x
    begun = ops("greater", ops("cumsum", ops("cast", x.mask.expr, "int32"), axis=1), 0)
    like = replace(site, value=site.values[place])
    return together(like, x.plain, x.mask, begun, "front")


def lined_up(site: Site, *places: int) -> Site:
    """The site with inputs that stand alike, these or all: else each begins at the front."""
    masks = {i: site.inputs[i].mask for i in places or range(len(site.inputs))}
    chosen = {i: mask for i, mask in masks.items() if mask and site.values[i].steps != 1}
    layouts = {mask.layout for mask in chosen.values()}
    if len(layouts) < 2:
        return site
    inputs = [from_front(site, i) if i in chosen else x for i, x in enumerate(site.inputs)]
    return replace(site, inputs=tuple(inputs))


def stand_alike(site: Site, one: int, other: int) -> bool:
    """Whether the same place is the same time in two inputs, whatever stands where."""
    if one == other:
        return True
    layouts = [mask.layout if (mask := site.inputs[i].mask) else Layout.GIVEN for i in (one, other)]
    return layouts[0] == layouts[1] and site.values[one].steps == site.values[other].steps


def inside(site: Site, mask: Mask) -> Ref:
    """True from each sample's first real step to its last, holes included."""
    real = site.bind(ops("cast", mask.expr, "int32"), "real")
    count = site.bind(ops("cumsum", real, axis=1), "count")
    begun = ops("greater", count, 0)
    before = Binary("-", count, real)
    lasts = ops("less", before, ops("sum", real, axis=1, keepdims=True))
    known = {Layout.FRONT: lasts, Layout.END: begun}  # where padding is on one side alone
    return site.bind(known.get(mask.layout, ops("logical_and", begun, lasts)), "inside")
