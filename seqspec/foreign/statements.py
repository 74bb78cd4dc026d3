"""What begins a line in other languages, and what a spec has in its place."""

from __future__ import annotations

_MODEL = "the spec is the model: `in 10x6 -> lstm 64 -> dense 1`"
_TRAIN = "a statement of its own says how to train: `train loss=mse optimizer=adam`"
_CONDITION = "a spec has no conditions; `let n = 3` and `-D n=4` choose a number"
_LET = "a number is named by `let name = value`, a value by `name = chain`"
_LOOP = "a chain is repeated by `( chain ) * N`; inside it `{i}` is 0, 1, 2, …"
_FILLER = "leave it out: stages are joined by `->`, and arguments stand behind their operation"
_IMPORT = 'leave the line out; what another spec defines is had by `use "file.seq"`'
_SHELL = "this is a line for the shell; a spec holds the model alone"

STATEMENTS: dict[str, str] = {
    # Python
    "assert": "leave it out: shapes are checked anyway",
    "class": _MODEL,
    "def": "a chain with parameters is a block: `block name(p, q=1) = chain`",
    "elif": _CONDITION,
    "else": _CONDITION,
    "for": _LOOP,
    "from": _IMPORT,
    "if": _CONDITION,
    "import": _IMPORT,
    "pass": "leave it out",
    "print": "leave it out: `seqspec show FILE` prints the layers",
    "return": "an output is named: `out name = chain`, or `out name`",
    "self": "values have plain names: `name = chain`",
    "super": "leave it out",
    "while": _LOOP,
    # Keras
    "build": "leave it out: shapes are worked out from the input",
    "compile": _TRAIN,
    "epochs": "it is an argument of `model.fit`, in Python",
    "evaluate": "that is done with the saved model, in Python",
    "fit": "training itself is done with the saved model, in Python; `train` says the loss",
    "functional": _MODEL,
    "loss": "`train loss=mse`",
    "metrics": "`train loss=mse metrics=mae`",
    "model": _MODEL,
    "optimizer": "`train loss=mse optimizer=adam`",
    "predict": "that is done with the saved model, in Python",
    "save": "leave it out: `seqspec compile FILE -o model.keras` saves the model",
    "sequential": _MODEL,
    "summary": "leave it out: `seqspec show FILE` prints the layers",
    # Words between stages
    "and": _FILLER,
    "by": _FILLER,
    "followed": _FILLER,
    "into": _FILLER,
    "of": _FILLER,
    "then": _FILLER,
    "to": _FILLER,
    "using": _FILLER,
    "with": _FILLER,
    # YAML, JavaScript, shells
    "begin": "leave it out: a chain begins with `in` or a name",
    "end": "leave it out: a statement ends with its line",
    "export": _LET,
    "function": "a chain with parameters is a block: `block name(p, q=1) = chain`",
    "include": '`use "file.seq"`',
    "layers": "stages stand one behind the other: `in 10x6 -> lstm 64 -> dense 1`",
    "net": _MODEL,
    "network": _MODEL,
    "output": "`out name = chain`, in a statement of its own",
    "outputs": "`out name = chain`, in a statement of its own",
    "param": "`let name = value`",
    "pip": _SHELL,
    "python": _SHELL,
    "seqspec": _SHELL,
    "set": "`let name = value`",
    "training": "`train loss=mse optimizer=adam`",
    "val": _LET,
    "var": _LET,
}
