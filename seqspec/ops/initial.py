"""How weights start, and what bounds them: the words and numbers of a spec as Keras objects."""

from __future__ import annotations

from seqspec.codes import Code
from seqspec.diagnostics import Problem, listed
from seqspec.program import call

# The initialisers that have a number of their own, and what Keras calls it.
SCALED = {
    "random_normal": ("RandomNormal", "stddev"),
    "truncated_normal": ("TruncatedNormal", "stddev"),
    "random_uniform": ("RandomUniform", "maxval"),
    "orthogonal": ("Orthogonal", "gain"),
    "identity": ("Identity", "gain"),
    "variance_scaling": ("VarianceScaling", "scale"),
}


def initializer(start: str | float, scale: float | None = None) -> object:
    """The Keras initialiser: by its name, made with its number, or a constant."""
    if not isinstance(start, str):
        return call("keras.initializers.Constant", start)
    if scale is None:
        return start
    name, argument = SCALED[start]
    low = {"minval": -scale} if argument == "maxval" else {}
    return call(f"keras.initializers.{name}", **low, **{argument: scale})


def check_scale(start: str | float | None, scale: float | None) -> None:
    """Refuses a scale of an initialiser that has none. Raises `Problem`."""
    if scale is None or start in SCALED:
        return
    raise Problem(
        Code.BAD_COMBINATION,
        f"`init={start}` has no scale" if start is not None else "there is no `init=` to scale",
        field="init_scale",
        help=f"it goes with {listed(SCALED)}",
    )


def max_norm(limit: float, axes: tuple[int, ...]) -> object:
    """The Keras constraint that keeps the weights of each unit, along these axes, that short."""
    axis = {} if axes == (0,) else {"axis": axes[0] if len(axes) == 1 else [*axes]}
    return call("keras.constraints.MaxNorm", limit, **axis)
