"""Settings of parameters and dimensions, from text (`-D`) or Python, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

from seqspec.diagnostics import Problem, UsageError, closest, listed
from seqspec.graph.definitions import constant
from seqspec.limits import Limits
from seqspec.syntax import parse_value
from seqspec.syntax import tree as t

Settings = Mapping[str, Any]
_PLAIN = (int, float, str, list, t.ShapeText)


def named(texts: Iterable[str]) -> dict[str, str]:
    """What texts such as `units=64` set. Raises `UsageError`."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError(f"-D {text}: write -D NAME=VALUE")
        settings[name.strip()] = value.strip()
    return settings


def plain_settings(settings: Settings, limits: Limits) -> dict[str, Any]:
    """Settings from text (`-D`) or Python as the values that parameters take."""
    result: dict[str, Any] = {}
    for name, value in settings.items():
        try:
            plain = (
                constant(parse_value(value, limits), {}, limits)
                if isinstance(value, str)
                else value
            )
        except Problem as problem:
            raise UsageError(f"-D {name}={value}: {problem.message}") from None
        if isinstance(plain, bool) or not isinstance(plain, _PLAIN):
            raise UsageError(f"-D {name}={value}: a parameter is a number, word, string or shape")
        if isinstance(plain, int | float) and not abs(plain) <= limits.number:  # nan is not
            raise UsageError(
                f"-D {name}: numbers go up to {limits.number:,}; `Limits.number` sets the bound"
            )
        if name[:1].isupper() and not (isinstance(plain, int) and plain >= 1):
            raise UsageError(f"-D {name}={value}: the dimension `{name}` is a whole number from 1")
        result[name] = plain
    return result


def check_known(given: Settings, known: Set[str]) -> None:
    """Refuses settings of parameters and dimensions that the spec does not have."""
    for name in given:
        if name not in known:
            guess = closest(name, known)
            help = f"did you mean `{guess}`?" if guess else (
                f"there are {listed(sorted(known))}" if known else "it has none"
            )  # fmt: skip
            raise UsageError(f"-D {name}: the spec has no parameter or dimension `{name}`; {help}")
