"""Lowered, and lifted again: the graph that a saved model is read back into is the one that it
came from, or what is in the way is named."""

from __future__ import annotations

import seqspec
from seqspec.backends.archive.interpret import CannotSay
from seqspec.driver import optimized
from seqspec.lift.decompile import lifted_config
from seqspec.lift.faults import CannotLift

from .canonical import canonical
from .case import Case, Skipped

try:  # `tests` is a folder for pytest, and a package for `python -m tests.fuzz`
    from lifting import config_of, plain_layers
except ImportError:
    from tests.lifting import config_of, plain_layers


def decompiled(case: Case) -> str | None:
    """The model's config means the graph; where other words do, they make the same calls."""
    graph = optimized(case.graph, case.level)
    try:
        config = config_of(graph)
    except CannotSay as reason:
        raise Skipped(f"only Keras saves it: {reason}") from None
    try:
        found = lifted_config(config).graph
    except CannotLift as fault:
        raise Skipped(f"cannot be said: {_kind(fault)}") from None
    except seqspec.UsageError as error:
        return f"a config that was just written is damaged: {error}"
    if canonical(found)[:2] == canonical(graph)[:2]:
        return None
    one, other = _calls(plain_layers(found)), _calls(plain_layers(graph))
    if one == other:
        return None
    more, less = [*(set(one) - set(other))][:2], [*(set(other) - set(one))][:2]
    return f"the calls differ: {more} are new, and {less} are missing"


def _calls(layers: dict[str, object]) -> list[str]:
    """Layers without the names that functions get by themselves, in any order. Values are arranged
    anew by a layer or by a function, which is all the same."""
    calls = [(value[0], value[1]) for value in layers.values()]  # type: ignore[index]
    named = ("Sequential",)  # after the output that it hands on
    return sorted(str(c[0] if c[0] in named else c) for c in calls if c[0] != "Reshape")


def _kind(fault: CannotLift) -> str:
    return ", ".join(sorted({layer.class_name for layer in fault.unsaid}))[:80]


ORACLES = {"decompiled": decompiled}
