"""A saved model's config as calls, in an order in which they can be made.

The inverse of `seqspec.backends.archive.config`, for files that anybody may have written:
nothing in them is believed, and nothing is run.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Iterator, Mapping
from typing import Any

from seqspec.backends.archive import masks
from seqspec.backends.archive.catalogue import MODELS
from seqspec.backends.archive.symbolic import Node, Operation, Symbol, symbols
from seqspec.diagnostics import shorten
from seqspec.lift.calls import Calls
from seqspec.lift.faults import CannotLift, Damaged, Unsaid
from seqspec.lift.keras2 import CARRIED
from seqspec.lift.plain import class_of, policy
from seqspec.limits import Limits

Given = Symbol | list[Symbol]
"""What a call gives: several tensors where it is that of a model inside which does."""
Made = Generator[Node, None, list[Symbol]]
"""The nodes of a model, each to be entered before the next is asked for; then its outputs."""

_PLACED = {  # the names of arguments that people give by name
    "MultiHeadAttention": ("query", "value", "key"),
    "GroupQueryAttention": ("query", "value", "key"),
    "GroupedQueryAttention": ("query", "value", "key"),
}


class Saved:
    """Makes the calls of models, and of models inside them."""

    def __init__(
        self, calls: Calls, limits: Limits, opened: Container[str], notes: dict[str, None]
    ) -> None:
        self.calls, self.limits, self.opened, self.notes = calls, limits, opened, notes
        self.inputs: list[Symbol] = []
        self._operations: dict[int, tuple[object, dict[str, Operation]]] = {}
        self._left = limits.nodes
        self._depth = 0

    def model(self, entry: Any, bound: list[Symbol] | None = None) -> Made:
        """The nodes of a model; `bound` are what it is called with, for one inside another."""
        entry = _dict(entry, "the model")
        name, config = entry.get("class_name"), _dict(entry.get("config"), "the model's config")
        if name not in MODELS or "layers" not in config:
            raise CannotLift((Unsaid(
                _text(config.get("name", "model")), _text(name),
                "only models made of layers, functional or sequential, have their calls in the "
                "file; this is a class of its own, whose calls are Python code",
            ),))  # fmt: skip
        if self._depth > self.limits.nesting:
            raise Damaged(f"models are nested deeper than {self.limits.nesting}")
        self._depth += 1
        made = self._sequential if name == "Sequential" else self._functional
        ends = yield from made(config, bound)
        self._depth -= 1
        return ends

    def _sequential(self, config: Mapping[str, Any], bound: list[Symbol] | None) -> Made:
        layers = _list(config.get("layers"), "the layers")
        x = bound[0] if bound else None
        if bound is None and not _is_input(layers[:1]):
            x = yield from self._input(_assumed(config))
        for entry in layers:
            entry = _dict(entry, "a layer")
            if entry.get("class_name") == "InputLayer":
                if x is None:
                    x = yield from self._input(_dict(entry.get("config"), "an input"))
                continue
            if x is None:
                raise Damaged("a model has no input")
            x = _at((yield from self._call(self._operation(config, entry), (x,), {})), 0)
        return [x] if x is not None else []

    def _input(self, config: Mapping[str, Any]) -> Generator[Node, None, Symbol]:
        shape = config.get("batch_shape", config.get("batch_input_shape"))
        name = _text(config.get("name", "input_layer"))
        dtype = config.get("dtype") or "float32"
        plain = {"batch_shape": _sizes(shape), "dtype": dtype, "name": name}
        unsaid = [key for key in ("sparse", "ragged", "optional") if config.get(key)]
        if unsaid:
            raise CannotLift((Unsaid(name, "InputLayer", f"it is {unsaid[0]}"),))
        symbol = yield from self._made(Operation("keras.layers", "InputLayer", plain), (), {})
        self.inputs.append(symbol)
        return symbol

    def _operation(self, owner: Mapping[str, Any], entry: Mapping[str, Any]) -> Operation:
        """The operation of a layer's entry; the same one each time that its model is called."""
        _, known = self._operations.setdefault(id(owner), (owner, {}))
        config = _dict(entry.get("config"), "a layer's config")
        name = _text(entry.get("name") or config.get("name"))
        if name not in known:
            made = Operation(
                _text(entry.get("module")), class_of(_text(entry.get("class_name"))),
                {**config, "name": _text(config.get("name", name))},
            )  # fmt: skip
            if (dtype := policy(config.get("dtype"))).startswith("mixed_"):
                self.notes[f"the policy {dtype} is left out: numbers have single precision"] = None
            rank = _rank(entry)
            if rank:
                self.calls.ranks[id(made)] = rank
            known[name] = made
        return known[name]

    def _call(
        self, made: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Generator[Node, None, Given]:
        """A call with the mask that Keras fills in when it loads the file; of a model inside,
        all of its calls."""
        if made.class_name in MODELS and not self._kept(made, args):
            ends = yield from self.model(
                {"class_name": made.class_name, "config": made.config}, [*symbols(args)]
            )
            return ends[0] if len(ends) == 1 else ends
        given = {k: v for k, v in kwargs.items() if v is not None and v is not False}
        if given.get("mask") == CARRIED:
            given["mask"] = masks.attached(args[0])
        if made.is_layer and args:
            given = masks.filled_in(made, args, given)
        return (yield from self._made(made, args, given))

    def _kept(self, made: Operation, args: tuple[Any, ...]) -> bool:
        """Whether a model inside may stand for a chain that every step goes through, or hands on
        what it is given, as the compiler writes them."""
        if made.name in self.opened:
            return False
        inner = made.config.get("layers")
        names = [e.get("class_name") for e in inner if isinstance(e, dict)] if isinstance(
            inner, list
        ) else []  # fmt: skip
        if [name for name in names if name != "InputLayer"] == ["Identity"]:
            return True
        return made.class_name == "Functional" and any(
            symbol.node.operation.module.startswith("keras.src.ops")
            and symbol.node.operation.class_name in ("Reshape", "Take")
            for symbol in symbols(args)
        )

    def _made(
        self, made: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Generator[Node, None, Symbol]:
        self._left -= 1
        if self._left < 0:
            raise Damaged(f"the model makes more than {self.limits.nodes:,} calls")
        symbol = made.call(*args, **kwargs)
        self.calls.first[id(symbol.node)] = symbol
        yield symbol.node
        return self.calls.resolved(symbol)

    def _functional(self, config: Mapping[str, Any], bound: list[Symbol] | None) -> Made:
        table = _Table(config, self.limits)
        done: dict[tuple[str, int], Given] = {}
        starts = _ends(config.get("input_layers"), "input_layers")
        for place, (name, _, _) in enumerate(starts):
            if bound is not None and place < len(bound):
                done[name, 0] = bound[place]
            else:
                inner = _dict(table.entry(name).get("config"), "an input")
                done[name, 0] = yield from self._input({**inner, "name": name})
        for name, number in table.in_order(done):
            call = table.calls[name][number]
            made = self._operation(config, table.entry(name))
            args, kwargs = _arguments(made, call, done)
            done[name, number] = yield from self._call(made, args, kwargs)
        return [_end(done, table, *end) for end in _ends(config.get("output_layers"), "outputs")]


class _Table:
    """The layers of a functional model by name, and the calls of each."""

    def __init__(self, config: Mapping[str, Any], limits: Limits) -> None:
        self.calls: dict[str, list[Any]] = {}
        self.entries: dict[str, Mapping[str, Any]] = {}
        for entry in _list(config.get("layers"), "the layers"):
            entry = _dict(entry, "a layer")
            inner = entry.get("config")
            name = entry.get("name", inner.get("name") if isinstance(inner, dict) else None)
            if not isinstance(name, str) or name in self.entries:
                raise Damaged(
                    f"each layer has a name of its own, and one has {shorten(repr(name))}"
                )
            self.entries[name] = entry
            self.calls[name] = _list(entry.get("inbound_nodes", []), "the calls of a layer")
        if sum(map(len, self.calls.values())) > limits.nodes:
            raise Damaged(f"the model makes more than {limits.nodes:,} calls")

    def entry(self, name: str) -> Mapping[str, Any]:
        """A layer by its name. Raises `Damaged`."""
        if name not in self.entries:
            raise Damaged(f"there is no layer {shorten(name)!r}")
        return self.entries[name]

    def in_order(self, done: Mapping[tuple[str, int], Given]) -> Iterator[tuple[str, int]]:
        """Each call behind those whose results it reads. Raises `Damaged` for a circle."""
        seen: dict[tuple[str, int], bool] = dict.fromkeys(done, True)
        every = [
            (name, number) for name, calls in self.calls.items() for number in range(len(calls))
        ]
        for start in every:
            pending = [start]
            while pending:
                place = pending[-1]
                if seen.get(place):
                    pending.pop()
                    continue
                if place not in seen:
                    seen[place] = False
                    needs = [*self._needs(place)]
                    if any(seen.get(need) is False for need in needs):
                        raise Damaged(f"the calls of {shorten(place[0])!r} go round in a circle")
                    pending += [need for need in needs if need not in seen]
                    continue
                seen[place] = True
                pending.pop()
                yield place

    def _needs(self, place: tuple[str, int]) -> Iterator[tuple[str, int]]:
        name, number = place
        if name not in self.calls or not 0 <= number < len(self.calls[name]):
            raise Damaged(
                f"a tensor comes from call {number} of {shorten(name)!r}, and there is none"
            )
        for history in _histories(self.calls[name][number]):
            yield history[:2]


def _histories(value: Any) -> Iterator[tuple[str, int, int]]:
    """The tensors in the arguments of a call, by where they come from."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, list):
            pending += part
        elif isinstance(part, dict):
            if part.get("class_name") == "__keras_tensor__":
                yield _history(part)
            else:
                pending += part.values()


def _history(part: Mapping[str, Any]) -> tuple[str, int, int]:
    config = _dict(part.get("config"), "a tensor")
    history = config.get("keras_history")
    match history:
        case [str(name), int(number), int(place)] if number >= 0 and 0 <= place < 1000:
            return name, number, place
    raise Damaged(f"a tensor comes from {shorten(repr(history))}, which is no call")


def _arguments(
    made: Operation, call: Any, done: Mapping[tuple[str, int], Given]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a call is given: tensors and plain values."""
    call = _dict(call, "a call (those of Keras 2 are kept in another way)")
    args = [_value(arg, done) for arg in _list(call.get("args", []), "the arguments")]
    kwargs = {
        key: _value(value, done)
        for key, value in _dict(call.get("kwargs", {}), "the arguments").items()
    }
    for name in _PLACED.get(made.class_name, ()) if not args else ():
        if kwargs.get(name) is not None:
            args.append(kwargs.pop(name))
    if made.class_name in _PLACED:
        if len(args) == 2 and kwargs.get("key") is not None:
            args.append(kwargs.pop("key"))
        if len(args) == 3 and isinstance(args[2], Symbol) and _alike(args[1], args[2]):
            args.pop()
    if not args and len(kwargs) >= 1 and made.is_layer:
        first = next((k for k in ("inputs", "sequences", "sequence", "x") if k in kwargs), None)
        if first:
            args.append(kwargs.pop(first))
    return tuple(args), kwargs


def _alike(one: Any, other: Symbol) -> bool:
    return isinstance(one, Symbol) and (one.node, one.place) == (other.node, other.place)


def _value(value: Any, done: Mapping[tuple[str, int], Given], depth: int = 0) -> Any:
    if depth > 20:
        raise Damaged("the arguments of a call are nested without end")
    match value:
        case {"class_name": "__keras_tensor__"}:
            name, number, place = _history(value)
            return _at(done[name, number], place)
        case {"class_name": "__slice__", "config": dict(config)}:
            return slice(*(config.get(bound) for bound in ("start", "stop", "step")))
        case {"class_name": "__ellipsis__"}:
            return ...
        case list():
            return [_value(item, done, depth + 1) for item in value]
        case dict():
            return {key: _value(item, done, depth + 1) for key, item in value.items()}
    return value


def _at(symbol: Given, place: int) -> Symbol:
    if isinstance(symbol, list):
        if place >= len(symbol):
            raise Damaged(f"a model inside has no output {place}")
        return symbol[place]
    return symbol if place == 0 else Symbol(symbol.node, place)


def _end(
    done: Mapping[tuple[str, int], Given], table: _Table, name: str, number: int, place: int
) -> Symbol:
    """An output. Keras counts the calls of nested models from one here."""
    nested = table.entry(name).get("class_name") == "Functional"
    for counted in (number - 1, number) if nested else (number, number - 1):
        if (name, counted) in done:
            return _at(done[name, counted], place)
    raise Damaged(f"an output comes from call {number} of {shorten(name)!r}, and there is none")


def _ends(value: Any, what: str) -> list[tuple[str, int, int]]:
    match value:
        case [str(name), int(number), int(place)]:
            return [(name, number, place)]
        case list():
            return [end for part in value for end in _ends(part, what)]
        case dict():
            return [end for part in value.values() for end in _ends(part, what)]
    raise Damaged(f"{what} of a model are {shorten(repr(value))}")


def _is_input(layers: list[Any]) -> bool:
    return bool(layers) and isinstance(layers[0], dict) and (
        layers[0].get("class_name") == "InputLayer"
    )  # fmt: skip


def _assumed(config: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a sequential model that names none."""
    shape = config.get("build_input_shape")
    if not isinstance(shape, list):
        raise CannotLift((Unsaid(
            _text(config.get("name", "model")), "Sequential",
            "the shape of its input is not in the file: the model was never built",
        ),))  # fmt: skip
    return {"batch_shape": shape, "name": "input_layer"}


def _rank(entry: Mapping[str, Any]) -> int | None:
    """How many axes a layer reads, the batch counted; as far as the file says it."""
    build = entry.get("build_config")
    shape = build.get("input_shape") if isinstance(build, dict) else None
    if isinstance(shape, list) and shape and isinstance(shape[0], list):
        shape = shape[0]
    if isinstance(shape, list) and shape:
        return len(shape)
    for part in _shapes(entry.get("inbound_nodes")):
        return len(part)
    return None


def _shapes(value: Any) -> Iterator[list[Any]]:
    pending = [value]
    while pending:
        part = pending.pop(0)
        if isinstance(part, list):
            pending = [*part, *pending]
        elif isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
            config = part.get("config")
            shape = config.get("shape") if isinstance(config, dict) else None
            if isinstance(shape, list) and shape:
                yield shape
        elif isinstance(part, dict):
            pending = [*part.values(), *pending]


def _sizes(shape: Any) -> list[int | None]:
    if not isinstance(shape, list) or not 1 <= len(shape) <= 32:
        raise Damaged(f"the shape of an input is {shorten(repr(shape))}")
    for size in shape:
        if not (size is None or (isinstance(size, int) and not isinstance(size, bool))):
            raise Damaged(f"the shape of an input is {shorten(repr(shape))}")
    return shape


def _dict(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Damaged(f"{what} is no JSON object: {shorten(repr(value)[:200])}")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise Damaged(f"{what} are no JSON list: {shorten(repr(value)[:200])}")
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else shorten(repr(value)[:200])
