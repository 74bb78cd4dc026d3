"""What a call may be: the operations that name its class, with arguments that make it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice, product
from typing import Any

from seqspec.backends.archive.symbolic import Node, Symbol, symbols
from seqspec.codes import Code
from seqspec.lift import search
from seqspec.lift.attempt import Attempt, said
from seqspec.lift.calls import inputs_of
from seqspec.lift.plain import class_of, frozen
from seqspec.lift.rewording import Rewording
from seqspec.lift.search import FAR
from seqspec.ops.arguments import arguments
from seqspec.ops.base import Operation as Op
from seqspec.ops.recurrent import Recurring
from seqspec.ops.registry import operations
from seqspec.ops.said import Said
from seqspec.ops.take import Drop, Take

_REACH = {"Repeat": 6, "Where": 2}  # calls back to what is repeated axis by axis, or chosen
_COMBINED = 64  # ways to choose the inputs of an operation
MASKS = ("NotEqual", "Isnan")  # functions by which a mask begins
MASKING = (*MASKS, "LogicalNot", "LogicalAnd", "Any")  # and of which it is made


class Candidates(Rewording):
    """Tries operations in the place of calls."""

    def combined(self, node: Node) -> Iterator[tuple[str, ...]]:
        """The values that a call may read, argument by argument; what a choice depends on comes
        behind what is chosen."""
        args = [*symbols(node.args)]
        states = [*symbols([node.kwargs.get("initial_state")])]
        name = node.operation.class_name
        each = [self.sources(symbol, _REACH.get(name, 3)) for symbol in args]
        if name == "Where":
            each = [*(chosen[:4] for chosen in each[1:]), self.sources(args[0], 6)]
        if name == "LogicalAnd":  # of what is masked twice
            each = [[n for n in each[0] if self.builder.nodes[n].value.mask]]
        if states:
            handed = self.states.get(tuple(map(self.place, states)))
            if handed:
                yield from self._products([*each, [handed]])
            each += [self.found.get(self.place(state), []) for state in states]
        yield from self._products(each)

    def _products(self, each: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
        if each and all(each):
            ordered = sorted(islice(product(*(range(len(part)) for part in each)), 5000), key=sum)
            for places in ordered[:_COMBINED]:
                yield tuple(part[i] for part, i in zip(each, places, strict=True))

    def without_mask(self, node: Node, forms: Sequence[Node]) -> list[Attempt]:
        """The same on values that count as real from end to end."""
        found: list[Attempt] = []
        for form in forms:
            for inputs in self.combined(form) if anchored(form.operation.class_name) else ():
                for place, name in enumerate(inputs):
                    if self.builder.nodes[name].value.mask and not found:
                        changed = (*inputs[:place], self.bare(name), *inputs[place + 1 :])
                        found += self.tried(node, form, changed)
        return found

    def tried(self, node: Node, form: Node, inputs: tuple[str, ...]) -> list[Attempt]:
        found: list[Attempt] = []
        inner = (self.calls.config(form.operation).get("layer") or {}).get("class")
        for cls in anchored(form.operation.class_name):
            teller = form if not cls.told_by else self.teller(cls, form)
            if teller is None or (inner and inner not in cls.anchors):
                continue
            read = inputs[:1] if cls.told_by else inputs
            for fields, chosen in self._operands(cls, read, teller.operation.name):
                way = (id(node), id(form), cls, frozen(fields), chosen)
                if way in self.ways:
                    continue
                self.ways.add(way)
                for op, uses in self._proposed(cls, fields, teller, chosen):
                    self.bench.problem = None
                    attempt = self._apply(op, chosen, self._name(node, teller), uses)
                    if attempt is None:
                        self._notice(teller, chosen)
                    elif self._holds(attempt, node):
                        found.append(attempt)
        return found

    def _operands(
        self, cls: type[Op], inputs: tuple[str, ...], layer: str
    ) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
        """What an operation's arguments may be that are values, and which those are; a layer that
        made another value as well is read by what uses its weights again."""
        yield from _operands(cls, inputs)
        if len(inputs) == 1 and any(s.required and s.kind == "operands" for s in arguments(cls)):
            for owner in self.layers.get(layer, ()):
                yield from _operands(cls, (*inputs, owner))

    def teller(self, cls: type[Op], form: Node) -> Node | None:
        """The call that says the arguments, where that is one that the anchor reads."""
        read = [self.calls.resolved(symbol).node for symbol in inputs_of(form)][::-1]
        return next((n for n in read if n.operation.class_name in cls.told_by), None)

    def _holds(self, attempt: Attempt, node: Node) -> bool:
        """Whether the file has all that the operation stands for, this call among it."""
        anchored = any(touched is node for touched in attempt.touched)
        if isinstance(attempt.op, Take | Drop):
            whole = attempt.op.items().get("window") == (None, None, None)
            if whole and attempt.value.mask and attempt.op.items().get("axis") == "features":
                return False  # a copy, of which some other operation says why it is made
            self.calls.unfix(attempt.data)
        return anchored and (self.calls.has(attempt.data) or isinstance(attempt.op, Recurring))

    def _proposed(
        self, cls: type[Op], fields: Mapping[str, Any], form: Node,
        inputs: tuple[str, ...],
    ) -> Iterator[tuple[Op, frozenset[str]]]:  # fmt: skip
        """The operations of a class that a call may be."""
        hooked = cls.lifted(self._said(form))
        if hooked is not None:
            yield from ((op.replace(**fields), cls.asked[0]) for op in islice(hooked, 100))
            return
        wanted = said(self.calls, form)
        values = tuple(self.builder.nodes[name].value for name in inputs)
        masks = tuple(self.bench.tensors[name].attached for name in inputs)
        key = (cls, frozen(fields), class_of(form.operation.class_name),
               tuple(sorted(wanted.items(), key=str)), values, masks)  # fmt: skip
        if key not in self.known.asked:
            self.known.asked[key] = [*self._searched(cls, fields, wanted, form, inputs)]
        yield from self.known.asked[key]

    def _searched(
        self, cls: type[Op], fields: Mapping[str, Any], wanted: search.Leaves,
        form: Node, inputs: tuple[str, ...],
    ) -> Iterator[tuple[Op, frozenset[str]]]:  # fmt: skip
        for uses in cls.asked:
            nearest: list[tuple[float, Op]] = []

            distance = partial(self._distance, form, wanted, inputs, uses, nearest)
            for op in search.found(cls, fields, wanted, distance):
                yield op, uses
            if nearest:
                self._differs(min(nearest, key=lambda pair: pair[0]), wanted, form, inputs, uses)

    def _distance(
        self, form: Node, wanted: search.Leaves, inputs: tuple[str, ...], uses: frozenset[str],
        nearest: list[tuple[float, Op]], op: Op,
    ) -> float:  # fmt: skip
        """How far what an operation stands for is from a call."""
        self.bench.problem = None
        if self._apply(op, inputs, self._name(form), uses) is None:
            self._notice(form, inputs)
            return FAR
        away = self.bench.distance(wanted, form)
        nearest.append((away, op))
        return away

    def _differs(
        self, nearest: tuple[float, Op], wanted: search.Leaves, form: Node,
        inputs: tuple[str, ...], uses: frozenset[str],
    ) -> None:  # fmt: skip
        """Notes what no arguments of an operation could say."""
        away, op = nearest
        if not 0 < away < min(100, self.away.get(id(form), FAR)):
            return
        if form.operation.class_name == "GetItem":
            self.reasons[id(form)] = f"no operation takes x[{_index_text(form.args[1])}]"
            return
        self.away[id(form)] = away
        self._apply(op, inputs, self._name(form), uses)
        own = min(
            (said(self.calls, made) for made in self.calls.lowered
             if class_of(made.operation.class_name) == class_of(form.operation.class_name)),
            key=lambda each: sum(each.get(path) != value for path, value in wanted.items()),
        )  # fmt: skip
        keys = [path for path, value in wanted.items() if own.get(path) != value]
        text = ", ".join(f"{'.'.join(path)}={_shown(wanted[path])}" for path in keys[:3])
        if text:
            self.reasons[id(form)] = f"`{op.op}` has no way to say {text}"

    def _notice(self, node: Node, inputs: Sequence[str]) -> None:
        """Why operations cannot be; sizes that would have to be equal are made so."""
        problem = self.bench.problem
        if problem is None:
            return
        if problem.code in (Code.SHAPES_DIFFER, Code.STATE_DIFFERS):
            self.known.sizes.differ([self.builder.nodes[name].value for name in inputs])
        self.reasons.setdefault(id(node), problem.message)

    def _said(self, node: Node, depth: int = 0) -> Said:
        def seen(value: Any) -> Any:
            if isinstance(value, Symbol):
                inner = self.calls.resolved(value).node
                return self._said(inner, depth + 1) if depth < 6 else None
            if isinstance(value, list | tuple):
                return tuple(map(seen, value))
            return value

        config = self.calls.config(node.operation)
        return Said(class_of(node.operation.class_name), config, tuple(map(seen, node.args)))


def anchored(class_name: str) -> list[type[Op]]:
    """The operations that may be known by a class of Keras."""
    return [cls for cls in operations() if class_of(class_name) in cls.anchors]


def _operands(
    cls: type[Op], inputs: tuple[str, ...]
) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """What an operation's arguments may be that are values, and which those are."""
    fields = [spec.field for spec in arguments(cls) if spec.kind == "operands"]
    rest = tuple(range(1, len(inputs)))
    if not cls.takes_flow:
        yield ({fields[0]: tuple(range(len(inputs)))} if fields else {}), inputs
    elif not rest or not fields:
        yield from (({}, (name,)) for name in dict.fromkeys(inputs))
    elif len(fields) == 1:
        yield {fields[0]: rest}, inputs
    elif len(fields) > 1 and len(rest) <= len(fields):
        if inputs[1] == inputs[0] and len(rest) == 1:
            yield {}, inputs[:1]
        else:
            yield {f: (place,) for f, place in zip(fields, rest, strict=False)}, inputs


def _index_text(index: Any) -> str:
    """An index as it stands in Python."""
    if isinstance(index, list | tuple):
        return ", ".join(map(_index_text, index))
    if isinstance(index, slice):
        start, stop, step = (
            "" if n is None else str(n) for n in (index.start, index.stop, index.step)
        )
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return "..." if index is ... else _shown(index)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 40 else f"{text[:39]}…"
