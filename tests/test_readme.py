"""What the README shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_cli import run

import seqspec
from seqspec import Limits
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


def test_the_comparison_is_what_diff_prints(tmp_path: Path) -> None:
    old = "x = in 10x6\nh = x -> lstm 64 -> dropout 0.2\nout y = h -> take last -> dense 1\n"
    (tmp_path / "old.seq").write_text(old)
    (tmp_path / "new.seq").write_text(old.replace("lstm 64", "lstm 32"))
    shown = shown_below("seqspec diff old.seq new.seq")
    assert run("diff", "old.seq", "new.seq", cwd=tmp_path).stdout == shown
