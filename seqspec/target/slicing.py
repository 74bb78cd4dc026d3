"""`--slicing lambda`: slices as `Lambda` layers, the form of the origin question's answer.

    x = y[:, -3:]        before
    x = layers.Lambda(lambda x: x[:, -3:])(y)        after

Such a file loads with `safe_mode=False` only.
"""

from __future__ import annotations

from dataclasses import replace

from seqspec.program import Assign, Expr, Item, Lambda, Program, Ref, call


def with_lambda_slices(program: Program) -> Program:
    """The program with each assigned slice of a value as a `Lambda` layer."""
    return replace(program, statements=tuple(map(_statement, program.statements)))


def _statement(statement: Assign) -> Assign:
    match statement.value:
        case Item(value, index):
            layer = _lambda_layer(index, _layer_name(statement))
            return replace(statement, value=call(layer, value))
        case _:
            return replace(statement, value=_first_argument(statement))


def _first_argument(statement: Assign) -> Expr:
    """A layer that is applied to a slice, such as `Reshape(…)(x[:, -3:])`."""
    from seqspec.program import Call

    match statement.value:
        case Call(Call() as layer, (Item(value, index), *others), kwargs):
            sliced = call(_lambda_layer(index, f"{_layer_name(statement)}_slice"), value)
            return Call(layer, (sliced, *others), kwargs)
        case same:
            return same


def _layer_name(statement: Assign) -> str:
    """The variable's own name, without the operation that its chain may stand in."""
    return statement.targets[0].rpartition("/")[2]


def _lambda_layer(index: tuple[object, ...], name: str) -> Expr:
    body = Item(Ref("x"), index)  # type: ignore[arg-type]
    return call("keras.layers.Lambda", Lambda(body), name=name)
