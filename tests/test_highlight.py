"""Highlighters: Pygments's lexer, the TextMate grammar, and that both know the registry's words."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from pygments.token import Comment, Error, Keyword, Name, Number, String, Token

from seqspec import lexicon, textmate
from seqspec.highlight import SeqLexer
from seqspec.ops.registry import OPERATIONS
from seqspec.syntax.tree import KEYWORDS

ROOT = Path(textmate.__file__).parents[1]
EXTENSION = ROOT / "editors" / "vscode"
GALLERY = sorted((ROOT / "specs").rglob("*.seq"))


def tokens(text: str) -> list[tuple[object, str]]:
    """The tokens that are no space."""
    return [(kind, word) for kind, word in SeqLexer().get_tokens(text) if word.strip()]


def test_pygments_finds_the_lexer() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    entry = project["entry-points"]["pygments.lexers"]["seqspec"]
    assert EntryPoint("seqspec", entry, "pygments.lexers").load() is SeqLexer


def test_what_words_are_by_their_place() -> None:
    found = tokens('x = in 6 -> dense 3 relu  # relu\nuse "a.seq"\nout y = x -> as m -> relu\n')
    assert found[0] == (Name.Variable, "x")
    assert (Name.Function, "dense") in found
    assert [kind for kind, word in found if word == "relu"] == [Name.Builtin, Name.Function]
    assert (Comment.Single, "# relu") in found
    assert (String.Double, '"a.seq"') in found
    assert [word for kind, word in found if kind is Keyword] == ["use", "out", "as"]
    assert (Number, "6") in found


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_gallery_has_no_errors_and_keeps_its_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = list(SeqLexer(stripnl=False, ensurenl=False).get_tokens(text))
    assert "".join(word for _, word in found) == text
    assert all(kind is not Error and kind is not Token for kind, _ in found)


@pytest.mark.parametrize("text", ["-> x", "(", "x", "{", "a b\n\n\t-> é\n", "block b(", "🎉 ="])
def test_any_text_comes_to_an_end(text: str) -> None:
    assert "".join(word for _, word in SeqLexer(ensurenl=False).get_tokens(text)) == text.strip()


@pytest.mark.parametrize("name", sorted(name for op in OPERATIONS for name in op.names()))
def test_every_operation_is_one(name: str) -> None:
    assert (Name.Function, name) in tokens(f"x -> {name}\n")


@pytest.mark.parametrize("word", lexicon.argument_words())
def test_every_word_is_one(word: str) -> None:
    assert tokens(f"x -> norm {word}\n")[-1] == (Name.Builtin, word)


@pytest.mark.parametrize("word", KEYWORDS)
def test_every_keyword_is_one(word: str) -> None:
    text = "x -> as h\n" if word == "as" else f"{word} h\n"
    assert (Keyword, word) in tokens(text)


def test_the_textmate_grammar_is_what_the_program_makes(update: bool) -> None:
    file = ROOT / "grammar" / "seq.tmLanguage.json"
    if update:
        file.write_text(textmate.text(), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == textmate.text()
    assert json.loads(textmate.text())["scopeName"] == "source.seqspec"


@pytest.mark.skipif(
    shutil.which("node") is None or not (EXTENSION / "node_modules").is_dir(),
    reason="`npm install` in editors/vscode first",
)
def test_the_tokens_of_vs_code() -> None:
    done = subprocess.run(
        ["npm", "test"], cwd=EXTENSION, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
