"""Keeps the names of layers apart from those that Keras gives to operations by itself.

Every `keras.ops` call and slice in a model is named by Keras after its function, with a
number from the second on, and a model with two equal names is refused. A layer that would
meet such a name gets `_layer` behind its own.

    x = layers.Add(name="add")([a, b]);  y = x + c        before: two operations `add`
    x = layers.Add(name="add_layer")([a, b]);  y = x + c        after
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seqspec.program import Assign, Binary, Call, Const, Expr, Item, ListOf, Program

OPERATORS = {"+": "add", "-": "subtract", "*": "multiply", "/": "true_divide"}
"""The functions of `keras.ops` that operators on tensors are."""
KEPT_AS = {"abs": "absolute"}
"""Functions of `keras.ops` that are another name for one."""

# What these layers compute of masks that Keras carries along, each with a name of its own.
_OF_MASKS = {
    "Masking": ("not_equal", "any"),
    "Embedding": ("not_equal",),
    "Concatenate": ("ones_like", "expand_dims", "zeros_like", "logical_or", "concatenate", "any"),
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), ("logical_or",)
    ),
}


def with_distinct_names(program: Program) -> Program:
    """The program with colliding layers renamed; the same program where none collide."""
    counts = Counter(name for s in program.statements for name in _automatic(s.value))
    automatic = {
        f"{name}_{number}" if number else name
        for name, times in counts.items()
        for number in range(times)
    }
    if not any(name in automatic for s in program.statements for name in layer_names(s.value)):
        return program
    return program.replace(statements=tuple(_renamed(s, automatic) for s in program.statements))


def _automatic(expr: Expr) -> Iterator[str]:
    """The names, without numbers, that Keras gives while it evaluates an expression."""
    match expr:
        case Call(function, args, kwargs):
            for part in (*args, *(value for _, value in kwargs)):
                yield from _automatic(part)
            if not isinstance(function, str):
                yield from _automatic(function)
            elif function.startswith("keras.ops."):
                name = function.removeprefix("keras.ops.")
                yield KEPT_AS.get(name, name)
            else:
                yield from _OF_MASKS.get(function.removeprefix("keras.layers."), ())
        case Item(value):
            yield from _automatic(value)
            yield "get_item"
        case Binary(operator, left, right):
            yield from _automatic(left)
            yield from _automatic(right)
            yield OPERATORS[operator]
        case ListOf(items):
            for item in items:
                yield from _automatic(item)


def _layers(expr: Expr) -> Iterator[Call]:
    match expr:
        case Call(function, args):
            if isinstance(function, str):
                yield expr
            else:
                yield from _layers(function)
            for arg in args:
                yield from _layers(arg)


def layer_names(expr: Expr) -> Iterator[object]:
    """The names that a spec gives to the layers in an expression."""
    for layer in _layers(expr):
        for key, value in layer.kwargs:
            if key == "name" and isinstance(value, Const):
                yield value.value


def _renamed(statement: Assign, automatic: set[str]) -> Assign:
    return statement.replace(value=_rename(statement.value, automatic))


def _rename(expr: Expr, automatic: set[str]) -> Expr:
    match expr:
        case Call(function, args, kwargs):
            renamed = tuple(
                (key, Const(f"{value.value}_layer"))
                if key == "name" and isinstance(value, Const) and value.value in automatic
                else (key, value)
                for key, value in kwargs
            )
            inner = function if isinstance(function, str) else _rename(function, automatic)
            return Call(inner, tuple(_rename(arg, automatic) for arg in args), renamed)
        case same:
            return same
