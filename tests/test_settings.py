"""Parameters and dimensions that are set from outside, and files that specs use."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_graph import bare, codes, shapes

import seqspec
from seqspec import UsageError, check, parse


class TestSettings:
    def test_parameters_and_dimensions_are_set(self) -> None:
        text = "let units = 64\nlet act = relu\nin Tx6 -> dense {units} activation={act}"
        assert shapes(text, units=3) == {"output": "(T, 3)"}
        assert shapes(text, units="{2 ** 3}", T="10") == {"output": "(10, 8)"}
        assert bare(parse(text, {"act": "tanh"})) == bare(parse("in Tx6 -> dense 64 tanh"))

    def test_a_shape_may_be_a_parameter(self) -> None:
        assert shapes("let image = 8x8x3\nin {image} -> flatten") == {"output": "(192)"}
        assert shapes("let image = 8x8x3\nin {image} -> flatten", image="4x4x1") == {
            "output": "(16)"
        }

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"unit": 3}, "did you mean `units`"),
            ({"T": 0}, "whole number"),
            ({"T": "a"}, "whole number"),
            ({"units": True}, "number, word, string or shape"),
            ({"units": None}, "number, word, string or shape"),
            ({"units": "a b"}, "-D units"),
            ({"other": 1}, "no parameter or dimension"),
        ],
    )
    def test_settings_that_do_not_fit(self, settings: dict[str, object], said: str) -> None:
        with pytest.raises(UsageError, match=said):
            check("let units = 64\nin Tx6 -> dense {units}", settings)

    def test_a_required_parameter(self) -> None:
        text = "let units\nin 6 -> dense {units}"
        assert codes(text) == ["E106"]
        assert shapes(text, units=4) == {"output": "(4)"}


class TestFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.seq").write_text('use "b.seq"\nblock wide(n) = dense {n * k}\n')
        (tmp_path / "sub" / "b.seq").write_text("let k = 2\nin 6 -> dense 99\n")
        (tmp_path / "main.seq").write_text('use "sub/a.seq"\nin 6 -> wide 3\n')
        return tmp_path

    def test_used_files_are_found_beside_the_file_that_uses_them(self, folder: Path) -> None:
        graph = seqspec.load(folder / "main.seq")
        assert graph.by_name[graph.outputs[0].node].value.shape == (6,)
        assert graph.name == "main"

    def test_parameters_of_used_files_are_set(self, folder: Path) -> None:
        graph = seqspec.load(folder / "main.seq", {"k": 5})
        assert graph.by_name[graph.outputs[0].node].value.shape == (15,)

    def test_a_file_used_twice_is_read_once(self, folder: Path) -> None:
        (folder / "main.seq").write_text('use "sub/b.seq"\nuse "sub/a.seq"\nin 6 -> wide 3\n')
        assert seqspec.load(folder / "main.seq").parameter_count == 42

    def test_files_of_one_name_in_two_folders(self, folder: Path) -> None:
        (folder / "b.seq").write_text("let m = 4\n")
        (folder / "main.seq").write_text(
            'use "sub/a.seq"\nuse "b.seq"\nin 6 -> wide 3 -> dense {m}\n'
        )
        assert seqspec.load(folder / "main.seq").parameter_count == 42 + 28

    def test_the_root_bounds_what_is_read(self, folder: Path) -> None:
        (folder / "sub" / "main.seq").write_text('use "../main.seq"\nuse "a.seq"\nin 6 -> wide 3\n')
        assert [d.code.id for d in check(folder / "sub" / "main.seq").diagnostics] == ["E603"]
        assert seqspec.load(folder / "sub" / "main.seq", root=folder).parameter_count == 42

    def test_a_text_uses_files_below_its_root_only(self, folder: Path) -> None:
        assert codes('use "sub/b.seq"\nin 6') == ["E601"]
