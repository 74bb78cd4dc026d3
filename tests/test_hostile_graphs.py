"""Graphs in JSON from elsewhere, and the source that is emitted for what comes from outside."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

import seqspec
from seqspec import Graph, GraphBuilder, check
from seqspec.diagnostics import Problem
from seqspec.ops.features import Dense
from seqspec.ops.input import In
from seqspec.syntax.split import DECEPTIVE


class TestGraphs:
    """Graphs in JSON from elsewhere."""

    def changed(self, *path: Any, to: Any) -> str:
        """The JSON of a model with one value replaced."""
        text = "# one\nx = in Tx6\nh = x -> each (dense 6) -> lstm 8\nout y = h -> take last"
        data = json.loads(seqspec.parse(text).model_dump_json())
        place = data
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to
        return json.dumps(data)

    def test_the_same_is_read(self) -> None:
        assert Graph.model_validate_json(self.changed("name", to="other")).name == "other"

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("name",), 'm"); import os; os.system("true'),
            (("name",), 'm"""\nimport os\n"""'),
            (("name",), ""),
            (("comments", 0, "text"), "# one\nimport os"),
            (("comments", 0, "text"), "# one\rimport os"),
            (("comments", 0, "text"), "import os"),
            (("comments", 0, "text"), "# \0"),
            (("outputs", 0, "name"), "y\nimport os"),
            (("outputs", 0, "name"), "²"),
            (("outputs", 0, "name"), ""),
            (("nodes", 0, "name"), "x\nimport os"),
            (("nodes", 0, "value", "shape"), ["(A + B)" + " * (A + B + C + D + E)" * 13, 6]),
            (("nodes", 0, "value", "shape"), ["T" * 1_000_000, 6]),
            (("nodes", 0, "value", "shape"), ["-" * 299 + "T", 6]),
            (("nodes", 0, "value", "shape"), ["9 * " * 70 + "T", 6]),
            (("nodes", 0, "value", "shape"), ["T // 0", 6]),
            (("nodes", 0, "value", "shape"), ["T ** 9", 6]),
            (("nodes", 0, "value", "shape"), ["T.__class__", 6]),
            (("nodes", 0, "op", "shape"), [1] * 7),
            (("nodes", 0, "op", "shape"), [10**9] * 6),
            (("nodes", 0, "op", "batch"), 10**400),
            (("nodes", 2, "op", "units"), 10**400),
            (("nodes", 2, "op", "units"), 1e308),
            (("nodes", 2, "op", "dropout"), float("nan")),
            (("nodes", 2, "op", "l2"), float("inf")),
            (("nodes", 2, "op", "recurrent_init"), float("-inf")),
            (("parameters",), {"n": float("nan")}),
            (("nodes", 0, "op", "op"), ["in"]),
            (("nodes", 0, "op", "op"), {}),
            (("nodes", 0, "inputs"), ["x"]),
            (("nodes", 2, "inputs"), ["h"]),
            (("nodes", 2, "inputs"), ["each", "each"]),
            (("nodes", 3, "inputs"), ["h", "h"]),
            (("nodes", 2, "inputs"), ["y"]),
            (("nodes", 2, "inputs"), ["each"] * 200_000),
            (("nodes", 1, "op", "chain", "output"), "nothing"),
            (("nodes", 1, "op", "chain", "nodes"), []),
            (("nodes", 1, "op", "chain", "nodes", 1, "inputs"), ["dense"]),
        ],
    )
    def test_refused(self, path: tuple[Any, ...], value: Any) -> None:
        with pytest.raises(ValidationError):
            Graph.model_validate_json(self.changed(*path, to=value))

    @pytest.mark.parametrize("depth", [10, 100, 1000, 100_000])
    def test_nested(self, depth: int) -> None:
        chain = self.changed("name", to="m")
        data = json.loads(chain)["nodes"][1]["op"]["chain"]
        op = {"op": "each", "chain": data}
        text, hole = json.dumps(op), '"op": {"op": "dense"'
        assert hole in text
        before, _, behind = text.partition(hole)
        deep = f"{before}{hole}"
        with pytest.raises(ValidationError):
            Graph.model_validate_json(self.changed("nodes", 1, "op", to="HOLE").replace(
                '"HOLE"', before + '"op": ' + f"{before}\"op\": " * depth + deep + behind
            ))  # fmt: skip

    def test_nested_python_values(self) -> None:
        data: Any = {}
        for _ in range(5000):
            data = {"op": "each", "chain": {"nodes": [{"name": "a", "op": data}], "output": "a"}}
        node = {"name": "a", "op": data, "value": {"shape": [6]}}
        with pytest.raises(ValidationError):
            Graph.model_validate({"nodes": [node], "outputs": [{"name": "a", "node": "a"}]})

    @pytest.mark.parametrize(
        "text", ["", "[" * 100_000, "{" * 100_000, "null", "[]", "1e999", "\0"]
    )
    def test_what_is_no_graph(self, text: str) -> None:
        with pytest.raises(ValidationError):
            Graph.model_validate_json(text)

    def test_many_nodes(self) -> None:
        data = json.loads(seqspec.parse("x = in 6\nout y = x -> relu").model_dump_json())
        first, node = data["nodes"]
        more = [{**node, "name": f"n{number}"} for number in range(20_001)]
        with pytest.raises(ValidationError, match="more than 20,000 operations"):
            Graph.model_validate_json(json.dumps({**data, "nodes": [first, *more]}))

    @pytest.mark.parametrize(
        ("stage", "numbers"),
        [("add _ 7", "[7.0]"), ("scale 7", "[7.0]"), ("concat _ (const 7 -> repeat 9)", "[7.0]"),
         ("conv 6 7", "[7]"), ("pool max 7", "[7]"), ("conv 6 3 stride=7", "[7]")],
    )  # fmt: skip
    def test_no_numbers(self, stage: str, numbers: str) -> None:
        text = seqspec.parse(f"in 9x6 -> {stage}").model_dump_json()
        assert numbers in text
        with pytest.raises(ValidationError, match="takes"):
            Graph.model_validate_json(text.replace(numbers, "[]"))

    def test_names_given_in_python(self) -> None:
        build = GraphBuilder()
        build.output("y", build.add(Dense(units=3), build.add(In(shape=(6,)))))
        with pytest.raises(Problem, match="cannot name a model"):
            build.graph('m"); import os; ("')


def test_the_emitted_source_holds_what_the_spec_says_and_no_more() -> None:
    """Comments and strings are the only text of a spec that its source repeats."""
    spec = "in 6 -> dense 3 name=a\n"
    characters = [c for c in [*map(chr, range(0x3000)), "\ufeff", "\U000e0001"] if c != "\n"]
    refused = [c for c in characters if DECEPTIVE.search(f"#{c}")]
    for character in refused:
        assert not check(f"# one{character}import os\n{spec}").ok
    comments = [f"# one{c}import os\n" for c in characters if c not in refused]
    emitted = seqspec.emit("".join([*comments, spec]))
    assert len(comments) > 12_000
    assert _code(emitted) == _code(seqspec.emit(f"# two\n{spec}"))


def _code(source: str) -> str:
    import ast

    return ast.dump(ast.parse(source))
