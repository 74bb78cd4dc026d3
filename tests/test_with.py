"""`--with MODULE`: operations of a module or a file that the command is told of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import seqspec
from seqspec import reference
from seqspec.cli import main
from seqspec.ops.outside import import_operations, load_installed

OUTSIDE = Path(__file__).parents[1] / "specs" / "outside"
ROADS, TRAFFIC = str(OUTSIDE / "roads.py"), str(OUTSIDE / "traffic.seq")

OPERATION = """
from typing import ClassVar, Literal
import seqspec
from seqspec.ops.base import Operation

@seqspec.register
class Halve(Operation):
    \"\"\"Half of each value.\"\"\"
    op: Literal["{name}"] = "{name}"
    example: ClassVar[str] = "in 6 -> {name}"
"""
LOAD = """
import sys
sys.modules["seqspec"] = None  # as where it is not installed
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])  # safe mode is the default
np.save(sys.argv[3], np.asarray(model(np.load(sys.argv[2]))))
"""


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, where nothing is imported yet."""
    return subprocess.run(
        [sys.executable, "-m", "seqspec", *arguments],
        capture_output=True, text=True, cwd=cwd, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["check", TRAFFIC], "speeds (3, 26), 21,965 parameters"),
        (["show", TRAFFIC], "neighbours"),
        (["emit", TRAFFIC], "ops.matmul(adjacency, inputs)"),
        (["graph", TRAFFIC], '"op": "neighbours"'),
        (["ops"], "neighbours  The mean of each road's neighbours"),
        (["ops", "neighbours"], "The mean of each road's neighbours"),
        (["ops", "neighbours", "--format", "json"], '"neighbours"'),
    ],
)
def test_each_command_knows_its_operations(arguments: list[str], expected: str) -> None:
    done = run(*arguments, "--with", ROADS)
    assert (done.returncode, done.stderr) == (0, "")
    assert expected in done.stdout


def test_nothing_is_imported_unless_it_is_asked_for() -> None:
    done = run("check", TRAFFIC)
    assert done.returncode == 1
    assert "no operation or value `neighbours`" in done.stdout


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_file_with_constants_loads_anywhere(tmp_path: Path, backend: str) -> None:
    """In safe mode, with neither seqspec nor the module; also on another backend."""
    target = tmp_path / "model.keras"
    done = run("compile", TRAFFIC, "--with", ROADS, "-o", str(target))
    assert (done.returncode, done.stderr) == (0, "")
    x = np.random.default_rng(0).normal(size=(2, 12, 26, 1)).astype("float32")
    np.save(tmp_path / "in.npy", x)
    subprocess.run(
        [sys.executable, "-c", LOAD, str(target), *(f"{tmp_path}/{n}.npy" for n in ("in", "out"))],
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    import_operations(ROADS)
    model = seqspec.compile(Path(TRAFFIC))
    model.set_weights(keras.saving.load_model(target).get_weights())
    expected = model(x)
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), np.asarray(expected), atol=1e-5)


def test_the_operation_agrees_with_its_reference() -> None:
    import_operations(ROADS)
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 2)).astype("float32")
    graph = seqspec.parse("in 3x5x2 -> neighbours")
    (expected,) = reference.run(graph, {}, {"input": x}).values()
    np.testing.assert_allclose(np.asarray(seqspec.compile(graph)(x)), expected, atol=1e-6)


def test_the_source_has_the_constants_and_builds_the_same_model() -> None:
    import_operations(ROADS)
    source = seqspec.emit(Path(TRAFFIC))
    code = [line for line in source.splitlines() if not line.lstrip().startswith("#")]
    assert max(map(len, code)) <= 100
    keras.utils.clear_session()
    names: dict[str, object] = {"__name__": "emitted"}
    exec(source, names)
    written, compiled = names["build_model"](), seqspec.compile(Path(TRAFFIC))  # type: ignore[operator]
    x = np.random.default_rng(0).normal(size=(2, 12, 26, 1)).astype("float32")
    np.testing.assert_array_equal(np.asarray(written(x)), np.asarray(compiled(x)))


def test_modules_by_name_and_by_file_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "halving.py").write_text(OPERATION.format(name="halve_by_name"))
    (tmp_path / "by_file.py").write_text(OPERATION.format(name="halve_by_file"))
    monkeypatch.syspath_prepend(tmp_path)
    for _ in range(2):  # in one process, as a service would
        modules = ["--with", "package.halving", "--with", str(tmp_path / "by_file.py")]
        assert main(["check", "-e", "in 6 -> halve_by_name -> halve_by_file", *modules]) == 0
    assert capsys.readouterr().out.count("<spec>: output (6), 0 parameters") == 2


BROKEN = {
    "raises.py": ("x = 1 / 0", "ZeroDivisionError: division by zero (FILE:1)"),
    "syntax.py": ("x = (", "SyntaxError: '(' was never closed (syntax.py, line 1)"),
    "imports.py": ("import nothing_there", "No module named 'nothing_there' (FILE:1)"),
    "leaves.py": ("raise SystemExit(3)", "it cannot be imported: SystemExit: 3 (FILE:1)"),
    "silent.py": ("x = 1", "it registers no operation: `@seqspec.register` stands before a class"),
    "taken.py": (OPERATION.format(name="dense"), "`dense` is an operation already (FILE:6)"),
    "bare.py": (
        OPERATION.format(name="bare").replace("example", "other"),
        "`bare` has no example: a spec that compiles (FILE:6)",
    ),
    "keras.py": ("x = 1", "`keras` is another module already; give the file another name"),
    "a-b.py": ("x = 1", "`a-b` cannot name a module; give the file another name"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_imported(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, expected = BROKEN[name]
    file = tmp_path / name
    file.write_text(text)
    assert main(["check", "-e", "in 6 -> dense 3", "--with", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"seqspec: --with {file}: ")
    assert expected.replace("FILE", str(file)) in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nothing_here", "there is no module `nothing_here`; Python looks for modules in"),
        ("raises", "there is no module `raises`; `--with raises.py` names the file"),
        ("seqspec.nothing", "there is no module `seqspec.nothing`"),
        ("keras", "it registers no operation"),
        ("nothing.py", "there is no such file"),
        ("folder/file.txt", "a module is named as in `import`, or by its file"),
        ("..up", "a module is named as in `import`, or by its file"),
        ("", "a module is named as in `import`, or by its file"),
    ],
)
def test_what_is_not_there(
    name: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "raises.py").write_text("x = 1 / 0")
    monkeypatch.chdir(tmp_path)
    assert main(["ops", "--with", name]) == 2
    assert expected in capsys.readouterr().err


def test_a_broken_package_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Looked for where a spec names what is not known."""
    information = tmp_path / "broken-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[seqspec.operations]\nhalf = broken:Half\n")
    (tmp_path / "broken.py").write_text("x = 1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    load_installed.cache_clear()
    try:
        assert main(["check", "-e", "in 6 -> half"]) == 2
    finally:
        load_installed.cache_clear()
    said = capsys.readouterr().err
    assert "the operation `half` of an installed package (broken:Half) cannot be imported" in said
    assert "ZeroDivisionError" in said
