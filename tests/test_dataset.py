"""From a table to what learns."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from genre_audio.config import Segmentation
from genre_audio.errors import TableError
from genre_audio.features import GTZAN57
from genre_audio.tables import Annotations, FeatureTable, dataset_of, resolve_groups

if TYPE_CHECKING:
    from pathlib import Path


def make_table(**columns: object) -> FeatureTable:
    X = np.arange(4 * 57, dtype=float).reshape(4, 57)
    frame = pd.DataFrame(X, columns=list(GTZAN57.columns))
    frame["filename"] = ["a.wav", "b.wav", "c.wav", "c.wav"]
    frame["label"] = ["jazz", None, "blues", "blues"]
    return FeatureTable(frame.assign(**columns), GTZAN57, Segmentation())


def test_labelled_rows_are_taken() -> None:
    table = make_table()
    dataset = dataset_of(table)
    assert len(dataset) == 3
    assert dataset.X.tolist() == table.X[[0, 2, 3]].tolist()
    assert dataset.y.tolist() == ["jazz", "blues", "blues"]
    assert dataset.names.tolist() == ["a.wav", "c.wav", "c.wav"]
    assert dataset.columns == GTZAN57.columns
    assert dataset.unlabelled == 1


def test_every_recording_is_a_group_by_default() -> None:
    dataset = dataset_of(make_table())
    assert dataset.groups.tolist() == ["a.wav", "c.wav", "c.wav"]
    assert dataset.grouping == "recording"


def test_segments_belong_to_their_recording() -> None:
    dataset = dataset_of(make_table(recording=["x", "x", "x", "y"]))
    assert dataset.groups.tolist() == ["x", "x", "y"]


def test_a_recording_without_a_group_is_one_by_itself() -> None:
    # The artist "c.wav" is not the recording c.wav.
    artists = Annotations({"a.wav": "c.wav"}, column="artist")
    groups = dataset_of(make_table(), groups=artists).groups
    assert groups[0] != groups[1] == groups[2]
    assert dataset_of(make_table(), groups=artists).grouping == "artist"


def test_recordings_of_one_artist_are_one_group() -> None:
    artists = Annotations({"a": "Ali", "c": "Ali"}, column="artist")
    assert len(set(dataset_of(make_table(), groups=artists).groups)) == 1


def test_groups_that_know_no_recording_are_refused() -> None:
    with pytest.raises(TableError, match="no recording of the table has a 'artist'"):
        dataset_of(make_table(), groups=Annotations({"x.wav": "Ali"}, column="artist"))


@pytest.mark.parametrize("table", [make_table(label=None), make_table(label=np.nan)])
def test_a_table_without_labels_is_refused(table: FeatureTable) -> None:
    with pytest.raises(TableError, match="the table has no labels; give them to"):
        dataset_of(table)


def test_groups_may_be_a_column_of_the_table() -> None:
    table = make_table(artist=["Ali", None, "Bo", "Bo"])
    groups = resolve_groups("artist", table=table)
    assert groups == Annotations({"a.wav": "Ali", "c.wav": "Bo"}, column="artist")


def test_groups_that_part_a_recording_are_refused() -> None:
    table = make_table(fold=[1, 2, 3, 4])
    with pytest.raises(TableError, match=r"'fold': the rows of 'c\.wav' say '3' and '4'"):
        resolve_groups("fold", table=table)


def test_groups_may_be_a_file_or_one_column_of_it(tmp_path: Path) -> None:
    file = tmp_path / "index.csv"
    file.write_text("filename,artist,album\na.wav,Ali,1\n")
    assert resolve_groups(f"{file}:album", table=make_table()).values == {"a.wav": "1"}
    with pytest.raises(TableError, match="which column is meant is open"):
        resolve_groups(str(file), table=make_table())


@pytest.mark.parametrize("text", ["artist", "nowhere.csv", "nowhere.csv:artist", "tempo", ":"])
def test_other_groups_are_refused_with_the_columns_there_are(text: str) -> None:
    with pytest.raises(TableError, match=r"neither a file.*\(it has filename, label\)"):
        resolve_groups(text, table=make_table())


@pytest.mark.parametrize("value", [1e200, -1e31])
def test_numbers_too_large_to_calculate_with_are_refused(value: float) -> None:
    table = make_table()
    frame = table.frame.copy()
    frame.loc[2, "mfcc3_mean"] = value
    with pytest.raises(TableError, match=r"learned from c\.wav: its mfcc3_mean is -?1e"):
        dataset_of(dataclasses.replace(table, frame=frame))
    frame.loc[2, "mfcc3_mean"] = np.sign(value) * 1e29
    assert len(dataset_of(dataclasses.replace(table, frame=frame))) == 3
