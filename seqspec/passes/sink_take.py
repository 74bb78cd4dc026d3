"""Steps that nobody reads are not made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from seqspec.diagnostics import Problem
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.base import Operation
from seqspec.ops.chain import Node
from seqspec.ops.places import Cut, Part, Places, hull
from seqspec.ops.select import Selection
from seqspec.ops.take import Take
from seqspec.ops.time import Pad
from seqspec.passes.edit import Edit
from seqspec.values import Size, Value


def sink_take(graph: GraphQueries) -> GraphQueries:
    """A `take` moves before the operation whose steps it chooses; the operation says how far.

    before  x -> dense 8 relu -> take last 3        each step by itself
    after   x -> take last 3 -> dense 8 relu

    before  x -> lstm 8 -> take first 3             no step reads a later one
    after   x -> take first 3 -> lstm 8

    before  x -> conv 8 5 -> take last              a window of five steps
    after   x -> take last 5 -> conv 8 5 -> take last

    Where several takes choose from a value, no more is made of it than they choose together.
    Values with a mask are left to `sink_masked_take`.
    """
    edit = Edit(graph)
    for node in reversed(graph.nodes):  # so that whatever reads a node has been seen before it
        if node.name in edit.nodes:
            _sink(edit, edit.nodes[node.name])
    return edit.graph()


class _Plan(NamedTuple):
    """An operation in place of a node's, what stands before it, and what becomes of each take.

    Without an operation it is the first of its inputs; a take that is None has no more to do.
    `reads` are the node's inputs, by their places, that it reads.
    """

    op: Operation | None
    reads: tuple[int, ...]
    before: tuple[tuple[Operation, ...], ...]
    takes: dict[str, Operation | None]


def _sink(edit: Edit, node: Node) -> None:
    values, chosen = edit.values(node), _choices(edit, node)
    if not chosen or node.value.mask:
        return
    for planned in (_of_one_step, _of_steps):
        try:
            plan = planned(node, values, chosen)
            if plan and not _counts_real(values, plan) and _fits(edit, node, plan):
                _carry_out(edit, node, plan)
                return
        except Problem:  # the operation cannot be on vectors, or so short
            continue


def _choices(edit: Edit, node: Node) -> dict[str, Selection]:
    """What is chosen by those that read a node; nothing where another reads it, too."""
    readers = edit.readers(node.name)
    found = {reader.name: choice for reader in readers if (choice := reader.op.chooses())}
    return {} if len(found) < len(readers) or edit.is_output(node.name) else found


def _of_one_step(node: Node, values: Sequence[Value], chosen: dict[str, Selection]) -> _Plan | None:
    """Where a single step is chosen: the operation on vectors."""
    steps = node.value.steps
    place, *others = {choice.places(steps) for choice in chosen.values()}
    single = all(choice.index is not None for choice in chosen.values())
    if others or not single or not node.op.stepwise():
        return None
    before: list[tuple[Operation, ...]] = []
    for number, x in enumerate(values):
        if number == node.op.tied():
            before.append(())
            continue
        choice = Selection.at(place if x.steps == steps else Places.of(0, 1), x.steps, single=True)
        if choice is None or x.rank < 2:  # what is made of one id is no vector
            return None
        before.append((Take.of(choice),))
    made = node.op.infer(*map(_through, values, before))
    if made.shape != node.value.shape[1:]:
        return None
    return _Plan(node.op, tuple(range(len(values))), tuple(before), dict.fromkeys(chosen))


def _of_steps(node: Node, values: Sequence[Value], chosen: dict[str, Selection]) -> _Plan | None:
    """What the operation says of all steps that are chosen by some."""
    steps = node.value.steps
    places = {name: choice.places(steps) for name, choice in chosen.items()}
    wanted = hull([*places.values()])
    if wanted is None or wanted.is_whole(steps):
        return None
    cut = node.op.cut(wanted, *values)
    if cut is None:
        return None
    reads = cut.reads or tuple(range(len(values)))
    sides = [values[place] for place in reads]
    single = all(choice.index is not None for choice in chosen.values())
    if cut.op is None and single and (plan := _of_the_step(cut, sides[0], chosen)):
        return plan
    before = _before(cut, sides)
    if before is None or (cut.op == node.op and not any(before)):
        return None
    takes: dict[str, Operation | None] = {}
    for name, place in places.items():
        left = place.within(cut.makes)
        choice = left and Selection.at(left, cut.makes.count, single=chosen[name].index is not None)
        if not left or not choice:
            return None
        done = choice.index is None and left.is_whole(cut.makes.count)
        takes[name] = None if done else Take.of(choice)
    return _Plan(cut.op, reads, before, takes)


def _of_the_step(cut: Cut, x: Value, chosen: dict[str, Selection]) -> _Plan | None:
    """Where the one step that is wanted is a step of the input."""
    (part, *_) = cut.parts
    if part is None or part.before or part.after or cut.makes.count != 1:
        return None
    choice = Selection.at(part.places, x.steps, single=True)
    return _Plan(None, (0,), ((Take.of(choice),),), dict.fromkeys(chosen)) if choice else None


def _before(cut: Cut, values: Sequence[Value]) -> tuple[tuple[Operation, ...], ...] | None:
    """What stands before each value that is read; None where a part cannot be written."""
    found = [
        _of_part(part, x.steps) if part else () for part, x in zip(cut.parts, values, strict=True)
    ]
    kept = [ops for ops in found if ops is not None]
    return tuple(kept) if len(kept) == len(found) else None


def _of_part(part: Part, steps: Size) -> tuple[Operation, ...] | None:
    """A part of so many steps as a `take`, with a `pad` where zeros stand around it."""
    choice = Selection.at(part.places, steps, single=False)
    if choice is None:
        return None
    take = () if part.places.is_whole(steps) else (Take.of(choice),)
    start = (Pad(end="start", count=(part.before,)),) if part.before else ()
    end = (Pad(end="end", count=(part.after,)),) if part.after else ()
    return (*take, *start, *end)


def _through(x: Value, ops: Sequence[Operation]) -> Value:
    for op in ops:
        x = op.infer(x)
    return x


def _counts_real(values: Sequence[Value], plan: _Plan) -> bool:
    """Whether something would be taken of a value with a mask: see `sink_masked`."""
    sides = zip(plan.reads, plan.before, strict=True)
    return any(values[read].mask for read, before in sides if before)


def _fits(edit: Edit, node: Node, plan: _Plan) -> bool:
    """Whether the weights stay, and those that share them say the same. Raises `Problem`."""
    if plan.op is None:
        return True
    if plan.op != node.op and edit.weights(node) and edit.is_shared(node):
        return False
    read = [edit.values(node)[place] for place in plan.reads]
    values = [*map(_through, read, plan.before)]
    plan.op.infer(*values)
    return plan.op.weights(*values) == edit.weights(node)


def _carry_out(edit: Edit, node: Node, plan: _Plan) -> None:
    span = edit.nodes[next(iter(plan.takes))].span
    inputs = [node.inputs[place] for place in plan.reads]
    for place, ops in enumerate(plan.before):
        for op in ops:
            inputs[place] = edit.make(op, inputs[place], span=span)
    if plan.op is not None:
        edit.replace(node, plan.op, inputs)
    source = inputs[0] if plan.op is None else node.name
    for name, take in plan.takes.items():
        if take is None:
            edit.redirect(name, source)
        else:
            edit.replace(edit.nodes[name], take, (source,))
    if plan.op is None:
        edit.drop(node.name)
