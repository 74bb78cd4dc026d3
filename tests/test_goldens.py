"""What the compiler makes of good specs, as text: graphs, layer tables and Keras source.

The source is run as well: it must give the very model that `compile` builds.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from golden import CASES, Case, compare, each

import seqspec
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


def test_comments_come_along() -> None:
    source = (CASES / "emit" / "comments.py").read_text(encoding="utf-8")
    spec = (CASES / "emit" / "comments.seq").read_text(encoding="utf-8")
    comments = [line[line.index("#") :] for line in spec.splitlines() if "#" in line]
    places = [source.find(comment) for comment in comments]
    assert -1 not in places
    assert places == sorted(places)
