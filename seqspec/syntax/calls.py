"""Calls as Python has them, written as a spec has them: for the help of syntax errors alone."""

from __future__ import annotations

import re

from seqspec.diagnostics import Instead
from seqspec.foreign import argument_help, as_help, operation_help

_OPEN = re.compile(r"(?<![A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_.]*)\s*\(\s*(?:[A-Za-z_]\w*\s*)?\Z")
_SETTING = re.compile(
    r"(?<=\S)\s+([a-z_][a-z_0-9]*)\s*=\s*([A-Za-z_][\w.]*)\s*\(\s*([A-Za-z_]\w*\s*)?\Z"
)
_BINDING = re.compile(r"(?:out|block|shared|let)\s[^=]*=[^=]*")
_AROUND = re.compile(r"(?<![A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_.]*)\s*\(\s*\Z")
_APPLIED = re.compile(r"\)\s*\(\s*([a-z]\w*)\s*\)")
_KEYED = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)", re.DOTALL)
_ARITHMETIC = re.compile(r"\w+(?:\s*(?:[+*/%-]|//|\*\*)\s*\w+)+")
_INPUTS = ("shape", "input_shape", "batch_input_shape", "batch_shape", "input_dim")
_TRUTH = {"True": "yes", "False": "no"}


def shape(text: str) -> str:
    """A tuple as a shape: `(None, 6)` is `?x6`."""
    sizes = re.findall(r"None|-?\d+|[A-Z]\w*", text)
    return "x".join("?" if size in ("None", "-1") else size for size in sizes)


def steps(text: str) -> str:
    """What stands in brackets as `take` has it: the last of `:, -3:`, which is of the steps."""
    parts = [part.strip() for part in text.split(",")]
    chosen = next((part for part in parts if part not in (":", "")), ":")
    return "last" if chosen == "-1" else chosen.replace(" ", "")


def call_help(before: str, there: str) -> str:
    """The help for a fault inside the parentheses of a call, or nothing."""
    setting = _SETTING.search(before)
    if setting and not _BINDING.fullmatch(before):
        return _setting(setting[1], setting[2], (setting[3] or "") + there)
    called = _OPEN.search(before)
    if called is None:
        return ""
    name = called[1]
    inside = before[called.start() :].partition("(")[2] + there
    around = _AROUND.search(before[: called.start()])
    if around and "." not in around[1] and (outer := operation_help(around[1])):
        return as_help(outer)
    written = _written(name, inside)
    if written == "":
        return as_help(operation_help(name))
    behind = inside[len(_arguments(inside)) :]
    applied = _APPLIED.match(behind)
    if " " not in written and not applied:
        help = "leave the parentheses out: {}"
    else:
        help = "arguments stand behind the operation without parentheses: {}"
    if applied:
        written = f"{applied[1]} -> {written}"
    end = len(behind) - (applied.end() if applied else 1)
    call = (before + there)[called.start() :]
    return Instead(help, written, call[: len(call) - end] if behind else written)


def _setting(key: str, word: str, there: str) -> str:
    inside = _arguments(there)
    word = word.rpartition(".")[2]
    if key == word.lower() and re.fullmatch(r"[\d.e-]+", inside):
        return f"write `{key}={inside}`"
    number = re.fullmatch(r"(?:\w+\s*=\s*)?([\d.]+(?:e-?\d+)?)", inside)
    if number and word.lower() == "constant":
        return f"a constant is its number: `{key}={number[1]}`"
    if number and key == "init":
        return f"its number stands beside it: `init={word} init_scale={number[1]}`"
    if key == "optimizer":
        first = re.search(r"[\d.]+(?:e-?\d+)?", inside)
        rate = f" rate={first.group()}" if first else ""
        return f"its settings stand beside it: `optimizer={word.lower()}{rate}`"
    return f"a setting is one word or number, and has no settings of its own: `{key}={word}`"


def _arguments(inside: str) -> str:
    """The text up to the parenthesis that closes what is open."""
    depth = 1
    for place, sign in enumerate(inside):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0:
            return inside[:place]
    return inside


def _written(name: str, inside: str) -> str:
    """The call as a stage, with its input before it where it has one; nothing if nobody knows."""
    head = name.rpartition(".")[2].lower()
    is_input = head in ("in", "input", "inputlayer")
    if not is_input and operation_help(name):
        return ""
    words: list[str] = []
    begins = ""
    for argument in _split(_arguments(inside)):
        keyed = _KEYED.fullmatch(argument)
        if keyed and (keyed[1] in _INPUTS or is_input):
            begins = begins or f"in {shape(keyed[2])}"
        elif keyed:
            words += _option(keyed[1], _value(keyed[2]))
        else:
            words.append(_value(argument))
    if is_input:
        return begins or f"in {shape(inside.partition(')')[0]) or _arguments(inside).strip('( )')}"
    stage = f"{head} {shape(','.join(words))}" if head == "reshape" else " ".join([head, *words])
    return f"{begins} -> {stage}" if begins else stage


def _split(text: str) -> list[str]:
    """The arguments of a call: what stands between the commas that no bracket encloses."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def _value(text: str) -> str:
    plain = text.strip().strip("'\"")
    if plain[:1] in "([" and plain:
        return shape(plain)
    if _ARITHMETIC.fullmatch(plain):
        return f"{{{plain}}}"
    return _TRUTH.get(plain, plain)


def _option(key: str, value: str) -> list[str]:
    """An argument with its key, as it is said here; nothing for what is left out."""
    help = argument_help(key)
    if help.startswith("leave it out"):
        return []
    if help.startswith(("write the word alone", "write the number")):
        return [value]
    renamed = re.match(r"write `(\w+)=", help)
    return [f"{renamed[1] if renamed else key}={value}"]
