"""The TextMate grammar, for VS Code and all that read such: made from the grammar and registry.

python -m seqspec.textmate > grammar/seq.tmLanguage.json
"""

from __future__ import annotations

import json
from typing import Any

from seqspec.lexicon import FUNCTIONS, NAME, USED, argument_words, one_of, operations, terminals

KEYWORD = "keyword.control.seqspec"
GIVEN = "variable.other.definition.seqspec"
ARROW = "keyword.operator.arrow.seqspec"
EQUALS = "keyword.operator.assignment.seqspec"
OPERATION = "support.function.operation.seqspec"
NUMBER = "constant.numeric.seqspec"
BRACKET = "punctuation.section.parens.seqspec"


def whole(pattern: str, scope: str) -> dict[str, Any]:
    """A rule with a scope for all of it."""
    return {"match": pattern, "name": scope}


def grammar() -> dict[str, Any]:
    """The grammar as the JSON file has it."""
    t, stage = terminals(), rf"(?:({one_of(operations())}))?"
    begin = r"^[ \t]*"
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "seqspec",
        "scopeName": "source.seqspec",
        "fileTypes": ["seq"],
        "patterns": [
            whole(t["COMMENT"], "comment.line.number-sign.seqspec"),
            whole(t["STRING"], "string.quoted.double.seqspec"),
            _block(begin),
            groups(rf"{begin}(train|use)\b(?![ \t]*=)", KEYWORD),
            groups(rf"{begin}(let)[ \t]+({NAME})[ \t]*(=)?", KEYWORD, GIVEN, EQUALS),
            groups(
                rf"{begin}(out|shared|block)[ \t]+({NAME})[ \t]*(=)?[ \t]*{stage}",
                KEYWORD, GIVEN, EQUALS, OPERATION,
            ),
            groups(rf"{begin}({NAME})[ \t]*(=)[ \t]*{stage}", GIVEN, EQUALS, OPERATION),
            groups(rf"{begin}({one_of(operations())})", OPERATION),
            groups(rf"(->)[ \t]*(as)[ \t]+({NAME})", ARROW, KEYWORD, GIVEN),
            groups(rf"(->)[ \t]*{stage}", ARROW, OPERATION),
            groups(rf"(\()[ \t]*{stage}", BRACKET, OPERATION),
            groups(rf"(?<=\))[ \t]*(=)[ \t]*{stage}", EQUALS, OPERATION),
            groups(rf"({NAME})[ \t]*(=)", "variable.parameter.seqspec", EQUALS),
            whole(rf"\b{one_of(argument_words())}", "support.constant.seqspec"),
            *(whole(t[name], NUMBER) for name in ("SHAPE", "MULTIPLE", "SLICE", "NUMBER")),
            whole(rf"\b{t['DIM']}|{t['QUESTION']}", NUMBER),
            whole(rf"(?<!\w){t['FLOW']}", "variable.language.seqspec"),
            _expression(t),
            whole(rf"\b{USED}", "variable.other.seqspec"),
            whole(r"\*", "keyword.operator.arithmetic.seqspec"),
            whole(r"\)", BRACKET),
            whole(r",", "punctuation.separator.seqspec"),
        ],
    }  # fmt: skip


def groups(pattern: str, *scopes: str) -> dict[str, Any]:
    """A rule with a scope for each group."""
    return {
        "match": pattern,
        "captures": {str(number): {"name": scope} for number, scope in enumerate(scopes, 1)},
    }


def _block(begin: str) -> dict[str, Any]:
    """`block name(p, q=1)`; the `=` behind it is a rule of its own."""
    return {
        "begin": rf"{begin}(block)[ \t]+({NAME})[ \t]*(\()",
        "beginCaptures": {
            "1": {"name": KEYWORD}, "2": {"name": GIVEN}, "3": {"name": BRACKET},
        },
        "end": r"\)|$",
        "endCaptures": {"0": {"name": BRACKET}},
        "patterns": [
            groups(rf"({NAME})[ \t]*(=)[ \t]*([^,)\n]*)",
                   "variable.parameter.seqspec", EQUALS, NUMBER),
            whole(NAME, "variable.parameter.seqspec"),
            whole(r",", "punctuation.separator.seqspec"),
        ],
    }  # fmt: skip


def _expression(t: dict[str, str]) -> dict[str, Any]:
    return {
        "begin": r"\{",
        "end": r"\}|$",
        "name": "meta.embedded.expression.seqspec",
        "patterns": [
            whole(rf"\b{one_of(FUNCTIONS)}", "support.function.seqspec"),
            whole(NAME, "variable.parameter.seqspec"),
            whole(t["UNSIGNED"], NUMBER),
            whole(r"\*\*|//|[-+*/%]", "keyword.operator.arithmetic.seqspec"),
        ],
    }


def text() -> str:
    """The file."""
    return json.dumps(grammar(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")
