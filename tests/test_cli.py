"""The command as people and scripts run it: a process, its streams and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from golden import CASES

SPEC = "in 10x6 -> lstm 8 -> take last 3"


def run(
    *arguments: str | Path, cwd: Path | None = None, text: str | bytes = b""
) -> subprocess.CompletedProcess[str]:
    """The command's result; it must never show a traceback."""
    data = text.encode() if isinstance(text, str) else text
    done = subprocess.run(
        [sys.executable, "-m", "seqspec", *map(str, arguments)],
        input=data,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


BEGINNERS = [  # what is written, and what is said
    (("check", "folder"), "folder is a folder; name a file in it"),
    (("decompile", "folder"), "folder is a folder; name a file in it"),
    (("decompile", "no.keras"), "there is no file no.keras"),
    (("decompile", "old.h5"), "old.h5 is a model of an older format; load it with Keras"),
    (("show", "old.h5"), "old.h5 is a model of an older format; load it with Keras"),
    (("show", "bytes.keras"), "bytes.keras is not a .keras archive"),
    (("fmt", "bytes.keras"), "`seqspec decompile bytes.keras` makes a spec of it"),
    (("play", "bytes.keras"), "`seqspec decompile bytes.keras` makes a spec of it"),
    (("check", "bytes.seq"), "bytes.seq is not UTF-8: line 1 has the byte 0xff; save it as UTF-8"),
    (("check", SPEC), f"a spec itself stands behind -e: -e '{SPEC}'"),
]


@pytest.mark.parametrize(("arguments", "message"), BEGINNERS)
def test_mistakes_of_a_first_day(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("old.h5", "bytes.keras", "bytes.seq"):
        (tmp_path / name).write_bytes(b"\xff\0\x01")
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("seqspec: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_without_specs_is_told(tmp_path: Path) -> None:
    done = run("fmt", tmp_path)
    assert (done.returncode, done.stderr) == (0, f"note: {tmp_path} holds no .seq files\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_may_be_closed(closed: str, spec: Path) -> None:
    for arguments in (f"check {spec}", "check -", f"fmt {spec}", f"show {spec}", "check nothing"):
        command = f"{sys.executable} -m seqspec {arguments} {closed}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 1, 2)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.seq"
    path.write_text(f"{SPEC}\n", encoding="utf-8")
    return path


class TestStatus:
    def test_done(self, spec: Path) -> None:
        done = run("check", "spec.seq", cwd=spec.parent)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "spec.seq: output (3, 8), 480 parameters\n"

    def test_faults_of_a_spec(self) -> None:
        for command in ("check", "show", "emit", "graph", "compile"):
            done = run(command, "-e", "in 6 -> denes 3 -> dense 0")
            assert done.returncode == 1, command
            assert "did you mean `dense`?" in done.stdout + done.stderr

    def test_several_files(self, spec: Path) -> None:
        bad = spec.with_name("bad.seq")
        bad.write_text("in 6 -> denes 3\n")
        done = run("check", "spec.seq", "bad.seq", "spec.seq", cwd=spec.parent)
        assert done.returncode == 1
        assert done.stdout.count("480 parameters") == 2
        assert "bad.seq: 1 error\n" in done.stdout

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["nothing"],
            ["check"],
            ["show"],
            ["check", "--nothing"],
            ["show", "a.seq", "-e", SPEC],
            ["check", "-e", SPEC, "-D", "n"],
            ["check", "-e", SPEC, "-D", "n="],
            ["check", "-e", SPEC, "-D", "=3"],
            ["check", "-e", SPEC, "-D", "n=3"],
            ["check", "-e", "let n = 1\nin 6 -> dense {n}", "-D", "n=(("],
            ["compile", "-e", SPEC, "--seed", "x"],
            ["emit", "-e", SPEC, "--slicing", "x"],
            ["ops", "nothing"],
        ],
    )
    def test_usage(self, arguments: list[str]) -> None:
        done = run(*arguments)
        assert done.returncode == 2
        assert done.stderr
        assert done.stdout == ""


class TestInput:
    def test_standard_input(self) -> None:
        assert run("check", "-", text=SPEC).stdout == "<stdin>: output (3, 8), 480 parameters\n"

    def test_the_spec_itself(self) -> None:
        assert run("check", "-e", SPEC).stdout == "<spec>: output (3, 8), 480 parameters\n"

    def test_settings(self) -> None:
        text = "let n = 3\nin Tx6 -> dense {n}"
        assert "(T, 3)" in run("check", "-e", text).stdout
        assert "(9, 5)" in run("check", "-e", text, "-D", "n=5", "-D", "T=9").stdout

    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("missing.seq", None, "there is no file missing.seq"),
            (".", None, "is a folder"),
            (
                "latin1.seq",
                b"in 6 # caf\xe9\n",
                "latin1.seq is not UTF-8: line 1 has the byte 0xe9",
            ),
            ("utf16.seq", "in 6".encode("utf-16"), "is not UTF-8"),
        ],
    )
    def test_files_that_cannot_be_read(
        self, tmp_path: Path, name: str, data: bytes | None, said: str
    ) -> None:
        if data is not None:
            (tmp_path / name).write_bytes(data)
        done = run("check", name, cwd=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"# nothing\n", b"\xef\xbb\xbf"])
    def test_empty_files(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "empty.seq").write_bytes(data)
        done = run("check", "empty.seq", cwd=tmp_path)
        assert done.returncode == 1
        assert "error[E001]" in done.stdout

    def test_a_byte_order_mark_and_other_line_ends(self, tmp_path: Path) -> None:
        (tmp_path / "dos.seq").write_bytes(b"\xef\xbb\xbfin 6\r\n  -> dense 3\r\n")
        assert run("check", "dos.seq", cwd=tmp_path).returncode == 0

    def test_used_files_and_the_root(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "parts.seq").write_text("block two(n) = dense {n} -> dense {n}\n")
        (tmp_path / "sub" / "a.seq").write_text('use "../parts.seq"\nin 6 -> two 3\n')
        assert "E603" in run("check", "sub/a.seq", cwd=tmp_path).stdout
        assert run("check", "sub/a.seq", "--root", ".", cwd=tmp_path).returncode == 0
        text = 'use "parts.seq"\nin 6 -> two 3'
        assert run("check", "-e", text, "--root", ".", cwd=tmp_path).returncode == 0
        assert "E601" in run("check", "-e", text, cwd=tmp_path).stdout


class TestOutput:
    def test_check_prints_what_the_goldens_hold(self) -> None:
        folder = CASES / "errors"
        done = run("check", "e101_misspelt.seq", cwd=folder)
        expected = (folder / "e101_misspelt.err").read_text(encoding="utf-8")
        assert done.stdout == f"{expected}e101_misspelt.seq: 8 errors\n"

    def test_check_as_json(self) -> None:
        done = run("check", "-e", "in 6\n  -> denes 3", "--format", "json")
        assert done.returncode == 1
        (result,) = json.loads(done.stdout)
        assert not result["ok"]
        (found,) = result["diagnostics"]
        places = [found[key] for key in ("line", "column", "end_line", "end_column")]
        assert (found["code"], found["severity"], found["file"]) == ("E101", "error", "<spec>")
        assert places == [2, 6, 2, 11]
        assert found["help"] == "did you mean `dense`?"

    def test_show_as_text_and_json(self) -> None:
        case = CASES / "show" / "image.seq"
        assert run("show", case).stdout == case.with_suffix(".show").read_text(encoding="utf-8")
        table = json.loads(run("show", case, "--format", "json").stdout)
        assert table["outputs"] == {"output": [6, 8]}
        assert (table["parameters"], table["trainable_parameters"]) == (256, 240)
        assert [layer["name"] for layer in table["layers"]][:2] == ["input", "conv"]

    def test_notes_stand_beside_the_result(self) -> None:
        done = run("emit", "-e", "in 6 -> lstm 3")
        assert done.returncode == 0
        assert "note[N101]" in done.stderr
        compile(done.stdout, "emitted.py", "exec")

    def test_emit_to_a_file(self, spec: Path) -> None:
        done = run("emit", "spec.seq", "-o", "model.py", cwd=spec.parent)
        assert (done.returncode, done.stdout) == (0, "")
        emitted = run("emit", "spec.seq", cwd=spec.parent).stdout
        assert (spec.parent / "model.py").read_text(encoding="utf-8") == emitted

    def test_graph_is_json(self) -> None:
        case = CASES / "graph" / "states.seq"
        graph = json.loads(run("graph", case).stdout)
        assert graph == json.loads(case.with_suffix(".graph").read_text(encoding="utf-8"))

    def test_a_reader_that_has_enough(self) -> None:
        command = f"{sys.executable} -m seqspec ops | head -1"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert done.stdout.startswith("in ")

    def test_versions_and_help(self) -> None:
        assert run("--version").stdout.startswith("seqspec ")
        for command in ("compile", "check", "show", "emit", "graph", "ops"):
            assert f"seqspec {command}" in run(command, "--help").stdout


class TestOps:
    def test_all(self) -> None:
        text = run("ops").stdout
        assert all(f"\n{name} " in f"\n{text}" for name in ("in", "lstm", "take", "conv"))
        assert len(json.loads(run("ops", "--format", "json").stdout)) > 20

    def test_one(self) -> None:
        assert "units" in run("ops", "lstm").stdout
        assert json.loads(run("ops", "lstm", "--format", "json").stdout)["names"] == ["lstm"]

    @pytest.mark.parametrize(
        ("name", "hint"), [("LSTM", "`lstm`"), ("RepeatVector", "`repeat N`"), ("dens", "`dense`")]
    )
    def test_hints(self, name: str, hint: str) -> None:
        done = run("ops", name)
        assert done.returncode == 2
        assert hint in done.stderr


class TestTargets:
    """A target that cannot be written; nothing half-written is left anywhere."""

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("x.h5", "saved as .keras"),
            ("x", "saved as .keras"),
            ("folder.keras", "is a folder"),
            ("nowhere/x.keras", "there is no folder"),
            ("/proc/x.keras", "/proc/x.keras cannot be written"),
            ("file.seq/x.keras", "there is no folder"),
        ],
    )
    def test_compile(self, tmp_path: Path, target: str, said: str) -> None:
        (tmp_path / "folder.keras").mkdir()
        (tmp_path / "file.seq").write_text("in 6\n")
        done = run("compile", "-e", SPEC, "-o", target, cwd=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["file.seq", "folder.keras"]

    @pytest.mark.parametrize("target", [".", "nowhere/x.py", "/proc/x.py"])
    def test_emit(self, tmp_path: Path, target: str) -> None:
        done = run("emit", "-e", SPEC, "-o", target, cwd=tmp_path)
        assert done.returncode == 2
        assert "folder" in done.stderr or "cannot be written" in done.stderr
        assert [*tmp_path.iterdir()] == []

    def test_a_full_disk(self) -> None:
        with Path("/dev/full").open("w") as full:
            command = [sys.executable, "-m", "seqspec", "show", "-e", SPEC]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr

    def test_a_spec_with_faults_leaves_the_old_file(self, tmp_path: Path) -> None:
        target = tmp_path / "model.keras"
        target.write_bytes(b"what was there")
        for text in ("in 6 -> denes 3", "in 10xF -> lstm 8", "in 6 ->"):
            assert run("compile", "-e", text, "-o", target).returncode == 1
        assert target.read_bytes() == b"what was there"
        assert [*tmp_path.iterdir()] == [target]


class TestWithoutAFramework:
    BLOCK = "import sys; sys.modules['keras'] = None; sys.modules['tensorflow'] = None; "

    def without(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        code = f"{self.BLOCK}from seqspec.cli import main; sys.exit(main({[*arguments]!r}))"
        command = [sys.executable, "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_keras_is_asked_for_by_the_command_that_installs_it(self, tmp_path: Path) -> None:
        target = tmp_path / "x.keras"
        target.write_bytes(b"what was there")
        done = self.without("compile", "-e", SPEC, "-o", str(target), "--via", "keras")
        assert done.returncode == 2
        assert 'pip install "seqspec-lang[tensorflow]"' in done.stderr
        assert "Traceback" not in done.stderr
        assert target.read_bytes() == b"what was there"

    def test_everything_else_works(self, tmp_path: Path) -> None:
        done = self.without("compile", "-e", SPEC, "-o", str(tmp_path / "x.keras"))
        assert done.returncode == 0, done.stderr
        for command in ("check", "show", "emit", "graph"):
            assert self.without(command, "-e", SPEC).returncode == 0, command
        assert self.without("ops").returncode == 0

    def test_what_is_too_large_is_refused_before_a_framework_is_asked_for(
        self, tmp_path: Path
    ) -> None:
        text = "in 6 -> dense 100000000 -> dense 100000000"
        target = str(tmp_path / "x.keras")
        done = self.without("compile", "-e", text, "-o", target, "--via", "keras")
        assert done.returncode == 1
        assert "error[E701]: the weights come to" in done.stderr


class TestArchives:
    """The saved model carries its spec."""

    @pytest.fixture(scope="class")
    def folder(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("archive")
        (folder / "parts").mkdir()
        (folder / "parts" / "a.seq").write_text('use "b.seq"\nblock wide(n) = dense {n * k}\n')
        (folder / "parts" / "b.seq").write_text("let k = 2\n")
        (folder / "spec.seq").write_text(
            '# The spec.\nuse "parts/a.seq"\nlet n = 3\nin Tx6 -> wide {n}\n', encoding="utf-8"
        )
        done = run("compile", "spec.seq", "-D", "n=4", "-D", "T=9", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "spec.keras: (9, 6) → (9, 8), 56 parameters\n"
        return folder

    def test_show_reads_it_from_anywhere(self, folder: Path, tmp_path: Path) -> None:
        there = run("show", "spec.seq", "-D", "n=4", "-D", "T=9", cwd=folder).stdout
        assert run("show", folder / "spec.keras", cwd=tmp_path).stdout == there
        assert "(9, 8)" in there

    def test_settings_on_top_of_its_own(self, folder: Path) -> None:
        assert "(9, 10)" in run("show", folder / "spec.keras", "-D", "n=5").stdout

    def test_emit_and_check_read_it_too(self, folder: Path) -> None:
        assert "# The spec." in run("emit", folder / "spec.keras").stdout
        assert run("check", folder / "spec.keras").returncode == 0

    def test_the_same_bytes(self, folder: Path) -> None:
        first = (folder / "spec.keras").read_bytes()
        again = run("compile", "spec.seq", "-D", "n=4", "-D", "T=9", "-o", "b.keras", cwd=folder)
        assert again.returncode == 0
        assert (folder / "b.keras").read_bytes() == first
        other = run(
            "compile", "spec.seq", "-D", "n=4", "-D", "T=9", "--seed", "1", "-o", "c.keras",
            cwd=folder,
        )  # fmt: skip
        assert other.returncode == 0
        assert (folder / "c.keras").read_bytes() != first

    def test_an_archive_of_others(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x.keras", "w") as archive:
            archive.writestr("config.json", "{}")
        done = run("show", tmp_path / "x.keras")
        assert done.returncode == 2
        assert "holds no spec" in done.stderr

    @pytest.mark.parametrize(
        "manifest",
        [
            b"",
            b"[]",
            b"{}",
            b'{"main": "x.seq", "settings": {}}',
            b'{"main": 3, "settings": {}}',
            b'{"main": "spec.seq"}',
            b'{"main": "spec.seq", "settings": 3}',
            b'{"main": "spec.seq", "settings": {"n": {}}}',
            b"\xff",
            b"[" * 100_000,
        ],
    )
    def test_a_tampered_archive(self, tmp_path: Path, manifest: bytes) -> None:
        with zipfile.ZipFile(tmp_path / "x.keras", "w") as archive:
            archive.writestr("seqspec/manifest.json", manifest)
            archive.writestr("seqspec/spec.seq", "let n = 3\nin 6 -> dense {n}\n")
        done = run("show", tmp_path / "x.keras")
        assert done.returncode == 2
        assert "x.keras" in done.stderr or "-D n" in done.stderr

    def test_what_is_no_archive(self, tmp_path: Path) -> None:
        (tmp_path / "x.keras").write_bytes(b"no archive")
        assert run("show", tmp_path / "x.keras").returncode == 2
        assert run("show", tmp_path / "missing.keras").returncode == 2
        assert run("show", tmp_path).returncode == 2
