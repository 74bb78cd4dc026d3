"""What the page begins with: a text, its name, and the gallery."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from seqspec.driver import Analysis, analyze
from seqspec.files import read_source, reader
from seqspec.graph.definitions import Reader
from seqspec.limits import Limits
from seqspec.ops.registry import BY_NAME
from seqspec.passes import DEFAULT_LEVEL, Level
from seqspec.settings import named
from seqspec.source import Source
from seqspec.syntax import KEYWORDS

LIMITS = Limits(source_characters=200_000, nodes=5_000, errors=200)
"""Less than elsewhere: all of it is worked out again after each pause in typing."""

_PACKAGE = Path(__file__).parents[1]
_FIRST = "recurrent/human_activity"  # what a page without a file shows
_NEEDS_MORE = "outside"  # the folder of specs that need operations from outside


class Question(NamedTuple):
    """What the page asks about: a text, what is set for it (`units=64 T=10`), and the level."""

    text: str
    settings: str = ""
    level: Level = DEFAULT_LEVEL

    @property
    def named(self) -> dict[str, str]:
        """What is set, by name. Raises `UsageError`."""
        words = (word.removeprefix("-D") for word in _SETTING.findall(self.settings))
        return named(word for word in words if word)


_SETTING = re.compile(r'(?:"[^"]*"|\{[^{}]*\}|\S)+')


@dataclass(frozen=True)
class Desk:
    """A text to begin with, and how the texts that the page sends are read."""

    start: Source
    read: Reader | None = None
    settings: str = ""
    level: Level = DEFAULT_LEVEL

    @property
    def stem(self) -> str:
        """What files that are downloaded are called."""
        return "model" if self.start.name.startswith("<") else Path(self.start.name).stem

    def analyze(self, question: Question) -> Analysis:
        """A text of the page, checked as if it stood in the file. Raises `UsageError`."""
        source = Source(self.start.name, question.text)
        return analyze(source, question.named, read=self.read, limits=LIMITS)

    def describe(self) -> dict[str, Any]:
        """All that the page needs to know when it opens."""
        return {
            "text": self.start.text,
            "stem": self.stem,
            "settings": self.settings,
            "level": self.level,
            "keywords": KEYWORDS,
            "operations": list(BY_NAME),
            "examples": [
                {"group": path.parent.name, "name": path.stem, "text": _read(path)}
                for path in examples()
            ],
        }


def desk(
    file: str | None,
    settings: Sequence[str] = (),
    level: Level = DEFAULT_LEVEL,
    root: str | None = None,
) -> Desk:
    """The desk for a file, `-` for standard input, or the gallery. Raises `UsageError`."""
    named(settings)
    if file is None:
        first = next(path for path in examples() if path.match(f"{_FIRST}.seq"))
        source = Source("<spec>", _read(first))
    else:
        source = read_source(file, LIMITS)
        source = Source(source.name, re.sub(r"\r\n?", "\n", source.text))  # as the page has it
    folder = Path(root) if root else Path(file).parent if file and file != "-" else None
    read = reader(folder, LIMITS) if folder else None
    return Desk(source, read, " ".join(settings), level)


def examples() -> list[Path]:
    """The specs of the gallery: inside an installed package, or beside it in a checkout."""
    inside = _PACKAGE / "specs"
    gallery = inside if inside.is_dir() else _PACKAGE.parent / "specs"
    found = (path for path in gallery.glob("*/*.seq") if path.parent.name != _NEEDS_MORE)
    return sorted(found, key=lambda path: (path.parent.name != "origin", path))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
