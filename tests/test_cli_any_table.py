"""Tables of any origin on the command line: joined, said, scored, or refused by name."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.cli.any_table import column_names, table_file
from genre_audio.config import Segmentation
from genre_audio.errors import ParameterError, TableError
from genre_audio.features import GTZAN57
from genre_audio.tables import Manifest, read_any_table, table_text
from genre_audio.tables.manifest import manifest_path
from sample_metrics import METRICS, json_text, metadata, metrics, write_pair
from sample_tables import feature_table

pytestmark = pytest.mark.usefixtures("home", "shipped")
JOIN = ("tracks.csv", "--metrics", "metrics.json", "--on", "track_id", "--label", "genre_top")
QUICK = ("--learners", "qda", "--budget", "none", "--folds", "2", "-j", "1")


@pytest.fixture(autouse=True)
def pair(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GENRE_AUDIO_DATA", raising=False)
    return write_pair(Path())


def run(*arguments, code=0):
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


@pytest.fixture
def asked(monkeypatch):
    """Nothing is fitted: what `evaluate` was asked for."""
    calls = []

    def evaluate_procedures(procedures, dataset, **how):
        calls.append((procedures, dataset, how))
        return [], []

    monkeypatch.setattr("genre_audio.evaluation.evaluate_procedures", evaluate_procedures)
    monkeypatch.setattr("genre_audio.reporting.evaluations_text", lambda *_, **__: "")
    return calls


def test_metadata_and_metrics_are_joined_said_and_scored():
    result = run("evaluate", *JOIN, "--protocol", "stratified", *QUICK, "-f", "json")
    (said,) = json.loads(result.stdout)["evaluations"]
    # Means are three standard deviations apart in three columns.
    assert said["accuracy"] > 0.9
    assert "40 rows of tracks.csv and metrics.json match on track_id" in result.stderr
    assert "no features: title, artist, genre_top" not in result.stderr  # the label is the label
    assert "no features: title, artist, listens (of tracks.csv, not of the" in result.stderr


def test_what_is_asked_for_arrives(asked):
    run("evaluate", *JOIN, "--columns", "energy, valence", "--groups", "artist", "--folds", "2")
    ((procedure,), dataset, _) = asked[0]
    assert dataset.columns == ("energy", "valence")
    assert (len(dataset), dataset.grouping) == (40, "artist")
    # What columns of another origin mean is not known: they are taken as they are.
    assert (procedure.level_invariant, procedure.named_columns) == (False, False)
    stack = procedure.make(columns=dataset.columns)
    assert stack.columns is None
    run("evaluate", *JOIN, "--folds", "2", "--absolute-level")
    assert asked[1][1].columns == METRICS


def test_columns_that_only_share_a_name_with_a_feature_are_taken_as_they_are():
    frame = metrics().rename(columns={"energy": "tempo", "valence": "valence_var"})
    frame["harmony_mean"] = frame.pop("danceability")
    frame["label"] = np.where(frame["track_id"] % 4 == 0, "Hip-Hop", "Rock")
    Path("odd.json").write_text(json_text(frame, orientation="split"))
    # As logarithms, negative tempi and variances would all be one.
    result = run("evaluate", "odd.json", "--protocol", "stratified", *QUICK, "-f", "json")
    (odd,) = json.loads(result.stdout)["evaluations"]
    result = run("evaluate", *JOIN, "--protocol", "stratified", *QUICK, "-f", "json")
    (same,) = json.loads(result.stdout)["evaluations"]
    assert odd["accuracy"] == pytest.approx(same["accuracy"], abs=0.05)  # rows in other order


def test_a_feature_table_is_read_as_ever_unless_more_is_asked_for(asked):
    frame = feature_table().frame.assign(style=lambda f: f["label"].str.upper())
    Path("features.csv").write_text(table_text(frame))
    assert "no manifest; its segments seem to last 30 s" in run("evaluate").stderr
    run("evaluate", ".", "--label", "label", "--segment-seconds", "5")
    run("evaluate", "--label", "style")
    Path("f.json").write_text(json_text(frame, orientation="columns"))
    run("evaluate", "f.json")
    run("evaluate", "--columns", "tempo,rms_mean")
    known = [procedures[0].level_invariant for procedures, *_ in asked]
    assert known == [True, True, True, True, False]
    assert [set(data.y) for _, data, _ in asked][2] == {"JAZZ", "METAL", "POLKA"}
    np.testing.assert_array_equal(asked[3][1].X, asked[0][1].X)
    assert asked[4][1].columns == ("tempo", "rms_mean")


def test_rows_that_lack_something_are_refused_or_counted(asked):
    frame = metrics().assign(label="a")
    frame.loc[3, "energy"] = np.nan
    frame.loc[5, "label"] = None
    Path("gaps.csv").write_text(frame.to_csv(index=False))
    said = run("evaluate", "gaps.csv", "--on", "track_id", code=1).stderr
    assert "1 of 39 labelled rows lack a feature (energy in 1; the first is" in said
    said = run("evaluate", "gaps.csv", "--on", "track_id", "--missing", "drop").stderr
    assert "1 rows without a label are left out\n1 labelled rows that lack a feature" in said
    assert len(asked[-1][1]) == 38


def test_the_page_says_where_the_rows_come_from(asked, monkeypatch):
    origins = []
    module = types.SimpleNamespace(
        evaluation_page=lambda *_, provenance, **__: origins.append(provenance) or "<html>"
    )
    monkeypatch.setitem(sys.modules, "genre_audio.reporting.evaluation_page", module)
    run("evaluate", *JOIN, "--report", "page.html")
    table = read_any_table(*map(Path, JOIN[:1]), metrics=Path("metrics.json"), label="genre_top")
    assert origins[0]["Table"] == {
        "file": "tracks.csv",
        "digest": table.digest,
        "metrics": "metrics.json",
        "label": "genre_top",
        "features": "danceability, energy, valence",
        "labelled rows": 40,
    }
    assert origins[0]["Learners"] == ["stack: budget small, seed 0, level kept"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nowhere.json",), 1, "there is no table 'nowhere.json'"),
        (("s3://archive/f.csv",), 1, "and s3:/archive/f.csv is a URL: download it first"),
        (("tracks.csv", "--metrics", "x.json"), 1, "there is no file 'x.json' of metrics"),
        (("tracks.csv", "--label", "style"), 1, "no column 'style' to take labels from"),
        (("tracks.csv",), 1, "say which column holds the genres, with --label"),
        (("tracks.csv", "--columns", ", "), 2, "--columns names no column"),
        (("tracks.csv", "--columns", "tempo"), 2, "no column 'tempo' to learn from"),
        (("tracks.csv", "--segment-seconds", "5"), 2, "says nothing to a table that is no feat"),
        ((*JOIN, "--groups", "singer"), 1, "nor a column of the table (it has track_id, title"),
        ((*JOIN, "--missing", "guess"), 2, "Invalid value for '--missing'"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, code, message):
    said = run("evaluate", *arguments, code=code).stderr
    assert message in " ".join(said.split())


@pytest.mark.parametrize("name", ["tracks.csv", "metrics.json"])
def test_retrain_takes_only_feature_tables(name):
    said = run("retrain", name, code=1).stderr
    assert f"{name} is not a feature table: for the schema gtzan57 it lacks 57 of 57" in said
    assert "'retrain' and 'predict' take nothing else" in said
    assert "ask 'explore', 'compare' or 'evaluate', which take any table" in said


@pytest.mark.parametrize("command", [("evaluate",), ("retrain",), ("predict", "--table")])
def test_a_table_without_rows_is_called_one(command):
    frame = feature_table().frame.iloc[:0]
    Path("features.csv").write_text(table_text(frame))
    assert "names columns and has no rows" in run(*command, "features.csv", code=1).stderr
    manifest = Manifest(GTZAN57.as_dict(), Segmentation(), {}, {}, {})
    manifest_path(Path("features.csv")).write_text(manifest.to_json())
    assert "names columns and has no rows" in run(*command, "features.csv", code=1).stderr


@pytest.mark.parametrize("text", ["track_id,energy,label\n", '{"columns": ["a"], "data": []}'])
def test_so_is_any_other(text):
    Path("empty").write_text(text)
    assert "empty names columns and has no rows" in run("evaluate", "empty", code=1).stderr


def test_names_of_columns_and_of_files(tmp_path):
    assert column_names(None) is None
    assert column_names(" a,b c ,") == ("a", "b c")
    with pytest.raises(ParameterError):
        column_names("")
    assert table_file(Path("tracks.csv")) == Path("tracks.csv")
    with pytest.raises(TableError, match=r"features\.csv'"):
        table_file(tmp_path)
    assert metadata().shape == (40, 5)
