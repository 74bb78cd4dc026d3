"""Finds the arguments of an operation that lowers to a given call, by trying them.

No table says how a layer's config becomes arguments: `lower` says how arguments become a config.
So arguments are changed one by one, to values that stand in the config, as long as what `lower`
makes of them comes nearer to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from typing import Any

from seqspec.diagnostics import Problem
from seqspec.ops.arguments import ArgumentSpec, Word, arguments_of
from seqspec.ops.base import Operation
from seqspec.ops.bind import convert
from seqspec.ops.registry import make

Leaves = Mapping[tuple[str, ...], Any]
Distance = Callable[[Operation], float]
"""How far what an operation makes is from what is wanted: 0 where it is that, or infinite."""

FAR = float("inf")
_MANY = 200  # starts
_PAIRED = 500  # pairs of changes
_THIRD = 12  # of those, such as are looked at once more
_FEW = 6  # words that are tried where the call does not show which it is
OTHER = 1000.0  # from here on it is that of another layer


def found(
    cls: type[Operation], operands: Mapping[str, Any], wanted: Leaves, distance: Distance
) -> Iterator[Operation]:
    """Operations of a class that make what is wanted; or else the one that comes nearest."""
    constants = _constants(wanted.values())
    starts: list[tuple[float, Operation]] = []
    for name in _names(cls, constants):
        specs = _free(cls, name, operands)
        required = [spec for spec in specs if spec.required]
        choices = [_values(spec, constants, name) for spec in required]
        for chosen in islice(product(*choices), _MANY):
            fields = {s.field: value for s, value in zip(required, chosen, strict=True)}
            start = make(name, {**operands, **fields})
            starts.append((distance(start), start))
    nearest = min((away for away, _ in starts), default=FAR)
    seen: set[Operation] = set()
    few = len(starts) <= _FEW  # each has what it needs, and goes its own way
    for away, start in starts:
        if away <= nearest + 1 or few:
            specs = [s for s in _free(cls, start.op, operands) if not (few and s.required)]
            made = [*_descend(start, away, specs, constants, distance)]
            yield from (op for op in made if op not in seen)
            seen.update(made)


def _free(cls: type[Operation], name: str, operands: Mapping[str, Any]) -> list[ArgumentSpec]:
    return [spec for spec in arguments_of(cls, name) if spec.field not in operands]


def _names(cls: type[Operation], constants: Sequence[Any]) -> Sequence[str]:
    """The names of the operation; where one of them stands in the config, it is that."""
    names = cls.names()
    said = [name for name in names if name in constants]
    return said or names


def _descend(
    start: Operation, away: float, specs: Sequence[ArgumentSpec], constants: Sequence[Any],
    distance: Distance,
) -> Iterator[Operation]:  # fmt: skip
    changes = [
        (spec.field, value)
        for spec in sorted(specs, key=lambda spec: spec.kind != "integer")
        for value in _values(spec, constants, start.op)
    ]
    best, before = start, 0.0
    while away and away != before:
        before = away
        best, away = _single(best, away, changes, distance)
        if away == before:
            whence = best if away < OTHER else start
            pairs = [*islice(_pairs(specs, changes, away), _PAIRED)]
            best, away = _paired(whence, away, pairs, distance)
            sizes = {spec.field for spec in specs if spec.kind == "integer"}
            pairs = [pair for pair in pairs if {pair[0][0], pair[1][0]} <= sizes]
            if OTHER <= away == before and pairs:
                best, away = _threefold(best, away, (start, pairs, changes), distance)
    if not away:
        yield best
        yield from (op for op in _silent(best, specs) if not distance(op))


def _single(
    best: Operation, away: float, changes: Sequence[tuple[str, Any]], distance: Distance
) -> tuple[Operation, float]:
    """The operation with the changes that bring it nearer, the one that does most first."""
    nearer: list[tuple[float, int]] = []
    for number, (field, value) in enumerate(changes):
        if getattr(best, field) != value:
            op = best.replace(**{field: value})
            if (found := distance(op)) < away:
                nearer.append((found, number))
                if not found:
                    return op, found
    for _, number in sorted(nearer):
        op = best.replace(**dict([changes[number]]))
        if (found := distance(op)) < away:
            best, away = op, found
    return best, away


def _silent(op: Operation, specs: Sequence[ArgumentSpec]) -> Iterator[Operation]:
    """The same with a word that the call may not show, as masks do not show in a table that is
    also read the other way round, zeros before the first step in what reads them, nor what is
    done around it, as to find a smallest value."""
    for spec in specs:
        if spec.kind == "flag" and spec.positional and getattr(op, spec.field) is False:
            yield op.replace(**{spec.field: True})
        chosen = spec.required or isinstance(spec.default, str)
        if spec.kind == "words" and chosen and len(spec.words) <= _FEW:
            words = (convert(spec, Word(word), op.op) for word in spec.words)
            others = (word for word in words if word != getattr(op, spec.field))
            yield from (op.replace(**{spec.field: word}) for word in others)


Pair = tuple[tuple[str, Any], tuple[str, Any]]


def _pairs(
    specs: Sequence[ArgumentSpec], changes: Sequence[tuple[str, Any]], away: float
) -> Iterator[Pair]:
    """Changes that may have to be made together: of sizes, and of arguments that go together by
    their names, as a start and its scale; where nothing fits yet, of those that need no key."""
    sizes = {spec.field for spec in specs if spec.kind == "integer"}
    plain = {spec.field for spec in specs if spec.positional} if away >= OTHER else set()
    for one, other in combinations(changes, 2):
        names = {one[0], other[0]}
        if len(names) == 2 and (names <= plain | sizes or _go_together(*sorted(names))):
            yield one, other


def _go_together(name: str, other: str) -> bool:
    return other.startswith(f"{name}_")


def _threefold(
    best: Operation, away: float,
    tried: tuple[Operation, Sequence[Pair], Sequence[tuple[str, Any]]], distance: Distance,
) -> tuple[Operation, float]:  # fmt: skip
    """Two sizes that make another layer, and a third change that makes it the one wanted."""
    start, pairs, changes = tried
    possible = (op for op in (start.replace(**dict(p)) for p in pairs) if distance(op) < FAR)
    for op in islice(possible, _THIRD):
        third, found = _single(op, distance(op), changes, distance)
        if found < OTHER:
            return third, found
    return best, away


def _paired(
    start: Operation, away: float, pairs: Sequence[Pair], distance: Distance
) -> tuple[Operation, float]:
    """The best of two changes to what one does not bring nearer."""
    best = start
    for pair in pairs:
        op = start.replace(**dict(pair))
        if (found := distance(op)) < away:
            best, away = op, found
        if not away:
            break
    return best, away


def _constants(values: Any) -> list[Any]:
    """Every plain value, and every tuple of them."""
    kept: list[Any] = []
    for value in values:
        if isinstance(value, tuple):
            kept += [value, *_constants(value)]
        elif value is not None and not isinstance(value, bool):
            kept.append(value)
    distinct: dict[Any, Any] = {}
    for value in kept:
        distinct.setdefault((type(value), value), value)
    return [*distinct.values()]


def _values(spec: ArgumentSpec, constants: Sequence[Any], name: str) -> list[Any]:
    """What an argument may be, as far as the constants of a config say."""
    made: list[Any] = []
    for value in _candidates(spec, constants):
        try:
            converted = convert(spec, value, name)
        except Problem:
            continue
        if converted not in made:
            made.append(converted)
    return made


def _candidates(spec: ArgumentSpec, constants: Sequence[Any]) -> Iterator[Any]:
    numbers = [c for c in constants if isinstance(c, int | float)]
    tuples = [c for c in constants if isinstance(c, tuple) and c]
    match spec.kind:
        case "flag":
            yield Word("no" if spec.default else "yes")
        case "words":
            yield from map(Word, _words(spec, constants))
            yield from numbers if spec.or_number else ()
        case "integer" | "number":
            yield from numbers
            yield from (-n for n in numbers)
        case "numbers":
            yield from numbers
            yield from ([*t] for t in tuples)
        case "kernel":
            yield from ((n,) * rank for n in numbers for rank in (1, 2, 3))
            yield from tuples
        case "shape" | "axes":
            yield from numbers
            yield from tuples
            yield from product([n for n in numbers if isinstance(n, int) and n > 0], repeat=2)


def _words(spec: ArgumentSpec, constants: Sequence[Any]) -> Sequence[str]:
    if len(spec.words) <= 8:
        return spec.words
    return [word for word in spec.words if word in constants]
