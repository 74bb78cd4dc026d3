"""A call in a saved model, as operations look at it that tell from it what they might be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seqspec.record import Struct


class Said(Struct):
    """What is called, how it was made, and with what it is called.

    Of an argument that is a tensor, the call that gives it is there in its place.
    """

    name: str
    config: Mapping[str, Any]
    args: tuple[Any, ...]

    def before(self, name: str, depth: int = 12) -> Iterator[Said]:
        """The calls of a function that this one reads, the nearest first."""
        level: list[Said] = [self]
        for _ in range(depth):
            level = [arg for call in level for arg in _calls(call.args)][:200]
            yield from (call for call in level if call.name == name)


def _calls(args: Any) -> Iterator[Said]:
    for arg in args:
        if isinstance(arg, Said):
            yield arg
        elif isinstance(arg, list | tuple):
            yield from _calls(arg)


def index(call: Said) -> tuple[Any, ...]:
    """The parts of the index of a `GetItem`."""
    found = call.args[1] if len(call.args) > 1 else ()
    return tuple(found) if isinstance(found, list | tuple) else (found,)
