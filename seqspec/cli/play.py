"""`seqspec play`: a page in the browser to try specs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from seqspec.cli.options import level, modules, settings

if TYPE_CHECKING:
    from seqspec.cli.options import Verbs


def add(verbs: Verbs) -> None:
    """The command's arguments."""
    help = "a page in the browser, with errors, shapes and pictures as you type"
    made = verbs.add_parser("play", help=help, description=help[0].upper() + help[1:] + ".")
    made.add_argument(
        "file", metavar="FILE", nargs="?", help="the .seq file to begin with; it is not changed"
    )
    made.add_argument("--port", type=_port, default=0, help="where the page is; any that is free")
    made.add_argument("--no-browser", action="store_true", help="say the address and no more")
    settings(made)
    level(made)
    modules(made)
    made.set_defaults(run=run)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"`{text}` is no port: a whole number up to 65535")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Serves the page until Ctrl-C."""
    import webbrowser
    from threading import Thread

    from seqspec.play import desk, listen

    at = desk(arguments.file, arguments.settings, arguments.optimize, arguments.root)
    with listen(at, arguments.port) as server:
        print(f"{server.url}\nCtrl-C ends it", flush=True)
        if not arguments.no_browser:
            Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nended")
    return 0
