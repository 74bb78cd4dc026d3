"""Text to tree: split into statements, parse each with Lark, keep every place and comment."""

from seqspec.syntax.parse import expression, parse_text, parse_value

__all__ = ["expression", "parse_text", "parse_value"]
