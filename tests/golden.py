"""Cases in files: `cases/<stage>/NAME.seq` beside the text that the compiler must make of it.

A first line such as `# -D n=3 -D T=10` gives a case its settings.
`pytest --update-golden` writes what the compiler makes now; read the difference before you commit.
"""

from __future__ import annotations

import difflib
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
OF_SAVED_MODELS = {"config_characters"}
"""Bounds that no spec meets: `test_lift.py` has them."""


@dataclass(frozen=True)
class Case:
    """One spec of a stage."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def settings(self) -> dict[str, str]:
        """What the first line sets."""
        first = self.text.partition("\n")[0]
        if not first.startswith("# -D "):
            return {}
        words = shlex.split(first.removeprefix("#").replace("-D ", " "))
        return dict(word.split("=", 1) for word in words)

    def golden(self, suffix: str) -> Path:
        """The file that holds what is expected."""
        return self.path.with_suffix(suffix)


def cases(*stages: str) -> list[Case]:
    """Every case of some stages, in order."""
    return [Case(path) for stage in stages for path in sorted((CASES / stage).glob("*.seq"))]


def each(*stages: str) -> pytest.MarkDecorator:
    """Runs a test for each case, as its argument `case`."""
    found = cases(*stages)
    assert found, f"no cases in {stages}"
    return pytest.mark.parametrize("case", found, ids=[case.path.stem for case in found])


def compare(golden: Path, actual: str, *, update: bool) -> None:
    """Fails where the text is not the expected one; `update` makes it the expected one."""
    if update:
        golden.write_text(actual, encoding="utf-8")
    if not golden.exists():
        pytest.fail(f"there is no {golden.name} yet: run `pytest --update-golden` and read it")
    expected = golden.read_text(encoding="utf-8")
    if actual != expected:
        lines = (expected.splitlines(), actual.splitlines())
        difference = "\n".join(difflib.unified_diff(*lines, "expected", "actual", lineterm=""))
        pytest.fail(
            f"{golden.name} differs; if it is right: `pytest --update-golden`\n{difference}"
        )
