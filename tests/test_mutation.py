"""The faults of `tests.mutation`, and its list of equivalent ones: code that is still there."""

from __future__ import annotations

from mutation.command import ROOT, equivalents, interval
from mutation.mutants import mutants

MODULE = '''
"""Steps."""

LIMIT = 3

class Take:
    """Some of the steps."""

    op: Literal["take"] = "take"
    count: int | None = arg(None, "how many steps")

    def infer(self, x: Value, last=True) -> Value:
        """What comes out."""
        if x.rank < 2 and not last:
            raise Problem("no steps", field="count")
        return x.derive(*x.shape[:-1], mask=x.mask or None)
'''


def test_each_kind_of_fault() -> None:
    changes = {mutant.change for mutant in mutants("take.py", MODULE)}
    problem = "raise Problem('no steps', field='count')"
    given = "return x.derive(*x.shape[:-1], mask=x.mask or None)"
    assert changes == {
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 2"),
        ("def infer(self, x: Value, last=True) -> Value:",
         "def infer(self, x: Value, last=False) -> Value:"),
        ("if x.rank < 2 and (not last):", "if x.rank <= 2 and (not last):"),
        ("if x.rank < 2 and (not last):", "if x.rank < 3 and (not last):"),
        ("if x.rank < 2 and (not last):", "if x.rank < 1 and (not last):"),
        ("if x.rank < 2 and (not last):", "if x.rank < 2 or not last:"),
        ("if x.rank < 2 and (not last):", "if x.rank < 2 and last:"),
        ("if x.rank < 2 and (not last):", "if not (x.rank < 2 and (not last)):"),
        (problem, "pass"),
        (problem, "raise Problem('no steps')"),
        (problem, "raise Problem('no steps', field='XXcount')"),
        (given, "return None"),
        (given, "return x.derive(*x.shape[:1], mask=x.mask or None)"),
        (given, "return x.derive(*x.shape[:-2], mask=x.mask or None)"),
        (given, "return x.derive(*x.shape[:-0], mask=x.mask or None)"),
        (given, "return x.derive(*x.shape[:-1])"),
        (given, "return x.derive(*x.shape[:-1], mask=x.mask and None)"),
    }  # fmt: skip


def test_the_tree_is_whole_again_after_each() -> None:
    found = mutants("take.py", MODULE)
    whole = compile(found[0].tree, "take.py", "exec")
    assert all(mutant.code != whole for mutant in found)
    assert compile(found[0].tree, "take.py", "exec") == whole


def test_what_is_listed_as_equivalent_is_still_there() -> None:
    listed = equivalents()
    files = {file for file, _, _ in listed}
    made = {m.key for f in files for m in mutants(f, (ROOT / f).read_text(encoding="utf-8"))}
    assert set(listed) - made == set()
    assert all(listed.values())


def test_the_interval_is_wilsons() -> None:
    low, high = interval(80, 100)
    assert (round(low, 3), round(high, 3)) == (0.711, 0.867)
