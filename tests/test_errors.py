"""What people read when a spec is wrong: a golden text for every code."""

from __future__ import annotations

import re

import pytest
from golden import CASES, OF_SAVED_MODELS, Case, cases, compare, each

from seqspec.codes import Code
from seqspec.diagnostics import render
from seqspec.driver import check
from seqspec.limits import Limits

# The cases that need tighter bounds than the default ones.
LIMITS = {
    "e005_groups": Limits(nesting=3),
    "e005_expression": Limits(nesting=3),
    "e005_long_expression": Limits(expression_characters=20),
    "e006_long": Limits(source_characters=60),
    "e701_depth": Limits(depth=4),
    "e701_errors": Limits(errors=3),
    "e701_inputs": Limits(inputs=3),
    "e701_nodes": Limits(nodes=3),
    "e701_use_depth": Limits(use_depth=2),
}
_TITLE = re.compile(r"^(error|warning|note)\[([EWN]\d{3})\]: ", re.MULTILINE)


@each("errors")
def test_messages(case: Case, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case.path.parent)
    limits = LIMITS.get(case.path.stem, Limits())
    found = check(case.path.relative_to(case.path.parent), case.settings, limits=limits)
    texts = [render(d, found.sources) for d in found.diagnostics]
    text = "".join(f"{t}\n\n" for t in texts).replace(str(case.path.parent), "FOLDER")
    compare(case.golden(".err"), text, update=update)
    assert found.ok == (not any(d.severity == "error" for d in found.diagnostics))


@each("errors")
def test_a_case_shows_the_code_that_it_is_named_after(case: Case) -> None:
    named = case.path.stem.partition("_")[0].upper()
    titles = _TITLE.findall(case.golden(".err").read_text(encoding="utf-8"))
    meant = case.path.stem.endswith("_meant")
    assert (named in {code for _, code in titles}) != meant


def test_every_code_has_a_case_and_every_case_a_code() -> None:
    shown = {
        title
        for case in cases("errors", "data")
        for title in _TITLE.findall(case.golden(".err").read_text(encoding="utf-8"))
    }
    assert shown == {(code.severity, code.id) for code in Code}


@pytest.mark.parametrize("name", sorted(Limits.fields.keys() - OF_SAVED_MODELS))
def test_every_bound_has_a_case_that_says_how_to_set_it(name: str) -> None:
    texts = [case.golden(".err").read_text(encoding="utf-8") for case in cases("errors")]
    assert any(f"`Limits.{name}`" in text for text in texts)


def test_limits_are_for_cases_that_exist() -> None:
    assert {name for name in LIMITS if not (CASES / "errors" / f"{name}.seq").exists()} == set()
