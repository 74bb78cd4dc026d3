"""Frozen values with typed fields, made without Pydantic and known to it.

Every process that checks a spec makes some fifty of these classes first. A Pydantic model takes
longer to declare than a spec to check, and a dataclass, whose methods are compiled for it, as long
as a line of a spec. So fields are only noted here; `seqspec.schema` makes the Pydantic model of a
class when JSON is read or written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self, dataclass_transform

_REQUIRED: Any = ...
NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The default of a field that maps names to values."""


class Field(NamedTuple):
    """What a class says of a field beside its type."""

    default: Any = _REQUIRED
    help: str = ""
    positional: bool = False
    compared: bool = True

    @property
    def required(self) -> bool:
        """Whether the field has no default."""
        return self.default is _REQUIRED


def arg(default: Any = _REQUIRED, help: str = "") -> Any:
    """A field that fills by kind and order, or by `key=value`."""
    return Field(default, help, positional=True)


def option(default: Any = None, help: str = "") -> Any:
    """A field that only `key=value` fills."""
    return Field(default, help)


def aside(default: Any) -> Any:
    """A field that does not count where two values are compared, and is not shown."""
    return Field(default, compared=False)


@dataclass_transform(frozen_default=True)
class Struct:
    """A frozen value, equal to another of its class with equal fields; they are given in order
    or by name."""

    fields: ClassVar[dict[str, Field]] = {}
    _defaults: ClassVar[dict[str, Any]] = {}
    _compared: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = {
            name: _field(cls, name)
            for name, annotation in cls.__dict__.get("__annotations__", {}).items()  # noqa: RUF063
            if not str(annotation).startswith(("ClassVar", "typing.ClassVar"))
        }
        cls.fields = {**cls.fields, **own}
        cls.__match_args__ = tuple(cls.fields)  # type: ignore[attr-defined,misc]
        cls._defaults = {n: field.default for n, field in cls.fields.items() if not field.required}
        cls._compared = tuple(n for n, field in cls.fields.items() if field.compared)

    def __init__(self, *values: Any, **given: Any) -> None:
        own, fields = self.__dict__, self.fields
        own.update(self._defaults)
        if values:
            own.update(zip(fields, values, strict=False))
        own.update(given)
        if len(own) != len(fields) or len(values) + len(given) > len(own):
            raise TypeError(self._misfit(len(values), given))

    def _misfit(self, values: int, given: Iterable[str]) -> str:
        name, known = type(self).__name__, self.fields
        if unknown := sorted({*given} - known.keys()):
            return f"{name} has no field {unknown[0]!r}"
        if missing := [field for field in known if field not in self.__dict__]:
            return f"{name} needs the field {missing[0]!r}"
        return f"{name} has {len(known)} fields, and {values} are given, and {', '.join(given)}"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def _key(self) -> list[Any]:
        own = self.__dict__
        return [own[name] for name in self._compared]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), *map(_hashable, self._key())))

    def __repr__(self) -> str:
        inner = ", ".join(f"{n}={self.__dict__[n]!r}" for n in self._compared)
        return f"{type(self).__name__}({inner})"

    def replace(self, **changes: Any) -> Self:
        """The same with some fields changed."""
        own = self.__dict__
        return type(self)(**{**{name: own[name] for name in self.fields}, **changes})

    @classmethod
    def annotation(cls, name: str) -> Any:
        """What a field is declared to be. `get_type_hints` evaluates all that a class and those
        before it declare, and anew for each class."""
        owner = next(c for c in cls.__mro__ if name in c.__dict__.get("__annotations__", {}))  # noqa: RUF063
        return _evaluated(owner, name)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from seqspec.schema import core_schema_of

        return core_schema_of(cls, handler)


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Record(Struct):
    """A frozen value whose fields are given by name."""

    def items(self) -> dict[str, Any]:
        """The fields and their values."""
        return {name: self.__dict__[name] for name in self.fields}


@cache
def _evaluated(owner: type, name: str) -> Any:
    found = owner.__annotations__[name]
    return eval(found, vars(sys.modules[owner.__module__])) if isinstance(found, str) else found


def _field(cls: type, name: str) -> Field:
    default = cls.__dict__.get(name, _REQUIRED)
    if isinstance(default, Field):
        delattr(cls, name)
        return default
    return Field(default)


def _hashable(value: Any) -> Any:
    return tuple(sorted(value.items())) if isinstance(value, dict) else value
