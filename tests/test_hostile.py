"""Bounded behaviour: no text makes the compiler hang, crash, or look outside its project.

The texts are in `fuzz/bombs.py`; each is checked in a process of its own, under bounds of time
and memory that it must not meet. `python -m tests.fuzz.bombs` says what each one costs, and
`python -m tests.fuzz.hostile` damages specs and all else that comes from outside.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fuzz.bombs import FINE, TEXTS, nested, outcome
from golden import OF_SAVED_MODELS
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import seqspec
from seqspec import Limits, SpecError, UsageError, check
from seqspec.codes import Code
from seqspec.diagnostics import render
from seqspec.ops.registry import BY_NAME

ROOT = Path(__file__).parents[1]

# What a bound is called where it is met; the other texts have faults of other kinds.
CODES = {
    Code.TOO_DEEP: [
        "parentheses", "only opened", "operands", "each", "feedback", "expression parentheses",
        "expression powers", "expression signs", "nested blocks",
    ],
    Code.TOO_LONG: [
        "longer than allowed", "digits", "digits of a size", "digits of a multiple",
        "a million digits",
    ],
    Code.LIMIT: [
        "copies", "copies of copies", "doubling groups",
        "doubling blocks", "doubling branches", "doubling shared chains", "runs", "runs of nothing",
        "a value read again and again", "merges of many values", "parameters of a block", "repeat",
        "weights", "doubling widths", "product of dimensions", "sum of dimensions", "axes",
        "quotients of sums", "sizes of many axes", "padding", "name of a dimension",
        "same line again", "faulty line again", "unknown operations", "unknown values",
        "unknown operations in a line", "unknown operations in groups", "unknown parameters",
        "used files", "different used files", "long line", "long string again",
    ],
    Code.RECURSIVE: ["mutually recursive blocks", "recursive shared chain"],
    Code.EXPRESSION: ["powers", "digits of an expression"],
    Code.CHARACTER: [
        "nul", "nul in a comment", "bidirectional", "bidirectional in a comment", "half a pair",
        "half a pair in a comment", "returns", "return in a comment", "separators",
        "separator in a comment", "terminal codes", "terminal codes in one character",
        "digits of other scripts", "letters of other scripts", "no width", "composed",
    ],
}  # fmt: skip
CALLED = {name: code.id for code, names in CODES.items() for name in names}


@pytest.mark.parametrize("name", TEXTS)
def test_bounded(name: str) -> None:
    found = outcome(name)
    assert found.ok == (name in FINE), found
    assert CALLED.get(name, "") in {"", *found.codes}
    assert found.diagnostics <= Limits().nodes + 2 * Limits().errors
    assert found.longest < 6000


def test_damaged_bytes() -> None:
    """A little of what `python -m tests.fuzz.hostile` does."""
    command = [sys.executable, "-m", "tests.fuzz.hostile", "--bytes", "260000", "--seed", "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cases = re.search(
        r"cases \((\d+) of text, (\d+) of setting, (\d+) of graph, (\d+)", done.stdout
    )
    assert cases
    assert min(map(int, cases.groups())) > 10
    assert len(set(re.findall(r"E\d{3}", done.stdout))) > 30


def test_the_texts_that_are_named_are_there() -> None:
    assert {*FINE, *CALLED} <= {*TEXTS}


@pytest.mark.parametrize("name", sorted(Limits.fields.keys() - OF_SAVED_MODELS))
def test_every_bound_is_settable(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more of each thing than a small bound allows."""
    text, bound, code = {
        "source_characters": ("in 6 -> dense 3", 10, Code.TOO_LONG),
        "nesting": (f"in 6 -> {nested(5, '(', 'relu')}", 4, Code.TOO_DEEP),
        "expression_characters": ("in 6 -> dense {1 + 1}", 3, Code.TOO_DEEP),
        "number": ("in 6 -> dense {50 * 2}", 99, Code.EXPRESSION),
        "nodes": ("in 6 -> (relu) * 10", 10, Code.LIMIT),
        "inputs": ("in 6 -> add _ _ _", 2, Code.LIMIT),
        "depth": ("in 6 -> (relu) * 10", 10, Code.LIMIT),
        "axes": ("in 2x3x4 -> relu", 2, Code.LIMIT),
        "size": ("in 2x6 -> flatten", 11, Code.LIMIT),
        "parameters": ("in 6 -> dense 3", 20, Code.LIMIT),
        "use_depth": ('use "a.seq"\nin 6 -> relu', 0, Code.LIMIT),
        "errors": ("in 6 -> no\n" * 20, 3, Code.LIMIT),
    }[name]
    (tmp_path / "a.seq").write_text("let a = 1\n")
    monkeypatch.chdir(tmp_path)
    more = Limits().replace(**{name: bound + (40 if name == "errors" else 1)})
    if name not in ("source_characters", "expression_characters", "number", "errors"):
        assert check(text, root=tmp_path, limits=more).ok
    found = check(text, root=tmp_path, limits=Limits().replace(**{name: bound}))
    assert code in {diagnostic.code for diagnostic in found.diagnostics}


def test_limits_are_settable() -> None:
    text = "in 6 -> (dense 6) * 20"
    assert check(text).ok
    for limits in (Limits(depth=10), Limits(nodes=10), Limits(parameters=100), Limits(size=5)):
        assert [d.code for d in check(text, limits=limits).diagnostics] == [Code.LIMIT]


def test_limits_are_for_all_that_takes_a_spec(tmp_path: Path) -> None:
    text, limits = "in 6 -> dense 30", Limits(parameters=100)
    for takes in (
        lambda: seqspec.parse(text, limits=limits),
        lambda: seqspec.emit(text, limits=limits),
        lambda: seqspec.save(text, tmp_path / "a.keras", limits=limits),
        lambda: seqspec.compile(text, limits=limits),
    ):
        with pytest.raises(SpecError, match=r"`Limits\.parameters`"):
            takes()
    data = seqspec.parse(text).model_dump_json()
    with pytest.raises(ValidationError, match="more than 100"):
        seqspec.Graph.model_validate_json(data, context={"limits": limits})
    many = seqspec.parse("in 6 -> (relu) * 950", limits=Limits(depth=1000))
    again = seqspec.Graph.model_validate_json(
        many.model_dump_json(), context={"limits": Limits(depth=1000)}
    )
    assert again == many


def test_a_chain_inside_counts_towards_the_depth() -> None:
    text = "in 5x6 -> (dense 6) * 20 -> each ((dense 6) * 20) -> (dense 6) * 20"
    assert check(text, limits=Limits(depth=63)).ok
    assert not check(text, limits=Limits(depth=61)).ok


def test_a_caller_that_stands_deep_in_calls_is_told_so() -> None:
    """Python's stack belongs to the caller too."""

    def below(depth: int) -> seqspec.Checked:
        return below(depth - 1) if depth else check(f"in 6 -> {nested(39, 'add _ (', 'relu')}")

    left = sys.getrecursionlimit() - len(list(_frames()))
    assert [d.code for d in below(left - 150).diagnostics] == [Code.TOO_DEEP]


def _frames() -> Any:
    frame = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back  # type: ignore[assignment]


@pytest.mark.parametrize(
    "value", ["", "(", "{1 / 0}", "9" * 5000, "1e999", "in 6", "a b", "\0", "{" * 1000, '"a']
)
def test_settings_are_text_from_outside_too(value: str) -> None:
    with pytest.raises(UsageError):
        check("let n = 3\nin 6 -> dense {n}", {"n": value})


pieces = st.one_of(
    st.sampled_from(
        [*BY_NAME, "let", "out", "block", "shared", "train", "use", "as", "a", "b", "units", "x"]
    ),
    st.sampled_from(
        ["->", "->", "=", "(", ")", ",", "*", "_", "?", "T", "Tx6", "10x6", "?x6", "6", "3", "1",
         "-1", "0.5", "1e9", "::2", "2:5", "{3}", "{a + 1}", "{i}", '"s"', "a.0", "x.{i}", "\n",
         "\n", "# c\n", "bi", "last", "tokens", "mask", "from=a", "name=b", "loss=mse", "LSTM",
         "Dense(3)", "[", "é", "{", "'", "\t", "\r\n", "* 3", "(dense 3) * 2", "in 4x3 ->",
         "x = in 4x3\n", "block b(n) = "]
    ),
)  # fmt: skip
texts = st.lists(pieces, max_size=40).map(" ".join)


@settings(max_examples=600, deadline=None)
@given(texts)
def test_random_text_is_checked(text: str) -> None:
    try:
        found = check(text, {"T": 7} if "T" in text.split() else None)
    except UsageError:
        return
    assert found.ok == (not any(d.severity == "error" for d in found.diagnostics))
    for diagnostic in found.diagnostics:
        assert render(diagnostic, found.sources)
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_checked(text: str) -> None:
    found = check(text)
    for diagnostic in found.diagnostics:
        assert diagnostic.to_json(found.sources)
