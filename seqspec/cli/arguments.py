"""The command line's arguments. Nothing of the compiler is imported here: `--help` is instant."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from seqspec.cli import commands
from seqspec.cli.options import command, level, modules, output_format, seed, slicing, watch
from seqspec.version import __version__

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs


def parser(verb: str = "") -> argparse.ArgumentParser:
    """The parser of the whole command line; `run` of its result does the work.

    Where the first argument is a command, it knows that one alone: each takes its time to make.
    """
    top = argparse.ArgumentParser(
        prog="seqspec",
        description="Compiles sequence-model specs such as 'in 6 -> lstm 64 -> take last 3'.",
        epilog="exit status: 0 done, 1 faults in a spec, 2 usage, files or a missing framework",
    )
    top.add_argument("--version", action="version", version=f"seqspec {__version__}")
    verbs = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in [VERBS[verb]] if verb in VERBS else VERBS.values():
        add(verbs)
    return top


def _compile(verbs: Verbs) -> None:
    made = command(verbs, "compile", commands.compile, "save a spec as a Keras model")
    made.add_argument("-o", "--output", metavar="FILE", help="the .keras file to write")
    seed(made)
    made.add_argument(
        "--weights",
        metavar="FILE",
        help="keep those of a saved model of this spec (.keras, .weights.h5), of either level",
    )
    made.add_argument(
        "--via",
        choices=("archive", "keras"),
        default="archive",
        help="write the file without a framework, or build and save it with the installed Keras",
    )
    slicing(made)
    level(made)
    watch(made)


def _show(verbs: Verbs) -> None:
    help = "the layer table of a spec, or of a .keras file's spec"
    level(command(verbs, "show", commands.show, help))


def _emit(verbs: Verbs) -> None:
    made = command(verbs, "emit", commands.emit, "Keras source for a spec", json=False)
    slicing(made)
    level(made)
    made.add_argument("-o", "--output", metavar="FILE", help="write there in place of the screen")


def _graph(verbs: Verbs) -> None:
    command(verbs, "graph", commands.graph, "the checked graph as JSON", json=False)


def _ops(verbs: Verbs) -> None:
    help = "the reference of the operations"
    made = verbs.add_parser("ops", help=help, description="The reference of the operations.")
    made.add_argument("name", metavar="NAME", nargs="?", help="one operation")
    modules(made)
    output_format(made)
    made.set_defaults(run=commands.ops)


def _in_module(name: str) -> Callable[[Verbs], None]:
    """A command that has a module of its own, which is imported for it alone."""
    return lambda verbs: import_module(f"seqspec.cli.{name}").add(verbs)


VERBS: dict[str, Callable[[Verbs], None]] = {
    "compile": _compile,
    "check": _in_module("check"),
    "fmt": _in_module("fmt"),
    "show": _show,
    "emit": _emit,
    "draw": _in_module("draw"),
    "play": _in_module("play"),
    "graph": _graph,
    "explain": _in_module("explain"),
    "ops": _ops,
    "diff": _in_module("diff"),
    "decompile": _in_module("decompile"),
    "completion": _in_module("completion"),
    "lsp": _in_module("lsp"),
}
