"""Every operation of the language, in the order in which the reference lists them."""

from __future__ import annotations

from typing import Any

from seqspec.ops.base import Operation
from seqspec.ops.conv import Conv, Deconv, DepthConv, SepConv
from seqspec.ops.convlstm import ConvLstm
from seqspec.ops.each import Each
from seqspec.ops.features import Activation, Dense, Dropout, Math, Noise, Scale
from seqspec.ops.feedback import ArgMax, Feedback
from seqspec.ops.input import In, Lift
from seqspec.ops.mask import Mask, Unmask
from seqspec.ops.merge import Concat, Dot, Elementwise
from seqspec.ops.norm import Norm
from seqspec.ops.pool import Pool
from seqspec.ops.recurrent import Final, Gru, Lstm, Rnn
from seqspec.ops.shape import Flatten, Fold, Permute, Reshape
from seqspec.ops.time import Drop, Pad, Repeat, Reverse, Shift, Take, Upsample
from seqspec.ops.tokens import Embed, OneHot

OPERATIONS: tuple[type[Operation], ...] = (
    In, Lift,
    Lstm, Gru, Rnn, ConvLstm, Final,
    Take, Drop, Pad, Repeat, Reverse, Shift, Upsample, Each, Feedback,
    Dense, Activation, Math, Dropout, Noise, Norm, OneHot, Scale,
    Embed, ArgMax,
    Conv, Deconv, SepConv, DepthConv, Pool,
    Elementwise, Concat, Dot,
    Reshape, Flatten, Permute, Fold,
    Mask, Unmask,
)  # fmt: skip

BY_NAME: dict[str, type[Operation]] = {
    name: operation for operation in OPERATIONS for name in operation.names()
}


def make(name: str, fields: dict[str, Any]) -> Operation:
    """The operation of a name, with fields that `bind` has checked against their annotations."""
    return BY_NAME[name](op=name, **fields)
