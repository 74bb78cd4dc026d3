"""Sizes: arithmetic over named dimensions agrees with arithmetic over integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.values import Dim, States, Value, fresh_unknown, parse_size, shape_text, size_text
from seqspec.values.dim import Quotient, Size

T, S = Dim.named("T"), Dim.named("S")
Expression = tuple  # ("T",), ("S",), (3,), ("+", a, b), ("//", a, 3) …

leaves = st.one_of(st.sampled_from(["T", "S", "?1"]), st.integers(0, 12)).map(lambda leaf: (leaf,))
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*"), inner, inner),
        st.tuples(st.just("//"), inner, st.integers(1, 7)),
    ),
    max_leaves=8,
)
integers = st.fixed_dictionaries({name: st.integers(1, 40) for name in ("T", "S", "?1")})


@contextmanager
def readable() -> Iterator[None]:
    """Leaves the sizes out that are refused for being longer than anybody reads."""
    try:
        yield
    except Problem as problem:
        if problem.code is not Code.LIMIT:
            raise
        reject()


def symbolic(expression: Expression) -> Size:
    """The size that an expression stands for."""
    with readable():
        return _apply(expression, symbolic, Dim.named)


def numeric(expression: Expression, values: Mapping[str, int]) -> int:
    """The integer that it is for these values of the names."""
    return _apply(expression, lambda part: numeric(part, values), values.__getitem__)


def _apply(expression, evaluate, named):  # type: ignore[no-untyped-def]
    match expression:
        case (int(number),):
            return number
        case (str(name),):
            return named(name)
        case ("+", left, right):
            return evaluate(left) + evaluate(right)
        case ("-", left, right):
            return evaluate(left) - evaluate(right)
        case ("*", left, right):
            return evaluate(left) * evaluate(right)
        case ("//", left, int(divisor)):
            return evaluate(left) // divisor
    raise AssertionError(expression)


def evaluated(size: Size, values: Mapping[str, int]) -> int:
    """A size as an integer, term by term."""
    if isinstance(size, int):
        return size
    total = 0
    for monomial, coefficient in size.terms:
        product = coefficient
        for atom in monomial:
            if isinstance(atom, Quotient):
                product *= evaluated(atom.numerator, values) // atom.divisor
            else:
                product *= values[atom]
        total += product
    return total


@given(expressions, integers)
def test_arithmetic_agrees_with_integers(expression: Expression, values: dict[str, int]) -> None:
    assert evaluated(symbolic(expression), values) == numeric(expression, values)


def test_the_text_of_a_negative_quotient() -> None:
    size = 3 - T // 2
    assert parse_size(str(size)) == size


@given(expressions)
def test_text_reads_back_as_the_same_size(expression: Expression) -> None:
    size = symbolic(expression)
    if isinstance(size, Dim):
        assert parse_size(str(size)) == size


@given(expressions, expressions, expressions)
def test_laws(a: Expression, b: Expression, c: Expression) -> None:
    x, y, z = symbolic(a), symbolic(b), symbolic(c)
    with readable():
        assert x + y == y + x
        assert x * y == y * x
        assert (x + y) + z == x + (y + z)
        assert (x * y) * z == x * (y * z)
        assert x * (y + z) == x * y + x * z
        assert x - x == 0


@given(expressions, st.integers(1, 9), st.integers(1, 9))
def test_nested_quotients_are_one(expression: Expression, a: int, b: int) -> None:
    size = symbolic(expression)
    if isinstance(size, Dim):
        with readable():
            assert size * a // a == size
        assert str(T // a // b) == str(T // (a * b))


def test_equal_sizes_are_equal_values() -> None:
    assert (T + 3) - 3 == T
    assert (2 * T + 4) // 2 == T + 2
    assert hash(T + S) == hash(S + T)
    assert T // 2 // 3 == T // 6
    assert (T // 2 + 1) // 3 == (T + 2) // 6
    assert T != S
    assert fresh_unknown(1) != fresh_unknown(2)
    assert fresh_unknown(1) == fresh_unknown(1)
    assert T - T == 0
    assert isinstance(T * 0, int)


def test_text() -> None:
    assert str(T + 3) == "T + 3"
    assert str(T - 3) == "T - 3"
    assert str(3 - T) == "-T + 3"
    assert str((T + 1) // 2) == "(T + 1) // 2"
    assert size_text(fresh_unknown(7) + 1) == "? + 1"
    assert shape_text((10, T, fresh_unknown(2))) == "(10, T, ?)"


@pytest.mark.parametrize(
    "text",
    ["", "t", "T +", "T / 2", "T // 0", "T // S", "T ** 2", "f(T)", "T.real", "1.5", "T" * 2000,
     "__import__('os')", "(" * 500 + "T", "[T]", "T if T else S", True, -1, 1.5, None],
)  # fmt: skip
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(text)


def test_values_know_their_kind() -> None:
    ids = Value(shape=(T,), dtype="int32")
    assert ids.is_tokens
    assert ids.is_sequence
    vector = Value(shape=(6,))
    assert not vector.is_sequence
    sequence = Value(
        shape=(10, 6), mask=True, states=States(cell="lstm", units=6, direction="both")
    )
    assert sequence.is_sequence
    assert sequence.derive(5, 6).states is None
    assert sequence.derive(5, 6).mask
    assert not sequence.derive(5, 6, mask=False).mask
    assert str(sequence) == "(10, 6) masked"
    assert str(ids) == "(T) ids"


@pytest.mark.parametrize(
    ("cell", "direction", "count"),
    [("lstm", "forward", 2), ("lstm", "both", 4), ("gru", "backward", 1), ("rnn", "both", 2)],
)
def test_states_are_counted(cell: str, direction: str, count: int) -> None:
    assert States(cell=cell, units=3, direction=direction).count == count
