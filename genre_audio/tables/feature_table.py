"""Feature tables: the published GTZAN form, in CSV or Parquet, read strictly, written exactly.

A table has the 60 columns of the published one (``filename, length``, the schema's
columns, ``label``) and, where a recording gives several rows, ``recording, start,
stop``. Published tables therefore load unchanged. Numbers are written in their shortest
form that reads back as the same number.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.config import Segmentation, digest_of_long
from genre_audio.errors import ParameterError, TableError
from genre_audio.features import GTZAN57, SCHEMAS, Schema, schema_of
from genre_audio.files import unchanged
from genre_audio.tables.as_written import differences
from genre_audio.tables.csv_text import table_pieces
from genre_audio.tables.decimal_commas import with_points
from genre_audio.tables.feature_frame import feature_frame, refuse_misnamed
from genre_audio.tables.manifest import read_manifest
from genre_audio.tables.parquet_parts import is_as_written
from genre_audio.tables.table_file import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["SEGMENT_COLUMNS", "FeatureTable", "read_table"]

SEGMENT_COLUMNS: Final = ("recording", "start", "stop")


@dataclasses.dataclass(frozen=True, eq=False)
class FeatureTable:
    """Rows of one schema and one segmentation.

    Attributes
    ----------
    frame : pandas.DataFrame
        The table's columns, one row for each segment.
    schema : Schema
        What the columns mean.
    segmentation : Segmentation
        How recordings were cut.
    segmentation_inferred : bool
        Whether that was read off the column ``length`` for want of a manifest.
    path : pathlib.Path or None
        Where the table was read from.
    notes : tuple of str
        How the file was read where somebody might have meant it otherwise, and what is not
        as its manifest says.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio import GTZAN57, FeatureTable, Segmentation
    >>> frame = pd.DataFrame(0.5, index=[0, 1], columns=list(GTZAN57.columns))
    >>> frame = frame.assign(filename=["a.wav", "b.wav"], label=["jazz", None], artist="Ali")
    >>> table = FeatureTable(frame, GTZAN57, Segmentation())
    >>> table.X.shape, table.recordings.tolist(), table.labels.tolist()
    ((2, 57), ['a.wav', 'b.wav'], ['jazz', None])
    """

    frame: pd.DataFrame
    schema: Schema
    segmentation: Segmentation
    segmentation_inferred: bool = False
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def X(self) -> NDArray[np.float64]:  # noqa: N802
        """The features, shape (rows, columns)."""
        return self.frame[list(self.schema.columns)].to_numpy(dtype=np.float64)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features."""
        return self.schema.columns

    @property
    def recordings(self) -> NDArray[np.object_]:
        """Which recording each row belongs to, shape (rows,)."""
        column = "recording" if "recording" in self.frame else "filename"
        return self.frame[column].to_numpy(dtype=object)

    @property
    def labels(self) -> NDArray[np.object_]:
        """The genre of each row, None where there is none, shape (rows,)."""
        import pandas as pd

        if "label" not in self.frame:
            return np.full(len(self.frame), None, dtype=object)
        labels = self.frame["label"].to_numpy(dtype=object, copy=True)
        labels[pd.isna(labels)] = None
        return labels

    @property
    def digest(self) -> str:
        """The identity of this table: names, numbers and labels."""
        known = [self.schema.digest, self.segmentation.digest]
        return digest_of_long(known, table_pieces(self.frame))


@unchanged
def read_table(
    path: Path, *, segmentation: Segmentation | None = None, compare: bool = True
) -> FeatureTable:
    r"""Read a feature table, ours or a published one.

    Parameters
    ----------
    path : pathlib.Path
        A table whose columns include all of a known schema's: CSV with commas, semicolons
        or tabs between them; or Parquet, a file or a folder of parts.
    segmentation : Segmentation, optional
        How its recordings were cut, if the table should not be asked. Without it the
        manifest says so; without a manifest it is inferred from the median of the
        column ``length``.
    compare : bool
        Whether the rows are to be compared with what the manifest says of them.

    Returns
    -------
    FeatureTable

    Raises
    ------
    TableError
        If the file cannot be read, has duplicated columns or columns of no known
        schema, holds something that is not a finite number, a length that is none, or two
        rows of one stretch that differ, or is another one than its manifest describes; the
        message names file, row and column.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio import GTZAN57, Segmentation, read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "features.csv")
    ...     header = ",".join(["filename", *GTZAN57.columns])
    ...     _ = file.write_text(f"{header}\na.wav{',0.5' * 57}\n")
    ...     read_table(file, segmentation=Segmentation()).X.shape
    (1, 57)
    """
    raw = read_rows(path, needed=_needed(None) | _needed(GTZAN57))
    schema = schema_of(raw.columns)
    refuse_misnamed(raw.columns, needed=_needed(schema), path=path)
    if schema is None:
        raise TableError(_unknown_columns(path, list(raw.columns)))
    numbers = {"length", "start", "stop", *schema.columns}
    raw = with_points(raw, numbers=sorted(numbers))
    frame, notes = feature_frame(raw, numbers=numbers)
    manifest = read_manifest(path, entries=False)
    if manifest is not None and manifest.schema_digest != schema.digest:
        raise TableError(
            f"{path} was made by another recipe than this version's {schema}; extract it again"
        )
    known = segmentation or (manifest.segmentation if manifest else None)
    table = FeatureTable(
        frame=frame,
        schema=schema,
        segmentation=known or _inferred(frame, schema=schema, path=path),
        segmentation_inferred=known is None,
        path=path,
        notes=(*raw.notes, *notes),
    )
    if manifest is None or not compare or is_as_written(path):
        return table
    if not manifest.recordings:
        manifest = read_manifest(path) or manifest
    return dataclasses.replace(table, notes=(*table.notes, *differences(table, manifest)))


def _needed(schema: Schema | None) -> frozenset[str]:
    """Return the names of columns that mean something in a feature table."""
    if schema is None:  # perhaps it is one but for a name; else any name may be a column's
        return frozenset(name for each in SCHEMAS.values() for name in each.columns)
    return frozenset({"filename", "length", "label", *SEGMENT_COLUMNS, *schema.columns})


def _unknown_columns(path: Path, header: list[str]) -> str:
    nearest = max(SCHEMAS.values(), key=lambda schema: len(set(schema.columns) & set(header)))
    missing = [column for column in nearest.columns if column not in header]
    shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
    return (
        f"{path} is not a feature table: for the schema {nearest.name} it lacks {len(missing)} "
        f"of {len(nearest.columns)} columns ({shown}). 'retrain' and 'predict' take nothing "
        "else: make one with 'genre-audio extract', or ask 'explore', 'compare' or 'evaluate', "
        "which take any table"
    )


def _inferred(frame: pd.DataFrame, *, schema: Schema, path: Path) -> Segmentation:
    if frame.empty:
        raise TableError(
            f"{path} names columns and has no rows, which could tell how long segments are: "
            "extract recordings into it ('evaluate' and 'retrain' also take --segment-seconds)"
        )
    if "length" not in frame:
        raise TableError(
            f"{path} does not say how long its segments are: give it a column 'length', in samples "
            "('evaluate' and 'retrain' also take --segment-seconds)"
        )
    seconds = float(frame["length"].median()) / schema.config.sr
    try:
        # Clips of "30 s" hold 29.9 to 30.7 s: what was meant is a whole number.
        return Segmentation(seconds=max(1.0, float(round(seconds))))
    except ParameterError as error:
        raise TableError(f"{path}, column length: {error}") from error
