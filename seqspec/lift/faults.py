"""What keeps a saved model from becoming a spec."""

from __future__ import annotations

from typing import NamedTuple

from seqspec.diagnostics import UsageError, readable


class Unsaid(NamedTuple):
    """A layer that the language has no words for, and why."""

    layer: str
    class_name: str
    why: str

    def __str__(self) -> str:
        return readable(f"`{self.layer}` ({self.class_name}): {self.why}")


class CannotLift(Exception):
    """A sound model that cannot be said in full; `unsaid` names each layer that is in the way."""

    def __init__(self, unsaid: tuple[Unsaid, ...]) -> None:
        super().__init__("\n".join(map(str, unsaid)))
        self.unsaid = unsaid


class Damaged(UsageError):
    """A file that holds no config of a Keras model."""
