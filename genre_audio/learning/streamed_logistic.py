"""Multinomial logistic regression on more rows than fit in memory with their coordinates.

A row has few columns, but a thousand coordinates: likenesses to landmarks. Of a million
rows these are 8 GB. What is minimised is a sum over rows (the mean log loss, and the
square of the coefficients over twice ``C * n_rows``, as scikit-learn has it), and so is
its gradient: both are added up block by block, with the coordinates of a block made anew
each time. Nothing is approximated, no row is left out.

Every round goes through all rows, so there must be few. Two things see to that. It begins
where some rows, solved at once, end. And coordinates are first turned and stretched so
that the curvature, as these rows show it, is about the same in all directions (Boehning's
bound of it): quasi-Newton steps then need a dozen rounds, not hundreds.

Nothing may enter here that knows what the coordinates are.

References
----------
Boehning, D. (1992). Multinomial logistic regression algorithm. Annals of the Institute of
Statistical Mathematics 44, 197-200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Rows = npt.NDArray[np.float64]

__all__ = ["streamed_coefficients"]

_BLOCK: Final = 1024
"""Rows at a time: their thousand coordinates take 8 MB, which a processor keeps at hand."""

_ROUNDS: Final = 60
_FLAT: Final = 1e-4
"""Where no slope of the mean loss is steeper, it is solved: scikit-learn's own tolerance."""


def streamed_coefficients(
    X: Rows,
    y: npt.NDArray[np.intp],
    *,
    coordinates: Callable[[Rows], Rows],
    turn: Rows,
    C: float,
    start: Rows,
    some: npt.NDArray[np.intp],
) -> Rows:
    """Find what scikit-learn's logistic regression would find on all coordinates at once.

    Parameters
    ----------
    X : ndarray of float64, shape (n_rows, n_columns)
        Rows.
    y : ndarray of int, shape (n_rows,)
        Classes from 0 to n - 1.
    coordinates : callable
        Makes coordinates, shape (n, n_coordinates), of a block of rows.
    turn : ndarray of float64, shape (n_coordinates, n_coordinates)
        What they are multiplied by before they are regressed on.
    C : float
        Inverse of the regularisation's strength.
    start : ndarray of float64, shape (n_coordinates + 1, n_classes)
        Where to begin: coefficients, and offsets in the last row.
    some : ndarray of int
        Numbers of rows that show how the loss is curved.

    Returns
    -------
    ndarray of float64, shape (n_coordinates + 1, n_classes)
        Coefficients, and offsets in the last row.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.streamed_logistic import streamed_coefficients
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])
    >>> how = {"coordinates": lambda rows: rows, "turn": np.eye(1), "some": np.arange(4)}
    >>> found = streamed_coefficients(X, y, C=1.0, start=np.zeros((2, 2)), **how)
    >>> (np.c_[X, np.ones(4)] @ found).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    strength = 1.0 / (C * len(y))
    stretch = _stretch(X[some], coordinates=coordinates, turn=turn, strength=strength)

    def loss(flat: Rows) -> tuple[float, Rows]:
        """Return the loss and its slopes, along the stretched directions."""
        found = stretch @ flat.reshape(start.shape)
        value, slopes = _sums(X, y, coordinates=coordinates, turn=turn, found=found)
        value = value / len(y) + 0.5 * strength * float((found[:-1] ** 2).sum())
        slopes /= len(y)
        slopes[:-1] += strength * found[:-1]
        steepest[0] = float(np.abs(slopes).max())
        return value, (stretch.T @ slopes).ravel()

    def ended(intermediate_result: Any) -> None:  # noqa: ANN401, ARG001 - SciPy's form and name
        """Stop where the slopes themselves are flat, not the stretched ones."""
        if steepest[0] <= _FLAT:
            raise StopIteration

    steepest = [np.inf]
    begin = np.linalg.solve(stretch, start).ravel()
    options = {"maxiter": _ROUNDS, "gtol": 0.0, "ftol": 64 * np.finfo(float).eps}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", callback=ended, options=options)
    return np.asarray(stretch @ found.x.reshape(start.shape), dtype=np.float64)


def _stretch(X: Rows, *, coordinates: Callable[[Rows], Rows], turn: Rows, strength: float) -> Rows:
    """Return directions in which the bound of the curvature is one, the offset's with them."""
    squares, sums = np.zeros((len(turn), len(turn))), np.zeros(len(turn))
    for begin in range(0, len(X), _BLOCK):
        near = coordinates(X[begin : begin + _BLOCK])
        squares += near.T @ near
        sums += near.sum(axis=0)
    middle = turn.T @ sums[:, np.newaxis]
    curvature = np.block([[turn.T @ squares @ turn, middle], [middle.T, np.array([[len(X)]])]])
    curvature *= 0.5 / len(X)
    curvature[np.diag_indices(len(turn))] += strength
    sizes, axes = np.linalg.eigh(curvature)
    least = sizes[-1] * np.finfo(np.float64).eps
    return np.asarray(axes / np.sqrt(np.maximum(sizes, least)))


def _sums(
    X: Rows,
    y: npt.NDArray[np.intp],
    *,
    coordinates: Callable[[Rows], Rows],
    turn: Rows,
    found: Rows,
) -> tuple[float, Rows]:
    """Return the log loss summed over rows, and its slopes."""
    weights, offsets = turn @ found[:-1], found[-1]
    value, slopes, ahead = 0.0, np.zeros_like(weights), np.zeros_like(offsets)
    for begin in range(0, len(y), _BLOCK):
        truth = y[begin : begin + _BLOCK]
        near = coordinates(X[begin : begin + _BLOCK])
        said = log_softmax(near @ weights + offsets, axis=1)
        value -= float(said[np.arange(len(truth)), truth].sum())
        surplus = np.exp(said)
        surplus[np.arange(len(truth)), truth] -= 1.0
        slopes += near.T @ surplus
        ahead += surplus.sum(axis=0)
    return value, np.vstack([turn.T @ slopes, ahead])
