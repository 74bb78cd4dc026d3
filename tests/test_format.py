"""The formatter: golden texts, the gallery and the documents in its style, and what it leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import pytest
from fuzz.rewrites import commented, squeezed
from golden import CASES, Case, cases, compare, each
from test_cli import run

import seqspec
from seqspec import SpecError, UsageError
from seqspec.ops.registry import OPERATIONS
from seqspec.statements import STATEMENTS
from seqspec.syntax import format as formatter

ROOT = Path(__file__).parents[1]
SPECS = [*(ROOT / "specs").rglob("*.seq"), *(ROOT / "seqspec" / "std").glob("*.seq")]
NUMBERS = count()
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]


def read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


@each("format")
def test_golden(case: Case, update: bool) -> None:
    text = read(case.path)
    new = seqspec.format(text)
    assert squeezed(new) == squeezed(text)
    assert seqspec.format(new) == new
    compare(case.golden(".fmt"), new.replace("\r\n", "\n"), update=update)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_gallery_is_formatted_and_stays_itself_with_comments_anywhere(path: Path) -> None:
    text = read(path)
    assert seqspec.format(text) == text
    for seed in range(3):
        other = commented(text, Random(seed))
        assert squeezed(seqspec.format(other)) == squeezed(other)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_documents_show_is_formatted(path: Path) -> None:
    for text in re.findall(r"```seq\n(.*?)```", read(path), re.DOTALL):
        assert seqspec.format(text) == text


def test_examples_are_formatted() -> None:
    examples = [op.example for op in OPERATIONS] + [s.example for s in STATEMENTS]
    assert [text for text in examples if seqspec.format(text).rstrip() != text] == []


def test_the_language_of_every_case_can_be_formatted() -> None:
    """What has other faults than those of syntax, too."""
    done = 0
    for case in cases("errors", "emit", "graph", "passes", "show"):
        try:
            text = case.path.read_bytes().decode()
            seqspec.format(text)
        except (UnicodeDecodeError, SpecError):
            continue
        done += 1
    assert done > 150


def test_line_ends_are_those_of_the_first_line() -> None:
    text = read(CASES / "format" / "crlf.seq")
    assert seqspec.format(text).count("\r\n") == seqspec.format(text).count("\n") == 3
    assert seqspec.format("x = in 6\n -> dense 3\r\n") == "x = in 6 -> dense 3\n"
    assert seqspec.format("in 6") == "in 6\n"


@pytest.mark.parametrize("text", ["", "\n \n", "# nothing else"])
def test_a_text_without_statements(text: str) -> None:
    assert seqspec.format(text).strip() == text.strip()
    assert seqspec.format(text) in ("", "# nothing else\n")


def test_deep_and_long_texts() -> None:
    deep = "in 6 -> " + "(" * 40 + "dense 3 # c\n" + ")" * 40
    assert squeezed(seqspec.format(deep)) == squeezed(deep)
    long = "in 6" + " -> add _ (dense 3 -> relu)" * 2000
    lines = seqspec.format(long).splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) < 700


def test_expressions_stay_as_short_as_they_must_be() -> None:
    sums = "+".join(["n"] * 250)
    assert f"{{{sums}}}" in seqspec.format(f"let n = 1\nin 6 -> dense {{{sums}}}")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda text: text.replace("dense 3", "dense 4"), "meaning would not stay"),
        (lambda text: text.replace("# a", "# b"), "meaning would not stay"),
        (lambda text: text + " -> (", "meaning would not stay"),
        (lambda text: text + "\n" * next(NUMBERS), "would not settle"),
    ],
)
def test_a_fault_of_the_formatter_changes_nothing(
    fault: Callable[[str], str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = formatter._layout
    monkeypatch.setattr(formatter, "_layout", lambda *given: fault(right(*given)))
    with pytest.raises(UsageError, match=said):
        seqspec.format("in 6 -> dense 3  # a")


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name in ("a.seq", "sub/b.seq", ".hidden/c.seq", "other.txt"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("in 6->dense 3\n", encoding="utf-8")
        (tmp_path / "good.seq").write_text("in 6 -> dense 3\n", encoding="utf-8")
        return tmp_path

    def test_files_and_folders_are_written(self, folder: Path) -> None:
        done = run("fmt", ".", cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "formatted a.seq\nformatted sub/b.seq\n"
        assert read(folder / "sub" / "b.seq") == "in 6 -> dense 3\n"
        assert read(folder / ".hidden" / "c.seq") == "in 6->dense 3\n"
        assert run("fmt", "a.seq", cwd=folder).stdout == ""

    def test_check_writes_nothing(self, folder: Path) -> None:
        done = run("fmt", "--check", "a.seq", "good.seq", cwd=folder)
        assert (done.returncode, done.stdout) == (1, "a.seq would change\n")
        assert run("fmt", "--check", "good.seq", cwd=folder).returncode == 0
        assert read(folder / "a.seq") == "in 6->dense 3\n"

    def test_diff_writes_nothing(self, folder: Path) -> None:
        done = run("fmt", "--diff", "a.seq", "good.seq", cwd=folder)
        assert done.returncode == 0
        assert done.stdout.splitlines()[3:] == ["-in 6->dense 3", "+in 6 -> dense 3"]
        assert run("fmt", "--diff", "--check", "a.seq", cwd=folder).returncode == 1
        assert read(folder / "a.seq") == "in 6->dense 3\n"

    def test_standard_input(self) -> None:
        done = run("fmt", "-", text="in 6->dense 3")
        assert (done.returncode, done.stdout) == (0, "in 6 -> dense 3\n")
        assert run("fmt", "-", "--diff", text="in 6->dense 3").stdout.endswith("+in 6 -> dense 3\n")

    def test_faults_leave_files_alone_and_do_not_stop_it(self, folder: Path) -> None:
        bad = folder / "a.seq"
        bad.write_text("in 6->dense 3\nx = (in 6\n", encoding="utf-8")
        done = run("fmt", "a.seq", "sub", cwd=folder)
        assert (done.returncode, done.stdout) == (1, "formatted sub/b.seq\n")
        assert "error[E004]: this parenthesis is never closed\n --> a.seq:2:5" in done.stderr
        assert read(bad) == "in 6->dense 3\nx = (in 6\n"
        done = run("fmt", "nowhere.seq", "a.seq", cwd=folder)
        assert done.returncode == 2
        assert "seqspec: there is no file nowhere.seq" in done.stderr
