"""What stands under the names of `keras.ops` and `keras.layers`, as far as programs use them.

Keras keeps each call of a function on symbolic tensors as an operation: `keras.ops.sum(x, axis=1)`
is `Sum(axis=1)` called with `x`. Which arguments make the operation and which go to its call is
said here, once for writing and for reading.
"""

from __future__ import annotations

from dataclasses import dataclass

from seqspec.target.names import KEPT_AS

CELLS = ("LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
"""The layers that go from step to step, by a cell in which their weights are."""
RECURRENT = (*CELLS, "Bidirectional")
HEADS = ("MultiHeadAttention", "GroupQueryAttention")
MODELS = ("Functional", "Model", "Sequential")
"""What a config calls a model that is made of layers."""


@dataclass(frozen=True, slots=True)
class Function:
    """The operation that Keras keeps for a function.

    The first `tensors` arguments go to the call, and the others, whose names are `parameters` in
    order, make the operation; `in_call` are those that go to the call by name, with their
    defaults, and `constant` is what Keras fills in before.
    """

    module: str
    class_name: str
    tensors: int = 1
    parameters: tuple[str, ...] = ()
    in_call: tuple[tuple[str, object], ...] = ()
    constant: tuple[tuple[str, object], ...] = ()


def _class_name(name: str) -> str:
    camel = "".join(part.capitalize() for part in KEPT_AS.get(name, name).split("_"))
    return _IRREGULAR.get(name, camel)


_IRREGULAR = {"fft": "FFT", "rfft": "RFFT"}
_OVER = ("axis", "keepdims")
_ROWS: tuple[tuple[str, int, tuple[str, ...], str], ...] = (
    ("numpy", 1, (), "abs ceil cos exp expm1 floor isnan log log1p logical_not negative "
     "reciprocal sign sin sqrt square tanh"),
    ("numpy", 1, _OVER, "all any argmax max mean min std sum var"),
    ("numpy", 1, ("axis",), "argsort concatenate expand_dims flip squeeze"),
    ("numpy", 1, ("axis", "dtype"), "cumsum"),
    ("numpy", 1, ("dtype",), "ones_like zeros_like"),
    ("numpy", 1, ("axes",), "transpose"),
    ("numpy", 1, ("newshape",), "reshape"),
    ("numpy", 1, ("decimals",), "round"),
    ("numpy", 1, ("repeats", "axis"), "repeat"),
    ("numpy", 1, ("x_min", "x_max"), "clip"),
    ("numpy", 2, (), "add divide equal floor_divide get_item greater less less_equal logical_and "
     "logical_or matmul maximum minimum mod multiply not_equal power subtract true_divide"),
    ("numpy", 2, ("axis",), "take take_along_axis"),
    ("numpy", 3, (), "where"),
    ("math", 1, (), "erf fft rsqrt"),
    ("math", 1, ("fft_length",), "rfft"),
    ("math", 1, _OVER, "logsumexp"),
    ("nn", 1, ("axis",), "glu log_softmax softmax sparsemax"),
    ("core", 1, ("dtype",), "cast"),
)  # fmt: skip
_WINDOW = ("pool_size", "strides", "padding", "data_format")
_LAST = (("data_format", "channels_last"),)

FUNCTIONS: dict[str, Function] = {
    **{
        name: Function(f"keras.src.ops.{module}", _class_name(name), tensors, own)
        for module, tensors, own, names in _ROWS
        for name in names.split()
    },
    "average_pool": Function("keras.src.ops.nn", "AveragePool", 1, _WINDOW, constant=_LAST),
    "max_pool": Function("keras.src.ops.nn", "MaxPool", 1, _WINDOW, constant=_LAST),
    "one_hot": Function(
        "keras.src.ops.nn", "OneHot", 1, ("num_classes", "axis", "dtype", "sparse"),
        constant=(("dtype", "float32"),),
    ),
    "pad": Function(
        "keras.src.ops.numpy", "Pad", 1, ("pad_width", "mode"), in_call=(("constant_values", None),)
    ),
}  # fmt: skip
"""The functions of `keras.ops`, and what operators and slices become, by name."""

_KERNEL = ("filters", "kernel_size")
_BY_RANK = {
    "Conv": _KERNEL, "DepthwiseConv": ("kernel_size",), "SeparableConv": _KERNEL,
    "ConvLSTM": _KERNEL, "MaxPooling": ("pool_size",), "AveragePooling": ("pool_size",),
    "UpSampling": ("size",), "ZeroPadding": ("padding",), "SpatialDropout": ("rate",),
    "GlobalMaxPooling": (), "GlobalAveragePooling": (),
}  # fmt: skip

PARAMETERS: dict[str, tuple[str, ...]] = {
    **{f"{name}{rank}D": own for name, own in _BY_RANK.items() for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _KERNEL for rank in (1, 2, 3)},
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "Dense"), ("units",)),
    **dict.fromkeys(("Embedding", "ReversibleEmbedding"), ("input_dim", "output_dim")),
    "Activation": ("activation",),
    "Bidirectional": ("layer",),
    "Dropout": ("rate",),
    "GaussianNoise": ("stddev",),
    "GroupQueryAttention": ("head_dim", "num_query_heads", "num_key_value_heads"),
    "Masking": ("mask_value",),
    "MultiHeadAttention": ("num_heads", "key_dim"),
    "Permute": ("dims",),
    "RepeatVector": ("n",),
    "Rescaling": ("scale",),
    "Reshape": ("target_shape",),
    **dict.fromkeys(
        ("Add", "AdditiveAttention", "Attention", "Average", "BatchNormalization", "Concatenate",
         "Dot", "Flatten", "GroupNormalization", "Identity", "LayerNormalization", "LeakyReLU",
         "Maximum", "Minimum", "Multiply", "PReLU", "RMSNormalization", "Subtract",
         "UnitNormalization"),
        (),
    ),
}  # fmt: skip
"""The layers, each with the names of the arguments that it takes by place."""

UNFILLED: dict[str, dict[str, object]] = {"Rescaling": {"offset": 0.0}}
"""Arguments that Keras does not fill in when it loads a layer."""

OBJECTS: dict[str, tuple[str, ...]] = {"Constant": ("value",), "MaxNorm": ("max_value",)}
"""Initialisers and constraints that take arguments by place."""
