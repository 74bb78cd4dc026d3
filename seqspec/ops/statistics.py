"""What comes of all real steps, or of all features of each step, as programs."""

from __future__ import annotations

from seqspec.ops.site import Site, Tensor, real, zeroed
from seqspec.program import Binary, Expr, ops
from seqspec.values import Value

_FAR = 3.4e38  # of float32: out of the way of what is looked for
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
    data = without_padding(site.x, site.values[0], kind)
    return where_some(site, ops(kind, data, axis=axes))


def mean(site: Site, mask: Expr) -> Expr:
    """The mean of the real steps; zero where there is none."""
    data = zeroed(site.x, site.values[0])
    if inner := tuple(range(2, site.values[0].rank)):
        data = ops("mean", data, axis=inner)
    count = site.bind(ops("sum", ops("cast", mask, "float32"), axis=1, keepdims=True), "count")
    return Binary("/", ops("sum", data, axis=1), ops("maximum", count, 1.0))


def where_some(site: Site, found: Expr) -> Expr:
    """What was found among the real steps; zero where there is none."""
    if site.x.mask is None:
        return found
    some = ops("any", site.x.mask.expr, axis=1, keepdims=True)
    return ops("where", some, site.bind(found, "found"), 0.0)


def without_padding(x: Tensor, value: Value, kind: str) -> Expr:
    """The data with masked steps out of the way of what is looked for."""
    if x.mask is None:
        return x.data
    return ops("where", real(x, value), x.data, _FAR if kind == "min" else -_FAR)


def _deviation(site: Site, axes: tuple[int, ...]) -> Expr:
    """The root of the mean squared distance of real steps from their mean."""
    data = site.bind(zeroed(site.x, site.values[0]), "real")
    counted = site.bind(ops("cast", real(site.x, site.values[0]), "float32"), "counted")
    number = ops("maximum", ops("sum", counted, axis=1, keepdims=True), 1.0)
    share = site.bind(Binary("/", counted, number), "share")

    def average(x: Expr) -> Expr:
        steps = ops("sum", Binary("*", x, share), axis=1, keepdims=True)
        return ops("mean", steps, axis=axes[1:], keepdims=True) if axes[1:] else steps

    distance = Binary("-", data, site.bind(average(data), "mean"))
    return ops("squeeze", _root(average(ops("square", distance))), axis=axes)


def _root(variance: Expr) -> Expr:
    return ops("sqrt", ops("maximum", variance, _LEAST))
