"""Tries operations: lowers each as the compiler does, and looks for its calls in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqspec.backends.archive.interpret import CannotSay
from seqspec.backends.archive.symbolic import Node, Symbol
from seqspec.diagnostics import Problem, UsageError
from seqspec.graph.builder import GraphBuilder, with_batch
from seqspec.lift.calls import Calls
from seqspec.lift.plain import class_of, leaves, one_form
from seqspec.lift.search import FAR, OTHER, Leaves
from seqspec.ops.base import Operation
from seqspec.ops.chain import Chain
from seqspec.ops.registry import BY_NAME
from seqspec.ops.site import Site, Tensor
from seqspec.program import Expr
from seqspec.target.lower import inside_lowered
from seqspec.values import Value

Uses = frozenset[str]


@dataclass(frozen=True)
class Attempt:
    """An operation on some inputs that the file has, call by call."""

    op: Operation
    inputs: tuple[str, ...]
    uses: Uses
    name: str
    value: Value
    tensor: Tensor
    data: Symbol
    touched: tuple[Node, ...]
    strange: int  # layers that have other names than the compiler would give them
    identifier: str = ""

    @property
    def rank(self) -> tuple[int, int, bool]:
        """The best comes first: with the names that are given, of the most calls, and of the
        operation after which its layer is named."""
        own = re.sub(r"(_layer)?(_\d+)?$", "", self.name)
        calls = len({id(node) for node in self.touched})
        return self.strange, -calls, own in BY_NAME and own != self.op.op


@dataclass
class Bench:
    """Where operations are tried."""

    calls: Calls
    builder: GraphBuilder
    tensors: dict[str, Tensor] = field(default_factory=dict)
    problem: Problem | None = None  # why the last one could not be

    def attempt(
        self,
        op: Operation,
        inputs: Sequence[str],
        *,
        identifier: str,
        name: str,
        uses: Uses = frozenset({"value"}),
        shares: str | None = None,
    ) -> Attempt | None:
        """The operation, if it can be: whether the file has it is for `data` to say."""
        values = tuple(self.builder.nodes[n].value for n in inputs)
        self.calls.touched.clear()
        self.calls.lowered.clear()
        self.calls.strange = 0
        try:
            value = with_batch(op.infer(*values), values)
            weighs = bool(op.weights(*values))
            statements: list[Any] = []
            site = Site(
                name=name,
                inputs=tuple(self.tensors[n] for n in inputs),
                values=values,
                value=value,
                uses=uses,
                statements=statements,
                inside=_inside(statements),
                prefix=f"{identifier}/",
                layer_name=f"{shares or identifier}.layer" if weighs else "",
                layer_made=weighs and shares is not None,
            )
            tensor = op.lower(site)
            for statement in statements:
                self.calls.assign(statement)
            data = self.calls.evaluate(tensor.data)
        except Problem as problem:
            self.problem = problem
            return None
        except (CannotSay, UsageError, LookupError, TypeError, AttributeError, AssertionError):
            return None
        return Attempt(
            op, tuple(inputs), uses, name, value, tensor, self.calls.resolved(data),
            tuple(self.calls.touched), self.calls.strange, identifier,
        )  # fmt: skip

    def distance(self, wanted: Leaves, like: Node) -> float:
        """How far the last attempt's calls are from one that is wanted."""
        found, flat = FAR, dict(_flat(wanted))
        for node in self.calls.lowered:
            own = dict(_flat(said(self.calls, node)))
            away = float(
                sum(flat.get(path, _NOTHING) != value for path, value in own.items())
                + sum(path not in own for path in flat)
            )
            if class_of(node.operation.class_name) != class_of(like.operation.class_name):
                away += OTHER
            found = min(found, away)
        return found


def _flat(values: Leaves) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each number of a tuple by itself, so that one of them may be nearer than none."""
    for path, value in values.items():
        if isinstance(value, tuple) and value:
            yield from _flat({(*path, str(i)): inner for i, inner in enumerate(value)})
        else:
            yield path, value


_NOTHING = object()


def _inside(statements: list[Any]) -> Any:
    def inside(chain: Chain, prefix: str, origin: str) -> tuple[Expr, Expr]:
        return inside_lowered(chain, prefix, origin, statements)

    return inside


def said(calls: Calls, node: Node) -> dict[tuple[str, ...], Any]:
    """All that a call says beside its tensors."""
    found = dict(leaves(calls.config(node.operation)))
    for place, arg in enumerate(node.args):
        if not isinstance(arg, Symbol) and not _holds(arg):
            found["args", str(place)] = one_form(_plain(arg))
    for key, value in node.kwargs.items():
        if value is not None and value is not False and not _holds(value):
            found["kwargs", key] = one_form(value)
    return found


def _plain(arg: Any) -> Any:
    """An argument without the form that Keras has for constants."""
    if isinstance(arg, dict) and isinstance(arg.get("config"), dict):
        return arg["config"].get("value", arg)
    if isinstance(arg, slice):
        return ("slice", arg.start, arg.stop, arg.step)
    if isinstance(arg, list | tuple):
        return tuple(map(_plain, arg))
    return "..." if arg is ... else arg


def _holds(value: Any) -> bool:
    """Whether a tensor is somewhere inside."""
    if isinstance(value, Symbol):
        return True
    if isinstance(value, list | tuple):
        return any(map(_holds, value))
    return False
