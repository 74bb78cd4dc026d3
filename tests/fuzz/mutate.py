"""Damages texts: their bytes, their words, how often and how deep things stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from seqspec.foreign import arguments as foreign_arguments
from seqspec.foreign import operations as foreign_operations
from seqspec.foreign import statements as foreign_statements
from seqspec.graph.training import Objective, Optimizer
from seqspec.ops.arguments import arguments, arguments_of
from seqspec.ops.registry import BY_NAME
from seqspec.syntax import KEYWORDS

ROOT = Path(__file__).parents[2]
LARGEST = 60_000  # bytes of a text
_TOKEN = re.compile(rb"[A-Za-z0-9_.]+|->|\*\*|//|\s+|.", re.DOTALL)
_NUMBER = re.compile(rb"\d+(?:\.\d+)?")

SIGNS = [
    "->",
    "=",
    "(",
    ")",
    ",",
    "*",
    "_",
    "?",
    ":",
    "{",
    "}",
    '"',
    "#",
    "\n",
    "\r\n",
    "\t",
    " ",
    "-",
    "+",
    "/",
    "//",
    "%",
    "**",
    ".",
    "[",
    "]",
    "'",
    "|",
    "@",
    ";",
    "~",
    "\\",
    "<-",
    "==",
]
NUMBERS = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "0.5",
    "-0.0",
    "1e9",
    "1e-9",
    "1e308",
    "1e309",
    "1e999",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    "1000000000000",
    "1000000000001",
    "00",
    "0x10",
    "1_000",
    ".5",
    "5.",
    "9" * 20,
    "9" * 400,
    "1" + "0" * 4400,
    "nan",
    "inf",
]
PHRASES = [
    "10x6", "Tx6", "?x6", "?x?", "16*Tx6", "TxSx3", "1x1x1x1x1", "0x3", "{n}x3", "2:5", "::2",
    "-3:", "::-1", "::0", "{1 / 0}", "{9 ** 9 ** 9}", "{i}", "{a + 1}", "{2**i}", "{min(1, 2)}",
    "{round(1.5)}", "{max()}", "x.0", "x.{i}", "x.-1", "a,b", "from=h", "from=h,c", "name=a",
    'name="a b"', "loss=mse", "optimizer=adam", "metrics=mae", "in 10x6", "in T tokens",
    "in 8 -> ", "( dense 3 ) * 2", "each ( dense 3 )", "feedback 2 ( dense 3 )", "take last 3",
    "as x", "-> as x ->", "block b(n, m=1) = ", "b 3", "shared s = dense 3\n", "let a = 3\n",
    "x = in 4x3\n", "out y = ", "train loss=mse\n", 'use "std/transformer.seq"\n',
    'use "../secret.seq"\n', 'use "/etc/passwd"\n', "model.add(LSTM(64))", "nn.Linear(3, 4)",
]  # fmt: skip
CHARACTERS = [
    "\0", "\x1b[2J", "\x7f", "\x85", "\u200b", "\u200d", "\u202e", "\u2066", "\u2028", "\ufeff",
    "\u0430", "\u0435", "\u0301", "\u0660", "\uff11", "\uff08", "\u2192", "\u2212", "\u00d7",
    "\u201c", "\U0001d7d9", "\U0010ffff", "\ue000", "\r", "\x0b", "\x0c", "\x1c",
]  # fmt: skip
BROKEN = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\x80" * 9]
NESTS = ["(", "( relu -> ", "add _ (", "concat (", "each (", "feedback 2 (", "{", "{(", "{-", "[",
         "* 2 (", "dense 3 (", '"', "from=("]  # fmt: skip


def _words() -> Iterator[Sequence[str]]:
    """The words of the language, of its operations, and of what people know from elsewhere."""
    specs = [spec for name, cls in BY_NAME.items() for spec in arguments_of(cls, name)]
    specs += [spec for cls in (Objective, Optimizer) for spec in arguments(cls)]
    yield sorted(BY_NAME)
    yield [*KEYWORDS, "T", "S", "a", "b", "x", "n", "i"]
    yield sorted({f"{spec.key}=" for spec in specs})
    yield sorted({word for spec in specs for word in spec.words})
    yield from (SIGNS, SIGNS, NUMBERS, PHRASES)
    elsewhere = (
        foreign_operations.OPERATIONS, foreign_arguments.ARGUMENTS, foreign_statements.STATEMENTS,
    )  # fmt: skip
    yield [word for known in elsewhere for word in known]


DICTIONARY = [[word.encode() for word in words] for words in _words()]
_KIND = {word: kind for kind, words in enumerate(DICTIONARY[:4]) for word in words}
VALUES = [
    "1",
    "2",
    "3",
    "4",
    "0",
    "-1",
    "0.5",
    "1e12",
    "2x2",
    "3x3x3",
    "2:5",
    "{n}",
    "x",
    "a,b",
    "_",
    "(dense 3)",
    "(relu)",
    "T",
    "?",
    "Tx6",
    '"a"',
    "yes",
    "no",
    "mae,mse",
    "h.0",
]


def corpus() -> list[tuple[str, bytes]]:
    """What is damaged, by the names of the files: specs, golden cases, and snippets of the docs."""
    files = [*sorted((ROOT / "specs").rglob("*.seq")), *sorted((ROOT / "tests").rglob("*.seq"))]
    found = [(str(path), path.read_bytes()) for path in files]
    for page in ("README.md", "docs/tutorial.md", "docs/operations.md", "docs/extending.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        found += [(page, m.encode()) for m in re.findall(r"```seq\n(.*?)```", text, re.DOTALL)]
    return found


class Mutator:
    """Damage by one source of randomness; `others` are texts to take pieces from."""

    def __init__(self, random: Random, others: Sequence[bytes]) -> None:
        self.random, self.others = random, others

    def text(self, data: bytes) -> bytes:
        """A damaged text, or one made of nothing."""
        kind = self.random.random()
        if kind < 0.01:
            return self.random.randbytes(self.count(3000))
        if kind < 0.06:
            return b" ".join(self.word() for _ in range(self.count(400)))[:LARGEST]
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 4, 6, 12))):
            data = self.damaged(data)
        return data[:LARGEST]

    def damaged(self, data: bytes) -> bytes:
        """The text with one damage."""
        damages, weights = zip(*self._damages(), strict=True)
        return bytes(self.random.choices(damages, weights)[0](data))

    def _damages(self) -> Iterable[tuple[Callable[[bytes], bytes], float]]:
        return (
            (self.flipped, 0.2), (self.spliced, 1), (self.swapped, 2), (self.exchanged, 4),
            (self.inserted, 1), (self.staged, 4), (self.removed, 2), (self.repeated, 0.5),
            (self.nested, 0.3), (self.numbered, 3), (self.spoilt, 0.2), (self.joined, 1),
        )  # fmt: skip

    def word(self) -> bytes:
        """A word or a sign of one kind or other."""
        return self.random.choice(self.random.choice(DICTIONARY))

    def count(self, most: int) -> int:
        """A number from 1, small ones more often."""
        return int(most ** self.random.random())

    def stretch(self, data: bytes) -> tuple[int, int]:
        """The ends of a stretch of whole tokens."""
        places = [m.start() for m in _TOKEN.finditer(data)] + [len(data)]
        first = self.random.randrange(len(places))
        return places[first], places[min(len(places) - 1, first + self.count(30))]

    def flipped(self, data: bytes) -> bytes:
        """Some bits."""
        changed = bytearray(data)
        for _ in range(self.count(8) if data else 0):
            changed[self.random.randrange(len(changed))] ^= 1 << self.random.randrange(8)
        return bytes(changed)

    def spliced(self, data: bytes) -> bytes:
        """A stretch of another text in place of one of this."""
        (a, b), other = self.stretch(data), self.random.choice(self.others)
        c, d = self.stretch(other)
        return data[:a] + other[c:d] + data[b:]

    def joined(self, data: bytes) -> bytes:
        """The begin of this text and the end of another, or some of its lines among these."""
        lines, others = data.splitlines(True), self.random.choice(self.others).splitlines(True)
        at = self.random.randint(0, len(lines))
        begin = self.random.randint(0, len(others))
        rest = lines[at:] if self.random.random() < 0.5 else []
        return b"".join([*lines[:at], *others[begin : begin + self.count(20)], *rest])

    def swapped(self, data: bytes) -> bytes:
        """Another word in a word's place."""
        tokens = _TOKEN.findall(data)
        solid = [place for place, token in enumerate(tokens) if not token.isspace()]
        if solid:
            place = self.random.choice(solid)
            own = self.random.random() < 0.3
            tokens[place] = self.random.choice(tokens) if own else self.word()
        return b"".join(tokens)

    def exchanged(self, data: bytes) -> bytes:
        """Another word of the same kind in a word's place."""
        found = [m for m in re.finditer(rb"[a-z_]+=?", data) if m.group() in _KIND]
        if not found:
            return self.staged(data)
        chosen = self.random.choice(found)
        word = self.random.choice(DICTIONARY[_KIND[chosen.group()]])
        return data[: chosen.start()] + word + data[chosen.end() :]

    def staged(self, data: bytes) -> bytes:
        """One stage more, with words and settings of its own, and some with values of others."""
        name = self.random.choice([*BY_NAME])
        stage = [name]
        for spec in self.random.sample(specs := arguments_of(BY_NAME[name], name), len(specs)):
            if self.random.random() < 0.3:
                word = self.random.choice((*spec.words, *spec.words, *VALUES))
                stage.append(f"{spec.key}={word}" if self.random.random() < 0.4 else word)
        arrows = [m.start() for m in re.finditer(rb" *->| *\n|$", data)]
        at = self.random.choice(arrows)
        return data[:at] + f" -> {' '.join(stage)}".encode() + data[at:]

    def inserted(self, data: bytes) -> bytes:
        """A word more."""
        at, _ = self.stretch(data)
        space = b" " if self.random.random() < 0.7 else b""
        return data[:at] + self.word() + space + data[at:]

    def removed(self, data: bytes) -> bytes:
        """A stretch less."""
        a, b = self.stretch(data)
        return data[:a] + data[b:]

    def repeated(self, data: bytes) -> bytes:
        """A stretch or a line again and again."""
        a, b = self.stretch(data)
        if self.random.random() < 0.3:
            a, b = data.rfind(b"\n", 0, a) + 1, data.find(b"\n", b) + 1 or len(data)
        most = max(1, min(3000, LARGEST // max(1, b - a)))
        return data[:a] + data[a:b] * self.count(most) + data[b:]

    def nested(self, data: bytes) -> bytes:
        """A stretch within parentheses within parentheses."""
        a, b = self.stretch(data)
        before, depth = self.random.choice(NESTS), self.count(200)
        close = ")" * before.count("(") + "}" * before.count("{") + '"' * before.count('"')
        shut = depth if self.random.random() < 0.8 else self.count(200)
        opened, closed = (before * depth).encode(), (close * shut).encode()
        return data[:a] + opened + data[a:b] + closed + data[b:]

    def numbered(self, data: bytes) -> bytes:
        """Another number in a number's place."""
        numbers = list(_NUMBER.finditer(data))
        if not numbers:
            return self.inserted(data)
        found = self.random.choice(numbers)
        number = self.random.choice((*NUMBERS, str(self.count(10**13)))).encode()
        return data[: found.start()] + number + data[found.end() :]

    def spoilt(self, data: bytes) -> bytes:
        """A character that no text should have, or bytes that are none."""
        at, _ = self.stretch(data)
        bad = [*(character.encode() for character in CHARACTERS), *BROKEN]
        return data[:at] + self.random.choice(bad) + data[at:]
