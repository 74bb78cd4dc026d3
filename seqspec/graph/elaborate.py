"""Tree to graph: resolves names, expands blocks and repetition, adds nodes one by one.

A stage with an error gives `POISON`, and whatever reads it stays silent: one run reports
every fault once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Diagnostic, Problem
from seqspec.graph.builder import GraphBuilder
from seqspec.graph.definitions import Reader, collect
from seqspec.graph.nodes import Comment, PlainGraph
from seqspec.graph.resolve import bound_names, layer_names
from seqspec.graph.scope import POISON, Copies, Echo, Flowing, Handle, Named, Place, taken
from seqspec.graph.stages import Stages
from seqspec.graph.train import training
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.ops.base import Operation
from seqspec.ops.chain import Node
from seqspec.source import Span
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.journal import Journal

Chained = t.Out | t.Binding | t.Pipeline


class Elaborator:
    """One spec on its way to a graph."""

    def __init__(
        self,
        spec: t.Spec,
        settings: Mapping[str, Any],
        read: Reader | None,
        limits: Limits = DEFAULT_LIMITS,
        journal: Journal | None = None,
    ) -> None:
        self.spec, self.settings, self.limits, self.journal = spec, settings, limits, journal
        self.found: dict[Diagnostic, None] = {}
        self.errors = 0  # how many of them are errors
        self.uses: list[Span] = []  # of the blocks that are being written out, outermost first
        self.sources = [spec.source]
        self.definitions = collect(
            spec, settings, read, limits, self.report, self.sources, lambda: self.enough,
            journal.files if journal else {},
        )  # fmt: skip
        self.reserved = bound_names(spec) | layer_names(spec)
        self.builder = GraphBuilder(limits, reserved=self.reserved)
        self.root = self.builder  # chains inside an operation are made by builders of their own
        self.stages = Stages(self, settings)
        self.names: dict[str, Named] = {}
        self.outputs: dict[str, Span] = {}
        self.lifted: dict[str, str] = {}  # input vectors that are read as steps
        self.chains = [s for s in spec.statements if isinstance(s, Chained)]
        self.current: t.Statement | None = None  # what is being elaborated
        self.above: t.Statement | None = None  # what was before it
        self.flows: list[tuple[t.Stage, Handle]] = []  # what each stage gave, each time
        self.filled: dict[Span, dict[str, Span]] = {}  # of a call: which argument filled a field
        self.made: list[tuple[Span, range]] = []

    def report(self, problem: Problem, span: Span, trail: tuple[str, ...] = ()) -> None:
        """Puts a problem in its place, once; the last of so many that nobody reads more."""
        diagnostic = problem.at(span, trail, self.uses)
        if isinstance(problem, Echo) or self.enough or diagnostic in self.found:
            return
        self.found[diagnostic] = None
        self.errors += diagnostic.severity == "error"
        if self.enough:
            message = f"there are {self.limits.errors:,} errors; the rest is not looked at"
            last = max((d.span for d in self.found), key=lambda s: (s.source, s.start, s.end))
            help = "mend these first, or raise `Limits.errors`"
            self.found[Diagnostic(Code.LIMIT, message, last, help=help)] = None

    @property
    def enough(self) -> bool:
        """Whether there are as many errors as anybody reads."""
        return self.errors >= self.limits.errors

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was reported, each once."""
        return [*self.found]

    def run(self, name: str) -> PlainGraph | None:
        """The graph, or None when there are errors; `diagnostics` says which."""
        done = self.journal.begin(self) if self.journal else 0
        for number, statement in enumerate(self.chains[done:], done):
            if self.enough:
                return None
            if self.journal:
                self.journal.note(self, number)
            before = len(self.builder.nodes)
            self.above, self.current = self.current, statement
            try:
                self._statement(statement)
            except RecursionError:  # the caller itself stands deep in calls
                message = "groups and blocks are nested deeper than this process can go"
                self.report(Problem(Code.TOO_DEEP, message), statement.span)
            self.made.append((statement.span, range(before, len(self.builder.nodes))))
        self._last_is_output(self.chains)
        trains = [s for s in self.spec.statements if isinstance(s, t.Train)]
        settings = training(trains, [*self.outputs], self.definitions.parameters, self)
        if self.errors:
            return None
        if not self.outputs:
            self.report(Problem(Code.NO_MODEL, "there is no pipeline, so there is no model",
                                help="a model begins with an input: `in 10x6 -> lstm 64`"),
                        Span(0, 0))  # fmt: skip
            return None
        self._warn_unused()
        return self.builder.plain(
            name,
            settings,
            {
                key: value
                for key, value in self.definitions.parameters.items()
                if isinstance(value, int | float | str)
            },
            self._comments(),
        )

    def _comments(self) -> tuple[Comment, ...]:
        text = self.spec.source.text
        return tuple(
            Comment(text=c.text, line=text.rfind("\n", 0, c.span.start) + 1)
            for c in self.spec.comments
        )

    def ends(self, output: str) -> Operation | None:
        """The operation that an output comes from; None where an error has prevented it."""
        found = [o.node for o in self.builder.outputs if o.name == output]
        return self.builder.nodes[found[0]].op if found else None

    def _statement(self, statement: Chained) -> None:
        if isinstance(statement, t.Pipeline):
            self.stages.chain(statement.chain, None, Place({}, []), bound=None)
            return
        name = statement.name
        if statement.chain is None:
            handle = self._named_output(name)
        else:
            handle = self.stages.chain(statement.chain, None, Place({}, []), bound=name.value)
            self.define(name, handle)
        if isinstance(statement, t.Out):
            if statement.chain is None and name.value in self.outputs:
                self.report(
                    Problem(Code.REDEFINED, f"`{name.value}` is an output already"), name.span
                )
            self._output(name, handle)

    def _named_output(self, name: t.Word) -> Handle:
        if name.value in self.names:
            return self.one(name.value, name.span)
        self.report(
            Problem(Code.UNKNOWN_NAME, f"no value is named `{name.value}`",
                    help=f"give the output its chain: `out {name.value} = …`"),
            name.span,
        )  # fmt: skip
        return POISON

    def _output(self, name: t.Word, handle: Handle) -> None:
        if self.outputs.setdefault(name.value, name.span) == name.span and handle.node is not None:
            self.attempt(lambda: self.builder.output(name.value, handle.node or ""), name.span)

    def _last_is_output(self, chains: list[Chained]) -> None:
        """Without an `out`, the last pipeline is the output."""
        if self.outputs or not chains:
            return
        last = chains[-1]
        name = last.name.value if isinstance(last, t.Binding) else "output"
        self.outputs[name] = last.span
        handle = self.stages.last
        if handle is not None and handle.node is not None:
            self.builder.output(name, handle.node)

    def define(self, name: t.Word, handle: Handle, gathered: Copies | None = None) -> None:
        """Gives a value its name; `gathered` adds to those that an `as` named in other copies."""
        known = self.names.get(name.value)
        gather = gathered is not None
        if known and gather and known.gathered and known.span == name.span:
            known.add(handle, gathered or ())
            return
        if self.refuse(name, known.span if known else None):
            self.names[name.value] = Named(name.span, gather)
            self.names[name.value].add(handle, gathered or ())

    def refuse(self, name: t.Word, before: Span | None) -> bool:
        """Reports a name that is taken; whether it is free."""
        before = before or self.definitions.places.get(name.value)
        problem = taken(name.value, before, self.sources)
        if problem:
            self.report(problem, name.span)
        return problem is None

    def one(self, name: str, span: Span, copies: Copies = ()) -> Handle:
        """The single value of a name, as it is seen in these copies."""
        handles = self.names[name].seen(copies)
        if len(handles) == 1:
            return self.here(handles[0], span)
        self.report(
            Problem(
                Code.MANY_VALUES,
                f"`{name}` names {len(handles)} values",
                help=f"a merge takes them all: `add {name}`; one of them is `{name}.0`",
            ),
            span,
        )
        return POISON

    def here(self, handle: Handle, span: Span) -> Handle:
        """A value, which must belong to the graph that is being made."""
        if handle.node is None or handle.home is self.builder:
            return handle
        outside = handle.home is self.root
        self.report(
            Problem(
                Code.UNKNOWN_NAME,
                "this value stands outside of the chain, which is run many times"
                if outside
                else "this value stands in a chain that is run many times, one for each time",
                label="belongs to the whole model" if outside else "out of reach here",
                help="a chain inside an operation knows the value that flows into it, `_`; "
                "merge others before it or behind it",
            ),
            span,
        )
        return POISON

    def attempt(self, action: Callable[[], Any], span: Span) -> Any:
        """The action's result; its problem is reported at the span, and None is the result."""
        try:
            return action()
        except Problem as problem:
            self.report(problem, span)
            return None

    def _warn_unused(self) -> None:
        needed, nodes = self.builder.needed(), [*self.builder.nodes.values()]
        for span, made in self.made:
            left_out = [nodes[i] for i in made if nodes[i].name not in needed]
            if made and len(left_out) == len(made):
                self.report(
                    Problem(Code.UNUSED, "nothing of this statement reaches an output",
                            help="name an output with `out`, or remove the statement"),
                    span,
                )  # fmt: skip
                continue
            for node in left_out:
                if self.builder.weighs(node) and node.span:
                    self.report(_left_out(node), node.span)
        for name, place in self.definitions.unused(self.stages.used):
            self.report(Problem(Code.UNUSED, f"nothing uses `{name}`"), place)


def _left_out(node: Node) -> Problem:
    return Problem(
        Code.LEFT_OUT,
        f"no output needs this `{node.op.op}`, and the model is made without it",
        help="nothing to do if that is meant",
    )


__all__ = ["Elaborator", "Flowing"]
