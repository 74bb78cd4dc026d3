"""What is said of an argument that an operation does not take: what it is, and what to write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from seqspec.codes import Code
from seqspec.diagnostics import Anew, Instead, Problem, did_you_mean, listed
from seqspec.foreign import COPIES, argument_help, as_help, operation_help, synonym, word_help
from seqspec.ops.arguments import ArgumentSpec, known_words
from seqspec.values import Dim

_MANY = 8  # words of one argument; more are shown by examples
_FEW = 6  # choices of one argument that a usage line names
_NUMERIC = ("integer", "number", "kernel")
_SIZES = ("shape", "kernel")


def unknown_key(
    name: str, key: str, value: object, specs: Sequence[ArgumentSpec], others: Sequence[str]
) -> Problem:
    """There is no argument of this name; `others` are the names of the operation that have it."""
    keys = [spec.key for spec in specs]
    message = f"`{name}` has no argument `{key}`"
    if others:
        help = f"`{key}=` is for {listed(others)}"
    elif key in known_words(specs):
        help = f"it is a word by itself: `{name} {key}`"
    elif key in COPIES and isinstance(value, int):
        help = Anew("copy the layer: {}", "(", f") * {value}")
    elif not (help := argument_help(key, name)):
        meant = synonym(key, keys)
        help = Instead("write {}", meant, key) if meant else did_you_mean(key, keys, "=")
        help = help or keys_help(specs)
    return Problem(Code.UNKNOWN_KEY, message, help=help)


def unknown_word(
    name: str, word: str, specs: Sequence[ArgumentSpec], others: Sequence[str]
) -> Problem:
    """There is no such word; `others` are the names of the operation that know it."""
    words = known_words(specs)
    if others:
        help = f"`{word}` is for {listed(others)}"
    elif synonym(word, words):
        help = word_help(word, words)
    else:
        help = argument_help(word, name) or word_help(word, words) or _knows(specs)
    return Problem(Code.UNKNOWN_WORD, f"`{name}` does not know `{word}`", help=help)


def _knows(specs: Sequence[ArgumentSpec]) -> str:
    few = [w for s in specs if s.positional and len(s.choices) <= _MANY for w in s.choices]
    parts = [f"it knows {listed(few, 16)}"] if few else []
    for spec in specs:
        if spec.positional and len(spec.choices) > _MANY:
            parts.append(
                f"{'an' if spec.key[0] in 'aeiou' else 'a'} {spec.key} is {listed(spec.words, 5)}"
            )
    return "; ".join(parts) or "it takes no words"


def keys_help(specs: Sequence[ArgumentSpec]) -> str:
    """All arguments by name."""
    keys = [spec.key for spec in specs]
    return f"its arguments are {listed(keys, 16)}" if keys else "it takes no arguments"


def usage(name: str, specs: Sequence[ArgumentSpec]) -> str:
    """How an operation is written: `dense UNITS [activation]`."""
    parts = []
    for spec in specs:
        if spec.positional and spec.kind != "flag":
            label = spec.key if spec.kind == "words" else spec.key.upper()
            if spec.kind == "chain" or (spec.required and 0 < len(spec.words) <= _FEW):
                label = spec.takes
            parts.append(label if spec.required else f"[{label}]")
    return " ".join([name, *parts])


def one_too_many(
    name: str,
    spec: ArgumentSpec,
    value: object,
    values: Mapping[str, object],
    specs: Sequence[ArgumentSpec],
) -> Problem:
    """The argument that would take the value has one already."""
    number = isinstance(value, int | float)
    helps = _elsewhere(name, spec, value, values, specs)
    message = (
        f"`{name}` has all of its numbers already" if number else f"`{name}` takes one {spec.key}"
    )
    return Problem(
        Code.TOO_MANY_ARGUMENTS,
        message,
        label="one too many",
        help=helps[0] if len(helps) == 1 else "; ".join(helps) or keys_help(specs),
    )


def _elsewhere(
    name: str,
    spec: ArgumentSpec,
    value: object,
    values: Mapping[str, object],
    specs: Sequence[ArgumentSpec],
) -> list[str]:
    """Where a second number may belong."""
    helps: list[str] = []
    had = values[spec.field]
    if spec.kind in _SIZES and not (_several(had) and _several(value)):
        more = abs(value) if isinstance(value, int) else value
        joined, apart = f"{_sizes(had)}x{_sizes(more)}", f"{_sizes(had)} {_sizes(value)}"
        helps.append(Instead("sizes are joined by a small x: {}", joined, apart))
    if spec.kind != "shape" and (named := _named(value, specs)):
        helps.append(f"other numbers are named: {listed(named)}")
    if any(s.kind == "slice" for s in specs) and len(values) == 1:
        helps.append(f"a slice is `{had}:{value}`")
    if (
        not helps
        and isinstance(value, int)
        and value > 0
        and sum(s.kind in _NUMERIC and s.positional for s in specs) == 1
    ):
        helps.append(Anew("another one is a stage of its own: {}", "", f" -> {name} {value}"))
    return helps


def _named(value: object, specs: Sequence[ArgumentSpec]) -> list[str]:
    """The arguments that are given by name alone, with the number: `stride=2`."""
    if not isinstance(value, int | float):
        return []
    kinds = ("number",) if value != int(value) else ("integer", "kernel")
    found = [s for s in specs if not s.positional and s.kind in kinds and s.accepts(value)]
    found.sort(key=lambda s: kinds.index(s.kind), reverse=True)
    return [f"{spec.key}={value:g}" for spec in found[:4]]


def unfit(
    name: str,
    value: object,
    values: Mapping[str, object],
    specs: Sequence[ArgumentSpec],
    where_open: str = "",
) -> Problem:
    """No argument takes this kind of value."""
    return Problem(
        Code.TOO_MANY_ARGUMENTS if isinstance(value, int | float) else Code.WRONG_KIND,
        f"`{name}` does not take {described(value)}",
        help=_unlisted(name, value, values, specs)
        if isinstance(value, list)
        else _instead(name, value, specs, where_open),
    )


def _instead(name: str, value: object, specs: Sequence[ArgumentSpec], where_open: str) -> str:
    if foreign := operation_help(name):
        return as_help(foreign)
    if named := _named(value, specs):
        return (
            f"numbers are named: {listed(named)}"
            if len(named) > 1
            else f"write `{name} {named[0]}`"
        )
    if isinstance(value, slice) and value == slice(None):
        return "a setting is written with `=`: `key=value`"
    help = _unquoted(value, specs) if isinstance(value, str) else ""
    if isinstance(value, tuple):
        help = _no_shape(name, value, specs, where_open)
    written = usage(name, specs)
    return help or (f"it is written `{written}`" if written != name else "it stands alone")


def _unquoted(text: str, specs: Sequence[ArgumentSpec]) -> str:
    """What was put in quotation marks and has none."""
    if text in known_words(specs):
        return Instead("a word stands without quotes: {}", text)
    if text.isdigit():
        return Instead("a number stands without quotes: {}", text)
    if re.fullmatch(r"[\dA-Z?][\dA-Zx?]*", text):
        return Instead("sizes stand without quotes: {}", text)
    return ""


def _no_shape(
    name: str, sizes: tuple[object, ...], specs: Sequence[ArgumentSpec], where_open: str
) -> str:
    """What a shape or a size with a name stands for where there is none."""
    numeric = [s for s in specs if s.positional and s.kind in _NUMERIC]
    if len(numeric) >= len(sizes) > 1:
        return f"arguments stand side by side: `{' '.join([name, *map(str, sizes)])}`"
    word = as_word(sizes)
    if found := synonym(word, known_words(specs)) if word else "":
        return Instead("write {}", found)
    if not word or all(s.kind != "integer" for s in numeric):
        return ""
    help = f"a count is a number, and `{word}` is a size left open"
    return f"{help}; {where_open}" if where_open else help


def _unlisted(
    name: str, items: list[object], values: Mapping[str, object], specs: Sequence[ArgumentSpec]
) -> str:
    """What to write in place of a list."""
    if any(spec.kind == "numbers" and spec.positional for spec in specs):
        return f"a list is of numbers: `{name} 0.5,2`"
    numeric = [s for s in specs if s.positional and s.kind in (*_NUMERIC, "shape", "axes")]
    free = [s for s in numeric if s.field not in values]
    if free and free[-1].kind in _SIZES and len(free) != len(items):
        return f"sizes are joined by a small x: `{'x'.join(map(_sizes, items))}`"
    numbers = all(isinstance(item, int | float) for item in items)
    if numbers and len(items) > len(free) and not any(s.kind == "axes" for s in free):
        counts = {0: "no numbers", 1: "one number"}
        return f"`{name}` takes {counts.get(len(numeric), f'{len(numeric)} numbers')}"
    return f"arguments stand side by side: `{' '.join([name, *map(_sizes, items)])}`"


def as_word(value: object) -> str:
    """A word in capitals, which reads as a size with a name: `MSE`; nothing for other values."""
    if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Dim):
        return str(value[0])
    return ""


def not_one_of(spec: ArgumentSpec, value: object, name: str) -> Problem:
    """The argument has no such choice."""
    word = value if isinstance(value, str) else as_word(value)
    help = word_help(word, spec.words, spec.key) if word else ""
    return Problem(
        Code.UNKNOWN_WORD if word else Code.WRONG_KIND,
        f"`{spec.key}` of `{name}` cannot be {f'the word `{word}`' if word else described(value)}",
        help=help
        or f"it is one of {listed(spec.words, 30)}" + (", or a number" if spec.or_number else ""),
    )


def not_yes_or_no(spec: ArgumentSpec, value: object, name: str) -> Problem:
    """The argument is a flag, and this is neither of its values."""
    known = {"true": "yes", "on": "yes", "1": "yes", "false": "no", "off": "no", "0": "no"}
    meant = known.get(str(as_word(value) or value).lower())
    return Problem(
        Code.WRONG_KIND,
        f"`{spec.key}` of `{name}` is yes or no, not {described(value)}",
        help=Instead("write {}", f"{spec.key}={meant}")
        if meant
        else f"write `{spec.key}=yes` or `{spec.key}=no`",
    )


def out_of_range(spec: ArgumentSpec, value: int | float, name: str, bound: str) -> Problem:
    """The number is beyond a bound of the argument."""
    share = dict(spec.bounds) == {"ge": 0, "lt": 1} and 2 <= value <= 100
    return Problem(
        Code.OUT_OF_RANGE,
        f"`{spec.key}` of `{name}` must be {bound}, and is {value}",
        help=Instead(f"{value:g} per cent is {{}}", f"{value / 100:g}", f"{value:g}")
        if share
        else "",
    )


def described(value: object) -> str:
    """A value as it is called in a sentence."""
    from seqspec.ops.arguments import Inside, Operand, Word

    match value:
        case Word():
            return f"the word `{value}`"
        case str():
            return f'the string "{value}"'
        case Operand():
            return "a value"
        case Inside():
            return "a chain"
        case tuple():
            return f"the {'size' if as_word(value) else 'shape'} `{_sizes(value)}`"
        case slice():
            return "a slice"
        case list():
            return "a list"
    return f"the number {value}"


def _several(value: object) -> bool:
    return isinstance(value, tuple) and len(value) > 1


def _sizes(value: object) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
