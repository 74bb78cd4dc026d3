"""`seqspec diff`: the layers that differ, and whether saved weights fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden import CASES
from test_cli import run

import seqspec
from seqspec.compare import compare

SPEC = "x = in 10x6\nh = x -> lstm 8 -> dropout 0.2\nout y = h -> take last -> dense 3\n"


def kinds(new: str, old: str = SPEC) -> list[tuple[str, str]]:
    found = compare(seqspec.check(old).needed(), seqspec.check(new).needed())
    return [(change.kind, change.name) for change in found.changes]


def fits(new: str, old: str = SPEC) -> bool:
    return compare(seqspec.check(old).needed(), seqspec.check(new).needed()).fits


class TestLayers:
    def test_equal(self) -> None:
        assert kinds(SPEC) == []
        assert kinds(f"# another text\n{SPEC}") == []

    def test_added_and_removed(self) -> None:
        more = SPEC.replace("dropout", "relu name=more -> dropout")
        assert kinds(more) == [("added", "more"), ("changed", "h")]  # which reads another one
        assert kinds(SPEC, more) == [("removed", "more"), ("changed", "h")]

    def test_renamed(self) -> None:
        assert kinds(SPEC.replace("h =", "g =").replace("h ->", "g ->")) == [("renamed", "g")]

    def test_changed(self) -> None:
        assert kinds(SPEC.replace("0.2", "0.3")) == [("changed", "h")]
        assert kinds(SPEC.replace("10x6", "12x6")) == [
            ("changed", name) for name in ("x", "lstm", "h")
        ]

    def test_inside(self) -> None:
        old = "in 5x4x3 -> each (flatten -> relu -> dense 3)"
        assert kinds(old.replace("relu", "tanh"), old) == [("changed", "each")]

    def test_outputs(self) -> None:
        assert ("changed", "outputs") in kinds(SPEC + "out h\n")


class TestWeights:
    def test_of_other_dropout_and_names_fit(self) -> None:
        assert fits(SPEC.replace("0.2", "0.3").replace("10x6", "Tx6"))
        assert fits(SPEC.replace("y", "z"))
        assert fits(SPEC, SPEC.replace("h ->", "h -> relu ->"))

    def test_of_other_shapes_do_not(self) -> None:
        assert not fits(SPEC.replace("lstm 8", "lstm 9"))
        assert not fits(SPEC.replace("dropout 0.2", "norm"))

    def test_that_would_be_exchanged_do_not(self, tmp_path: Path) -> None:
        old = "x = in 6\na = x -> dense 6\nb = x -> dense 6 relu\nout y = subtract a b"
        new = old.replace("subtract a b", "subtract b a")
        found = compare(seqspec.check(old).needed(), seqspec.check(new).needed())
        assert [change.name for change in found.changes] == ["y"]
        assert found.misfits[0] == (
            "`a/kernel` would get the numbers of `b/kernel`, which has its place in the file"
        )
        was, model = seqspec.compile(old, seed=1), seqspec.compile(new, seed=2)
        was.save_weights(tmp_path / "old.weights.h5")
        model.load_weights(tmp_path / "old.weights.h5")  # and Keras says nothing
        taken, right = model.get_layer("a").get_weights()[0], was.get_layer("b").get_weights()[0]
        assert (taken == right).all()

    @pytest.mark.parametrize(
        "new",
        [
            SPEC.replace("0.2", "0.3"),
            SPEC.replace("y", "z"),
            SPEC.replace("lstm 8", "lstm 9"),
            SPEC.replace("dropout 0.2", "norm"),
            SPEC.replace("dense 3", "dense 3 -> dense 3"),
        ],
    )
    def test_keras_loads_what_fits(self, new: str, tmp_path: Path) -> None:
        seqspec.compile(SPEC).save_weights(tmp_path / "old.weights.h5")
        model = seqspec.compile(new)
        try:
            model.load_weights(tmp_path / "old.weights.h5")
            loaded = True
        except ValueError:
            loaded = False
        assert loaded == fits(new)


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "old.seq").write_text(SPEC)
        (tmp_path / "new.seq").write_text(SPEC.replace("lstm 8", "lstm 9"))
        return tmp_path

    def test_text(self, folder: Path) -> None:
        done = run("diff", "old.seq", "old.seq", cwd=folder)
        assert (done.returncode, done.stdout) == (0, "the models are equal\n")
        done = run("diff", "old.seq", "new.seq", cwd=folder)
        assert done.returncode == 1
        assert "~ lstm" in done.stdout
        assert "! `lstm/kernel` is (6, 36), and was (6, 32)" in done.stdout
        assert done.stdout.endswith("the saved weights do not fit\n")

    def test_a_saved_model_and_json(self, folder: Path) -> None:
        assert run("compile", "old.seq", "-o", "m.keras", cwd=folder).returncode == 0
        assert run("diff", "m.keras", "old.seq", cwd=folder).returncode == 0
        done = run("diff", "m.keras", "new.seq", "--format", "json", cwd=folder)
        found = json.loads(done.stdout)
        assert (done.returncode, found["fits"]) == (1, False)
        assert {"kind", "name", "details"} == {*found["changes"][0]}

    def test_faults(self, folder: Path) -> None:
        assert run("diff", "old.seq", "nowhere.seq", cwd=folder).returncode == 2
        assert run("diff", "old.seq", str(CASES / "errors" / "e001_empty.seq")).returncode == 2
        (folder / "bad.seq").write_text("in 6 -> denes 3")
        assert "E101" in run("diff", "old.seq", "bad.seq", cwd=folder).stderr
