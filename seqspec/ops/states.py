"""Whether the states that a recurrent layer is to start from fit it."""

from __future__ import annotations

from seqspec.codes import Code
from seqspec.diagnostics import Problem
from seqspec.values import Size, States, Value, shape_text


def check_states(wanted: States, shape: tuple[Size, ...], given: tuple[Value, ...]) -> None:
    """Refuses initial states of another kind, number or shape than the layer's own.

    `given` is nothing, the one value of a recurrent layer, or a value for each state.
    """
    if len(given) == 1 and given[0].states:
        _check_layer(wanted, shape, given[0], given[0].states)
    elif given:
        _check_each(wanted, shape, given)


def _check_layer(wanted: States, shape: tuple[Size, ...], value: Value, states: States) -> None:
    if states != wanted:
        raise _differ(
            f"the states of {_text(states)} do not fit {_text(wanted)}",
            "cell, units and direction must agree; or give vectors: `from=h,c`",
        )
    if value.shape[1:-1] != shape[:-1]:
        raise _differ(
            f"the states are frames of {shape_text(value.shape[1:-1])}, "
            f"and {shape_text(shape[:-1])} are needed",
            "both layers must make frames of one size: `same` keeps it",
        )


def _check_each(wanted: States, shape: tuple[Size, ...], given: tuple[Value, ...]) -> None:
    what = "vector" if len(shape) == 1 else "frame"
    if len(given) != wanted.count:
        raise _differ(
            f"{_text(wanted)} starts from {wanted.count} {what}{'s' * (wanted.count > 1)}, "
            f"not {len(given)}",
            _needed(wanted),
        )
    for value in given:
        if value.shape != shape:
            size = f"{shape[0]} values" if len(shape) == 1 else shape_text(shape)
            message = f"a state of {size} is needed, and {shape_text(value.shape)} is given"
            raise _differ(message, _fitting(shape, value))


def _fitting(shape: tuple[Size, ...], value: Value) -> str:
    if value.shape[:-1] == shape[:-1]:
        return f"make it fit: `dense {shape[-1]}`"
    one_step = len(shape) == 1 and value.is_sequence
    return f"make it fit: `take last -> dense {shape[-1]}`" if one_step else ""


def _differ(message: str, help: str) -> Problem:
    return Problem(Code.STATE_DIFFERS, message, field="from_", help=help)


def _text(states: States) -> str:
    way = {"forward": "", "backward": " reverse", "both": " bi"}[states.direction]
    return f"`{states.cell} {states.units}{way}`"


def _needed(states: States) -> str:
    one = "h,c" if states.count > (1 if states.direction != "both" else 2) else "h"
    if states.direction != "both":
        return f"write `from={one}`"
    return f"write `from={one},{one}`, forward first"
