"""Runs a program with Keras."""

from __future__ import annotations

import random
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import keras
from keras.src.backend.common import global_state

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
from seqspec.target.pretty import text

_NAMES = "object_name_uids"  # where Keras counts the names that it has given


def build(program: Program, seed: int = 0) -> keras.Model:
    """The model. The seed decides its weights; names are the same whatever was built before."""
    with _fresh_names(), _seeded(seed), _quiet_masks():
        values: dict[str, Any] = {}
        for statement in program.statements:
            result = _evaluate(statement.value, values)
            if len(statement.targets) == 1:
                values[statement.targets[0]] = result
            else:
                values.update(zip(statement.targets, result, strict=True))
        inputs = [values[name] for name in program.inputs]
        outputs = [values[name] for name in program.outputs]
        model = keras.Model(_one(inputs), _one(outputs), name=program.name)
        if program.compile:
            model.compile(**{key: _evaluate(value, values) for key, value in program.compile})
    return model


def _one(ends: list[Any]) -> Any:
    return ends[0] if len(ends) == 1 else ends


def _evaluate(expr: Expr, values: dict[str, Any]) -> Any:
    match expr:
        case Const(value):
            return value
        case Ref(name):
            return values[name]
        case Call(function, args, kwargs):
            called = (
                _function(function) if isinstance(function, str) else _evaluate(function, values)
            )
            # A generator in the call itself would be run after the keywords, and Keras numbers
            # what has no name in the order in which it is made.
            places = [_evaluate(arg, values) for arg in args]
            return called(*places, **{key: _evaluate(value, values) for key, value in kwargs})
        case Item(value, index):
            return _evaluate(value, values)[tuple(map(_index, index))]
        case Binary(operator, left, right):
            return _operate(operator, _evaluate(left, values), _evaluate(right, values))
        case ListOf(items):
            return [_evaluate(item, values) for item in items]
        case Lambda():
            # A Lambda layer saves a function's code, so the function must be the emitted one.
            return eval(text(expr, {}), {})


def _function(name: str) -> Any:
    """What stands under a dotted name: in Keras, or in the package of an outside operation."""
    if not name.startswith("keras."):
        module, _, attribute = name.rpartition(".")
        return getattr(import_module(module), attribute)
    found: Any = keras
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def _index(part: Any) -> Any:
    return slice(part.start, part.stop, part.step) if isinstance(part, Slice) else part


def _operate(operator: str, left: Any, right: Any) -> Any:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    raise ValueError(f"no operator {operator}")


@contextmanager
def _fresh_names() -> Iterator[None]:
    """Keras numbers the operations that have no name; here from the start, and for us alone."""
    before = global_state.get_global_attribute(_NAMES)
    global_state.set_global_attribute(_NAMES, defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute(_NAMES, before)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Initialisers and dropout draw their seeds from `random`, as under `set_random_seed`."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


@contextmanager
def _quiet_masks() -> Iterator[None]:
    """Lost masks are the checker's warnings already."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not support masking.*")
        yield
