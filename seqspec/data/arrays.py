"""Arrays of any size, in files or in memory, read piece by piece and never unpickled."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from seqspec.diagnostics import UsageError
from seqspec.numeric.array import Array, np

_PIECE = 1 << 20  # numbers that are read at once


@dataclass(frozen=True)
class Column:
    """An array by its name: its shape, its type, and its numbers as flat pieces in their order."""

    name: str
    shape: tuple[int, ...]
    dtype: Any
    pieces: Callable[[], Iterator[Array]]
    order: str = "C"

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def index(self, place: int) -> tuple[int, ...]:
        """The index of a number by its place in the pieces."""
        found = np.unravel_index(place, self.shape, order=self.order)  # type: ignore[call-overload]
        return tuple(int(number) for number in found)


def of(name: str, given: Any) -> Column:
    """A column of what NumPy makes an array of."""
    array = np.asarray(given)

    def pieces() -> Iterator[Array]:
        for start in range(0, array.size, _PIECE):
            yield array.flat[start : start + _PIECE]

    return Column(name, array.shape, array.dtype, pieces)


def opened(paths: Sequence[str]) -> dict[str, Column]:
    """The arrays in `.npz` and `.npy` files by their names; `NAME=FILE` names one in a `.npy`.

    Raises `UsageError`.
    """
    found: dict[str, Column] = {}
    for text in paths:
        name, named, path = text.rpartition("=")
        if path.endswith(".npz") and not named:
            columns = _archive(Path(path))
        elif path.endswith(".npy"):
            columns = [_file(Path(path), name or Path(path).stem)]
        else:
            raise UsageError(
                f"{text} is no data: --data reads .npz and .npy files, and stands behind the spec"
            )
        for column in columns:
            if column.name in found:
                raise UsageError(f"{text}: there is an array `{column.name}` already")
            found[column.name] = column
    return found


@contextmanager
def _told(path: Path, member: str = "") -> Iterator[None]:
    """What is wrong with a file, as a `UsageError`."""
    name = f"{member} in {path}" if member else str(path)
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{name} cannot be read: {reason}") from None


def _file(path: Path, name: str) -> Column:
    """An `.npy` file."""

    @contextmanager
    def opening() -> Iterator[IO[bytes]]:
        with _told(path), path.open("rb") as file:
            yield file

    return _streamed(name, opening)


def _archive(path: Path) -> list[Column]:
    """The arrays of an `.npz` file, each of which is unpacked as it is read."""
    with _told(path), zipfile.ZipFile(path) as archive:
        members = [name for name in archive.namelist() if name.endswith(".npy")]
    return [_member(path, member) for member in members]


def _member(path: Path, member: str) -> Column:
    @contextmanager
    def opening() -> Iterator[IO[bytes]]:
        with _told(path, member), zipfile.ZipFile(path) as archive, archive.open(member) as file:
            yield file

    return _streamed(member.removesuffix(".npy"), opening)


def _streamed(name: str, opening: Callable[[], AbstractContextManager[IO[bytes]]]) -> Column:
    """An array that is read from its beginning each time."""
    with opening() as file:
        shape, order, dtype = _header(file)

    def pieces() -> Iterator[Array]:
        left = math.prod(shape)
        with opening() as file:
            _header(file)
            while left:
                numbers = min(left, _PIECE)
                yield np.frombuffer(file.read(numbers * dtype.itemsize), dtype, numbers)
                left -= numbers

    return Column(name, shape, dtype, pieces, order)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], str, Any]:
    """Shape, order and type. Raises `ValueError`."""
    version = np.lib.format.read_magic(file)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:  # the third is for the names of structures
        raise ValueError("it holds structures and no numbers")
    try:
        shape, fortran, dtype = readers[version](file)
    except Exception as error:  # of Python's parser, which NumPy gives the header to
        raise ValueError(f"its header is damaged: {error}") from None
    return shape, "F" if fortran else "C", dtype
