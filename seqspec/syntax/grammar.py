"""Finds the grammar and makes the parser of it, once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lark import Lark

from seqspec.syntax.build import TreeBuilder
from seqspec.syntax.tables import restore


def grammar_file() -> Path:
    """The grammar: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "grammar" / "seqspec.lark"
    return inside if inside.is_file() else package.parent / "grammar" / "seqspec.lark"


@cache
def parser() -> Lark:
    """The LALR parser, which builds the tree while it parses."""
    file = grammar_file()
    grammar, tables = file.read_text(encoding="utf-8"), file.with_suffix(".json")
    if tables.is_file():
        made = restore(tables.read_text(encoding="utf-8"), grammar, TreeBuilder())
        if made is not None:
            return made
    return from_grammar(grammar)


def from_grammar(grammar: str) -> Lark:
    """The parser with its tables worked out anew."""
    return Lark(
        grammar,
        parser="lalr",
        start=["statement", "expression", "value"],
        maybe_placeholders=True,
        transformer=TreeBuilder(),
    )
