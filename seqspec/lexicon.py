"""What highlighters know of the language: the grammar's terminals, the registry's words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from seqspec.ops.arguments import arguments, known_words
from seqspec.ops.registry import OPERATIONS
from seqspec.statements import STATEMENTS
from seqspec.syntax.grammar import grammar_file

NAME = r"[a-z][a-z0-9_]*"
USED = rf"{NAME}(?:\.-?\d+|\.(?=\{{))?"  # `skips`, `skips.0`, `skips.{i}`
FUNCTIONS = ("min", "max", "round", "int")
_TERMINAL = re.compile(r"^([A-Z]+)(?:\.-?\d+)?: /(.*)/$", re.MULTILINE)


def terminals() -> dict[str, str]:
    """The patterns of the grammar's terminals by name."""
    return dict(_TERMINAL.findall(grammar_file().read_text(encoding="utf-8")))


def operations() -> list[str]:
    """The words that begin stages."""
    return [name for operation in OPERATIONS for name in operation.names()]


def argument_words() -> list[str]:
    """The words that operations and statements take as arguments."""
    known = [arguments(operation) for operation in OPERATIONS]
    known += [arguments(part) for statement in STATEMENTS for part in statement.settings]
    specs = [spec for each in known for spec in each]
    words = {word for spec in specs for word in (*known_words([spec]), *spec.words)}
    return sorted(words | {"yes", "no"})


def one_of(words: Iterable[str]) -> str:
    """A pattern for a whole word among these, which none of them is the beginning of."""
    return rf"(?:{'|'.join(sorted(words, key=lambda word: (-len(word), word)))})(?![\w.])"
