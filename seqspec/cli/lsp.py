"""`seqspec lsp`: the language server, for editors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from seqspec.cli.options import modules

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs


def add(verbs: Verbs) -> None:
    """Its arguments."""
    help = "the language server, which an editor starts"
    made = verbs.add_parser("lsp", help=help, description=help[0].upper() + help[1:] + ".")
    made.add_argument("--root", metavar="DIR", help="where `use` may read; the spec's folder")
    made.add_argument("--stdio", action="store_true", help="what it does anyway; editors say it")
    modules(made)
    made.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serves until the editor ends it."""
    from seqspec.diagnostics import UsageError

    try:
        from seqspec.lsp.server import start
    except ImportError as error:
        raise UsageError(
            f"the language server needs pygls ({error}); install it with\n"
            '    pip install "seqspec-lang[lsp]"'
        ) from None
    start(Path(arguments.root) if arguments.root else None)
    return 0
