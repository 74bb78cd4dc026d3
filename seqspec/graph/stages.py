"""Elaborates chains, stage by stage."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.graph.operands import Operands
from seqspec.graph.resolve import Resolver, bound_names
from seqspec.graph.scope import POISON, Copies, Copy, Flowing, Handle, Place, Sharing
from seqspec.graph.unknown import unknown_stage
from seqspec.graph.uses import OperationUse
from seqspec.ops.arguments import Word
from seqspec.ops.outside import load_installed
from seqspec.ops.registry import BY_NAME
from seqspec.source import Span
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.elaborate import Elaborator


class Stages:
    """Chains and their stages, in the order of the text."""

    def __init__(self, elaborator: Elaborator, settings: Mapping[str, Any]) -> None:
        self.e = elaborator
        self.resolver = Resolver(settings, elaborator.limits)
        self.operands = Operands(self)
        self.last: Handle | None = None  # what the last chain gave
        self.used: set[str] = set()  # names of blocks and shared chains
        self.later = bound_names(elaborator.spec)  # names that statements give, above or below
        self._depth = self.written = 0
        self.left = elaborator.limits.nodes * 10  # stages and arguments that may still come

    def chain(
        self, chain: t.Chain, flowing: Flowing | None, place: Place, *, bound: str | None
    ) -> Handle:
        """The value at the chain's end. `bound` names the node that makes it."""
        flowing = flowing or Flowing(None)
        if self._depth > self.e.limits.nesting:
            message = f"groups and blocks are nested deeper than {self.e.limits.nesting}"
            help = "name the inner chain and use its name, or raise `Limits.nesting`"
            return self._fail(Problem(Code.TOO_DEEP, message, help=help), chain.span)
        self._depth += 1
        try:
            handle = self._stages(chain, flowing, place, bound)
        finally:
            self._depth -= 1
        self.last = handle
        return handle

    def _stages(self, chain: t.Chain, flowing: Flowing, place: Place, bound: str | None) -> Handle:
        if not place.parameters:
            place = place.replace(parameters=self.e.definitions.parameters)
        handle = POISON
        makes = (n for n, stage in enumerate(chain.stages) if not isinstance(stage, t.As))
        last = max(makes, default=-1)
        for number, stage in enumerate(chain.stages):
            current = Flowing(handle) if number else flowing
            name = bound if number == last else None
            if bound and name is None and number == 0 and _is_input(stage):
                name = f"{bound}_input"
            handle = self.stage(stage, current, place, name)
            if number and handle.node is not None:
                self.check_used(current, stage)
        return handle

    def check_used(self, flowing: Flowing, stage: t.Stage) -> None:
        """Reports a value that flows into a stage which does not read it."""
        if flowing.used or flowing.handle is None or flowing.handle.node is None:
            return
        self.e.report(_ignored(stage), stage.span)
        flowing.used = True

    def stage(self, stage: t.Stage, flowing: Flowing, place: Place, name: str | None) -> Handle:
        """The value after a stage; one that fails counts as having read what flows in."""
        handle = self._stage(stage, flowing, place, name)
        if handle.node is None:
            flowing.take()
        self.e.flows.append((stage, handle))
        return handle

    def _stage(self, stage: t.Stage, flowing: Flowing, place: Place, name: str | None) -> Handle:
        if self.left < 0 or self.e.enough:
            return POISON
        self.left -= 1 + (len(stage.arguments) if isinstance(stage, t.Call) else 0)
        if self.left < 0:
            return self._fail(
                Problem(Code.LIMIT, "the spec expands to more stages than the limits allow",
                        help="repeat less, or raise `Limits.nodes`"),
                stage.span,
            )  # fmt: skip
        match stage:
            case t.As():
                return self._as(stage, flowing, place)
            case t.Flow():
                handle = flowing.take()
                return self._fail(_no_flow("_"), stage.span) if handle is None else handle
            case t.Group():
                return self.group(stage, flowing, place, name)
            case t.Call():
                return self._call(stage, flowing, place, name)

    def _as(self, stage: t.As, flowing: Flowing, place: Place) -> Handle:
        handle = flowing.take()
        if handle is None:
            return self._fail(_no_flow("as"), stage.span)
        self.e.define(stage.name, handle, place.copies)
        return handle

    def group(self, group: t.Group, flowing: Flowing, place: Place, name: str | None) -> Handle:
        """A group, or its copies in a row."""
        if group.times is None:
            return self.chain(group.chain, flowing, place, bound=name)
        try:
            times = self._times(group.times, place)
        except Problem as problem:
            return self._fail(problem, group.times.span)
        handle = POISON
        for number in range(times):
            inner = place.replace(
                parameters=ChainMap({"i": number}, self.parameters(place)),
                repeated=True,
                copies=self.copied(place, use=False),
            )
            current = Flowing(handle) if number else flowing
            bound = name if number == times - 1 else None
            handle = self.chain(group.chain, current, inner, bound=bound)
            if handle.node is None:
                break
            if number:
                self.check_used(current, group)
        return handle

    def copied(self, place: Place, *, use: bool) -> Copies:
        """The copies around one more that is written out there."""
        self.written += 1
        return (*place.copies, Copy(self.written, use))

    def parameters(self, place: Place) -> MutableMapping[str, Any]:
        """The parameters that expressions see there."""
        return place.parameters or self.e.definitions.parameters

    def _times(self, count: t.Number | t.Expression, place: Place) -> int:
        value = count.value if isinstance(count, t.Number) else count
        if isinstance(value, float):
            raise Problem(
                Code.OUT_OF_RANGE, f"a group repeats a whole number of times, not {value}"
            )
        times = self.resolver.whole(value, self.parameters(place))
        if times < 1:
            raise Problem(Code.OUT_OF_RANGE, f"a group repeats at least once, not {times} times")
        if times > self.e.limits.nodes:
            raise Problem(
                Code.LIMIT,
                f"{times:,} copies are more than the limit of {self.e.limits.nodes:,} operations",
                help="repeat less, or raise `Limits.nodes`",
            )
        return times

    def _call(self, call: t.Call, flowing: Flowing, place: Place, name: str | None) -> Handle:
        head = call.head
        if isinstance(head, t.Indexed):
            return self._value(call, self.operands.indexed(head, place), flowing)
        if isinstance(head, t.Expression):
            try:
                meant = self.resolver.plain(head, place.parameters)
            except Problem as problem:
                return self._fail(problem, head.span)
            if isinstance(meant, Handle):
                return self._value(call, self.e.here(meant, head.span), flowing)
            head = t.Word(str(meant), head.span)
        word = head.value
        if word in BY_NAME:
            return self._operation(call, word, flowing, place, name)
        if word in self.e.definitions.blocks:
            return self._block(call, word, flowing, place, name)
        if word in self.e.definitions.shared:
            return self._shared(call, word, flowing, place, name)
        if word in self.e.names:
            return self._value(call, self.e.one(word, call.span, place.copies), flowing)
        load_installed()
        if word in BY_NAME:
            return self._operation(call, word, flowing, place, name)
        flows = flowing.handle is not None
        return self._fail(unknown_stage(self, call, word, flows=flows), head.span)

    def _operation(
        self, call: t.Call, word: str, flowing: Flowing, place: Place, name: str | None
    ) -> Handle:
        use = OperationUse
        if BY_NAME[word].expands:
            from seqspec.graph.feedback import FeedbackUse

            use = FeedbackUse
        return use(self, call, word, flowing, place, name).run()

    def _value(self, call: t.Call, handle: Handle, flowing: Flowing) -> Handle:
        flowing.read_as([handle])
        if not call.arguments:
            return handle
        head = self.e.sources[call.head.span.source].slice(call.head.span)
        return self._fail(self._no_arguments(head, call.arguments[0]), call.arguments[0].span)

    def _no_arguments(self, head: str, first: t.Argument | t.Keyed) -> Problem:
        """A value has an argument behind it."""
        help = "arguments stand behind operations alone"
        if isinstance(first, t.Word) and first.value in self.e.names:
            both = f"{head} {first.value}"
            help = f"values are merged by name: `concat {both}`, `add {both}`"
        elif isinstance(first, t.Word) and self.is_stage(first.value):
            message = f"`->` is missing before `{first.value}`"
            help = f"write `{head} -> {first.value} …`"
            return Problem(Code.WRONG_KIND, message, label="begins the next stage", help=help)
        return Problem(Code.WRONG_KIND, f"`{head}` is a value and takes no arguments", help=help)

    def is_stage(self, word: str) -> bool:
        """Whether a word names an operation, a block or a shared chain."""
        return word in (*BY_NAME, *self.e.definitions.blocks, *self.e.definitions.shared)

    def _block(
        self, call: t.Call, word: str, flowing: Flowing, place: Place, name: str | None
    ) -> Handle:
        block = self.e.definitions.blocks[word]
        if word in place.inside:
            return self._fail(_recursive(word, place), call.head.span)
        arguments = self.operands.block_arguments(block, call, flowing, place)
        if arguments is None:
            return POISON
        inner = place.replace(
            parameters=ChainMap(arguments, self.e.definitions.parameters),
            inside=(*place.inside, word),
            repeated=True,
            copies=self.copied(place, use=True),
        )
        return self._expanded(call, block.chain, flowing, inner, name)

    def _expanded(
        self, call: t.Call, chain: t.Chain, flowing: Flowing, place: Place, bound: str | None
    ) -> Handle:
        """The chain of a block or shared chain where it is used; faults in it say where."""
        self.used.add(place.inside[-1])
        self.e.uses.append(call.span)
        try:
            return self.chain(chain, flowing, place, bound=bound)
        finally:
            self.e.uses.pop()

    def _shared(
        self, call: t.Call, word: str, flowing: Flowing, place: Place, name: str | None
    ) -> Handle:
        if word in place.inside:
            return self._fail(_recursive(word, place), call.head.span)
        starts = [a for a in call.arguments if isinstance(a, t.Keyed) and a.key.value == "from"]
        if len(starts) < len(call.arguments):
            return self._fail(
                Problem(
                    Code.BLOCK_ARGUMENTS,
                    f"the shared chain `{word}` takes no arguments but `from=`",
                ),
                next(a for a in call.arguments if a not in starts).span,
            )
        sharing = self.e.definitions.sharings[word]
        if sharing.broken:
            return POISON
        if sharing.nodes and sharing.home is not self.e.builder:
            return self._fail(_shared_elsewhere(word), call.head.span)
        sharing.home = self.e.builder
        again = Sharing(sharing.nodes, first=not sharing.nodes)
        inner = place.replace(
            parameters=self.e.definitions.parameters,
            inside=(*place.inside, word),
            repeated=True,
            copies=self.copied(place, use=True),
            sharing=again,
            starts=starts,
        )
        bound = word if again.first and word not in self.e.builder.nodes else None
        chain = self.e.definitions.shared[word].chain
        handle = self._expanded(call, chain, flowing, inner, bound)
        sharing.broken = handle.node is None and bool(sharing.nodes)
        return handle

    def _fail(self, problem: Problem, span: Span) -> Handle:
        self.e.report(problem, span)
        return POISON


def _is_input(stage: t.Stage) -> bool:
    return isinstance(stage, t.Call) and isinstance(stage.head, t.Word) and stage.head.value == "in"


def _no_flow(what: str) -> Problem:
    return Problem(
        Code.NO_FLOW,
        f"nothing flows into `{what}`",
        label="a chain begins with a value",
        help="begin with an input or a name: `in 10x6 -> …`, `x -> …`",
    )


def _recursive(word: str, place: Place) -> Problem:
    return Problem(
        Code.RECURSIVE,
        f"`{word}` contains itself: {' → '.join((*place.inside, word))}",
        help="repeat a chain with `( … ) * N`",
    )


def _shared_elsewhere(word: str) -> Problem:
    return Problem(
        Code.WRONG_KIND,
        f"the shared chain `{word}` is used inside an operation's chain and elsewhere",
        label="has its weights in another place",
        help=f"to share them, share the whole stage: `shared {word}_each = each ( {word} )`; "
        f"for weights of its own in each place write `block {word} = …`",
    )


def _ignored(stage: t.Stage) -> Problem:
    """The stage does not read what flows into it."""
    message = "the value flowing in is ignored here"
    if isinstance(stage, t.Call) and isinstance(stage.head, t.Word):
        word = stage.head.value
        if word == "in":
            help = "an input begins a chain of its own: `name = in …`"
        elif word in BY_NAME:
            help = f"write `_` where it belongs: `{word} _ …`"
        else:
            help = f"to merge the two, name the merge: `add _ {word}`"
        return Problem(Code.FLOW_IGNORED, message, label="reads something else", help=help)
    help = "begin the group with an operation, or with `_`"
    if isinstance(stage, t.Call) and isinstance(stage.head, t.Indexed):
        help = "to merge the two, name the merge: `add _ …`"
    return Problem(Code.FLOW_IGNORED, message, help=help)


__all__ = ["Stages", "Word"]
