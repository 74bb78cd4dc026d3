"""From the parser's complaint to a message for people: what was found, expected, and the fix."""

from __future__ import annotations

import re
import unicodedata

from lark import Token
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
KEYWORDS = ("out", "let", "block", "shared", "train", "use", "as")
"""The words that begin statements and stages; nothing else is named like them."""

_MEANT = {
    "→": "->", "⟶": "->", "⇒": "->", "×": "x", "–": "-", "—": "-", "−": "-",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": '"', "’": '"', "\u00a0": " ",
}  # fmt: skip
# What stands before the first letter is looked at, so that a long word is tried once.
_CALLED = re.compile(r"(?<![A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_.]*)\s*\(\s*(?:[A-Za-z_]\w*)?$")


def explain(
    error: UnexpectedToken | UnexpectedCharacters, source: Source, span: Span
) -> Diagnostic:
    """The diagnostic for what the parser met in the statement at `span`."""
    if isinstance(error, UnexpectedCharacters):
        return _character(source, error.pos_in_stream or span.start, span)
    return _token(error, source, span)


def _character(source: Source, at: int, span: Span) -> Diagnostic:
    found = source.text[at]
    place = Span(at, at + 1, source.index)
    if found == "{" and "}" not in source.text[at : span.end].partition("\n")[0]:
        return Diagnostic(
            Code.UNCLOSED, "this brace is never closed", place, help="end it with `}` on its line"
        )
    if found.isascii() and found.isprintable():
        end = at + len(source.text[at : span.end].split(maxsplit=1)[0])
        word = source.text[at:end]
        place = Span(at, end, source.index)
        return Diagnostic(
            Code.SYNTAX, f"`{word}` is not part of the language", place, help=_sign_help(word)
        )
    name = unicodedata.name(found, "a control character").lower()
    help = "names, numbers and signs are plain ASCII; other characters stand in comments"
    if meant := _MEANT.get(found):
        help = f"write `{meant}`" if meant.strip() else "write a plain space"
    return Diagnostic(
        Code.CHARACTER, f"unexpected character U+{ord(found):04X} ({name})", place, help=help
    )


def _sign_help(word: str) -> str:
    if word[0] in "'":
        return 'strings stand in double quotes: "…"'
    if word[0] in "[":
        return "nothing has brackets: a shape is `10x6`, a slice `take 2:5`, a list `mae,mse`"
    if word[0] in "|;>":
        return "stages are joined by `->`"
    if word[0].isdigit():
        return "a word and a number never run together; sizes are joined by a small x: `10x6`"
    if word[0] == "{":
        if re.match(r"\{[^{}]*\}[^{]", word):
            return "a word and an expression never run together; sizes are joined by `x`"
        return "braces hold no other braces and no line end"
    if word[0] == "}":
        return "no `{` is open here"
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
        help=_token_help(token, before, source.text[start : span.end]),
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


def _token_help(token: Token, before: str, rest: str) -> str:
    if token.type == "$END":
        arrow = before.endswith("->") or (before + rest).endswith("->")
        if not arrow:
            return ""
        return "write what follows the arrow; a line that goes on with a chain begins with `->`"
    if rest.startswith(("=>", "-->", "- >")):
        return "stages are joined by `->`"
    if before in KEYWORDS and token == "=":
        return f"`{before}` begins a statement of its own; choose another name"
    if called := _CALLED.search(before):
        inside = before[called.start() :].partition("(")[2] + rest
        return (
            "arguments stand behind the operation without parentheses: "
            f"`{_uncalled(called.group(1), inside)}`"
        )
    return _statement_help(before) or _sign_token_help(token, before)


def _uncalled(head: str, inside: str) -> str:
    """A Python call as it is written here: `LSTM(64, dropout=0.1)` is `lstm 64 dropout=0.1`."""
    name = head.rpartition(".")[2].lower()
    name = "in" if name in ("input", "inputlayer") else name
    listed = inside.partition(")")[0].replace("shape=", "").strip("( ")
    arguments = listed.replace(",", " ").replace("'", "").replace('"', "").split()
    return f"{name} {('x' if name == 'in' else ' ').join(arguments)}"


def _statement_help(before: str) -> str:
    """What the statement that begins so is written like."""
    match before.split()[:1]:
        case ["let"] if "=" in before:
            return "`let` takes one value; a chain gets its name without it: `name = …`"
        case ["use"]:
            return 'the file stands in double quotes: `use "parts.seq"`'
        case ["block"]:
            return "a block is written `block name(p, q=1) = chain`"
        case ["shared"]:
            return "a shared chain has no parameters: `shared name = chain`"
    return ""


def _sign_token_help(token: Token, before: str) -> str:
    if token == "=" and "=" not in before:
        return "a name stands first: `NAME = chain`; inside a chain it is `-> as NAME ->`"
    if token == "=":
        return "a statement gives one name"
    if token.type == "COMMA":
        return "arguments are separated by spaces; commas join the values of one argument"
    if token.type == "RPAR":
        return "no `(` is open here"
    return ""
