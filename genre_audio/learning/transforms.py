"""What becomes of a row of features before a learner sees it.

Variances of spectral features span orders of magnitude, are skewed, and grow with the
square of their means. Spread relative to the mean, and logarithms of whatever is
positive by nature, are nearly normal and say two things in two columns: linear and
distance-based learners need that, and all learners gain.

The means of the harmonic and the percussive signal are offsets near zero: they tell how
a record was digitised, and are dropped. Measured on the published GTZAN table, keeping
them gains one and a half points on random splits, where the same albums stand on both
sides, and nothing where artists are kept apart. They can be kept for comparisons with
such scores. On request the recording level is taken out as well, and `GenreStack` asks
for it unless told otherwise: a recordist's gain knob must not change a genre. Measured on
the same table, that costs a point on random splits and gains one to three where artists
are kept apart: the level of a master tells the album.

`RowTransform` knows columns by name and learns nothing from the rows; `NormalScores`
learns quantiles and knows no names. Both hold plain attributes only, so that they can
be stored without trusting code. Nothing may enter here that looks at labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.validation import check_is_fitted, validate_data

from genre_audio.errors import ParameterError, TableError
from genre_audio.learning.forms import LEVEL, OFFSETS, reformed, sized

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = ["NormalScores", "RowTransform"]


class RowTransform(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Give feature columns a form in which they are nearly normal.

    Columns whose name ends in ``_var`` become ``log(max(value, floor))``; those of
    positive quantities (``spectral_centroid``, ``spectral_bandwidth``, ``rolloff``,
    ``zero_crossing_rate``) are first divided by the square of their mean, and those of
    ``rms``, ``harmony`` and ``perceptr`` by that of ``rms_mean``. These means and
    ``tempo`` become logarithms, too. ``harmony_mean`` and ``perceptr_mean`` are dropped,
    or with `offsets` become ``asinh(value / 1e-5)`` and, in further columns at the end,
    ``log(abs(value) + 1e-7)``. Of the schema `extended`, columns ending in ``_skew``
    become ``asinh(value)``, those in ``_kurtosis`` ``log(max(value, 1))``, and variances
    have a floor of 1e-3 dB² or 1e-6. All other columns stay as they are.

    With `level_invariant`, ``mfcc1_mean`` loses ``20 * log10(rms_mean) * sqrt(128)``,
    and ``rms_mean`` is dropped: what is left does not move when a recording is scaled.

    Parameters
    ----------
    columns : sequence of str, optional
        Names of the input columns, in order. Without names a DataFrame's own are used;
        columns of an array without names stay as they are.
    level_invariant : bool
        Whether the recording level is taken out. Needs ``rms_mean``.
    offsets : bool
        Whether the two offsets near zero are kept. They move with the level.
    floor : float
        Smallest variance, relative where it is divided, so that logarithms stay finite.

    Attributes
    ----------
    n_features_in_ : int
        Number of input columns.
    columns_ : list of str
        Names of the input columns; ``x0, x1, ...`` where there are none.
    kept_ : ndarray of int
        Numbers of the input columns that are kept.

    Raises
    ------
    TableError
        If the names do not match the columns, or the level is not among them.
    ParameterError
        If offsets are to be kept and the level is not.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.transforms import RowTransform
    >>> names = ("mfcc2_mean", "mfcc2_var", "harmony_mean")
    >>> RowTransform(columns=names).fit_transform(np.array([[120.0, 1.0, 1e-6]])).tolist()
    [[120.0, 0.0]]
    """

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        level_invariant: bool = False,
        offsets: bool = False,
        floor: float = 1e-12,
    ) -> None:
        self.columns = columns
        self.level_invariant = level_invariant
        self.offsets = offsets
        self.floor = floor

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ANN401, ARG002 - scikit-learn's form
        """Look up the columns; nothing is learnt from the rows."""
        if self.offsets and self.level_invariant:
            raise ParameterError("offsets move with the level: keep both, or neither")
        X = validate_data(self, X, dtype=np.float64)
        self.columns_ = self._names(X.shape[1])
        dropped: set[str] = set() if self.offsets else set(OFFSETS)
        dropped |= {LEVEL} if self.level_invariant else set()
        kept = [place for place, name in enumerate(self.columns_) if name not in dropped]
        self.kept_ = np.array(kept, dtype=np.int64)
        return self

    def _names(self, n_columns: int) -> list[str]:
        given = self.columns if self.columns is not None else getattr(self, "feature_names_in_", ())
        names = [str(name) for name in given] or [f"x{place}" for place in range(n_columns)]
        if len(names) != n_columns:
            raise TableError(
                f"{len(names)} column names were given for rows of {n_columns} numbers; "
                "give one name per column, in order"
            )
        if self.level_invariant and LEVEL not in names:
            raise TableError(
                f"a level-invariant form needs the column {LEVEL!r}, which is missing; "
                "add it, or keep the level"
            )
        return names

    def transform(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 - array or DataFrame
        """Return the columns in their new form, shape (n_rows, n_kept)."""
        check_is_fitted(self)
        # A copy, because columns are replaced in place.
        rows: npt.NDArray[np.float64] = validate_data(
            self, X, dtype=np.float64, reset=False, copy=True
        )
        return reformed(
            rows,
            columns=self.columns_,
            kept=self.kept_,
            level_invariant=self.level_invariant,
            offsets=self.offsets,
            floor=self.floor,
        )

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:  # noqa: ARG002
        """Return the names of the columns that are kept, and of those that are added."""
        check_is_fitted(self)
        kept = [self.columns_[place] for place in self.kept_]
        added = [f"{name}_size" for name in sized(self.columns_, offsets=self.offsets)]
        return np.array([*kept, *added], dtype=object)


class NormalScores(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Replace each value by the normal score of its rank among the training rows.

    `sklearn.preprocessing.QuantileTransformer` with as many quantiles as there are rows,
    up to a bound. A value beyond the training rows gets the score of the outermost one:
    strange recordings stay within the range in which a linear learner was fitted.

    Parameters
    ----------
    n_quantiles : int
        Largest number of quantiles.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns.
    scores_ : QuantileTransformer
        The quantiles.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.transforms import NormalScores
    >>> NormalScores().fit_transform(np.array([[1.0], [10.0], [100.0]])).round(1).tolist()
    [[-5.2], [0.0], [5.2]]
    """

    def __init__(self, *, n_quantiles: int = 200) -> None:
        self.n_quantiles = n_quantiles

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ANN401, ARG002 - scikit-learn's form
        """Learn the quantiles of each column."""
        X = validate_data(self, X, dtype=np.float64)
        self.scores_ = QuantileTransformer(
            n_quantiles=min(self.n_quantiles, len(X)), output_distribution="normal", subsample=None
        ).fit(X)
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 - array or DataFrame
        """Return the scores, shape (n_rows, n_columns)."""
        check_is_fitted(self)
        scores: npt.NDArray[np.float64] = self.scores_.transform(
            validate_data(self, X, dtype=np.float64, reset=False)
        )
        return scores
