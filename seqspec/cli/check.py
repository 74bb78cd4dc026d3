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
    made.add_argument(
        "--data",
        metavar="DATA",
        nargs="+",
        default=[],
        help="arrays that have to fit the spec: .npz files, .npy files, NAME=FILE.npy",
    )


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
    from seqspec.reports import sound

    results = [check_given(arguments, file) for file in arguments.files or [None]]
    if arguments.data:
        results = [_with_data(result, arguments) for result in results]
    _print(results, arguments.format)
    return 0 if all(map(sound, results)) else 1


def _with_data(result: Checked, arguments: argparse.Namespace) -> Checked:
    """What was checked, with what is wrong with the data; the files of it are watched, too."""
    from seqspec.data.arrays import opened
    from seqspec.data.check import check_columns

    if result.plain is None:
        return result
    arguments.read += [text.rpartition("=")[2] for text in arguments.data]
    columns = opened(arguments.data)
    found = check_columns(result.plain, columns)
    return result.replace(diagnostics=(*result.diagnostics, *found))


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
