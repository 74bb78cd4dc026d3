"""The reference, the tutorial and the table of lines show what the program does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import seqspec
from seqspec import reference
from seqspec.ops.base import Operation
from seqspec.ops.registry import BY_NAME, OPERATIONS

ROOT = Path(__file__).parents[1]
OPERATIONS_PAGE = ROOT / "docs" / "operations.md"


class TestReference:
    """docs/operations.md and `seqspec ops`."""

    def test_the_page_is_current(self, update: bool) -> None:
        if update:
            OPERATIONS_PAGE.write_text(reference.markdown(), encoding="utf-8")
        assert OPERATIONS_PAGE.read_text(encoding="utf-8") == reference.markdown(), (
            "run `python -m seqspec.reference > docs/operations.md`"
        )

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.__name__)
    def test_an_operation_says_all_that_there_is_to_say(self, operation: type[Operation]) -> None:
        said = reference.describe(operation)
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

    @pytest.mark.parametrize("name", BY_NAME)
    def test_a_terminal_page_fits_and_leaves_nothing_out(self, name: str) -> None:
        page = reference.page(name)
        assert all(len(line) <= 100 for line in page.splitlines())
        words = page.replace(",", " ").replace("|", " ").split()
        for argument in reference.describe(BY_NAME[name])["arguments"]:
            assert argument["name"] in page
            takes = argument["takes"].split("|")
            assert len(takes) == 1 or set(takes) <= set(words)


def test_the_table_of_lines_is_what_the_script_prints() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "lines.py"],
        capture_output=True, encoding="utf-8", check=True, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Lines\n")[2].partition("\n## ")[0]
    assert f"\n\n{done.stdout}" in section
    assert done.stdout.count("](specs/") == 10
