"""Wheel, sdist and editable installs all find the grammar and its tables.

Each goes into a fresh environment, which borrows pydantic, lark and the build tool from
this one by a path entry: entries of the `.pth` files there do not count, so a seqspec that
is found is the one installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROBE = """
import sys
import seqspec
from seqspec.syntax.grammar import grammar_file, parser
print(seqspec.__file__)
print(grammar_file())
assert grammar_file().with_suffix(".json").is_file()
assert seqspec.parse("in 6 -> lstm 64 -> take last 3").parameter_count == 16896
library = 'use "std/transformer.seq"\\nin 6x4 -> post_norm_encoder 4 2 8'
assert seqspec.parse(library).parameter_count == 172
from seqspec.play.desk import desk, examples
from seqspec.play.server import listen
assert len(examples()) > 100
assert len(listen(desk(None)).files) > 5
assert "keras" not in sys.modules
"""


def run(*command: str | Path, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel and an sdist, and the wheel made of the sdist, as pip would make it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir"]
    run(*build, folder, "--wheel", "--sdist", ".", cwd=ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    run("tar", "xzf", sdist, cwd=folder)
    (unpacked,) = (path for path in folder.iterdir() if path.is_dir())
    run(*build, folder / "from_sdist", "--wheel", ".", cwd=unpacked)
    return folder


@pytest.mark.parametrize("kind", ["wheel", "sdist", "editable"])
def test_install_finds_the_grammar(kind: str, built: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
                    cwd=tmp_path).strip())  # fmt: skip
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    source = {
        "wheel": lambda: [next(built.glob("*.whl"))],
        "sdist": lambda: [next((built / "from_sdist").glob("*.whl"))],
        "editable": lambda: ["--no-build-isolation", "-e", ROOT],
    }[kind]()
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", *source, cwd=tmp_path)
    package, grammar = run(python, "-c", PROBE, cwd=tmp_path).split()
    home = ROOT if kind == "editable" else site
    assert Path(package).is_relative_to(home)
    assert Path(grammar).is_relative_to(home)
    command = environment / "bin" / "seqspec"
    assert "output (3, 64)" in run(command, "check", "-e", "in 6 -> lstm 64 -> take last 3",
                                   cwd=tmp_path)  # fmt: skip
