"""What `train` statements say: a loss for each output, and the optimizer.

Each table maps the language's words to Keras's; options are fields, as with operations.
"""

from __future__ import annotations

from typing import Any, Literal

from seqspec.codes import Code
from seqspec.diagnostics import Problem, listed
from seqspec.foreign import synonym
from seqspec.ops.arguments import arguments
from seqspec.ops.base import Operation
from seqspec.ops.types import Factor, Rate, option
from seqspec.record import Record

# Those that have options, with their classes; Keras knows the others by their names.
CROSSENTROPIES = {
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
SHORT_LOSSES = {
    "bce": "binary_crossentropy",
    "cce": "categorical_crossentropy",
    "sparse": "sparse_categorical_crossentropy",
    "kl": "kl_divergence",
    "cosine": "cosine_similarity",
}
_PROBABILITIES = frozenset({"softmax", "sigmoid", "log_softmax", "log_sigmoid"})
_UNBOUNDED = frozenset({"linear", "relu", "leaky_relu", "gelu", "elu", "tanh"})

_ADAM = frozenset({"beta_1", "beta_2", "epsilon", "amsgrad"})
OPTIMIZERS: dict[str, tuple[str, frozenset[str]]] = {
    "adam": ("Adam", _ADAM),
    "adamw": ("AdamW", _ADAM),
    "nadam": ("Nadam", _ADAM - {"amsgrad"}),
    "adamax": ("Adamax", _ADAM - {"amsgrad"}),
    "sgd": ("SGD", frozenset({"momentum", "nesterov"})),
    "rmsprop": ("RMSprop", frozenset({"rho", "momentum", "epsilon", "centered"})),
    "adagrad": ("Adagrad", frozenset({"epsilon"})),
    "adadelta": ("Adadelta", frozenset({"rho", "epsilon"})),
    "adafactor": ("Adafactor", frozenset()),
    "ftrl": ("Ftrl", frozenset()),
    "lion": ("Lion", frozenset({"beta_1", "beta_2"})),
    "lamb": ("Lamb", frozenset({"beta_1", "beta_2", "epsilon"})),
}

LossName = Literal[
    "mse", "mae", "mape", "msle", "huber", "log_cosh", "binary_crossentropy", "bce",
    "binary_focal_crossentropy", "categorical_crossentropy", "cce",
    "categorical_focal_crossentropy", "sparse_categorical_crossentropy", "sparse",
    "kl_divergence", "kl", "poisson", "cosine_similarity", "cosine", "hinge", "squared_hinge",
    "categorical_hinge", "ctc",
]  # fmt: skip
MetricName = Literal[
    "accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
    "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "auc", "precision",
    "recall", "mse", "mae", "mape", "msle", "root_mean_squared_error", "cosine_similarity",
    "r2_score", "mean_io_u", "poisson", "kl_divergence", "binary_crossentropy",
    "categorical_crossentropy", "sparse_categorical_crossentropy",
]  # fmt: skip
OptimizerName = Literal[
    "adam", "adamw", "nadam", "adamax", "sgd", "rmsprop", "adagrad", "adadelta", "adafactor",
    "ftrl", "lion", "lamb",
]  # fmt: skip


class Objective(Record):
    """What one output is trained for."""

    loss: LossName | None = option(None, "what training makes small")
    weight: Factor | None = option(None, "how much this loss counts among the others")
    metrics: tuple[MetricName, ...] = option((), "what is reported beside the loss")
    logits: bool = option(False, "the output has no softmax or sigmoid; crossentropies apply it")
    smoothing: Rate | None = option(None, "label smoothing of a crossentropy")

    def check(self) -> None:
        """Raises `Problem` for options that the loss does not have."""
        name = SHORT_LOSSES.get(self.loss or "", self.loss or "")
        if self.logits and name not in CROSSENTROPIES:
            raise Problem(
                Code.BAD_COMBINATION, "`logits` goes with a crossentropy loss", field="logits"
            )
        if self.smoothing is not None and (name not in CROSSENTROPIES or "sparse" in name):
            raise Problem(
                Code.BAD_COMBINATION,
                "`smoothing` goes with a binary or categorical crossentropy",
                field="smoothing",
            )

    def remark(self, op: Operation) -> Problem | None:
        """What is likely wrong about the loss of an output that comes from this operation."""
        name, ends = SHORT_LOSSES.get(self.loss or "", self.loss or ""), op.nonlinearity()
        own = "sigmoid" if name.startswith("binary") else "softmax"
        if ends in _PROBABILITIES and (self.logits or name == "ctc"):
            return Problem(
                Code.PROBABILITIES,
                f"`{name}` applies a {own} of its own here, and the output ends in `{ends}`",
                label="one is applied after the other",
                help=f"leave out the `{ends}`" + (", or `logits=yes`" if self.logits else ""),
            )
        if ends in _UNBOUNDED and name in CROSSENTROPIES and not self.logits:
            return Problem(
                Code.PROBABILITIES,
                f"`{name}` reads probabilities, and the output has any numbers",
                label="takes their logarithm",
                help=f"end the output with `{own}`, or write `logits=yes`",
            )
        return None


_CUTS = ("clipnorm", "clipvalue", "global_clipnorm")


class Optimizer(Record):
    """How training changes the weights."""

    optimizer: OptimizerName = option("adam", "the method")
    rate: Factor | None = option(None, "the learning rate")
    decay: Factor | None = option(None, "weight decay")
    clipnorm: Factor | None = option(None, "the norm that each gradient is cut to")
    clipvalue: Factor | None = option(None, "the value that gradients are cut to")
    global_clipnorm: Factor | None = option(None, "the norm that all gradients are cut to")
    momentum: Rate | None = option(None, "sgd, rmsprop: how much of the last change goes on")
    nesterov: bool | None = option(None, "sgd: Nesterov momentum")
    rho: Rate | None = option(None, "rmsprop, adadelta: the average's memory")
    centered: bool | None = option(None, "rmsprop: the variance in place of the square")
    beta_1: Rate | None = option(None, "the first moment's memory")
    beta_2: Rate | None = option(None, "the second moment's memory")
    epsilon: Factor | None = option(None, "added where a division could be by zero")
    amsgrad: bool | None = option(None, "adam, adamw: the AMSGrad variant")

    def check(self) -> None:
        """Raises `Problem` for settings that the optimizer does not have."""
        common = {"rate", "decay", *_CUTS}
        allowed = OPTIMIZERS[self.optimizer][1] | common
        for name, value in self.items().items():
            if name != "optimizer" and value is not None and name not in allowed:
                raise Problem(
                    Code.BAD_COMBINATION,
                    f"`{self.optimizer}` has no setting `{name}`",
                    field=name,
                    help=f"it has {listed(sorted(allowed))}",
                )
        cuts = [name for name in _CUTS if getattr(self, name) is not None]
        if len(cuts) > 1:
            raise Problem(
                Code.BAD_COMBINATION,
                f"gradients are cut in one way, and {listed(cuts)} are given",
                field=cuts[-1],
                help="write one of them",
            )

    def keras_arguments(self) -> dict[str, Any]:
        """The arguments of the Keras optimizer that are given."""
        renamed = {"rate": "learning_rate", "decay": "weight_decay"}
        return {
            renamed.get(name, name): value
            for name, value in self.items().items()
            if name != "optimizer" and value is not None
        }


class Training(Record):
    """The settings of `model.compile`: an objective for each output by name, and the optimizer."""

    objectives: dict[str, Objective]
    optimizer: Optimizer = Optimizer()

    def check(self) -> None:
        """Raises `Problem` for settings that do not go together."""
        for objective in self.objectives.values():
            objective.check()
        self.optimizer.check()


def setting_of(word: str) -> str:
    """The setting that a word is a choice of, as it is written: `loss=mse`; or nothing."""
    for cls in (Objective, Optimizer):
        for spec in arguments(cls):
            if found := synonym(word, spec.words):
                return f"{spec.key}={found}"
    return ""
