"""Orthonormal columns, to the same digits on every machine.

LAPACK and BLAS add in an order that depends on the machine, and so round differently. Here sums are
either added in an order that is written down, or so few bits long that every order is exact.
"""

from __future__ import annotations

from seqspec.numeric.array import Array, np

_PANEL = 32  # columns that are made orthonormal one by one, before the rest is made so at once


def orthonormal(matrix: Array) -> Array:
    """The columns of a matrix made orthonormal, each from those before it (Gram-Schmidt).

    That is the Q of its QR decomposition whose R has a positive diagonal; of normal numbers, a
    uniform choice among all matrices with orthonormal columns. Needs as many rows as columns.
    """
    matrix = matrix.copy()
    for start in range(0, matrix.shape[1], _PANEL):
        panel = matrix[:, start : start + _PANEL]
        for place in range(panel.shape[1]):
            column = panel[:, place] / np.sqrt(_summed(panel[:, place] ** 2))
            panel[:, place] = column
            rest = panel[:, place + 1 :]
            rest -= column[:, None] * _summed(column[:, None] * rest)
        others = matrix[:, start + _PANEL :]
        if others.shape[1]:
            others -= product(panel, product(panel.T, others))
    return matrix


def product(one: Array, other: Array) -> Array:
    """The product of two matrices to about 38 bits, the same in whatever order sums are added.

    Each matrix is the sum of a coarse and a fine one, whose numbers are multiples of one unit and
    so few bits long that double precision holds all sums of their products exactly.
    """
    bits = (53 - len(one.T).bit_length()) // 2
    (coarse, fine), (other_coarse, other_fine) = _split(one, bits), _split(other, bits)
    return coarse @ other_coarse + (coarse @ other_fine + fine @ other_coarse)


def _split(matrix: Array, bits: int) -> tuple[Array, Array]:
    unit = 2.0 ** (int(np.frexp(np.abs(matrix).max(initial=0))[1]) - bits)
    coarse = np.rint(matrix / unit) * unit
    return coarse, np.rint((matrix - coarse) / (unit * 2.0**-bits)) * (unit * 2.0**-bits)


def _summed(values: Array) -> Array:
    """The sum over the first axis, halves added to halves: `np.sum` leaves the order open."""
    while len(values) > 1:
        half = len(values) // 2
        folded = values[:half] + values[half : 2 * half]
        values = np.concatenate([folded, values[2 * half :]]) if len(values) % 2 else folded
    return values[0]
