"""Files, streams, arguments and settings from outside: read within bounds, and nothing else is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from limited import limited

from seqspec import Limits, UsageError, check
from seqspec.codes import Code
from seqspec.diagnostics import render


class TestUsedFiles:
    """`use` reads ordinary files below the spec's folder, and as much as a spec may be."""

    @pytest.mark.parametrize(
        ("used", "code"),
        [
            ("outside.seq", Code.OUTSIDE_PROJECT),
            ("../secret.seq", Code.OUTSIDE_PROJECT),
            ("folder/../../secret.seq", Code.OUTSIDE_PROJECT),
            ("up/secret.seq", Code.OUTSIDE_PROJECT),
            ("/etc/passwd", Code.OUTSIDE_PROJECT),
            ("/proc/self/environ", Code.OUTSIDE_PROJECT),
            ("/dev/zero", Code.OUTSIDE_PROJECT),
            ("zero.seq", Code.OUTSIDE_PROJECT),
            ("pipe.seq", Code.UNREADABLE),
            ("socket.seq", Code.UNREADABLE),
            ("folder", Code.UNREADABLE),
            (".", Code.UNREADABLE),
            ("", Code.UNREADABLE),
            ("circle.seq", Code.UNREADABLE),
            ("nowhere.seq", Code.UNREADABLE),
            ("parts.seq/parts.seq", Code.UNREADABLE),
            ("PARTS.SEQ", Code.UNREADABLE),
            ("~/parts.seq", Code.UNREADABLE),
            ("a" * 5000, Code.UNREADABLE),
            ("a/" * 5000, Code.UNREADABLE),
            ("std/../../../secret.seq", Code.UNREADABLE),
            ("STD/transformer.seq", Code.UNREADABLE),
            ("latin.seq", Code.UNREADABLE),
            ("spec.seq", Code.CYCLIC_USE),
        ],
    )
    def test_refused(self, tmp_path: Path, used: str, code: Code) -> None:
        project = tmp_path / "project"
        (project / "folder").mkdir(parents=True)
        (tmp_path / "secret.seq").write_text("let secret = 1\n")
        (project / "parts.seq").write_text("let a = 1\n")
        (project / "latin.seq").write_bytes(b"# caf\xe9\n")
        (project / "outside.seq").symlink_to(tmp_path / "secret.seq")
        (project / "up").symlink_to("..")
        (project / "zero.seq").symlink_to("/dev/zero")
        (project / "circle.seq").symlink_to("circle.seq")
        os.mkfifo(project / "pipe.seq")
        _socket(project / "socket.seq")
        spec = project / "spec.seq"
        spec.write_text(f'use "{used}"\nin 6 -> dense 3\n', encoding="utf-8")
        found = check(spec)
        assert [d.code for d in found.diagnostics] == [code], found.diagnostics
        assert all(len(render(d, found.sources)) < 3000 for d in found.diagnostics)

    def test_a_link_that_stays_inside_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "parts.seq").write_text("let n = 3\n")
        (tmp_path / "link.seq").symlink_to("parts.seq")
        spec = tmp_path / "spec.seq"
        spec.write_text('use "link.seq"\nuse "parts.seq"\nin 6 -> dense {n}\n')
        assert check(spec).ok

    def test_a_pipe_that_takes_a_file_s_place_is_not_waited_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever stands there when it is opened: what was looked at before may be gone."""
        spec, parts = tmp_path / "spec.seq", tmp_path / "parts.seq"
        spec.write_text('use "parts.seq"\nin 6 -> dense 3\n')
        opened = os.open

        def replaced(name: Any, flags: int, *rest: Any, **more: Any) -> int:
            if str(name).endswith("parts.seq"):
                parts.unlink(missing_ok=True)
                os.mkfifo(parts)
            return opened(name, flags, *rest, **more)

        parts.write_text("let a = 1\n")
        monkeypatch.setattr(os, "open", replaced)
        assert [d.code for d in check(spec).diagnostics] == [Code.UNREADABLE]

    def test_the_texts_are_bounded_together(self, tmp_path: Path) -> None:
        spec = tmp_path / "spec.seq"
        uses = "".join(f'use "{n}.seq"\n' for n in range(5))
        spec.write_text(f"{uses}in 6 -> dense 3\n")
        for number in range(5):
            (tmp_path / f"{number}.seq").write_text("#" * 300_000)
        assert {d.code for d in check(spec).diagnostics} == {Code.TOO_LONG}
        assert check(spec, limits=Limits(source_characters=2_000_000)).ok

    def test_a_file_is_read_once(self, tmp_path: Path) -> None:
        spec = tmp_path / "spec.seq"
        (tmp_path / "parts.seq").write_text("#" * 900_000)
        spec.write_text('use "parts.seq"\n' * 4000 + "in 6 -> dense 3\n")
        status, said = limited("check", "spec.seq", cwd=tmp_path)
        assert (status, said) == (0, "spec.seq: output (3), 21 parameters\n")


def _socket(path: Path) -> None:
    with chdir(path.parent):  # the names of sockets are short
        socket.socket(socket.AF_UNIX).bind(path.name)


class TestTheCommand:
    """Files, streams and arguments that are too large, or are none."""

    @pytest.mark.parametrize("unit", ["x", "é", "→", "𝄞"])
    def test_a_large_file(self, tmp_path: Path, unit: str) -> None:
        """It is cut, perhaps within a character, and not called bad UTF-8 for that."""
        data = f"in 6 -> dense 3 # {unit * (50_000_000 // len(unit.encode()))}".encode()
        (tmp_path / "large.seq").write_bytes(data)
        for arguments in (["large.seq"], ["-"]):
            with (tmp_path / "large.seq").open("rb") as stdin:
                status, said = limited("check", *arguments, cwd=tmp_path, stdin=stdin)
            assert status == 1
            assert "error[E006]" in said
            assert len(said) < 1000

    def test_an_endless_file(self, tmp_path: Path) -> None:
        assert limited("check", "/dev/zero")[0] == 1
        with Path("/dev/zero").open("rb") as stdin:
            assert limited("check", "-", stdin=stdin)[0] == 1

    @pytest.mark.parametrize(
        "text",
        [b"in 6 # \xff", b"in 6 -> \xed\xa0\x80", b"# \xe2\x80\xae\nin 6", b"in 6 # \x1b[2J"],
    )
    def test_bytes_that_are_no_text(self, tmp_path: Path, text: bytes) -> None:
        (tmp_path / "a.seq").write_bytes(text)
        with (tmp_path / "a.seq").open("rb") as stdin:
            for done in (
                limited("check", b"-e", text),
                limited("check", tmp_path / "a.seq"),
                limited("emit", "-", stdin=stdin),
            ):
                assert done[0] in (1, 2)
                assert done[1].replace("\n", "").isprintable()

    def test_names_of_files_that_a_terminal_would_obey(self, tmp_path: Path) -> None:
        for name in (b"a\xff.seq", b"a\x1b[31m.seq", b"a\nb.seq"):
            for text in (b"in 6 -> no", b"in 6 -> relu"):
                Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(text)
                _, said = limited("check", name, cwd=tmp_path)
                assert said.replace("\n", "").isprintable()

    @pytest.mark.parametrize(
        "value",
        ["9" * 50_000, "(" * 50_000, "{" * 50_000, "a" * 50_000, "1x" * 25_000, "{9**9**9}",
         "1e999", "nan", "-1e999", '"' + "a" * 50_000 + '"', "\x1b[31m", ",".join("a" * 25_000)],
    )  # fmt: skip
    def test_large_settings(self, value: str) -> None:
        self.refused(f"n={value}")

    @pytest.mark.parametrize("name", ["N", "n" * 50_000])
    def test_settings_that_are_no_parameters(self, name: str) -> None:
        self.refused(f"{name}={'9' * 50_000}")

    def refused(self, setting: str) -> None:
        text = "let n = 3\nin 6 -> dense {n} -> {n}"
        status, said = limited("check", "-e", text, "-D", setting)
        assert status in (1, 2)
        assert len(said) < 10_000
        assert said.replace("\n", "").isprintable()

    def test_a_terminal_that_cannot_show_it(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "seqspec", "show", "-e", "in Tx6 -> dense 3 # é"],
            env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\\u2500" in done.stdout


class TestSettingsFromPython:
    """Values that no text can give, as they come out of an archive's manifest."""

    @pytest.mark.parametrize(
        "value",
        [float("nan"), float("inf"), 10**13, -(10**400), True, None, {}, b"x", object()],
    )
    def test_refused(self, value: Any) -> None:
        with pytest.raises(UsageError):
            check("let n = 3\nin 6 -> dense {n}", {"n": value})

    @pytest.mark.parametrize("value", [[float("nan")], [10**400], [{}], [[[1]]], [None]])
    def test_faults_where_they_are_used(self, value: Any) -> None:
        for use in ("dense {n}", "scale {n}", "{n}", "dense 3 name={n}", "take {n}:"):
            assert not check(f"let n = 3\nin 5x6 -> {use}", {"n": value}).ok
