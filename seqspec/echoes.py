"""Complaints that only repeat an error in the text before them, and need no telling."""

from __future__ import annotations

import re
from bisect import bisect_right

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic
from seqspec.source import Source
from seqspec.syntax import KEYWORDS

_GIVES = re.compile(
    r"(?m)^[ \t]*(?:(?i:out|let|block|shared)[ \t]+([A-Za-z_]\w*)"
    r"|([A-Za-z_]\w*)[ \t]*(?:[=:]|\([^()=\n]*(?:=|\)[ \t]*=)))"
    r"|^[A-Za-z]\w*[ \t]+([A-Za-z_]\w*)[ \t]*(?:\([^()\n]*\)[ \t]*)?="  # `bock f(n) =`, `lte n =`
)
"""The begin of a statement that gives a name, or of one that was meant to."""
_BRINGS = re.compile(
    r"""[ \t]{,99}(?:(?i:use|include)\b(?![ \t]*=)|\w{1,20}[ \t]+["'][^"'\n]{,999}\.seq["'])"""
)
"""The begin of a line that brings names from another file, or was meant to."""
OF_THE_WHOLE = {Code.NO_MODEL, Code.UNUSED, Code.PROBABILITIES}
"""What is only known of a text of which every statement was read."""
_IN_TEXT = {
    Code.CHARACTER, Code.SYNTAX, Code.BAD_NAME, Code.UNCLOSED, Code.TOO_DEEP, Code.TOO_LONG,
}  # fmt: skip
_OF_DEFINITIONS = {Code.UNKNOWN_NAME, Code.UNKNOWN_OPERATION, Code.UNKNOWN_PARAMETER}
_OF_NAMES = {*_OF_DEFINITIONS, Code.UNKNOWN_OUTPUT}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def without_echoes(found: list[Diagnostic], sources: list[Source]) -> list[Diagnostic]:
    """Without complaints about names that a statement with an error would have given."""
    if all(fault.severity != "error" for fault in found):
        return found
    gives = [[(m.start(), m[1] or m[2] or m[3]) for m in _GIVES.finditer(s.text)] for s in sources]
    lost: set[str] = set()
    for fault in found:
        if fault.code in _IN_TEXT or _begins_none(fault, sources):
            heads = gives[fault.span.source]
            before = bisect_right(heads, (fault.span.end, "~"))
            lost.update(name for _, name in heads[max(0, before - 1) : before])
    given = None
    if names_missing(found, sources):
        given = {name for heads in gives for _, name in heads}
    return [d for d in found if not _is_echo(d, sources, lost, given)]


def names_missing(found: list[Diagnostic], sources: list[Source]) -> bool:
    """Whether a file that is to be used was not read, so that nobody knows what it gives."""
    return any(_brings_nothing(fault, sources) for fault in found)


def _is_echo(
    found: Diagnostic, sources: list[Source], lost: set[str], given: set[str] | None
) -> bool:
    """Whether a name is missing since it is `lost`, or is not among those `given` here while
    others were not read."""
    names = re.findall(r"`([^`]*)`", found.message)
    if found.code not in _OF_NAMES or not names:
        return False
    if _brings_nothing(found, sources) or _begins_none(found, sources):
        return False
    if not lost.isdisjoint(names):
        return True
    if given is None or found.code not in _OF_DEFINITIONS:
        return False
    return names[0] not in given and _NAME.fullmatch(names[0]) is not None


def _brings_nothing(fault: Diagnostic, sources: list[Source]) -> bool:
    """Whether it is an error of a `use`, or of what should be one."""
    if fault.severity != "error" or fault.code in {*OF_THE_WHOLE, Code.CYCLIC_USE}:
        return False  # the last is of a file that is read already
    source = sources[fault.span.source]
    column = source.position(fault.span.start)[1]
    return _BRINGS.match(source.text, fault.span.start - column + 1) is not None


def _begins_none(fault: Diagnostic, sources: list[Source]) -> bool:
    """Whether a statement begins with a misspelt word, or one in capitals, and so is none."""
    if fault.code is not Code.UNKNOWN_OPERATION:
        return False
    source, (start, end, _) = sources[fault.span.source], fault.span
    head = _GIVES.match(source.text, start)
    return source.text[start:end].lower() in KEYWORDS or (head is not None and bool(head[3]))
