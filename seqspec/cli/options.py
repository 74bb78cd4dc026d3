"""The options that commands have in common."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from seqspec.passes import DEFAULT_LEVEL

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


def command(
    verbs: Verbs,
    name: str,
    run: object,
    help: str,
    *,
    many: bool = False,
    json: bool = True,
) -> argparse.ArgumentParser:
    """A command that reads a spec: from a file, from standard input, or from the line itself."""
    made = verbs.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    made.add_argument(
        "files", metavar="FILE", nargs="*" if many else "?", help="a .seq file; - is standard input"
    )
    made.add_argument("-e", dest="text", metavar="SPEC", help="the spec itself, for one-liners")
    settings(made)
    modules(made)
    if json:
        output_format(made)
    made.set_defaults(run=run)
    return made


def settings(command: argparse.ArgumentParser) -> None:
    """`-D` and `--root`."""
    command.add_argument(
        "-D",
        dest="settings",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a parameter (`let`) or a dimension; may be given again",
    )
    command.add_argument("--root", metavar="DIR", help="where `use` may read; the spec's folder")


def modules(command: argparse.ArgumentParser) -> None:
    """`--with`."""
    command.add_argument(
        "--with",
        dest="modules",
        metavar="MODULE",
        action="append",
        default=[],
        help="a module of operations, by its name or its .py file; may be given again",
    )


def output_format(command: argparse.ArgumentParser, *more: str) -> None:
    """`--format`, with more formats than the two that all have."""
    command.add_argument(
        "--format",
        choices=("text", "json", *more),
        default="text",
        help="for people, or for programs",
    )


def watch(command: argparse.ArgumentParser) -> None:
    """`--watch`."""
    command.add_argument(
        "--watch",
        action="store_true",
        help="do it again when a file or one that it uses changes, until Ctrl-C",
    )


def slicing(command: argparse.ArgumentParser) -> None:
    """`--slicing`."""
    command.add_argument(
        "--slicing",
        choices=("index", "lambda"),
        default="index",
        help="`take` as x[:, -3:], or as a Lambda layer (which loads with safe_mode=False only)",
    )


def seed(command: argparse.ArgumentParser) -> None:
    """`--seed`."""
    command.add_argument("--seed", type=int, default=0, help="decides the initial weights (0)")


def level(command: argparse.ArgumentParser) -> None:
    """`-O0` and `-O1`."""
    command.add_argument(
        "-O",
        dest="optimize",
        type=int,
        choices=(0, 1),
        default=DEFAULT_LEVEL,
        help=f"0: the model as it is written; 1: no work that no output needs ({DEFAULT_LEVEL})",
    )
