"""A spec on trial: everything that oracles ask of it, each worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import seqspec
from seqspec import Graph
from seqspec.ops.signal import Signal
from seqspec.passes import Level

from .data import Run, Unfit, runnable

if TYPE_CHECKING:
    import keras

Array = np.ndarray
TOLERANCE = 1e-4
SHAKE = 1e-6  # relative; what rounding does to a value is of this size


NOISE = "noise that stays on has no numbers to compare with"


class Skipped(Exception):
    """An oracle that does not apply here, and why."""


@dataclass
class Case:
    """One spec; `seed` decides its data."""

    text: str
    seed: int = 0

    @cached_property
    def graph(self) -> Graph:
        """The graph of the text."""
        return seqspec.parse(self.text)

    @property
    def level(self) -> Level:
        """Every other spec is built as it is written, and the rest after the passes."""
        return 1 if self.seed % 2 else 0

    def rng(self, purpose: int = 0) -> np.random.Generator:
        """Random numbers of this case; the same ones each time."""
        return np.random.default_rng([self.seed, purpose])

    @cached_property
    def run(self) -> Run:
        """Weights and inputs. Raises `Skipped` where none are found."""
        try:
            return runnable(self.graph, self.rng())
        except Unfit as error:
            raise Skipped(f"no data: {error}") from None

    @cached_property
    def model(self) -> keras.Model:
        """The built model with the run's weights."""
        from .models import assign

        model = seqspec.compile(self.graph, optimize=self.level)
        assign(self.graph, model, self.run.weights)
        return model

    @cached_property
    def inputs(self) -> list[Array]:
        """The run's inputs in the model's order."""
        return [self.run.inputs[node.name] for node in self.graph.inputs]

    @cached_property
    def outputs(self) -> list[Any]:
        """The model's outputs as its backend has them."""
        from .models import call

        return call(self.model, self.inputs)

    @cached_property
    def found(self) -> list[Array]:
        """The model's outputs."""
        return [np.asarray(output) for output in self.outputs]

    @property
    def signals(self) -> dict[str, Signal]:
        """What the reference makes of the run. Raises `Skipped` where that is nothing."""
        if self.run.is_random:
            raise Skipped(NOISE)
        return self.run.signals

    @cached_property
    def expected(self) -> list[Array]:
        """The reference's outputs."""
        return [self.signals[output.name].data for output in self.graph.outputs]

    @cached_property
    def real(self) -> list[Array]:
        """What of each output means something: its real steps."""
        signals = (self.signals[output.name] for output in self.graph.outputs)
        return [np.broadcast_to(signal.real, signal.data.shape) for signal in signals]

    def differ(
        self, found: Sequence[Array], expected: Sequence[Array], real: Sequence[Array] | None = None
    ) -> str | None:
        """What differs beyond rounding. Raises `Skipped` where rounding is blown up.

        A difference counts for nothing where numbers that are a millionth different make as
        large a difference: at the ties of `argmax` and at thresholds, and in divisions by what
        is almost zero.
        """
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            keep = real[place] if real else None
            difference = differ(one, other, keep)
            if difference is None:
                continue
            if self.run.is_random:
                raise Skipped(NOISE)
            if any(np.isnan(signal.data).any() for signal in self.run.every.values()):
                raise Skipped("no numbers, such as powers of what is negative")
            if self.run.overflows:
                raise Skipped("overflow in single precision")
            if self.run.ties:
                raise Skipped("argmax of what is almost equal, or mask of it")
            if self._blown_up(place, one, other, keep):
                raise Skipped("ill-conditioned")
            return f"output {self.graph.outputs[place].name}: {difference}"
        return None

    def _blown_up(self, place: int, one: Array, other: Array, real: Array | None) -> bool:
        name = self.graph.outputs[place].name
        if one.shape != other.shape:
            return False
        away = distance(one, other, real)
        response = 0.0
        for number in range(4):
            noise = SHAKE * bool(number)
            shaken = self.run.shaken(self.rng(100 + number), noise)[self.graph.outputs[place].node]
            signal = self.run.signals[name]
            both = np.broadcast_to(signal.real & shaken.real, signal.data.shape)
            response = max(response, distance(shaken.data, signal.data, both))
        return away <= response * TOLERANCE / SHAKE


def distance(one: Array, other: Array, real: Array | None = None) -> float:
    """The largest difference of two arrays, where both are finite."""
    with np.errstate(all="ignore"):
        away = np.abs(np.asarray(one, float) - np.asarray(other, float))
    away = np.where(np.isfinite(away), away, 0)
    return float(np.max(away if real is None else np.where(real, away, 0), initial=0))


def differ(found: Array, expected: Array, real: Array | None = None) -> str | None:
    """How two arrays differ by more than rounding does. NaN equals NaN, an infinity itself."""
    if found.shape != expected.shape:
        return f"the shape is {found.shape}, and {expected.shape} is expected"
    one, other = np.asarray(found, float), np.asarray(expected, float)
    largest = np.max(np.abs(other[np.isfinite(other)]), initial=0)
    with np.errstate(all="ignore"):
        near = np.abs(one - other) <= TOLERANCE * np.abs(other) + TOLERANCE * max(1, largest) / 10
    near |= (one == other) | (np.isnan(one) & np.isnan(other))
    wrong = ~near if real is None else ~near & real
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{int(wrong.sum())} of {wrong.size} numbers differ, at {at}: "
        f"{one[at]:.7g}, and {other[at]:.7g} is expected"
    )
