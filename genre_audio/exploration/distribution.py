"""How the values of one column lie."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.exploration.matrix import standardised

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Distribution", "distribution_of"]


@dataclasses.dataclass(frozen=True)
class Distribution:
    """How the known, finite values of a column lie.

    Attributes
    ----------
    count : int
        Values that are known and finite.
    mean, sd, minimum, lower_quartile, median, upper_quartile, maximum : float
        In the unit of the column. `sd` is that of a sample (n - 1), NaN for one value.
    skewness : float
        Third standardised moment; NaN where all values are equal.

    Examples
    --------
    See `distribution_of`.
    """

    count: int
    mean: float
    sd: float
    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float
    skewness: float


def distribution_of(values: NDArray[np.float64]) -> Distribution:
    """Describe known, finite numbers.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one.

    Returns
    -------
    Distribution

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.distribution import distribution_of
    >>> found = distribution_of(np.array([1.0, 2.0, 3.0, 4.0, 10.0]))
    >>> found.mean, round(found.sd, 3), found.median, round(found.skewness, 3)
    (4.0, 3.536, 3.0, 1.138)
    """
    # Scaled, so that neither sums nor squares leave what a float can say.
    scale = float(np.abs(values).max()) or 1.0
    scaled = values / scale
    lower, median, upper = np.quantile(scaled, [0.25, 0.5, 0.75]) * scale
    varies = values.min() < values.max()
    z = standardised(values[:, np.newaxis])
    return Distribution(
        count=len(values),
        mean=float(scaled.mean() * scale) if varies else float(values[0]),
        sd=float(scaled.std(ddof=1) * scale) if len(values) > 1 else float("nan"),
        minimum=float(values.min()),
        lower_quartile=float(lower),
        median=float(median),
        upper_quartile=float(upper),
        maximum=float(values.max()),
        skewness=float((z**3).mean()) if varies else float("nan"),
    )
