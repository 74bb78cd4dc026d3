"""How a model is trained: the arguments of `compile` as settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seqspec.backends.archive.symbolic import snake_case
from seqspec.diagnostics import Problem, shorten
from seqspec.foreign import synonym
from seqspec.graph.training import CROSSENTROPIES, OPTIMIZERS, Objective, Optimizer, Training
from seqspec.lift.plain import defaults, one_form
from seqspec.ops.arguments import ArgumentSpec, Word, arguments
from seqspec.ops.bind import convert
from seqspec.record import Record

_SETTINGS = {"learning_rate": "rate", "weight_decay": "decay"}
_BY_CLASS = {class_name: name for name, (class_name, _) in OPTIMIZERS.items()}
_LOSSES = {class_name: name for name, class_name in CROSSENTROPIES.items()}
_SETTLED = ("name", "reduction", "axis", "dtype", "fn", "registered_name")


class _Unsaid(Exception):
    """A setting that the language has no word for; the message says which."""


def training(config: Any, outputs: Sequence[str], notes: list[str]) -> Training | None:
    """The settings, if there are any; `notes` are told what of them cannot be said."""
    if not isinstance(config, dict) or not config.get("loss"):
        return None
    try:
        objectives = {
            name: _objective(loss, weight, metrics)
            for name, loss, weight, metrics in zip(
                outputs,
                _each(config.get("loss"), outputs),
                _each(config.get("loss_weights"), outputs),
                _metrics(config.get("metrics"), outputs),
                strict=True,
            )
        }
        made = Training(
            objectives={name: made for name, made in objectives.items() if made != Objective()},
            optimizer=_optimizer(config.get("optimizer")),
        )
        made.check()
    except (_Unsaid, Problem) as reason:
        notes.append(f"how the model is trained is left out: {reason}")
        return None
    return made if any(o.loss for o in made.objectives.values()) else None


def _each(given: Any, outputs: Sequence[str]) -> list[Any]:
    """What is given for each output: by its name, or in order."""
    if isinstance(given, dict) and not _is_object(given):
        if set(given) - set(outputs):
            raise _Unsaid(f"its outputs are called {', '.join(given)}")
        return [given.get(name) for name in outputs]
    if isinstance(given, list):
        if len(given) != len(outputs):
            raise _Unsaid("there are not as many losses as outputs")
        return given
    return [given] * len(outputs)


def _metrics(given: Any, outputs: Sequence[str]) -> list[list[Any]]:
    if isinstance(given, list) and len(outputs) > 1 and not any(isinstance(m, list) for m in given):
        return [[metric] if metric is not None else [] for metric in _each(given, outputs)]
    if isinstance(given, list) and len(outputs) == 1:
        flat = given[0] if len(given) == 1 and isinstance(given[0], list) else given
        return [[*flat]]
    return [
        [*found] if isinstance(found, list) else [] if found is None else [found]
        for found in _each(given, outputs)
    ]


def _is_object(value: Mapping[str, Any]) -> bool:
    return "class_name" in value and "config" in value


def _objective(loss: Any, weight: Any, metrics: Sequence[Any]) -> Objective:
    name, options = _named(loss) if loss is not None else (None, {})
    given: dict[str, Any] = {}
    for key, value in options.items():
        field = {"from_logits": "logits", "label_smoothing": "smoothing"}.get(key)
        if field is None:
            raise _Unsaid(f"the loss `{name}` has {key}={shorten(repr(value))}")
        given[field] = value
    words = [_word(_named(metric)[0], _spec(Objective, "metrics")) for metric in metrics]
    single = weight is None or weight == 1.0
    return Objective(
        loss=None if name is None else _word(name, _spec(Objective, "loss")),
        weight=None if single else float(weight), metrics=tuple(words), **given,
    )  # fmt: skip


def _named(value: Any) -> tuple[str, dict[str, Any]]:
    """A loss or metric by its name, and what it says beside."""
    if isinstance(value, str):
        return value, {}
    if not isinstance(value, dict) or not _is_object(value):
        raise _Unsaid(f"{shorten(repr(value))} is no name of Keras's own")
    name, config = str(value["class_name"]), value["config"]
    if not isinstance(config, dict):  # a function
        return str(config), {}
    known = defaults("losses").get(name, {})
    said = {
        key: one_form(inner)
        for key, inner in config.items()
        if key not in _SETTLED and one_form(inner) != one_form(known.get(key))
    }
    fn = config.get("fn")
    if name in ("LossFunctionWrapper", "MeanMetricWrapper") and fn is not None:
        return _named(fn)
    return _LOSSES.get(name, snake_case(name)), said


def _word(name: str, spec: ArgumentSpec) -> Any:
    """A name as the language has it."""
    for word in (name, _SHORT.get(name), synonym(name, spec.words)):
        if word in spec.words:
            return word
    raise _Unsaid(f"`{shorten(name)}` is no {spec.key} that the language has")


_SHORT = {
    "mean_squared_error": "mse", "mean_absolute_error": "mae", "acc": "accuracy",
    "mean_absolute_percentage_error": "mape", "mean_squared_logarithmic_error": "msle",
    "kullback_leibler_divergence": "kl_divergence", "binary_accuracy": "binary_accuracy",
}  # fmt: skip


def _spec(cls: type[Record], key: str) -> ArgumentSpec:
    (found,) = (spec for spec in arguments(cls) if spec.key == key)
    return found


def _optimizer(value: Any) -> Optimizer:
    if value is None:
        return Optimizer()
    if isinstance(value, str):
        return Optimizer(optimizer=_word(value, _spec(Optimizer, "optimizer")))
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        raise _Unsaid(f"its optimizer is {shorten(repr(value))}")
    class_name = str(value["class_name"])
    if class_name not in _BY_CLASS:
        raise _Unsaid(f"the language has no optimizer `{class_name}`")
    given: dict[str, Any] = dict(_settings(class_name, value["config"]))
    return Optimizer(**{"optimizer": _BY_CLASS[class_name], **given})


def _settings(class_name: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    known = defaults("optimizers").get(class_name, {})
    specs = {spec.key: spec for spec in arguments(Optimizer)}
    for key, value in config.items():
        said = one_form(value)
        if key == "name" or said is None or (key, said) == ("is_legacy_optimizer", False):
            continue
        if said == one_form(known.get(key)) and key != "learning_rate":
            continue
        field = _SETTINGS.get(key, key)
        if key == "learning_rate" and said == one_form(known.get(key)):
            continue
        if field not in specs or isinstance(said, dict):
            raise _Unsaid(f"the optimizer has {key}={shorten(repr(value))}")
        plain = Word("yes" if said else "no") if isinstance(said, bool) else said
        yield field, convert(specs[field], plain, "train")
