"""Feature tables as CSV: the published GTZAN form, read strictly and written exactly.

A table has the 60 columns of the published one (``filename, length``, the schema's
columns, ``label``) and, where a recording gives several rows, ``recording, start,
stop``. Published tables therefore load unchanged. Numbers are written in their shortest
form that reads back as the same number.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.config import Segmentation, digest
from genre_audio.errors import ParameterError, TableError
from genre_audio.features import SCHEMAS, Schema, schema_of
from genre_audio.files import unchanged
from genre_audio.tables.csv_file import read_header, read_text
from genre_audio.tables.manifest import read_manifest
from genre_audio.tables.text_file import holds_json

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["SEGMENT_COLUMNS", "FeatureTable", "read_table", "table_text"]

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
        return digest([self.schema.digest, self.segmentation.digest, table_text(self.frame)])


@unchanged
def read_table(path: Path, *, segmentation: Segmentation | None = None) -> FeatureTable:
    r"""Read a feature table, ours or a published one.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file whose columns include all of a known schema's.
    segmentation : Segmentation, optional
        How its recordings were cut, if the table should not be asked. Without it the
        manifest says so; without a manifest it is inferred from the median of the
        column ``length``.

    Returns
    -------
    FeatureTable

    Raises
    ------
    TableError
        If the file cannot be read, has columns twice or of no known schema, or holds what is
        no finite number, or a length that is none; the message names file, row and column.

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
    header = [] if holds_json(path) else read_header(path)
    schema = schema_of(header)
    if schema is None:
        raise TableError(_unknown_columns(path, header))
    frame = _read_frame(path, numbers={"length", "start", "stop", *schema.columns})
    manifest = read_manifest(path)
    if manifest is not None and manifest.schema_digest != schema.digest:
        raise TableError(
            f"{path} was made by another recipe than this version's {schema}; extract it again"
        )
    known = segmentation or (manifest.segmentation if manifest else None)
    return FeatureTable(
        frame=frame,
        schema=schema,
        segmentation=known or _inferred(frame, schema=schema, path=path),
        segmentation_inferred=known is None,
        path=path,
    )


def table_text(frame: pd.DataFrame) -> str:
    r"""Return a table as CSV text; floats in shortest round-trip form.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.tables.feature_table import table_text
    >>> table_text(pd.DataFrame({"filename": ["a.wav"], "tempo": [0.1]}))
    'filename,tempo\na.wav,0.1\n'
    """
    return str(frame.to_csv(index=False, lineterminator="\n"))


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


def _read_frame(path: Path, *, numbers: Collection[str]) -> pd.DataFrame:
    import pandas as pd

    text = read_text(path)
    if "filename" not in text:
        raise TableError(f"{path} has no column 'filename': rows need the name of their recording")
    if (text["filename"] == "").any():
        row = int(np.flatnonzero(text["filename"] == "")[0])
        raise TableError(f"{path}, row {row + 2}: no filename")
    nothing = text == ""
    if "label" in text:  # other programs write nan; NA and None may be genres
        nothing["label"] |= text["label"].isin(["nan", "NaN"])
    columns = {
        name: _numbers(text[name], path) if name in numbers else text[name].mask(nothing[name])
        for name in text
    }
    frame = pd.DataFrame(columns, columns=text.columns)
    if "length" in frame and (frame["length"] <= 0).any():
        # Segments are weighed by it.
        row = int(np.flatnonzero(frame["length"] <= 0)[0])
        raise TableError(
            f"{path}, row {row + 2}, column length: {text['length'][row]!r} is no number of "
            "samples that a segment can have; correct or delete these rows"
        )
    return frame


def _numbers(text: pd.Series, path: Path) -> NDArray[Any]:
    """Return a column's numbers, exactly as their text says; integers stay integers."""
    values = text.to_numpy(dtype=object)
    for kind in (np.int64, np.float64):
        with contextlib.suppress(ValueError, OverflowError):
            numbers = values.astype(kind)
            if np.isfinite(numbers).all():
                return numbers
    bad = [row for row, value in enumerate(values) if not _is_finite(value)]
    # The header is line 1, so the first row is line 2, as editors show it.
    raise TableError(
        f"{path}, row {bad[0] + 2}, column {text.name}: {values[bad[0]]!r} is not a finite "
        f"number ({len(bad)} such in the column); correct or delete these rows"
    )


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


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
