"""Words among an operation's arguments that it does not know: what they are, what to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Instead, Problem, shorten
from seqspec.foreign import argument_help, operation_help, same, synonym
from seqspec.graph.unknown import STATEMENTS
from seqspec.ops.arguments import known_words
from seqspec.ops.registry import BY_NAME
from seqspec.source import Span
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.uses import OperationUse

_COPIES = "copies of a chain: `( … ) * 2`"
_BATCH = ("b", "batch", "batch_size", "bs")
_FLOWING = ("identity", "input", "it", "previous", "self", "this", "x")
_NOT = ("no", "not", "without")


class Misplaced:
    """A word that is no argument of the operation beside which it stands."""

    def __init__(self, use: OperationUse, word: t.Word, parameters: Mapping[str, Any]) -> None:
        self.use, self.word, self.parameters = use, word, parameters
        self.value = word.value
        self.specs = use.specs
        self.source = use.e.sources[word.span.source]

    def problem(self) -> Problem | None:
        """What the word is, if it is something elsewhere."""
        if self.value in known_words(self.specs):
            return None
        if self.value in self.use.e.names:
            return self._of_value()
        if synonym(self.value, known_words(self.specs)):
            return None
        return (
            self._of_parameter()
            or self._of_setting()
            or self._of_flow()
            or self._of_stage()
            or self._of_shape()
        )

    def _unknown(self, help: str) -> Problem:
        message = f"`{self.use.word}` does not know `{self.value}`"
        return Problem(Code.UNKNOWN_WORD, message, help=help)

    def _of_value(self) -> Problem:
        message = f"`{self.value}` is a value, and `{self.use.word}` takes none here"
        keys = [s.key for s in self.specs if s.kind == "operands"]
        help = f"begin a chain with it: `{self.value} -> {self.use.word} …`"
        if keys:
            help += f"; as a setting it is `{keys[0]}={self.value}`"
        return Problem(Code.UNKNOWN_WORD, message, help=help)

    def _of_parameter(self) -> Problem | None:
        if self.value not in self.parameters:
            return None
        return self._unknown(Instead("a parameter stands in braces: {}", f"{{{self.value}}}"))

    def _of_setting(self) -> Problem | None:
        """`dropout 0.2`, `units: 64`, `no bias`: a setting and its value as two words."""
        behind = self._behind()
        settings = {spec.key: spec for spec in self.specs}
        if self.value in _NOT and behind in settings:
            return self._unknown(f"write `{behind}=no`")
        if not behind or self.value not in settings:
            return None
        written = f"{self.value}={behind}"
        if self.use.stages.is_stage(self.value) and behind not in settings[self.value].words:
            return self._missing(
                self.value, f"; as a setting of `{self.use.word}` it is `{written}`"
            )
        return self._unknown(f"a setting is joined with its value: `{written}`")

    def _behind(self) -> str:
        """The argument that follows, a colon left out."""
        arguments = self.use.call.arguments
        following = [a for a in arguments if a.span.start >= self.word.span.end]
        texts = [self.source.slice(argument.span) for argument in following]
        return next((text for text in texts if text != ":"), "")

    def _of_flow(self) -> Problem | None:
        """`add self (dense 6)`."""
        takes_values = any(s.kind == "operands" and s.positional for s in self.specs)
        if self.value not in _FLOWING or not takes_values or self.use.flowing.handle is None:
            return None
        message = f"no value is named `{self.value}` here"
        return Problem(Code.UNKNOWN_NAME, message, help="`_` is the value flowing in")

    def _of_stage(self) -> Problem | None:
        """`lstm 64 dense 1`, `lstm 8 last`: the next stage, or a statement."""
        if self.value in STATEMENTS:
            return self._unknown(STATEMENTS[self.value])
        if self.value == "as" or self.use.stages.is_stage(self.value):
            return self._missing(self.value)
        answer = argument_help(self.value, self.use.word) or operation_help(self.value)
        if answer.startswith("`"):
            return self._missing(answer[1:].partition("`")[0])
        if answer:
            return self._unknown(answer)
        stage = same(self.value, BY_NAME)
        return self._missing(stage) if stage else None

    def _missing(self, stage: str, more: str = "") -> Problem:
        before = self._text(self.use.call.span.start, self.word.span.start).removesuffix(",")
        if stage == self.value:
            stage = self._text(self.word.span.start, self.use.call.span.end).partition(",")[0]
        kinds = {s.kind for s in self.specs if s.positional}
        if "chain" in kinds:
            return self._unknown(f"a chain inside stands in parentheses: `{before} ( {stage} )`")
        if "operands" in kinds:
            return self._unknown(
                "the next stage stands behind `->`; "
                f"a chain as a value stands in parentheses: `({stage.split()[0]} …)`"
            )
        message = f"`->` is missing before `{self.value}`"
        written = f"{shorten(before)} -> {shorten(stage)}"
        call = self.use.call.span
        same_words = written.replace(" -> ", " ") == self._text(call.start, call.end)
        help = f"write `{written}`{more}"
        if same_words and not more:
            help = Instead("write {}", written, self.source.text[call.start : call.end])
        return Problem(Code.UNKNOWN_WORD, message, label="begins the next stage", help=help)

    def _text(self, start: int, end: int) -> str:
        return self.source.slice(Span(start, end, self.source.index))

    def _of_shape(self) -> Problem | None:
        """`tx6`, `Nonex6`, `n`: a size left open that is no capital letter; or a lone `x`."""
        kinds = {s.kind for s in self.specs if s.positional}
        if self.value == "x" and "operands" not in kinds:
            joined = kinds & {"shape", "kernel"}
            return self._unknown("sizes are joined without spaces: `10x6`" if joined else _COPIES)
        sizes = self.value.split("x")
        if "shape" not in kinds or (len(sizes) == 1 and len(self.value) > 1):
            return None
        if sizes[0].lower() in _BATCH and len(sizes) > 1:
            return self._unknown(Instead("a shape has no batch: {}", "x".join(sizes[1:])))
        meant = "x".join(map(self._size, sizes))
        if "{" in meant:
            return self._unknown(Instead("a parameter stands in braces: {}", meant))
        return self._unknown(Instead("a size left open is a capital letter or `?`: {}", meant))

    def _size(self, text: str) -> str:
        if text in ("", "None"):
            return "?"
        return f"{{{text}}}" if text in self.parameters else text.upper()
