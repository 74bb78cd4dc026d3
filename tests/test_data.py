"""Data against specs: golden messages, arrays in files, and what Keras does with such targets."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from golden import Case, compare, each
from test_cli import run

import seqspec
from seqspec.codes import Code
from seqspec.data import arrays, scan
from seqspec.data.check import check_columns
from seqspec.data.targets import LOSSES, target_problems
from seqspec.diagnostics import UsageError, render
from seqspec.graph.training import SHORT_LOSSES, LossName, Objective
from seqspec.source import Source


def data_of(case: Case) -> dict[str, Any]:
    """The arrays that the first lines of a case write in NumPy."""
    lines = [line[3:].partition("=") for line in case.text.splitlines() if line[:3] == "#: "]
    return {name.strip(): eval(value, {"np": np}) for name, _, value in lines}


@each("data")
def test_golden(case: Case, update: bool) -> None:
    checked = seqspec.check(case.text)
    columns = {name: arrays.of(name, array) for name, array in data_of(case).items()}
    found = check_columns(checked.needed(), columns)
    text = "".join(f"{render(d, [Source(case.path.name, case.text)])}\n\n" for d in found)
    compare(case.golden(".err"), text, update=update)


def test_every_loss_has_a_meaning() -> None:
    assert {SHORT_LOSSES.get(name, name) for name in get_args(LossName)} == {*LOSSES}


SHAPES = [(1,), (3,), (5, 1), (5, 3)]
TARGETS = [(), (1,), (3,), (5,), (5, 1), (5, 3), (1, 1), (3, 5)]


@pytest.mark.parametrize("loss", ["mse", "huber", "poisson", "binary_crossentropy", "sparse"])
def test_keras_takes_what_fits_and_what_it_is_said_to_take_in_silence(loss: str) -> None:
    """Spread shapes are Keras's own, and where nothing is said it refuses."""
    import keras
    from keras.src.losses.losses import LossFunctionWrapper  # what `compile` makes of a name

    name = SHORT_LOSSES.get(loss, loss)
    agreed = 0
    shapes = [shape for shape in SHAPES if loss != "sparse" or shape[-1] > 1]
    for shape in shapes:
        for target in TARGETS:
            y = np.zeros((7, *target), "int32" if loss == "sparse" else "float32")
            (*problems,) = target_problems(arrays.of("y", y), shape, Objective(loss=loss))  # type: ignore[arg-type]
            output = np.full((7, *shape), 0.5, "float32")
            try:
                LossFunctionWrapper(keras.losses.get(name))(y, output)
                taken = True
            except Exception:  # of the backend, and of many kinds
                taken = False
            silent = any("says nothing" in problem.message for problem in problems)
            assert taken == (not problems or silent), (shape, target, problems)
            agreed += 1
    assert agreed == len(shapes) * len(TARGETS)


class TestPython:
    def test_single_arrays_and_names(self) -> None:
        graph = seqspec.parse("x = in 10x6\nout y = x -> lstm 8 -> dense 1\ntrain loss=mse")
        x, y = np.zeros((4, 10, 6)), np.zeros((4, 10, 1))
        assert seqspec.check_data(graph, x, y) == ()
        assert seqspec.check_data(graph, {"x": x}, {"y": y}) == ()
        assert seqspec.check_data(graph, x.tolist()) == ()
        codes = [d.code for d in seqspec.check_data(graph, x[:, :3], y)]
        assert codes == [Code.ARRAY_SHAPE]
        assert [d.code for d in seqspec.check_data(graph, {"z": x})] == [
            Code.NO_ARRAY,
            Code.UNREAD_ARRAY,
        ]

    def test_several_inputs_need_names(self) -> None:
        graph = seqspec.parse("a = in 2\nb = in 2\nconcat a b")
        codes = {d.code for d in seqspec.check_data(graph, np.zeros((4, 2)))}
        assert codes == {Code.NO_ARRAY, Code.UNREAD_ARRAY}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["memory", "npy", "npz", "packed"])
def test_places_are_right_however_an_array_is_kept(
    kind: str, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "_PIECE", 7)
    array = np.array(np.ones((4, 5, 3)), order=order)  # type: ignore[call-overload]
    array[2, 3, 1] = np.nan
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", a=array)
    np.savez_compressed(tmp_path / "packed.npz", a=array)
    if kind == "memory":
        column = arrays.of("a", array)
    else:
        name = {"npy": "a.npy", "npz": "a.npz", "packed": "packed.npz"}[kind]
        column = arrays.opened([str(tmp_path / name)])["a"]
    assert (column.shape, column.dtype) == ((4, 5, 3), array.dtype)
    found = scan.scan(column, low=2)
    assert found["nan"].place == (2, 3, 1)
    assert (found["nan"].times, found["outside"].times) == (1, 59)
    assert max(len(piece) for piece in column.pieces()) <= 7


class TestFiles:
    SPEC = "words = in T tokens -> embed 50 4 -> lstm 2 -> take last\nout y = words -> dense 1\n"

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "a.seq").write_text(
            "in 10x6 -> lstm 8 -> take last -> dense 1\ntrain loss=mse\n"
        )
        np.savez(tmp_path / "good.npz", x=np.zeros((4, 10, 6)), y=np.zeros(4))
        np.savez(tmp_path / "bad.npz", x=np.zeros((4, 12, 6)), y=np.zeros((4, 3)))
        np.save(tmp_path / "x.npy", np.zeros((4, 10, 6)))
        np.save(tmp_path / "some_targets.npy", np.zeros(4))
        return tmp_path

    def test_data_that_fits(self, folder: Path) -> None:
        done = run("check", "a.seq", "--data", "good.npz", cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
        done = run("check", "a.seq", "--data", "x.npy", "y=some_targets.npy", cwd=folder)
        assert (done.returncode, done.stdout.count("\n")) == (0, 1)

    def test_data_that_does_not(self, folder: Path) -> None:
        done = run("check", "a.seq", "--data", "bad.npz", cwd=folder)
        assert done.returncode == 1
        assert "error[E803]: `x` has the shape (4, 12, 6)" in done.stdout
        assert "1 | in 10x6 -> lstm 8" in done.stdout
        assert "error[E807]" in done.stdout
        assert done.stdout.endswith("a.seq: 2 errors\n")
        assert run("check", "a.seq", "--format", "json", "--data", "bad.npz", cwd=folder).returncode

    def test_files_that_are_none(self, folder: Path) -> None:
        (folder / "text.npy").write_text("no array")
        (folder / "text.npz").write_text("no archive")
        np.save(folder / "pickled.npy", np.array([{}, None]))
        (folder / "cut.npy").write_bytes((folder / "x.npy").read_bytes()[:-100])
        whole = (folder / "good.npz").read_bytes()
        (folder / "cut.npz").write_bytes(whole[: len(whole) // 2])
        for name, said in {
            "nowhere.npy": "there is no file nowhere.npy",
            "text.npy": "text.npy cannot be read",
            "text.npz": "text.npz cannot be read",
            "cut.npy": "cut.npy cannot be read",
            "cut.npz": "cut.npz cannot be read",
            "a.seq": "a.seq is no data",
        }.items():
            named = name if name.endswith((".npz", ".seq")) else f"x={name}"
            done = run("check", "a.seq", "--data", named, cwd=folder)
            assert (done.returncode, done.stdout) == (2, ""), name
            assert said in done.stderr
        done = run("check", "a.seq", "--data", "x=pickled.npy", cwd=folder)
        assert "error[E802]: `x` holds object" in done.stdout

    def test_an_archive_that_says_more_than_it_holds(self, tmp_path: Path) -> None:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10, 6)}
        )
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("x.npy", header.getvalue())
        (column,) = arrays.opened([str(tmp_path / "a.npz")]).values()
        with pytest.raises(UsageError, match=r"x\.npy in .* cannot be read"):
            scan.scan(column)

    def test_names_are_given_once(self, folder: Path) -> None:
        with pytest.raises(UsageError, match="there is an array `x` already"):
            arrays.opened([str(folder / "x.npy"), str(folder / "good.npz")])
