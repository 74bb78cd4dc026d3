"""The parser's tables, worked out once and shipped beside the grammar.

Working them out takes longer than checking a spec. The file says which grammar and which
Lark it was made of; where either differs, the tables are worked out anew. Remake it with
`python -m seqspec.syntax.tables` after a change of the grammar.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from seqspec.syntax.lexer import SharedLexer


def fingerprint(grammar: str) -> str:
    """What tables are good for: this grammar under this version of Lark."""
    return f"{lark.__version__} {zlib.crc32(grammar.encode()):08x}"


def dump(parser: Lark, grammar: str) -> str:
    """The tables of a parser as JSON."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    data["options"] = {k: v for k, v in data["options"].items() if k != "transformer"}
    return json.dumps({"for": fingerprint(grammar), "data": data, "memo": memo}) + "\n"


def restore(text: str, grammar: str, transformer: Any) -> Lark | None:
    """The parser of dumped tables; None when they were made of something else."""
    tables = json.loads(text, object_pairs_hook=_with_numbers)
    if tables["for"] != fingerprint(grammar):
        return None
    load: Callable[..., Lark] = Lark._load_from_dict  # what Lark's own stand-alone parsers call
    plugins = {"ContextualLexer": SharedLexer}
    return load(tables["data"], tables["memo"], transformer=transformer, _plugins=plugins)


def _with_numbers(pairs: list[tuple[str, Any]]) -> dict[str | int, Any]:
    """JSON has no numbers as keys; states, tokens and references are told by numbers alone."""
    if pairs and pairs[0][0].isdigit():
        return {int(key): value for key, value in pairs}
    return dict[str | int, Any](pairs)


def main() -> None:
    """Writes the tables beside the grammar."""
    from seqspec.syntax.grammar import from_grammar, grammar_file

    file = Path(str(grammar_file()))
    grammar = file.read_text(encoding="utf-8")
    file.with_suffix(".json").write_text(dump(from_grammar(grammar), grammar), encoding="utf-8")


if __name__ == "__main__":
    main()
