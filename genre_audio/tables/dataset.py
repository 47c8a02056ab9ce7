"""From a table to what learns: features, labels and groups of one length."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.errors import TableError
from genre_audio.tables.annotations import Annotations, find_annotations
from genre_audio.tables.magnitude import refuse_too_large
from genre_audio.tables.weights import frame_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables.feature_table import FeatureTable
    from genre_audio.tables.metric_table import MetricTable

__all__ = ["Dataset", "dataset_of", "regrouped", "resolve_groups"]


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled rows, ready for a learner.

    Attributes
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features.
    y : ndarray of str, shape (rows,)
        Genres.
    groups : ndarray of str, shape (rows,)
        What must not be parted by a split: artists, or recordings.
    names : ndarray of str, shape (rows,)
        The recording that each row belongs to.
    columns : tuple of str
        Names of the features.
    grouping : str
        What was grouped by, in words: ``"recording"``, ``"artist"``.
    unlabelled : int
        Rows of the table that were left out for want of a label.
    incomplete : int
        Rows that were left out because a feature was missing.
    lengths : ndarray of float, shape (rows,), optional
        How much each row counts for its recording; all the same by default.

    Examples
    --------
    See `dataset_of`.
    """

    X: NDArray[np.float64]
    y: NDArray[np.str_]
    groups: NDArray[np.str_]
    names: NDArray[np.str_]
    columns: tuple[str, ...]
    grouping: str = "recording"
    unlabelled: int = 0
    incomplete: int = 0
    lengths: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.y)


def dataset_of(table: FeatureTable, *, groups: Annotations | None = None) -> Dataset:
    """Take the labelled rows of a table.

    Parameters
    ----------
    table : FeatureTable
        With a column ``label``.
    groups : Annotations, optional
        The group of each recording, such as its artist. A recording without one is a
        group of its own. By default every recording is.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If no row has a label, no recording has a group, or a number is too large to
        calculate with.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio import GTZAN57, FeatureTable, Segmentation
    >>> frame = pd.DataFrame(0.5, index=[0, 1], columns=list(GTZAN57.columns))
    >>> frame = frame.assign(filename=["a.wav", "b.wav"], label=["jazz", None], artist="Ali")
    >>> from genre_audio.tables import dataset_of
    >>> table = FeatureTable(frame, GTZAN57, Segmentation())
    >>> dataset = dataset_of(table)
    >>> dataset.X.shape, dataset.y.tolist(), dataset.unlabelled
    ((1, 57), ['jazz'], 1)
    """
    if table.frame.empty:
        raise TableError(f"{table.path or 'the table'} names columns and has no rows")
    labels = table.labels
    labelled = np.array([label is not None for label in labels], dtype=bool)
    if not labelled.any():
        raise TableError(
            f"{table.path or 'the table'} has no labels; give them to "
            "'genre-audio extract' with --labels folders or --labels FILE"
        )
    names, X = table.recordings[labelled].astype(str), table.X[labelled]
    refuse_too_large(X, names=names, columns=table.schema.columns)
    return Dataset(
        X=X,
        y=labels[labelled].astype(str),
        groups=_groups(names, groups),
        names=names,
        columns=table.schema.columns,
        grouping=groups.column if groups else "recording",
        unlabelled=int((~labelled).sum()),
        lengths=frame_weights(table.frame[labelled], recordings=names, sr=table.schema.config.sr),
    )


def regrouped(dataset: Dataset, *, groups: Annotations | None) -> Dataset:
    """Return the same rows, grouped by something else.

    Parameters
    ----------
    dataset : Dataset
        Rows.
    groups : Annotations, optional
        As in `dataset_of`.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If no recording has a group.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.tables import Annotations, Dataset, regrouped
    >>> names = np.array(["a", "b"])
    >>> artists = Annotations({"a": "Ali"}, column="artist")
    >>> regrouped(Dataset(np.eye(2), names, names, names, ("x", "y")), groups=artists).groups
    array(['artist Ali', 'recording b'], dtype='<U11')
    """
    return dataclasses.replace(
        dataset,
        groups=_groups(dataset.names, groups),
        grouping=groups.column if groups else "recording",
    )


def resolve_groups(
    text: str, *, table: FeatureTable | MetricTable, what: str = "groups"
) -> Annotations:
    """Find the groups that ``--groups`` names, or the titles that ``--titles`` does.

    Parameters
    ----------
    text : str
        A column of the table, an annotation file, or ``FILE:COLUMN``.
    table : FeatureTable or MetricTable
        The table whose rows are to be grouped.
    what : str
        What is asked for, for messages.

    Raises
    ------
    TableError
        If it is none of these, or says two things of one recording.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio import GTZAN57, FeatureTable, Segmentation
    >>> frame = pd.DataFrame(0.5, index=[0, 1], columns=list(GTZAN57.columns))
    >>> frame = frame.assign(filename=["a.wav", "b.wav"], label=["jazz", None], artist="Ali")
    >>> from genre_audio.tables import resolve_groups
    >>> table = FeatureTable(frame, GTZAN57, Segmentation())
    >>> resolve_groups("artist", table=table).values
    {'a.wav': 'Ali', 'b.wav': 'Ali'}
    """
    if text in table.frame and text not in table.features:
        column = table.frame[text]
        known = ~column.isna()
        values: dict[str, str] = {}
        for name, value in zip(table.recordings[known], column[known].astype(str), strict=True):
            if values.setdefault(name, value) != value:
                raise TableError(
                    f"{what} {text!r}: the rows of {name!r} say {values[name]!r} and {value!r}"
                )
        return Annotations(values, column=text)
    annotations = find_annotations(text)
    if annotations is not None:
        return annotations
    extra = [str(name) for name in table.frame if name not in table.features]
    raise TableError(
        f"{what} {text!r}: neither a file, nor FILE:COLUMN, nor a column of the table "
        f"(it has {', '.join(extra)})"
    )


def _groups(names: NDArray[np.str_], groups: Annotations | None) -> NDArray[np.str_]:
    if groups is None:
        return names
    values = groups.lookup(names.tolist())
    if all(value is None for value in values):
        raise TableError(
            f"no recording of the table has a {groups.column!r} in the file of groups; "
            "are the names the same in both?"
        )
    # Tagged, so that an artist and a recording of one name do not become one group.
    return np.array(
        [
            f"recording {name}" if value is None else f"{groups.column} {value}"
            for name, value in zip(names, values, strict=True)
        ]
    )
