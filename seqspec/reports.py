"""What was found in specs: for people, for GitHub's annotations, as SARIF and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Paint, render
from seqspec.driver import Checked
from seqspec.source import Source, Span
from seqspec.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def text(results: Iterable[Checked], paint: Paint) -> str:
    """Every diagnostic with its lines, and a verdict for each file."""
    parts = []
    for result in results:
        parts += [f"{render(d, result.sources, paint)}\n\n" for d in result.diagnostics]
        parts.append(f"{result.sources[0].shown}: {result.verdict}\n")
    return "".join(parts)


def sound(result: Checked) -> bool:
    """Whether there are no errors, of the data that it was held to neither."""
    return not any(d.severity == "error" for d in result.diagnostics)


def plain(result: Checked) -> dict[str, Any]:
    """One file's diagnostics as data."""
    return {
        "file": result.sources[0].name,
        "ok": sound(result),
        "diagnostics": [d.to_json(result.sources) for d in result.diagnostics],
    }


def _message(found: Diagnostic) -> str:
    """What is said without the text itself."""
    label = f" ({found.label})" if found.label else ""
    return "\n".join([found.message + label, *found.help.splitlines()])


# GitHub: https://docs.github.com/actions/reference/workflow-commands-for-github-actions

_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


def github(results: Iterable[Checked]) -> str:
    """A workflow command for each diagnostic: an annotation of the pull request."""
    lines = (_annotation(d, result.sources) for result in results for d in result.diagnostics)
    return "".join(f"{line}\n" for line in lines)


def _annotation(found: Diagnostic, sources: Sequence[Source]) -> str:
    place = found.to_json(sources)
    given = {
        "title": f"seqspec {found.code.id}",
        "file": place["file"],
        "line": place["line"],
        "endLine": place["end_line"],
        "col": place["column"],
        "endColumn": place["end_column"],
    }
    properties = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in given.items())
    return f"::{_GITHUB[found.severity]} {properties}::{_escaped(_message(found))}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(c):02X}" if c in f"%\r\n{more}" else c for c in text)


# SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html


def sarif(results: Iterable[Checked]) -> dict[str, Any]:
    """A log of one run, with all codes as its rules."""
    driver = {
        "name": "seqspec",
        "version": __version__,
        "rules": [
            {
                "id": code.id,
                "name": code.name.title().replace("_", ""),
                "shortDescription": {"text": code.meaning},
                "defaultConfiguration": {"level": code.severity},
            }
            for code in Code
        ],
    }
    found = [_result(d, result.sources) for result in results for d in result.diagnostics]
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": found}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(found: Diagnostic, sources: Sequence[Source]) -> dict[str, Any]:
    result = {
        "ruleId": found.code.id,
        "ruleIndex": [*Code].index(found.code),
        "level": found.severity,
        "message": {"text": _message(found)},
        "locations": [_location(found.span, sources)],
    }
    if found.uses:
        used = {"message": {"text": "the block is used here"}}
        result["relatedLocations"] = [used | _location(use, sources) for use in found.uses]
    return result


def _location(span: Span, sources: Sequence[Source]) -> dict[str, Any]:
    source = sources[span.source]
    line, column = _position(source, span.start)
    end_line, end_column = _position(source, span.end)
    region = {
        "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column,
    }  # fmt: skip
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(source.name)}, "region": region}}


def _position(source: Source, offset: int) -> tuple[int, int]:
    """A line and a column in UTF-16 units, which is what those that read SARIF count in."""
    line, column = source.position(offset)
    before = source.text[offset - column + 1 : offset]
    return line, len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1


def _uri(name: str) -> str:
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
