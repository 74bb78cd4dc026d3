"""The manual, from the operations' classes: data, a page for the terminal, Markdown.

python -m seqspec.manual > docs/operations.md
"""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from seqspec.diagnostics import UsageError, closest
from seqspec.foreign import operation_help
from seqspec.ops.arguments import ArgumentSpec, arguments
from seqspec.ops.base import Operation
from seqspec.ops.outside import load_installed
from seqspec.ops.refusals import usage
from seqspec.ops.registry import BY_NAME, OPERATIONS, operations
from seqspec.record import Record
from seqspec.statements import BY_WORD, STATEMENTS, Statement


def find(name: str) -> type[Operation]:
    """The operation of a name. Raises `UsageError` with a suggestion."""
    if name not in BY_NAME:
        load_installed()
    if name in BY_NAME:
        return BY_NAME[name]
    lower = name.lower()
    help = operation_help(name) or (f"`{lower}`" if lower in BY_NAME else "")
    guess = closest(name, BY_NAME)
    hint = f"; here it is {help}" if help else f"; did you mean `{guess}`?" if guess else ""
    raise UsageError(f"there is no operation `{name}`{hint}")


def describe_all() -> list[dict[str, Any]]:
    """Every operation as plain data."""
    load_installed()
    return [describe(operation) for operation in operations()]


def describe(operation: type[Operation]) -> dict[str, Any]:
    """One operation as plain data: arguments, rules, an example, its Keras equivalent."""
    return {
        "names": list(operation.names()),
        "summary": summary(operation),
        "usage": _usage(operation),
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


def _usage(operation: type[Operation], name: str = "") -> str:
    return usage(name or operation.names()[0], arguments(operation))


def summary(operation: type[Operation]) -> str:
    """The first paragraph of the class's docstring, on one line."""
    text = inspect.cleandoc(operation.__doc__ or "")
    return " ".join(text.split("\n\n")[0].split())


def _default(spec: ArgumentSpec) -> Any:
    if spec.required or spec.default in ((), None):
        return None
    if isinstance(spec.default, bool):
        return "yes" if spec.default else "no"
    return spec.default


def _default_text(spec: ArgumentSpec) -> str:
    """The default as a spec would have it; nothing where leaving it out says it all."""
    default = _default(spec)
    if default is None or (spec.kind == "flag" and spec.positional):
        return ""
    if isinstance(default, tuple):
        return "x".join(map(str, default))
    return f"{default:g}" if isinstance(default, float) else str(default)


def _ordered(operation: type[Record]) -> list[ArgumentSpec]:
    """Its arguments for readers: required ones, its own, those of its family, those of all."""
    lineage = [getattr(base, "fields", {}) for base in operation.__mro__]

    def distance(spec: ArgumentSpec) -> int:
        return max(i for i, fields in enumerate(lineage) if spec.field in fields)

    specs = arguments(operation)
    return sorted(specs, key=lambda s: (s.kind == "chain", not s.required, distance(s)))


_MANY = 6  # more words than these are shown once, under the table


def _word_lists(operation: type[Record]) -> dict[tuple[str, ...], str]:
    """The long lists of words that its arguments take, and what each is called."""
    labels: dict[tuple[str, ...], str] = {}
    for spec in sorted(arguments(operation), key=lambda spec: len(spec.key)):
        if len(spec.words) > _MANY:
            labels.setdefault(spec.words, spec.key.upper())
    return labels


def _takes(spec: ArgumentSpec, labels: dict[tuple[str, ...], str]) -> str:
    """What an argument takes; nothing for a word that stands by itself."""
    if spec.kind == "flag" and spec.positional:
        return ""
    label = labels.get(spec.words)
    return f"{label}|NUMBER" if label and spec.or_number else label or spec.takes


def _bounds(spec: ArgumentSpec) -> list[str]:
    wording = {"ge": "at least", "lt": "less than"}
    return [f"{wording[name]} {limit:g}" for name, limit in spec.bounds]


def overview() -> str:
    """One line for each operation."""
    load_installed()
    rows = []
    for operation in operations():
        names = operation.names()
        shown = names[0] if len(names) == 1 else f"{names[0]} …"
        rows.append((shown, summary(operation)))
        if len(names) > 1:
            rows.append(("", f"({', '.join(names)})"))
    width = max(len(row[0]) for row in rows)
    lines = [f"{name.ljust(width)}  {text}" for name, text in rows]
    statements = ", ".join(f"`{word}`" for word in BY_WORD)
    return "\n".join(
        [
            *lines,
            "",
            "`seqspec ops NAME` tells all about one; every stage takes `name=`.",
            f"It also tells about statements: {statements}.",
        ]
    )


_WIDTH = 100


def page(name: str) -> str:
    """All about one operation or statement, for the terminal."""
    if name in BY_WORD:
        return _statement_page(BY_WORD[name])
    operation = find(name)
    others = [other for other in operation.names() if other != name]
    blocks = [
        [_usage(operation, name)],
        _wrapped("  ", summary(operation)),
        _wrapped("  also: ", ", ".join(others)) if others else [],
        _page_arguments(operation),
        *(_word_list(label, words) for words, label in _word_lists(operation).items()),
        _page_rules(operation),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _statement_page(statement: Statement) -> str:
    example = [f"  {line}" for line in statement.example.splitlines()]
    settings = [_page_arguments(part) for part in statement.settings]
    words = [
        _word_list(label, words)
        for part in statement.settings
        for words, label in _word_lists(part).items()
    ]
    blocks = [
        [statement.form],
        _wrapped("  ", statement.summary),
        _wrapped("  ", statement.details),
        *settings,
        *words,
        example,
    ]
    return "\n\n".join("\n".join(block) for block in blocks)


def _page_arguments(operation: type[Record]) -> list[str]:
    """A table: the name (with `=` where it must be written), what it takes, what it does."""
    labels = _word_lists(operation)
    rows = [
        (spec.key + "=" * (not spec.positional), _takes(spec, labels), argument_help(spec))
        for spec in _ordered(operation)
    ]
    names, takes = (max((len(row[i]) for row in rows), default=0) for i in (0, 1))
    gap = "  " if takes else ""
    return [
        line
        for name, taken, help in rows
        for line in _wrapped(f"  {name.ljust(names)}{gap}{taken.ljust(takes)}  ", help)
    ]


def argument_help(spec: ArgumentSpec) -> str:
    """What an argument does, with its bounds and its default."""
    default = _default_text(spec)
    notes = [
        *(["required"] if spec.required else []),
        *_bounds(spec),
        *([f"default {default}"] if default else []),
    ]
    return spec.help + (f" ({', '.join(notes)})" if notes else "")


def _word_list(label: str, words: tuple[str, ...]) -> list[str]:
    return [f"  {label} is one of", *_wrapped("    ", ", ".join(words))]


def _page_rules(operation: type[Operation]) -> list[str]:
    heads = ("  example  ", *("           ",) * operation.example.count("\n"))
    return [
        *_wrapped("  shape    ", operation.shape_rule),
        *_wrapped("  mask     ", operation.mask_rule),
        *(_wrapped("  keras    ", operation.keras) if operation.keras else []),
        *(f"{a}{b}" for a, b in zip(heads, operation.example.splitlines(), strict=False)),
    ]


def _wrapped(start: str, text: str) -> list[str]:
    """Lines of text behind a start; those that follow stand below the text, not the start."""
    indent = " " * len(start)
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False
    )
    return lines or [start.rstrip()]


_PREFACE = """\
# The operations

This page is made from the operations' classes by `python -m seqspec.manual`; a test holds it
to them. `seqspec ops NAME` shows the same in a terminal.

* In a usage line, CAPITALS stand for numbers and shapes, lower case for words, and `[ ]` for what
  may be left out.
* An argument that is listed as `key=` is always written with its key (`dropout=0.2`). The others
  find their place by what they are, and may be written with their key too.
* An argument that takes *its name* is a word by itself (`bi`), and the same as `bi=yes`.
* `KERNEL` is a size for each axis (`3`, `3x3`), `SHAPE` the sizes of a value (`10x6`), `SLICE` is
  Python's (`2:5`, `::2`), `NUMBER,NUMBER…` one number for all features or a list of one for each
  (`0.5,2`), `VALUE` a name, a group in parentheses, or `_`, the value flowing in.
* Every operation also takes `name=`, the layer's name.
* Shapes have no batch: `(F)` is a vector, `(T, F)` a sequence, `(H, W, C)` an image.
"""


def markdown() -> str:
    """The whole reference, as it stands in docs/operations.md."""
    settings = [part for statement in STATEMENTS for part in statement.settings]
    lists = {
        words: label
        for described in (*OPERATIONS, *settings)
        for words, label in _word_lists(described).items()
    }
    parts = [
        _PREFACE,
        _contents(),
        *(_section(operation) for operation in OPERATIONS),
        "# The statements\n",
        *(_statement_section(statement) for statement in STATEMENTS),
        "# Words\n",
        *(_word_section(label, words) for words, label in lists.items()),
    ]
    return "\n".join(parts)


def _contents() -> str:
    heads = ((operation.names()[0], operation) for operation in OPERATIONS)
    rows = [f"| [`{name}`](#{name}) | {_cell(summary(operation))} |" for name, operation in heads]
    return "\n".join(["| operation | |", "|---|---|", *rows, ""])


def _statement_section(statement: Statement) -> str:
    parts = [
        f"## {statement.word}",
        f"`{statement.form}`",
        _filled(f"{statement.summary} {statement.details}"),
        *(_argument_table(part) for part in statement.settings),
        f"```seq\n{statement.example}\n```\n",
    ]
    return "\n\n".join(parts)


def _section(operation: type[Operation]) -> str:
    name, *others = operation.names()
    also = f"The same for {_codes(others)}." if others else ""
    rules = (("Shape", operation.shape_rule), ("Mask", operation.mask_rule))
    parts = [
        f"## {name}",
        f"`{_usage(operation)}`",
        _filled(summary(operation)),
        _filled(also),
        _argument_table(operation),
        "\n".join(
            [
                *(_filled(f"* **{title}:** {rule}", "  ") for title, rule in rules),
                _filled(f"* **Keras:** {operation.keras}", "  "),
            ]
        ),
        f"```seq\n{operation.example}\n```\n",
    ]
    return "\n\n".join(part for part in parts if part)


def _argument_table(operation: type[Record]) -> str:
    labels = _word_lists(operation)
    rows = []
    for spec in _ordered(operation):
        label = labels.get(spec.words)
        taken = _takes(spec, labels)
        kind = f"[{label}](#{label.lower()}-words)" if label else f"`{taken}`" if taken else ""
        kind += ", or a number" if label and spec.or_number else ""
        shown = ", ".join([kind or "its name", *_bounds(spec)])
        default = "required" if spec.required else _default_text(spec)
        key = f"`{spec.key}`" if spec.positional else f"`{spec.key}=`"
        rows.append(f"| {key} | {_cell(shown)} | {default} | {_cell(spec.help)} |")
    if not rows:
        return ""
    return "\n".join(["| argument | takes | default | |", "|---|---|---|---|", *rows])


def _word_section(label: str, words: tuple[str, ...]) -> str:
    return f"## {label.lower()} words\n\n{_filled(_codes(words))}\n"


def _codes(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _cell(text: str) -> str:
    """Text inside a table, where a bar would end the cell."""
    return text.replace("|", "\\|")


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


if __name__ == "__main__":
    print(markdown(), end="")
