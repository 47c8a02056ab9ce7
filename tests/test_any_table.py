"""Tables of any origin: what becomes of columns and rows, and what is said of it."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.config import Segmentation
from genre_audio.errors import ParameterError, TableError
from genre_audio.features import GTZAN57
from genre_audio.tables import (
    Manifest,
    dataset_of,
    dataset_of_any,
    read_any_table,
    read_table,
    resolve_groups,
    table_text,
)
from genre_audio.tables.manifest import manifest_path
from sample_metrics import METRICS, json_text, metadata, metrics, write_pair
from sample_tables import feature_table


@pytest.fixture
def write(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return path

    return write


@pytest.fixture
def joined(tmp_path):
    tracks, measured = write_pair(tmp_path)
    return read_any_table(tracks, metrics=measured, on="track_id", label="genre_top")


def why(table):
    return {each.column: each.why for each in table.left_out}


def test_metadata_and_metrics_become_one_table(joined):
    expected = metadata().merge(metrics(), on="track_id")  # pandas' join, in the same order
    pd.testing.assert_frame_equal(
        joined.frame, expected, check_exact=True, check_dtype=False, check_column_type=False
    )
    assert joined.features == METRICS
    assert joined.labels.tolist() == expected["genre_top"].tolist()
    assert joined.recordings.tolist() == [str(k) for k in range(1, 41)]
    assert joined.places[:2] == ("row 2", "row 3")
    assert set(why(joined).values()) == {"of tracks.csv, not of the metrics"}
    assert joined.notes[0] == "40 rows of tracks.csv and metrics.json match on track_id"
    assert json.loads(json.dumps(joined.as_dict()))["joined"]["matched"] == 40


def test_only_ids_of_both_files_are_there_and_the_others_are_counted(write):
    tracks = write("id,genre\n1,a\n2,b\n2,b\n3,a\n,a\n9,b\n8,a\n")
    measured = write([{"id": k, "energy": (k or 0) / 10} for k in (3, 2, 5, 5, None)], "m.json")
    table = read_any_table(tracks, metrics=measured, on="id", label="genre")
    assert table.frame.to_dict("list") == {"id": [2, 3], "genre": ["b", "a"], "energy": [0.2, 0.3]}
    assert table.places == ("row 3", "row 5")
    assert (
        table.notes
        == (
            "2 rows of table.csv and m.json match on id",
            "table.csv: 3 of 7 rows match nothing ('1', '9', '8')",
            "table.csv: 1 row has no id, and is left out",
            "table.csv: 1 row repeats another one in every value, and is taken once ('2')",
            "m.json: 1 of 5 rows matches nothing ('5')",
            "m.json: 1 row has no id, and is left out",
            "m.json: 1 row repeats another one in every value, and is taken once ('5')",
            "no features: genre (of table.csv, not of the metrics)",
        )[:7]
    )


@given(
    mine=st.lists(st.none() | st.integers(0, 8), min_size=1, max_size=12),
    other=st.lists(st.none() | st.integers(0, 8), min_size=1, max_size=12),
)
def test_every_row_of_a_join_is_accounted_for(tmp_path_factory, mine, other):
    folder = tmp_path_factory.mktemp("join")
    tracks, measured = folder / "t.json", folder / "m.json"
    tracks.write_text(json.dumps([{"id": k, "title": f"t{k}"} for k in mine]))
    measured.write_text(json.dumps([{"id": k, "energy": -1} for k in other]))
    common = ({*mine} & {*other}) - {None}
    if not common:
        with pytest.raises(TableError, match="no id is in both files"):
            read_any_table(tracks, metrics=measured, on="id")
        return
    table = read_any_table(tracks, metrics=measured, on="id")
    assert table.frame["id"].tolist() == [k for k in dict.fromkeys(mine) if k in common]
    for side, ids in ((table.joined.table, mine), (table.joined.metrics, other)):
        assert side.rows == len(ids)
        assert side.without_id == ids.count(None)
        assert side.unmatched == len({*ids} - {*common, None})
        assert side.rows - side.without_id - side.unmatched - side.repeated == len(common)


@pytest.mark.parametrize("ids", [["12", "7"], [12, 7], [12.0, 7.0], ["12.0", "7"], [" 12", 7]])
@pytest.mark.parametrize("text", ["id,genre\n7,a\n12,b\n", "id,genre\n7.0,a\n12.0,b\n"])
def test_ids_are_the_same_however_they_are_written(write, ids, text):
    measured = write([{"id": i, "energy": k} for k, i in enumerate(ids)], "m.json")
    table = read_any_table(write(text), metrics=measured, on="id", label="genre")
    assert table.frame["id"].tolist() == [7, 12]
    assert table.frame["energy"].tolist() == [1, 0]
    said = " ".join(table.notes)
    assert ("table.csv, column id: 2 values written with a decimal point" in said) == ("." in text)
    texts = sum(isinstance(i, str) for i in ids)
    if texts:
        assert f"m.json, column id: {texts} value" in said
        assert "written as text, and read as numbers" in said


def test_ids_that_only_look_alike_are_not_the_same(write):
    tracks = write("id,genre\n012,a\n12,b\nx12,b\nX12,c\n")
    measured = write("id,energy\n12,1\nX12,2\n", "m.csv")
    table = read_any_table(tracks, metrics=measured, on="id", label="genre")
    assert table.frame["id"].tolist() == ["12", "X12"]
    measured = write([{"id": [12], "energy": 1}], "m.json")
    with pytest.raises(TableError, match=r"m\.json, column id: \[12\] is no id"):
        read_any_table(tracks, metrics=measured, on="id")


def test_two_rows_of_one_id_must_not_contradict_each_other(write):
    tracks = write("id,genre\n1,a\n2,b\n2,c\n3,a\n")
    measured = write("id,energy\n3,1\n1,1\n1,2\n3,5\n", "m.csv")
    with pytest.raises(TableError, match=r"m\.csv: the id '3' stands in row 2 and row 5, with e"):
        read_any_table(tracks, metrics=measured, on="id")
    measured.write_text("id,energy\n2,1\n3,5\n")
    with pytest.raises(TableError, match=r"row 3 and row 4, with genre 'b' and 'c' \(1 such id\)"):
        read_any_table(tracks, metrics=measured, on="id")
    measured.write_text("id,energy\n1,1\n3,5\n")  # 2 matches nothing, and may contradict itself
    assert read_any_table(tracks, metrics=measured, on="id").joined.table.unmatched == 2


def test_columns_of_both_files(write):
    tracks = write("id,genre,tempo,year,title\n1,a,90,1999,x\n2,b,80,,y\n")
    text = "id,genre,tempo,year,energy\n2,b,80,,5\n1,a,91,1999,6\n"
    measured = write(text, "m.csv")
    table = read_any_table(tracks, metrics=measured, on="id", label="genre")
    assert table.joined.shared == ("genre", "year")
    assert table.joined.renamed == ("tempo (table.csv)",)
    assert table.features == ("year", "tempo", "energy")
    assert table.frame["tempo"].tolist() == [91, 80]
    assert table.frame["tempo (table.csv)"].tolist() == [90, 80]
    assert why(table)["tempo (table.csv)"] == "of table.csv, not of the metrics"
    measured.write_text(text.replace("2,b", "2,c"))
    message = "label 'genre' of id '2' is 'b' in table.csv and 'c' in m.csv"
    with pytest.raises(TableError, match=message):
        read_any_table(tracks, metrics=measured, on="id", label="genre")
    measured.write_text("id,tempo\n1,fast\n2,slow\n")
    with pytest.raises(TableError, match=r"m\.csv: no column of numbers to learn from"):
        read_any_table(tracks, metrics=measured, on="id")


def test_the_id_may_be_left_open_where_there_is_only_one(write):
    tracks = write("id,genre\n1,a\n")
    assert read_any_table(tracks, metrics=write("id,energy\n1,2\n", "m.csv")).on == "id"
    with pytest.raises(ParameterError, match=r"both files have id, genre; say with --on"):
        read_any_table(tracks, metrics=write("id,energy,genre\n1,2,a\n", "m.csv"))
    with pytest.raises(ParameterError, match=r"no column in common; say with --on"):
        read_any_table(tracks, metrics=write("track,energy\n1,2\n", "m.csv"))
    with pytest.raises(TableError, match=r"m\.csv has no column 'id'; it has track, energy"):
        read_any_table(tracks, metrics=tracks.parent / "m.csv", on="id")
    message = r"no id is in both files: .*table\.csv has '1', .*m\.csv has '7'"
    with pytest.raises(TableError, match=message):
        read_any_table(tracks, metrics=write("id,energy\n7,2\n", "m.csv"))


def test_names_of_rows_are_ids_where_no_column_is(write):
    frame = metrics().set_index("track_id")
    tracks = write(metadata().to_csv(index=False))
    for orientation in ("columns", "index", "split"):
        path = write(frame.to_json(orient=orientation), "m.json")
        table = read_any_table(tracks, metrics=path, on="track_id", columns=["energy"])
        assert table.frame["track_id"].tolist() == list(range(1, 41))
        np.testing.assert_allclose(table.frame["energy"], frame["energy"].sort_index(), atol=1e-9)
    # Numbers from 0 only count rows.
    path = write(frame.reset_index(drop=True).to_json(), "m.json")
    with pytest.raises(TableError, match="has no column 'track_id'"):
        read_any_table(tracks, metrics=path, on="track_id")


def test_types_are_coerced_aloud_where_it_is_clear_what_is_meant(write):
    rows = [{"x": 1, "y": "2.5", "z": 1}, {"x": "2", "y": "3", "z": "NA"}, {"x": 3, "z": "n/a"}]
    table = read_any_table(write(rows, "m.json"))
    np.testing.assert_array_equal(table.X, [[1, 2.5, 1], [2, 3, np.nan], [3, np.nan, np.nan]])
    assert list(map(str, table.coerced)) == [
        "m.json, column x: 1 value written as text, and read as numbers",
        "m.json, column y: 2 values written as text, and read as numbers",
        "m.json, column z: 2 values said 'NA', 'n/a', and count as missing",
    ]
    assert read_any_table(write("x,y\n1,nan\n2,3\n")).coerced[0].rows == 1


def test_numbers_among_text_are_text_and_text_among_numbers_is_refused(write):
    table = read_any_table(write("x,title\n1,7\n2,a\n3,b\n"))
    assert table.frame["title"].tolist() == ["7", "a", "b"]
    assert why(table) == {"title": "2 of 3 values are no numbers: row 3 says 'a'"}
    assert why(read_any_table(write("x,title\n1,7\n2,a\n"))).keys() == {"title"}
    mixed = write("x,tempo\n1,7\n2,a\n3,8\n")
    with pytest.raises(TableError, match=r"table\.csv, column tempo: 1 of 3 .* row 3 says 'a', an"):
        read_any_table(mixed)
    assert read_any_table(mixed, columns=["x"]).features == ("x",)
    with pytest.raises(TableError, match=r"column tempo: these are no numbers \(row 3 says 'a'\)"):
        read_any_table(mixed, columns=["tempo"])
    text = write('[{"tempo": 7}, {"tempo": "fast"}, {"tempo": 8}]', "m.json")
    with pytest.raises(TableError, match=r"m\.json, column tempo: .* row 2 says 'fast'"):
        read_any_table(text)


@pytest.mark.parametrize("value", ["inf", "-Infinity", "1e999"])
def test_infinite_values_are_refused(write, value):
    message = r"row 3, column energy: .* is not a finite number \(1 such in the column\)"
    with pytest.raises(TableError, match=message):
        read_any_table(write(f"energy\n1\n{value}\n"))
    token = value.replace("inf", "Infinity") if value == "inf" else value
    text = write('[{"energy": 1}, {}, {"energy": VALUE}]'.replace("VALUE", token), "m.json")
    with pytest.raises(TableError, match=r"m\.json, row 3, column energy: -?inf is not a finite"):
        read_any_table(text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([{"x": 1, "title": "a"}, {"x": 2, "title": "b\ud83d"}], "row 2, column title: 'b.ud83d'"),
        ([{"x": 1, "genre": "\udce9"}], "row 1, column genre: '.udce9'"),
        ([{"x": 1, "tags": [{"\ud800": 1}]}], "row 1, column tags: "),
        ([{"x\ud800": 1}], "the name 'x.ud800'"),
        ({"x": {"a": 1, "b\ud800": 2}, "y": {"a": 1, "b\ud800": 2}}, "the name 'b.ud800'"),
    ],
)
def test_half_a_sign_is_refused_where_it_stands(write, value, words):
    # UTF-8 cannot say it: a page, a digest or a library would fail on it later.
    with pytest.raises(TableError, match=rf"m\.json(, |: ){words}.* is no text in UTF-8"):
        read_any_table(write(value, "m.json"), on="y" if isinstance(value, dict) else None)


def test_a_whole_sign_beyond_sixteen_bits_is_text(write):
    table = read_any_table(write([{"x": 1, "title": "\U0001f3b5"}], "m.json"), on="title")
    assert table.recordings.tolist() == ["\U0001f3b5"]


def test_nested_values_truths_and_empty_columns_are_no_features(write):
    rows = [
        {"x": 1, "tags": [1, 2], "live": True, "none": None, "odd": {"a": 1}, "word": "nan"},
        {"x": 2, "tags": [], "live": False, "none": None, "odd": 3, "word": "inf"},
    ]
    table = read_any_table(write(rows, "m.json"), columns=["x"])
    assert why(table) == {
        "tags": "nested values",
        "live": "true or false",
        "none": "no value at all",
        "odd": "1 of 2 values are no numbers: row 1 says {'a': 1}",
        "word": "text",
    }
    assert table.frame["tags"].tolist() == ["[1, 2]", "[]"]
    assert table.frame["live"].tolist() == ["true", "false"]


def test_what_names_and_numbers_rows_is_no_feature(write):
    text = ",track_id,filename,length,start,energy\n0,5,001,9,0,1\n1,6,002,9,1,2\n"
    table = read_any_table(write(text))
    assert table.features == ("energy",)
    assert why(table) == {
        "column 1": "has no name",
        "track_id": "called an id",
        "filename": "names recordings",
        "length": "a place in a recording",
        "start": "a place in a recording",
    }
    assert table.recordings.tolist() == ["001", "002"]
    assert table.notes[-1] == "no features: length, start (a place in a recording)"
    assert read_any_table(write(text), columns=["track_id"]).features == ("track_id",)


def test_columns_that_are_asked_for_must_be_there_and_be_one_thing(write):
    path = write("id,energy,genre\n1,2,a\n")
    with pytest.raises(ParameterError, match=r"no column 'tempo' to learn from; .* energy"):
        read_any_table(path, on="id", label="genre", columns=["tempo"])
    with pytest.raises(TableError, match=r"no column 'style' .* has id, energy, genre"):
        read_any_table(path, label="style")
    with pytest.raises(ParameterError, match="both the id and the label"):
        read_any_table(path, label="id", on="id")
    with pytest.raises(ParameterError, match="'genre' is the id or the label"):
        read_any_table(path, label="genre", columns=["genre"])
    with pytest.raises(TableError, match=r"column genre: these are no numbers \(it holds text\)"):
        read_any_table(path, columns=["genre"])


def test_labels_are_text_and_may_be_missing(write):
    rows = [{"x": 1, "label": 3.0}, {"x": 2, "label": None}, {"x": 3, "label": "NA"}]
    table = read_any_table(write([*rows, {"x": 4, "label": "nan"}], "m.json"))
    assert table.labels.tolist() == ["3", None, "NA", None]
    dataset = dataset_of_any(table)
    assert (dataset.y.tolist(), dataset.unlabelled) == (["3", "NA"], 2)
    assert dataset.names.tolist() == ["row 1", "row 3"]
    with pytest.raises(TableError, match=r"no column 'label'; say which column .* with --label"):
        dataset_of_any(read_any_table(write("x\n1\n")))
    with pytest.raises(TableError, match=r"column label: no row has a label"):
        dataset_of_any(read_any_table(write("x,label\n1,\n")))


def test_missing_values_are_refused_dropped_or_kept(write):
    path = write("id,x,y,label\n1,1,,a\n2,,,b\n3,1,2,a\n4,,,\n5,3,4,b\n")
    table = read_any_table(path, on="id")
    message = r"2 of 4 labelled rows lack a feature \(y in 2, x in 1; the first is 1\)"
    with pytest.raises(TableError, match=f"{message}; leave these rows out with --missing drop"):
        dataset_of_any(table)
    dropped = dataset_of_any(table, missing="drop")
    assert dropped.X.tolist() == [[1, 2], [3, 4]]
    assert (dropped.names.tolist(), dropped.unlabelled, dropped.incomplete) == (["3", "5"], 1, 2)
    kept = dataset_of_any(table, missing="keep")
    assert (kept.X.shape, np.isnan(kept.X).sum(), kept.incomplete) == ((4, 2), 3, 0)
    assert len(dataset_of_any(read_any_table(path, columns=["x"]), missing="drop")) == 3
    with pytest.raises(ParameterError, match="unknown way 'guess'"):
        dataset_of_any(table, missing="guess")
    with pytest.raises(TableError, match="every labelled row lacks a feature"):
        dataset_of_any(read_any_table(write("x,y,label\n1,,a\n,2,b\n")), missing="drop")
    with pytest.raises(TableError, match=r"nothing can be learned from row 2: its x is 1e\+40"):
        dataset_of_any(read_any_table(write("x,label\n1e40,a\n")))


def test_groups_may_be_a_column(joined):
    groups = resolve_groups("artist", table=joined)
    dataset = dataset_of_any(joined, groups=groups)
    assert dataset.grouping == "artist"
    assert dataset.groups[0] == "artist Rock artist 1"
    with pytest.raises(TableError, match=r"it has track_id, title, artist, genre_top, listens\)"):
        resolve_groups("energy", table=joined)


def test_a_feature_table_gives_the_same_rows_this_way(write):
    path = write(table_text(feature_table(3, segments=2).frame), "features.csv")
    table, expected = read_any_table(path), dataset_of(read_table(path))
    assert (table.schema, table.label, table.features) == (GTZAN57, "label", GTZAN57.columns)
    found = dataset_of_any(table)
    np.testing.assert_array_equal(found.X, expected.X)
    for name in ("y", "groups", "names", "lengths"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()
    some = read_any_table(path, columns=["tempo"])
    assert (some.schema, dataset_of_any(some).lengths) == (None, None)
    frame = read_any_table(path).frame.assign(length=[0, *[1] * 17])
    assert dataset_of_any(dataclasses.replace(table, frame=frame)).lengths is None
    frame = frame.assign(length=[np.nan, *[1] * 17])
    assert dataset_of_any(dataclasses.replace(table, frame=frame)).lengths is None


def test_a_manifest_of_another_recipe_is_refused(write):
    path = write(table_text(feature_table().frame), "features.csv")
    manifest = Manifest(GTZAN57.as_dict() | {"version": 0}, Segmentation(), {}, {}, {})
    manifest_path(path).write_text(manifest.to_json())
    with pytest.raises(TableError, match="made by another recipe"):
        read_any_table(path)


def test_the_digest_tells_tables_apart(write):
    path = write("x,y,label\n1,2,a\n")
    one = read_any_table(path)
    assert one.digest == read_any_table(path).digest
    assert one.digest != read_any_table(path, columns=["x"]).digest
    assert one.digest != read_any_table(path, label="label", on="y").digest
    assert json_text(one.frame, orientation="records") == '[{"x": 1, "y": 2, "label": "a"}]'


def test_the_echonest_metrics_of_rock_and_hip_hop(data_folder):
    folder = data_folder / "track_metrics"
    if not folder.is_dir():
        pytest.skip("GENRE_AUDIO_DATA holds no track_metrics")
    table = read_any_table(
        folder / "fma-rock-vs-hiphop.csv",
        metrics=folder / "echonest-metrics.json",
        on="track_id",
        label="genre_top",
    )
    assert table.frame["genre_top"].value_counts().to_dict() == {"Rock": 3892, "Hip-Hop": 910}
    assert len(table.features) == 8
    assert (table.joined.table.rows, table.joined.metrics.rows) == (17734, 13129)
    assert (table.joined.table.unmatched, table.joined.metrics.unmatched) == (12932, 8327)
    expected = pd.read_csv(folder / "fma-rock-vs-hiphop.csv").merge(
        pd.read_json(folder / "echonest-metrics.json", precise_float=True), on="track_id"
    )
    np.testing.assert_array_equal(table.X, expected[list(table.features)].to_numpy())
    dataset = dataset_of_any(table)
    assert (len(dataset), dataset.unlabelled, dataset.incomplete) == (4802, 0, 0)
