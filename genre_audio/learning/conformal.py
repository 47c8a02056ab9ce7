"""Conformal sets: the genres that a recording's probabilities do not rule out.

A probability says how sure the stack is; a set says which genres must stay in question
so that the true one is among them nine times in ten. It needs no belief in the
probabilities, only rows that resemble those to come: here the training recordings, with
probabilities that learners and pool gave them without having seen their group.

A genre stays while its probability is at least the one that nine in ten of its own
training recordings reach (least ambiguous sets, one threshold for each genre). What was
tried instead, and what it gave on unseen GTZAN artists, is in `docs/contributing.md`.

Only numpy may enter here: what is needed to answer must be there at once.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COVERAGE", "ConformalSets"]

COVERAGE: Final = 0.9
"""How often a set holds the true genre when nothing else is asked for."""

_STEPS: Final = 1000


@dataclasses.dataclass(frozen=True, eq=False)
class ConformalSets:
    """The least probability at which each genre stays in question, for every coverage.

    Attributes
    ----------
    thresholds : ndarray of float64, shape (1001, genres)
        For coverages of 0, 0.001, ... 1: at least this probability, and a genre stays.
        Never rising from one coverage to the next.

    References
    ----------
    Sadinle, M., Lei, J. and Wasserman, L. (2019). Least ambiguous set-valued classifiers
    with bounded error levels. Journal of the American Statistical Association 114, 223-234.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.conformal import ConformalSets
    >>> p = np.linspace(0.3, 0.9, 19)
    >>> held_out = np.concatenate([np.stack([p, 1 - p], 1), np.stack([1 - p, p], 1)])
    >>> conformal = ConformalSets.fit(held_out, np.repeat([0, 1], 19))
    >>> conformal.sets(np.array([[0.5, 0.5], [0.9, 0.1]])).tolist()
    [[True, True], [True, False]]
    """

    thresholds: NDArray[np.float64]

    @classmethod
    def fit(cls, probabilities: NDArray[np.float64], truth: NDArray[np.intp]) -> ConformalSets:
        """Learn the thresholds from recordings that were held out.

        Parameters
        ----------
        probabilities : ndarray of float, shape (recordings, genres)
            Given without having seen the recording or anything of its group.
        truth : ndarray of int, shape (recordings,)
            Number of the true genre; each occurs.

        Returns
        -------
        ConformalSets

        Notes
        -----
        Of `n` recordings and one more like them, the new one is equally likely to have
        any rank among the ``n + 1``. So coverage `c` is reached at rank ``c * (n + 1)``
        of the probabilities in falling order, interpolated between two of them; the rank
        ``n + 1`` is zero, at which nothing is ruled out: a genre of six recordings is
        hard to rule out, as it must be.

        Every recording counts once, not every group, although groups are what is
        exchangeable: a guarantee for a group drawn at random (Lee, Barber and Willett
        2023) adds one group, not one recording, and where a genre has nine artists, as
        blues has in GTZAN, 90 % would then be beyond the last rank. Groups enter by what
        the probabilities have not seen, and the coverage for unseen groups is measured
        rather than promised.
        """
        coverages = np.linspace(0.0, 1.0, _STEPS + 1)
        own = [
            np.sort(probabilities[truth == genre, genre])[::-1]
            for genre in range(probabilities.shape[1])
        ]
        columns = [
            np.interp(coverages * (len(p) + 1), np.arange(len(p) + 2), [1.0, *p, 0.0]) for p in own
        ]
        return cls(np.stack(columns, axis=1))

    def sets(
        self, probabilities: NDArray[np.float64], *, coverage: float = COVERAGE
    ) -> NDArray[np.bool_]:
        """Tell which genres are not ruled out.

        Parameters
        ----------
        probabilities : ndarray of float, shape (recordings, genres)
            Of new recordings.
        coverage : float
            How often the true genre is to be among them, above 0 and below 1; rounded up
            to a thousandth.

        Returns
        -------
        ndarray of bool, shape (recordings, genres)
            The most probable genre is always in; a set of a larger coverage holds every
            genre of one of a smaller.

        Raises
        ------
        ParameterError
            If there is no such coverage.
        """
        if not 0.0 < coverage < 1.0:
            raise ParameterError(
                f"coverage is {coverage!r}; give a share above 0 and below 1, such as {COVERAGE}"
            )
        # A little less, because 0.9 * 1000 must not become 901 by rounding.
        kept = probabilities >= self.thresholds[int(np.ceil(coverage * _STEPS - 1e-9))]
        kept[np.arange(len(kept)), probabilities.argmax(axis=1)] = True
        return kept

    def check(self, *, genres: int) -> None:
        """Refuse thresholds that cannot be ours, as a stranger's file may hold them.

        Raises
        ------
        ValueError
            If they have another shape, are no probabilities, or rise.
        """
        known = self.thresholds
        if known.dtype != np.float64 or known.shape != (_STEPS + 1, genres):
            raise ValueError(f"its thresholds are no {_STEPS + 1} numbers for each genre")
        if not ((known >= 0.0) & (known <= 1.0)).all() or (np.diff(known, axis=0) > 0.0).any():
            raise ValueError("its thresholds are no falling probabilities")
