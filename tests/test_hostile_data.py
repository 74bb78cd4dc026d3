"""Damaged arrays are refused, or are other numbers: nothing else comes of them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from seqspec.data import arrays, scan
from seqspec.diagnostics import UsageError


def damaged(data: bytes, random: Random) -> bytes:
    """Some bytes are others, some are missing, or the end is."""
    new = bytearray(data)
    for _ in range(random.randint(1, 6)):
        place = random.randrange(len(new))
        if random.random() < 0.7:
            new[place] = random.randrange(256)
        else:
            del new[place : place + random.randrange(1, 40)]
        new = new or bytearray(b"x")
    return bytes(new[: random.randrange(len(new)) or 1] if random.random() < 0.2 else new)


@pytest.mark.parametrize("name", ["stored.npz", "packed.npz", "plain.npy"])
def test_damaged_files(name: str, tmp_path: Path) -> None:
    array = np.arange(60.0).reshape(4, 5, 3)
    np.savez(tmp_path / "stored.npz", x=array)
    np.savez_compressed(tmp_path / "packed.npz", x=array)
    np.save(tmp_path / "plain.npy", array)
    whole, bad, random = (tmp_path / name).read_bytes(), tmp_path / f"bad_{name}", Random(1)
    refused = read = 0
    for _ in range(300):
        bad.write_bytes(damaged(whole, random))
        try:
            for column in arrays.opened([str(bad)]).values():
                if column.dtype.kind in "fiub":
                    scan.scan(column, low=0, high=9, whole=True)
            read += 1
        except UsageError:
            refused += 1
    assert refused > 100
    assert read > 5
