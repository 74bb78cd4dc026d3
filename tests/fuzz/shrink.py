"""Makes the spec of a disagreement small: takes parts away while the oracle still objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import seqspec
from seqspec.unparse import Unwritable

from .unparse import unparse

Fails = Callable[[str], bool]


def shrunk(text: str, fails: Fails, most: int = 400) -> str:
    """A small text of which `fails` is still true; the oracle is asked so many times at most."""
    tried = {text}
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(text):
            if smaller in tried or not seqspec.check(smaller).ok:
                continue
            if len(tried) > most:
                return text
            tried.add(smaller)
            if fails(smaller):
                text, progress = smaller, True
                break
    return text


def _smaller(text: str) -> Iterator[str]:
    """Texts with a little less in them, the boldest first; most of them do not compile."""
    yield from _flat(text)
    lines = text.splitlines()
    for place in range(len(lines)):
        yield "\n".join([*lines[:place], *lines[place + 1 :], ""])
    for place, line in enumerate(lines):
        for shorter in _shorter(line):
            yield "\n".join([*lines[:place], shorter, *lines[place + 1 :], ""])


def _flat(text: str) -> Iterator[str]:
    """Without blocks, repetition and names; and without names of layers."""
    try:
        flat = unparse(seqspec.parse(text))
    except Unwritable:
        return
    plain = re.sub(r' name="[^"]*"', "", flat)
    for candidate in (flat, plain):
        if len(candidate) < len(text):
            yield candidate


def _shorter(line: str) -> Iterator[str]:
    """The line without a stretch of its stages, without one of its arguments, or with less."""
    yield line.removeprefix("out ")
    pieces = re.split(r"( -> )", line)
    stages, count = pieces[::2], len(pieces[::2])
    for length in range(count - 1, 0, -1):
        for begin in range(count - length + 1):
            yield " -> ".join([*stages[:begin], *stages[begin + length :]])
    for match in re.finditer(r"\(([^()]*)\)( \* \d+)?", line):
        yield line[: match.start()] + match.group(1) + line[match.end() :]
        yield line[: match.start()].rstrip() + line[match.end() :]
    for match in re.finditer(r" [^ ()]+(?=[ )]|$)", line):
        if match.group() not in (" ->", " in", " ="):
            yield line[: match.start()] + line[match.end() :]
    for match in re.finditer(r"(?<![\w.])[2-9](?![\w.])", line):
        yield f"{line[: match.start()]}{int(match.group()) - 1}{line[match.end() :]}"
