"""The reference, the tutorial and the table of lines show what the program does."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest

import seqspec
from seqspec import manual
from seqspec.ops.base import Operation
from seqspec.ops.registry import BY_NAME, OPERATIONS
from seqspec.ops.types import arg
from seqspec.statements import STATEMENTS, Statement

ROOT = Path(__file__).parents[1]
OPERATIONS_PAGE = ROOT / "docs" / "operations.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class TestReference:
    """docs/operations.md and `seqspec ops`."""

    def test_the_page_is_current(self, update: bool) -> None:
        if update:
            OPERATIONS_PAGE.write_text(manual.markdown(), encoding="utf-8")
        assert OPERATIONS_PAGE.read_text(encoding="utf-8") == manual.markdown(), (
            "run `python -m seqspec.manual > docs/operations.md`"
        )

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.__name__)
    def test_an_operation_says_all_that_there_is_to_say(self, operation: type[Operation]) -> None:
        said = manual.describe(operation)
        for text in ("summary", "example", "shape", "mask", "keras"):
            assert said[text], f"{operation.__name__} does not say its {text}"
        assert all(argument["help"] for argument in said["arguments"])

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.__name__)
    def test_an_example_compiles_and_uses_its_operation(self, operation: type[Operation]) -> None:
        checked = seqspec.check(operation.example)
        assert not checked.diagnostics
        assert checked.ok
        words = set(re.findall(r"\w+", operation.example))
        assert words & set(operation.names())

    @pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.word)
    def test_a_statement_has_a_page_and_its_example_compiles(self, statement: Statement) -> None:
        assert not seqspec.check(statement.example).diagnostics
        assert re.search(rf"\b{statement.word}\b", statement.example)
        page = manual.page(statement.word)
        assert all(len(line) <= 100 for line in page.splitlines())
        for settings in statement.settings:
            assert all(f"{name}=" in page for name in settings.fields)

    @pytest.mark.parametrize("name", BY_NAME)
    def test_a_terminal_page_fits_and_leaves_nothing_out(self, name: str) -> None:
        page = manual.page(name)
        assert all(len(line) <= 100 for line in page.splitlines())
        words = page.replace(",", " ").replace("|", " ").split()
        for argument in manual.describe(BY_NAME[name])["arguments"]:
            assert argument["name"] in page
            takes = argument["takes"].split("|")
            assert len(takes) == 1 or set(takes) <= set(words)

    def test_an_operation_of_few_words_has_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terse(Operation):
            """Says little."""

            op: Literal["terse"] = "terse"
            size: int = arg(..., "")

        monkeypatch.setitem(BY_NAME, "terse", Terse)
        assert manual.page("terse").startswith("terse SIZE\n\n  Says little.\n\n  size  NUMBER")


def test_the_table_of_lines_is_what_the_script_prints() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "lines.py"],
        capture_output=True, encoding="utf-8", check=True, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Lines\n")[2].partition("\n## ")[0]
    assert f"\n\n{done.stdout}" in section
    assert done.stdout.count("](specs/") == 10


def test_all_benchmarks_are_run_together() -> None:
    """Each that is a script by itself: `rewrites.py` is what two of them share."""
    runs = runpy.run_path(str(ROOT / "benchmarks" / "__main__.py"), run_name="")["RUNS"]
    scripts = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert {*runs} == scripts - {"__main__", "rewrites"}


class TestTutorial:
    """docs/tutorial.md. A snippet is kept under the file name in the command that follows it."""

    def test_all_that_it_shows_is_what_the_program_prints(
        self, tmp_path: Path, update: bool
    ) -> None:
        text = TUTORIAL.read_text(encoding="utf-8")
        snippet = ""

        def replayed(block: re.Match[str]) -> str:
            nonlocal snippet
            kind, body = block.groups()
            if kind != "text":
                assert not snippet, f"no command follows the snippet:\n{snippet}"
                snippet = body
                return block[0]
            command = body.splitlines()[0]
            words = shlex.split(command.removeprefix("$ "))
            if snippet:
                (name,) = (word for word in words if word.endswith((".seq", ".py")))
                assert not (tmp_path / name).exists(), f"{name} is shown twice"
                (tmp_path / name).write_text(snippet, encoding="utf-8")
                snippet = ""
            return f"```text\n{command}\n{printed(words, tmp_path)}```"

        real = BLOCK.sub(replayed, text)
        if update:
            TUTORIAL.write_text(real, encoding="utf-8")
        assert text == real or update
        assert not snippet

    def test_its_specs_compile_but_for_those_that_show_a_mistake(self) -> None:
        blocks = BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))
        specs = [(body, shown) for (kind, body), (_, shown) in pairwise(blocks) if kind == "seq"]
        assert len(specs) > 15
        for spec, shown in specs:
            mistaken = "error[" in shown
            assert bool(seqspec.check(spec).diagnostics) == mistaken, spec


def printed(words: list[str], folder: Path) -> str:
    """What a command prints when it is run in a folder; of a Python program, what it prints."""
    python = words[0] == "python"
    done = subprocess.run(
        [sys.executable, *words[1:]] if python else [sys.executable, "-m", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if python else subprocess.STDOUT,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=False,
    )
    return done.stdout.rstrip("\n") + "\n"
