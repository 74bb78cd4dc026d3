"""Text to tree, statement by statement, so that one run reports every syntax error."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import Any

from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedToken

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Problem
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.source import Source, Span
from seqspec.syntax import tree as t
from seqspec.syntax.build import CONTEXT, Context
from seqspec.syntax.grammar import parser
from seqspec.syntax.split import split

_IN_NAMES = re.compile(r"[\w.-](?!>)")
_LONG_NAME = 100
_FENCE = "```"


class Parsed:
    """The statements of a text by what they say, so that the next state of it need not be read.

    Not those with errors, whose helps look around them.
    """

    def __init__(self) -> None:
        self._found: dict[str, t.Statement] = {}
        self._next: dict[str, t.Statement] = {}

    def get(self, text: str, span: Span) -> t.Statement | None:
        """The statement of a text, where it stands now."""
        found = self._next.get(text) or self._found.get(text)
        if found is None:
            return None
        if found.span.start != span.start or found.span.source != span.source:
            found = moved(found, span.start - found.span.start, span.source)
        return self.put(text, found)

    def put(self, text: str, statement: t.Statement) -> t.Statement:
        """Keeps a statement."""
        self._next[text] = statement
        return statement

    def turn(self) -> None:
        """The text is read; what was not asked for is forgotten."""
        self._found, self._next = self._next, {}


def moved(part: Any, by: int, source: int) -> Any:
    """A part of a tree, further along the text."""
    if type(part) is Span:
        return Span(part.start + by, part.end + by, source)
    if isinstance(part, tuple):
        parts = [moved(inner, by, source) for inner in part]
        return type(part)(*parts) if hasattr(part, "_fields") else tuple(parts)
    return part


def parse_text(
    source: Source, limits: Limits = DEFAULT_LIMITS, parsed: Parsed | None = None
) -> tuple[t.Spec, tuple[Diagnostic, ...]]:
    """The tree of a text and all of its syntax errors; faulty statements are left out."""
    parsed = parsed or Parsed()
    pieces = split(source, limits)
    problems = list(pieces.problems)
    statements: list[t.Statement] = []
    refused: set[str] = set()  # what cannot be a name, told once; and the fence around a text
    broken = sorted(problem.span.start for problem in pieces.problems)
    if len(pieces.statements) > limits.nodes:
        beyond = pieces.statements[limits.nodes]
        message = f"there are more than {limits.nodes:,} statements"
        problems.append(Diagnostic(Code.LIMIT, message, beyond, help="raise `Limits.nodes`"))
    for span in pieces.statements[: limits.nodes]:
        if bisect_left(broken, span.start) < bisect_left(broken, span.end):
            continue
        if len(problems) >= limits.errors:
            problems.append(_too_many(span, limits))
            break
        text = source.text[span.start : span.end]
        try:
            known = parsed.get(text, span)
            statements.append(known or parsed.put(text, _parse(source, span, "statement", limits)))
        except _Fault as fault:
            found = fault.diagnostic
            word = _FENCE if source.text.startswith(_FENCE, span.start) else _word_at(source, found)
            if word not in refused:
                problems.append(found)
            if found.code is Code.BAD_NAME or word == _FENCE:
                refused.add(word)
    parsed.turn()
    return t.Spec(source, tuple(statements), tuple(pieces.comments)), tuple(problems)


def _word_at(source: Source, found: Diagnostic) -> str:
    """The word that a fault lies in; signs that people put into names belong to it."""
    span = found.span
    start, end = span.start, span.end
    while start > max(0, span.start - _LONG_NAME) and _IN_NAMES.match(source.text, start - 1):
        start -= 1
    end = start
    while end < span.start + _LONG_NAME and _IN_NAMES.match(source.text, end):
        end += 1
    return source.text[start:end]


def _too_many(span: Span, limits: Limits) -> Diagnostic:
    return Diagnostic(
        Code.LIMIT,
        f"there are {limits.errors:,} errors; what follows is not looked at",
        span,
        help="mend these first, or raise `Limits.errors`",
    )


def parse_value(text: str, limits: Limits = DEFAULT_LIMITS) -> t.Argument:
    """A single argument value, as it stands after `-D name=`. Raises `Problem`."""
    source = Source("-D", text)
    try:
        value: t.Argument = _parse(source, Span(0, len(text)), "value", limits)
    except _Fault as fault:
        raise Problem(fault.diagnostic.code, fault.diagnostic.message) from None
    return value


@lru_cache(maxsize=4096)
def expression(text: str) -> tuple[Any, ...]:
    """The nested tuples of an expression: ("+", left, right), ("number", 3), ("name", "units")."""
    CONTEXT.set(Context())
    root: Any = parser().parse(text, start="expression")
    return tuple(root)


class _Fault(Exception):
    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


def _parse(source: Source, span: Span, start: str, limits: Limits) -> Any:
    context = Context(source.index, span.start)
    CONTEXT.set(context)
    try:  # of a `TextSlice`, Lark would count the lines before it each time
        result = parser().parse(source.text[span.start : span.end], start=start)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        from seqspec.syntax.trouble import explain  # and with it what other languages have

        raise _Fault(explain(error, source, span)) from None
    if context.endless:
        raise _Fault(
            Diagnostic(
                Code.TOO_LONG,
                "this number is longer than any that makes sense",
                context.endless[0],
                help=f"numbers go up to {limits.number:,}; `Limits.number` sets the bound",
            )
        )
    for found in context.expressions:
        _check_expression(found, source, limits)
    return result


def _check_expression(found: t.Expression, source: Source, limits: Limits) -> None:
    """Parse an expression now, so that its faults are syntax errors like all others."""
    text = found.text
    deep = text.count("(") + text.count("-") + text.count("**")
    long = len(text) > limits.expression_characters
    if long or deep > limits.nesting:
        message, bound = (
            (f"has more than {limits.expression_characters} characters", "expression_characters")
            if long
            else (f"has more than {limits.nesting} signs, powers and parentheses", "nesting")
        )
        raise _Fault(
            Diagnostic(
                Code.TOO_DEEP,
                f"this expression {message}",
                found.span,
                help=f"name its parts with `let`, or raise `Limits.{bound}`",
            )
        )
    try:
        expression(text)
    except LarkError:
        raise _Fault(
            Diagnostic(
                Code.SYNTAX,
                f"`{{{text}}}` is not an expression",
                found.span,
                "expected arithmetic",
                _expression_help(text),
            )
        ) from None


def _expression_help(text: str) -> str:
    """What was meant by something in braces that is no arithmetic."""
    if "->" in text or re.match(r"\s*[a-z]\w*\s+[\w(]", text):
        return "braces hold arithmetic; a chain stands in parentheses: `( … )`"
    if "^" in text:
        return "a power is written `**`"
    if re.fullmatch(r"\s*[A-Z]\w*\s*", text):
        return f"parameters have small letters: `{{{text.strip().lower()}}}`"
    if pair := re.fullmatch(r"\s*\"?(\w+)\"?\s*:\s*\"?(\w+)\"?\s*", text):
        return f"a setting has no braces: `{pair[1]}={pair[2]}`"
    return "numbers and parameters, `+ - * / // % **`, parentheses, min max round int"
