"""Whatever is typed, each feature of the language server answers, and answers inside the text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lsprotocol import types as lsp

import seqspec
from seqspec.lsp import (
    completion,
    faults,
    hints,
    hover,
    layout,
    navigate,
    outline,
    signature,
    tokens,
)
from seqspec.lsp.documents import Document, Documents
from seqspec.lsp.positions import Lines

ROOT = Path(seqspec.__file__).parents[1]
GALLERY = sorted((ROOT / "specs").rglob("*.seq"))
WRONG = sorted((ROOT / "tests" / "cases").rglob("*.seq"))
SIGNS = [
    '"', "(", ")", "{", "}", "=", ",", "->", "#", "\n", "\r\n", "\t", "🎉", "漢", "\u2028", "_",
    "use", "out ", "block b(", "let ", " * ", "\x0b", "x", "7",
]  # fmt: skip


def inside(document: Document, found: lsp.Range) -> bool:
    """Whether a range is one of the text, as it is counted there."""
    places = (found.start, found.end)
    return all(document.lines.position(document.lines.offset(at)) == at for at in places)


def ask_everything(text: str, place: int, uri: str = "untitled:a") -> None:
    """Each feature once, at an offset."""
    documents = Documents()
    documents.put(uri, text)
    document = documents.get(uri)
    at, whole = document.lines.position(place), document.lines.whole()
    assert document.lines.offset(at) in (place, place - 1)  # not between \r and \n
    told = faults.diagnostics(document)
    assert all(inside(document, found.range) for found in told)
    for action in faults.actions(document, whole):
        assert action.edit is not None
        assert action.edit.changes is not None
        assert all(inside(document, e.range) for e in action.edit.changes[uri])
    assert all(
        inside(document, lsp.Range(h.position, h.position)) for h in hints.hints(document, whole)
    )
    shown = hover.hover(document, at)
    assert shown is None or (shown.range is not None and inside(document, shown.range))
    completion.completion(document, at)
    signature.signature(document, at)
    assert all(inside(document, s.range) for s in outline.symbols(document))
    outline.folds(document)
    assert min(tokens.tokens(document).data, default=0) >= 0
    ask_of_names(document, at)
    lay_out(document)


def lay_out(document: Document) -> None:
    """The edits make the text that `fmt` makes."""
    text = document.text
    for change in reversed(layout.edits(document)):
        start, end = map(document.lines.offset, (change.range.start, change.range.end))
        text = text[:start] + change.new_text + text[end:]
    try:
        assert text == seqspec.format(document.text)
    except seqspec.SpecError:
        assert text == document.text


def ask_of_names(document: Document, at: lsp.Position) -> None:
    found = navigate.definition(document, at)
    lights = navigate.highlights(document, at)
    places = navigate.references(document, at)
    assert all(inside(document, light.range) for light in lights)
    assert found is None or found.uri != document.uri or len(places) == len(lights)
    try:
        renamed = navigate.rename(document, at, "some_other_name")
    except navigate.CannotRename as reason:
        assert str(reason)
    else:
        assert renamed.changes is not None
        assert sum(map(len, renamed.changes.values())) == len(places)


def damaged(text: str, random: random.Random) -> str:
    """The text with a few of its characters gone, doubled or among signs."""
    for _ in range(random.randint(1, 4)):
        first = random.randrange(len(text) + 1)
        last = min(len(text), first + random.choice((0, 0, 1, 5, 30)))
        text = text[:first] + random.choice([*SIGNS, text[last : last + 20]]) + text[last:]
    return text


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_every_prefix_of_a_spec_is_answered(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    chosen = random.Random(path.stem)
    for _ in range(3):
        typed = text[: chosen.randrange(len(text) + 1)]
        ask_everything(typed, len(typed), path.with_name("typed.seq").as_uri())


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_every_name_of_a_spec_can_be_changed(path: Path) -> None:
    document = Documents().get(path.as_uri())
    names = [m for m in document.marks if m.definition and not m.definition.source]
    names = [mark for mark in names if mark.kind != "index"]
    assert {m.definition for m in names} == {m.definition for m in names if m.defines}
    for mark in {m.definition: m for m in names}.values():
        at = document.lines.position(mark.span.start)
        edit = navigate.rename(document, at, "other_name")
        assert edit.changes is not None
        text = document.text
        for change in reversed(edit.changes[document.uri]):
            start, end = map(document.lines.offset, (change.range.start, change.range.end))
            assert text[start:end] == mark.name
            text = text[:start] + change.new_text + text[end:]
        (after,) = Documents().put(path.as_uri(), text)
        assert labels(after) == labels(document)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_what_a_spec_says_can_be_completed(path: Path) -> None:
    documents = Documents()
    document = documents.get(path.as_uri())
    kinds = ("operation", "word", "key", "value", "block", "shared", "parameter", "argument")
    words = [m for m in document.marks if m.kind in kinds and not m.defines]
    words = [m for m in words if m.kind != "word" or hover.specs_of(m.call)]  # of no block
    chosen = random.Random(path.stem)
    for mark in chosen.sample(words, min(4, len(words))):
        start, end = mark.span.start, mark.span.end
        text = document.text[:start] + document.text[end:]
        (typed,) = documents.put(path.as_uri(), text)
        found = completion.completion(typed, typed.lines.position(start))
        offered = {item.label.strip("{}=") for item in found}
        assert mark.name in offered, (mark.kind, text[:start].rpartition("\n")[2])


def labels(document: Document) -> list[object]:
    """The shapes in a text, in order."""
    return [hint.label for hint in hints.hints(document, document.lines.whole())]


@pytest.mark.parametrize("number", [*range(150), 1315])
def test_damaged_texts_are_answered(number: int) -> None:
    chosen = random.Random(number)
    text = damaged(chosen.choice([*GALLERY, *WRONG]).read_text("utf-8", "replace"), chosen)
    ask_everything(text, chosen.randrange(len(text) + 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", ["", "a\r\nb\rc\nd", "🎉x\n漢\n", "a\u2028b\x0bc\n", "\ud800\n"])
def test_places_are_found_again(encoding: str, text: str) -> None:
    lines = Lines(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":
            assert lines.offset(lines.position(offset)) == offset
    assert lines.offset(lsp.Position(99, 0)) == len(text)
    assert lines.offset(lsp.Position(0, 99)) == len(lines.line(0))


def test_only_line_ends_of_the_protocol_end_lines() -> None:
    assert Lines("a\u2028b\x0bc\r\nd").position(7) == lsp.Position(1, 0)
    assert Lines("# 🎉 a").position(5) == lsp.Position(0, 6)
