"""`seqspec explain`: what a code means, and what the passes do to a spec."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from seqspec.cli.given import check_given, warn
from seqspec.cli.options import command

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    made = command(
        verbs, "explain", run, "what a code such as E301 means, with an example", json=False
    )
    made.add_argument(
        "--passes", action="store_true", help="what the compiler makes of a spec: each rewrite"
    )
    (files,) = [action for action in made._actions if action.dest == "files"]
    files.metavar, files.help = "CODE", "a code; all of them without one. A FILE with --passes"


def run(arguments: argparse.Namespace) -> int:
    """A code's page, the list of codes, or the passes."""
    if arguments.passes:
        return _passes(arguments)
    from seqspec import lessons
    from seqspec.cli.colour import paint_for
    from seqspec.diagnostics import UsageError

    if arguments.text is not None:
        raise UsageError("-e goes with --passes; a code stands alone: `seqspec explain E301`")
    if arguments.files is None:
        print(lessons.overview(), end="")
    else:
        print(lessons.page(arguments.files, paint_for(sys.stdout)), end="")
    return 0


def _passes(arguments: argparse.Namespace) -> int:
    from seqspec.explain import explain_passes

    checked = check_given(arguments, arguments.files)
    warn(checked)
    print(explain_passes(checked.needed()), end="")
    return 0
