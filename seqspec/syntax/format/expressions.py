"""Spaces inside `{ }`."""

from __future__ import annotations

import re

_BRACES = re.compile(r"\{([^{}\n]*)\}")
_TERMS = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|\w+|\*\*|//|\S")
_OPERATORS = ("+", "-", "*", "/", "//", "%", "**")
_SIGN = "a sign"


def spaced(text: str, longest: int) -> str:
    """A word, number or shape, with spaces in the expressions that do not get too long by them."""

    def with_spaces(match: re.Match[str]) -> str:
        new = _with_spaces(match[1])
        return f"{{{new}}}" if len(new) <= longest else match[0]

    return _BRACES.sub(with_spaces, text) if "{" in text else text


def _with_spaces(expression: str) -> str:
    """`2**-(i+1)` as `2 ** -(i + 1)`."""
    result, before = "", "("
    for term in _TERMS.findall(expression):
        sign = term == "-" and before in (*_OPERATORS, "(", ",", _SIGN)
        if term in _OPERATORS and not sign:
            result += f" {term} "
        else:
            result += ", " if term == "," else term
        before = _SIGN if sign else term
    return result
