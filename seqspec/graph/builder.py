"""Makes graphs node by node, checking each: from text through the elaborator, or from Python.

build = GraphBuilder()
x = build.add(In(shape=(10, 6)))
h = build.add(Lstm(units=64), x)
build.output("y", build.add(Take(end="last"), h))
graph = build.graph()
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.graph.nodes import Comment, Output, PlainGraph
from seqspec.graph.training import Training
from seqspec.limits import DEFAULT_LIMITS, Limits
from seqspec.ops.arguments import arguments
from seqspec.ops.base import Layer, Operation, Weight
from seqspec.ops.chain import Chain, Node, depth
from seqspec.ops.fields import check_fields, check_inputs, whole_numbers
from seqspec.ops.input import In
from seqspec.source import Span
from seqspec.values import Value

if TYPE_CHECKING:
    from seqspec.graph.graph import Graph

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class GraphBuilder:
    """A graph in the making. Every method raises `Problem` for what does not fit."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, reserved: Iterable[str] = ()) -> None:
        self.limits = limits
        self.nodes: dict[str, Node] = {}
        self.outputs: list[Output] = []
        self.parameters = 0
        self._reserved = set(reserved)  # names that only those who ask for them get
        self.depths: dict[str, int] = {}
        self.read = 0
        self._output_names: set[str] = set()
        self.tried: dict[str, int] = {}

    def add(
        self,
        op: Operation,
        *inputs: Node | str,
        name: str | None = None,
        shares: str | None = None,
        span: Span | None = None,
        from_text: bool = False,
    ) -> Node:
        """A new node: the operation on these inputs, its value inferred and its size checked.

        The fields of one `from_text` were held to their annotations when they were read.
        """
        names = tuple(i.name if isinstance(i, Node) else i for i in inputs)
        for missing in (n for n in (*names, *([shares] if shares else ())) if n not in self.nodes):
            raise Problem(Code.UNKNOWN_NAME, f"there is no node `{missing}` before this one")
        values = tuple(self.nodes[n].value for n in names)
        if not from_text:
            check_fields(op, op.op, len(names))
        if op.takes_flow and not values:
            raise Problem(Code.NO_FLOW, f"`{op.op}` needs a value to work on")
        check_inputs(op, len(values))
        place = op.tied()
        if place is not None:
            owner = self.nodes[names[place]]
            shares = owner.shares or owner.name
        deep = self._depth(op, names)
        self._check_room(op, names, deep)
        value = with_batch(op.infer(*values), values)
        self._check_size(value)
        weights = op.weights(*values)
        if isinstance(op, Layer):
            op.check_start(weights)
        if shares:
            self._check_shared(op, values, weights, self.nodes[shares])
        else:
            self._count(weights)
        node = Node(
            name=self._name(name, op),
            op=op,
            inputs=names,
            value=value,
            shares=shares,
            span=span,
        )
        self.nodes[node.name] = node
        self.read += len(names)
        self.depths[node.name] = deep
        return node

    def output(self, name: str, node: Node | str) -> None:
        """Makes a node's value an output of the model."""
        key = node.name if isinstance(node, Node) else node
        if key not in self.nodes:
            raise Problem(Code.UNKNOWN_NAME, f"there is no node `{key}`")
        if not _NAME.fullmatch(name):
            raise Problem(Code.OUT_OF_RANGE, f"`{name}` cannot name an output")
        if name in self._output_names:
            raise Problem(Code.REDEFINED, f"there is an output `{name}` already")
        self._output_names.add(name)
        self.outputs.append(Output(name=name, node=key))

    def graph(self, name: str = "model", training: Training | None = None) -> Graph:
        """The graph of what the outputs need; nodes that no output needs are left out."""
        from seqspec.graph.graph import Graph

        if training:
            training.check()
        return Graph.of(self.plain(name, training))

    def plain(
        self,
        name: str,
        training: Training | None = None,
        parameters: Mapping[str, int | float | str] | None = None,
        comments: tuple[Comment, ...] = (),
    ) -> PlainGraph:
        """The same as the compiler works on it."""
        if not self.outputs:
            raise Problem(Code.NO_MODEL, "there is no output")
        check_name(name)
        needed = self.needed()
        return PlainGraph(
            name=name,
            nodes=tuple(node for key, node in self.nodes.items() if key in needed),
            outputs=tuple(self.outputs),
            parameters=dict(parameters or {}),
            training=training,
            comments=comments,
        )

    def needed(self) -> set[str]:
        """The names of the nodes that outputs are made of."""
        needed: set[str] = set()
        pending = [output.node for output in self.outputs]
        while pending:
            name = pending.pop()
            if name not in needed:
                needed.add(name)
                node = self.nodes[name]
                pending += [*node.inputs, *([node.shares] if node.shares else [])]
        return needed

    def weighs(self, node: Node) -> bool:
        """Whether a node has weights of its own."""
        values = (self.nodes[name].value for name in node.inputs)
        return not node.shares and bool(node.op.weights(*values))

    def unique(self, base: str) -> str:
        """The name, or the name with the first free number behind it."""
        if base not in self.nodes and base not in self._reserved:
            return base
        number = self.tried.get(base, 0) + 1
        while f"{base}_{number}" in self.nodes or f"{base}_{number}" in self._reserved:
            number += 1
        self.tried[base] = number
        return f"{base}_{number}"

    def _name(self, asked: str | None, op: Operation) -> str:
        if asked is None:
            return self.unique("input" if isinstance(op, In) else op.op)
        if not _NAME.fullmatch(asked):
            raise Problem(
                Code.OUT_OF_RANGE,
                f"`{asked}` cannot name a layer",
                field="name",
                help="a name has letters, digits, `_`, `-` and `.`, and begins with a letter",
            )
        if asked in self.nodes:
            raise Problem(
                Code.REDEFINED, f"there is a layer `{asked}` already", field="name",
                help="each layer has a name of its own",
            )  # fmt: skip
        return asked

    def _check_room(self, op: Operation, inputs: tuple[str, ...], deep: int) -> None:
        """Whether there may be another operation of so many inputs, so deep and so large."""
        if len(self.nodes) >= self.limits.nodes:
            raise Problem(
                Code.LIMIT,
                f"the spec expands to more than {self.limits.nodes:,} operations",
                help="repeat less, or raise `Limits.nodes`",
            )
        if self.read + len(inputs) > self.limits.inputs:
            raise Problem(
                Code.LIMIT,
                f"all operations together read more than {self.limits.inputs:,} values",
                help="merge fewer values, or raise `Limits.inputs`",
            )
        if deep > self.limits.depth:
            raise Problem(
                Code.LIMIT,
                f"more than {self.limits.depth} operations stand one behind the other",
                help="plain Keras cannot load deeper models; `Limits.depth` sets the bound",
            )
        for field, number in whole_numbers(op):
            if abs(number) > self.limits.size:
                raise Problem(
                    Code.LIMIT,
                    f"`{field.rstrip('_')}` of `{op.op}` is {number:,}, and numbers here go up to "
                    f"{self.limits.size:,}",
                    field=field,
                    help="choose a smaller number, or raise `Limits.size`",
                )

    def _depth(self, op: Operation, inputs: tuple[str, ...]) -> int:
        """How many operations stand one behind the other up to this one, chains inside included."""
        inside = [depth(chain) for chain in op.chains()]
        return 1 + max(inside, default=0) + max((self.depths[n] for n in inputs), default=0)

    def _check_size(self, value: Value) -> None:
        if value.rank > self.limits.axes:
            raise Problem(
                Code.LIMIT,
                f"a value of {value.rank} axes is more than {self.limits.axes}",
                help="`reshape` joins axes; `Limits.axes` sets the bound",
            )
        total = 1
        for size in value.shape:
            total *= size if isinstance(size, int) else 1
        if total > self.limits.size:
            raise Problem(
                Code.LIMIT,
                f"a value of {total:,} numbers a sample is more than {self.limits.size:,}",
                help="choose smaller sizes, or raise `Limits.size`",
            )

    def _count(self, weights: tuple[Weight, ...]) -> None:
        total = self.parameters + sum(weight.size for weight in weights)
        if total > self.limits.parameters:
            raise Problem(
                Code.LIMIT,
                f"the weights come to {total:,} numbers, more than {self.limits.parameters:,}",
                help="choose smaller layers, or raise `Limits.parameters`",
            )
        self.parameters = total

    def _check_shared(
        self, op: Operation, values: tuple[Value, ...], weights: tuple[Weight, ...], first: Node
    ) -> None:
        if op.tied() is None and not alike(op, first.op):
            raise Problem(
                Code.BAD_COMBINATION,
                f"the weights of `{first.name}` are used again here, with other arguments",
                help="`{i}` may differ only where there are no weights: `take {i}`",
            )
        before = tuple(self.nodes[n].value for n in first.inputs)
        had = first.op.weights(*before)
        if [w.shape for w in weights] != [w.shape for w in had]:
            raise Problem(
                Code.SHAPES_DIFFER,
                f"the shared weights of `{first.name}` have other shapes than are needed here",
                help="shared chains read values with as many features at each use",
            )
        if op.settled(*values) != first.op.settled(*before):
            raise Problem(
                Code.SHAPES_DIFFER,
                f"`{first.name}` is shared, and was made for values of other sizes",
                help="give it values of one size at each use: `take`, `pad`, `pool`",
            )


def check_name(model: str) -> None:
    """Refuses what cannot name a model. Raises `Problem`."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", model):
        raise Problem(Code.OUT_OF_RANGE, f"`{model}` cannot name a model")


def alike(op: Operation, other: Operation) -> bool:
    """Whether two operations say the same, whatever values they read and names they give."""
    chains = list(zip_longest(op.chains(), other.chains()))
    plain = [s.field for s in arguments(type(op)) if s.kind not in ("operands", "chain")]
    return (
        type(op) is type(other)
        and op.op == other.op
        and all(getattr(op, field) == getattr(other, field) for field in plain)
        and all(one and again and _same_chain(one, again) for one, again in chains)
    )


def _same_chain(chain: Chain, other: Chain) -> bool:
    pairs = zip_longest(chain.nodes, other.nodes)
    return all(one and again and alike(one.op, again.op) for one, again in pairs)


def with_batch(value: Value, inputs: tuple[Value, ...]) -> Value:
    """Batch sizes travel along, and two that meet must be equal.

    Where one that is fixed meets one that is not, Keras does not always know the result's.
    """
    sizes = sorted({v.batch for v in inputs if v.batch is not None})
    if len(sizes) > 1:
        raise Problem(
            Code.SHAPES_DIFFER, f"batches of {sizes[0]} and of {sizes[1]} samples meet here"
        )
    batch = sizes[0] if sizes and all(v.batch is not None for v in inputs) else None
    return value.replace(batch=batch) if inputs and value.batch != batch else value
