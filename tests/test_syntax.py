"""Text to tree: what stands where, comments and places kept, faults told one by one."""

from __future__ import annotations

from typing import Any

import pytest
from golden import CASES
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Problem
from seqspec.limits import Limits
from seqspec.source import Source, Span
from seqspec.syntax import parse_text, parse_value
from seqspec.syntax import tree as t
from seqspec.syntax.build import CONTEXT, Context
from seqspec.syntax.grammar import from_grammar, grammar_file, parser
from seqspec.syntax.tables import restore


def parsed(text: str) -> tuple[t.Statement, ...]:
    spec, faults = parse_text(Source("test", text))
    assert faults == ()
    return spec.statements


def one(text: str) -> Any:
    (statement,) = parsed(text)
    return statement


def stages(text: str) -> list[Any]:
    return [*one(text).chain.stages]


def arguments(text: str) -> list[Any]:
    return [*stages(f"x {text}")[0].arguments]


def faults(text: str) -> tuple[Diagnostic, ...]:
    return parse_text(Source("test", text))[1]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("in 6", t.Pipeline),
        ("x = in 6", t.Binding),
        ("out x", t.Out),
        ("out x = in 6", t.Out),
        ("let n = 3", t.Let),
        ("let n", t.Let),
        ("block b(n, m=3) = dense {n}", t.Block),
        ("block b() = relu", t.Block),
        ("block b = relu", t.Block),
        ("shared s = dense 3", t.Shared),
        ("train", t.Train),
        ("train y loss=mse", t.Train),
        ('use "a.seq"', t.Use),
        ("output = in 6", t.Binding),
        ("outer -> relu", t.Pipeline),
        ("letter = in 6", t.Binding),
    ],
)
def test_statements(text: str, kind: type) -> None:
    assert isinstance(one(text), kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3", t.Number),
        ("-3", t.Number),
        (".5", t.Number),
        ("1e-3", t.Number),
        ("relu", t.Word),
        ("Relu", t.Word),
        ("LSTM", t.ShapeText),
        ("T", t.ShapeText),
        ("10x6", t.ShapeText),
        ("?", t.ShapeText),
        ("?x{n}xT", t.ShapeText),
        ("2:5", t.SliceText),
        ("::2", t.SliceText),
        ("-3:", t.SliceText),
        ("{i}:{i + 1}", t.SliceText),
        (":", t.SliceText),
        ("{n * 2}", t.Expression),
        ('"a b"', t.Text),
        ("_", t.Flow),
        ("skips.0", t.Indexed),
        ("skips.-1", t.Indexed),
        ("skips.{i}", t.Indexed),
        ("(dense 3)", t.Group),
        ("(dense 3) * 2", t.Group),
        ("mse,mae", t.Listed),
        ("h, c", t.Listed),
        ("units=3", t.Keyed),
        ("from=h,c", t.Keyed),
    ],
)
def test_arguments(text: str, kind: type) -> None:
    (argument,) = arguments(text)
    assert isinstance(argument, kind)
    assert argument.span == Span(2, 2 + len(text))


def test_values_of_arguments() -> None:
    assert arguments("?x10xT")[0].sizes == ("?", 10, "T")
    assert arguments("-3:")[0].parts == (-3, None)
    assert arguments("::2")[0].parts == (None, None, 2)
    assert arguments('"a # b -> (c"')[0].value == "a # b -> (c"
    assert arguments("1e-3")[0].value == 0.001
    assert isinstance(arguments("3")[0].value, int)
    assert isinstance(arguments("3.0")[0].value, float)
    assert [item.value for item in arguments("mse,mae")[0].items] == ["mse", "mae"]


def test_a_word_and_a_number_never_run_together() -> None:
    assert stages("in3")[0].head.value == "in3"
    assert stages("in3")[0].arguments == ()
    assert arguments("10x6x3")[0].sizes == (10, 6, 3)
    for text in ("in 3in", "in 10x", "in x10 6a", "in {3}x", "in {3}a", "in 1.2.3"):
        assert [fault.code for fault in faults(text)] == [Code.SYNTAX], text


def test_lines_that_belong_together() -> None:
    assert len(parsed("in 6\n-> relu\n  -> tanh")) == 1
    assert len(parsed("in 6\n\n# why\n\n  -> relu")) == 1
    assert len(parsed("in 6 -> add _ (\n  dense 6\n\n  # why\n)\n-> relu")) == 1
    assert len(parsed("in 6\r\n-> relu\r\n\r\nx = in 3\r\n")) == 2
    assert len(parsed("a\nb\n\nc")) == 3
    assert parsed("") == parsed("\n\n  \n# only this\n") == ()


def test_comments_are_kept_in_their_places() -> None:
    text = '# one\nx = in 6  # two\n-> relu # three\ny "# no comment" # four'
    spec, _ = parse_text(Source("test", text))
    assert [c.text for c in spec.comments] == ["# one", "# two", "# three", "# four"]
    assert all(text[c.span.start : c.span.end] == c.text for c in spec.comments)


def test_spans_are_where_the_text_is() -> None:
    text = "# a comment\nx = in 10x6 -> lstm {units} bi -> take last 3"
    chain = parse_text(Source("test", text))[0].statements[0].chain  # type: ignore[union-attr]
    shown = [text[stage.span.start : stage.span.end] for stage in chain.stages]
    assert shown == ["in 10x6", "lstm {units} bi", "take last 3"]


def test_every_fault_is_told_and_the_rest_is_parsed() -> None:
    spec, found = parse_text(Source("test", "a = = in 6\nb = in 6\nc = in 6 ->\nd = b -> relu"))
    assert [fault.code for fault in found] == [Code.SYNTAX, Code.SYNTAX]
    assert [s.name.value for s in spec.statements] == ["b", "d"]  # type: ignore[union-attr]


def test_an_open_parenthesis_takes_no_other_statement_along() -> None:
    spec, found = parse_text(Source("test", "a = in 6 -> (relu\nb = in 6\nout b\nc = ="))
    assert [fault.code for fault in found] == [Code.UNCLOSED, Code.SYNTAX]
    assert len(spec.statements) == 2


def test_arguments_may_stand_on_lines_of_their_own() -> None:
    group = "in 6 -> add _ (\ndense 3\nunits=4\nbias=no\n)"
    assert len(one(group).chain.stages) == 2


def test_the_number_of_faults_is_bounded() -> None:
    found = parse_text(Source("test", "a = = b\n" * 50), Limits(errors=10))[1]
    assert [fault.code for fault in found] == [Code.SYNTAX] * 10 + [Code.LIMIT]


@pytest.mark.parametrize("text", ["3", "-0.5", "relu", '"a b"', "10x6", "mse,mae", "{2 * 3}"])
def test_single_values(text: str) -> None:
    assert parse_value(text).span == Span(0, len(text))


@pytest.mark.parametrize("text", ["", "a b", "a ->", "(", "a=3", "in 6 -> relu"])
def test_what_is_no_single_value(text: str) -> None:
    with pytest.raises(Problem):
        parse_value(text)


def test_no_operation_is_named_in_the_grammar() -> None:
    from seqspec.ops.registry import BY_NAME

    code = [line.partition("//")[0] for line in grammar_file().read_text("utf-8").splitlines()]
    quoted = {part for line in code for part in line.split('"')[1::2]}
    assert quoted & set(BY_NAME) == set()


def test_the_shipped_tables_are_those_of_the_grammar() -> None:
    grammar = grammar_file().read_text(encoding="utf-8")
    shipped = grammar_file().with_suffix(".json").read_text(encoding="utf-8")
    assert restore(shipped, grammar, None) is not None, "run `python -m seqspec.syntax.tables`"
    assert restore(shipped, f"{grammar}// changed", None) is None


def said(by: Lark, text: str, start: str) -> object:
    """The tree that a parser makes of a text, or all that it says of the fault."""
    CONTEXT.set(Context())
    try:
        return by.parse(text, start=start)
    except UnexpectedToken as error:
        token = error.token
        return str(token), token.type, token.start_pos, error.expected, error.accepts
    except UnexpectedCharacters as error:
        return error.pos_in_stream, error.allowed


def test_the_shared_lexer_gives_what_that_of_lark_gives() -> None:
    by_lark = from_grammar(grammar_file().read_text(encoding="utf-8"))
    files = sorted((CASES / "errors").glob("*.seq"))
    lines = {line for path in files for line in path.read_text(encoding="utf-8").splitlines()}
    for line in sorted(line for line in lines if len(line) < 200):
        for text, start in ((line, "statement"), (line[len(line) // 2 :], "value"),
                            (line.replace("->", "-"), "expression")):  # fmt: skip
            assert said(parser(), text, start) == said(by_lark, text, start), text


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_comments_hold_any_character(text: str) -> None:
    line = "".join(c for c in text if c.isprintable())
    spec, found = parse_text(Source("test", f"# {line}\nin 6"))
    if not found:
        assert spec.comments[0].text == f"# {line}"


def test_lines_and_columns() -> None:
    source = Source("test", "ab\r\ncd\n\nef")
    assert [source.position(offset) for offset in (0, 4, 5, 8, 10)] == [
        (1, 1), (2, 1), (2, 2), (4, 1), (4, 3),
    ]  # fmt: skip
    assert [source.line(number) for number in (1, 2, 3, 4)] == ["ab", "cd", "", "ef"]


def test_every_case_of_the_errors_keeps_its_spans_inside_the_text() -> None:
    for path in sorted((CASES / "errors").glob("*.seq")):
        text = path.read_text(encoding="utf-8")
        for fault in parse_text(Source(path.name, text))[1]:
            assert 0 <= fault.span.start <= fault.span.end <= len(text)
