"""What is taken over from an earlier state of a text is what a fresh look at it gives."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import seqspec
from seqspec.diagnostics import render
from seqspec.driver import Analysis, analyze
from seqspec.files import reader
from seqspec.limits import DEFAULT_LIMITS
from seqspec.source import Source

ROOT = Path(seqspec.__file__).parents[1]
GALLERY = sorted((ROOT / "specs").rglob("*.seq"))
MANY = """\
let units = 8
block res(n) = add _ (dense {n} relu -> as inner -> dense {n})
shared twice = dense 8 -> relu
x0 = in 10x8 -> twice
"""
for _n in range(12):
    MANY += f"h{_n} = x{_n} -> lstm {{units}} -> res 8 -> twice\n"
    MANY += f"x{_n + 1} = h{_n} -> (dense 8 -> as k{_n}) * 2\n"
MANY += "out y = x12 -> concat inner\ntrain y loss=mse\n"
WORDS = ["8", "16", "0", "lstm", "relu", "x", "twice", "inner", "{units}", "->", "(", "\n", "out ",
         "h3", "dense_4", "lstm_2", "name=dense_2", "let u = 3\n", "# c\n", "in 7"]  # fmt: skip


def told(found: Analysis) -> list[object]:
    """All that an analysis says of a text."""
    checked, e = found.checked, found.elaborator
    return [
        [render(d, checked.sources) for d in checked.diagnostics],
        checked.plain,
        [(stage.span, handle.node, _value(handle)) for stage, handle in e.flows],
        {name: [h.node for h in named.handles] for name, named in e.names.items()},
        found.spec,
    ]


def _value(handle: object) -> object:
    node, home = handle.node, handle.home  # type: ignore[attr-defined]
    return home.nodes[node].value if node is not None else None


def typed(text: str, chosen: random.Random) -> str:
    """The text after an edit: a word more, or a stretch less."""
    place = chosen.randrange(len(text) + 1)
    if chosen.random() < 0.5:
        return text[:place] + chosen.choice(WORDS) + text[place:]
    return text[:place] + text[place + chosen.choice((1, 1, 2, 6)) :]


def edit_and_compare(path: Path, text: str, edits: int, seed: str) -> int:
    """Types, by turns wrong and right again; gives how often something was taken over."""
    read, chosen = reader(path.parent, DEFAULT_LIMITS), random.Random(seed)
    before, taken, kept = analyze(Source(str(path), text), read=read), 0, text
    for number in range(edits):
        text = kept if number % 3 == 2 else typed(text, chosen)
        source = Source(str(path), text)
        after = analyze(source, read=read, before=before)
        assert told(after) == told(analyze(source, read=read))
        had, has = before.elaborator.journal.checkpoints, after.elaborator.journal.checkpoints
        taken += any(number and had.get(number) is point for number, point in has.items())
        before = after
    return taken


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_gallery(path: Path) -> None:
    edit_and_compare(path, path.read_text(encoding="utf-8"), 3, path.stem)


@pytest.mark.parametrize("seed", range(4))
def test_a_long_text(seed: int) -> None:
    assert edit_and_compare(ROOT / "specs" / "long.seq", MANY, 20, str(seed)) > 3
