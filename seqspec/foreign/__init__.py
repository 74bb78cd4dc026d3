"""What people write who come from Keras, PyTorch, Python or YAML: data, and how it is looked up.

Nothing here is part of the language: it is read when something is wrong, for the help, and the
tables are imported then.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from seqspec.diagnostics import Instead, did_you_mean

COPIES = ("layers", "n_layers", "num_layers")
"""What elsewhere says how many copies of a layer there are."""
_RANK = re.compile(r"[123]d")


def operation_help(word: str) -> str:
    """How a foreign operation, or a foreign statement's first word, is said here, or nothing."""
    from seqspec.foreign.operations import OPERATIONS
    from seqspec.foreign.statements import STATEMENTS

    last = word.rpartition(".")[2].lower()
    plain = last.replace("_", "")
    known = {**STATEMENTS, **OPERATIONS}
    return known.get(plain) or known.get(_RANK.sub("", plain), "")


def statement_help(word: str) -> str:
    """What a spec has in place of a foreign statement that begins so, or nothing."""
    from seqspec.foreign.statements import STATEMENTS

    parts = word.lower().split(".")
    first, last = parts[0], parts[-1]
    return STATEMENTS.get(last, "") or (STATEMENTS[first] if first in ("self", "super") else "")


def argument_help(key: str, operation: str = "") -> str:
    """How a foreign argument of an operation is said here, or nothing."""
    from seqspec.foreign.arguments import ARGUMENTS, OF_OPERATION

    key = key.lower()
    return OF_OPERATION.get((operation, key)) or ARGUMENTS.get(key, "")


def same(word: str, known: Collection[str]) -> str:
    """The known word that differs in capitals and `_` alone, or in that and the rank, or nothing.

    `LeakyReLU` is `leaky_relu`, `nn.Softmax2d` is `softmax`.
    """
    plain = word.rpartition(".")[2].lower().replace("_", "")
    spelled = {name.replace("_", ""): name for name in known}
    return spelled.get(plain) or spelled.get(_RANK.sub("", plain), "")


def synonym(word: str, known: Collection[str]) -> str:
    """The known word that means the same, or nothing."""
    from seqspec.foreign.words import WORDS

    meant = WORDS.get(word.lower().replace("_", ""), ())
    return same(word, known) or next((name for name in meant if name in known), "")


def word_help(word: str, known: Collection[str], key: str = "") -> str:
    """What to write in place of a word that an argument does not know, or nothing."""
    from seqspec.foreign.words import CHOICES

    if choice := CHOICES.get((key, word.lower().replace("_", ""))):
        return choice
    if found := synonym(word, known):
        return Instead("write {}", found, word)
    return did_you_mean(word, known)


def as_help(answer: str) -> str:
    """An answer as a help line: code is what to write."""
    return f"write {answer}" if answer.startswith("`") else answer
