"""The arithmetic of `{ }`: Python's meaning, bounded, and nothing else evaluated."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError

from seqspec.diagnostics import Problem
from seqspec.graph.expressions import evaluate
from seqspec.limits import Limits
from seqspec.syntax import expression

LIMITS = Limits()


def value(text: str, **parameters: Any) -> Any:
    return evaluate(text, parameters, LIMITS)


@pytest.mark.parametrize(
    "text",
    ["1", "1 + 2 * 3", "(1 + 2) * 3", "2 ** 3 ** 2", "-2 ** 2", "(-2) ** 2", "2 ** -1", "7 // 2",
     "-7 // 2", "-7 % 3", "7 / 2", "1 - 2 - 3", "12 / 3 / 2", "1e3 + .5", "2 * -3", "- - 1",
     "10 % 4 * 2", "1-1", "2*3"],
)  # fmt: skip
def test_arithmetic_is_that_of_python(text: str) -> None:
    result, expected = value(text), eval(text)
    assert result == expected
    assert type(result) is type(expected)


texts = st.recursive(
    st.integers(0, 50).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%", "/"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
    ),
    max_leaves=12,
)


@given(texts)
def test_random_arithmetic_is_that_of_python(text: str) -> None:
    try:
        expected = eval(text)
    except ZeroDivisionError:
        with pytest.raises(Problem, match="division by zero"):
            value(text)
        return
    if abs(expected) <= LIMITS.number:
        try:
            assert value(text) == expected
        except Problem as problem:  # a part may be larger than the whole
            assert "larger than" in problem.message


def test_functions_and_parameters() -> None:
    assert value("min(3, 2, 4) + max(1)") == 3
    assert value("round(2.5) + round(2.26, 1)") == 2 + 2.3
    assert value("round(5, -(10 ** 9)) + round(1.5, 10 ** 9)") == 1.5
    assert value("int(7 / 2)") == 3
    assert value("units * 2 + i", units=8, i=1) == 17
    assert value("word", word="relu") == "relu"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("9 ** 9 ** 9", "larger"),
        ("9 ** 9 ** 9 ** 9", "larger"),
        ("10 ** 12 + 1", "larger"),
        ("-(10 ** 12) - 1", "larger"),
        ("1e999", "larger"),
        ("2 ** 0.5 ** -9999", "larger|has no value"),
        ("1e300 * 1e300", "larger"),
        ("99999999999999999999999999", "larger"),
        ("1 / 0", "division by zero"),
        ("1 // 0", "division by zero"),
        ("1 % 0", "division by zero"),
        ("0 ** -1", "division by zero"),
        ("(-8) ** 0.5", "root of a negative"),
        ("sqrt(4)", "no function `sqrt`"),
        ("round(1, 2, 3)", "takes"),
        ("int(1, 2)", "takes one number"),
        ("word + 1", "`word` is not a number"),
        ("flag * 2", "`flag` is not a number"),
        ("unknown", "no parameter `unknown`"),
        ("words", "no parameter `words`"),
    ],
)
def test_what_has_no_value_says_why(text: str, reason: str) -> None:
    with pytest.raises(Problem, match=reason):
        value(text, word="relu", flag=True)


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "a.b", "a[0]", "'a'", "lambda: 1", "__import__('os')", "1 if 1 else 2", "a = 1",
     "1 1", "f()", "*1", "{1}", "0x10", "1_000", "~1", "1 < 2", "(1", "1)", "[1]", "A"],
)  # fmt: skip
def test_nothing_else_is_an_expression(text: str) -> None:
    with pytest.raises(LarkError):
        expression(text)


def test_a_misspelt_parameter_gets_a_suggestion() -> None:
    with pytest.raises(Problem) as caught:
        value("unit", units=3)
    assert caught.value.help == "did you mean `units`?"
