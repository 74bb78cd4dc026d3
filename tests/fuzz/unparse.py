"""A graph as the text of a spec, as `seqspec decompile` writes it."""

from seqspec.unparse import Unwritable, unparse

__all__ = ["Unwritable", "unparse"]
