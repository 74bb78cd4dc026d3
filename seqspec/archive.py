"""The spec inside a `.keras` file: members that Keras ignores and `seqspec show` reads.

`seqspec/manifest.json` names the main text and the settings; the texts stand beside it.
"""

from __future__ import annotations

import io
import json
import os
import posixpath
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem, UsageError
from seqspec.files import LIBRARY, OLDER, unreadable
from seqspec.limits import Limits
from seqspec.source import Source
from seqspec.version import __version__

_FOLDER = "seqspec"
_MANIFEST = f"{_FOLDER}/manifest.json"
_TABLE = 1 << 20  # bytes of a table of contents; ours have some hundreds
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold


def put(archive: zipfile.ZipFile, name: str, data: IO[bytes], size: int) -> None:
    """Adds a member, without the time at which that was; it may be larger than memory."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.file_size = size
    with archive.open(info, "w") as member:
        shutil.copyfileobj(data, member, 1 << 20)


def put_text(archive: zipfile.ZipFile, name: str, text: str | bytes) -> None:
    """Adds a member of text, without the time at which that was."""
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), text)


def members(sources: tuple[Source, ...], settings: Mapping[str, Any]) -> dict[str, str]:
    """The members for a spec: its texts and the manifest; none without a text."""
    if not sources:
        return {}
    names = [_member(source, sources[0]) for source in sources]
    manifest = {"seqspec": __version__, "main": names[0], "settings": dict(settings)}
    texts = {f"{_FOLDER}/{name}": source.text for name, source in zip(names, sources, strict=True)}
    return {_MANIFEST: json.dumps(manifest, indent=1), **texts}


def _member(source: Source, main: Source) -> str:
    """A used file's name relative to the main one's folder, so that `use` finds it again."""
    if source.name.startswith(f"<{LIBRARY}"):
        return _library_member(source.name[1:-1])
    if source.name.startswith("<"):
        return "spec.seq"
    return Path(os.path.relpath(source.name, Path(main.name).parent)).as_posix()


def _library_member(asked: str) -> str:
    """Where a file of the standard library goes, out of the way of a folder of that name."""
    return f".{asked}"


@dataclass(frozen=True)
class Embedded:
    """A spec found in an archive."""

    source: Source
    settings: dict[str, Any]
    texts: dict[str, str]

    def reader(self) -> Callable[[str, str], tuple[str, str]]:
        """Reads used files from the archive."""

        def read(asked: str, using: str) -> tuple[str, str]:
            if asked.startswith(LIBRARY) and _library_member(asked) in self.texts:
                return f"<{asked}>", self.texts[_library_member(asked)]
            name = posixpath.normpath(str(PurePosixPath(using).parent / asked))
            if name not in self.texts:
                raise Problem(Code.UNREADABLE, f"the archive holds no {asked}")
            return name, self.texts[name]

        return read


def embedded(path: Path, limits: Limits) -> Embedded:
    """The spec inside a `.keras` file. Raises `UsageError` when there is none."""
    found = _members(path, limits)
    if _MANIFEST not in found:
        raise UsageError(f"{path} holds no spec; it was not written by `seqspec compile`")
    texts = {name.removeprefix(f"{_FOLDER}/"): text for name, text in found.items()}
    try:
        manifest = json.loads(found[_MANIFEST])
        main, settings = manifest["main"], dict(manifest["settings"])
        if not all(name.isprintable() for name in texts):
            raise ValueError("a name that a terminal obeys")
        return Embedded(Source(main, texts[main]), settings, texts)
    except (ValueError, LookupError, TypeError, RecursionError):
        raise UsageError(f"{path} holds a spec whose manifest is damaged") from None


class _Contents(io.FileIO):
    """An archive of which no more than so many bytes are read at once.

    `zipfile` reads the whole table of contents, however large an archive says that it is.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:  # all that is left
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > _TABLE:
            raise zipfile.BadZipFile("its table of contents is too large")
        return super().read(size)


def member(path: Path, name: str, room: int) -> str:
    """A member's text; of a `.json` file, the file's own."""
    if path.suffix == ".json":
        return _plain_text(path, room)
    found = _texts(path, room, lambda other: other == name)
    if name not in found:
        raise UsageError(f"{path} holds no {name}; it is no .keras file")
    return found[name]


def _plain_text(path: Path, room: int) -> str:
    try:
        check_ordinary(path)
        with path.open("rb") as file:
            data = file.read(room + 1)
        if len(data) > room:
            raise UsageError(f"{path} is longer than a config may be")
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(unreadable(str(path), error)) from None


def _members(path: Path, limits: Limits) -> dict[str, str]:
    """The texts in the archive's folder for specs, as far as a spec may be large."""
    room = limits.source_characters * 4
    return _texts(path, room, lambda name: name.startswith(f"{_FOLDER}/"))


def unpack(path: Path, name: str, target: IO[bytes], room: int) -> None:
    """Writes a member's bytes to a file, no more than so many. Raises `UsageError`."""
    with _opened(path) as archive:
        if name not in archive.namelist():
            raise UsageError(f"{path} holds no {name}; it is no .keras file")
        with _reading(archive, archive.getinfo(name)) as member:
            while part := member.read(1 << 20):
                room -= len(part)
                if room < 0:
                    raise zipfile.BadZipFile(f"{name!r} is longer than it may be")
                target.write(part)


def _texts(path: Path, room: int, wanted: Callable[[str], bool]) -> dict[str, str]:
    """The texts of some members of an archive, of so many bytes all together."""
    found: dict[str, str] = {}
    with _opened(path) as archive:
        for info in archive.infolist():
            if wanted(info.filename):
                found[info.filename] = _member_text(archive, info, room)
                room -= len(found[info.filename])
    return found


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive that anybody may have written. Raises `UsageError` where it is none, or damaged,
    also in what is read of it."""
    try:
        check_ordinary(path)
        with _Contents(path) as file, zipfile.ZipFile(file) as archive:
            yield archive
    except OSError as error:
        raise UsageError(unreadable(str(path), error)) from None
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError) as error:
        if path.suffix in (".h5", ".hdf5"):
            raise UsageError(OLDER.format(path)) from None
        raise UsageError(f"{path} is not a .keras archive: {error}") from None


def check_ordinary(path: Path) -> None:
    """Raises `UsageError` for a folder, and for a pipe, which would never end."""
    if path.is_dir():
        raise UsageError(unreadable(str(path), IsADirectoryError()))
    if not path.is_file() and path.exists():
        raise UsageError(f"{path} is no ordinary file")


def _member_text(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> str:
    """A member's text. Its size is what comes out of it, whatever the table says."""
    with _reading(archive, info) as member:
        data = member.read(room + 1)
    if len(data) > room:
        raise zipfile.BadZipFile(f"{info.filename!r} is longer than it may be")
    return data.decode()


def _reading(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"{info.filename!r} is compressed in a way that is not used here")
    return archive.open(info)
