"""What a code means, as text: `seqspec explain E301`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seqspec.codes import Code
from seqspec.diagnostics import Paint, UsageError, render
from seqspec.examples import EXAMPLES, Example
from seqspec.limits import DEFAULT_LIMITS, Limits


def overview() -> str:
    """Every code with its meaning."""
    return "".join(f"{code.id}  {code.meaning}\n" for code in Code)


def page(name: str, paint: Paint) -> str:
    """A code's meaning, an example with its message, and the example mended."""
    code = _find(name)
    example = EXAMPLES[code]
    checked = example.check()
    messages = [render(d, checked.sources, paint) for d in checked.diagnostics]
    parts = [
        f"{code.id}, {_ARTICLE[code.severity]}: {code.meaning}",
        *_circumstances(example),
        _indented(example.faulty),
        *messages,
        "Mended:",
        *_data(example.mended_data or {}),
        _indented(example.mended),
    ]
    return "\n\n".join(parts) + "\n"


_ARTICLE = {"error": "an error", "warning": "a warning", "note": "a note"}


def _find(name: str) -> Code:
    by_id = {code.id: code for code in Code}
    if name.upper() in by_id:
        return by_id[name.upper()]
    raise UsageError(
        f"there is no code {name}; `seqspec explain` lists them, "
        "and `--passes` explains what becomes of a file"
    )


def _circumstances(example: Example) -> Iterator[str]:
    """The bounds and files that an example needs."""
    bounds = [
        f"{name}={getattr(example.limits, name)}"
        for name in Limits.fields
        if getattr(example.limits, name) != getattr(DEFAULT_LIMITS, name)
    ]
    if bounds:
        yield f"With `Limits({', '.join(bounds)})`:"
    for name, text in example.files.items():
        yield f"With the file {name}:"
        yield _indented(text.rstrip())
        yield "this is an example:"

    yield from _data(example.data)


def _data(data: Mapping[str, Any]) -> Iterator[str]:
    """Arrays as they would be written in Python."""
    if data:
        yield "With the data:"
        yield _indented("\n".join(f"{name} = {numbers}" for name, numbers in data.items()))
        yield "and the spec:"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
