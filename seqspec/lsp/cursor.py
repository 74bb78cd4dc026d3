"""What is being typed at a place, read off the text before it: the statement may be half typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from seqspec.limits import DEFAULT_LIMITS
from seqspec.source import Source
from seqspec.syntax import KEYWORDS
from seqspec.syntax.split import split

Position = Literal[
    "statement", "stage", "argument", "value", "expression", "path", "output", "nothing"
]
_TOKEN = re.compile(r'"[^"\n]*"?|#[^\n]*|->|\{[^{}\n]*\}?|[()=,]|[^\s"#(){}=,>-]+|[->{}]')
_NAMED = re.compile(
    r"\s*(?:(?:out|shared)\s+\w+\s*=|block\s+\w+\s*(?:\((?P<given>[^()]*)\))?\s*=|[a-z]\w*\s*=)"
)
_PARAMETER = re.compile(r"(?:^|,)\s*([a-z]\w*)")
_TYPED = re.compile(r"[\w./]*\Z")


@dataclass
class Stage:
    """A stage as far as it is typed: its first word, then its arguments."""

    head: str = ""
    key: str = ""  # of the argument that is being typed
    given: list[tuple[str, str]] = field(default_factory=list)  # key and text of each argument


@dataclass(frozen=True)
class Cursor:
    """The kind of thing that can stand there, and the part of it that is typed."""

    position: Position
    typed: str
    stage: Stage
    parameters: tuple[str, ...] = ()  # of the block
    depth: int = 0  # parentheses that are open
    first: bool = False  # a chain begins


def cursor(text: str, offset: int) -> Cursor:
    """What is being typed at an offset."""
    before = text[_begin(text, offset) : offset]
    typed = _TYPED.search(before)
    word = typed.group() if typed else ""
    stripped = before.lstrip()
    first, _, rest = stripped.partition(" ")
    named = _NAMED.match(before)
    if named:
        given = tuple(_PARAMETER.findall(named["given"] or ""))
        found = _in_chain(before[named.end() :], word, given)
        return replace(found, first=found.first and first not in ("block", "shared"))
    if first == "let" and "=" in rest:
        return _in_chain("let" + rest.partition("=")[2], word, ())
    if first in KEYWORDS and stripped != first:
        return _behind(first, rest, word)
    if stripped == word:
        return Cursor("statement", word, Stage(), first=True)
    return _in_chain(before, word, ())


def _begin(text: str, offset: int) -> int:
    """Where the statement begins that is typed at an offset."""
    spans = split(Source("", text), DEFAULT_LIMITS).statements
    last = next((span for span in reversed(spans) if span.start <= offset), None)
    if last and (offset <= last.end or "\n" not in text[last.end : offset]):
        return last.start
    between = text[last.end if last else 0 : offset]
    line = text.rfind("\n", 0, offset) + 1
    for found in re.finditer(r"(?m)^[ \t]*(?=[^\s#])", between):
        return min(line, offset - len(between) + found.start())
    return line


def _behind(keyword: str, rest: str, word: str) -> Cursor:
    """Behind the first word of a statement that has no chain yet."""
    if keyword == "use":
        quoted = rest.lstrip()
        inside = quoted.startswith('"') and quoted.count('"') == 1
        return Cursor("path" if inside else "nothing", quoted[1:] if inside else "", Stage())
    if keyword == "out" and not rest.strip(" ")[len(word) :]:
        return Cursor("output", word, Stage())
    if keyword == "train":
        return _in_chain(f"train {rest}", word, ())
    return Cursor("nothing", word, Stage())


def _in_chain(before: str, word: str, parameters: tuple[str, ...]) -> Cursor:
    """In a chain, of which this much is typed."""
    stages, first = [Stage()], [True]
    for found in _TOKEN.finditer(before):
        token = found.group()
        open_ = found.end() == len(before)
        if open_ and token[0] in '#"' and (token[0] == "#" or token.count('"') == 1):
            return Cursor("nothing", word, stages[-1])
        if open_ and token[0] == "{" and not token.endswith("}"):
            return Cursor("expression", word, stages[-1], parameters, len(stages) - 1)
        if open_ and word and token.endswith(word) and token not in ("->", "(", ")"):
            break
        _next(stages, first, token)
    stage = stages[-1]
    position: Position = "stage"
    if stage.head == "as":
        position = "nothing"
    elif stage.key:
        position = "value"
    elif stage.head:
        position = "argument"
    return Cursor(position, word, stage, parameters, len(stages) - 1, first[-1])


def _next(stages: list[Stage], first: list[bool], token: str) -> None:
    """One more token of a chain."""
    stage = stages[-1]
    match token:
        case "->":
            stages[-1], first[-1] = Stage(), False
        case "(":
            stages.append(Stage())
            first.append(True)
        case ")" if len(stages) > 1:
            stages.pop()
            first.pop()
            _given(stages[-1], "( )")
        case "=":
            if stage.given:
                stage.key = stage.given.pop()[1]
        case ",":
            stage.key = stage.given[-1][0] if stage.given else ""
        case _ if token[0] != "#":
            _given(stage, token)


def _given(stage: Stage, token: str) -> None:
    if not stage.head:
        stage.head = token
        return
    stage.given.append((stage.key, token))
    stage.key = ""
