"""A Pygments lexer, found by its entry point: `pygmentize -l seqspec`, Sphinx, Jupyter."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, default, include
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from seqspec.lexicon import FUNCTIONS, NAME, USED, argument_words, one_of, operations, terminals

_T = terminals()


class SeqLexer(RegexLexer):
    """Specs of sequence models."""

    name = "seqspec"
    aliases: ClassVar[list[str]] = ["seqspec", "seq"]
    filenames: ClassVar[list[str]] = ["*.seq"]
    mimetypes: ClassVar[list[str]] = ["text/x-seqspec"]

    tokens: ClassVar = {
        "root": [
            (r"^(?=[ \t]*[a-z])", Whitespace, "statement"),
            include("plain"),
            (r"->", Operator, "stage"),
            (r"\(", Punctuation, "stage"),
            (r"[),]", Punctuation),
            (r"[=*]", Operator),
            (rf"{NAME}(?=[ \t]*=)", Name.Attribute),
            (one_of(argument_words()), Name.Builtin),
            *((_T[name], Number) for name in ("SHAPE", "MULTIPLE", "SLICE", "NUMBER", "DIM")),
            (_T["QUESTION"], Number),
            (_T["FLOW"], Keyword.Pseudo),
            (r"\{", Punctuation, "expression"),
            (USED, Name),
            (r".", Punctuation),
        ],
        "plain": [
            (r"\s+", Whitespace),
            (_T["COMMENT"], Comment.Single),
            (_T["STRING"], String.Double),
        ],
        "statement": [
            (r"[ \t]+", Whitespace),
            (r"(train|use)\b(?![ \t]*=)", Keyword, "#pop"),
            (rf"(let)([ \t]+)({NAME})", bygroups(Keyword, Whitespace, Name.Variable), "#pop"),
            (
                rf"(block)([ \t]+)({NAME})",
                bygroups(Keyword, Whitespace, Name.Variable),
                ("#pop", "parameters"),
            ),
            (
                rf"(out|shared)([ \t]+)({NAME})([ \t]*)(=?)",
                bygroups(Keyword, Whitespace, Name.Variable, Whitespace, Operator),
                ("#pop", "stage"),
            ),
            (
                rf"({NAME})([ \t]*)(=)(?!=)",
                bygroups(Name.Variable, Whitespace, Operator),
                ("#pop", "stage"),
            ),
            default(("#pop", "stage")),
        ],
        "parameters": [
            (r"[ \t]+", Whitespace),
            (r"=", Operator, ("#pop", "stage")),
            (r"[(,]", Punctuation),
            (r"\)", Punctuation),
            (
                rf"({NAME})([ \t]*)(=)([^,)\n]*)",
                bygroups(Name.Variable, Whitespace, Operator, Number),
            ),
            (NAME, Name.Variable),
            default("#pop"),
        ],
        "stage": [
            (r"[ \t]+", Whitespace),
            (
                rf"(as)([ \t]+)({NAME})",
                bygroups(Keyword, Whitespace, Name.Variable),
                "#pop",
            ),
            (one_of(operations()), Name.Function, "#pop"),
            (USED, Name, "#pop"),  # so that a line's begin is passed
            default("#pop"),
        ],
        "expression": [
            (r"\}|\n", Punctuation, "#pop"),
            (one_of(FUNCTIONS), Name.Builtin),
            (NAME, Name.Variable),
            (_T["UNSIGNED"], Number),
            (r"\*\*|//|[-+*/%]", Operator),
            (r"[^\S\n]+", Whitespace),
            (r".", Punctuation),
        ],
    }
