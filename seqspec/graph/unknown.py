"""Names and words that mean nothing where they stand: what they are elsewhere, what to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem, closest, shorten
from seqspec.foreign import as_help, operation_help, same, synonym
from seqspec.graph.training import setting_of
from seqspec.ops.refusals import known_words
from seqspec.ops.registry import BY_NAME
from seqspec.source import Span
from seqspec.syntax import KEYWORDS
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.elaborate import Elaborator
    from seqspec.graph.stages import Stages
    from seqspec.graph.uses import OperationUse

_STATEMENTS = {
    "out": "an output is a statement of its own: `out name = chain`",
    "let": "`let name = value` is a statement of its own",
    "block": "`block name(p) = chain` is a statement of its own",
    "shared": "`shared name = chain` is a statement of its own",
    "train": "`train loss=mse` is a statement of its own",
    "use": '`use "file.seq"` is a statement of its own',
}

_COPIES = "copies of a chain: `( … ) * 2`"
_BATCH = ("b", "batch", "batch_size", "bs")


def unknown_stage(stages: Stages, call: t.Call, word: str, *, flows: bool) -> Problem:
    """The stage is no operation, block or value; `flows` says that it does not begin a chain."""
    e = stages.e
    help = (
        _statement(call, word)
        or _said_here(word)
        or _colon(call)
        or _run_together(word)
        or (f"`{word}` is named further down; a value is named before it is used")
        * (word in stages.later)
        or _guess(word, [*BY_NAME, *e.definitions.blocks, *e.definitions.shared, *e.names])
    )
    if not help:
        help = "`seqspec ops` lists the operations"
        if flows and not call.arguments:
            help += f"; a name for the value is given by `-> as {word.lower()}`"
    return Problem(Code.UNKNOWN_OPERATION, f"there is no operation or value `{word}`", help=help)


def _statement(call: t.Call, word: str) -> str:
    """A word that begins a statement stands in a chain."""
    if word == "out" and call.arguments and isinstance(call.arguments[0], t.Word):
        return f"an output is a statement of its own: `out {call.arguments[0].value} = …`"
    return _STATEMENTS.get(word, "")


def _colon(call: t.Call) -> str:
    """`units: 64` and `name: chain`, where this language has `=`."""
    first = call.arguments[0] if call.arguments else None
    if not isinstance(first, t.SliceText) or any(first.parts):
        return ""
    return "a name and what it stands for are joined by `=`: `name = chain`, `let name = 3`"


def _said_here(word: str) -> str:
    """How an operation or setting of that name is said here."""
    if answer := operation_help(word):
        return as_help(answer)
    if name := same(word, BY_NAME):
        return f"operations are written in lower case: `{name}`"
    if setting := setting_of(word):
        return f"a statement of its own says how to train: `train {setting}`"
    return ""


def _run_together(word: str) -> str:
    """`lstm64`, where a space is missing."""
    name = word.rstrip("0123456789x").rstrip("_")
    if name in BY_NAME and name != word:
        return f"an operation and its number are two words: `{name} {word[len(name) :].strip('_')}`"
    return ""


def _guess(word: str, known: list[str]) -> str:
    guess = closest(word.rpartition(".")[2], known)
    return f"did you mean `{guess}`?" if guess else ""


def beginning(e: Elaborator, call: t.Call, word: str) -> str:
    """How a chain begins that begins with this operation."""
    help = f"begin with an input or a name: `in 10x6 -> {word} …`"
    statement = e.current
    if statement is None or e.uses or call.span.source or statement.span.start > call.span.start:
        return help
    if isinstance(statement, t.Pipeline) and isinstance(e.above, t.Pipeline):
        return f"a line that goes on with the one above begins with `->`: `-> {word} …`"
    if not isinstance(statement, t.Binding):
        return help
    name = statement.name.value
    return (
        f"{help}\na chain that is used as a stage is a block: `block {name} = {word} …`; "
        f"with the same weights at each use: `shared {name} = {word} …`"
    )


class Misplaced:
    """A word among the arguments of an operation that has no such word."""

    def __init__(self, use: OperationUse, word: t.Word, parameters: Mapping[str, Any]) -> None:
        self.use, self.word, self.parameters = use, word, parameters
        self.value = word.value

    def problem(self) -> Problem | None:
        """What the word is, if it is something elsewhere."""
        if self.value in known_words(self.use.specs):
            return None
        if self.value in self.use.e.names:
            return self._of_value()
        if synonym(self.value, known_words(self.use.specs)):
            return None
        return self._of_parameter() or self._of_setting() or self._of_stage() or self._of_shape()

    def _unknown(self, help: str) -> Problem:
        message = f"`{self.use.word}` does not know `{self.value}`"
        return Problem(Code.UNKNOWN_WORD, message, help=help)

    def _of_value(self) -> Problem:
        message = f"`{self.value}` is a value, and `{self.use.word}` takes none here"
        keys = [s.key for s in self.use.specs if s.kind == "operands"]
        help = f"begin a chain with it: `{self.value} -> {self.use.word} …`"
        if keys:
            help += f"; as a setting it is `{keys[0]}={self.value}`"
        return Problem(Code.UNKNOWN_WORD, message, help=help)

    def _of_setting(self) -> Problem | None:
        """`dropout 0.2`, `units: 64`: the name of a setting with its value behind it."""
        if not self._behind() or all(spec.key != self.value for spec in self.use.specs):
            return None
        written = f"{self.value}={self._behind()}"
        if stage := self._stage():
            return self._missing(stage, f"; as a setting of `{self.use.word}` it is `{written}`")
        return self._unknown(f"a setting is joined with its value: `{written}`")

    def _behind(self) -> str:
        """The argument that follows, a colon left out."""
        arguments = self.use.call.arguments
        following = [a for a in arguments if a.span.start >= self.word.span.end]
        source = self.use.e.sources[self.word.span.source]
        texts = [source.slice(argument.span) for argument in following]
        return next((text for text in texts if text != ":"), "")

    def _stage(self) -> str:
        """The word as a stage, or nothing when it is none."""
        e = self.use.e
        if self.value in (*BY_NAME, *e.definitions.blocks, *e.definitions.shared, "as"):
            return self.value
        if self.value in KEYWORDS:
            return ""
        answer = operation_help(self.value)
        if answer.startswith("`"):
            return answer[1:].partition("`")[0]
        return "" if answer else same(self.value, BY_NAME)

    def _of_stage(self) -> Problem | None:
        if self.value in _STATEMENTS:
            return self._unknown(_STATEMENTS[self.value])
        if stage := self._stage():
            return self._missing(stage)
        answer = operation_help(self.value)
        return self._unknown(answer) if answer else None

    def _missing(self, stage: str, more: str = "") -> Problem:
        source = self.use.e.sources[self.word.span.source]
        before = source.slice(Span(self.use.call.span.start, self.word.span.start, source.index))
        if before.endswith(","):
            before = before[:-1]
        if stage == self.value:
            stage = source.slice(Span(self.word.span.start, self.use.call.span.end, source.index))
            stage = stage.partition(",")[0]
        help = f"write `{shorten(before)} -> {shorten(stage)}`{more}"
        if any(s.kind == "operands" and s.positional for s in self.use.specs):
            help += f"; a chain as a value stands in parentheses: `({self.value} …)`"
        return Problem(
            Code.UNKNOWN_WORD, f"`->` is missing before `{self.value}`",
            label="begins the next stage", help=help,
        )  # fmt: skip

    def _of_shape(self) -> Problem | None:
        """`tx6`, `Nonex6`, `n`: a size left open that is no capital letter; or a lone `x`."""
        kinds = {s.kind for s in self.use.specs if s.positional}
        if self.value == "x" and "operands" not in kinds:
            sizes = kinds & {"shape", "kernel"}
            help = "sizes are joined without spaces: `10x6`" if sizes else _COPIES
            return self._unknown(help)
        sizes_of = self.value.split("x")
        if "shape" not in kinds or (len(sizes_of) == 1 and len(self.value) > 1):
            return None
        if sizes_of[0].lower() in _BATCH and len(sizes_of) > 1:
            return self._unknown(f"a shape has no batch: `{'x'.join(sizes_of[1:])}`")
        meant = "x".join("?" if s in ("", "None") else s.upper() for s in sizes_of)
        return self._unknown(f"a size left open is a capital letter or `?`: `{meant}`")

    def _of_parameter(self) -> Problem | None:
        if self.value not in self.parameters:
            return None
        return self._unknown(f"a parameter stands in braces: `{{{self.value}}}`")
