"""All that was found in a table."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from genre_audio.exploration.plain import as_json
from genre_audio.exploration.words import findings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from genre_audio.exploration.boxes import Boxes
    from genre_audio.exploration.classes import Classes
    from genre_audio.exploration.components import Components
    from genre_audio.exploration.constants import ConstantColumn
    from genre_audio.exploration.copies import Duplicates
    from genre_audio.exploration.correlations import Correlations
    from genre_audio.exploration.near_copies import NearDuplicate
    from genre_audio.exploration.outliers import Outliers
    from genre_audio.exploration.overview import Overview
    from genre_audio.exploration.scatters import Scatter
    from genre_audio.exploration.separation import Separation

__all__ = ["Exploration"]


@dataclasses.dataclass(frozen=True, eq=False)
class Exploration:
    """What is in a table. Numbers that cannot be said are NaN here and None in `as_dict`.

    Attributes
    ----------
    features : tuple of str
        The columns that were looked at.
    label : str or None
        Name of the column of genres.
    labels : ndarray of object, shape (rows,)
        Genre of each row, a str or None. Not in `as_dict`.
    names : ndarray of str, shape (rows,)
        Name of each row: of the column of names, or where it stands. Not in `as_dict`.
    overview : Overview
        Rows, columns, types, gaps and distributions.
    classes : Classes or None
        Counts of genres; None without a column of labels.
    constant : tuple of ConstantColumn
        Features with one value in at least 99 % of rows.
    near_duplicate_columns : tuple of NearDuplicate
        Pairs of features that are (nearly) the same.
    duplicates : Duplicates
        Rows that are equal in every feature.
    outliers : Outliers
        Rows far from the rest of their genre.
    correlations : Correlations
        Of all features.
    separation : Separation or None
        Which features tell the genres apart; None with fewer than two genres.
    components : Components or None
        Principal components; None with fewer than two rows or no feature that varies.
    boxes : tuple of Boxes
        Quartiles genre by genre of the features that separate best (at most 12), or of the
        first ones where there is no separation.
    scatters : tuple of Scatter
        The chosen pairs; without any, the strongest correlation and the two features that
        separate best.
    seed : int
        Of all that is drawn by chance.

    Examples
    --------
    See `explore`.
    """

    features: tuple[str, ...]
    label: str | None
    labels: NDArray[np.object_] = dataclasses.field(metadata={"json": False})
    names: NDArray[np.str_] = dataclasses.field(metadata={"json": False})
    overview: Overview
    classes: Classes | None
    constant: tuple[ConstantColumn, ...]
    near_duplicate_columns: tuple[NearDuplicate, ...]
    duplicates: Duplicates
    outliers: Outliers
    correlations: Correlations
    separation: Separation | None
    components: Components | None
    boxes: tuple[Boxes, ...]
    scatters: tuple[Scatter, ...]
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return everything but values row by row, with `findings`, as JSON can say it."""
        found: dict[str, Any] = as_json(self)
        return found | {"findings": findings(self)}
