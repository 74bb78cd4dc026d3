"""Other texts with the same meaning: other names, groups, lines and orders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from seqspec.syntax import tree as t

from .trees import NOWHERE, mapped, parsed, parts, shown


def renamed(text: str) -> str:
    """Every name and every dimension is another one."""
    statements = parsed(text)
    given = {name: f"other_{number}" for number, name in enumerate(_names(statements))}
    shapes = (part for part in parts(statements) if isinstance(part, t.ShapeText))
    texts = (size for shape in shapes for size in shape.sizes if isinstance(size, str))
    found = sorted({name for text in texts for name in re.findall(r"[A-Z][A-Z0-9_]*", text)})
    sizes = {name: f"OTHER{number}" for number, name in enumerate(found)}

    def change(part: Any) -> Any:
        match part:
            case t.Word(value):
                return part._replace(value=given.get(value, value))
            case t.Indexed(name):
                return part._replace(name=given.get(name, name))
            case t.Expression(inner):
                return part._replace(text=_swapped(inner, given))
            case t.ShapeText(inner_sizes):
                swapped = (_swapped(s, sizes) if isinstance(s, str) else s for s in inner_sizes)
                return part._replace(sizes=tuple(swapped))
        return part

    return shown(mapped(statements, change))


def _swapped(text: str, names: dict[str, str]) -> str:
    return re.sub(r"[A-Za-z_]\w*", lambda match: names.get(match.group(), match.group()), text)


def _names(statements: tuple[t.Statement, ...]) -> Iterator[str]:
    """The names that statements and stages give, and the parameters of blocks."""
    for part in parts(statements):
        if isinstance(part, t.Out | t.Binding | t.As | t.Let | t.Block | t.Shared):
            yield part.name.value
        if isinstance(part, t.Block):
            yield from (name.value for name, _ in part.parameters)


def regrouped(text: str, random: Random) -> str:
    """Stretches of stages in parentheses, and parentheses taken away."""

    def change(part: Any) -> Any:
        if not isinstance(part, t.Chain):
            return part
        stages = [*part.stages]
        for place, stage in [*enumerate(stages)][::-1]:
            if isinstance(stage, t.Group) and stage.times is None and random.random() < 0.5:
                stages[place : place + 1] = stage.chain.stages
        begin = random.randrange(len(stages))
        end = random.randint(begin + 1, len(stages))
        inner = t.Group(t.Chain(tuple(stages[begin:end]), NOWHERE), None, NOWHERE)
        return part._replace(stages=(*stages[:begin], inner, *stages[end:]))

    return shown(mapped(parsed(text), change))


def relaid(text: str, random: Random) -> str:
    """Other line ends, blank lines, comments and spaces."""

    def gap(match: re.Match[str]) -> str:
        indent = "\n" + " " * random.randint(0, 4)
        comment = " # (a, b" if random.random() < 0.3 else ""
        choice = random.random()
        if choice < 0.4:
            return f"{comment}{indent}-> "
        return "  ->\t" if choice < 0.6 else match.group()

    lines = []
    for line in text.splitlines():
        new = re.sub(r"\(", lambda m: random.choice(("(", "( ", "(\n  ", "( # )\n")), line)
        new = re.sub(r" -> ", gap, new)
        lines.append(new + random.choice(("", "  ", " # out", "\n", "\n# c -> d\n")))
    laid = "\n".join([random.choice(("", "\n", "# first\n")) + lines[0], *lines[1:], ""])
    return laid.replace("\n", "\r\n") if random.random() < 0.3 else laid


_TOKEN = re.compile(r'"[^"\n]*"|#[^\n]*|->|[(),=]|(?:\{[^{}\n]*\}|-(?!>)|[^\s(),="{}#-])+')


def commented(text: str, random: Random) -> str:
    """Comments wherever they can stand: between any tokens in parentheses, before arrows else."""
    result, at, depth = "", 0, 0
    for token in _TOKEN.finditer(text):
        result += text[at : token.start()]
        if (depth or token.group() == "->") and random.random() < 0.15:
            result += random.choice((" # (a, b\n", '\n  # c -> "d\n\n', " # one \n# two\n"))
        result += token.group()
        at = token.end()
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
    return result + text[at:]


def squeezed(text: str) -> str:
    """The text without spaces and line ends that say nothing; each token has a line."""
    text = re.sub(r"\)[ \t]*\*[ \t]*", ") * ", text)
    tokens = (token.group().rstrip() for token in _TOKEN.finditer(text))
    return "\n".join(t if t[0] in '"#' else re.sub(r"\s", "", t) for t in tokens)


def reordered(text: str, random: Random) -> str:
    """Statements in another order: each behind those whose names it reads."""
    statements = parsed(text)
    needs = [_before(statements, place) for place in range(len(statements))]
    done: list[int] = []
    while len(done) < len(statements):
        ready = [i for i in range(len(statements)) if i not in done and needs[i] <= {*done}]
        done.append(random.choice(ready))
    return shown([statements[i] for i in done])


def _before(statements: tuple[t.Statement, ...], place: int) -> set[int]:
    """The statements that stay before one of them."""
    own, earlier = statements[place], [*enumerate(statements[:place])]
    reached = _reached(own, statements)
    before = {i for i, other in earlier if reached & {*_names((other,))}}
    kind = _kind(own)
    before |= {i for i, other in earlier if kind and _kind(other) == kind}
    definitions = tuple(s for s in statements if isinstance(s, t.Block | t.Shared))
    gathered = {part.name.value for part in parts(definitions) if isinstance(part, t.As)}
    if reached & gathered:  # the values that an `as` gathers come in the order of the text
        before |= {i for i, other in earlier if _reached(other, statements) & gathered}
    chains = t.Out | t.Binding | t.Pipeline
    last = not any(isinstance(s, t.Out) for s in statements) and isinstance(own, chains)
    if last and not any(isinstance(s, chains) for s in statements[place + 1 :]):
        before |= {i for i, other in earlier if isinstance(other, chains)}
    return before


def _reached(statement: t.Statement, statements: tuple[t.Statement, ...]) -> set[str]:
    """The words of a statement, and those of the blocks and shared chains that it uses."""
    found = _words(statement)
    definitions = [s for s in statements if isinstance(s, t.Block | t.Shared)]
    for _ in definitions:
        for one in definitions:
            if one.name.value in found:
                found |= _words(one) | {*_names((one,))}
    return found


def _kind(statement: t.Statement) -> str:
    """Statements of one kind that keep their order among themselves."""
    return type(statement).__name__ if isinstance(statement, t.Out | t.Let | t.Train) else ""


def _words(statement: t.Statement) -> set[str]:
    """Every word of a statement."""
    found: set[str] = set()
    for part in parts(statement):
        match part:
            case t.Word(value) | t.Indexed(value):
                found.add(value)
            case t.Expression(inner):
                found |= {*re.findall(r"[a-z_]\w*", inner)}
    return found
