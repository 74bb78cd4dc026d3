"""An operation as text, worked out from what its class declares.

A positional argument fills the first free field that takes its kind, so that one may be written
without its key only where every field before it that takes the same is written as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from seqspec.ops.arguments import ArgumentSpec, arguments_of
from seqspec.record import Record
from seqspec.values import Dim

Texts = Mapping[str, str | Sequence[str]]
"""Arguments by field; values of the graph are a sequence of texts."""

_NUMBERS = ("integer", "number", "numbers", "kernel", "shape")
_SIZES = ("kernel", "shape")


class Unwritable(Exception):
    """What no text stands for, such as a size that an operation made."""


def stage(
    word: str, cls: type[Record], texts: Texts, keyed: Collection[str] = (),
    leading: Sequence[str] = (),
) -> str:  # fmt: skip
    """The operation as it stands in a chain; fields in `keyed` are written with their key, and
    `leading` come first."""
    specs = arguments_of(cls, word)
    parts: list[str] = []
    for place, spec in sorted(enumerate(specs), key=lambda pair: pair[1].field not in leading):
        if spec.field not in texts:
            continue
        text = texts[spec.field]
        skipped = [s for s in specs[:place] if s.positional and s.field not in texts]
        if spec.field not in keyed and _needs_no_key(spec, text, skipped, specs):
            words = [text] if isinstance(text, str) else text
            parts += [spec.key] if spec.kind == "flag" else words
        else:
            parts.append(f"{spec.key}={text if isinstance(text, str) else ','.join(text)}")
    return " ".join([word, *parts])


def _needs_no_key(
    spec: ArgumentSpec,
    text: str | Sequence[str],
    skipped: Sequence[ArgumentSpec],
    specs: Sequence[ArgumentSpec],
) -> bool:
    if not spec.positional:
        return False
    match spec.kind:
        case "flag":
            return text == "yes" and _first_with(spec.key, specs) is spec
        case "words" if str(text)[-1].isdigit():
            return not any(s.kind in _NUMBERS for s in skipped)
        case "words":
            return _first_with(str(text), specs) is spec
        case "list":
            return False
        case "integer" | "number":
            return not any(s.kind in _NUMBERS for s in skipped)
        case "numbers":
            same = (spec.kind,) if "," in str(text) else _NUMBERS
            return not any(s.kind in same for s in skipped)
        case "kernel" | "shape" | "axes":
            kinds = _NUMBERS if str(text).replace(" ", "").isdigit() else _SIZES
            return not any(s.kind in kinds for s in skipped)
        case kind:
            return not any(s.kind == kind for s in skipped)


def _first_with(word: str, specs: Sequence[ArgumentSpec]) -> ArgumentSpec | None:
    """The field that a bare word falls into."""
    for spec in specs:
        if spec.positional and word in ((spec.key,) if spec.kind == "flag" else spec.words):
            return spec
    return None


def value_text(spec: ArgumentSpec, value: Any) -> str:
    """A field's value as text, with the exception of operands and chains. Raises `Unwritable`."""
    match spec.kind:
        case "flag":
            return "yes" if value else "no"
        case "kernel" | "shape" | "axes":
            return "x".join(map(size_text, value))
        case "slice":
            start, stop, step = ("" if part is None else str(part) for part in value)
            return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
        case "list" | "numbers":
            return ",".join(map(_plain, value))
        case "name":
            return f'"{value}"'
        case "words":
            return _plain(value)
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    """A number as a person writes it: `-1` for -1.0, and `1e-6`."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return re.sub(r"e([+-])0(\d)$", r"e\1\2", str(value))


def size_text(size: int | Dim) -> str:
    """A size as it stands in a shape. Raises `Unwritable` for what operations made of sizes."""
    text = str(size)
    if text[0] == "?" and text[1:].isdigit():
        return "?"
    if re.fullmatch(r"\d+ \* [A-Z][A-Z0-9_]*", text):
        return text.replace(" ", "")
    if not text.replace("_", "").isalnum():
        raise Unwritable(f"no text stands for the size {text}")
    return text
