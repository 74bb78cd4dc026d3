"""The bounds that keep untrusted text from hanging the compiler or exhausting memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one spec may ask for. Every bound is settable from Python; the defaults are generous.

    `depth` is what plain Keras survives: it saves and loads a chain of layers by recursion
    and fails at about 1,000 of them.
    """

    source_characters: int = 1_000_000
    nesting: int = 60
    expression_characters: int = 500
    number: int = 10**12
    nodes: int = 20_000
    depth: int = 900
    size: int = 10**9
    parameters: int = 2 * 10**9
    use_depth: int = 20
    errors: int = 1_000


DEFAULT_LIMITS = Limits()
