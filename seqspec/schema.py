"""Records in Pydantic's eyes: each class as a model made of its own annotations, on demand."""

from __future__ import annotations

from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic_core import CoreSchema, core_schema

from seqspec.record import Struct

_MODELS: dict[type[Struct], type[BaseModel]] = {}
_ADAPTERS: dict[type[Struct], TypeAdapter[Any]] = {}


def model_of(cls: type[Struct]) -> type[BaseModel]:
    """The Pydantic model with the fields of a record."""
    if cls in _MODELS:
        return _MODELS[cls]
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {
        name: (hints[name], Field(field.default, description=field.help or None))
        for name, field in cls.fields.items()
    }
    config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False
    )
    doc = (cls.__doc__ or "").strip()
    model = create_model(cls.__name__, __config__=config, __doc__=doc, **fields)
    return _MODELS.setdefault(cls, model)


def adapter(cls: type[Struct]) -> TypeAdapter[Any]:
    """Validates and dumps records of a class."""
    if cls not in _ADAPTERS:
        _ADAPTERS[cls] = TypeAdapter(cls)
    return _ADAPTERS[cls]


def core_schema_of(cls: type[Struct], handler: Any) -> CoreSchema:
    """How Pydantic reads and writes a record: through its model."""
    model = model_of(cls)

    def read(value: Any, inner: Any) -> Any:
        if isinstance(value, cls):
            return value
        fields = inner(value)
        return cls(**{name: getattr(fields, name) for name in cls.fields})

    def write(record: Any, inner: Any) -> Any:
        return inner(model.model_construct(**_values(record)))

    schema = handler.generate_schema(model)
    return core_schema.no_info_wrap_validator_function(
        read,
        schema,
        serialization=core_schema.wrap_serializer_function_ser_schema(write, schema=schema),
    )


def _values(record: Struct) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.fields}


def late_schema(cls: type[Struct]) -> CoreSchema:
    """The same for a record that may hold others of its class: its model is made when needed."""

    def read(value: Any) -> Any:
        if isinstance(value, cls):
            return value
        try:
            fields = model_of(cls).model_validate(value)
        except RecursionError:
            raise ValueError("records are nested too deep in each other") from None
        return cls(**{name: getattr(fields, name) for name in cls.fields})

    def write(record: Any) -> Any:
        return model_of(cls).model_construct(**_values(record)).model_dump(mode="json")

    keys = {name: core_schema.typed_dict_field(core_schema.any_schema()) for name in cls.fields}
    return core_schema.no_info_plain_validator_function(
        read,
        json_schema_input_schema=core_schema.typed_dict_schema(keys, extra_behavior="forbid"),
        serialization=core_schema.plain_serializer_function_ser_schema(write),
    )


def union_schema(handler: Any) -> CoreSchema:
    """Any operation: a union over their classes, told apart by `op`."""
    from seqspec.ops.outside import load_installed
    from seqspec.ops.registry import BY_NAME, operations

    def read(value: Any) -> Any:
        if isinstance(value, Struct):
            return value
        name = value.get("op") if isinstance(value, dict) else None
        if not isinstance(name, str):
            raise ValueError("an operation is an object with its name in `op`")
        if name not in BY_NAME:
            load_installed()
        if name not in BY_NAME:
            raise ValueError("`op` names no operation")
        return adapter(BY_NAME[name]).validate_python(value)

    def write(op: Any) -> Any:
        return adapter(type(op)).dump_python(op, mode="json")

    choices = {
        name: handler.generate_schema(model_of(operation))
        for operation in operations()
        for name in operation.names()
    }
    return core_schema.no_info_plain_validator_function(
        read,
        json_schema_input_schema=core_schema.tagged_union_schema(choices, discriminator="op"),
        serialization=core_schema.plain_serializer_function_ser_schema(write),
    )
