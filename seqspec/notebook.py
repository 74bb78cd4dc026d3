"""`%load_ext seqspec`: specs in the cells of a notebook, by `%%seqspec`."""

from __future__ import annotations

import argparse
import os
import shlex
from keyword import iskeyword
from typing import Any, NoReturn

from seqspec.cli.colour import ansi
from seqspec.cli.given import settings_of
from seqspec.cli.options import level, seed, settings
from seqspec.diagnostics import Paint, SpecError, UsageError, plain, render
from seqspec.driver import Checked

NAME = "spec"


class Refused(Exception):
    """What ends a cell. IPython shows its text in place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage()}`%%seqspec?` says more")


def load(shell: Any) -> None:
    """Adds the magic to an IPython shell."""

    def seqspec(line: str, cell: str) -> None:
        paint = _paint_for(shell)
        try:
            _run(shell, line, cell, paint)
        except SpecError as error:
            raise Refused(error.text(paint)) from None
        except UsageError as error:
            raise Refused(f"{paint('error', 'seqspec')}: {error}") from None

    seqspec.__doc__ = _parser().format_help()
    shell.register_magic_function(seqspec, "cell")


def _parser() -> argparse.ArgumentParser:
    made = _Arguments(
        prog="%%seqspec",
        description="Checks the spec in the cell, shows its picture and its layers, "
        "and binds its graph to a name.",
        add_help=False,
    )
    made.add_argument("name", metavar="NAME", nargs="?", help=f"the graph's variable ({NAME})")
    settings(made)
    level(made)
    made.add_argument("--model", metavar="NAME", help="build the Keras model, as this variable")
    seed(made)
    return made


def _run(shell: Any, line: str, cell: str, paint: Paint) -> None:
    arguments = _arguments(line)
    checked = _check(arguments, cell)
    graph = checked.demand()
    for diagnostic in checked.diagnostics:
        print(render(diagnostic, checked.sources, paint), end="\n\n")
    _show(shell, checked, arguments)
    shell.push({arguments.name or NAME: graph})
    if arguments.model:
        shell.push({arguments.model: _model(checked, arguments)})


def _arguments(line: str) -> argparse.Namespace:
    try:
        arguments = _parser().parse_args(shlex.split(line))
    except ValueError as error:  # a quotation without its end
        raise UsageError(str(error)) from None
    for name in (arguments.name, arguments.model):
        if name is not None and (not name.isidentifier() or iskeyword(name)):
            file = f'; a file is read by `seqspec.load("{name}")`' * name.endswith(".seq")
            raise UsageError(f"`{name}` is no name of a variable{file}")
    if arguments.model == (arguments.name or NAME):
        raise UsageError(f"graph and model are both to be `{arguments.model}`: give two names")
    return arguments


def _check(arguments: argparse.Namespace, cell: str) -> Checked:
    from pathlib import Path

    from seqspec.driver import check_source
    from seqspec.files import reader
    from seqspec.limits import DEFAULT_LIMITS
    from seqspec.source import Source

    text = f"\n{cell}"  # the line of the magic counts, as it does at the notebook's margin
    read = reader(Path(arguments.root or ""), DEFAULT_LIMITS)
    return check_source(Source(arguments.name or "<cell>", text), settings_of(arguments), read=read)


def _show(shell: Any, checked: Checked, arguments: argparse.Namespace) -> None:
    from seqspec.draw.notebook import mimebundle

    built = checked.built(arguments.optimize)
    shell.display_pub.publish(mimebundle(built, checked.needed()))


def _model(checked: Checked, arguments: argparse.Namespace) -> Any:
    from seqspec import models
    from seqspec.cli.commands import quiet_start

    with quiet_start():
        models.backend()
    return models.compile_checked(checked, seed=arguments.seed, optimize=arguments.optimize)


def _paint_for(shell: Any) -> Paint:
    """As the tracebacks of the shell are painted; notebooks know a terminal's colours."""
    colourless = os.environ.get("NO_COLOR") or shell.colors.lower() == "nocolor"
    return plain if colourless else ansi
