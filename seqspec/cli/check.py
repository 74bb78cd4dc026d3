"""`seqspec check`: everything that is wrong with specs, for people and for programs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seqspec.cli.given import check_given
from seqspec.cli.options import command, output_format, watch

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs
    from seqspec.driver import Checked


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    made = command(
        verbs, "check", run, "say everything that is wrong with specs", many=True, json=False
    )
    output_format(made, "github", "sarif")
    watch(made)


def run(arguments: argparse.Namespace) -> int:
    """Every diagnostic of every file; with `--watch` again and again."""
    from seqspec.diagnostics import UsageError

    if not arguments.files and arguments.text is None:
        raise UsageError("check needs a FILE, - or -e SPEC")
    if not arguments.watch:
        return _check(arguments)
    from seqspec.cli.watch import watch

    return watch(arguments.files, _check, arguments)


def _check(arguments: argparse.Namespace) -> int:
    results = [check_given(arguments, file) for file in arguments.files or [None]]
    _print(results, arguments.format)
    return 0 if all(result.ok for result in results) else 1


def _print(results: Sequence[Checked], format: str) -> None:
    from seqspec import reports

    match format:
        case "text":
            from seqspec.cli.colour import paint_for

            print(reports.text(results, paint_for(sys.stdout)), end="")
        case "github":
            print(reports.github(results), end="")
        case "sarif":
            print(json.dumps(reports.sarif(results), indent=2))
        case "json":
            print(json.dumps([reports.plain(result) for result in results], indent=2))
