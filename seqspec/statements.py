"""The statements of the language, as the reference tells of them; operations tell of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from seqspec.graph.training import Objective, Optimizer
from seqspec.record import Record


@dataclass(frozen=True)
class Statement:
    """A statement by its first word: how it is written, what it means, a spec that compiles."""

    word: str
    form: str
    summary: str
    details: str
    example: str
    settings: tuple[type[Record], ...] = ()


STATEMENTS = (
    Statement(
        "out",
        "out NAME = chain, or out NAME",
        "An output of the model, in the order of the file.",
        "Without any `out` the last pipeline is the output. `out NAME` makes a value an output "
        "that has its name already. The name is the layer's, and what `train NAME` goes by.",
        "h = in 10x6 -> lstm 8\nout level = h -> take last -> dense 1\nout h",
    ),
    Statement(
        "let",
        "let NAME = value, or let NAME",
        "A parameter: a number, word, string, shape or list that stands in braces elsewhere.",
        "`-D NAME=VALUE` sets it; without a default it must be set. In braces expressions compute "
        "with numbers and parameters: `+ - * / // % **`, parentheses, `min max round int`.",
        "let units = 64\nlet kind  = relu\nin 6 -> dense {units * 2} {kind}",
    ),
    Statement(
        "block",
        "block NAME(parameter, other=default) = chain",
        "A chain to be written out at each use, with fresh weights each time.",
        "A use is a stage: `NAME 64 other=2`. Arguments are numbers, words, shapes and values; in "
        "the chain they stand in braces, values too: `{memory}`. What `as` names inside is, inside "
        "one use, the value of that use; outside it is the list of all.",
        "block residual(n, rate=0.1) = add _ (dense {n} relu -> dense {n} -> dropout {rate})\n"
        "in 10x6 -> (residual 6) * 3 -> residual 6 rate=0.3",
    ),
    Statement(
        "shared",
        "shared NAME = chain",
        "A chain with one set of weights for all of its uses.",
        "Each use reads values with as many features. `NAME from=…` starts its first recurrent "
        "layer from a state.",
        "shared words = embed 1000 64 mask -> lstm 32 -> take last\n"
        "out same = dot (in S tokens -> words) (in T tokens -> words) normalize",
    ),
    Statement(
        "as",
        "… -> as NAME -> …",
        "Names the value flowing by, in the middle of a chain.",
        "Where that happens several times, in copies of `( … ) * N` or uses of a block, the name "
        "is the list of them: a merge takes them all (`add skips`), `skips.0` or `skips.{i}` is "
        "one. Inside one copy or use it is the value there.",
        "h = in 16x8 -> (conv 8 3 same relu -> as skips) * 3\nout y = add skips",
    ),
    Statement(
        "use",
        'use "file.seq"',
        "The `let`, `block` and `shared` statements of another file.",
        "Paths are relative to this file and stay in its folder and below. Files of the library "
        "that comes with seqspec begin with `std/`: `std/transformer.seq`.",
        'use "std/transformer.seq"\nin 10x64 -> (pre_norm_encoder 64 4 128) * 2 -> norm',
    ),
    Statement(
        "train",
        "train [OUTPUT] key=value …",
        "What `fit` needs: a loss for each output, and the optimizer. Saved in the file.",
        "Settings of an output stand behind its name, which may be left out where there is one "
        "output; those of the optimizer are the model's. `logits=yes` where an output has no "
        "softmax or sigmoid. What is not given is as in Keras.",
        "h = in 10x6 -> lstm 8 -> take last\nout level = h -> dense 1\n"
        "out kind  = h -> dense 3 softmax\ntrain level loss=mse metrics=mae\n"
        "train kind  loss=sparse weight=0.5 metrics=accuracy\n"
        "train optimizer=adamw rate=1e-3 decay=0.01 clipnorm=1",
        (Objective, Optimizer),
    ),
)  # fmt: skip

BY_WORD = {statement.word: statement for statement in STATEMENTS}
