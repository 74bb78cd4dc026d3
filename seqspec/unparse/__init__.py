"""A graph as the text of a spec, as a person would write it."""

from seqspec.unparse.stage import Unwritable
from seqspec.unparse.text import unparse

__all__ = ["Unwritable", "unparse"]
