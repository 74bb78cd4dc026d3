"""Orthonormal columns, to the same digits on every machine.

LAPACK and BLAS add in an order that depends on the machine, and so round differently. Here sums are
either added in an order that is written down, or so few bits long that every order is exact.
"""

from __future__ import annotations

from seqspec.numeric.array import Array, np

_FEW = 16  # columns that are made orthonormal one by one


def orthonormal(matrix: Array) -> Array:
    """The columns of a matrix made orthonormal, each from those before it (Gram-Schmidt).

    That is the Q of its QR decomposition whose R has a positive diagonal; of normal numbers, a
    uniform choice among all matrices with orthonormal columns. Needs as many rows as columns.
    """
    rows = matrix.T.copy()  # each column's numbers beside each other in memory
    _orthonormal(rows)
    return rows.T


def _orthonormal(rows: Array) -> None:
    """The same of rows and in place: the first half, what is left of the others, and their half."""
    if len(rows) <= _FEW:
        for place, row in enumerate(rows):
            row /= np.sqrt(_summed(row * row))
            rest = rows[place + 1 :]
            rest -= _summed(rest * row)[:, None] * row
        return
    first, others = np.split(rows, [len(rows) // 2])
    _orthonormal(first)
    others -= product(product(others, first.T), first)
    _orthonormal(others)


def product(one: Array, other: Array) -> Array:
    """The product of two matrices to about 38 bits, the same in whatever order sums are added.

    Each matrix is the sum of a coarse and a fine one, whose numbers are multiples of one unit and
    so few bits long that double precision holds all sums of their products exactly.
    """
    bits = (53 - len(other).bit_length()) // 2
    (coarse, fine), (other_coarse, other_fine) = _split(one, bits), _split(other, bits)
    return coarse @ other_coarse + (coarse @ other_fine + fine @ other_coarse)


def _split(matrix: Array, bits: int) -> tuple[Array, Array]:
    unit = 2.0 ** (int(np.frexp(np.abs(matrix).max(initial=0))[1]) - bits)
    coarse = np.rint(matrix / unit) * unit
    return coarse, np.rint((matrix - coarse) / (unit * 2.0**-bits)) * (unit * 2.0**-bits)


def _summed(values: Array) -> Array:
    """The sum over the last axis, halves added to halves: `np.sum` leaves the order open."""
    while (size := values.shape[-1]) > 1:
        half = size // 2
        folded = values[..., :half] + values[..., half : 2 * half]
        values = np.concatenate([folded, values[..., 2 * half :]], -1) if size % 2 else folded
    return values[..., 0]
