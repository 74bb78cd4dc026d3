"""Reading spec files, and writing results so that a failure changes nothing."""

from __future__ import annotations

import codecs
import errno
import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError, listed
from seqspec.limits import Limits
from seqspec.source import Source
from seqspec.workshop import workshop


def read_source(path: str | Path, limits: Limits) -> Source:
    """The text of a file, or of standard input for `-`. Raises `UsageError`.

    Of a text that is longer than the limit, just so much is read that it is seen to be.
    """
    if str(path) == "-":
        return Source("<stdin>", _text(sys.stdin.buffer, "<stdin>", limits))
    try:
        with Path(path).open("rb") as file:
            return Source(str(path), _text(file, str(path), limits))
    except (OSError, ValueError) as error:
        raise UsageError(unreadable(str(path), error)) from None


def unreadable(path: str, error: Exception) -> str:
    """Why a file cannot be read."""
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder; name a file in it"
    if isinstance(error, FileNotFoundError):
        return f"there is no file {path}"
    return f"{path} cannot be read: {getattr(error, 'strerror', error)}"


def _text(file: BinaryIO, name: str, limits: Limits) -> str:
    most = limits.source_characters * 4 + 1
    data = file.read(most)
    return decode(data, name, cut=len(data) == most)


def decode(data: bytes, name: str, *, cut: bool = False) -> str:
    """UTF-8 text without its byte order mark, whole or `cut` anywhere. Raises `UsageError`."""
    try:
        text, _ = codecs.utf_8_decode(data, "strict", not cut)
        return text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"{name} is not UTF-8: line {line} has the byte 0x{data[error.start]:02x}"
        raise UsageError(
            _SAVED.get(Path(name).suffix, "").format(name) or f"{found}; save it as UTF-8"
        ) from None


OLDER = "{} is a model of an older format; load it with Keras, and save it as .keras"
_SAVED = {
    ".keras": "{0} is a saved model and no text; `seqspec decompile {0}` makes a spec of it",
    **dict.fromkeys((".h5", ".hdf5"), OLDER),
}
"""What is said of files that are no text, by their names' ends."""
LIBRARY = "std/"  # before the path of a file that comes with the package
_LIBRARY = Path(__file__).parent / "std"


def library_names() -> list[str]:
    """The files of the standard library."""
    return sorted(path.name for path in _LIBRARY.glob("*.seq"))


def library_file(asked: str) -> Path:
    """Where a file of the standard library is."""
    return _LIBRARY / asked.removeprefix(LIBRARY)


def library(asked: str) -> tuple[str, str]:
    """The name and the text of a file of the standard library. Raises `Problem`."""
    names = library_names()
    name = asked.removeprefix(LIBRARY)
    if name not in names:
        raise Problem(
            Code.UNREADABLE,
            f"the standard library has no {asked}",
            help=f"it has {listed([LIBRARY + name for name in names])}; "
            f"a folder of your own is `./{asked}`",
        )
    return f"<{LIBRARY}{name}>", (_LIBRARY / name).read_text(encoding="utf-8")


def reader(
    root: Path, limits: Limits, opened: Mapping[Path, str] | None = None
) -> Callable[[str, str], tuple[str, str]]:
    """Reads files that a spec uses, confined to a folder; links are followed first.

    Those that an editor has `opened` are as they are there.
    """
    home = root.resolve()

    def read(asked: str, using: str) -> tuple[str, str]:
        if asked.startswith(LIBRARY):
            return library(asked)
        try:
            real = (Path(using).parent / asked).resolve()
            if not real.is_relative_to(home):
                raise Problem(
                    Code.OUTSIDE_PROJECT,
                    f"{asked} lies outside {home}",
                    help="files are used from the spec's own folder; `--root` names a wider one",
                )
            if opened and real in opened:
                return os.path.relpath(real), opened[real]
            with _ordinary(real) as file:
                text = _text(file, asked, limits)
        except UsageError as error:
            raise Problem(Code.UNREADABLE, str(error)) from None
        except (OSError, ValueError, RuntimeError) as error:  # the last: links in a circle
            raise Problem(Code.UNREADABLE, unreadable(asked, error)) from None
        return os.path.relpath(real), text

    return read


def _ordinary(path: Path) -> BinaryIO:
    """A file that is open for reading; what is none is not waited for. Raises `OSError`."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))

    file = open(path, "rb", opener=opener)  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no ordinary file")
    return file


def write_whole(target: Path, write: Callable[[Path], None]) -> None:
    """Writes a file in a folder beside the target and moves it into place: all or nothing.

    Of a link, the file that it names is written. Raises `UsageError` when the target cannot be
    written. A process that is killed leaves its folder, whose name says what it is; the next one
    that writes the same target removes it.
    """
    real = check_writable(target)
    try:
        with workshop(real) as folder:
            made = folder / real.name
            write(made)
            with made.open("rb") as file:
                os.fsync(file.fileno())
            made.chmod(real.stat().st_mode if real.exists() else 0o666 & ~_umask())
            check_writable(target)  # once more: it may have become something else meanwhile
            made.replace(real)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror or error}") from None


def write_data(target: Path, data: bytes | str) -> None:
    """Writes a file as `write_whole` does; text in UTF-8, with the line ends that it has."""
    held = data.encode("utf-8") if isinstance(data, str) else data

    def write(path: Path) -> None:
        path.write_bytes(held)

    write_whole(target, write)


def check_writable(target: Path) -> Path:
    """The file that a target names, links followed. Raises `UsageError` if it is not to be written.

    What is asked here is known before any work is done; a disk may still turn out to be full.
    """
    real = Path(os.path.realpath(target))
    folder = real.parent if target.is_symlink() else target.parent
    if real.is_symlink():
        raise UsageError(f"{target} is a link that leads back to itself")
    if real.is_dir():
        raise UsageError(f"{target} is a folder; name a file in it")
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    if real.exists() and not real.is_file():  # a pipe or a device would be replaced
        raise UsageError(f"{target} is no ordinary file")
    if real.exists() and not os.access(real, os.W_OK):
        raise UsageError(f"{target} cannot be written: permission denied")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{target} cannot be written: no permission to make files in {folder}")
    return real


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
