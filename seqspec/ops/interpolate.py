"""Values between the steps of a sequence, and between the rows and columns of an image."""

from __future__ import annotations

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.numeric.array import Array, np
from seqspec.ops.rules import floats
from seqspec.ops.signal import Signal
from seqspec.ops.site import Site
from seqspec.ops.window import plain
from seqspec.program import ALL, Binary, Const, Expr, Item, call, ops
from seqspec.values import Value, shape_text

_AXES = {"linear": 1, "bilinear": 2}
_NEVER = 2**31 - 1  # sorts behind every step


def check_interpolation(op: str, kind: str, x: Value) -> None:
    """Refuses ids, and values with other axes than the kind is for. Raises `Problem`."""
    axes = floats(f"{op} {kind}", x).rank - 1
    if axes != _AXES[kind]:
        other = {1: "linear", 2: "bilinear"}.get(axes)
        of = "sequences (time" if kind == "linear" else "images (height, width"
        raise Problem(
            Code.WRONG_RANK,
            f"`{op} {kind}` is for {of}, features), and this is {shape_text(x.shape)}",
            field="kind",
            label=f"given {x}",
            help=f"write `{other}`" if other else "leave it out: each value is repeated",
        )


def interpolated(site: Site, times: tuple[int, ...]) -> Expr:
    """The layer that reads between the places, on the data without its padding."""
    data = _held(site)
    size = times if len(times) > 1 else (*times, 1)
    layer = site.layer("UpSampling2D", plain(size), interpolation="bilinear")
    if len(times) > 1:
        return call(layer, data)
    wide = site.bind(call(layer, Item(data, (ALL, ALL, None))), "wide")
    return Item(wide, (ALL, ALL, 0))


def _held(site: Site) -> Expr:
    """The data with each masked step as the real one before it, or else the first."""
    mask = site.x.mask
    if mask is None:
        return site.x.data
    count = site.bind(ops("cumsum", ops("cast", mask.expr, "int32"), axis=1), "count")
    order = ops("argsort", ops("where", mask.expr, count, _NEVER), axis=1)
    last = ops("maximum", Binary("-", count, Const(1)), 0)
    held = site.bind(ops("take_along_axis", order, last, axis=1), "held")
    index = Item(held, (..., *(None,) * (site.values[0].rank - 1)))
    return ops("take_along_axis", site.x.plain, index, axis=1)


def between(x: Signal, times: tuple[int, ...]) -> Array:
    """Linear between the middles of places, the outermost value beyond them."""
    data = x.data if x.mask is None else np.stack([*map(_without_padding, x.data, x.mask)])
    for axis, n in enumerate(times, start=1):
        length = data.shape[axis]
        place = np.clip((np.arange(length * n) + 0.5) / n - 0.5, 0, length - 1)
        before = np.floor(place).astype(int)
        after = np.minimum(before + 1, length - 1)
        share = (place - before).reshape(-1, *(1,) * (data.ndim - axis - 1))
        data = data.take(before, axis) * (1 - share) + data.take(after, axis) * share
    return data


def _without_padding(steps: Array, real: Array) -> Array:
    """One sample, its masked steps as the real one before them, or else the first."""
    places = np.flatnonzero(real)
    if not len(places):
        return steps
    before = np.searchsorted(places, np.arange(len(steps)), side="right") - 1
    held: Array = steps[places[np.maximum(before, 0)]]
    return held
