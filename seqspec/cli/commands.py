"""The commands. Each imports what it needs when it runs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqspec.cli.given import check_given, settings_of, warn

if TYPE_CHECKING:
    from seqspec.driver import Checked


def compile(arguments: argparse.Namespace) -> int:
    """`seqspec compile`: checks, saves, says what came of it; with `--watch` again and again."""
    if not arguments.watch:
        return _compile(arguments)
    from seqspec.cli.watch import watch

    return watch([arguments.files], _compile, arguments)


def _compile(arguments: argparse.Namespace) -> int:
    from seqspec import models
    from seqspec.diagnostics import UsageError

    target = Path(arguments.output or _default_target(arguments))
    models.check_target(target)
    checked = check_given(arguments, arguments.files)
    warn(checked)
    checked.needed()
    settings, slicing = settings_of(arguments), arguments.slicing
    given: dict[str, Any] = {
        "seed": arguments.seed, "slicing": slicing, "optimize": arguments.optimize,
    }  # fmt: skip
    written = arguments.via == "archive"
    if arguments.weights and not written:
        raise UsageError("--weights is for files written without Keras: leave out `--via keras`")
    kept = {**given, "weights": arguments.weights}
    reason = models.write_checked(checked, target, settings, **kept) if written else ""
    if reason or not written:
        with quiet_start():
            models.backend()
        models.compile_checked(checked, target, settings, **given)
    _report_saved(checked, target, arguments, by_keras=bool(reason) or not written)
    if reason:
        print(f"note: {target} was built and saved by Keras, since {reason}", file=sys.stderr)
    return 0


@contextmanager
def quiet_start() -> Iterator[None]:
    """Without what TensorFlow's C++ part writes to the terminal while it starts."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    terminal = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)


def _default_target(arguments: argparse.Namespace) -> str:
    file = arguments.files
    return f"{Path(file).stem}.keras" if file and file != "-" else "model.keras"


def _report_saved(
    checked: Checked, target: Path, arguments: argparse.Namespace, *, by_keras: bool
) -> None:
    from seqspec.table import describe

    graph = checked.needed()
    if arguments.format == "json":
        built = checked.built(arguments.optimize)
        print(json.dumps({"file": str(target), **describe(built, graph)}))
        return
    inputs = ", ".join(str(node.value) for node in graph.inputs)
    outputs = ", ".join(str(graph.by_name[o.node].value) for o in graph.outputs)
    print(f"{target}: {inputs} → {outputs}, {graph.parameter_count:,} parameters")
    for package in sorted({node.op.package for node in graph.nodes if node.op.package}):
        print(
            f"note: {target} holds layers of `{package}`; import it before "
            "keras.saving.load_model(…)",
            file=sys.stderr,
        )
    if arguments.slicing == "lambda" and by_keras:
        print(
            f"note: {target} holds Lambda layers and opens with "
            "keras.saving.load_model(…, safe_mode=False) only",
            file=sys.stderr,
        )


def show(arguments: argparse.Namespace) -> int:
    """`seqspec show`: the layer table."""
    from seqspec.table import describe, render_table

    checked = check_given(arguments, arguments.files)
    warn(checked)
    written = checked.needed()
    graph = checked.built(arguments.optimize)
    if arguments.format == "json":
        print(json.dumps(describe(graph, written), indent=2, ensure_ascii=False))
    else:
        print(render_table(graph, written))
    return 0


def emit(arguments: argparse.Namespace) -> int:
    """`seqspec emit`: Keras source."""
    from seqspec.files import write_data
    from seqspec.target.emit import emit as emit_source

    checked = check_given(arguments, arguments.files)
    warn(checked)
    source = emit_source(checked.built(arguments.optimize), slicing=arguments.slicing)
    if arguments.output:
        write_data(Path(arguments.output), source)
    else:
        print(source, end="")
    return 0


def graph(arguments: argparse.Namespace) -> int:
    """`seqspec graph`: the graph as JSON."""
    checked = check_given(arguments, arguments.files)
    warn(checked)
    print(checked.demand().model_dump_json(indent=2))
    return 0


def ops(arguments: argparse.Namespace) -> int:
    """`seqspec ops`: the reference."""
    from seqspec import manual

    if arguments.format == "json":
        found = (
            manual.describe(manual.find(arguments.name))
            if arguments.name
            else manual.describe_all()
        )
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print(manual.page(arguments.name) if arguments.name else manual.overview())
    return 0
