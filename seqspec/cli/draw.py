"""`seqspec draw`: the picture of a spec."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from seqspec.cli.given import check_given, warn
from seqspec.cli.options import command, level

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    made = command(verbs, "draw", run, "the picture of a spec, as SVG or PNG", json=False)
    made.add_argument(
        "-o", "--output", metavar="FILE", help="the .svg or .png file to write; else SVG is shown"
    )
    kinds = made.add_mutually_exclusive_group()
    for kind, help in (
        ("unrolled", "a column for each step, as recurrent networks are drawn"),
        ("graph", "a box for each layer, with shapes on the arrows"),
    ):
        kinds.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind, help=help)
    made.add_argument(
        "--theme",
        choices=("auto", "light", "dark"),
        default="auto",
        help="colours; auto is as the reader has it (auto)",
    )
    level(made)
    made.set_defaults(kind="auto")


def run(arguments: argparse.Namespace) -> int:
    """Draws, and writes or prints."""
    from pathlib import Path

    from seqspec import driver
    from seqspec.diagnostics import UsageError
    from seqspec.draw import picture
    from seqspec.files import check_writable, write_data

    target = Path(arguments.output) if arguments.output else None
    if target and target.suffix not in (".svg", ".png"):
        raise UsageError(f"{target}: pictures are written as .svg or .png")
    if target:
        check_writable(target)
    checked = check_given(arguments, arguments.files)
    warn(checked)
    graph = driver.optimized(checked.needed(), arguments.optimize)
    spec = checked.sources[0].text
    svg = picture(graph, arguments.kind, spec=spec, theme=arguments.theme)
    if target is None:
        print(svg, end="")
        return 0
    data = svg.encode()
    if target.suffix == ".png":
        from seqspec.draw.png import png

        data = png(svg)
    write_data(target, data)
    return 0
