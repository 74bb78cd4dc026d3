"""What people coming from Keras type, and what it is called here."""

from __future__ import annotations

OPERATIONS = {
    "bidirectional": "say it in the layer: `lstm 64 bi`",
    "timedistributed": "leave it out: `dense` works at each step already; others: `each ( … )`",
    "repeatvector": "`repeat N`",
    "returnsequences": "every recurrent layer gives its sequence; `take last` takes the last step",
    "lastoutput": "`take last`",
    "last": "`take last`",
    "first": "`take first`",
    "simplernn": "`rnn UNITS`",
    "recurrent": "`rnn UNITS`, `gru UNITS` or `lstm UNITS`",
    "blstm": "`lstm UNITS bi`",
    "bilstm": "`lstm UNITS bi`",
    "bigru": "`gru UNITS bi`",
    "embedding": "`embed VOCAB UNITS`",
    "linear_layer": "`dense UNITS`",
    "fc": "`dense UNITS`",
    "input": "`in 10x6`: steps, then features",
    "inputlayer": "`in 10x6`: steps, then features",
    "lambda": "there is no Python in a spec; `take`, `reshape` and others say it",
    "slice": "`take 2:5`",
    "crop": "`drop first N` or `drop last N`",
    "cropping1d": "`drop first N` or `drop last N`",
    "zeropadding1d": "`pad start N` or `pad end N`",
    "upsampling1d": "`upsample N`",
    "zeropadding2d": "`pad 1x1`, or `pad height 1`",
    "upsampling2d": "`upsample 2x2`",
    "convlstm2d": "`convlstm FILTERS 3x3`",
    "conv1d": "`conv FILTERS KERNEL`; the kernel's sizes say the rank: `3`, `3x3`",
    "conv2d": "`conv FILTERS 3x3`: the kernel's sizes say the rank",
    "conv3d": "`conv FILTERS 3x3x3`: the kernel's sizes say the rank",
    "conv1dtranspose": "`deconv FILTERS KERNEL`",
    "conv2dtranspose": "`deconv FILTERS 3x3`",
    "separableconv1d": "`sepconv FILTERS KERNEL`",
    "depthwiseconv1d": "`depthconv KERNEL`",
    "maxpooling1d": "`pool max 2`",
    "maxpool": "`pool max 2`",
    "averagepooling1d": "`pool mean 2`",
    "globalmaxpooling1d": "`pool max`",
    "globalaveragepooling1d": "`pool mean`",
    "batchnormalization": "`norm batch`",
    "batchnorm": "`norm batch`",
    "layernormalization": "`norm`",
    "layernorm": "`norm`",
    "groupnormalization": "`norm group`",
    "rmsnormalization": "`norm rms`",
    "concatenate": "`concat a b`",
    "merge": "name the merge: `add`, `multiply`, `concat` …",
    "attention": "`attend MEMORY heads=8`, or with `dot` or `additive` in place of heads",
    "multiheadattention": "`attend heads=8`, `attend MEMORY heads=8`",
    "mha": "`attend heads=8`, `attend MEMORY heads=8`",
    "additiveattention": "`attend MEMORY additive`",
    "luongattention": "`attend MEMORY dot`",
    "bahdanauattention": "`attend MEMORY additive`",
    "positionembedding": "`position learned N`",
    "positionalembedding": "`position learned N`",
    "positionalencoding": "`position sinusoid`",
    "sinepositionencoding": "`position sinusoid`",
    "reversibleembedding": "`words = … -> embed 1000 64`, and `unembed words` for the scores",
    "tied": "`unembed words`, where `words = … -> embed 1000 64`",
    "masking": "`mask VALUE`",
    "gaussiannoise": "`noise STDDEV`",
    "spatialdropout1d": "`dropout P spatial`",
    "activation": "the activation's own name: `relu`, `tanh`, `softmax`",
    "rescaling": "`scale FACTOR`",
    "onehotencoding": "`onehot N`",
    "flip": "`reverse`",
    "identity": "leave it out",
    "model": "the spec is the model; begin with `in`",
    "sequential": "the spec is the model; begin with `in`",
    "output": "give it a statement of its own: `out NAME = chain`",
    "getitem": "`take 2:5`",
}

ARGUMENTS = {
    "return_sequences": "leave it out: a recurrent layer gives its sequence, "
    "and `take last` the last step",
    "x": "sizes are joined without spaces: `10x6`",
    "return_state": "leave it out: `final` is the state, and `from=NAME` hands it on",
    "go_backwards": "write the word `reverse`",
    "initial_state": "write `from=NAME`",
    "input_shape": "the input is a stage of its own: `in 10x6 -> …`",
    "batch_input_shape": "the input is a stage of its own: `in 10x6 batch=32 -> …`",
    "input_dim": "the input is a stage of its own: `in 10x6 -> …`",
    "activation": "write the word alone: `relu`",
    "units": "write the number alone",
    "padding": "write the word alone: `same`, `causal`",
    "strides": "write `stride=2`",
    "dilation_rate": "write `dilation=2`",
    "kernel_size": "write the number behind the filters: `conv 64 3`",
    "filters": "write the number alone: `conv 64 3`",
    "merge_mode": "write `merge=sum`",
    "mask_zero": "write the word `mask`: `embed 1000 64 mask`",
    "use_bias": "write `bias=no`",
    "trainable": "write the word `frozen`",
    "kernel_initializer": "write `init=he_normal`",
    "kernel_regularizer": "write `l2=0.01`",
    "reset_after": "write `reset=before` or `reset=after`",
    "learning_rate": "write `rate=0.001`",
    "lr": "write `rate=0.001`",
    "weight_decay": "write `decay=0.01`",
    "loss_weight": "write `weight=0.5`",
    "num_heads": "write `heads=8`",
    "key_dim": "write `size=64`",
    "pool_size": "write the number alone: `pool max 2`",
    "from_logits": "write `logits=yes`",
}


def operation_help(word: str) -> str:
    """How a foreign operation is said here, or nothing."""
    return OPERATIONS.get(_plain(word), "")


def argument_help(key: str) -> str:
    """How a foreign argument is said here, or nothing."""
    return ARGUMENTS.get(key.lower(), "")


def _plain(word: str) -> str:
    """The last part of a dotted name in lower case, so that `layers.LSTM` and `Lstm` agree."""
    last = word.rpartition(".")[2].lower()
    return last if last in OPERATIONS else last.replace("_", "")
