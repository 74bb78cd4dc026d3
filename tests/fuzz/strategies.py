"""Hypothesis strategies for valid specs and their graphs, for properties of any kind.

    @given(specs())
    def test_something_is_true_of_every_spec(text: str) -> None: ...

They come out of the grower that `python -m tests.fuzz` has, whose `shrink` makes a failing text
small; to Hypothesis a spec is a number.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import seqspec
from seqspec import Graph

from .compose import Way, all_ways
from .finish import grow
from .grow import ANY, Profile


def ways() -> SearchStrategy[Way]:
    """An operation and one way to use it; each operation as often as the others."""
    return st.sampled_from(list(all_ways().values())).flatmap(st.sampled_from)


@st.composite
def specs(draw: st.DrawFn, profile: Profile = ANY) -> str:
    """A text that compiles, in which some operation is mostly used in a way that is drawn."""
    return grow(Random(draw(st.integers(0, 2**32))), profile, draw(ways()))


def graphs(profile: Profile = ANY) -> SearchStrategy[Graph]:
    """The graph of such a text."""
    return specs(profile).map(seqspec.parse)
