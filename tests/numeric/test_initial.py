"""How weights start: NumPy's numbers have the distribution of the Keras initialiser's."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from statistics import NormalDist

import h5py
import keras
import numpy as np
import pytest

import seqspec
from seqspec.numeric.initial import Draws, initial, orthogonal
from seqspec.numeric.orthonormal import product
from seqspec.numeric.quantile import normal_quantile

NO_AXES = ((), ())
RANDOM = {
    "glorot_uniform": {}, "glorot_normal": {}, "he_uniform": {}, "he_normal": {},
    "lecun_uniform": {}, "lecun_normal": {}, "random_uniform": {"minval": -0.3, "maxval": 0.3},
    "random_normal": {"stddev": 0.3}, "truncated_normal": {"stddev": 0.3},
    "variance_scaling": {"scale": 3.0}, "orthogonal": {"gain": 2.0},
}  # fmt: skip
SURE = {"zeros": {}, "ones": {}, "constant": {"value": 0.5}, "identity": {"gain": 2.0}}


def of_keras(name: str, **given: float) -> keras.Initializer:
    """The Keras initialiser of a name, with its own arguments."""
    made = getattr(keras.initializers, "".join(map(str.capitalize, name.split("_"))))
    return made(**given) if name in SURE else made(**given, seed=1)


def largest_gap(one: np.ndarray, other: np.ndarray) -> float:
    """The Kolmogorov-Smirnov statistic of two samples."""
    places = np.sort(np.concatenate([one, other]))
    shares = [np.searchsorted(np.sort(x), places, "right") / len(x) for x in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())


@pytest.mark.parametrize("shape", [(150, 160), (3, 40, 200)], ids=["matrix", "kernel"])
@pytest.mark.parametrize("name", RANDOM)
def test_distribution(name: str, shape: tuple[int, ...]) -> None:
    """Two samples of 24,000 numbers of one distribution differ by 0.0178 once in a thousand."""
    ours = initial(name, Draws(3, "layer/kernel"), shape, NO_AXES, **RANDOM[name]).ravel()
    theirs = np.asarray(of_keras(name, **RANDOM[name])(shape)).ravel()
    assert largest_gap(ours, theirs) < 0.0178
    assert np.std(ours) == pytest.approx(np.std(theirs), rel=0.02)
    if not name.startswith(("random_normal", "orthogonal")):  # which have no bounds of their own
        assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.01)


@pytest.mark.parametrize("name", SURE)
def test_numbers(name: str) -> None:
    ours = initial(name, Draws(0, ""), (3, 5), NO_AXES, **SURE[name])
    np.testing.assert_array_equal(ours, np.asarray(of_keras(name, **SURE[name])((3, 5))))


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (3, 2, 5), (1, 1), (100, 400)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    matrix = orthogonal(Draws(0, "x"), shape).reshape(-1, shape[-1])
    rows, columns = matrix.shape
    product = matrix.T @ matrix if rows >= columns else matrix @ matrix.T
    np.testing.assert_allclose(product, np.eye(min(rows, columns)), atol=1e-6)


@pytest.mark.parametrize("rows", [1, 2, 40, 5000])
def test_products_do_not_depend_on_the_order_of_their_sums(rows: int) -> None:
    """To the last bit, while those of NumPy do; and they are products, to eleven digits."""
    rng = np.random.default_rng(rows)
    one, other = rng.normal(size=(30, rows)), rng.normal(size=(rows, 50)) * 1e3
    order = rng.permutation(rows)
    found = product(one, other)
    np.testing.assert_array_equal(found, product(one[:, order], other[order]))
    np.testing.assert_allclose(found, one @ other, rtol=0, atol=1e-11 * rows * 1e3)


def test_orthogonal_matrices_are_uniform() -> None:
    """An entry of a random 3 x 3 rotation or reflection is spread evenly over -1 to 1: the
    coordinates of a point on a sphere are (Archimedes)."""
    entries = [orthogonal(Draws(seed, "x"), (3, 3)) for seed in range(2000)]
    for place in np.ndindex(3, 3):
        found = np.sort([entry[place] for entry in entries])
        assert np.abs((found + 1) / 2 - np.arange(2000) / 2000).max() < 0.055, place


def test_quantiles() -> None:
    """To the last digits those of Python's own, which follow the same publication."""
    places = np.concatenate([
        np.linspace(1e-3, 1 - 1e-3, 999), 10.0 ** -np.arange(3, 17), 1 - 10.0 ** -np.arange(3, 15)
    ])  # fmt: skip
    expected = [NormalDist().inv_cdf(float(place)) for place in places]
    np.testing.assert_allclose(normal_quantile(places), expected, rtol=2e-14, atol=1e-15)


def test_numbers_stay_what_they_were() -> None:
    """A file of an earlier version of this program is made again to the byte."""
    draws = Draws(0, "lstm/kernel")
    np.testing.assert_array_equal(
        draws.uniform((3,)).astype(np.float32), np.float32(UNIFORM), strict=True
    )
    matrix = orthogonal(Draws(0, "lstm/recurrent_kernel"), (2, 2))
    np.testing.assert_array_equal(matrix, np.float32(ORTHOGONAL), strict=True)


UNIFORM = [0.6501927, 0.15278102, 0.33859944]
ORTHOGONAL = [[-0.75328803, 0.65769076], [-0.65769076, -0.75328803]]


def start_of(spec: str, folder: Path) -> dict[str, np.ndarray]:
    """The weights in the file of a spec, by their paths."""
    seqspec.save(spec, folder / "x.keras")
    with zipfile.ZipFile(folder / "x.keras") as archive:
        file = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    found: dict[str, np.ndarray] = {}
    file.visititems(
        lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else 0
    )
    return found


SPECS = [
    "in 5x48 -> attend heads=4 size=32",
    "in 5x48 -> attend heads=4 kv_heads=2 size=32 init=he_normal",
    "in 5x48 -> attend additive",
    "in 5x48 -> lstm 40 bi init=he_uniform recurrent_init=random_normal",
    "in 5x48 -> gru 40 reset=before bias_init=0.5",
    "in 5x48 -> rnn 40 bias_init=random_uniform",
    "in 9x9x24 -> conv 40 3x3 -> deconv 30 2x2 -> sepconv 30 3x3 -> depthconv 3x3 multiplier=2",
    "in 4x8x8x6 -> convlstm 12 3x3 init=orthogonal",
    "in T tokens -> embed 60 40 -> norm -> prelu slope=0.25 -> norm batch -> dense 50",
]  # fmt: skip


@pytest.mark.parametrize("spec", SPECS)
def test_each_weight_starts_as_keras_starts_it(spec: str, tmp_path: Path) -> None:
    """Mean, deviation and extremes of every weight, by the layer's own defaults and options."""
    ours = start_of(spec, tmp_path)
    seqspec.compile(spec, tmp_path / "y.keras")
    theirs = keras.saving.load_model(tmp_path / "y.keras")
    theirs.save_weights(tmp_path / "y.weights.h5")
    with h5py.File(tmp_path / "y.weights.h5") as file:
        for path, numbers in ours.items():
            expected = file[path][()]
            room = 4.5 * max(np.std(expected), 1e-9) / np.sqrt(numbers.size)
            assert abs(numbers.mean() - expected.mean()) < 2 * room + 1e-9, path
            assert abs(np.std(numbers) - np.std(expected)) < 1.5 * room + 1e-9, path
