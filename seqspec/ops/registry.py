"""Every operation of the language, in the order in which the reference lists them."""

from __future__ import annotations

from typing import Any

from seqspec.ops.attention import Attend
from seqspec.ops.base import Operation
from seqspec.ops.constants import Clip, Constant
from seqspec.ops.conv import Conv, Deconv, DepthConv, SepConv
from seqspec.ops.convlstm import ConvLstm
from seqspec.ops.dot import Dot
from seqspec.ops.each import Each
from seqspec.ops.features import Activation, Dense, Dropout, Math, Noise, Scale
from seqspec.ops.feedback import ArgMax, Feedback
from seqspec.ops.final import Final
from seqspec.ops.fourier import Fourier
from seqspec.ops.input import In, Lift
from seqspec.ops.learned import Learned
from seqspec.ops.mask import Mask, Unmask
from seqspec.ops.merge import Concat, Elementwise
from seqspec.ops.norm import Norm
from seqspec.ops.pool import Pool
from seqspec.ops.position import Position
from seqspec.ops.prelu import PRelu
from seqspec.ops.recurrent import Gru, Lstm, Rnn
from seqspec.ops.running import CumSum
from seqspec.ops.shape import Flatten, Fold, Permute, Reshape
from seqspec.ops.take import Drop, Take
from seqspec.ops.time import Pad, Repeat, Reverse, Shift, Upsample
from seqspec.ops.tokens import Embed, OneHot, Unembed
from seqspec.ops.windows import Windows

OPERATIONS: tuple[type[Operation], ...] = (
    In, Lift,
    Lstm, Gru, Rnn, ConvLstm, Final,
    Take, Drop, Pad, Repeat, Reverse, Shift, Upsample, CumSum, Windows, Each, Feedback, Fourier,
    Dense, Activation, PRelu, Math, Clip, Dropout, Noise, Norm, OneHot, Scale, Constant,
    Embed, Unembed, ArgMax, Position, Learned,
    Conv, Deconv, SepConv, DepthConv, Pool,
    Attend,
    Elementwise, Concat, Dot,
    Reshape, Flatten, Permute, Fold,
    Mask, Unmask,
)  # fmt: skip

BY_NAME: dict[str, type[Operation]] = {
    name: operation for operation in OPERATIONS for name in operation.names()
}


def register(operation: type[Operation]) -> type[Operation]:
    """Adds an operation from outside, declared as the built-in ones are; usable as a decorator.

    Raises `ValueError` for a name that is taken and for an operation without an example.
    """
    names = operation.names()
    taken = [name for name in names if BY_NAME.get(name, operation) is not operation]
    if taken or not names:
        raise ValueError(f"`{taken[0]}` is an operation already" if taken else "it has no name")
    if not operation.example:
        raise ValueError(f"`{names[0]}` has no example: a spec that compiles")
    BY_NAME.update(dict.fromkeys(names, operation))
    return operation


def operations() -> tuple[type[Operation], ...]:
    """Every operation, those from outside last."""
    return tuple(dict.fromkeys((*OPERATIONS, *BY_NAME.values())))


def make(name: str, fields: dict[str, Any]) -> Operation:
    """The operation of a name, with fields that `bind` has checked against their annotations."""
    return BY_NAME[name](op=name, **fields)
