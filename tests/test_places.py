"""Which steps are needed for some of a result: held to the result made in full, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from seqspec.diagnostics import Problem
from seqspec.numeric.windows import Reach, windows
from seqspec.ops.evaluate import sized
from seqspec.ops.places import Part, Places, hull
from seqspec.ops.receptive import Field, receptive
from seqspec.ops.select import Selection
from seqspec.values import Dim, Size

STEPS = 11
OPEN = Dim.named("T")


def _wanted(steps: Size) -> Iterator[Places]:
    """Places of so many, counted from the start and from the end."""
    for low, count, stride in product(range(STEPS), range(1, STEPS + 1), (1, 2, 3)):
        if low + (count - 1) * stride < STEPS:
            yield Places.of(low, count, stride)
            if not isinstance(steps, int):
                yield Places.of(steps - STEPS + low, count, stride)
    yield Places(0, steps)
    yield Places(1, steps)


def _reaches(padding: str) -> Iterator[Reach]:
    for size, stride, dilation in product((1, 2, 3), (1, 2, 3), (1, 2, 3, 4)):
        if stride == 1 or dilation == 1:
            yield Reach(size, stride, dilation, padding)


def _numbers(places: Places, steps: int = STEPS) -> list[int]:
    """The places, each by its number."""
    low, high = (sized(bound, {"T": steps}) for bound in (places.low, places.high))
    assert isinstance(low, int)
    assert isinstance(high, int)
    return [*range(low, high, places.stride)]


def _part(x: np.ndarray, part: Part) -> np.ndarray:
    """The part of the steps of one sample, with its zeros."""
    numbers = _numbers(part.places, len(x))
    assert 0 <= numbers[0] <= numbers[-1] < len(x)
    return np.pad(x[numbers], (part.before, part.after))


def _slid(x: np.ndarray, window: Reach) -> np.ndarray:
    """What each window holds."""
    return windows(x[None, :, None], [window])[0, ..., 0]


@pytest.mark.parametrize("steps", [STEPS, OPEN], ids=["known", "open"])
@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
def test_a_receptive_field_is_all_that_the_places_need(padding: str, steps: Size) -> None:
    lengths = [STEPS] if steps == STEPS else [STEPS, STEPS + 1, STEPS + 4]
    found = 0
    for window, length in product(_reaches(padding), lengths):
        x = np.arange(1.0, length + 1)
        whole = _slid(x, window)
        for wanted in _wanted(steps):
            if max(_numbers(wanted, length), default=STEPS) >= len(whole):
                continue
            field = receptive(window, wanted, steps)
            if field is not None:
                found += 1
                _holds(field, x, whole, wanted)
    assert found > 50


def _holds(field: Field, x: np.ndarray, whole: np.ndarray, wanted: Places) -> None:
    made = _numbers(field.makes, len(x))
    assert {*_numbers(wanted, len(x))} <= {*made}
    part = _part(x, field.part)
    np.testing.assert_array_equal(_slid(part, field.window), whole[made])
    if wanted.count == 1 and field.window.padding == "valid":  # and nothing beside that
        assert len(part) == field.window.size


def test_places_among_zeros() -> None:
    x = np.arange(1.0, STEPS + 1)
    around = np.pad(x, STEPS)
    found = 0
    for low, count, stride in product(range(-STEPS, STEPS), range(1, STEPS + 1), (1, 2)):
        wanted = Places.of(low, count, stride)
        if wanted.high > 2 * STEPS:
            continue
        part = Part.among_zeros(wanted, STEPS)
        inside = wanted.low >= 0 and wanted.high <= STEPS
        touches = wanted.low < STEPS and wanted.high > 0
        assert (part is not None) == (touches and (inside or wanted.stride == 1)), wanted
        if part is not None:
            found += 1
            expected = around[[number + STEPS for number in _numbers(wanted)]]
            np.testing.assert_array_equal(_part(x, part), expected)
    assert found > 100


def test_places_among_zeros_of_an_open_size() -> None:
    assert Part.among_zeros(Places(2, OPEN - 1), OPEN) == Part(Places(2, OPEN - 1))
    assert Part.among_zeros(Places(0, OPEN), OPEN) == Part(Places(0, OPEN))
    for low, high in ((-1, OPEN), (0, OPEN + 1), (OPEN - 2, OPEN), (0, 3)):  # it may be short
        assert Part.among_zeros(Places(low, high), OPEN) is None


def test_chosen_places_end_right_behind_the_last_one() -> None:
    for start, stop, stride in product((-7, -4, -1, 0, 3), (-3, None, 5, 9), (1, 2, 3)):
        for steps in (STEPS, OPEN):
            try:
                places = Selection.window(start, stop, stride).places(steps)
            except Problem:
                continue
            numbers = _numbers(places)
            assert numbers == [*range(STEPS)][start:stop:stride]
            if numbers and isinstance(places.count, int):
                assert sized(places.high, {"T": STEPS}) == numbers[-1] + 1


def test_places_within_places() -> None:
    """Counted among others and back they are the same."""
    for one, other in product([*_wanted(STEPS)][::5], repeat=2):
        inner = one.within(other)
        if inner is not None and {*_numbers(one)} <= {*_numbers(other)}:
            assert [_numbers(other)[i] for i in _numbers(inner)] == _numbers(one)
            assert _numbers(inner.among(other)) == _numbers(one)
    assert Places(OPEN - 3, OPEN).within(Places(OPEN - 5, OPEN)) == Places(2, 5)
    assert Places(OPEN - 3, OPEN).within(Places(0, OPEN)) is None


def test_a_hull_holds_all_places_and_begins_and_ends_with_some() -> None:
    parts = [*_wanted(STEPS)][::7]
    for one, other in product(parts, repeat=2):
        found = hull([one, other])
        assert found is not None
        numbers, both = _numbers(found), {*_numbers(one), *_numbers(other)}
        assert both <= {*numbers}
        assert (numbers[0], numbers[-1]) == (min(both), max(both))
    assert hull([Places(0, 3), Places(OPEN - 3, OPEN)]) is None
    assert hull([Places(OPEN - 5, OPEN), Places(OPEN - 3, OPEN)]) == Places(OPEN - 5, OPEN)
    assert hull([Places.of(1, 3, 2), Places.of(7, 2, 4)]) == Places(1, 12, 2)
