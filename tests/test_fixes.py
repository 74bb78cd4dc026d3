"""A fix is what the help says, and mends what it is for."""

from __future__ import annotations

import pytest
from golden import CASES, Case, cases

from seqspec.diagnostics import Diagnostic, Instead, readable
from seqspec.driver import Checked, check_source
from seqspec.files import reader
from seqspec.limits import DEFAULT_LIMITS
from seqspec.source import Source

FOLDER = CASES / "errors"


def checked(case: Case, text: str) -> Checked:
    source = Source(str(case.path), text)
    return check_source(source, case.settings, read=reader(FOLDER, DEFAULT_LIMITS))


def fixed(text: str, found: Diagnostic, result: Checked) -> str:
    """The text after the fix of a diagnostic; the same where it has none."""
    for fix in reversed(found.fixes(result.sources)):
        if not fix.span.source:
            text = text[: fix.span.start] + fix.text + text[fix.span.end :]
    return text


FIXES = [
    (case, number)
    for case in cases("errors")
    for number, found in enumerate(checked(case, case.path.read_text("utf-8")).diagnostics)
    if found.instead is not None and not found.span.source
]


def test_there_are_many() -> None:
    assert len(FIXES) > 100


@pytest.mark.parametrize(("case", "number"), FIXES, ids=lambda p: getattr(p, "id", str(p)))
def test_a_fix_mends_its_fault(case: Case, number: int) -> None:
    text = case.path.read_text("utf-8")
    before = checked(case, text)
    found = before.diagnostics[number]
    fixes = found.fixes(before.sources)
    assert fixes, f"{found.message}: nothing in the text to replace"
    for fix in fixes:
        assert not fix.text.strip() or f"`{readable(fix.text)}`" in found.help
    after = checked(case, fixed(text, found, before))
    same = [d for d in after.diagnostics if (d.code, d.message) == (found.code, found.message)]
    had = [d for d in before.diagnostics if (d.code, d.message) == (found.code, found.message)]
    assert len(same) < len(had)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("in 6 -> lsmt 64", "in 6 -> lstm 64"),
        ("in 6 -> dense 64 activation=rleu", "in 6 -> dense 64 activation=relu"),
        ("in 6 -> lstm 64 dropot = 0.2", "in 6 -> lstm 64 dropout= 0.2"),
        ("in 10X6 -> lstm 64", "in 10x6 -> lstm 64"),
        ("in 6 → lstm 64", "in 6 -> lstm 64"),
        ("in 6 -> lstm(64)  # one", "in 6 -> lstm 64  # one"),
        ("in 6 -> LSTM 64", "in 6 -> lstm 64"),
        ("in 6 -> lstm 64 dense 1", "in 6 -> lstm 64 -> dense 1"),
        ("let n = 3\nin 6 -> dense n", "let n = 3\nin 6 -> dense {n}"),
        ("let n = 3\nin 6 -> dense {n * m}", "let n = 3\nin 6 -> dense {n * m}"),
        ("in 6 -> lstm 64;", "in 6 -> lstm 64"),
        ("in 6 -> dense 1 bias=false", "in 6 -> dense 1 bias=no"),
        ("in 6 -> dense 1\ntrain loss=mse metrics=mae,acuracy", "…accuracy"),
        ("in 10 6 -> lstm 3", "in 10x6 -> lstm 3"),
        ("in 9x6 -> lstm 64 num_layers=2 bi -> relu", "in 9x6 -> (lstm 64 bi) * 2 -> relu"),
        ("in 9x6 -> lstm 64 layers = 3", "in 9x6 -> (lstm 64) * 3"),
        ("let n = 2\nin 9x6 -> lstm 8 layers={n}", "let n = 2\nin 9x6 -> (lstm 8) * {n}"),
        ("let n = 2\nin 9x6 -> lstm 8 {n + 1}", "let n = 2\nin 9x6 -> lstm 8 -> lstm {n + 1}"),
        ("in 6 -> dense 8 dropout=0.2 relu", "in 6 -> dense 8 relu -> dropout 0.2"),
        ("in 9x6 -> lstm 64 32 -> relu", "in 9x6 -> lstm 64 -> lstm 32 -> relu"),
        ("in 6 -> add _ (dense 6 dropout=0.2)", "in 6 -> add _ (dense 6 -> dropout 0.2)"),
    ],
)
def test_what_is_replaced(text: str, mended: str) -> None:
    result = check_source(Source("<spec>", text))
    for found in result.diagnostics:
        text = fixed(text, found, result)
    assert text == mended or (mended[0] == "…" and text.endswith(mended[1:]))


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (
            "myHidden = in 6  # myHidden\nout y = add myHidden (myHidden -> relu)\n",
            "my_hidden = in 6  # myHidden\nout y = add my_hidden (my_hidden -> relu)\n",
        ),
        (
            'let Units = 3\nin 6 -> dense {Units * 2} name="Units" -> dense {MyUnits}\n',
            'let units = 3\nin 6 -> dense {units * 2} name="Units" -> dense {MyUnits}\n',
        ),
        # where the new name is another's, or the old one may be a size, it is written there alone
        ("Ab = in 6\nab = in 3\nout y = Ab\n", "ab = in 6\nab = in 3\nout y = Ab\n"),
        ("T = in 6\nout y = in T tokens\n", "t = in 6\nout y = in T tokens\n"),
    ],
)
def test_a_name_is_replaced_everywhere(text: str, mended: str) -> None:
    result = check_source(Source("<spec>", text))
    assert fixed(text, result.diagnostics[0], result) == mended


def test_the_quoted_text_is_the_new_text() -> None:
    help = Instead("did you mean {}?", "lstm", "lsmt")
    assert (help, help.new, help.old) == ("did you mean `lstm`?", "lstm", "lsmt")
