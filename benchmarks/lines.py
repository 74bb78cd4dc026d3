"""How many lines a model takes as a spec, and as the Keras source that `seqspec emit` writes.

    python benchmarks/lines.py

Prints the table of the README: ten models of the gallery, one of each kind. Blank lines, comments
and docstrings are not counted, on either side.
"""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import seqspec

ROOT = Path(__file__).parents[1]
MODELS = (
    "origin/many_to_many_last",
    "recurrent/human_activity",
    "forecasting/two_headed_cnn",
    "encoder_decoder/addition",
    "states/translate_letters",
    "masks/imdb_tutorial",
    "frames/rows_of_digits",
    "text/bilstm_tagger",
    "speech_and_ocr/crnn",
    "convolution/wavenet",
)
LAYOUT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


def spec_lines(text: str) -> int:
    """The lines of a spec that say something."""
    lines = (line.strip() for line in text.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def source_lines(text: str) -> int:
    """The lines of Python that say something: none that are blank, comments or docstrings."""
    rows: set[int] = set()
    begins = True  # whether a statement begins here; a string that does is a docstring
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in LAYOUT:
            begins = begins or token.type == tokenize.NEWLINE
            continue
        if not (begins and token.type == tokenize.STRING):
            rows.update(range(token.start[0], token.end[0] + 1))
        begins = False
    return len(rows)


def table() -> str:
    """The Markdown table, without a line end behind it."""
    rows = ["| model | spec | Keras |", "|---|--:|--:|"]
    for name in MODELS:
        path = ROOT / "specs" / f"{name}.seq"
        spec = spec_lines(path.read_text(encoding="utf-8"))
        source = source_lines(seqspec.emit(path))
        rows.append(f"| [{name}](specs/{name}.seq) | {spec} | {source} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
