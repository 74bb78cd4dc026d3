"""`train` statements to training settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from seqspec.codes import Code
from seqspec.diagnostics import Problem, did_you_mean, listed
from seqspec.foreign import argument_help, synonym
from seqspec.graph.training import Objective, Optimizer, Training, setting_of
from seqspec.ops.arguments import ArgumentSpec, Given, arguments
from seqspec.ops.bind import bind
from seqspec.record import Record
from seqspec.source import Source, Span
from seqspec.syntax import tree as t

if TYPE_CHECKING:
    from seqspec.graph.elaborate import Elaborator

MANY = 1000  # more statements or settings than `train` has


def training(
    statements: Sequence[t.Train],
    outputs: Sequence[str],
    parameters: Mapping[str, Any],
    elaborator: Elaborator,
) -> Training | None:
    """The settings of all `train` statements; each problem is reported in its place."""
    if not statements:
        return None
    gathered: dict[str | None, dict[str, Any]] = {}
    spans: dict[tuple[str | None, str], Span] = {}
    before = elaborator.errors
    for statement in statements[:MANY]:
        if loose := _loose(statement, outputs, elaborator):
            elaborator.report(*loose)
            continue
        for argument in statement.arguments[:MANY]:
            if isinstance(argument, t.Keyed):
                try:
                    _argument(argument, statement, outputs, gathered, spans, parameters, elaborator)
                except Problem as problem:
                    elaborator.report(problem, argument.span)
    made = _settings(gathered, spans, statements[-1].span, elaborator)
    if elaborator.errors > before:
        return None
    for name, span in [(name, span) for (name, field), span in spans.items() if field == "loss"]:
        op = elaborator.ends(name or "")
        if op and isinstance(made[name], Objective) and (remark := made[name].remark(op)):
            elaborator.report(remark, span)
    return _training(made, statements[-1].span, elaborator)


def _argument(
    argument: t.Keyed,
    statement: t.Train,
    outputs: Sequence[str],
    gathered: dict[str | None, dict[str, Any]],
    spans: dict[tuple[str | None, str], Span],
    parameters: Mapping[str, Any],
    elaborator: Elaborator,
) -> None:
    key = argument.key.value
    cls = _class_of(key)
    value = elaborator.stages.resolver.plain(argument.value, parameters)
    fields, _ = bind(cls, "train", [Given(key, value)])
    target = _target(cls, statement, outputs)
    for field, bound in fields.items():
        if field in gathered.setdefault(target, {}):
            raise Problem(Code.GIVEN_TWICE, f"`{key}` is given twice")
        gathered[target][field] = bound
        spans[target, field] = argument.span


def _class_of(key: str) -> type[Record]:
    for cls in (Objective, Optimizer):
        if any(spec.key == key for spec in arguments(cls)):
            return cls
    keys = [spec.key for cls in (Objective, Optimizer) for spec in arguments(cls)]
    raise Problem(
        Code.UNKNOWN_KEY,
        f"`train` has no setting `{key}`",
        help=argument_help(key, "train")
        or did_you_mean(key, keys, "=")
        or f"its settings are {listed(keys, 30)}",
    )


def _loose(
    statement: t.Train, outputs: Sequence[str], elaborator: Elaborator
) -> tuple[Problem, Span] | None:
    """The first argument without a key that is not the output's name."""
    for place, argument in enumerate(statement.arguments[:MANY]):
        named = place == 0 and isinstance(argument, t.Word) and argument.value in outputs
        if not isinstance(argument, t.Keyed) and not named:
            return _without_key(argument, statement, outputs, elaborator), argument.span
    return None


def _without_key(
    argument: t.Argument, statement: t.Train, outputs: Sequence[str], elaborator: Elaborator
) -> Problem:
    written = with_keys(statement, outputs, elaborator.sources[statement.span.source])
    if argument is statement.arguments[0] and isinstance(argument, t.Word) and not written:
        help = did_you_mean(argument.value, outputs) or f"the outputs are {listed(outputs)}"
        return Problem(
            Code.UNKNOWN_OUTPUT, f"there is no output `{argument.value}`", help=help
        )  # fmt: skip
    help = f"write `{written}`" if written else "for example `train level loss=mse weight=0.5`"
    if isinstance(argument, t.Word) and argument.value in outputs:
        help = f"each output has a statement of its own: `train {argument.value} …`"
    message = "`train` takes an output's name, then `key=value` settings"
    return Problem(Code.WRONG_KIND, message, help=help)


def with_keys(statement: t.Train, outputs: Sequence[str], source: Source) -> str:
    """A `train` statement whose settings have no `=`, as it is written; nothing if they are none.

    `train mse adam` is `train loss=mse optimizer=adam`, and `train loss: mse` is `train loss=mse`.
    """
    texts = [source.slice(a.span) for a in statement.arguments[:MANY]]
    pending = [text for text in texts if text != ":"]
    settings: dict[str, str] = {}
    output = f" {pending.pop(0)}" if pending and pending[0] in outputs else ""
    while pending:
        text = pending.pop(0)
        key, joined, value = text.partition("=")
        spec = _spec_of(key)
        if not joined and spec and spec.kind == "flag":
            value = "yes"
        elif not joined and spec and pending and "=" not in pending[0]:
            value = pending.pop(0)
        elif not joined:
            key, value = _key_of(text, settings)
        if not key:
            return ""
        settings[key] = value
    return f"train{output} {' '.join(f'{key}={value}' for key, value in settings.items())}"


def _key_of(text: str, settings: Mapping[str, str]) -> tuple[str, str]:
    """The setting that a value without a key is of, and its value; empty if there is none."""
    if re.fullmatch(r"[\d.]+(?:e-?\d+)?", text) and [*settings][-1:] == ["optimizer"]:
        return "rate", text
    words = _spec_of("metrics")
    if "metrics" in settings and words and (found := synonym(text, words.words)):
        return "metrics", f"{settings['metrics']},{found}"
    key, _, value = setting_of(text).partition("=")
    return (key, value) if key not in settings else ("", "")


def _spec_of(key: str) -> ArgumentSpec | None:
    found = [s for cls in (Objective, Optimizer) for s in arguments(cls) if s.key == key]
    return found[0] if found else None


def _target(cls: type[Record], statement: t.Train, outputs: Sequence[str]) -> str | None:
    """The output that a setting is for; None for the optimizer's."""
    first = statement.arguments[0]
    if cls is Optimizer:
        return None
    if isinstance(first, t.Word):
        return first.value
    if len(outputs) > 1:
        raise Problem(
            Code.UNKNOWN_OUTPUT,
            f"the file has {len(outputs)} outputs, and this does not say which it is for",
            help=f"write `train {outputs[0]} …`",
        )
    return outputs[0] if outputs else "output"


def _settings(
    gathered: dict[str | None, dict[str, Any]],
    spans: dict[tuple[str | None, str], Span],
    last: Span,
    elaborator: Elaborator,
) -> dict[str | None, Any]:
    """The validated settings of each output, and the optimizer's under None."""
    made: dict[str | None, Any] = {}
    for target, fields in gathered.items():
        cls: type[Objective | Optimizer] = Optimizer if target is None else Objective
        made[target] = cls(**fields)
        try:
            made[target].check()
        except Problem as problem:
            elaborator.report(problem, spans.get((target, problem.field), last))
    return made


def _training(made: dict[str | None, Any], last: Span, elaborator: Elaborator) -> Training | None:
    objectives = {name: part for name, part in made.items() if name is not None}
    if not any(part.loss for part in objectives.values()):
        elaborator.report(
            Problem(
                Code.NO_LOSS, "training needs a loss", help="write `train loss=mse`, for example"
            ),
            last,
        )
        return None
    optimizer = made.get(None) or Optimizer()
    return Training(objectives=objectives, optimizer=optimizer)
