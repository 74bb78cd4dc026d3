"""Steps that nobody reads are not made, of values with a mask.

There a `take` counts the real steps of each sample. It moves behind nothing but what hands on the
very mask that is counted, and changes nothing of which steps are real:

* operations that work step by step, on values that all have the same mask;
* layers and sums that go on from the first step, for what is taken from there.

Left alone are windows (a convolution reads the holes between real steps as zeros, and a `take`
leaves them out), places and attention, which count by themselves, layers that read backwards, which
cuDNN reads no more once their steps are chosen, and values without a mask beside those that have
one, whose steps would be counted otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from seqspec.diagnostics import Problem
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.ops.select import Selection
from seqspec.ops.take import Take
from seqspec.passes.edit import Edit
from seqspec.values import Value


def sink_masked_take(graph: GraphQueries) -> GraphQueries:
    """A `take` of real steps moves before what each of them goes through by itself.

    before  words -> embed 9 4 mask -> dense 8 relu -> take last 3
    after   words -> embed 9 4 mask -> take last 3 -> dense 8 relu

    before  x -> mask -> dense 8 -> take last
    after   x -> mask -> take last 1 -> dense 8 -> take last

    The last take gives zeros where a sample has no real step, as it did before.
    """
    edit = Edit(graph)
    for node in reversed(graph.nodes):  # so that whatever reads a node has been seen before it
        if node.name in edit.nodes and node.value.mask:
            _sink(edit, edit.nodes[node.name])
    return edit.graph()


def _sink(edit: Edit, node: Node) -> None:
    reader = edit.only_reader(node.name)
    chosen = reader.op.chooses() if reader else None
    if reader is None or chosen is None or node.value.steps == 1 or node.op.chooses():
        return
    window = _window(chosen)
    take, values = Take.of(window), edit.values(node)
    places = _step_by_step(edit, node) or _going_on(node, window)
    try:
        sides = [take.infer(x) if i in places else x for i, x in enumerate(values)]
        same = node.op.weights(*sides) == edit.weights(node)
        if not places or not same or _kind(node.op.infer(*sides)) != _kind(take.infer(node.value)):
            return
    except Problem:  # of open sizes not every slice can be told
        return
    inputs = [*node.inputs]
    for place in places:
        inputs[place] = edit.make(take, inputs[place], span=reader.span)
    edit.replace(node, node.op, inputs)
    if chosen.index is None:
        edit.redirect(reader.name, node.name)
    else:
        edit.replace(reader, Take(end="last" if chosen.index < 0 else "first"), [node.name])


def _window(chosen: Selection) -> Selection:
    """What is chosen, with the axis of steps kept."""
    if chosen.index is None:
        return chosen
    return Selection.window(chosen.index, chosen.index + 1 or None)


def _kind(value: Value) -> tuple[object, ...]:
    return value.shape, value.dtype, value.mask


def _step_by_step(edit: Edit, node: Node) -> Sequence[int]:
    """The inputs that have steps, where each real step is made of the same one of all of them."""
    if not node.op.stepwise() or node.op.makes_mask():
        return ()
    values = edit.values(node)
    tied, steps = node.op.tied(), node.value.steps
    many = [i for i, x in enumerate(values) if i != tied and x.rank and x.steps == steps]
    masks = {_counted(edit, node.inputs[i]) for i in many}
    return many if len(masks) == 1 and all(values[i].mask for i in many) else ()


def _going_on(node: Node, window: Selection) -> Sequence[int]:
    """The main input, where its first steps are chosen of what goes on from there."""
    first = window.start is None and window.stop is not None and window.stop > 0
    return (0,) if first and node.op.goes_on() else ()


def _counted(edit: Edit, name: str) -> str:
    """The value whose mask a value has, step by step."""
    node = edit.nodes[name]
    while node.op.stepwise() and not node.op.makes_mask():
        above = {name for name in node.inputs if edit.nodes[name].value.mask}
        if len(above) != 1:
            break
        node = edit.nodes[above.pop()]
    return node.name
