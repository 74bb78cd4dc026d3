"""The weights of a saved model, for the file of another that goes on from them.

They stand in a file by places that depend on the layers around them, and so on the level that the
model was built at. In a graph they have names, which are the same at every level.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import IO, NamedTuple

import h5py

from seqspec.archive import check_ordinary, unpack
from seqspec.backends.archive.interpret import Interpreter
from seqspec.backends.archive.variables import Place, places
from seqspec.diagnostics import UsageError
from seqspec.files import unreadable
from seqspec.graph.nodes import GraphQueries
from seqspec.numeric.array import Array, np
from seqspec.target.lower import lower
from seqspec.values import shape_text

MEMBER = "model.weights.h5"
_ASIDE = ("optimizer/", "seed_generator")  # what a file holds beside the weights of layers
_COPIES, _ROOM = 8, 1 << 26  # an optimizer keeps some numbers for each weight


class Kept(NamedTuple):
    """A file with weights, and the graphs whose model it may be: those of a spec at each level."""

    file: Path
    graphs: tuple[GraphQueries, ...]


def layout(graph: GraphQueries) -> list[Place]:
    """Where each weight of a graph's model stands in its file. Raises `CannotSay`."""
    return [*places(graph, Interpreter().run(lower(graph)))]


@contextmanager
def numbers(kept: Kept) -> Iterator[Callable[[str], Array]]:
    """Reads the weights in a `.keras` or `.weights.h5` file by their names in the graph.

    Raises `UsageError` for a file whose weights are not those of the graph, naming the first that
    is not, and for one that is damaged.
    """
    layouts = [layout(graph) for graph in kept.graphs]
    with ExitStack() as stack:
        found = _found(stack, kept.file, layouts[0])
        fits = [len([*takewhile(partial(_fits, found), one)]) for one in layouts]
        nearest = layouts[fits.index(max(fits))]
        if fault := _misfit(found, nearest, max(fits)):
            raise UsageError(
                f"{kept.file}: these are not the weights of this spec: {fault}; `seqspec diff` "
                "says what differs between two specs"
            )
        yield partial(_read, kept.file, {place.name: found[place.path] for place in nearest})


def _read(path: Path, datasets: Mapping[str, h5py.Dataset], name: str) -> Array:
    try:
        return np.asarray(datasets[name], np.float32)
    except (OSError, RuntimeError):
        raise UsageError(f"{path} is damaged: the numbers of `{name}` cannot be read") from None


def _found(stack: ExitStack, path: Path, layout: list[Place]) -> dict[str, h5py.Dataset]:
    """The weights in a file by their places, to be read until the stack is left."""
    try:
        check_ordinary(path)
        weights: IO[bytes] = stack.enter_context(path.open("rb"))
    except OSError as error:
        raise UsageError(unreadable(str(path), error)) from None
    if zipfile.is_zipfile(weights):
        room = _ROOM + _COPIES * 4 * sum(place.weight.size for place in layout)
        weights = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        unpack(path, MEMBER, weights, room)
    weights.seek(0)
    try:
        return _datasets(stack.enter_context(h5py.File(weights, "r")))
    except (OSError, RuntimeError, KeyError, ValueError):
        raise UsageError(f"{path} holds no weights of a Keras model") from None


def _datasets(file: h5py.File) -> dict[str, h5py.Dataset]:
    """What stands in the file itself: links to others are passed over."""
    found: dict[str, h5py.Dataset] = {}

    def note(name: str, item: object) -> None:
        own = isinstance(item, h5py.Dataset) and not item.is_virtual and not item.external
        if own and not any(part in name for part in _ASIDE):
            found[name] = item

    file.visititems(note)
    return found


def _fits(found: Mapping[str, h5py.Dataset], place: Place) -> bool:
    there = found.get(place.path)
    return there is not None and there.shape == place.weight.shape and there.dtype.kind == "f"


def _misfit(found: Mapping[str, h5py.Dataset], layout: list[Place], fitting: int) -> str:
    """What the file lacks behind the places that fit, or has besides; nothing if it is whole."""
    if fitting == len(layout):
        left = found.keys() - {place.path for place in layout}
        return f"it has {min(left)} besides" if left else ""
    place = layout[fitting]
    if place.path not in found:
        return f"it has no `{place.name}` ({place.path})"
    there, needed = found[place.path], shape_text(place.weight.shape)
    had = f"{there.dtype} {shape_text(there.shape)}"
    return f"its `{place.name}` is {had}, and {needed} is needed"
