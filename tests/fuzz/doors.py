"""The ways in for what comes from elsewhere; each takes damaged bytes all the way.

Each gives a word for what became of the bytes, or the codes of the diagnostics. What it raises is
a fault of the compiler.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pydantic import ValidationError

import seqspec
from seqspec import Graph, UsageError
from seqspec.archive import embedded, members
from seqspec.diagnostics import Diagnostic, render
from seqspec.driver import Checked, check_source
from seqspec.files import decode, reader
from seqspec.limits import DEFAULT_LIMITS
from seqspec.source import Source, Span
from seqspec.table import render_table

from .mutate import Mutator, corpus

MANY_NODES = 400  # of a graph that is taken through all that can be made of it
LARGE = 30_000  # characters of a graph that is damaged
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2, 0.5, 1e308, 10**13, 10**400, float("nan"), float("-inf"), "", "T", "?",
    "2 * T + 1", "T // 0", "T * " * 60 + "T", "(" * 400, "9" * 5000, "x\nimport os", "\ud800",
    "a" * 5000, [], {}, [[]], [None], ["T", 6], {"op": "relu"}, [6] * 9, [10**9] * 6,
)  # fmt: skip


def told(found: Sequence[Diagnostic], sources: Sequence[Source]) -> list[str]:
    """The codes of diagnostics, each of which can be shown and lies in its text."""
    for diagnostic in found:
        text = render(diagnostic, sources)
        assert text.replace("\n", "").isprintable(), text
        json.dumps(diagnostic.to_json(sources))
        for span in (diagnostic.span, *diagnostic.uses):
            _within(span, sources)
    return [diagnostic.code.id for diagnostic in found]


def _within(span: Span, sources: Sequence[Source]) -> None:
    assert 0 <= span.start <= span.end <= len(sources[span.source].text), span


def told_all(checked: Checked) -> list[str]:
    """The codes of a check; where it gave a graph, that can be shown, emitted and sent."""
    errors = [d for d in checked.diagnostics if d.severity == "error"]
    assert checked.ok == (not errors)
    if checked.plain is not None and len(checked.plain.nodes) < MANY_NODES:
        handed_on(checked.demand())
    return [*told(checked.diagnostics, checked.sources), *(["a graph"] if checked.ok else [])]


def handed_on(graph: Graph) -> None:
    """All that is made of a graph without a framework."""
    render_table(graph)
    compile(seqspec.emit(graph), "<emitted>", "exec", dont_inherit=True)
    assert Graph.model_validate_json(graph.model_dump_json()) == graph


def text(name: str, data: bytes) -> list[str]:
    """As `seqspec check FILE` reads it; `use` reads what lies beside the undamaged file."""
    try:
        source = Source(name, decode(data, name))
    except UsageError:
        return ["no text"]
    read = reader(Path(name).parent, DEFAULT_LIMITS)
    return told_all(check_source(source, read=read))


def setting(data: bytes) -> list[str]:
    """As `-D n=…` and `-D T=…` are read."""
    value = data.decode(errors="surrogateescape")
    uses = ("dense {n}", "take {n}:", "{n}", "dense 3 name={n}", "conv 4 {n}", "reshape {n}")
    found = []
    for name, use in (("n", uses[len(data) % len(uses)]), ("T", "dense 3")):
        source = Source("<spec>", f"let n = 3\nin Tx6 -> {use}\n")
        try:
            found += told_all(check_source(source, {name: value}))
        except UsageError as error:
            assert str(error).replace("\n", "").isprintable()
            found.append("refused")
    return found


def graph(data: bytes) -> list[str]:
    """As `Graph.model_validate_json` reads it."""
    try:
        found = Graph.model_validate_json(data)
    except ValidationError as error:
        str(error)
        return ["refused"]
    handed_on(found)
    return ["a graph"]


def archive(data: bytes) -> list[str]:
    """As `seqspec show FILE.keras` reads it."""
    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(data)
        file.flush()
        try:
            found = embedded(Path(file.name), DEFAULT_LIMITS)
            checked = check_source(found.source, found.settings, read=found.reader())
        except UsageError as error:
            assert str(error).replace("\n", "").isprintable()
            return ["refused"]
    return told_all(checked)


@cache
def texts() -> list[tuple[str, bytes]]:
    """What is damaged."""
    return corpus()


@cache
def graphs() -> list[str]:
    """Graphs of the gallery's specs in JSON."""
    found = []
    for name, _ in texts():
        if "/specs/" in name:
            checked = seqspec.check(Path(name))
            if checked.plain is not None and len(checked.plain.nodes) < 30:
                found.append(checked.demand().model_dump_json())
    return [one for one in found if len(one) < LARGE]


def damaged_text(mutator: Mutator) -> tuple[str, bytes]:
    """A text and the name of the file that it was made of."""
    name, data = mutator.random.choice(texts())
    return name, mutator.text(data)


def damaged_setting(mutator: Mutator) -> bytes:
    """A value, most often a short one."""
    data = b" ".join(mutator.word() for _ in range(mutator.count(6)))
    return mutator.damaged(data) if mutator.random.random() < 0.5 else data


def damaged_graph(mutator: Mutator) -> bytes:
    """A graph with other values in some places, or a text that was one."""
    chosen = mutator.random.choice(graphs())
    if mutator.random.random() < 0.2:
        return mutator.damaged(chosen.encode())
    data, other = json.loads(chosen), json.loads(mutator.random.choice(graphs()))
    for _ in range(mutator.count(5)):
        _damage(mutator.random, data, other)
    return json.dumps(data).encode()


def _damage(random: Random, data: Any, other: Any) -> None:
    """Puts a value, a part of another graph or nothing in a place of a graph."""
    place, key = random.choice([*_places(data)])
    match random.random():
        case chance if chance < 0.2:
            del place[key]
        case chance if chance < 0.5:
            there, other_key = random.choice([*_places(other)])
            place[key] = there[other_key]
        case chance if chance < 0.6 and isinstance(place, list):
            place.insert(random.randint(0, len(place)), place[key])
        case _:
            place[key] = random.choice(VALUES)


def _places(data: Any) -> Sequence[tuple[Any, Any]]:
    """Every place in a value that something can be put in."""
    found: list[tuple[Any, Any]] = []
    left = [data]
    while left:
        value = left.pop()
        keys = [*value] if isinstance(value, dict) else [*range(len(value))]
        found += [(value, key) for key in keys]
        left += [value[key] for key in keys if isinstance(value[key], dict | list) and value[key]]
    return found or [({0: 0}, 0)]


def damaged_archive(mutator: Mutator) -> bytes:
    """An archive with damage in its bytes, in its members or in what it says of them."""
    name, data = mutator.random.choice(texts())
    main = Source(name, data.decode(errors="replace"))
    used = Source(str(Path(name).with_name("a.seq")), "let a = 3\n")
    found = {k: v.encode() for k, v in members((main, used), {"n": 3, "T": 7}).items()}
    for member in mutator.random.sample([*found], mutator.random.randint(0, len(found))):
        found[member] = mutator.text(found[member])
    buffer = io.BytesIO()
    kind = mutator.random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(buffer, "w", kind) as made:
        for member, content in found.items():
            made.writestr(zipfile.ZipInfo(_renamed(mutator, member)), content, kind)
    whole = buffer.getvalue()
    return mutator.flipped(whole) if mutator.random.random() < 0.5 else whole


def _renamed(mutator: Mutator, member: str) -> str:
    if mutator.random.random() < 0.9:
        return member
    return mutator.random.choice(("seqspec/../a", "seqspec/\x1b[2J", "/etc/passwd", "seqspec/"))


def doors() -> dict[str, tuple[Callable[[Mutator], Any], Callable[..., list[str]]]]:
    """Each way in by name: what makes bytes for it, and what takes them."""
    return {
        "text": (damaged_text, lambda made: text(*made)),
        "setting": (damaged_setting, setting),
        "graph": (damaged_graph, graph),
        "archive": (damaged_archive, archive),
    }
