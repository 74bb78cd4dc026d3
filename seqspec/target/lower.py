"""Graph to program: each operation lowers itself, at a site that knows what is asked of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

from seqspec.graph.nodes import GraphQueries
from seqspec.graph.training import CROSSENTROPIES, OPTIMIZERS, SHORT_LOSSES, Objective, Training
from seqspec.ops.chain import Chain, Network, Node
from seqspec.ops.input import In
from seqspec.ops.site import Site, Tensor, whole_mask
from seqspec.program import (
    ALL,
    Assign,
    Expr,
    Item,
    Program,
    Ref,
    call,
    const,
    ops,
    without_unused,
)
from seqspec.target.names import with_distinct_names
from seqspec.target.slicing import with_lambda_slices
from seqspec.values import Value

Slicing = Literal["index", "lambda"]


def lower(graph: GraphQueries, *, slicing: Slicing = "index") -> Program:
    """The Keras program that a graph stands for."""
    statements: list[Assign] = []
    ends = {output.node: output.name for output in graph.outputs}
    tensors = _nodes(graph, ends, statements)
    outputs: dict[str, None] = {}
    for output in graph.outputs:
        name = f"{output.name}.masked" if output.name in graph.by_name else output.name
        expr = _end(tensors[output.node], graph.by_name[output.node].value, name)
        if not isinstance(expr, Ref) or expr.name in outputs:
            statements.append(Assign((f"{output.name}.output",), expr, output.node, (output.name,)))
            expr = Ref(f"{output.name}.output")
        outputs[expr.name] = None
    program = without_unused(
        Program(
            graph.name,
            tuple(statements),
            tuple(node.name for node in graph.inputs),
            tuple(outputs),
            _compile(graph, graph.training) if graph.training else (),
        )
    )
    return with_distinct_names(with_lambda_slices(program) if slicing == "lambda" else program)


def _end(tensor: Tensor, value: Value, name: str) -> Expr:
    """An output. Losses and metrics leave out what the mask that it carries leaves out.

    They want one with all axes but the last: a mask that Keras carries may do, else an identity
    is given one. The only stock layer that hands on what it is given is a model of its own, which
    makes floats of ids; those are no predictions. It puts the mask on the very tensor that it is
    given, which others may read, and so it gets a copy.
    """
    plain = tensor.mask is None or value.rank < 2 or value.is_tokens
    if plain or (tensor.attached and value.rank == 2):
        return tensor.data
    layer = call("keras.Sequential", [call("keras.layers.Identity")], name=name)
    return call(layer, Item(tensor.data, (ALL, ALL)), mask=whole_mask(tensor, value))


def _nodes(
    network: Network,
    ends: Mapping[str, str],
    statements: list[Assign],
    prefix: str = "",
    origin: str = "",
) -> dict[str, Tensor]:
    """Each node lowered, in order. `ends` are the nodes that are asked for, and what each is
    called; `prefix` and `origin` are those of a chain inside a node."""

    def inside(chain: Chain, prefix: str, origin: str) -> tuple[Expr, Expr]:
        return inside_lowered(chain, prefix, origin, statements)

    roots = {node.name: _root(network, node) for node in network.nodes}
    uses, inputs = _uses(network, ends, roots), len(network.inputs)
    shared = {root for name, root in roots.items() if root != name}
    tensors: dict[str, Tensor] = {}
    for node in network.nodes:
        root = roots[node.name]
        site = Site(
            name=node.name,
            inputs=tuple(tensors[name] for name in node.inputs),
            values=network.values(node),
            value=node.value,
            uses=frozenset(uses[root]),
            statements=statements,
            inside=inside,
            hint=_hint(node, inputs, ends.get(node.name, "x") if len(ends) > 1 else "x"),
            prefix=prefix,
            origin=origin,
            layer_name=f"{prefix}{root}.layer" if root in shared else "",
            layer_made=root != node.name,
        )
        tensors[node.name] = node.op.lower(site)
    return tensors


def inside_lowered(
    chain: Chain, prefix: str, origin: str, statements: list[Assign]
) -> tuple[Expr, Expr]:
    """The beginning and the end of a chain that stands inside an operation."""
    tensors = _nodes(chain, {chain.output: ""}, statements, prefix, origin)
    begins, ends = tensors[chain.nodes[0].name].data, tensors[chain.output].data
    if _same(begins, ends, statements):  # Keras takes a model that gives its input for a cycle
        ends = ops("copy", begins)
    return begins, ends


def _same(begins: Expr, ends: Expr, statements: list[Assign]) -> bool:
    """Whether nothing is done on the way."""
    known = {a.targets[0]: a.value for a in statements if len(a.targets) == 1}
    while ends != begins and isinstance(ends, Ref) and ends.name in known:
        ends = known[ends.name]
    return ends == begins


def _root(network: Network, node: Node) -> str:
    """The node whose layer is used. Where there are no weights each use has a layer of its own:
    what Keras makes of a `reshape` or `pad` depends on the very value that it is given."""
    return (node.op.weights(*network.values(node)) and node.shares) or node.name


def _uses(network: Network, ends: Iterable[str], roots: Mapping[str, str]) -> dict[str, set[str]]:
    """What is asked of each node; nodes that share weights are one layer and are asked alike."""
    uses: dict[str, set[str]] = defaultdict(set)
    for node in network.nodes:
        for name, port in zip(node.inputs, node.op.asks(*network.values(node)), strict=True):
            uses[roots[name]].add(port)
    for name in ends:
        uses[roots[name]].add("value")
    return uses


def _hint(node: Node, inputs: int, otherwise: str) -> str:
    """What a person would call the variable, where the spec gave no name: `otherwise`."""
    if isinstance(node.op, In):
        return "inputs" if inputs == 1 and node.name.endswith("input") else node.name
    return otherwise if re.fullmatch(rf"{node.op.op}(_\d+)?", node.name) else node.name


def _compile(graph: GraphQueries, training: Training) -> tuple[tuple[str, Expr], ...]:
    """The arguments of `model.compile`; with several outputs, lists in their order."""
    chosen = [training.objectives.get(output.name) for output in graph.outputs]
    settings: dict[str, Expr] = {
        "optimizer": call(
            f"keras.optimizers.{OPTIMIZERS[training.optimizer.optimizer][0]}",
            **training.optimizer.keras_arguments(),
        )
    }
    losses = [_loss(objective) if objective else const(None) for objective in chosen]
    metrics = [list(objective.metrics) if objective else [] for objective in chosen]
    weights = [objective.weight if objective else None for objective in chosen]
    single = len(chosen) == 1
    settings["loss"] = losses[0] if single else const(losses)
    if any(weight is not None for weight in weights):
        filled = [1.0 if weight is None else weight for weight in weights]
        settings["loss_weights"] = const(filled[0] if single else filled)
    if any(metrics):
        settings["metrics"] = const(metrics[0] if single else metrics)
    return tuple(settings.items())


def _loss(objective: Objective) -> Expr:
    if objective.loss is None:
        return const(None)
    name = SHORT_LOSSES.get(objective.loss, objective.loss)
    given: dict[str, object] = {}
    if objective.logits:
        given["from_logits"] = True
    if objective.smoothing is not None:
        given["label_smoothing"] = objective.smoothing
    return call(f"keras.losses.{CROSSENTROPIES[name]}", **given) if given else const(name)
