"""`--slicing lambda`: slices as `Lambda` layers, the form of the origin question's answer.

    x = y[:, -3:]        before
    x = layers.Lambda(lambda x: x[:, -3:])(y)        after

Such a file loads with `safe_mode=False` only.
"""

from __future__ import annotations

from seqspec.program import Assign, Call, Expr, Item, Lambda, Program, Ref, call
from seqspec.target.names import layer_names


def with_lambda_slices(program: Program) -> Program:
    """The program with each assigned slice of a value as a `Lambda` layer."""
    taken = {name for statement in program.statements for name in layer_names(statement.value)}
    statements = tuple(_statement(statement, taken) for statement in program.statements)
    return program.replace(statements=statements)


def _statement(statement: Assign, taken: set[object]) -> Assign:
    match statement.value:
        case Item(value, index):
            name = _layer_name(statement)
            layer = _lambda_layer(index, f"{name}_slice" if name in taken else name)
            return statement.replace(value=call(layer, value))
        case _:
            return statement.replace(value=_first_argument(statement))


def _first_argument(statement: Assign) -> Expr:
    """A layer that is applied to a slice, such as `Reshape(…)(x[:, -3:])`."""
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
