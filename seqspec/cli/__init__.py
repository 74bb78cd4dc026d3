"""The command `seqspec`: converts what the shell gives, calls the driver, prints."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; the exit status is 0, 1 for faults of a spec, 2 for all other faults."""
    if argv is not None:
        return _run(argv)
    gc.set_threshold(100_000)  # most processes end before there is garbage to look for
    status = _run(sys.argv[1:])
    gc.freeze()  # nor do they look for it when they end, which takes longer than most checks
    return status


def _run(given: Sequence[str]) -> int:
    # Pydantic would look through every installed package for plugins, longer than a check takes.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Products here are small, and threads that wait for each other on a busy machine slow.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from seqspec.cli.arguments import parser
    from seqspec.diagnostics import SpecError, UsageError

    _open_closed()
    for stream in (sys.stdout, sys.stderr):  # what a terminal cannot show is escaped
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    arguments = parser(*given[:1]).parse_args(given)
    try:
        _import(arguments.modules)
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except SpecError as error:
        from seqspec.cli.colour import paint_for

        print(error.text(paint_for(sys.stderr)), file=sys.stderr)
        return 1
    except UsageError as error:
        print(f"seqspec: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, `head` perhaps, has enough
        _close_output()
        return 0
    except OSError as error:  # a full disk
        _close_output()
        print(f"seqspec: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _open_closed() -> None:
    """Streams that the shell has closed (`>&-`) lead nowhere, so that nothing fails with them."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "r" if name == "stdin" else "w")  # noqa: PTH123, SIM115
            setattr(sys, name, nowhere)


def _import(modules: Sequence[str]) -> None:
    """The modules of operations that `--with` names, before anything else."""
    if modules:
        from seqspec.ops.outside import import_operations

        for module in modules:
            import_operations(module)


def _close_output() -> None:
    """Sends what is still to be printed nowhere, so that Python's exit does not fail with it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
