"""Reading spec files, and writing results so that a failure changes nothing."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError, listed
from seqspec.limits import Limits
from seqspec.source import Source


def read_source(path: str | Path, limits: Limits) -> Source:
    """The text of a file, or of standard input for `-`. Raises `UsageError`."""
    if str(path) == "-":
        data, name = sys.stdin.buffer.read(limits.source_characters * 4 + 1), "<stdin>"
    else:
        data, name = _bytes(Path(path), limits), str(path)
    return Source(name, decode(data, name))


def _bytes(path: Path, limits: Limits) -> bytes:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    try:
        with path.open("rb") as file:
            return file.read(limits.source_characters * 4 + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def decode(data: bytes, name: str) -> str:
    """UTF-8 text without its byte order mark. Raises `UsageError`."""
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name} is not UTF-8: line {line} has the byte 0x{data[error.start]:02x}; "
            "save it as UTF-8"
        ) from None


LIBRARY = "std/"  # before the path of a file that comes with the package
_LIBRARY = Path(__file__).parent / "std"


def library(asked: str) -> tuple[str, str]:
    """The name and the text of a file of the standard library. Raises `Problem`."""
    names = sorted(path.name for path in _LIBRARY.glob("*.seq"))
    name = asked.removeprefix(LIBRARY)
    if name not in names:
        raise Problem(
            Code.UNREADABLE,
            f"the standard library has no {asked}",
            help=f"it has {listed([LIBRARY + name for name in names])}; "
            f"a folder of your own is `./{asked}`",
        )
    return f"<{LIBRARY}{name}>", (_LIBRARY / name).read_text(encoding="utf-8")


def reader(root: Path, limits: Limits) -> Callable[[str, str], tuple[str, str]]:
    """Reads files that a spec uses, confined to a folder; links are followed first."""
    home = root.resolve()

    def read(asked: str, using: str) -> tuple[str, str]:
        if asked.startswith(LIBRARY):
            return library(asked)
        path = Path(using).parent / asked
        real = path.resolve()
        if not real.is_relative_to(home):
            raise Problem(
                Code.OUTSIDE_PROJECT,
                f"{asked} lies outside {home}",
                help="files are used from the spec's own folder; `--root` names a wider one",
            )
        if real.exists() and not (real.is_file() or real.is_dir()):  # a pipe would never end
            raise Problem(Code.UNREADABLE, f"{asked} is no ordinary file")
        try:
            text = decode(_bytes(real, limits), asked)
        except UsageError as error:
            raise Problem(Code.UNREADABLE, str(error).replace(str(real), asked)) from None
        return os.path.relpath(real), text

    return read


def write_whole(target: Path, write: Callable[[Path], None]) -> None:
    """Writes a file beside the target and moves it into place: all of it or nothing.

    Raises `UsageError` when the target cannot be written.
    """
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file in it")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}")
    if target.exists() and not os.access(target, os.W_OK):
        raise UsageError(f"{target} cannot be written: permission denied")
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent
        )
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from None
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
