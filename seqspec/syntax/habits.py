"""Signs and forms of other languages where the grammar has none: what to write in their place.

Each habit is a pattern of what stands before the fault and one of what stands there; the first
that fits gives the help. They are read for statements with a syntax error alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from seqspec.diagnostics import Instead
from seqspec.syntax import calls

Answer = Callable[["re.Match[str]", "re.Match[str]"], str]


@dataclass(frozen=True)
class Habit:
    """What stands before the fault (searched, `$` is the fault), what stands there, the help."""

    before: str
    there: str
    help: str | Answer


ARROW = "stages are joined by `->`"
COMMENT = "a comment begins with `#`"
_OPERATORS = {"+": "add", "-": "subtract", "*": "multiply", "&": "concat", "/": "divide"}
_SIZE = r"(?:\?|\d+|[A-Z][A-Z0-9_]*)"
_TUPLE = r"(?:None|-1|\d+|[A-Z]\w*)?\s*,[^()]*\)"


def _merged(before: re.Match[str], there: re.Match[str]) -> str:
    merge = _OPERATORS[there["sign"]]
    return f"values are merged by name: `{merge} {before['left']} {there['right']}`"


def _computed(before: re.Match[str], there: re.Match[str]) -> str:
    return f"arithmetic stands in braces: `{{{before['left']} {there['sign']} {there['right']}}}`"


def _starred(before: re.Match[str], there: re.Match[str]) -> str:
    left, right = before["left"], there["right"]
    if before["head"] in ("in", "reshape", "conv", "pool"):
        return f"sizes are joined by a small x: `{left}x{right}`"
    copies = f"( {before['head']} … ) * {right}"
    return f"copies of a layer are `{copies}`, a product is `{{{left} * {right}}}`"


def _shape(before: re.Match[str], there: re.Match[str]) -> str:
    sizes = calls.shape(there.group())
    key = f"{before['key']}=" if before["key"] else ""
    if "shape" in key:
        return f"the input is a stage of its own: begin with `in {sizes} ->`"
    return f"sizes are joined by a small x: `{key}{sizes}`"


def _bracket(before: re.Match[str], there: re.Match[str]) -> str:
    inside = there["inside"].strip()
    if re.fullmatch(r"(?:None|-?\d+|[A-Z]\w*)(?:\s*[,x]\s*(?:None|-?\d+))+,?", inside):
        return f"nothing has brackets: a shape is `{calls.shape(inside)}`"
    if re.fullmatch(r"\d+", inside):
        return f"nothing has brackets: `lstm {inside}` for an argument, `take {inside}` for a step"
    if re.fullmatch(r"-\d+|[\d:,\s-]*:[\d:,\s-]*", inside):
        return f"nothing has brackets: steps are chosen by `take {calls.steps(inside)}`"
    if before["key"] and re.fullmatch(r"\w+(?:\s*,\s*\w+)*", inside):
        words = ",".join(re.findall(r"\w+", inside))
        return f"nothing has brackets: a list is `{before['key']}={words}`"
    if re.match(r"[a-z_]", inside):
        return "nothing has brackets: values and branches stand behind a merge: `concat a (lstm 8)`"
    return "nothing has brackets: a shape is `10x6`, a slice `take 2:5`, a list `mae,mse`"


def _run_together(before: re.Match[str], there: re.Match[str]) -> str:
    text = there.group()
    if re.fullmatch(r"(?:\d+|\?)(?:[xX](?:\d+|[a-zA-Z]|\?))+", text):
        open_too = ", and one left open is a capital" if re.search("[a-wyz]", text) else ""
        return Instead(f"sizes are joined by a small x{open_too}: {{}}", _sizes(text), text)
    return "a word and a number never run together; sizes are joined by a small x: `10x6`"


def _sizes(text: str) -> str:
    return "x".join(size.upper() for size in re.split("[xX]", text))


def _unquoted(before: re.Match[str], there: re.Match[str]) -> str:
    text = there["text"]
    if re.fullmatch(r"[a-z][a-z0-9_]*", text):
        return Instead("a word stands without quotes: {}", text, f"'{text}'")
    return Instead("strings stand in double quotes: {}", f'"{text}"', f"'{text}'")


def _plain_number(_: re.Match[str], there: re.Match[str]) -> str:
    return Instead("write {}", there.group().replace("_", ""), there.group())


def _plain_word(_: re.Match[str], there: re.Match[str]) -> str:
    return Instead("write {}", there["word"], there.group())


def _refused(_: re.Match[str], there: re.Match[str]) -> str:
    return Instead("write {}", f"{there['word']}=no", there.group())


HABITS: tuple[Habit, ...] = (
    # Whole lines
    Habit(r"^$", r"`{3}", "leave the fence out: a spec holds what stands between the two"),
    Habit(
        r"^$", r">>>|\$\s|%\s|\.\.\.", "leave the prompt out: a spec holds what stands behind it"
    ),
    Habit(r"^$", r"-\s", f"a spec is no list: leave the dash out; {ARROW}"),
    Habit(
        r"^$",
        rf"(?P<shape>{_SIZE}(?:x{_SIZE})*)(?=\s|$)",
        lambda _, there: f"an input begins a chain: `in {there['shape']} -> …`",
    ),
    Habit(r"^$", r'"', COMMENT),
    Habit(r"^$", r"//|/\*|--\s|;;|%", COMMENT),
    Habit(r"^$", r"->", "a chain begins with an input or a name: `in 10x6 -> …`, `x -> …`"),
    # Comments and ends
    Habit(r"", r"//|/\*|--\s(?!>)|%\s", COMMENT),
    Habit(r"", r"\*/", COMMENT),
    Habit(r"", r";\s*$", Instead("leave it out: a statement ends with its line", "", ";")),
    Habit(r"", r";", f"a statement ends with its line, without a sign; {ARROW}"),
    Habit(
        r"",
        r"\\\s*(?:\n|$)",
        "leave it out: a line that begins with `->` goes on with the one above",
    ),
    # Numbers and sizes
    Habit(
        r"\b(?P<number>\d+(?:\.\d+)?)$",
        r"%",
        lambda before, _: f"a share is a number from 0 to 1: `{float(before['number']) / 100:g}`",
    ),
    Habit(r"\b(?:in|reshape)\s*$", r"[*+-]\d*x?", "a size left open is `?` or a capital: `Tx6`"),
    Habit(r"", r"\?(?P<rest>\d)", "sizes are joined by a small x: `?x6`"),
    Habit(
        r"(?:^|->|[=(])\s*(?P<head>[a-z]\w*)\s+(?:[^>=(]*\s)?(?P<left>\d+|[A-Z]\w*|\?|\{[^{}]*\})\s*$",
        r"\*\s*(?P<right>\d+|[A-Z]\w*|\?)",
        _starred,
    ),
    Habit(r"(?:(?P<key>\w+)\s*=\s*|\s)\(\s*$", _TUPLE, _shape),
    Habit(r"", r"\d+_\d+(?:_\d+)*", _plain_number),
    Habit(r"", r"\.?\d+\.\d+\.\d", "a number has one point"),
    # Merges and arithmetic
    Habit(r"\s$", r"--?(?P<word>[a-z]\w*)", _plain_word),
    Habit(
        r"(?:^|->|=|\()\s*(?P<left>[a-z]\w*)\s*$",
        r"(?P<sign>[-+*/&])\s*(?P<right>[a-z]\w*|\d[\d.]*)\s*(?:$|->|\))",
        _merged,
    ),
    Habit(
        r"(?<![\w?])(?P<left>[a-z]\w*|\d+)\s*$",
        r"(?P<sign>//|\*\*|[-+*/%])\s*(?P<right>[a-z]\w*|\d+)\b(?!\s*=)",
        _computed,
    ),
    Habit(r"", r"[+&]", "values are merged by name: `add a b`, `concat a b`"),
    # Arrows
    Habit(r"", r"<-|<=", "a chain runs from left to right: `in 10x6 -> lstm 64`"),
    Habit(r"", r"=>|-->|- >|-(?=\s+[a-z_(])|[|~>]+", ARROW),
    Habit(r"", r"\.\.\.", "write out what it stands for: `( … ) * 3` copies a chain"),
    Habit(r"", r"\.\s*[a-zA-Z]", ARROW),
    Habit(r"", r"\.(?:\s|$)", "`_` is the value flowing in"),
    # Parentheses and brackets
    Habit(r"(?:(?P<key>\w+)\s*=\s*)?", r"\[(?P<inside>[^\]]*)", _bracket),
    Habit(r"", r"<(?P<inside>[^>]*)", "nothing has angle brackets: `lstm 64`"),
    Habit(r"(?:^|->)\s*(?:\d+)\s*$", r"\*", "copies of a chain: `( … ) * 2`"),
    Habit(r"(?:^|->)\s*$", r"\d+\s*[*x]", "copies of a chain: `( … ) * 2`"),
    Habit(r"\)\s*\*\s*$", r"\*", "copies of a chain: `( … ) * 2`"),
    Habit(r"\)\s*$", r"x?\s*\d+", "copies of a chain: `( … ) * 2`"),
    Habit(r"\)\s*\*\s*$", r"[A-Za-z]", "a group repeats `* 3` times, or by a parameter: `* {n}`"),
    Habit(r"\)\s*$", r"[A-Za-z_(]", "`->` is missing before it: " + ARROW),
    # Quotes and signs before words
    Habit(r"", r"'(?P<text>[^']*)", _unquoted),
    Habit(
        r"",
        r"\$\{?\s*(?P<name>\w+)|\{\{\s*(?P<inner>\w+)",
        lambda _, there: f"a parameter stands in braces: `{{{there['name'] or there['inner']}}}`",
    ),
    Habit(r"", r"!\s*(?P<word>\w+)", _refused),
    Habit(r"", r"@(?P<word>\w+)?", "leave it out"),
    # Equals signs and commas
    Habit(r"[:=]\s*$", r"=", "a name is given by one `=`: `name = chain`"),
    Habit(r",\s*\w+\s*$", r"=", "arguments stand side by side, without commas"),
    Habit(
        r"->\s*(?P<name>[a-z]\w*)\s*$",
        r"=\s*(?P<value>[\d.]+)",
        lambda before, there: f"arguments stand behind it: `{before['name']} {there['value']}`",
    ),
    Habit(
        r"^(?P<name>[a-z]\w*)\s*(?P<parameters>\([^()]*\))\s*$",
        r"=",
        lambda before, _: (
            "a chain with parameters is a block: "
            f"`block {before['name']}{before['parameters']} = …`"
        ),
    ),
    Habit(r"", r"=", "a name stands first: `NAME = chain`; inside a chain it is `-> as NAME ->`"),
    Habit(
        r"^(?P<name>[a-z]\w*)\s*=\s*$",
        rf"(?P<shape>{_SIZE}(?:x{_SIZE})+)",
        lambda before, there: f"an input is written `{before['name']} = in {there['shape']}`",
    ),
    Habit(
        r"^(?P<name>[a-z]\w*)\s*=\s*$",
        r"(?P<value>-?[\d.]+|\"[^\"]*\")",
        lambda before, there: f"a parameter is written `let {before['name']} = {there['value']}`",
    ),
    Habit(
        r"^(?:[a-z]\w*\s*=\s*)?[a-z]\w*\s*$",
        r",",
        "a merge names its values: `concat a b`, `add a b`",
    ),
    Habit(r"", r",", "arguments are separated by spaces; commas join the values of one argument"),
    # What is left
    Habit(r"\bas\s+[a-z]\w*\s+$", r"[\w(]", f"`-> as NAME ->` stands alone: {ARROW}"),
    Habit(r"->\s*$", r"->", "a stage is missing between the arrows"),
    Habit(r"[=(]\s*$", r"->", "a chain begins with an input or a name: `in 10x6 -> …`, `x -> …`"),
    Habit(r"", r"\]", "nothing has brackets"),
    Habit(r"", r"\^", "a power is written in braces: `{n ** 2}`"),
    Habit(r"", r"`", "leave it out"),
    Habit(r"", r"\)", "no `(` is open here"),
    Habit(r"", r"\}", "no `{` is open here"),
    Habit(
        r"",
        r"\{[^{}]*\}[^\s]",
        "a word and an expression never run together; sizes are joined by `x`",
    ),
    Habit(r"", r"\{", "braces hold no other braces and no line end"),
    Habit(r"", r"[\d?][\w.?]*[A-Za-z_][\w?]*", _run_together),
    Habit(r"->\s*$", r"[\d?]", "a stage begins with an operation: `dense 64`"),
)


def habit_help(before: str, there: str) -> str:
    """The help for the first habit that fits, or nothing."""
    for habit in HABITS:
        found, here = re.search(f"(?:{habit.before})\\Z", before), re.match(habit.there, there)
        if found and here:
            return habit.help if isinstance(habit.help, str) else habit.help(found, here)
    return ""
