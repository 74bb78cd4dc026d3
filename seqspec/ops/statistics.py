"""What comes of all real steps, or of all features of each step, as programs."""

from __future__ import annotations

from seqspec.ops.site import Site, real, zeroed
from seqspec.program import Binary, Expr, ops

_FAR = 1e9  # out of the way of what is looked for
_LEAST = 1e-12  # the variance below which its root has no slope: that at zero is infinite


def over_features(kind: str, x: Expr) -> Expr:
    """All features of each step as one."""
    if kind == "std":
        return _root(ops("var", x, axis=-1, keepdims=True))
    return ops(kind, x, axis=-1, keepdims=True)


def over_steps(kind: str, site: Site) -> Expr:
    """The smallest value, standard deviation or log of summed exponentials of all real steps."""
    axes = tuple(range(1, site.values[0].rank))
    if kind == "std":
        return _deviation(site, axes) if site.x.mask else _root(ops("var", site.x.data, axis=axes))
    return ops(kind, _without_padding(site, _FAR if kind == "min" else -_FAR), axis=axes)


def highest(site: Site) -> Expr:
    """The data with masked steps out of the way of a maximum."""
    return _without_padding(site, -_FAR)


def _without_padding(site: Site, filling: float) -> Expr:
    if site.x.mask is None:
        return site.x.data
    return ops("where", real(site.x, site.values[0]), site.x.data, filling)


def _deviation(site: Site, axes: tuple[int, ...]) -> Expr:
    """The root of the mean squared distance of real steps from their mean."""
    data = site.bind(zeroed(site.x, site.values[0]), "real")
    counted = site.bind(ops("cast", real(site.x, site.values[0]), "float32"), "counted")
    number = ops("maximum", ops("sum", counted, axis=1, keepdims=True), 1.0)
    share = site.bind(Binary("/", counted, number), "share")

    def mean(x: Expr) -> Expr:
        steps = ops("sum", Binary("*", x, share), axis=1, keepdims=True)
        return ops("mean", steps, axis=axes[1:], keepdims=True) if axes[1:] else steps

    distance = Binary("-", data, site.bind(mean(data), "mean"))
    return ops("squeeze", _root(mean(ops("square", distance))), axis=axes)


def _root(variance: Expr) -> Expr:
    return ops("sqrt", ops("maximum", variance, _LEAST))
