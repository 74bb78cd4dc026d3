"""Steps that nobody reads are not made, of values with a mask.

There a `take` counts the real steps of each sample. It moves behind nothing but what hands on the
very mask that is counted, and changes nothing of which steps are real:

* operations that work step by step, on values that all have the same mask, attention by the
  steps that read among them;
* layers and sums that go on from the first step, for what is taken from there.

Left alone are windows (a convolution reads the holes between real steps as zeros, and a `take`
leaves them out), places and causal attention, which count by themselves, layers that read
backwards, which cuDNN reads no more once their steps are chosen, and values without a mask beside
those that have one, whose steps would be counted otherwise.
"""

from __future__ import annotations

from seqspec.diagnostics import Problem
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.ops.places import ByStep
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
    try:
        found = _by_step(edit, node) or _going_on(node, window)
        if found is None or (found.op != node.op and edit.is_shared(node)):
            return
        sides = [take.infer(values[read]) if place in found.along else values[read]
                 for place, read in enumerate(found.reads)]  # fmt: skip
        same = found.op.weights(*sides) == edit.weights(node)
        if not same or _kind(found.op.infer(*sides)) != _kind(take.infer(node.value)):
            return
    except Problem:  # of open sizes not every slice can be told
        return
    inputs = [node.inputs[read] for read in found.reads]
    for place in found.along:
        inputs[place] = edit.make(take, inputs[place], span=reader.span)
    edit.replace(node, found.op, inputs)
    if chosen.index is None:
        edit.redirect(reader.name, node.name)
    else:
        edit.replace(reader, Take(end="last" if chosen.index < 0 else "first"), [node.name])


def _window(chosen: Selection) -> Selection:
    """What is chosen, with the axis of steps kept."""
    if chosen.index is None:
        return chosen
    return Selection.window(chosen.index or None, chosen.index + 1 or None)


def _kind(value: Value) -> tuple[object, ...]:
    return value.shape, value.dtype, value.mask


def _by_step(edit: Edit, node: Node) -> ByStep | None:
    """How the node works, where each real step is made of the same one of all that is read so."""
    found = None if node.op.makes_mask() else node.op.by_step(*edit.values(node))
    if found is None:
        return None
    along = [node.inputs[found.reads[place]] for place in found.along]
    masked = all(edit.nodes[name].value.mask for name in along)
    return found if masked and len({_counted(edit, name) for name in along}) == 1 else None


def _going_on(node: Node, window: Selection) -> ByStep | None:
    """The same of the main input, where the first steps are chosen of what goes on from there."""
    first = window.start is None and window.stop is not None and window.stop > 0
    if not first or not node.op.goes_on():
        return None
    return ByStep(node.op, tuple(range(len(node.inputs))), (0,))


def _counted(edit: Edit, name: str) -> str:
    """The value whose mask a value has, step by step."""
    node = edit.nodes[name]
    while not node.op.makes_mask() and (found := node.op.by_step(*edit.values(node))):
        along = {node.inputs[found.reads[place]] for place in found.along}
        above = [name for name in along if edit.nodes[name].value.mask]
        if len(above) != 1:
            break
        node = edit.nodes[above[0]]
    return node.name
