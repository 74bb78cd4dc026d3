"""`seqspec decompile`: a saved Keras model back into a spec."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seqspec.cli.options import modules, output_format

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    help = "the spec of a saved Keras model"
    made = verbs.add_parser(
        "decompile", help=help, description="The spec of a saved Keras model, without Keras."
    )
    made.add_argument("file", metavar="FILE", help="a .keras file, or the config.json of one")
    made.add_argument("-o", "--output", metavar="FILE", help="write there in place of the screen")
    modules(made)
    output_format(made)
    made.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the spec; or names each layer that cannot be said, with status 1."""
    from seqspec.files import check_writable, write_data
    from seqspec.lift.faults import CannotLift
    from seqspec.saved import decompile

    if arguments.output:
        check_writable(Path(arguments.output))
    try:
        found = decompile(arguments.file)
    except CannotLift as fault:
        _refuse(arguments, fault)
        return 1
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    if arguments.output:
        write_data(Path(arguments.output), found.text)
    elif arguments.format == "json":
        print(json.dumps({"spec": found.text, "notes": found.notes}, indent=2, ensure_ascii=False))
    else:
        print(found.text, end="")
    return 0


def _refuse(arguments: argparse.Namespace, fault: Exception) -> None:
    from seqspec.lift.faults import CannotLift

    assert isinstance(fault, CannotLift)
    if arguments.format == "json":
        layers = [layer._asdict() for layer in fault.unsaid]
        print(json.dumps({"file": arguments.file, "unsaid": layers}, indent=2, ensure_ascii=False))
        return
    for layer in fault.unsaid:
        print(f"error: {layer}", file=sys.stderr)
    number = len(fault.unsaid)
    print(f"{arguments.file}: {number} layer{'s' * (number > 1)} cannot be said", file=sys.stderr)
