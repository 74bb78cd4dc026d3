"""Runs a program on symbols: what Keras would record of it, without Keras."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seqspec.backends.archive import masks
from seqspec.backends.archive.catalogue import FUNCTIONS, HEADS, OBJECTS, PARAMETERS, UNFILLED
from seqspec.backends.archive.symbolic import Names, Network, Operation, Symbol, symbols
from seqspec.program import (
    Binary,
    Call,
    Const,
    Expr,
    Item,
    Lambda,
    ListOf,
    Program,
    Ref,
    Slice,
)  # fmt: skip
from seqspec.target.names import OPERATORS


class CannotSay(Exception):
    """A program that uses what only Keras itself can save; the message says what."""


class Interpreter:
    """Evaluates the expressions of one program."""

    def __init__(self) -> None:
        self.names = Names()
        self.values: dict[str, Any] = {}

    def run(self, program: Program) -> Network:
        """The network that the program builds. Raises `CannotSay`."""
        for statement in program.statements:
            result = self.evaluate(statement.value)
            if len(statement.targets) == 1:
                self.values[statement.targets[0]] = result
            else:
                for place, target in enumerate(statement.targets):
                    mask = result.mask if place == 0 else None
                    self.values[target] = Symbol(result.node, place, mask)
        ends = [self.values[name] for name in program.outputs]
        return Network(_one([self.values[name] for name in program.inputs]), _one(ends))

    def evaluate(self, expr: Expr) -> Any:
        """A tensor, layer, configured object or plain value."""
        match expr:
            case Const(value):
                return value
            case Ref(name):
                return self.values[name]
            case ListOf(items):
                return [self.evaluate(item) for item in items]
            case Item(value, index):
                key = tuple(slice(*_bounds(p)) if isinstance(p, Slice) else p for p in index)
                return self.apply("get_item", self.evaluate(value), key)
            case Binary(operator, left, right):
                return self.apply(OPERATORS[operator], self.evaluate(left), self.evaluate(right))
            case Call():
                return self.call(expr)
            case Lambda():
                raise CannotSay("a Lambda layer holds Python code")

    def call(self, expr: Call) -> Any:
        """A call of something in Keras, or of a layer."""
        args = [self.evaluate(arg) for arg in expr.args]
        kwargs = {key: self.evaluate(value) for key, value in expr.kwargs}
        if not isinstance(expr.function, str):
            return self.applied(self.evaluate(expr.function), tuple(args), kwargs)
        module, _, name = expr.function.rpartition(".")
        match module:
            case "keras":
                return getattr(self, f"_{name.lower()}")(*args, **kwargs)
            case "keras.layers" if name in PARAMETERS:
                return self.layer(
                    name, {**dict(zip(PARAMETERS[name], args, strict=False)), **kwargs}
                )
            case "keras.ops":
                return self.function(name, args, kwargs)
            case "keras.initializers" | "keras.regularizers" | "keras.constraints" \
                | "keras.losses" | "keras.optimizers":  # fmt: skip
                given = dict(zip(OBJECTS.get(name, ()), args, strict=True))
                return configured(module, name, {**given, **kwargs})
        raise CannotSay(f"`{expr.function}` is not Keras's own")

    def layer(self, name: str, config: dict[str, Any]) -> Operation:
        """A layer that is not called yet."""
        config = {**UNFILLED.get(name, {}), **config}
        config["name"] = config.get("name") or self.names.fresh(name)
        plain = {
            key: configured("keras.layers", value.class_name, value.config)
            if isinstance(value, Operation)
            else value
            for key, value in config.items()
        }
        return Operation("keras.layers", name, plain)

    def applied(self, layer: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Symbol:
        """A call of a layer, with the masks that Keras carries along."""
        if layer.class_name in HEADS and not layer.nodes:
            self.names.fresh("Softmax")  # a layer inside takes the next name of that class
        found = layer.call(*args, **masks.filled_in(layer, args, kwargs))
        found.mask = masks.result(layer, args, kwargs, self.apply)
        return found

    def function(self, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """A call of a function; on plain numbers, a constant."""
        if any(symbols([*args, *kwargs.values()])):
            return self.apply(name, *args, **kwargs)
        return _constant(name, args, kwargs)

    def apply(self, name: str, *args: Any, **kwargs: Any) -> Symbol:
        """What a function of `keras.ops` gives, by the operation that Keras keeps for it."""
        if name not in FUNCTIONS:
            raise CannotSay(f"`keras.ops.{name}`")
        kept = FUNCTIONS[name]
        own = dict(zip(kept.parameters, args[kept.tensors :], strict=False))
        inside = {key: kwargs.get(key, default) for key, default in kept.in_call}
        own |= {key: value for key, value in kwargs.items() if key not in inside}
        config = {"name": self.names.fresh(kept.class_name), **dict(kept.constant), **own}
        return Operation(kept.module, kept.class_name, config).call(*args[: kept.tensors], **inside)

    def _input(
        self, shape: Any = None, batch_shape: Any = None, dtype: str = "float32", name: str = ""
    ) -> Symbol:
        config = {"batch_shape": batch_shape or (None, *shape), "dtype": dtype, "name": name}
        return Operation("keras.layers", "InputLayer", config).call()

    def _model(self, begins: Symbol, ends: Symbol, name: str) -> Operation:
        network = Network(begins, ends)
        return Operation(
            "keras.src.models.functional", "Functional", {"name": name}, network=network
        )

    def _sequential(self, layers: list[Operation], name: str) -> Operation:
        inside = [configured("keras.layers", made.class_name, made.config) for made in layers]
        return Operation("keras", "Sequential", {"name": name, "layers": inside})


def configured(module: str, class_name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """An object as Keras's configs have it."""
    return {
        "module": module, "class_name": class_name, "config": dict(config), "registered_name": None,
    }  # fmt: skip


def _constant(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """A tensor of numbers that are known."""
    if name == "arange":
        value, dtype = [*range(*args)], kwargs.get("dtype", "int32")
    elif name in ("array", "convert_to_tensor"):
        whole = all(isinstance(number, int) for number in _flat(args[0]))
        value, dtype = args[0], kwargs.get("dtype", "int32" if whole else "float32")
    else:
        raise CannotSay(f"`keras.ops.{name}` of numbers")
    return {"class_name": "__tensor__", "config": {"value": value, "dtype": dtype}}


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _bounds(part: Slice) -> tuple[int | None, int | None, int | None]:
    return part.start, part.stop, part.step


def _one(ends: list[Symbol]) -> Symbol | list[Symbol]:
    return ends[0] if len(ends) == 1 else ends
