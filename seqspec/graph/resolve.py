"""From argument trees to plain values: numbers, words, shapes, slices and operands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.graph.expressions import evaluate
from seqspec.limits import Limits
from seqspec.ops.arguments import Word
from seqspec.syntax import tree as t
from seqspec.values import Dim, Size, fresh_unknown


def bound_names(spec: t.Spec) -> set[str]:
    """The names that statements give: no layer gets one of them by chance."""
    return {s.name.value for s in spec.statements if isinstance(s, t.Out | t.Binding)}


def layer_names(spec: t.Spec) -> set[str]:
    """The names that `name=` gives: no other layer gets one of them by chance."""
    found: set[str] = set()
    pending: list[object] = [*spec.statements] if "name" in spec.source.text else []
    while pending:
        part = pending.pop()
        if isinstance(part, t.Keyed) and part.key.value == "name":
            if isinstance(part.value, t.Word | t.Text):
                found.add(part.value.value)
        elif isinstance(part, tuple):  # every part of the tree is one
            pending.extend(part)
    return found


class Resolver:
    """Resolves what needs parameters and dimensions, and no values of the graph."""

    def __init__(self, settings: Mapping[str, Any], limits: Limits) -> None:
        self.settings, self.limits = settings, limits
        self.dimensions: set[str] = set()
        self.unknowns = 0

    def number(self, value: t.Expression | int, parameters: Mapping[str, Any]) -> int | float:
        """A number, from a literal or an expression. Raises `Problem`."""
        if isinstance(value, int):
            return value
        result = evaluate(value.text, parameters, self.limits)
        if isinstance(result, bool) or not isinstance(result, int | float):
            raise Problem(Code.EXPRESSION, f"`{{{value.text}}}` is not a number")
        return result

    def whole(self, value: t.Expression | int, parameters: Mapping[str, Any]) -> int:
        """A whole number. Raises `Problem`."""
        number = self.number(value, parameters)
        if not math.isfinite(number) or number != int(number):
            text = value.text if isinstance(value, t.Expression) else value
            raise Problem(
                Code.EXPRESSION, f"`{{{text}}}` is {number}, and a whole number is needed"
            )
        return int(number)

    def shape(self, value: t.ShapeText, parameters: Mapping[str, Any]) -> tuple[Size, ...]:
        """The sizes of a shape; each `?` is a new unknown. Raises `Problem`."""
        return tuple(self._size(size, parameters) for size in value.sizes)

    def _size(self, size: int | str | t.Expression, parameters: Mapping[str, Any]) -> Size:
        if size == "?":
            self.unknowns += 1
            return fresh_unknown(self.unknowns)
        if isinstance(size, str) and "*" in size:
            factor, _, name = size.partition("*")
            return self._checked(int(factor)) * self._size(name, parameters)
        if isinstance(size, str):
            self.dimensions.add(size)
            fixed: int | None = self.settings.get(size)
            return Dim.named(size) if fixed is None else fixed
        return self._checked(self.whole(size, parameters))

    def _checked(self, number: int) -> int:
        if not 1 <= number <= self.limits.size:
            raise Problem(
                Code.OUT_OF_RANGE, f"a size is between 1 and {self.limits.size:,}, not {number}"
            )
        return number

    def slice(self, value: t.SliceText, parameters: Mapping[str, Any]) -> slice:
        """The bounds of a slice. Raises `Problem`."""
        parts = [None if p is None else self.whole(p, parameters) for p in value.parts]
        return slice(*(parts + [None] * (3 - len(parts))))

    def plain(self, value: t.Argument, parameters: Mapping[str, Any]) -> Any:
        """The value of anything that is no operand: a number, word, string, shape or slice."""
        match value:
            case t.Number(number):
                return number
            case t.Text(text):
                return text
            case t.Word(word):
                return Word(word)
            case t.Expression(text):
                result = evaluate(text, parameters, self.limits)
                return self.shape(result, parameters) if isinstance(result, t.ShapeText) else result
            case t.ShapeText():
                return self.shape(value, parameters)
            case t.SliceText():
                return self.slice(value, parameters)
            case t.Listed(items):
                return [self.plain(item, parameters) for item in items]
        raise Problem(Code.WRONG_KIND, "a value of the graph does not fit here")
