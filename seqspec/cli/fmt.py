"""`seqspec fmt`: specs in the one style."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs
    from seqspec.source import Source


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    help = "lay specs out in the one style, with nothing changed but spaces and line ends"
    made = verbs.add_parser("fmt", help=help, description=help[0].upper() + help[1:] + ".")
    made.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a .seq file, or a folder of them; - is standard input, and goes to standard output",
    )
    made.add_argument(
        "--check", action="store_true", help="write nothing; status 1 if something would change"
    )
    made.add_argument("--diff", action="store_true", help="write nothing; show what would change")
    made.set_defaults(run=run, modules=[])


def run(arguments: argparse.Namespace) -> int:
    """Formats file after file; what cannot be formatted is told and left alone."""
    from seqspec.cli.colour import paint_for
    from seqspec.diagnostics import SpecError, UsageError

    status = 0
    for file in _files(arguments.files):
        try:
            changes = _format(file, arguments)
            status = max(status, int(changes and arguments.check))
        except SpecError as error:
            print(error.text(paint_for(sys.stderr)), end="\n\n", file=sys.stderr)
            status = max(status, 1)
        except UsageError as error:
            print(f"seqspec: {error}", file=sys.stderr)
            status = 2
    return status


def _files(given: Sequence[str]) -> Iterator[str]:
    """Files as they are, and those in folders, in order. What is hidden is left out."""
    for path in given:
        if path == "-" or not Path(path).is_dir():
            yield path
            continue
        found = list(_below(path))
        if not found:
            print(f"note: {path} holds no .seq files", file=sys.stderr)
        yield from found


def _below(path: str) -> Iterator[str]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".seq") and not name.startswith("."):
                yield str(Path(folder) / name)


def _format(file: str, arguments: argparse.Namespace) -> bool:
    """One file; whether it was in another format. Raises `SpecError`, `UsageError`."""
    from seqspec.driver import format_source
    from seqspec.files import read_source, write_data
    from seqspec.limits import DEFAULT_LIMITS

    source = read_source(file, DEFAULT_LIMITS)
    text = format_source(source)
    changes = text != source.text
    if arguments.diff:
        print(_difference(source, text), end="")
    elif arguments.check:
        print(f"{source.name} would change\n" * changes, end="")
    elif file == "-":
        print(text, end="")
    elif changes:
        write_data(Path(file), text)
        print(f"formatted {source.name}")
    return changes


def _difference(source: Source, text: str) -> str:
    from difflib import unified_diff

    before, after = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    lines = unified_diff(before, after, source.name, f"{source.name} (formatted)")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
