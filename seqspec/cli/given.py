"""What a command was given: the spec, checked, and its settings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqspec.driver import Checked


def check_given(arguments: argparse.Namespace, file: str | None) -> Checked:
    """The spec that the arguments name, checked; `arguments.read` gets the files that it is in."""
    checked = _check(arguments, file)
    arguments.read = [*getattr(arguments, "read", ()), *(source.name for source in checked.sources)]
    return checked


def _check(arguments: argparse.Namespace, file: str | None) -> Checked:
    from seqspec import driver
    from seqspec.diagnostics import UsageError
    from seqspec.files import read_source, reader
    from seqspec.limits import DEFAULT_LIMITS as LIMITS
    from seqspec.source import Source

    if (file is None) == (arguments.text is None):
        raise UsageError("name one FILE, - for standard input, or give the spec itself: -e SPEC")
    settings = settings_of(arguments)
    root = Path(arguments.root) if arguments.root else None
    if arguments.text is not None:
        read = reader(root, LIMITS) if root else None
        return driver.check_source(Source("<spec>", arguments.text), settings, read=read)
    assert file is not None
    if file.endswith(".keras"):
        from seqspec.archive import embedded

        found = embedded(Path(file), LIMITS)
        return driver.check_source(
            found.source, {**found.settings, **settings}, read=found.reader()
        )
    if "->" in file and not Path(file).exists():
        raise UsageError(f"there is no file {file}; a spec itself stands behind -e: -e '{file}'")
    source = read_source(file, LIMITS)
    folder = Path() if file == "-" else Path(file).parent
    return driver.check_source(source, settings, read=reader(root or folder, LIMITS))


def settings_of(arguments: argparse.Namespace) -> dict[str, str]:
    """What `-D` sets. Raises `UsageError`."""
    from seqspec.settings import named

    return named(arguments.settings)


def warn(checked: Checked) -> None:
    """Warnings and notes beside the result; errors come with the refusal."""
    from seqspec.cli.colour import paint_for
    from seqspec.diagnostics import render

    if checked.ok:
        paint = paint_for(sys.stderr)
        for diagnostic in checked.diagnostics:
            print(render(diagnostic, checked.sources, paint), end="\n\n", file=sys.stderr)
