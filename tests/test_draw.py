"""Pictures: what they show, that nothing is in the way of anything else, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fuzz.geometry import faults, read
from fuzz.trial import spec
from golden import Case, compare, each
from hypothesis import given
from hypothesis import strategies as st

import seqspec
from seqspec import GraphBuilder, UsageError, driver
from seqspec.draw import picture
from seqspec.draw.fold import Copies, Folding
from seqspec.draw.layered import Link, arrange
from seqspec.draw.spread import spread
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.features import Dense
from seqspec.ops.input import In

SEED = "drawn"


def optimized(text: str) -> GraphQueries:
    return driver.optimized(seqspec.parse(text), 1)


def words(svg: str) -> list[str]:
    """The texts of a picture."""
    return [text.words for text in read(svg).texts]


def counts(svg: str) -> dict[str, int]:
    """How many boxes there are of each kind."""
    kinds = [box.kind for box in read(svg).boxes]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


@each("draw")
def test_golden(case: Case, update: bool) -> None:
    checked = driver.check(case.path)
    kind = "graph" if case.path.stem.startswith("graph_") else "unrolled"
    graph = driver.optimized(checked.needed(), 1)
    svg = picture(graph, kind, spec=case.text)
    compare(case.golden(".svg"), svg, update=update)
    assert faults(svg) == []


@pytest.mark.parametrize("first", range(0, 300, 20))
def test_random_graphs(first: int) -> None:
    for number in range(first, first + 20):
        text = spec(SEED, number)
        graph = driver.optimized(seqspec.parse(text), 1 if number % 2 else 0)
        assert faults(picture(graph, "graph", spec=text)) == [], text
        try:
            svg = picture(graph, "unrolled", spec=text)
        except UsageError:
            continue
        assert faults(svg) == [], text


class TestUnrolled:
    @pytest.mark.parametrize(
        ("text", "boxes"),
        [
            ("in 6 -> dense 3", {"input": 1, "output": 1}),
            ("in 6 -> repeat 5 -> lstm 64", {"input": 1, "state": 5, "output": 5}),
            ("in 5x6 -> lstm 64 -> take last", {"input": 5, "state": 5, "output": 1}),
            ("in 5x6 -> lstm 64", {"input": 5, "state": 5, "output": 5}),
            ("in 6x1 -> lstm 1 -> take last 3", {"input": 6, "state": 6, "output": 3}),
            (
                "in 3x1 -> pad end 3 -> lstm 1 -> take last 3",
                {"input": 3, "pad": 3, "state": 6, "output": 3},
            ),
            ("in 5x6 -> lstm 8 bi -> final", {"input": 5, "state": 10, "output": 1}),
            ("in Tx6 -> gru 8", {"input": 6, "state": 6, "output": 6}),
        ],
    )
    def test_boxes(self, text: str, boxes: dict[str, int]) -> None:
        assert counts(picture(optimized(text))) == boxes

    def test_columns_have_their_numbers(self) -> None:
        assert words(picture(optimized("in Tx6 -> gru 8")))[-7:] == [
            "1", "2", "3", "…", "T - 2", "T - 1", "T",
        ]  # fmt: skip

    def test_states_lead_to_the_next_step(self) -> None:
        """Backwards in a layer that reads backwards."""
        for text, ahead in (("lstm 4", True), ("lstm 4 reverse", False)):
            svg = picture(optimized(f"in 4x3 -> {text}"))
            root = ElementTree.fromstring(svg)
            ways = [p.attrib["d"] for p in root.iter() if p.get("class") == "time"]
            ends = [[float(n) for n in way[1:].replace("L", " ").split()] for way in ways]
            assert len(ends) == 3
            assert all((end > start) is ahead for start, _, end, _ in ends)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("in Tx8 -> attend heads=2", "`attend heads=2` reads several steps at once"),
            ("in 50x8 -> conv 3 3", "`conv 3 3` reads several steps at once"),
            ("in 10x6 -> concat (lstm 8) (in 10x3)", "do not stand one above the other"),
            ("in 10x6 -> lstm 8 -> take 4", "is not among those that are shown"),
            ("in 10x6 -> (dense 6) * 60", "it shows up to 16 layers"),
        ],
    )
    def test_what_cannot_be_unrolled_says_why(self, text: str, why: str) -> None:
        with pytest.raises(UsageError, match="this cannot be unrolled") as raised:
            picture(optimized(text), "unrolled")
        assert why in str(raised.value)
        assert "--graph" in str(raised.value)
        assert faults(picture(optimized(text))) == []


class TestGraph:
    def test_each_operation_has_its_place(self) -> None:
        text = "in 10x6 -> concat (lstm 8) (gru 8) -> dense 2 name=here -> softmax"
        svg = picture(seqspec.parse(text), "graph")
        assert counts(svg) == {
            "input": 1, "layer": 1, "merge": 1, "output": 1, "plain": 1, "state": 2,
        }  # fmt: skip
        assert {"(10, 6)", "(10, 16)", "lstm 8", "gru 8", "concat", "here", "output"} <= {
            *words(svg)
        }

    def test_shared_weights_and_masks_are_told(self) -> None:
        text = """
            shared words = embed 100 8 mask
            a = in T tokens -> words
            b = in S tokens -> words
            out c = concat (a -> lstm 4 -> take last) (b -> lstm 4 -> take last)
        """
        shown = words(picture(optimized(text), "graph"))
        assert "weights of words" in shown
        assert "(T, 8) masked" in shown

    def test_copies_are_drawn_once(self) -> None:
        graph = optimized("in 10x6 -> (add _ (dense 6 relu -> norm)) * 12 -> lstm 8")
        svg = picture(graph, "graph")
        assert "× 12" in words(svg)
        assert sum(counts(svg).values()) < 10

    def test_numbers_that_differ_are_told(self) -> None:
        text = "in Tx8 -> (conv 8 2 causal dilation={2 ** i} -> norm) * 5"
        assert "dilation=1…16" in " ".join(words(picture(seqspec.parse(text), "graph")))

    @pytest.mark.parametrize(
        "text",
        [
            "in 10x6 -> (dense 6) * 3",  # too few to be long
            "in 10x6 -> dense 6 -> dense 6 -> dense 6 -> dense 6 -> dense 6 -> dense 6",  # written
            "block a(w, n) = dense {n} {w}\nin 6 -> a relu 6 -> a tanh 6 -> a relu 6 -> a relu 6"
            " -> a tanh 6 -> a relu 6",  # other words
            "block a(n, m) = conv {n} {m} same -> norm\nin 90x6 -> a 6 3 -> a 7 7 -> a 8 5",
            "x = in 9x6\nblock a = conv 8 3 -> pool max\nx -> concat (a) (a) (a) (a)",  # no stack
        ],
    )
    def test_what_is_not_the_same_is_not_folded(self, text: str) -> None:
        graph = seqspec.parse(text)
        assert Folding(graph).copies(0, len(graph.nodes)) == []

    def test_copies_are_found_in_a_graph_without_text(self) -> None:
        builder = GraphBuilder()
        node = builder.add(In(shape=(6,)))
        for _ in range(8):
            node = builder.add(Dense(units=6), node.name)
        builder.output("end", node.name)
        graph = builder.graph()
        assert Folding(graph).copies(0, len(graph.nodes)) == [Copies(1, 1, 8)]

    def test_few_lines_cross(self) -> None:
        """None where there is a way without."""
        size = (40.0, 20.0)
        tree = [Link(0, 1), Link(0, 2), Link(1, 5), Link(2, 3), Link(2, 4), Link(0, 6), Link(1, 6)]
        assert arrange([size] * 7, tree).crossings == 0
        both = [Link(a, b) for a in (0, 1) for b in (2, 3)]
        assert arrange([size] * 4, both).crossings == 1


class TestText:
    HOSTILE = '</title><script>alert("&amp;")</script> ]]> \x00\x1b\u202e\ud800 x -> y'

    def test_what_means_something_in_xml_is_escaped(self) -> None:
        graph = seqspec.parse("in 6 -> dense 3")
        for kind in ("graph", "unrolled"):
            svg = picture(graph, kind, spec=self.HOSTILE)
            root = ElementTree.fromstring(svg)
            assert {e.tag.rpartition("}")[2] for e in root.iter()} <= {
                "svg", "title", "desc", "style", "defs", "marker", "rect", "text", "g", "path",
            }  # fmt: skip
            assert "\u202e" not in svg
            assert "<script>alert" in (root.findtext("{http://www.w3.org/2000/svg}title") or "")

    def test_the_spec_is_the_heading_without_comments_and_training(self) -> None:
        text = "# why\nlet n = 3  # how many\nin 6 -> dense {n}\ntrain loss=mse\n"
        svg = picture(seqspec.parse(text), spec=text)
        assert words(svg)[:2] == ["let n = 3", "in 6 -> dense {n}"]
        assert '<title id="title">let n = 3 in 6 -&gt; dense {n}</title>' in svg

    def test_a_long_spec_has_the_models_name_as_heading(self) -> None:
        text = "\n".join(f"a{n} = in 6" for n in range(20)) + "\nadd a0 a1 a2"
        graph = seqspec.parse(text).model_copy(update={"name": "adder"})
        assert words(picture(graph, spec=text))[0] == "adder"

    def test_themes(self) -> None:
        graph = seqspec.parse("in 6 -> dense 3")
        auto, light, dark = (picture(graph, theme=theme) for theme in ("auto", "light", "dark"))
        assert "prefers-color-scheme:dark" in auto
        assert "prefers-color-scheme" not in light + dark
        assert auto.partition("\n@media")[0].split("<style>")[1] in light
        assert "#0d1117" in dark
        assert "#0d1117" not in light
        assert "currentColor" not in auto + light + dark


class TestSize:
    def test_too_many_boxes_are_refused(self) -> None:
        branches = " ".join(f"(dense {n})" for n in range(1, 500))
        with pytest.raises(UsageError, match="more boxes than a picture can show"):
            picture(seqspec.parse(f"in 6 -> concat {branches}"))

    def test_too_many_lines_are_refused(self) -> None:
        """Each layer reads all before it, through as many ranks."""
        rows = ["x0 = in 6"]
        for n in range(1, 110):
            rows.append(f"x{n} = concat {' '.join(f'x{m}' for m in range(n))} x0 -> dense 3")
        with pytest.raises(UsageError, match="more lines that lead far than a picture can show"):
            picture(seqspec.parse("\n".join(rows)))
        svg = picture(seqspec.parse("\n".join(rows[:40])), "graph")
        assert faults(svg) == []

    def test_as_many_copies_as_may_be(self) -> None:
        svg = picture(seqspec.parse("in 9x6 -> (dense 6 -> norm) * 400"))
        assert "× 400" in words(svg)
        assert len(svg) < 10_000

    def test_twenty_thousand_nodes(self) -> None:
        """Values side by side, which no stack is made of."""
        text = "x = in 6\nblock many = concat " + "(dense 1) " * 100
        rows = "\n".join(f"out y{n} = x -> many" for n in range(195))
        graph = seqspec.parse(f"{text}\n{rows}")
        assert len(graph.nodes) > 19_000
        with pytest.raises(UsageError, match="more boxes than a picture can show"):
            picture(graph)


class TestNotebook:
    def test_a_graph_shows_itself(self) -> None:
        shown = seqspec.parse("in 6x2 -> lstm 3")._repr_mimebundle_()
        assert faults(shown["image/svg+xml"]) == []
        assert "21 parameters" not in shown["text/plain"]
        assert "72 parameters" in shown["text/plain"]
        assert shown["text/html"].startswith('<img alt="model" src="data:image/svg+xml;base64,')
        assert "lstm 3" in shown["text/html"]
        assert '<pre style="font-family: monospace">model model\n' in shown["text/html"]

    def test_a_large_one_shows_its_table(self) -> None:
        branches = " ".join(f"(dense {n})" for n in range(1, 500))
        shown = seqspec.parse(f"in 6 -> concat {branches}")._repr_mimebundle_()
        assert {*shown} == {"text/plain", "text/html"}

    def test_nothing_is_imported_for_it_before(self) -> None:
        code = (
            "import sys, seqspec; seqspec.parse('in 6').name; print('seqspec.draw' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert done.stdout == b"False\n"


class TestCommand:
    def draw(self, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "seqspec", "draw", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
        return done

    def test_svg(self, tmp_path: Path) -> None:
        target = tmp_path / "a.svg"
        done = self.draw("-e", "in 6x1 -> lstm 1 -> take last 3", "-o", target)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        again = self.draw("-e", "in 6x1 -> lstm 1 -> take last 3")
        assert again.stdout == target.read_bytes()
        assert faults(target.read_text(encoding="utf-8")) == []

    def test_png(self, tmp_path: Path) -> None:
        files = []
        for theme in ("auto", "light", "dark"):
            files.append(tmp_path / f"{theme}.png")
            done = self.draw("-e", "in 6 -> dense 3", "-o", files[-1], "--theme", theme)
            assert done.returncode == 0
        auto, light, dark = (file.read_bytes() for file in files)
        assert auto.startswith(b"\x89PNG")
        assert auto == light != dark

    def test_levels_and_kinds(self) -> None:
        text = "in 10x6 -> lstm 8 -> dense 3 -> take last"
        pictures = {
            self.draw("-e", text, *options).stdout
            for options in (("-O0",), ("-O1",), ("-O0", "--graph"), ("-O1", "--graph"))
        }
        assert len(pictures) == 4
        assert self.draw("-e", text).stdout == self.draw("-e", text, "-O1", "--unrolled").stdout

    @pytest.mark.parametrize(
        ("arguments", "status", "said"),
        [
            (("-e", "in 6", "-o", "a.gif"), 2, b"pictures are written as .svg or .png"),
            (("-e", "in 6", "-o", "/nowhere/a.svg"), 2, b"there is no folder"),
            (("-e", "in 6 -> denes 3"), 1, b"did you mean `dense`?"),
            (("-e", "in Tx8 -> attend heads=2", "--unrolled"), 2, b"this cannot be unrolled"),
        ],
    )
    def test_refusals(self, arguments: tuple[str, ...], status: int, said: bytes) -> None:
        done = self.draw(*arguments)
        assert done.returncode == status
        assert said in done.stderr

    def test_png_needs_resvg(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from seqspec.draw.png import png

        monkeypatch.setitem(sys.modules, "resvg_py", None)
        with pytest.raises(UsageError, match=r'pip install "seqspec-lang\[draw\]"'):
            png(picture(seqspec.parse("in 6 -> dense 3")))


@given(
    st.lists(
        st.tuples(st.integers(-50, 50), st.integers(1, 9), st.integers(0, 20)),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_numbers_are_spread_as_near_as_can_be(rows: list[tuple[int, int, int]]) -> None:
    wanted, weights, apart = (
        [float(a) for a, _, _ in rows],
        [w for _, w, _ in rows],
        [float(d) for _, _, d in rows[1:]],
    )
    found = spread(wanted, weights, apart)

    def cost(numbers: list[float]) -> float:
        return sum(w * (a - b) ** 2 for w, a, b in zip(weights, numbers, wanted, strict=True))

    gaps = [b - a for a, b in pairwise(found)]
    assert all(gap >= least - 1e-6 for gap, least in zip(gaps, apart, strict=True))
    for place in range(len(found)):  # everything from a place on moved a little is no better
        for by in (0.01, -0.01):
            moved = [x + by * (n >= place) for n, x in enumerate(found)]
            gaps = [b - a for a, b in pairwise(moved)]
            if all(gap >= least - 1e-9 for gap, least in zip(gaps, apart, strict=True)):
                assert cost(moved) >= cost(found) - 1e-9
