"""Program to the Python that a person would have written by hand."""

from __future__ import annotations

import keyword
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from seqspec.graph.nodes import Comment, GraphQueries
from seqspec.program import (
    Assign,
    Binary,
    Call,
    Const,
    Expr,
    Item,
    Lambda,
    ListOf,
    Program,
    Ref,
    refs,
)
from seqspec.target.lower import Slicing, lower
from seqspec.target.pretty import laid_out

_TAKEN = {"keras", "layers", "ops", "seed", "model", "build_model", *keyword.kwlist}
_SUBMODULES = {"keras.layers": "layers", "keras.ops": "ops"}


def emit(graph: GraphQueries, *, slicing: Slicing = "index") -> str:
    """Keras source for a graph: imports and one `build_model(seed)`, with the spec's comments."""
    program = lower(graph, slicing=slicing)
    names = _name_variables(program)
    comments = _Comments(graph)
    body = ["keras.utils.set_random_seed(seed)"]
    for statement in program.statements:
        body += comments.before(statement.origin)
        targets = ", ".join(names[t] for t in statement.targets)
        body += laid_out(f"{targets} = ", statement.value, names, indent=4)
    body += comments.rest()
    body += _model(program, names)
    return "\n".join(
        [
            f'"""The Keras model `{program.name}`, written by seqspec."""',
            "",
            *_imports(program),
            "",
            "",
            "def build_model(seed: int = 0) -> keras.Model:",
            '    """Builds the model; the same seed gives the same weights."""',
            *(f"    {line}".rstrip() for line in body),
            "",
            "",
            'if __name__ == "__main__":',
            "    build_model().summary()",
            "",
        ]
    )


def _model(program: Program, names: dict[str, str]) -> list[str]:
    sides: list[Expr] = [
        Ref(ends[0]) if len(ends) == 1 else ListOf(tuple(map(Ref, ends)))
        for ends in (program.inputs, program.outputs)
    ]
    model = Call("keras.Model", tuple(sides), (("name", Const(program.name)),))
    if not program.compile:
        return laid_out("return ", model, names, indent=4)
    return [
        *laid_out("model = ", model, names, indent=4),
        *laid_out("", Call("model.compile", (), program.compile), names, indent=4),
        "return model",
    ]


def _imports(program: Program) -> list[str]:
    functions = {f for s in program.statements for f in _functions(s.value)}
    used = sorted(
        short
        for module, short in _SUBMODULES.items()
        if any(function.startswith(f"{module}.") for function in functions)
    )
    outside = sorted({f.rpartition(".")[0] for f in functions if not f.startswith("keras.")})
    return [
        "import keras",
        *(f"import {module}" for module in outside),
        *([f"from keras import {', '.join(used)}"] if used else []),
    ]


def _functions(expr: Expr) -> Iterable[str]:
    match expr:
        case Call(function, args, kwargs):
            if isinstance(function, str):
                yield function
            else:
                yield from _functions(function)
            for part in (*args, *(value for _, value in kwargs)):
                yield from _functions(part)
        case Const():
            return
        case Lambda(body):
            yield from _functions(body)
        case _:
            for part in _parts(expr):
                yield from _functions(part)


def _parts(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Item(value):
            return (value,)
        case Binary(_, left, right):
            return left, right
        case ListOf(items):
            return items
        case _:
            return ()


@dataclass
class _Comments:
    """The spec's comments, each given out once, before the first node that stands behind it."""

    graph: GraphQueries
    given: int = field(default=0)

    def before(self, origin: str) -> list[str]:
        """The comments that stand before a node, or on its line."""
        span = self.graph.by_name[origin].span
        if span is None or span.source:
            return []
        start = self.given
        while self.given < len(self.graph.comments) and (
            self.graph.comments[self.given].line <= span.start
        ):
            self.given += 1
        return _texts(self.graph.comments[start : self.given])

    def rest(self) -> list[str]:
        """The comments behind the last node."""
        return _texts(self.graph.comments[self.given :])


def _texts(comments: Iterable[Comment]) -> list[str]:
    return [comment.text.rstrip() for comment in comments]


def _name_variables(program: Program) -> dict[str, str]:
    """A Python variable for each target: `x` again and again while nobody needs the last one."""
    last_use = _last_uses(program)
    ending: dict[int, list[str]] = defaultdict(list)  # place -> variables that are free there
    live: set[str] = set()
    numbers: Counter[str] = Counter()
    names: dict[str, str] = {}
    for place, statement in enumerate(program.statements):
        live.difference_update(ending.pop(place, ()))
        for target, hint in zip(statement.targets, _hints(statement), strict=True):
            names[target] = _free(hint, target, live, numbers)
            live.add(names[target])
            ending[max(last_use.get(target, 0), place + 1)].append(names[target])
    return names


def _last_uses(program: Program) -> dict[str, int]:
    """Where each target is read last; inputs and outputs are read at the end."""
    uses: dict[str, int] = {}
    for place, statement in enumerate(program.statements):
        uses.update(dict.fromkeys(refs(statement.value), place))
    end = len(program.statements)
    return {**uses, **dict.fromkeys((*program.inputs, *program.outputs), end)}


def _hints(statement: Assign) -> tuple[str, ...]:
    return statement.hints or statement.targets


def _free(hint: str, target: str, live: Container[str], numbers: Counter[str]) -> str:
    for base in (hint, target):
        name = _identifier(base)
        if name not in live:
            return name
    numbers[name] = max(numbers[name] + 1, 2)
    while f"{name}_{numbers[name]}" in live:
        numbers[name] += 1
    return f"{name}_{numbers[name]}"


def _identifier(name: str) -> str:
    plain = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    return f"{plain}_" if plain in _TAKEN else plain
