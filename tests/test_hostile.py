"""Bounded behaviour: no text makes the compiler hang, crash, or look outside its project.

Nothing here is timed: what is not bounded never ends, and then the test run does not either.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqspec import Limits, UsageError, check
from seqspec.codes import Code
from seqspec.diagnostics import render
from seqspec.ops.registry import BY_NAME


def lines(form: str, count: int) -> str:
    """A line for each number from 0; `{0}` is the number and `{1}` the one after it."""
    return "\n".join(form.format(number, number + 1) for number in range(count))


MANY = 100_000
TEXTS = {
    # nesting
    "parentheses": f"in 6 -> {'(' * 10_000}dense 3{')' * 10_000}",
    "only opened": f"in 6 -> {'(' * 10_000}",
    "only closed": f"in 6 -> dense 3{')' * 10_000}",
    "opened in each line": "x = in 6 -> (dense 3\n" * 20_000,
    "operands": f"in 6 -> {'add _ (' * 70}relu{')' * 70}",
    "expression parentheses": f"in 6 -> dense {{{'(' * 200}1{')' * 200}}}",
    "expression powers": f"in 6 -> dense {{{'**'.join('1' * 160)}}}",
    "expression signs": f"in 6 -> dense {{{'-' * 400}1}}",
    "nested blocks": f"block b0(n) = relu\n{lines('block b{1}(n) = b{0} 1', 2000)}"
    "\nin 6 -> b2000 1",
    # repetition
    "copies": "in 6 -> (dense 3) * 1000000000",
    "copies of copies": "in 6 -> ((( _ ) * 20000) * 20000)",
    "names in copies": "in 6 -> (((_ -> as x) * 300) * 300) -> dense 3",
    "faults in copies": "in 6 -> (((nothing) * 20000) * 20000)",
    "doubling groups": f"in 6 -> {'(' * 59}relu{') * 2' * 59}",
    "doubling blocks": f"block b0(n) = relu\n{lines('block b{1}(n) = b{0} 1 -> b{0} 1', 50)}"
    "\nin 6 -> b50 3",
    "doubling shared chains": f"shared b0 = relu\n{lines('shared b{1} = b{0} -> b{0}', 50)}"
    "\nin 6 -> b50",
    "mutually recursive blocks": "block a(n) = b {n} -> b {n}\nblock b(n) = a {n} -> a {n}"
    "\nin 6 -> a 3",
    "recursive shared chain": "shared s = s -> s\nin 6 -> s",
    # sizes
    "repeat": "in 6 -> repeat 1000000000000",
    "weights": "in 6 -> dense 100000000 -> dense 100000000",
    "doubling widths": f"x0 = in 6\n{lines('x{1} = concat x{0} x{0}', 200)}",
    "doubling steps": f"x0 = in Tx6\n{lines('x{1} = concat time x{0} x{0}', 200)}\nout x200",
    "product of dimensions": f"in {'x'.join(f'D{i}' for i in range(2000))} -> flatten",
    "quotients": f"in Tx6 {'-> take ::2 -> pad end 1 ' * 400}",
    "digits": f"in 6 -> dense {'9' * 5000}",
    "digits of a size": f"in {'9' * 5000}x3 -> dense 3",
    "digits of a slice": f"in 9x3 -> take {'9' * 5000}:",
    "digits of an index": f"x = in 9x3\ny = x.{'9' * 5000}",
    "digits of a count": f"in 6 -> (dense 3) * {'9' * 5000}",
    "digits of an expression": f"in 6 -> dense {{{'9' * 499}}}",
    "infinite": "let a = 1e999\nin {a}x6 -> dense {a}",
    "powers": "in 6 -> dense {9 ** 9 ** 9 ** 9}",
    "rounding": "in 6 -> dense {round(5, -(10 ** 12))}",
    # length
    "longer than allowed": f"in 6 -> dense 3 # {'x' * 2_000_000}",
    "same line again": "x = in 6 -> dense 3\n" * 50_000,
    "faulty line again": "x = = in 6\n" * 90_000,
    "unknown operations": lines("x{0} = in 6 -> nothing", 40_000),
    "unknown values": lines("x{0} = x{1}", 60_000),
    "unknown parameters": f"{lines('let a{0} = 3', 9000)}\n{lines('y{0} = in {{b{0}}}', 9000)}",
    "blank lines": "\n" * MANY + "in 6 -> dense 3",
    "blank lines before an arrow": "in 6" + "\n" * MANY + "-> dense 3",
    "blank lines after a fault": "x = = 1\n" + "\n" * 900_000,
    "comments": "in 6\n" + "# c\n" * MANY + "-> dense 3",
    "spaces": f"x = {' ' * 900_000}in 6",
    "long line": f"in 6 {'-> relu ' * MANY}",
    "arguments": f"in 6 -> dense {'3 ' * MANY}",
    "operand arguments": f"x = in 6\ny = add {'x ' * MANY}",
    "list": f"in 6 -> dense 3 name={','.join('a' * MANY)}",
    "train arguments": f"in 6 -> dense 3\ntrain {'loss=mse ' * MANY}",
    "train statements": "in 6 -> dense 3\n" + "train loss=mse\n" * 60_000,
    "outputs": "x = in 6\n" + "out x\n" * MANY,
    "used files": 'use "nowhere.seq"\n' * 50_000,
    "long word": f"in 6 -> {'a' * 900_000}",
    "long names": f"{'a' * 400_000} = in 6\nb = {'a' * 399_999}b -> relu",
    "long string": f'let a = "{"b" * 500_000}"\nin 6 -> dense {{a}}',
    "open strings": 'x = in 6 -> dense 3 "abc\n' * 30_000,
    "quotes": '"' * 100_001,
    "braces": f"in 6 -> dense {'{' * MANY}",
    "braces and sizes": f"in 6 -> dense {'{1}x' * MANY}",
    "sizes": "1x" * MANY,
    "colons": f"in 6 -> take {':' * MANY}",
    "dots": "a." * MANY,
    "minus": "-" * MANY,
    "equals": "a=" * MANY,
    # characters
    "nothing": "",
    "nul": "in 6 -> dense 3\0",
    "bidirectional": "in 6 -> \u202edense 3",
    "half a pair": "in 6 -> \ud800",
    "byte order mark": "\ufeffin 6 -> dense 3",
    "returns": "in 6\r-> dense 3\r\n\r\n\r",
    "separators": "in 6\u2028-> dense 3\x0c\x0b\x1c\x85",
    "digits of other scripts": "in ٣ -> dense ３",
    "letters of other scripts": "in 6 -> dеnse 3",
}  # fmt: skip
FINE = {"returns", "blank lines", "blank lines before an arrow", "comments", "spaces", "quotients",
        "doubling steps", "product of dimensions"}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_bounded(name: str) -> None:
    found = check(TEXTS[name])
    assert found.ok == (name in FINE), [d.message[:80] for d in found.diagnostics[:3]]
    assert len(found.diagnostics) <= 31_000
    for diagnostic in found.diagnostics[:1000]:
        assert len(render(diagnostic, found.sources)) < 2000


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("parentheses", Code.TOO_DEEP),
        ("nested blocks", Code.TOO_DEEP),
        ("copies", Code.LIMIT),
        ("copies of copies", Code.LIMIT),
        ("repeat", Code.LIMIT),
        ("weights", Code.LIMIT),
        ("longer than allowed", Code.TOO_LONG),
        ("mutually recursive blocks", Code.RECURSIVE),
        ("nul", Code.CHARACTER),
        ("bidirectional", Code.CHARACTER),
        ("letters of other scripts", Code.CHARACTER),
        ("powers", Code.EXPRESSION),
        ("unknown values", Code.LIMIT),
    ],
)
def test_the_bound_is_named(name: str, code: Code) -> None:
    assert code in {diagnostic.code for diagnostic in check(TEXTS[name]).diagnostics}


def test_limits_are_settable() -> None:
    text = "in 6 -> (dense 6) * 20"
    assert check(text).ok
    for limits in (Limits(depth=10), Limits(nodes=10), Limits(parameters=100), Limits(size=5)):
        assert [d.code for d in check(text, limits=limits).diagnostics] == [Code.LIMIT]


def test_no_special_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "link.seq").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.seq")
    spec = tmp_path / "spec.seq"
    for used, code in (("link.seq", Code.OUTSIDE_PROJECT), ("../x.seq", Code.OUTSIDE_PROJECT)):
        spec.write_text(f'use "{used}"\nin 6 -> dense 3\n', encoding="utf-8")
        assert [d.code for d in check(spec).diagnostics] == [code]


def test_a_pipe_does_not_stop_the_compiler(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.seq")
    spec = tmp_path / "spec.seq"
    spec.write_text('use "pipe.seq"\nin 6 -> dense 3\n', encoding="utf-8")
    assert [d.code for d in check(spec).diagnostics] == [Code.UNREADABLE]


def test_an_endless_file_is_cut(tmp_path: Path) -> None:
    assert [d.code for d in check(Path("/dev/zero"), root=tmp_path).diagnostics] == [Code.TOO_LONG]


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
