"""Text to tree: split into statements, parse each with Lark, keep every place and comment."""

from seqspec.syntax.parse import Parsed, expression, parse_text, parse_value
from seqspec.syntax.tree import KEYWORDS

__all__ = ["KEYWORDS", "Parsed", "expression", "parse_text", "parse_value"]
