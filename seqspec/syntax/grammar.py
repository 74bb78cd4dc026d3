"""Finds the grammar and makes the parser of it, once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from lark import Lark

from seqspec.syntax.build import TreeBuilder


def grammar_file() -> Traversable:
    """The grammar: inside an installed package, or beside it in a checkout."""
    inside = files("seqspec") / "grammar" / "seqspec.lark"
    return inside if inside.is_file() else Path(__file__).parents[2] / "grammar" / "seqspec.lark"


@cache
def parser() -> Lark:
    """The LALR parser, which builds the tree while it parses."""
    return Lark(
        grammar_file().read_text(encoding="utf-8"),
        parser="lalr",
        start=["statement", "expression", "value"],
        maybe_placeholders=True,
        transformer=TreeBuilder(),
    )
