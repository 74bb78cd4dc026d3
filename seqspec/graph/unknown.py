"""Stages that are no operation, block or value, chains without a beginning, foreign settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seqspec.codes import Code
from seqspec.diagnostics import Anew, Instead, Problem, closest, did_you_mean, shorten
from seqspec.foreign import argument_help, as_help, operation_help, same
from seqspec.graph.training import setting_of
from seqspec.ops.arguments import arguments, known_words
from seqspec.ops.registry import BY_NAME
from seqspec.syntax import KEYWORDS
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.elaborate import Elaborator
    from seqspec.graph.stages import Stages

STATEMENTS = {
    "out": "an output is a statement of its own: `out name = chain`",
    "let": "`let name = value` is a statement of its own",
    "block": "`block name(p) = chain` is a statement of its own",
    "shared": "`shared name = chain` is a statement of its own",
    "train": "`train loss=mse` is a statement of its own",
    "use": '`use "file.seq"` is a statement of its own',
}

_LONGEST = 200  # characters of what may be a misspelt name


def unknown_stage(stages: Stages, call: t.Call, word: str, *, flows: bool) -> Problem:
    """The stage is no operation, block or value; `flows` says that it does not begin a chain."""
    if len(word) > _LONGEST:  # a string from `{a}`: guesses at what it means take their time
        message = f"there is no operation or value `{shorten(word)}`"
        return Problem(Code.UNKNOWN_OPERATION, message)
    e = stages.e
    help = (
        ("" if flows else _begins(stages, call, word))
        or _statement(call, word)
        or _said_here(word)
        or _colon(call, word)
        or _run_together(word)
        or (f"`{word}` is named further down; a value is named before it is used")
        * (word in stages.later)
        or _left(e, word)
        or _guess(
            word,
            [*BY_NAME, *e.definitions.blocks, *e.definitions.shared, *e.names]
            + [*KEYWORDS] * (not flows and call.span.start == _begin(e)),
        )
    )
    if not help:
        help = "`seqspec ops` lists the operations"
        if flows and not call.arguments:
            help += f"; a name for the value is given by `-> as {word.lower()}`"
    return Problem(Code.UNKNOWN_OPERATION, f"there is no operation or value `{word}`", help=help)


def _begins(stages: Stages, call: t.Call, word: str) -> str:
    """`T tokens -> …` and `x in 10x6`: a size, or a name and its chain, begin a statement."""
    first = call.arguments[0] if call.arguments else None
    if re.fullmatch(r"[A-Z][A-Z0-9_]?", word) and not _said_here(word):
        tokens = " tokens" * (isinstance(first, t.Word) and first.value == "tokens")
        return f"an input begins a chain: `in {word}{tokens} -> …`"
    named = re.fullmatch(r"[a-z][a-z0-9_]*", word) and not _said_here(word)
    if named and isinstance(first, t.Word) and stages.is_stage(first.value):
        return f"a name and its chain are joined by `=`: `{word} = {first.value} …`"
    return ""


def _statement(call: t.Call, word: str) -> str:
    """A word that begins a statement stands in a chain, or has capitals."""
    if word == "out" and call.arguments and isinstance(call.arguments[0], t.Word):
        return f"an output is a statement of its own: `out {call.arguments[0].value} = …`"
    if word.lower() in KEYWORDS and word not in KEYWORDS:
        return Instead("statements begin with small letters: {}", word.lower())
    return STATEMENTS.get(word, "")


def _colon(call: t.Call, word: str) -> str:
    """`units: 64` and `name: chain`, where this language has `=`."""
    match call.arguments:
        case (t.SliceText(parts), *rest) if not any(parts):
            number = rest[0].value if rest and isinstance(rest[0], t.Number) else None
            written = f"{word} = …" if number is None else f"let {word} = {number:g}"
            return f"a name and what it stands for are joined by `=`: `{written}`"
    return ""


def _said_here(word: str) -> str:
    """How an operation or setting of that name is said here."""
    if answer := operation_help(word):
        return as_help(answer)
    if name := same(word, BY_NAME):
        return Instead("operations are written in lower case: {}", name)
    if setting := setting_of(word):
        return f"a statement of its own says how to train: `train {setting}`"
    return ""


def _run_together(word: str) -> str:
    """`lstm64`, `take_last`, where a space is missing."""
    name = word.rstrip("0123456789x").rstrip("_")
    if name in BY_NAME and name != word:
        number = word[len(name) :].strip("_")
        return Instead("an operation and its number are two words: {}", f"{name} {number}")
    for name, operation in BY_NAME.items():
        rest = word.removeprefix(name).strip("_")
        if rest and rest != word and rest in known_words(arguments(operation)):
            return Instead("these are two words: {}", f"{name} {rest}")
    return ""


def _left(e: Elaborator, word: str) -> str:
    """A value of a used file, which brings chains but no values."""
    if word not in e.definitions.left:
        return ""
    file = e.sources[e.definitions.left[word].source].shown
    return f"in {file} it names a value; `use` brings `let`, `block` and `shared` alone"


def _begin(e: Elaborator) -> int:
    """Where the statement begins that is being read."""
    return -1 if e.current is None or e.uses else e.current.span.start


def _guess(word: str, known: list[str]) -> str:
    return did_you_mean(word.rpartition(".")[2], known)


def beginning(e: Elaborator, call: t.Call, word: str) -> str:
    """How a chain begins that begins with this operation."""
    values = [a.value for a in call.arguments if isinstance(a, t.Word) and a.value in e.names]
    if values:
        return f"the value that flows in stands before it: `{values[0]} -> {word} …`"
    help = f"begin with an input or a name: `in 10x6 -> {word} …`"
    statement = e.current
    if statement is None or e.uses or call.span.source or statement.span.start > call.span.start:
        return help
    if isinstance(statement, t.Pipeline) and isinstance(e.above, t.Pipeline):
        return f"a line that goes on with the one above begins with `->`: `-> {word} …`"
    if not isinstance(statement, t.Binding):
        return help
    name = statement.name.value
    return (
        f"{help}\na chain that is used as a stage is a block: `block {name} = {word} …`; "
        f"with the same weights at each use: `shared {name} = {word} …`"
    )


def stage_as_setting(stages: Stages, word: str, key: str, value: t.Argument) -> Problem | None:
    """`dense 3 dropout=0.2`: what is given as a setting is a stage, or the next statement."""
    specs = arguments(BY_NAME[word])
    begins = value.value if isinstance(value, t.Word) and stages.is_stage(value.value) else ""
    near = closest(key, [spec.key for spec in specs])
    if begins and not near and begins not in known_words(specs):
        help = f"a statement ends with its line: `{key} = {begins} …` stands in the next one"
    elif argument_help(key, word) or key in known_words(specs):
        return None
    elif stages.is_stage(key):
        text = stages.e.sources[value.span.source].slice(value.span)
        help = Anew("it is a stage of its own: {}", "", f" -> {key} {text}")
    elif (answer := operation_help(key)).startswith("`"):
        help = f"it is a stage of its own: {answer}"
    else:
        return None
    return Problem(Code.UNKNOWN_KEY, f"`{word}` has no argument `{key}`", help=help)
