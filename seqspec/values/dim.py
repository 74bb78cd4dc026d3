"""Sizes that are not known as numbers: named dimensions, `?`, and what operations make of them.

A `Dim` is a polynomial with integer coefficients over atoms: a name (`T`), an unknown
(`?1`, equal to nothing but itself) or a floor quotient of another polynomial. Polynomials
are kept in one canonical form, so that equal sizes are equal values. A size that is known is
a plain `int`; arithmetic gives an `int` back as soon as nothing unknown is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.record import Struct

if TYPE_CHECKING:
    import ast

LONGEST = 300  # characters of a size
_NAME = re.compile(r"[A-Z][A-Z0-9_]*|\?[0-9]+")


class Quotient(Struct):
    """`numerator // divisor`, where the division leaves a remainder that is not known."""

    numerator: Dim
    divisor: int

    def __str__(self) -> str:
        top = str(self.numerator)
        return f"{top} // {self.divisor}" if top.isalnum() else f"({top}) // {self.divisor}"


Atom = str | Quotient
Monomial = tuple[Atom, ...]


class Dim(Struct):
    """A sum of terms `coefficient * atom * atom …`, sorted; the empty product is the constant."""

    terms: tuple[tuple[Monomial, int], ...]

    @staticmethod
    def named(name: str) -> Dim:
        """The dimension of a name, or `?1` for an unknown."""
        return _readable(Dim((((name,), 1),)))

    def __add__(self, other: Size) -> Size:
        return _sum([*self.terms, *_terms(other)])

    def __mul__(self, other: Size) -> Size:
        return _sum(
            (tuple(sorted(a + b, key=str)), m * n) for a, m in self.terms for b, n in _terms(other)
        )

    def __sub__(self, other: Size) -> Size:
        return self + -1 * other

    def __rsub__(self, other: int) -> Size:
        return other + -1 * self

    def __neg__(self) -> Size:
        return self * -1

    __radd__ = __add__
    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> Size:
        """⌊self / divisor⌋ for a positive divisor; whole multiples are taken out first."""
        whole = _sum((m, n // divisor) for m, n in self.terms if n % divisor == 0)
        rest = [(m, n) for m, n in self.terms if n % divisor]
        constant = sum(n for m, n in rest if m == ())
        left = _sum([*((m, n) for m, n in rest if m), ((), constant % divisor)])
        if isinstance(left, int):
            return whole + (left + constant - constant % divisor) // divisor
        return whole + constant // divisor + _quotient(left, divisor)

    @property
    def divided(self) -> dict[str, int]:
        """The names that are divided with a remainder not known, each by its largest divisor."""
        found: dict[str, int] = {}
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, Quotient):
                    for name in atom.numerator.names:
                        found[name] = max(found.get(name, 1), atom.divisor)
        return found

    @property
    def names(self) -> frozenset[str]:
        """The named dimensions and unknowns that the size depends on."""
        found: set[str] = set()
        for monomial, _ in self.terms:
            for atom in monomial:
                found |= {atom} if isinstance(atom, str) else atom.numerator.names
        return frozenset(found)

    def at(self, sizes: Mapping[str, int]) -> Size:
        """The size where names have these sizes; names that are not given stay."""
        total: Size = 0
        for monomial, coefficient in self.terms:
            product: Size = coefficient
            for atom in monomial:
                product = product * _atom_at(atom, sizes)
            total = total + product
        return total

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(
            parse_size,
            core_schema.any_schema(),
            json_schema_input_schema=core_schema.str_schema(),
            serialization=core_schema.to_string_ser_schema(),
        )

    def __str__(self) -> str:
        text = " + ".join(
            _term_text(m, n) for m, n in sorted(self.terms, key=lambda t: (t[0] == (), str(t[0])))
        )
        return text.replace("+ -", "- ")


Size = int | Dim
"""A number, or a `Dim` where the size is not known as one."""


def total(sizes: Iterable[Size]) -> Size:
    """The sum of sizes."""
    summed: Size = 0
    for size in sizes:
        summed = summed + size
    return summed


def product(sizes: Iterable[Size]) -> Size:
    """All sizes multiplied."""
    multiplied: Size = 1
    for size in sizes:
        multiplied = multiplied * size
    return multiplied


def _atom_at(atom: Atom, sizes: Mapping[str, int]) -> Size:
    if isinstance(atom, Quotient):
        return atom.numerator.at(sizes) // atom.divisor
    return sizes.get(atom, Dim.named(atom))


def _terms(size: Size) -> tuple[tuple[Monomial, int], ...]:
    return size.terms if isinstance(size, Dim) else (((), size),)


def _sum(terms: Iterable[tuple[Monomial, int]]) -> Size:
    total: dict[Monomial, int] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, 0) + coefficient
    kept = tuple(sorted(((m, n) for m, n in total.items() if n), key=lambda t: str(t[0])))
    if not kept:
        return 0
    return kept[0][1] if kept[0][0] == () and len(kept) == 1 else _readable(Dim(kept))


def _readable(size: Dim) -> Dim:
    """The size, which must not be longer than anybody reads. Raises `Problem`.

    Products of sums grow without end otherwise, and quotients of quotients are nested.
    """
    if len(text := str(size)) > LONGEST:
        raise Problem(
            Code.LIMIT,
            f"a size comes to more than {LONGEST} characters: {text[:40]}…",
            help="fix its dimensions: write numbers, or set them with `-D`",
        )
    return size


def _quotient(numerator: Dim, divisor: int) -> Size:
    """⌊(⌊x / a⌋ + c) / b⌋ = ⌊(x + a c) / (a b)⌋ keeps nested quotients in one form."""
    (inner, *others) = [(m, n) for m, n in numerator.terms if m]
    if not others and inner[1] == 1 and len(inner[0]) == 1:
        atom = inner[0][0]
        if isinstance(atom, Quotient):
            constant = sum(n for m, n in numerator.terms if m == ())
            return (atom.numerator + atom.divisor * constant) // (atom.divisor * divisor)
    if divisor == 1:
        return numerator
    return _readable(Dim((((Quotient(numerator, divisor),), 1),)))


def _term_text(monomial: Monomial, coefficient: int) -> str:
    if monomial == ():
        return str(coefficient)
    factors = [
        f"({a})" if isinstance(a, Quotient) and len(monomial) > 1 else str(a) for a in monomial
    ]
    if coefficient != 1 and isinstance(monomial[0], Quotient) and len(monomial) == 1:
        factors = [f"({factors[0]})"]
    product = " * ".join(factors)
    return (
        product
        if coefficient == 1
        else f"-{product}"
        if coefficient == -1
        else f"{coefficient} * {product}"
    )


def fresh_unknown(number: int) -> Dim:
    """The unknown with this number: `?`, equal to nothing but itself."""
    return Dim.named(f"?{number}")


def size_text(size: Size) -> str:
    """A size for people: unknowns without their number."""
    return re.sub(r"\?\d+", "?", str(size))


def parse_size(value: Any) -> int | Dim:
    """A size from its text (`T + 3`, `?1 // 2`), or a size as it is. Raises `ValueError`."""
    if isinstance(value, Dim):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"{value!r:.80} is not a size")
    import ast  # for sizes in JSON alone

    try:
        size: int | Dim = _evaluate(ast.parse(_NAME.sub(_quoted, value), mode="eval").body, value)
        return size
    except (SyntaxError, RecursionError, MemoryError, Problem):
        raise ValueError(f"{value!r} is not a size") from None


def _quoted(match: re.Match[str]) -> str:
    return repr(match.group())


def _evaluate(node: ast.expr, text: str) -> Any:
    import ast

    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Constant(value=str(name)):
            return Dim.named(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, text)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _evaluate(left, text) + _evaluate(right, text)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _evaluate(left, text) - _evaluate(right, text)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _evaluate(left, text) * _evaluate(right, text)
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=ast.Constant(value=int(divisor))):
            if divisor > 0:
                return _evaluate(left, text) // divisor
    raise ValueError(f"{text!r} is not a size")
