"""The worked example of docs/extending.md, as a package with entry points in a fresh process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "extending.md").read_text(encoding="utf-8")
SPEC = re.findall(r"```seq\n(.*?)```", PAGE, re.DOTALL)[0].strip()

CHECK = """
import sys
import seqspec
graph = seqspec.parse(sys.argv[1])
assert graph.parameter_count == 16000 + 5 * 16 * 32 + 32 + 32 + 4 * 32 * 2 + 2
assert "keras" not in sys.modules
assert seqspec.Graph.model_validate_json(graph.model_dump_json()) == graph
import keras, numpy as np
from seqspec import reference
model = seqspec.compile(graph, sys.argv[2])
assert model.count_params() == graph.parameter_count
ids = np.array([[3, 1, 4, 7, 5, 9, 2, 6], [2, 7, 1, 8, 3, 0, 0, 0], [5, 6, 0, 0, 0, 0, 0, 0]])
namespace = {}
exec(seqspec.emit(graph), namespace)
assert namespace["build_model"]().count_params() == graph.parameter_count
loaded = keras.saving.load_model(sys.argv[2])
np.testing.assert_allclose(np.asarray(loaded(ids)), np.asarray(model(ids)), atol=1e-5)

x = np.random.default_rng(0).normal(size=(3, 8, 3)).astype("float32")
x[1, 5:], x[2, :6] = 0, 0
for chain in "kmax 3", "mask 0 -> kmax 3", "mask 0 -> gain -> kmax 2":
    graph = seqspec.parse(f"in Tx3 -> {chain}")
    weights = reference.random_weights(graph, np.random.default_rng(0))
    model = seqspec.compile(graph)
    model.set_weights([weight for own in weights.values() for weight in own])
    (expected,) = reference.run(graph, weights, {"input": x}).values()
    np.testing.assert_allclose(np.asarray(model(x)), expected, atol=1e-6)
x = np.array([[[3], [1], [2], [0]]], "float32")
kept = np.asarray(seqspec.compile("in 4x1 -> kmax 2")(x))
np.testing.assert_array_equal(kept, [[[3], [2]]])
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package as the page has it, installed as far as entry points go."""
    for name, text in re.findall(r"```python\n# (sentences/\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "sentences" / "__init__.py").touch()
    information = tmp_path / "sentences-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: sentences\nVersion: 1.0\n")
    entries = re.findall(r'^(\w+) = "(sentences[\w.:]+)"$', PAGE, re.MULTILINE)
    assert len(entries) == 2
    lines = ["[seqspec.operations]", *(f"{name} = {place}" for name, place in entries)]
    (information / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def run(package: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(package), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True, text=True, env=environment, cwd=package, check=False,
    )  # fmt: skip


def test_a_package_adds_operations(package: Path) -> None:
    done = run(package, "-c", CHECK, SPEC, str(package / "model.keras"))
    assert done.returncode == 0, done.stderr


def test_the_command_knows_them_and_says_what_the_file_needs(package: Path) -> None:
    done = run(package, "-m", "seqspec", "compile", "-e", SPEC, "-o", "model.keras")
    assert done.returncode == 0, done.stderr
    assert "import it before keras.saving.load_model" in done.stderr
    assert "`sentences.layers`" in done.stderr
    assert "K largest values" in run(package, "-m", "seqspec", "ops", "kmax").stdout
    refused = run(package, "-m", "seqspec", "check", "-e", "in 3x4 -> kmax 4")
    assert refused.returncode == 1
    assert "E305" in refused.stdout


def test_names_cannot_be_taken_twice() -> None:
    from seqspec import register
    from seqspec.ops.features import Dense

    class Other(Dense):
        """Not the built-in one."""

    with pytest.raises(ValueError, match="is an operation already"):
        register(Other)
    assert register(Dense) is Dense
