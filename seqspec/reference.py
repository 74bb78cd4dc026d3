"""The reference of the operations, from their classes."""

from __future__ import annotations

import inspect
from typing import Any

from seqspec.diagnostics import UsageError, closest
from seqspec.graph.aliases import operation_help
from seqspec.ops.arguments import ArgumentSpec, arguments, usage
from seqspec.ops.base import Operation
from seqspec.ops.registry import BY_NAME, OPERATIONS


def find(name: str) -> type[Operation]:
    """The operation of a name. Raises `UsageError` with a suggestion."""
    if name in BY_NAME:
        return BY_NAME[name]
    lower = name.lower()
    help = operation_help(name) or (f"`{lower}`" if lower in BY_NAME else "")
    guess = closest(name, BY_NAME)
    hint = f"; here it is {help}" if help else f"; did you mean `{guess}`?" if guess else ""
    raise UsageError(f"there is no operation `{name}`{hint}")


def describe_all() -> list[dict[str, Any]]:
    """Every operation as plain data."""
    return [describe(operation) for operation in OPERATIONS]


def describe(operation: type[Operation]) -> dict[str, Any]:
    """One operation as plain data: arguments, rules, an example, its Keras equivalent."""
    return {
        "names": list(operation.names()),
        "summary": summary(operation),
        "usage": usage(operation.names()[0], arguments(operation)),
        "arguments": [
            {
                "name": spec.key,
                "takes": spec.takes,
                "required": spec.required,
                "default": _default(spec),
                "keyed": not spec.positional,
                "help": spec.help,
            }
            for spec in arguments(operation)
        ],
        "shape": operation.shape_rule,
        "mask": operation.mask_rule,
        "example": operation.example,
        "keras": operation.keras,
    }


def summary(operation: type[Operation]) -> str:
    """The first paragraph of the class's docstring, on one line."""
    text = inspect.cleandoc(operation.__doc__ or "")
    return " ".join(text.split("\n\n")[0].split())


def _default(spec: ArgumentSpec) -> Any:
    if spec.required or spec.default in ((), None):
        return None
    return {True: "yes", False: "no"}.get(spec.default, spec.default) if (
        isinstance(spec.default, bool)
    ) else spec.default  # fmt: skip


def overview() -> str:
    """One line for each operation."""
    rows = []
    for operation in OPERATIONS:
        names = operation.names()
        shown = names[0] if len(names) == 1 else f"{names[0]} …"
        rows.append((shown, summary(operation)))
        if len(names) > 1:
            rows.append(("", f"({', '.join(names)})"))
    width = max(len(row[0]) for row in rows)
    lines = [f"{name.ljust(width)}  {text}" for name, text in rows]
    return "\n".join(
        [*lines, "", "`seqspec ops NAME` tells all about one; every stage takes `name=`."]
    )


def page(name: str) -> str:
    """All about one operation."""
    operation = find(name)
    lines = [usage(name, arguments(operation)), "", f"  {summary(operation)}", ""]
    names = operation.names()
    if len(names) > 1:
        lines += [f"  also: {', '.join(n for n in names if n != name)}", ""]
    specs = arguments(operation)
    heads = [f"{s.key}={s.takes}" if not s.positional else s.takes for s in specs]
    heads = [head if len(head) <= 34 else f"{head[:33]}…" for head in heads]
    width = max(map(len, heads), default=0)
    for spec, head in zip(specs, heads, strict=True):
        note = " (required)" if spec.required else ""
        lines.append(f"  {head.ljust(width)}  {spec.key}: {spec.help}{note}")
    lines += [
        "",
        f"  shape    {operation.shape_rule}",
        f"  mask     {operation.mask_rule}",
        f"  keras    {operation.keras}",
        *(f"  {'example' if not i else '       '}  {line}" for i, line in
          enumerate(operation.example.splitlines())),
    ]  # fmt: skip
    return "\n".join(lines)
