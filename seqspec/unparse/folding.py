"""Stages that come again and again as copies of a group: `(dense 8 relu) * 3`.

Numbers that double or grow by a step from copy to copy are written with the number of the copy:
`conv 64 3 dilation=1 -> conv 64 3 dilation=2` is `(conv 64 3 dilation={2**i}) * 2`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"(?<![\w.{x:,])(\d+)(?![\w.x:}])")
_MANY, _LONG = 1000, 60  # stages of a chain that are looked through, and of a copy
_LEAST = 14  # characters that are to be saved


def folded(stages: Sequence[str]) -> list[str]:
    """The stages, with groups in place of repetitions; the longest saving comes first."""
    rest = [*stages]
    while (best := _best(rest)) is not None:
        start, length, times, texts = best
        inner = " -> ".join(folded(texts))
        rest[start : start + length * times] = [f"({inner}) * {times}"]
    return rest


def _best(stages: Sequence[str]) -> tuple[int, int, int, list[str]] | None:
    found: tuple[int, tuple[int, int, int, list[str]]] | None = None
    if len(stages) > _MANY:
        return None
    shapes = [_NUMBER.sub("#", stage) for stage in stages]
    for length in range(1, min(_LONG, len(stages) // 2) + 1):
        for start in range(len(stages) - 2 * length + 1):
            if shapes[start : start + length] != shapes[start + length : start + 2 * length]:
                continue
            times = _times(shapes, start, length)
            while times > 1 and (texts := _common(stages, start, length, times)) is None:
                times -= 1
            if times < 2:
                continue
            saved = (times - 1) * len(" -> ".join(stages[start : start + length])) - 6
            if saved >= _LEAST and (found is None or saved > found[0]):
                assert texts is not None
                found = saved, (start, length, times, texts)
    return found[1] if found else None


def _times(shapes: Sequence[str], start: int, length: int) -> int:
    times = 1
    first = shapes[start : start + length]
    while shapes[start + times * length : start + (times + 1) * length] == first:
        times += 1
    return times


def _common(stages: Sequence[str], start: int, length: int, times: int) -> list[str] | None:
    """The stages of one copy, for all of them; None where no number of the copy says it."""
    made: list[str] = []
    for place in range(length):
        copies = [stages[start + copy * length + place] for copy in range(times)]
        if len({*copies}) == 1:
            made.append(copies[0])
            continue
        if times < 3 or any(") * " in copy or "{" in copy for copy in copies):
            return None  # inside other copies, `i` counts those
        columns = zip(*([int(n) for n in _NUMBER.findall(copy)] for copy in copies), strict=True)
        texts = [_series(column) for column in columns]
        if None in texts:
            return None
        parts = iter(texts)
        made.append(_NUMBER.sub(lambda match, parts=parts: str(next(parts)), copies[0]))  # type: ignore[misc]
    return made


def _series(numbers: Sequence[int]) -> str | None:
    """What numbers are by their place: all the same, powers of two, or a step apart."""
    first, step = numbers[0], numbers[1] - numbers[0]
    if len({*numbers}) == 1:
        return str(first)
    if all(number == first * 2**i for i, number in enumerate(numbers)) and first:
        return "{2**i}" if first == 1 else f"{{{first} * 2**i}}"
    if all(number == first + step * i for i, number in enumerate(numbers)) and step > 0:
        factor = "i" if step == 1 else f"{step} * i"
        return f"{{{factor}}}" if not first else f"{{{factor} + {first}}}"
    return None
