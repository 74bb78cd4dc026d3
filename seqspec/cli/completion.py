"""`seqspec completion`: a script that completes the command in a shell."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs

_FILES = ("FILE", "OLD", "NEW", "CODE", "MODULE", "DATA")


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    help = "a script that completes `seqspec` in a shell"
    made = verbs.add_parser("completion", help=help, description=f"{help.capitalize()}.")
    made.add_argument("shell", choices=("bash", "zsh", "fish"), help="print the script for it")
    made.set_defaults(run=run, modules=[])


def run(arguments: argparse.Namespace) -> int:
    """Prints the script, which `shtab` makes of the command's arguments."""
    from seqspec.cli.arguments import parser
    from seqspec.diagnostics import UsageError

    try:
        import shtab
    except ImportError:
        raise UsageError(
            'completion needs shtab; install it with\n    pip install "seqspec-lang[completion]"'
        ) from None
    top = parser()
    _mark(top, shtab.FILE, shtab.DIRECTORY)
    script = shtab.complete(top, arguments.shell)
    # So that zsh has it by `source <(…)`, too, and not by `eval` and as a function alone.
    print(script.replace("$zsh_eval_context[-1] == eval ", "$zsh_eval_context[-1] == (eval|file) "))
    return 0


def _mark(parser: argparse.ArgumentParser, file: object, folder: object) -> None:
    """Says to shtab which arguments are files, folders and operations."""
    from seqspec.ops.registry import BY_NAME

    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                _mark(below, file, folder)
        elif action.metavar in _FILES:
            action.complete = file  # type: ignore[attr-defined]
        elif action.metavar == "DIR":
            action.complete = folder  # type: ignore[attr-defined]
        elif action.metavar == "NAME" and not action.option_strings:
            action.choices = sorted(BY_NAME)
