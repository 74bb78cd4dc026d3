"""Makes a whole spec of named chains: outputs, training settings and parameters."""

from __future__ import annotations

import re
from random import Random

from seqspec.target.unread import unread

from . import shorthand
from .compose import Way
from .grow import ANY, Grower, Profile
from .look import look
from .settings import train_statements


def grow(random: Random, profile: Profile = ANY, way: Way | None = None) -> str:
    """A random spec that compiles, in which an operation is used in this way if it can be."""
    grower = Grower(random, profile)
    found = way is not None and grower.favour(way)
    for _ in range(random.choice((0, 0, 1, 2) if found else (1, 1, 2, 3))):
        grower.statement()
    if not grower.statements:
        return grow(random, profile)
    return _finished(grower) or grow(random, profile, way)


def _finished(grower: Grower) -> str | None:
    """With outputs, training settings and parameters; None where the model would lack weights."""
    random, statements = grower.random, grower.statements
    used = " ".join(chain for _, chain in statements)
    ends = [name for name, _ in statements if not _mentions(used, name)]
    more = [name for name, values in grower.names.items() if len(values) == 1]
    outputs = list(
        dict.fromkeys([*ends, *random.sample(more, min(len(more), random.choice((0, 0, 1))))])
    )
    single = len(outputs) == 1 and outputs[0] == statements[-1][0] and random.random() < 0.5
    lines = [*grower.definitions]
    inline = set()
    for name, chain in statements:
        out = not single and name in outputs and random.random() < 0.7
        inline |= {name} if out else set()
        alone = single and name == outputs[0] and random.random() < 0.5
        lines.append(chain if alone else f"{'out ' * out}{name} = {chain}")
    if not single:
        lines += [f"out {name}" for name in outputs if name not in inline]
    lines = shorthand.with_let(random, lines)
    text = "\n".join([*_needed(lines), ""])
    seen = look(text)
    assert seen, text
    if unread(seen.graph):
        return None
    settings = train_statements(random, [output.name for output in seen.graph.outputs])
    return text + settings if settings and look(text + settings) else text


def _needed(lines: list[str]) -> list[str]:
    """Without definitions that nothing uses: those of stages that did not fit in the end."""
    kept: list[str] = []
    for line in reversed(lines):
        kind, name = [*re.split(r"[ (]", line), ""][:2]
        if kind not in ("block", "shared") or any(_mentions(later, name) for later in kept):
            kept.insert(0, line)
    return kept


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None
