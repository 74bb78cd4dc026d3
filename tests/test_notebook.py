"""`%%seqspec` in an IPython shell, and in a notebook that is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import CapturedIO, capture_output
from nbclient import NotebookClient
from traitlets.config import Config

import seqspec
from seqspec.graph.graph import Graph
from seqspec.table import render_table


class Cells:
    """Runs cells in a shell, as a notebook does."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def run(self, cell: str) -> CapturedIO:
        """What a cell that succeeds shows."""
        with capture_output() as shown:
            result = self.shell.run_cell(cell)
        assert result.success, shown.stdout
        return shown

    def refusal(self, cell: str) -> str:
        """What is seen of a cell that fails: all of it, on both streams."""
        with capture_output() as shown:
            result = self.shell.run_cell(cell)
        assert not result.success
        assert not shown.outputs
        return str(shown.stdout + shown.stderr)

    def value(self, name: str) -> Any:
        """What a variable of the notebook holds."""
        return self.shell.user_ns[name]


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    made = Cells(InteractiveShell.instance(config=config))
    made.run("%load_ext seqspec")
    yield made
    InteractiveShell.clear_instance()


def test_a_cell_shows_its_graph_and_binds_it(cells: Cells) -> None:
    shown = cells.run("%%seqspec trend\nin Tx8 -> lstm 64 -> take last 3\n")
    graph = cells.value("trend")
    assert isinstance(graph, Graph)
    assert [node.op.op for node in graph.nodes] == ["in", "lstm", "take"]
    (output,) = shown.outputs
    assert set(output.data) == {"text/plain", "text/html", "image/svg+xml"}
    assert output.data["text/plain"].startswith("model trend\n")
    assert not shown.stdout


def test_the_name_is_spec_where_none_is_given(cells: Cells) -> None:
    cells.run("%%seqspec\nin 6 -> dense 3\n")
    assert cells.value("spec").name == "model"
    assert "spec" in seqspec.compile.__code__.co_varnames  # as the functions call it


def test_settings_may_be_values_of_the_notebook(cells: Cells) -> None:
    cells.run("units = 12")
    cells.run("%%seqspec h -D units={units} -D T=7\nlet units\nin Tx3 -> lstm {units}\n")
    assert str(cells.value("h").nodes[-1].value) == "(7, 12)"


def test_the_level_decides_what_is_shown_and_not_what_is_bound(cells: Cells) -> None:
    spec = "in 10x6 -> lstm 4 -> conv 2 3 same -> take last"
    plain = {
        level: cells.run(f"%%seqspec s -O{level}\n{spec}\n").outputs[0].data["text/plain"]
        for level in (0, 1)
    }
    graph = seqspec.check(spec)
    assert plain[0].splitlines()[1:] == render_table(graph.built(0)).splitlines()[1:]
    optimized = render_table(graph.built(1), graph.built(0))
    assert plain[1].splitlines()[1:] == optimized.splitlines()[1:]
    assert plain[0] != plain[1]
    assert [node.op for node in cells.value("s").nodes] == [n.op for n in graph.needed().nodes]


def test_files_are_used_from_the_notebooks_folder(cells: Cells, tmp_path: Path) -> None:
    (tmp_path / "blocks.seq").write_text("block tail(n) = lstm {n} -> take last\n")
    cells.run('%%seqspec\nuse "blocks.seq"\nin 5x2 -> tail 3\n')
    assert str(cells.value("spec").nodes[-1].value) == "(3)"


def test_faults_stand_at_the_lines_of_the_cell(cells: Cells) -> None:
    cells.run("%%seqspec s\nin 6 -> dense 3\n")
    before = cells.value("s")
    shown = cells.refusal("%%seqspec s\nx = in 6\nx -> denes 3\nx -> lstm units=no\n")
    assert "Traceback" not in shown
    assert "error[E101]: there is no operation or value `denes`\n --> s:3:6\n" in shown
    assert "3 | x -> denes 3\n  |      ^^^^^\n  = help: did you mean `dense`?\n" in shown
    assert "4 | x -> lstm units=no\n" in shown
    assert cells.value("s") is before


def test_faults_have_colours_where_tracebacks_have(
    cells: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells.shell.colors = "neutral"
    assert "\x1b[1;31merror[E101]\x1b[0m" in cells.refusal("%%seqspec\nin 6 -> denes 3\n")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in cells.refusal("%%seqspec\nin 6 -> denes 3\n")


def test_warnings_and_notes_stand_above_the_picture(cells: Cells) -> None:
    shown = cells.run("%%seqspec\nin 6 -> lstm 3\n")
    assert shown.stdout.startswith("note[")
    assert "2 | in 6 -> lstm 3" in shown.stdout
    assert len(shown.outputs) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a b", "unrecognized arguments: b"),
        ("-h", "unrecognized arguments: -h"),
        ("-O2", "argument -O: invalid choice"),
        ("-D n", "-D n: write -D NAME=VALUE"),
        ("-D m=1", "`m`"),
        ("'a", "No closing quotation"),
        ("2x", "`2x` is no name of a variable"),
        ("class", "`class` is no name of a variable"),
        ("--model a.b", "`a.b` is no name of a variable"),
        ("trend.seq", 'a file is read by `seqspec.load("trend.seq")`'),
        ("net --model net", "graph and model are both to be `net`"),
        ("--model spec", "graph and model are both to be `spec`"),
    ],
)
def test_wrong_arguments_are_told(cells: Cells, line: str, message: str) -> None:
    shown = cells.refusal(f"%%seqspec {line}\nin 6 -> dense 3\n")
    assert shown.startswith("seqspec: ")
    assert message in shown
    assert "Traceback" not in shown


def test_the_help_names_all_arguments(cells: Cells) -> None:
    text = cells.shell.find_cell_magic("seqspec").__doc__
    assert set(re.findall(r"(?m)^  (-+\w+|\w+)", text)) == {
        "NAME", "-D", "--root", "-O", "--model", "--seed",
    }  # fmt: skip


def test_a_model_is_built_beside_the_graph(cells: Cells) -> None:
    cells.run("%%seqspec trend --model net --seed 3\nin 10x6 -> lstm 4 -> take last\n")
    net = cells.value("net")
    assert net.output_shape == (None, 4)
    again = seqspec.compile(cells.value("trend"), seed=3)
    for one, other in zip(net.get_weights(), again.get_weights(), strict=True):
        assert (one == other).all()


def test_without_a_framework_the_graph_is_there_and_the_command_is_told(
    cells: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    import seqspec.backends.keras as backend

    monkeypatch.setitem(sys.modules, "seqspec.backends.keras.api", None)
    monkeypatch.delattr(backend, "api", raising=False)
    with capture_output() as shown:
        result = cells.shell.run_cell("%%seqspec g --model net\nin 6 -> dense 3\n")
    assert not result.success
    assert 'pip install "seqspec-lang[tensorflow]"' in shown.stdout + shown.stderr
    assert "Traceback" not in shown.stdout + shown.stderr
    assert len(shown.outputs) == 1
    assert isinstance(cells.value("g"), Graph)
    assert "net" not in cells.shell.user_ns


def test_the_table_is_the_one_in_the_readme(cells: Cells, update: bool) -> None:
    file = Path(__file__).parents[1] / "README.md"
    readme = file.read_text(encoding="utf-8")
    found = re.search(r"```text\n(%%seqspec .*?)```\n\n```text\n(.*?)```", readme, re.DOTALL)
    assert found
    table = cells.run(found[1]).outputs[0].data["text/plain"] + "\n"
    if update:
        file.write_text(readme.replace(found[2], table), encoding="utf-8")
    assert update or table == found[2]
    assert cells.value("net").output_shape == (None, 3, 1)


def executed(*sources: str, allow_errors: bool = False) -> list[Any]:
    """The outputs of the last of some cells of a notebook."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    book = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(book, kernel_name="python3", allow_errors=allow_errors).execute()
    return list(book.cells[-1].outputs)


def test_a_notebook_is_executed() -> None:
    (shown,) = executed("%load_ext seqspec", "%%seqspec last\nin 6x1 -> lstm 1 -> take last 3")
    assert "<img" in shown["data"]["text/html"]
    assert shown["data"]["image/svg+xml"].startswith("<svg")
    assert "lstm 1  " in shown["data"]["text/plain"]


def test_a_notebook_shows_faults_and_no_traceback() -> None:
    (shown,) = executed("%load_ext seqspec", "%%seqspec\nin 6 -> denes 3", allow_errors=True)
    assert shown["output_type"] == "error"
    lines = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(shown["traceback"])).splitlines()
    assert lines == seqspec_lines("\nin 6 -> denes 3")


def seqspec_lines(text: str) -> list[str]:
    """The diagnostics of a cell."""
    from seqspec.driver import check_source
    from seqspec.source import Source

    with pytest.raises(seqspec.SpecError) as refused:
        check_source(Source("<cell>", text)).needed()
    return str(refused.value).splitlines()
