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
)
OF_THE_WHOLE = {Code.NO_MODEL, Code.UNUSED, Code.PROBABILITIES}
"""What is only known of a text of which every statement was read."""
_IN_TEXT = {
    Code.CHARACTER, Code.SYNTAX, Code.BAD_NAME, Code.UNCLOSED, Code.TOO_DEEP, Code.TOO_LONG,
}  # fmt: skip
_OF_NAMES = {
    Code.UNKNOWN_NAME, Code.UNKNOWN_OPERATION, Code.UNKNOWN_OUTPUT, Code.UNKNOWN_PARAMETER,
}  # fmt: skip


def without_echoes(found: list[Diagnostic], sources: list[Source]) -> list[Diagnostic]:
    """Without complaints about names that a statement with a syntax error would have given."""
    faults = [d.span for d in found if d.code in _IN_TEXT or _is_keyword(d, sources)]
    if not faults:
        return found
    heads = {
        number: [(m.start(), m[1] or m[2]) for m in _GIVES.finditer(sources[number].text)]
        for number in {span.source for span in faults}
    }
    lost: set[str] = set()
    for span in faults:
        before = bisect_right(heads[span.source], (span.end, "~"))
        lost.update(name for _, name in heads[span.source][max(0, before - 1) : before])
    return [
        d
        for d in found
        if d.code not in _OF_NAMES or lost.isdisjoint(re.findall(r"`([^`]*)`", d.message))
    ]


def _is_keyword(found: Diagnostic, sources: list[Source]) -> bool:
    """Whether a statement begins with a word in capitals, and so is none."""
    word = sources[found.span.source].slice(found.span)
    return found.code is Code.UNKNOWN_OPERATION and word.lower() in KEYWORDS
