"""A plane to look at labelled rows from: the one that holds their labels apart best.

Rows have fifty dimensions and more, a picture has two. Linear discriminant analysis
(Fisher, R. A. (1936). The use of multiple measurements in taxonomic problems. Annals of
Eugenics 7(2), 179-188) finds those two along which the middles of the labels differ most,
measured by how rows of one label differ among themselves; every label counts the same.
Fewer than three labels leave no plane of that sort: then it is the two directions of
largest variance.

It is for looking and for nothing else: what lies near in a plane may lie far apart in the
rest. Pure numpy, so that asking a model needs no scikit-learn.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Plane"]

_FEWEST: Final = 3
_FLATTEST: Final = 1e-9


@dataclasses.dataclass(frozen=True, eq=False)
class Plane:
    """Two directions among many, and where labelled rows lie along them.

    Attributes
    ----------
    kind : str
        ``"discriminant"`` or ``"variance"``.
    middle : ndarray of float64, shape (dimensions,)
        What lies at the origin: the mean of the labels' means, or of the rows.
    axes : ndarray of float64, shape (dimensions, 2)
        The directions. Along those of discriminants, rows of one label have a standard
        deviation of about 1.
    share : float
        How much of what was looked for lies in the plane, from 0 to 1: of the spread of
        the labels' means, or of the variance.
    labels : tuple of str
        Sorted.
    centres : ndarray of float64, shape (labels, 2)
        Mean of each label's rows in the plane.
    halves : ndarray of float64, shape (labels, 2, 2)
        For each label a matrix that takes the unit circle to an ellipse around its centre
        that holds half of its rows.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plane import Plane
    >>> rows = np.array([[0, 0, 0], [0, 0, 1], [9, 0, 0], [9, 0, 1], [0, 5, 0], [0, 5, 1]])
    >>> plane = Plane.fit(rows, labels=np.array(["a", "a", "b", "b", "c", "c"]))
    >>> plane.kind, plane.place(rows).shape, round(plane.share, 3)
    ('discriminant', (6, 2), 1.0)
    """

    kind: str
    middle: NDArray[np.float64]
    axes: NDArray[np.float64]
    share: float
    labels: tuple[str, ...]
    centres: NDArray[np.float64]
    halves: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        rows: NDArray[np.floating[Any]],
        *,
        labels: NDArray[np.str_],
        shrinkage: float = 0.1,
    ) -> Plane:
        """Find the plane of labelled rows.

        Parameters
        ----------
        rows : ndarray, shape (rows, dimensions)
            Finite; in a space where a unit means the same along every dimension.
        labels : ndarray of str, shape (rows,)
            One for each.
        shrinkage : float
            Share of the mean variance that is mixed into all directions, from 0 to 1.
        """
        X = np.asarray(rows, dtype=np.float64)
        names, codes = np.unique(labels, return_inverse=True)
        means = np.stack([X[codes == code].mean(axis=0) for code in range(len(names))])
        if len(names) < _FEWEST:
            kind, middle = "variance", X.mean(axis=0)
            axes, share = _first_two(X - middle)
        else:
            kind, middle = "discriminant", means.mean(axis=0)
            whiten = _whitening(X - means[codes], shrinkage=shrinkage)
            turned, share = _first_two((means - middle) @ whiten)
            axes = whiten @ turned
        axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
        seen = (X - middle) @ axes
        groups = [seen[codes == code] for code in range(len(names))]
        centres = np.stack([group.mean(axis=0) for group in groups])
        halves = np.stack([_half(group) for group in groups])
        return cls(kind, middle, axes, share, tuple(names.tolist()), centres, halves)

    def place(self, rows: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return where rows lie in the plane, shape (rows, 2)."""
        return np.asarray((np.asarray(rows, dtype=np.float64) - self.middle) @ self.axes)


def _first_two(X: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return the two directions in which centred rows spread most, and their share of it."""
    axes = np.zeros((X.shape[1], 2))
    _, spread, turned = np.linalg.svd(X, full_matrices=False)
    found = min(2, len(turned))
    axes[:, :found] = turned[:found].T
    total = float((spread**2).sum())
    return axes, float((spread[:2] ** 2).sum()) / total if total else 1.0


def _whitening(away: NDArray[np.float64], *, shrinkage: float) -> NDArray[np.float64]:
    """Return what turns and scales rows until those of one label have unit covariance."""
    covariance = away.T @ away / len(away)
    even = float(np.trace(covariance)) / len(covariance)
    if even < np.finfo(np.float64).tiny:
        return np.eye(len(covariance))
    spread, axes = np.linalg.eigh(
        (1.0 - shrinkage) * covariance + shrinkage * even * np.eye(len(covariance))
    )
    return np.asarray(axes / np.sqrt(np.maximum(spread, even * _FLATTEST)))


def _half(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ellipse of a label's own covariance that holds half of its places."""
    away = places - places.mean(axis=0)
    spread, axes = np.linalg.eigh(away.T @ away / len(away))
    lengths = np.sqrt(np.maximum(spread, 0.0))
    scaled = away @ axes / np.where(lengths > 0, lengths, 1.0)
    # Of an even number the middle pair's farther one: half of them lie in it, or more.
    far = np.sort(np.hypot(scaled[:, 0], scaled[:, 1]))[(len(places) - 1) // 2]
    return np.asarray(axes * (lengths * far))
