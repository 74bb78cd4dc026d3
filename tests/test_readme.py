"""What the README shows is what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from test_cli import run

import seqspec
from seqspec import Limits
from seqspec.cli.arguments import VERBS, parser
from seqspec.draw import picture
from seqspec.table import render_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SPECS = re.findall(r"```seq\n(.*?)```", README, re.DOTALL)
SHAPES = re.findall(r"^\| \w+ to \w+[^|]*\| `(in [^`]*)` \|", README, re.MULTILINE)


@pytest.mark.parametrize("spec", SPECS)
def test_specs_compile_without_a_warning(spec: str) -> None:
    checked = seqspec.check(spec)
    assert all(diagnostic.severity == "note" for diagnostic in checked.diagnostics)
    assert checked.ok


def test_the_six_shapes_are_those_of_the_gallery() -> None:
    gallery = {
        re.sub(r"#.*\n", "", path.read_text(encoding="utf-8")).strip()
        for path in (ROOT / "specs" / "origin").glob("*.seq")
    }
    assert len(SHAPES) == 6
    assert set(SHAPES) <= gallery


def test_the_table_is_what_show_prints() -> None:
    table = render_table(seqspec.check(SPECS[0]).needed()).splitlines()[2:]
    assert "\n".join(table) in README


def test_the_table_of_bounds_is_what_the_class_says(update: bool) -> None:
    rows = [
        f"| `{name}` | {field.default:,} | {field.help} |" for name, field in Limits.fields.items()
    ]
    head, end = "| bound | default | of what |\n|---|--:|---|\n", "\nFiles that a spec uses"
    before, _, rest = README.partition(head)
    table, _, behind = rest.partition(end)
    if update:
        text = "".join(f"{row}\n" for row in rows)
        new = f"{before}{head}{text}{end}{behind}"
        (ROOT / "README.md").write_text(new, encoding="utf-8")
    assert update or table.splitlines() == rows


def test_the_emitted_source_is_what_emit_prints() -> None:
    shown = README.partition("$ seqspec emit -e 'in 6x1 -> lstm 1 -> take last 3'\n")[2]
    shown = shown.partition("…\n```")[0]
    assert len(shown) > 200
    assert seqspec.emit("in 6x1 -> lstm 1 -> take last 3").startswith(shown)


def test_every_command_is_in_the_table_and_every_link_leads_to_a_heading() -> None:
    (table,) = re.findall(r"## The command\n(.*?)\n\n`-O1`", README, re.DOTALL)
    assert {*re.findall(r"`seqspec (\w+)", table)} == {*VERBS}
    headings = {h.lower().replace(" ", "-") for h in re.findall(r"(?m)^##+ (.*)$", README)}
    assert {*re.findall(r"\]\(#([^)]*)\)", README)} <= headings


def shown_below(command: str) -> str:
    """What the README shows below a command."""
    return README.partition(f"$ {command}\n")[2].partition("```")[0]


def test_the_difference_is_what_fmt_prints(tmp_path: Path) -> None:
    difference = shown_below("seqspec fmt --diff trend.seq")
    lines = [line for line in difference.splitlines()[3:] if not line.startswith("+")]
    (tmp_path / "trend.seq").write_text("".join(f"{line[1:]}\n" for line in lines))
    assert run("fmt", "--diff", "trend.seq", cwd=tmp_path).stdout == difference


def test_the_spec_is_what_decompile_prints(tmp_path: Path) -> None:
    seqspec.save(SPECS[0], tmp_path / "model.keras")
    assert f"model.keras\n{seqspec.decompile(tmp_path / 'model.keras').text}```" in README


def test_the_annotation_is_what_check_prints() -> None:
    shown = shown_below("seqspec check --format github -e 'in 6 -> denes 3'")
    assert run("check", "--format", "github", "-e", "in 6 -> denes 3").stdout == shown


def test_the_explanations_are_what_explain_prints() -> None:
    shown = shown_below("seqspec explain W202")
    assert run("explain", "W202").stdout == shown
    (spec,) = re.findall(r"\$ seqspec explain --passes -e '(.*)'", README)
    shown = shown_below(f"seqspec explain --passes -e '{spec}'")
    assert run("explain", "--passes", "-e", spec).stdout == shown


def test_the_comparison_is_what_diff_prints(tmp_path: Path) -> None:
    old = "x = in 10x6\nh = x -> lstm 64 -> dropout 0.2\nout y = h -> take last -> dense 1\n"
    (tmp_path / "old.seq").write_text(old)
    (tmp_path / "new.seq").write_text(old.replace("lstm 64", "lstm 32"))
    shown = shown_below("seqspec diff old.seq new.seq")
    assert run("diff", "old.seq", "new.seq", cwd=tmp_path).stdout == shown


def test_the_shapes_in_the_line_are_those_of_the_language_server() -> None:
    from seqspec.lsp.documents import Documents
    from seqspec.lsp.hints import hints

    (shown,) = re.findall(r"^in 10x6 ⟨.*$", README, re.MULTILINE)
    text = re.sub(r" ⟨[^⟩]*⟩", "", shown)
    (document,) = Documents().put("untitled:readme", text)
    made = text
    for hint in sorted(
        hints(document, document.lines.whole()), key=lambda h: -h.position.character
    ):
        at = hint.position.character
        made = f"{made[:at]} ⟨{hint.label}⟩{made[at:]}"
    assert made == shown


def test_the_editors_settings_start_the_server() -> None:
    (helix,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    server = tomllib.loads(helix)["language-server"]["seqspec"]
    (neovim,) = re.findall(r"cmd = \{ (.*?) \}", README)
    assert [server["command"], *server["args"]] == re.findall(r'"(\w+)"', neovim)
    assert parser().parse_args(server["args"]).run.__module__ == "seqspec.cli.lsp"


def test_what_is_wrong_with_data_is_what_check_prints(tmp_path: Path) -> None:
    (tmp_path / "level.seq").write_text("in 10x6 -> lstm 8 -> dense 1\ntrain loss=mse\n")
    np.savez(tmp_path / "readings.npz", x=np.zeros((500, 10, 6)), y=np.zeros((500, 1)))
    shown = shown_below("seqspec check level.seq --data readings.npz")
    assert run("check", "level.seq", "--data", "readings.npz", cwd=tmp_path).stdout == shown


def test_the_pictures_are_what_draw_makes() -> None:
    """Those of the six shapes; the gallery's pictures are held to the program by its own tests."""
    pictures = dict(re.findall(r"`(in [^`]*)` \|.*src=\"(docs/pictures/[^\"]*)\"", README))
    assert {*pictures} == {*SHAPES}
    for spec, file in pictures.items():
        svg = (ROOT / file).read_text(encoding="utf-8")
        assert picture(seqspec.parse(spec), spec=spec) == svg
    spec = re.findall(r"seqspec draw -e '([^']*)'", README)
    assert f"above the last]({pictures[spec[0]]})" in README
