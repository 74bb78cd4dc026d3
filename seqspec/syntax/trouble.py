"""From the parser's complaint to a message for people: what was found, expected, and the fix."""

from __future__ import annotations

import unicodedata

from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic
from seqspec.source import Source, Span

_TERMINALS = {
    "ARROW": "`->`",
    "EQUALS": "`=`",
    "COMMA": "`,`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "STAR": "`*`",
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a string",
    "FLOW": "`_`",
    "EXPRESSION": "`{…}`",
    "$END": "the end of the statement",
}
_KEYWORDS = ("out", "let", "block", "shared", "train", "use", "as")


def explain(
    error: UnexpectedToken | UnexpectedCharacters, source: Source, span: Span
) -> Diagnostic:
    """The diagnostic for what the parser met in the statement at `span`."""
    if isinstance(error, UnexpectedCharacters):
        return _character(source, error.pos_in_stream, span)
    return _token(error, source, span)


def _character(source: Source, at: int, span: Span) -> Diagnostic:
    found = source.text[at]
    place = Span(at, at + 1, source.index)
    if found.isascii() and found.isprintable():
        end = at + len(source.text[at : span.end].split(maxsplit=1)[0])
        word = source.text[at:end]
        place = Span(at, end, source.index)
        return Diagnostic(
            Code.SYNTAX, f"`{word}` is not part of the language", place, help=_sign_help(word)
        )
    name = unicodedata.name(found, "a control character").lower()
    return Diagnostic(
        Code.CHARACTER,
        f"unexpected character U+{ord(found):04X} ({name})",
        place,
        help="names, numbers and signs are plain ASCII; other characters stand in comments",
    )


def _sign_help(word: str) -> str:
    if word[0] in "'":
        return 'strings stand in double quotes: "…"'
    if word[0] in "[":
        return "lists have no brackets: `mae,mse`; slices neither: `take 2:5`"
    if word[0] in "|;":
        return "stages are joined by `->`"
    if word[0].isdigit():
        return "a word and a number never run together; sizes are joined by a small x: `10x6`"
    if word[0] == "{":
        return "an expression in braces ends on the same line"
    return ""


def _token(error: UnexpectedToken, source: Source, span: Span) -> Diagnostic:
    token = error.token
    ended = token.type == "$END"
    start = span.end - 1 if ended else token.start_pos or span.start
    end = span.end if ended else token.end_pos or start + 1
    found = "the end of the statement" if ended else f"`{token}`"
    before = source.text[span.start : start].rstrip()
    return Diagnostic(
        Code.SYNTAX,
        f"found {found}, expected {_expected(error)}",
        Span(start, end, source.index),
        label="the statement ends here" if ended else "",
        help=_token_help(str(token), token.type, before, source.text[start : span.end]),
    )


def _expected(error: UnexpectedToken) -> str:
    expected = set(error.accepts or error.expected)
    if "FLOW" in expected and "AS" in expected:
        return "a stage: an operation, a name or a group"
    if {"NUMBER", "STRING", "NAME"} <= expected:
        named = [_TERMINALS[t] for t in ("ARROW", "RPAR") if t in expected]
        return " or ".join(["an argument", *named])
    named = sorted(_TERMINALS.get(t, f"`{t.lower()}`") for t in expected)
    return " or ".join(named)


def _token_help(token: str, kind: str, before: str, rest: str) -> str:
    if kind == "$END" and before.endswith("->"):
        return "write the stage that follows the arrow, or remove the arrow"
    if before.endswith("("):
        head = before[:-1].split()[-1:] or [""]
        inside = rest.partition(")")[0]
        return (
            "arguments stand behind the operation without parentheses: "
            f"`{head[0].lstrip('(').lower()} {inside.replace(',', ' ')}`"
        )
    if rest.startswith("=>"):
        return "stages are joined by `->`"
    if before in _KEYWORDS and token == "=":
        return f"`{before}` begins a statement of its own; choose another name"
    if token == "=" and before.count("="):
        return "a statement gives one name"
    if kind == "COMMA":
        return "arguments are separated by spaces; commas join the values of one argument"
    if kind == "RPAR":
        return "no `(` is open here"
    return ""
