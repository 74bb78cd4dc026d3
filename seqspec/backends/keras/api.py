"""What the driver asks of this backend."""

from __future__ import annotations

import keras

from seqspec.backends.keras.build import build
from seqspec.backends.keras.save import save
from seqspec.graph.nodes import GraphQueries
from seqspec.target.lower import Slicing, lower

OLDEST = (3, 15, 1)  # earlier ones have known holes in loading files safely


def model(graph: GraphQueries, *, seed: int = 0, slicing: Slicing = "index") -> keras.Model:
    """The Keras model of a graph."""
    return build(lower(graph, slicing=slicing), seed)


def _check_version() -> None:
    found = tuple(int(part) for part in keras.__version__.split(".")[:3] if part.isdigit())
    if found < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise ImportError(f"Keras {keras.__version__} is older than {wanted}")


_check_version()

__all__ = ["model", "save"]
