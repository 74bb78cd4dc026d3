"""Arguments that people know from elsewhere, and how they are said here."""

from __future__ import annotations

_SEQUENCE = (
    "leave it out: a recurrent layer gives its sequence, and `take last` behind it the last step"
)
_INPUT = "the input is a stage of its own: `in 10x6 -> …`"
_FIT = "it is an argument of `model.fit`, in Python"

ARGUMENTS: dict[str, str] = {
    # sizes
    "d_model": "write the number alone: `dense 64`",
    "dim": "write the number alone: `dense 64`",
    "embedding_dim": "write the number alone, behind the vocabulary: `embed 1000 64`",
    "features": "write the number alone: `dense 64`",
    "filters": "write the number alone: `conv 64 3`",
    "hidden": "write the number alone: `lstm 64`",
    "hidden_dim": "write the number alone: `lstm 64`",
    "hidden_size": "write the number alone: `lstm 64`",
    "in_channels": "leave it out: it is known from the value that flows in",
    "in_features": "leave it out: it is known from the value that flows in",
    "input_size": "leave it out: it is known from the value that flows in",
    "n": "write the number alone: `take last 3`",
    "neurons": "write the number alone: `dense 64`",
    "num_embeddings": "write the number alone: `embed 1000 64`",
    "num_units": "write the number alone: `lstm 64`",
    "out_channels": "write the number alone: `conv 64 3`",
    "out_features": "write the number alone: `dense 64`",
    "output_dim": "write the number alone, behind the vocabulary: `embed 1000 64`",
    "size": "write the number alone: `lstm 64`",
    "units": "write the number alone: `lstm 64`",
    "vocab_size": "write the number alone: `embed 1000 64`",
    # the input
    "batch_input_shape": "the input is a stage of its own: `in 10x6 batch=32 -> …`",
    "batch_shape": "`in 10x6 batch=32` fixes the batch",
    "batch_size": "`in 10x6 batch=32` fixes the batch",
    "dtype": "leave it out; `in T tokens` is a sequence of ids",
    "input_dim": _INPUT,
    "input_length": _INPUT,
    "input_shape": _INPUT,
    # recurrent layers
    "batch_first": "leave it out: a shape has no batch, and time comes first",
    "bidirectional": "write the word `bi`: `lstm 64 bi`",
    "go_backwards": "write the word `reverse`",
    "initial_state": "write `from=NAME`",
    "layers": "copy the layer: `(lstm 64) * 2`",
    "merge_mode": "write `merge=sum`",
    "n_layers": "copy the layer: `(lstm 64) * 2`",
    "num_layers": "copy the layer: `(lstm 64) * 2`",
    "recurrent_initializer": "write `recurrent_init=orthogonal`",
    "reset_after": "write `reset=before` or `reset=after`",
    "return_sequences": _SEQUENCE,
    "return_state": "leave it out: `final` is the state, and `from=NAME` hands it on",
    "time_major": "leave it out: a shape has no batch, and time comes first",
    "unit_forget_bias": "write `forget_bias=no`",
    "unroll": "leave it out",
    # windows
    "dilation_rate": "write `dilation=2`",
    "kernel_size": "write the number behind the filters: `conv 64 3`",
    "padding": "write the word alone: `same`, `causal`",
    "pool_size": "write the number alone: `pool max 2`",
    "strides": "write `stride=2`",
    # attention, tokens
    "causal_mask": "write the word `causal`",
    "embed_dim": "leave it out; `size=64` is the size of a head",
    "key_dim": "write `size=64`",
    "mask_zero": "write the word `mask`: `embed 1000 64 mask`",
    "num_heads": "write `heads=8`",
    "padding_idx": "write the word `mask`: `embed 1000 64 mask`, where id 0 is padding",
    "use_causal_mask": "write the word `causal`",
    # weights
    "activity_regularizer": "write `l2=0.01`, which is on the kernel",
    "bias_initializer": "write `bias_init=zeros`",
    "initializer": "write `init=he_normal`",
    "kernel_initializer": "write `init=he_normal`",
    "kernel_regularizer": "write `l2=0.01`",
    "trainable": "write the word `frozen`",
    "use_bias": "write `bias=no`",
    # other layers
    "activation": "write the word alone: `relu`",
    "alpha": "there is none; `leaky_relu slope=0.1` has a slope",
    "axis": "leave it out: an operation works on the features; the word `time` means the steps",
    "drop": "write `dropout=0.2`",
    "drop_rate": "write `dropout=0.2`",
    "inplace": "leave it out",
    "negative_slope": "write `leaky_relu slope=0.1`",
    "p": "write the number alone: `dropout 0.2`",
    "prob": "write the number alone: `dropout 0.2`",
    # train
    "batch": _FIT,
    "callbacks": _FIT,
    "clip": "write `clipnorm=1`",
    "epochs": _FIT,
    "from_logits": "write `logits=yes`",
    "label_smoothing": "write `smoothing=0.1`",
    "learning_rate": "write `rate=0.001`",
    "loss_weight": "write `weight=0.5`",
    "loss_weights": "write `train OUTPUT weight=0.5`, for each output",
    "lr": "write `rate=0.001`",
    "metric": "write `metrics=mae`",
    "opt": "write `optimizer=adam`",
    "shuffle": _FIT,
    "steps": _FIT,
    "validation_split": _FIT,
    "verbose": _FIT,
    "weight_decay": "write `decay=0.01`",
}

OF_OPERATION: dict[tuple[str, str], str] = {
    ("concat", "dim"): "write the word `time` for the steps; the features are side by side else",
    ("in", "batch_size"): "write `batch=32`",
    ("in", "dim"): "write the sizes alone: `in 10x6`",
    ("in", "size"): "write the sizes alone: `in 10x6`",
    ("log_softmax", "axis"): "over the steps: `log_softmax time`; over the features: leave it out",
    ("log_softmax", "dim"): "over the steps: `log_softmax time`; over the features: leave it out",
    ("norm", "axis"): "leave it out: `norm` works on the features of each step",
    ("pool", "axis"): "leave it out: without a window, `pool` works on all steps",
    ("pool", "kernel_size"): "write the number alone: `pool max 2`",
    ("softmax", "axis"): "over the steps: `softmax time`; over the features: leave it out",
    ("softmax", "dim"): "over the steps: `softmax time`; over the features: leave it out",
    ("train", "batch_size"): _FIT,
}
"""What one operation says in place of the general answer."""
