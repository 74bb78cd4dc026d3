"""`seqspec diff`: what changed between two models, and whether saved weights still fit."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from seqspec.cli.given import check_given
from seqspec.cli.options import modules, output_format, settings

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    help = "what changed between two models, and whether saved weights still fit"
    made = verbs.add_parser(
        "diff", help=help, description=f"{help.capitalize()}. Status 1 says that they do not."
    )
    for name in ("old", "new"):
        made.add_argument(name, metavar=name.upper(), help="a .seq file, or a .keras file's spec")
    settings(made)
    modules(made)
    output_format(made)
    made.set_defaults(run=run, text=None)


def run(arguments: argparse.Namespace) -> int:
    """Compares; status 1 where the weights do not fit."""
    from seqspec.compare import compare, render

    old, new = (check_given(arguments, file).needed() for file in (arguments.old, arguments.new))
    found = compare(old, new)
    if arguments.format == "json":
        print(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    else:
        print(render(found), end="")
    return 0 if found.fits else 1
