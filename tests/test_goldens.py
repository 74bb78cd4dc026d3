"""What the compiler makes of good specs, as text: graphs, layer tables and Keras source.

The source is run as well: it must give the very model that `compile` builds.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from golden import CASES, Case, cases, compare, each

import seqspec
from seqspec.ops.arguments import arguments
from seqspec.ops.base import Operation
from seqspec.ops.chain import Network
from seqspec.ops.conv import Deconv
from seqspec.ops.registry import OPERATIONS
from seqspec.table import render_table


@each("graph")
def test_graph(case: Case, update: bool) -> None:
    graph = seqspec.load(case.path, case.settings)
    compare(case.golden(".graph"), graph.model_dump_json(indent=1) + "\n", update=update)


@each("show")
def test_layer_table(case: Case, update: bool) -> None:
    graph = seqspec.load(case.path, case.settings)
    compare(case.golden(".show"), render_table(graph) + "\n", update=update)


@each("emit")
def test_source(case: Case, update: bool) -> None:
    compare(case.golden(".py"), seqspec.emit(case.path, case.settings), update=update)


@each("emit")
def test_source_builds_the_compiled_model(case: Case) -> None:
    import keras
    import numpy as np

    compiled = seqspec.compile(case.path, settings=case.settings, seed=3)
    keras.utils.clear_session()
    names: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(case.golden(".py").read_text(encoding="utf-8"), case.path.name, "exec"), names)
    written = names["build_model"](3)

    assert written.get_config() == compiled.get_config()
    assert written.get_compile_config() == compiled.get_compile_config()
    pairs = zip(written.get_weights(), compiled.get_weights(), strict=True)
    for number, (one, other) in enumerate(pairs):
        np.testing.assert_array_equal(one, other, err_msg=f"weight {number}")


@pytest.mark.parametrize("slicing", ["index", "lambda"])
def test_source_holds_no_unused_names(slicing: str, tmp_path: Path) -> None:
    for path in sorted((CASES / "emit").glob("*.seq")):
        case = Case(path)
        source = seqspec.emit(path, case.settings, slicing=slicing)  # type: ignore[arg-type]
        (tmp_path / f"{path.stem}.py").write_text(source, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(tmp_path)]
    result = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def every_operation(network: Network) -> Iterator[Operation]:
    """The operations of a graph and of the chains inside them."""
    for node in network.nodes:
        yield node.op
        for chain in node.op.chains():
            yield from every_operation(chain)


def test_each_mode_of_each_operation_is_shown() -> None:
    """Each name, each word but those of long lists, and a value of each option.

    An option that several classes have from one is shown for one of them.
    """
    graphs = [seqspec.load(case.path, case.settings) for case in cases("emit")]
    used = [op for graph in graphs for op in every_operation(graph)]
    written_out = {op for op in OPERATIONS if op.expands}
    named = {op.op for op in used} | {name for op in written_out for name in op.names()}
    assert {name for op in OPERATIONS for name in op.names()} <= named
    for operation in {*OPERATIONS} - written_out:
        for argument in arguments(operation):
            owner = _declares(operation, argument.field)
            shown = {getattr(op, argument.field) for op in used if isinstance(op, owner)}
            shown |= NOT_THERE.get((operation, argument.field), set())
            if argument.kind == "words" and len(argument.words) < 8:
                assert shown >= set(argument.words), f"{operation.__name__}.{argument.field}"
            else:
                assert shown - {argument.default}, f"{operation.__name__}.{argument.field}"


def _declares(operation: type[Operation], field: str) -> type:
    return next(c for c in operation.__mro__ if field in vars(c).get("__annotations__", {}))


# What is refused.
NOT_THERE: dict[tuple[type[Operation], str], set[object]] = {
    (Deconv, "padding"): {"causal"},
}


def test_comments_come_along() -> None:
    source = (CASES / "emit" / "comments.py").read_text(encoding="utf-8")
    spec = (CASES / "emit" / "comments.seq").read_text(encoding="utf-8")
    comments = [line[line.index("#") :] for line in spec.splitlines() if "#" in line]
    places = [source.find(comment) for comment in comments]
    assert -1 not in places
    assert places == sorted(places)
