"""Writes the runs of `feedback` out: the same layers again, on the states of the run before."""

from __future__ import annotations

from collections import ChainMap
from typing import Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.graph.scope import POISON, Flowing, Handle, Loop, Place, Sharing
from seqspec.graph.uses import OperationUse, Reported
from seqspec.ops.arguments import Inside
from seqspec.ops.bind import bind
from seqspec.ops.feedback import one_step
from seqspec.ops.merge import Concat
from seqspec.ops.time import Repeat
from seqspec.syntax import tree as t
from seqspec.values import Value, shape_text


class FeedbackUse(OperationUse):
    """A stage `feedback N ( chain )`."""

    def run(self) -> Handle:
        """The results of all runs in a row, or `POISON` after an error."""
        try:
            self._main_input()
            given, spans = self._given()
            fields, _ = bind(self.cls, self.word, given)
        except Reported:
            return POISON
        except Problem as problem:
            self._report(problem, spans[int(problem.field)] if problem.field else self.call.span)
            return POISON
        if self.inputs[0].node is None:
            return POISON
        try:
            return self._runs(fields["count"], fields["chain"], fields.get("next"))
        except Problem as problem:
            self._report(problem, self.call.span)
            return POISON

    def _runs(self, count: int, chain: Inside, following: Inside | None) -> Handle:
        if self.place.sharing:
            raise Problem(
                Code.WRONG_KIND,
                "`feedback` cannot stand in a shared chain",
                help="write it as a `block`; what it repeats shares its weights anyway",
            )
        step = self._as_step(self.inputs[0])
        begins, results = self._value(step), []
        loop, own, others = Loop(), Sharing(), Sharing()
        for number in range(count):
            place = self._place(number, own).replace(loop=loop.turn())
            result = self._run(chain.group, step, place)
            if result.node is None:
                return POISON
            results.append(self._as_step(result))
            if number == count - 1:
                break
            step = results[-1]
            if following is not None:
                made = self._run(following.group, step, self._place(number, others))
                if made.node is None:
                    return POISON
                step = self._as_step(made)
            self._check_again(self._value(step), begins)
        return self._together(results)

    def _place(self, number: int, sharing: Sharing) -> Place:
        parameters = ChainMap[str, Any]({"i": number}, self.stages.parameters(self.place))
        again = Sharing(sharing.nodes, first=number == 0)
        copies = self.stages.copied(self.place, use=False)
        return self.place.replace(
            parameters=parameters, repeated=True, copies=copies, sharing=again
        )

    def _run(self, group: t.Group, step: Handle, place: Place) -> Handle:
        return self.stages.group(group, Flowing(step), place, None)

    def _value(self, handle: Handle) -> Value:
        return self.e.builder.nodes[handle.node or ""].value

    def _as_step(self, handle: Handle) -> Handle:
        """A vector as one step."""
        if one_step(self._value(handle)):
            return handle
        node = self.e.builder.add(Repeat(count=1), handle.node or "", span=self.call.head.span)
        return Handle(node.name, self.e.builder)

    def _check_again(self, value: Value, begins: Value) -> None:
        if (value.shape, value.dtype) == (begins.shape, begins.dtype):
            return
        raise Problem(
            Code.SHAPES_DIFFER,
            f"the next input would be {shape_text(value.shape)}, and the first is "
            f"{shape_text(begins.shape)}",
            label="cannot go round",
            help="end the chain with as many features as it begins with, "
            "or say how: `next=(dense N)`, `next=(argmax)`",
        )

    def _together(self, results: list[Handle]) -> Handle:
        if len(results) == 1:
            return results[0]
        op = Concat(values=tuple(range(len(results))), axis="time")
        nodes = [handle.node or "" for handle in results]
        node = self.e.builder.add(op, *nodes, name=self._layer_name(), span=self.call.span)
        return Handle(node.name, self.e.builder)
