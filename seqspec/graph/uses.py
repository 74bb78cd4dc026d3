"""One use of an operation: its arguments bound, its inputs found, its node added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Instead, Problem, shorten
from seqspec.foreign import word_help
from seqspec.graph.builder import alike
from seqspec.graph.inside import inside
from seqspec.graph.misplaced import Misplaced
from seqspec.graph.operands import MANY
from seqspec.graph.scope import POISON, Flowing, Handle, Place
from seqspec.graph.unknown import beginning, stage_as_setting
from seqspec.ops.arguments import (
    ArgumentSpec,
    Given,
    Inside,
    Operand,
    Word,
    arguments_of,
    known_words,
)
from seqspec.ops.base import Operation
from seqspec.ops.bind import bind
from seqspec.ops.chain import Chain, Node
from seqspec.ops.input import In, Lift
from seqspec.ops.recurrent import Recurring
from seqspec.ops.registry import BY_NAME, make
from seqspec.source import Span
from seqspec.syntax import tree as t
from seqspec.values import Value, shape_text

if TYPE_CHECKING:
    from seqspec.graph.stages import Stages


_OF_WORDS = {"words", "list", "flag", "name"}
_NO_WORDS = (t.Number, t.Text, t.ShapeText, t.SliceText)


class Reported(Exception):
    """A fault that has its diagnostic already."""


class OperationUse:
    """A stage that is an operation."""

    def __init__(
        self,
        stages: Stages,
        call: t.Call,
        word: str,
        flowing: Flowing,
        place: Place,
        name: str | None,
    ) -> None:
        self.stages, self.e = stages, stages.e
        self.call, self.word, self.flowing, self.place, self.name = call, word, flowing, place, name
        self.cls = BY_NAME[word]
        self.specs = arguments_of(self.cls, word)
        self.inputs: list[Handle] = []
        self.explicit: t.Word | t.Text | None = None

    def run(self) -> Handle:
        """The value of the node, or `POISON` after an error."""
        try:
            self._main_input()
            given, spans = self._given()
            op, spans_of = self._operation(given, spans)
            if any(handle.node is None for handle in self.inputs):
                return POISON
            return self._add(op, spans_of)
        except Reported:
            return POISON

    def _main_input(self) -> None:
        if not self.cls.takes_flow:
            return
        handle = self.flowing.take()
        if handle is None:
            problem = Problem(
                Code.NO_FLOW,
                f"nothing flows into `{self.word}`",
                label="a chain begins with a value",
                help=beginning(self.e, self.call, self.word),
            )
            self._report(problem, self.call.head.span)
            raise Reported
        self.inputs.append(handle)

    def _given(self) -> tuple[list[Given], list[Span]]:
        """The arguments as plain values; operands become places among the inputs."""
        given: list[Given] = []
        spans: list[Span] = []
        if len(self.call.arguments) > MANY:
            message = f"`{self.word}` is given more than {MANY:,} arguments"
            self._report(Problem(Code.TOO_MANY_ARGUMENTS, message), self.call.head.span)
            raise Reported
        for argument in (*self.call.arguments, *self._start()):
            if isinstance(argument, t.Keyed) and argument.key.value == "name":
                self._explicit_name(argument)
                continue
            key = argument.key.value if isinstance(argument, t.Keyed) else None
            value = argument.value if isinstance(argument, t.Keyed) else argument
            try:
                given.append(Given(key, self._resolved(key, value)))
            except Problem as problem:
                self._report(problem, argument.span)
                raise Reported from None
            spans.append(argument.span)
        return given, spans

    def _start(self) -> list[t.Keyed]:
        """The initial state that the use of a shared chain gives to its first recurrent layer."""
        if not issubclass(self.cls, Recurring):
            return []
        starts = [*self.place.starts]
        self.place.starts.clear()
        return starts

    def _explicit_name(self, argument: t.Keyed) -> None:
        if not isinstance(argument.value, t.Word | t.Text):
            self._report(
                Problem(Code.WRONG_KIND, "a layer's name is a word or a string"), argument.span
            )
            raise Reported
        self.explicit = argument.value

    def _resolved(self, key: str | None, value: t.Argument) -> object:
        unknown = key is not None and key not in self.specs.keys
        if unknown and (foreign := stage_as_setting(self.stages, self.word, key or "", value)):
            raise foreign
        if isinstance(value, _NO_WORDS):
            return self.stages.resolver.plain(value, self.place.parameters)
        if self._is_operand(key, value):
            every = not self.cls.takes_flow and key is None
            handles = self.stages.operands.resolve(value, self.flowing, self.place, every=every)
            if handles is not None:
                first = len(self.inputs)
                self.inputs += handles
                return Operand(tuple(range(first, len(self.inputs))))
        if isinstance(value, t.Group) and any(spec.kind == "chain" for spec in self.specs):
            return Inside(value)
        if isinstance(value, t.Flow | t.Group | t.Indexed):
            raise self._no_value(value)
        for word in self._loose_words(key, value):
            self._known_word(key, word)
        return self.stages.resolver.plain(value, self.place.parameters)

    def _is_operand(self, key: str | None, value: t.Argument) -> bool:
        """Whether the argument may be a value: words of the operation itself come first."""
        own = key is None and isinstance(value, t.Word) and value.value in self.specs.words
        return key in self.specs.values and not own

    def _loose_words(self, key: str | None, value: t.Argument) -> list[t.Word]:
        """The words of an argument that no list of choices is for."""
        if key is not None:
            kinds = {spec.kind for spec in self.specs if spec.key == key}
            if kinds <= _OF_WORDS:
                return []
        items = value.items if isinstance(value, t.Listed) else (value,)
        named = self.e.names if self._is_operand(key, value) else ()
        return [item for item in items if isinstance(item, t.Word) and item.value not in named]

    def _known_word(self, key: str | None, word: t.Word) -> None:
        """A word that is neither the operation's nor a value's."""
        parameters = self.stages.parameters(self.place)
        if key is not None and word.value in parameters:
            braced = Instead("a parameter stands in braces: {}", f"{key}={{{word.value}}}")
            message = f"`{key}` of `{self.word}` cannot be the word `{word.value}`"
            raise Problem(Code.WRONG_KIND, message, help=braced)
        if key is None and (problem := Misplaced(self, word, parameters).problem()):
            raise problem
        if self._is_operand(key, word):
            words = () if key else known_words(self.specs)
            help = word_help(word.value, [*self.e.names, *words])
            raise Problem(
                Code.UNKNOWN_NAME,
                f"no value is named `{word.value}` here",
                help=help or "values are named before they are used",
            )

    def _no_value(self, value: t.Flow | t.Group | t.Indexed) -> Problem:
        """The operation takes no value at all."""
        help = f"`seqspec ops {self.word}` lists its arguments"
        if isinstance(value, t.Group):
            help = f"stages are joined by `->`: `{self.word} … -> ( … )`; copies: `( … ) * 2`"
            word = _lone_word(value)
            if word in known_words(self.specs):
                help = f"a word stands without parentheses: `{word}`"
            elif word in self.stages.parameters(self.place):
                help = f"a parameter stands in braces: `{{{word}}}`"
        return Problem(Code.WRONG_KIND, f"`{self.word}` takes no value here", help=help)

    def _operation(
        self, given: list[Given], spans: list[Span]
    ) -> tuple[Operation, dict[str, Span]]:
        try:
            fields, places = bind(self.cls, self.word, given)
        except Problem as problem:
            span = spans[int(problem.field)] if problem.field else self.call.span
            self._report(problem, span)
            raise Reported from None
        spans_of = {field: spans[place] for field, place in places.items()}
        self.e.filled[self.call.span] = spans_of
        fields = self.cls.arranged(fields, places)
        for field, value in fields.items():
            if isinstance(value, Inside):
                fields[field] = self._inside(value.group, fields, spans_of)
        return make(self.word, fields), spans_of

    def _inside(self, group: t.Group, fields: dict[str, Any], spans_of: dict[str, Span]) -> Chain:
        """The chain that an operation holds; what it begins with is the operation's to say."""
        begins, name = None, self.inputs[0].node
        if name is not None:
            name = self._lifted(name) if self.cls.reads_steps else name
            node = self.e.builder.nodes[name]
            try:
                begins = self.cls.enters(fields, node.value)
            except Problem as problem:
                self._report(problem, self._span_of(problem, spans_of), [node])
        chain = inside(self.stages, group, begins, self.place, self.call.head.span)
        if chain is None:
            raise Reported
        return chain

    def _add(self, op: Operation, spans_of: dict[str, Span]) -> Handle:
        inputs = [handle.node for handle in self.inputs if handle.node is not None]
        if op.lifts() and inputs:
            inputs[0] = self._lifted(inputs[0])
        loop = self.place.loop if isinstance(op, Recurring) else None
        resumed = loop.resumes() if loop else None
        if resumed:
            op, inputs = op.replace(from_=(1,)), [inputs[0], resumed]
        nodes = [self.e.builder.nodes[name] for name in inputs]
        sharing = self.place.sharing
        try:
            node = self.e.builder.add(
                op,
                *nodes,
                name=self._layer_name(),
                shares=self._shares(op, nodes),
                span=self.call.span,
                from_text=True,
            )
        except Problem as problem:
            if problem.code is Code.NEEDS_BATCH and self.e.builder is not self.e.root:
                problem.help = "leave it out: inside, every step is a sample of its own"
            self._report(problem, self._span_of(problem, spans_of), nodes[:1])
            return POISON
        if sharing and sharing.first:
            sharing.nodes.append(node.name)
        if loop:
            loop.now.append(node.name)
        self._remark(op, node.value, nodes, spans_of)
        return Handle(node.name, self.e.builder)

    def _shares(self, op: Operation, nodes: list[Node]) -> str | None:
        """The node whose weights are used; none for a `take {i}`, which has none to share."""
        first = self.place.sharing.next() if self.place.sharing else None
        if first is None or alike(op, self.e.builder.nodes[first].op):
            return first
        return first if op.weights(*(node.value for node in nodes)) else None

    def _span_of(self, problem: Problem, spans_of: dict[str, Span]) -> Span:
        if problem.field == "name" and self.explicit:
            return self.explicit.span
        return spans_of.get(problem.field, self.call.span)

    def _layer_name(self) -> str | None:
        builder = self.e.builder
        if self.explicit is not None:
            name = self.explicit.value
            taken = self.place.repeated and name in builder.nodes
            return builder.unique(name) if taken else name
        if self.name is None:
            return None
        return self.name if self.name not in builder.nodes else builder.unique(self.name)

    def _lifted(self, name: str) -> str:
        """An input vector as a sequence; said once for each input."""
        node = self.e.builder.nodes[name]
        inside = self.e.builder is not self.e.root  # where an `In` is a step and no input
        if inside or not isinstance(node.op, In) or node.value.rank != 1 or node.value.is_tokens:
            return name
        if name in self.e.lifted:
            return self.e.lifted[name]
        self._report(
            Problem(
                Code.LIFTED,
                f"the vector {shape_text(node.value.shape)} is read as "
                f"{shape_text((*node.value.shape, 1))}: a step for each value",
                help=f"write the steps where the input stands: `in {node.value.shape[0]}x1`",
            ),
            self.call.span,
        )
        lift = self.e.attempt(lambda: self.e.builder.add(Lift(), name), self.call.span)
        if lift is None:
            raise Reported
        self.e.lifted[name] = lift.name
        return self.e.lifted[name]

    def _remark(
        self, op: Operation, made: Value, nodes: list[Node], spans_of: dict[str, Span]
    ) -> None:
        values = tuple(node.value for node in nodes)
        for remark in (*op.remarks(*values), *_one_class(op, made)):
            self._report(remark, self._span_of(remark, spans_of))
        if reason := op.loses_mask(*values):
            self._report(
                Problem(
                    Code.MASK_LOST,
                    f"`{self.word}` loses the mask: {reason}",
                    label="padding counts as real from here on",
                    help="`unmask ->` before it says that this is meant",
                ),
                self.call.span,
            )

    def _report(self, problem: Problem, span: Span, inputs: list[Node] | None = None) -> None:
        trail = self._trail(inputs[0]) if inputs and problem.code.id.startswith("E3") else ()
        start, end, source = self.call.span
        if problem.anew and start < span.start and span.end <= end and source == span.source:
            stage = self.e.sources[source].text[start:end]
            problem.tell(problem.anew.of(stage, Span(span.start - start, span.end - start)))
        self.e.report(problem, span, trail)

    def _trail(self, node: Node, length: int = 4) -> tuple[str, ...]:
        """How the shape came about: the last operations that led here, each with its shape."""
        steps: list[str] = []
        current: Node | None = node
        while current is not None and len(steps) < 2 * length:
            text = current.op.op
            if current.span is not None:
                text = self.e.sources[current.span.source].slice(current.span)
            steps = [
                shorten(text),
                shape_text(current.value.shape),
                *steps,
            ]
            current = self.e.builder.nodes[current.inputs[0]] if current.inputs else None
        return tuple(["…", *steps] if current is not None else steps)


def _lone_word(group: t.Group) -> str:
    """The word that is all of a group, or nothing."""
    match group.chain.stages:
        case (t.Call(t.Word(word), ()),):
            return word
    return ""


def _one_class(op: Operation, made: Value) -> tuple[Problem, ...]:
    if op.nonlinearity() != "softmax" or made.features != 1:
        return ()
    return (
        Problem(
            Code.ONE_CLASS,
            "a softmax over one value is always 1",
            label="says nothing of its input",
            help="`sigmoid` gives the probability of yes against no; "
            "`softmax time` shares 1 among the steps",
        ),
    )


__all__ = ["ArgumentSpec", "OperationUse", "Word"]
