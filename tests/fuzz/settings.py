"""Random `train` statements, out of what objectives and optimizers declare."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from seqspec.graph.training import Objective, Optimizer
from seqspec.ops.arguments import arguments
from seqspec.record import Record
from seqspec.unparse.stage import value_text

from .fields import Fields


def train_statements(random: Random, outputs: Sequence[str]) -> str:
    """Settings for some of the outputs, or nothing."""
    if random.random() > 0.3:
        return ""
    lines = []
    for name in outputs:
        if random.random() < 0.8:
            settings = " ".join(_settings(random, Objective, 0.3))
            lines.append(f"train {name} {settings}" if settings else "")
    lines.append(f"train {' '.join(_settings(random, Optimizer, 0.2))}")
    return "\n".join(line for line in lines if line not in ("", "train ")) + "\n"


def _settings(random: Random, cls: type[Record], share: float) -> list[str]:
    fields = Fields(random, None, [])
    return [
        f"{spec.key}={value_text(spec, fields.draw(spec))}"
        for spec in arguments(cls)
        if spec.field in ("loss", "optimizer") or random.random() < share
    ]
