"""Which tests run a line: recorded once with coverage.py, kept in `.mutation.json`.

Lines are kept by function and text and not by their number, so that the record stays valid while
files change; `--record FILE…` adds the tests of a file, or brings them up to date.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RECORD = ROOT / ".mutation.json"

WITHOUT_KERAS = (
    "test_goldens", "test_errors", "test_graph", "test_gallery", "test_expressions",
    "test_values", "test_foreign", "test_json", "test_syntax", "test_hostile",
    "test_hostile_graphs", "test_docs", "test_with", "test_passes", "test_settings",
    "test_work",
)  # fmt: skip
WITH_KERAS = (
    "numeric/test_reference", "numeric/test_masks", "numeric/test_operations",
    "numeric/test_states", "numeric/test_holes", "numeric/test_each", "numeric/test_attention",
    "numeric/test_feedback", "numeric/test_initial", "numeric/test_prelu",
    "numeric/test_fourier", "numeric/test_sampling", "numeric/test_frozen",
    "numeric/test_training", "numeric/test_levels",
)  # fmt: skip
# Processes of their own see no fault, and these start many.
LEFT_OUT = (
    "tests/test_with.py::test_a_file_with_constants_loads_anywhere",
    "tests/test_docs.py::TestTutorial::test_all_that_it_shows_is_what_the_program_prints",
    "tests/test_hostile.py::test_bounded",
    "tests/test_hostile_graphs.py::test_the_emitted_source_holds_what_the_spec_says_and_no_more",
)
# These read what classes declare, and run no line of them.
OF_DECLARATIONS = ("tests/test_docs.py::TestReference", "tests/test_json.py")
QUIET = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(ROOT)]
IMPORT = ""  # coverage's name for what runs outside of tests


def test_files() -> list[str]:
    """The test files that there are, from the root."""
    paths = [Path("tests", f"{name}.py") for name in (*WITHOUT_KERAS, *WITH_KERAS)]
    return [path.as_posix() for path in paths if (ROOT / path).exists()]


@dataclass
class Covered:
    """Seconds by test; tests by file and by line, as `names` has it."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Covered:
        """What was recorded; nothing if there is no file."""
        if not RECORD.exists():
            return cls()
        kept = json.loads(RECORD.read_text(encoding="utf-8"))
        names = [IMPORT, *kept["seconds"]]
        lines = {
            file: {text: {names[i] for i in tests} for text, tests in texts.items()}
            for file, texts in kept["lines"].items()
        }
        return cls(kept["seconds"], lines)

    def save(self) -> None:
        """Writes the file."""
        number = {name: i for i, name in enumerate([IMPORT, *self.seconds])}
        lines = {
            file: {text: sorted(number[t] for t in tests) for text, tests in texts.items()}
            for file, texts in self.lines.items()
        }
        kept = {"seconds": self.seconds, "lines": lines}
        RECORD.write_text(json.dumps(kept), encoding="utf-8")

    def tests(self, file: str, lines: Iterable[str]) -> set[str]:
        """The tests that run one of some lines, and `IMPORT`."""
        known = self.lines.get(file, {})
        return set().union(*(known.get(line, set()) for line in lines))


class Recorder:
    """The pytest plugin that tells coverage.py which test is running."""

    def __init__(self, coverage: Any) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        result = yield
        self.coverage.switch_context(IMPORT)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.seconds.get(report.nodeid, 0.0)
        self.seconds[report.nodeid] = round(before + report.duration, 4)


def record(folders: Sequence[str], files: Sequence[str]) -> None:
    """Runs test files and adds what their tests run to the record."""
    import coverage

    measured = coverage.Coverage(
        data_file=None, include=[f"{ROOT / folder}/*" for folder in folders], config_file=False
    )
    recorder = Recorder(measured)
    measured.start()
    left_out = [f"--deselect={test}" for test in LEFT_OUT]
    pytest.main([*QUIET, *left_out, *files], [recorder])
    measured.stop()
    covered = Covered.load()
    prefixes = tuple(f"{file}::" for file in files)
    _forget(covered, prefixes)
    covered.seconds |= recorder.seconds
    data = measured.get_data()
    for path in data.measured_files():
        text = Path(path).read_text(encoding="utf-8")
        lines, known = names(text), covered.lines.setdefault(_relative(path), {})
        for number, contexts in data.contexts_by_lineno(path).items():
            known.setdefault(lines[number], set()).update(contexts)
    covered.save()


def names(text: str) -> list[str]:
    """What each line of a module is called, from 1: its function and its text."""
    found = ["", *(f":{line.strip()}" for line in text.splitlines())]

    def walk(node: ast.AST, scope: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{scope}.{child.name}"
                for number in range(child.lineno, (child.end_lineno or 0) + 1):
                    found[number] = f"{inner}:{found[number].partition(':')[2]}"
                walk(child, inner)

    walk(ast.parse(text), "")
    return found


def _relative(path: str) -> str:
    return Path(path).relative_to(ROOT).as_posix()


def _forget(covered: Covered, prefixes: tuple[str, ...]) -> None:
    """Drops what was known of tests."""
    old = {test for test in covered.seconds if test.startswith(prefixes)}
    for test in old:
        del covered.seconds[test]
    for texts in covered.lines.values():
        for tests in texts.values():
            tests -= old
