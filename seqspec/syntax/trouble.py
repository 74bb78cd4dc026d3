"""From the parser's complaint to a message for people: what was found, expected, and the fix."""

from __future__ import annotations

import re
import unicodedata

from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Instead, shorten
from seqspec.foreign import as_help, statement_help
from seqspec.source import Source, Span
from seqspec.syntax.calls import call_help
from seqspec.syntax.habits import habit_help
from seqspec.syntax.tree import KEYWORDS

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
_ARROWS = "→⟶⇒➜➔➝➞➙⇨⟹↦⭢▶►"
_MEANT = {
    **dict.fromkeys(_ARROWS, "->"),
    "×": "x", "–": "-", "—": "-", "−": "-", "‐": "-",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": '"', "’": '"',
}  # fmt: skip
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_CONTEXT = 200  # characters on each side of a fault that its help is worked out from
_NAME_RULE = "a name begins with a small letter, and has small letters, digits and `_`"
_SIZE = re.compile(r"[A-Z][A-Z0-9_]*")
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*")
_GIVEN = re.compile(
    r"(?:(?:out|let|block|shared)\s+)?([A-Za-z0-9_][\w.-]*)\s*(?:\([^()]*\)\s*)?=(?!=)"
)
_BEGINS = re.compile(r"(?:[A-Za-z_]\w*\s*=\s*(?=[\w.]+\s*\())?([A-Za-z_][\w.]*)\s*(=|->|)")


def explain(
    error: UnexpectedToken | UnexpectedCharacters, source: Source, span: Span
) -> Diagnostic:
    """The diagnostic for what the parser met in the statement at `span`."""
    if isinstance(error, UnexpectedCharacters):
        at = span.start + (error.pos_in_stream or 0)
        if unreadable := _character(source, at, span):
            return unreadable
        end = at + len(source.text[at : span.end].split(maxsplit=1)[0])
        message = f"`{source.text[at:end]}` is not part of the language"
        return _fault(source, span, Span(at, end, source.index), message)
    ended = error.token.type == "$END"
    start = span.end - 1 if ended else span.start + (error.token.start_pos or 0)
    end = span.end if ended else start + len(error.token)
    found = "the end of the statement" if ended else f"`{error.token}`"
    message = f"found {found}, expected {_expected(error)}"
    return _fault(source, span, Span(start, end, source.index), message, ended=ended)


def _fault(
    source: Source, span: Span, place: Span, message: str, *, ended: bool = False
) -> Diagnostic:
    """A sign or word that does not fit, with what to write in its place."""
    statement = source.text[span.start : span.start + _CONTEXT]
    given = _GIVEN.match(statement)
    foreign = _foreign(statement)
    if given and not foreign and not ended and not _PLAIN_NAME.fullmatch(given[1]):
        start = span.start + given.start(1)
        return _bad_name(given[1], Span(start, start + len(given[1]), source.index))
    before = _before(source.text, span.start, place.start)
    word = source.text[place.start : place.end]
    if _names(before) and re.fullmatch(r"[A-Za-z0-9_]+", word):
        return _bad_name(word, place)
    there = source.text[place.start : min(span.end, place.start + _CONTEXT)]
    label = "the statement ends here" if ended else ""
    help = _ended(before + there) if ended else foreign or _help(before, there)
    return Diagnostic(Code.SYNTAX, message, place, label, help)


def _before(text: str, start: int, at: int) -> str:
    """What stands before a fault; where it is cut, it does not look like a statement's start."""
    return text[start:at] if at - start <= _CONTEXT else f"… {text[at - _CONTEXT : at]}"


def _names(before: str) -> bool:
    """Whether a name, and nothing else, stands behind this."""
    return re.search(r"(?:^(?:out|let|block|shared)|\bas)\s+\Z", before) is not None


def _bad_name(name: str, place: Span) -> Diagnostic:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    meant = re.sub(r"[^a-z0-9_]", "_", snake).lstrip("_0123456789") if name[0].isalpha() else ""
    return Diagnostic(
        Code.BAD_NAME,
        f"`{name}` cannot be a name",
        place,
        help=Instead(f"{_NAME_RULE}: {{}}", meant, everywhere=not _SIZE.fullmatch(name))
        if meant and meant not in KEYWORDS
        else _NAME_RULE,
    )


def _foreign(statement: str) -> str:
    """The help for a statement of another language, by the word that it begins with."""
    found = _BEGINS.match(statement)
    if found is None or found[2] == "->" or (found[2] and "." not in found[1]):
        return ""
    if found[1].lower() in KEYWORDS and found[1] not in KEYWORDS:
        return f"statements begin with small letters: `{found[1].lower()}`"
    return as_help(statement_help(found[1]))


def _character(source: Source, at: int, span: Span) -> Diagnostic | None:
    """The diagnostic for a brace that is never closed, or a character that is not ASCII."""
    found = source.text[at]
    place = Span(at, at + 1, source.index)
    if found == "{" and "}" not in source.text[at : span.end].partition("\n")[0]:
        return Diagnostic(
            Code.UNCLOSED, "this brace is never closed", place, help="end it with `}` on its line"
        )
    if found.isascii() and found.isprintable():
        return None
    name = unicodedata.name(found, "a control character").lower()
    message = f"unexpected character U+{ord(found):04X} ({name})"
    help = _plain_help(found, source.text[at - 1 : at], source.text[at + 1 : at + 2])
    return Diagnostic(Code.CHARACTER, message, place, help=help)


def _plain_help(found: str, before: str, after: str) -> str:
    """What to write in place of a character that is not ASCII."""
    if found.isspace():
        return Instead("write a plain space", " ")
    if found in _UNSEEN:
        return Instead("remove it: nobody sees it", "")
    if found == "…":
        return "write out what it stands for: `( … ) * 3` copies a chain"
    if found == "←":
        return "a chain runs from left to right: `in 10x6 -> lstm 64`"
    if found in "–—−" and (after == ">" or (before.isspace() and after.isspace())):
        return "write `->`"
    plain = _MEANT.get(found) or unicodedata.normalize("NFKC", found)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", found)[0]
    if plain.isascii() and plain.isprintable():
        return Instead("write {}", plain)
    return "names, numbers and signs are plain ASCII; other characters stand in comments"


def _expected(error: UnexpectedToken) -> str:
    expected = set(error.accepts or error.expected)
    if "FLOW" in expected and "AS" in expected:
        return "a stage: an operation, a name or a group"
    if {"NUMBER", "STRING", "NAME"} <= expected:
        named = [_TERMINALS[t] for t in ("ARROW", "RPAR") if t in expected]
        return " or ".join(["an argument", *named])
    named = sorted(_TERMINALS.get(t, f"`{t.lower()}`") for t in expected)
    return " or ".join(named)


def _ended(statement: str) -> str:
    """The help for a statement that ends too early."""
    if statement.rstrip().endswith("->"):
        return "write what follows the arrow; a line that goes on with a chain begins with `->`"
    if statement.strip() == "out":
        return "an output is named: `out name = chain`, or `out name`"
    if statement.startswith(("block", "shared")):
        return _statement_help(statement, "") or "the chain begins on this line"
    if statement.rstrip().endswith("="):
        return "write what it is: `name = in 10x6 -> …`, `key=3`"
    return ""


def _help(before: str, there: str) -> str:
    begins = before.strip()
    if begins in KEYWORDS and there[0] == "=":
        return f"`{begins}` begins a statement of its own; choose another name"
    return call_help(before, there) or _statement_help(before, there) or habit_help(before, there)


def _out_help(names: list[str], before: str, there: str) -> str:
    """What stands behind `out`, or behind it and a name, and is no `=`."""
    if there[0] in ":=":
        return "an output is named: `out name = chain`, or `out name`"
    if names and names[0] != "in" and re.fullmatch(r"[,\w\s]*", there):
        return f"each output has a statement of its own: `out {names[0]}`"
    chain = shorten(" ".join((before.partition("out")[2] + there).split()))
    return f"an output is named: `out NAME = {chain}`"


def _let_help(before: str, there: str) -> str:
    """What stands behind a parameter's value."""
    if there[0] in "*+-/%":
        value = before.partition("=")[2].strip()
        return f"arithmetic stands in braces: `{{{value} {' '.join(there.split())}}}`"
    if there[0] == ";" or "," in before:
        return "each parameter has a line of its own: `let name = 3`"
    return "a parameter has one `=`: `let name = 3`" if there[0] == "=" else ""


def _statement_help(before: str, there: str) -> str:
    """What the statement that begins so is written like."""
    match before.split()[:2]:
        case ["let", *_] if "=" in before:
            if help := _let_help(before, there):
                return help
            return "`let` takes one value; a chain gets its name without it: `name = …`"
        case ["let", name]:
            value = shorten(there.lstrip(":-=> ").split("\n")[0]) or "…"
            return f"a parameter is written `let {name} = {value}`"
        case ["let"]:
            return "a parameter is written `let name = 3`, or `let name` for one without a default"
        case ["use", _]:
            return "each file has a `use` of its own"
        case ["use", *_]:
            file = there.split()[0].strip("'\"").removesuffix(".seq") + ".seq"
            return f'the file stands in double quotes: `use "{file}"`'
        case ["block", *_] if "=" not in before:
            return "a block is written `block name(p, q=1) = chain`"
        case ["shared", *_] if "=" not in before:
            why = "has no parameters:" if there[:1] == "(" else "is written"
            return f"a shared chain {why} `shared name = chain`"
        case ["out", *names] if "=" not in before:
            return _out_help(names, before, there)
    return ""
