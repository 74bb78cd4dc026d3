"""The command line's arguments. Nothing of the compiler is imported here: `--help` is instant."""

from __future__ import annotations

import argparse

from seqspec.cli import commands
from seqspec.passes import DEFAULT_LEVEL
from seqspec.version import __version__


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `run` of its result does the work."""
    top = argparse.ArgumentParser(
        prog="seqspec",
        description="Compiles sequence-model specs such as 'in 6 -> lstm 64 -> take last 3'.",
        epilog="exit status: 0 done, 1 faults in a spec, 2 usage, files or a missing framework",
    )
    top.add_argument("--version", action="version", version=f"seqspec {__version__}")
    verbs = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _compile(verbs)
    _command(verbs, "check", commands.check, "say everything that is wrong with specs", many=True)
    show = _command(
        verbs, "show", commands.show, "the layer table of a spec, or of a .keras file's spec"
    )
    _level(show)
    emit = _command(verbs, "emit", commands.emit, "Keras source for a spec", json=False)
    _slicing(emit)
    _level(emit)
    emit.add_argument("-o", "--output", metavar="FILE", help="write there in place of the screen")
    _command(verbs, "graph", commands.graph, "the checked graph as JSON", json=False)
    explain = _command(
        verbs, "explain", commands.explain, "what the compiler makes of a spec", json=False
    )
    explain.add_argument(
        "--passes", action="store_true", required=True, help="each rewrite, before and after"
    )
    _ops(verbs)
    return top


def _command(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: object,
    help: str,
    *,
    many: bool = False,
    json: bool = True,
) -> argparse.ArgumentParser:
    command = verbs.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    command.add_argument(
        "files", metavar="FILE", nargs="*" if many else "?", help="a .seq file; - is standard input"
    )
    command.add_argument("-e", dest="text", metavar="SPEC", help="the spec itself, for one-liners")
    command.add_argument(
        "-D",
        dest="settings",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a parameter (`let`) or a dimension; may be given again",
    )
    command.add_argument("--root", metavar="DIR", help="where `use` may read; the spec's folder")
    _with(command)
    if json:
        _format(command)
    command.set_defaults(run=run)
    return command


def _with(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--with",
        dest="modules",
        metavar="MODULE",
        action="append",
        default=[],
        help="a module of operations, by its name or its .py file; may be given again",
    )


def _format(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="for people, or for programs"
    )


def _slicing(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--slicing",
        choices=("index", "lambda"),
        default="index",
        help="`take` as x[:, -3:], or as a Lambda layer (which loads with safe_mode=False only)",
    )


def _compile(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = _command(verbs, "compile", commands.compile, "save a spec as a Keras model")
    command.add_argument("-o", "--output", metavar="FILE", help="the .keras file to write")
    command.add_argument("--seed", type=int, default=0, help="decides the initial weights (0)")
    command.add_argument(
        "--via",
        choices=("archive", "keras"),
        default="archive",
        help="write the file without a framework, or build and save it with the installed Keras",
    )
    _slicing(command)
    _level(command)


def _level(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-O",
        dest="optimize",
        type=int,
        choices=(0, 1),
        default=DEFAULT_LEVEL,
        help=f"0: the model as it is written; 1: no work that no output needs ({DEFAULT_LEVEL})",
    )


def _ops(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    help = "the reference of the operations"
    command = verbs.add_parser("ops", help=help, description="The reference of the operations.")
    command.add_argument("name", metavar="NAME", nargs="?", help="one operation")
    _with(command)
    _format(command)
    command.set_defaults(run=commands.ops)
