"""``genre-audio explore``: tables and recordings, results that parse, errors in words."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.cli.pairs import pairs_of, split_pairs
from genre_audio.errors import ParameterError
from genre_audio.tables import table_text
from pages import check_page, elements, table, words
from sample_pages import sample_frame
from sample_tables import feature_table
from signals import music, silence


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["explore", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


@pytest.fixture
def tracks():
    """Two files that are to be joined: genres in one, numbers in the other."""
    frame = sample_frame(rows=80, columns=4, genres=("Rock", "Hip-Hop"))
    frame.columns = ["energy", "tempo", "valence", "speech", "genre", "name"]
    frame["track"] = np.arange(80) + 100
    frame[["track", "genre"]].to_csv("tracks.csv", index=False)
    numbers = frame[["track", "energy", "tempo", "valence", "speech"]][:-5]
    Path("metrics.json").write_text(numbers.to_json())
    return frame


JOINED = ("tracks.csv", "--metrics", "metrics.json", "--on", "track", "--label", "genre")


# Tables ----------------------------------------------------------------------------------


def test_a_table_is_told_in_words_and_tables(tracks):
    result = run(*JOINED)
    assert result.stdout.startswith("75 rows with 4 features; 74 rows are complete.\n")
    for title in ("Features", "Genres", "Equal rows", "Principal components"):
        assert f"\n{title}\n" in result.stdout
    assert "Strongest correlations by Spearman" in result.stdout
    assert "75 rows of tracks.csv and metrics.json match on track" in result.stderr
    assert "match" not in result.stdout


def test_everything_is_in_json(tracks):
    said = json.loads(run(*JOINED, "--json").stdout)
    assert said["table"]["features"] == ["energy", "tempo", "valence", "speech"]
    assert said["table"]["joined"]["matched"] == 75
    assert said["overview"]["rows"] == 75
    assert {each["label"]: each["count"] for each in said["classes"]["counts"]} == {
        "Rock": 38,
        "Hip-Hop": 37,
    }
    assert np.shape(said["correlations"]["pearson"]) == (4, 4)
    assert said["findings"][0].startswith("75 rows")


def test_features_may_be_chosen(tracks):
    said = json.loads(run(*JOINED, "--columns", "tempo,speech", "--json").stdout)
    assert said["features"] == ["tempo", "speech"]


def test_a_page_is_written_and_the_result_goes_to_a_file(tracks):
    result = run(*JOINED, "--report", "page.html", "-o", "found.txt")
    assert result.stdout == ""
    assert "the page is page.html" in result.stderr
    assert Path("found.txt").read_text().startswith("75 rows")
    page = check_page(Path("page.html").read_text())
    assert words(elements(page, "h1")[0]) == "What is in tracks.csv"
    assert "75 rows of tracks.csv and metrics.json match on track" in words(page)
    assert [row[0] for row in table(page, "features")[1:]] == [
        "energy", "tempo", "valence", "speech",
    ]  # fmt: skip
    origin = [words(each) for each in elements(elements(page, "dl")[-1], "dd")]
    assert {"file: tracks.csv", "metrics: metrics.json"} <= set(origin)


def test_pairs_are_drawn_and_no_others(tracks):
    run(*JOINED, "--pair", "energy", "speech", "--report", "page.html", "--pair", "tempo", "energy")
    page = check_page(Path("page.html").read_text())
    titles = [words(elements(svg, "title")[0]) for svg in elements(page, "svg")]
    assert [t for t in titles if " against " in t] == [
        "speech against energy",
        "energy against tempo",
    ]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (("--pair", "energy", "loudness"), "'loudness' is none; there are energy, tempo"),
        (("--pair", "energy", "energy"), "two different"),
        (("--pair", "energy"), "--pair takes two features"),
        (("--pair", "energy", "--json"), "--pair takes two features"),
        (("--pair=energy",), "--pair takes two features"),
    ],
)
def test_pairs_that_are_none_are_refused(tracks, pairs, said):
    result = run(*JOINED, *pairs, code=2)
    assert said in result.stderr
    assert result.stdout == ""


def test_pairs_become_an_option_of_each_name():
    words_in = ["a.csv", "--pair", "x", "y", "--json", "--", "--pair"]
    assert split_pairs(words_in) == [
        "a.csv",
        "--pair",
        "x",
        "--pair",
        "y",
        "--json",
        "--",
        "--pair",
    ]
    assert pairs_of(["x", "y", "y", "z"]) == [("x", "y"), ("y", "z")]
    assert pairs_of(None) == []
    with pytest.raises(ParameterError, match="two"):
        pairs_of(["x"])


@pytest.mark.parametrize("name", ["features.csv", "table.jsonl", "table.json", "table.csv.gz"])
def test_endings_of_tables(name):
    frame = feature_table(4).frame
    path = Path(name)
    if name.endswith("csv"):
        path.write_text(table_text(frame))
    elif name.endswith("gz"):
        path.write_bytes(gzip.compress(table_text(frame).encode()))
    else:
        frame.to_json(path, orient="records", lines=name.endswith("l"))
    found = json.loads(run(name, "--json").stdout)
    assert len(found["features"]) == 57
    assert found["table"]["schema"].startswith("gtzan57 version")


def test_a_folder_stands_for_its_table():
    Path("songs").mkdir()
    Path("songs/features.csv").write_text(table_text(feature_table(4).frame))
    assert run("songs").stdout.startswith("12 rows with 57 features")


def test_a_table_without_labels_can_be_looked_at():
    frame = feature_table(4).frame.drop(columns="label")
    Path("features.csv").write_text(table_text(frame))
    result = run("features.csv", "--report", "page.html")
    assert "Genres" not in result.stdout.splitlines()
    check_page(Path("page.html").read_text())


def test_a_table_that_is_not_there():
    assert "there is no table 'no.csv'" in run("no.csv", code=1).stderr


def test_a_folder_is_no_place_for_a_page(tracks):
    assert "is a folder" in run(*JOINED, "--report", ".", code=2).stderr


# Recordings ------------------------------------------------------------------------------


@pytest.fixture
def tape():
    soundfile.write("tape.flac", np.concatenate([music(30.0), silence(30.0)]), 22050)
    return "tape.flac"


def test_a_recording_is_told_in_words(tape):
    result = run(tape)
    assert result.stdout.startswith("tape.flac\n60.0 s, 1 channel, 22,050 Hz")
    assert "silent" in result.stdout
    assert result.stderr == ""


def test_a_recording_in_json_and_as_a_page(tape):
    result = run(tape, "--json", "--report", "tape.html", "-o", "tape.json")
    assert result.stdout == ""
    said = json.loads(Path("tape.json").read_text())
    assert said["quality"]["seconds"] == 60.0
    assert [each["kind"] for each in said["refused"]] == ["silent"]
    page = check_page(Path("tape.html").read_text())
    assert len(elements(page, "svg")) == 2


@pytest.mark.parametrize(
    "options",
    [("--metrics", "tape.flac"), ("--on", "id"), ("--label", "genre"), ("--columns", "a"),
     ("--pair", "a", "b")],
)  # fmt: skip
def test_what_is_for_tables_is_refused_for_recordings(tape, options):
    said = run(tape, *options, code=2).stderr
    assert f"{options[0]} is for tables" in said


def test_what_is_neither_is_refused():
    Path("notes.txt").write_text("not audio")
    assert "not one that libsndfile reads" in run("notes.txt", code=1).stderr
    assert "No such file" in run("nowhere.wav", code=1).stderr


def test_a_result_never_overwrites_what_it_was_made_from(tracks):
    before = [Path(name).read_bytes() for name in ("tracks.csv", "metrics.json")]
    for place in ("tracks.csv", "./metrics.json"):
        for option in ("--report", "-o"):
            assert "is read, and would be lost" in run(*JOINED, option, place, code=2).stderr
    assert [Path(name).read_bytes() for name in ("tracks.csv", "metrics.json")] == before
    same = run(*JOINED, "--report", "one.html", "-o", "one.html", code=2)
    assert "is named for two results" in same.stderr
    Path("features.csv").write_text(table_text(feature_table().frame))
    assert "would be lost" in run(".", "-o", "features.csv", code=2).stderr


def test_rows_are_told_by_where_they_stand_in_the_file():
    rows = ["tempo,energy,label", *(f"{90 + k},{k * k % 7},a" for k in range(20)), "90,0,b"]
    Path("rows.csv").write_text("\n".join(rows) + "\n")
    # The first row of numbers is the second of the file, as in messages about what is wrong.
    assert "row 2 (a) = row 22 (b)" in run("rows.csv").stdout


@pytest.mark.parametrize("scale", [1e308, 1e300, 1e-300, 5e-324])
def test_numbers_of_any_size_are_drawn(scale):
    frame = sample_frame(rows=40, columns=3, genres=("Rock", "Hip-Hop"))
    frame.columns = ["energy", "tempo", "valence", "label", "name"]
    frame["tempo"] = np.tanh(frame["tempo"]) * scale
    frame.to_csv("huge.csv", index=False)
    said = run("huge.csv", "--pair", "tempo", "energy", "--report", "page.html").stdout
    check_page(Path("page.html").read_text())
    # Numbers of 300 digits are no numbers to read.
    assert max(map(len, said.splitlines())) < 200


# Speed of help ---------------------------------------------------------------------------


def test_help_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from genre_audio.cli import app\n"
        "result = CliRunner().invoke(app, ['explore', '--help'])\n"
        "assert result.exit_code == 0 and '--pair A B' in result.stdout, result.output\n"
        "heavy = {'numpy', 'pandas', 'matplotlib', 'librosa', 'sklearn', 'scipy', 'jinja2'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Real tables -----------------------------------------------------------------------------


def test_rock_and_hip_hop(data_folder):
    folder = data_folder / "track_metrics"
    if not folder.is_dir():
        pytest.skip("GENRE_AUDIO_DATA holds no track_metrics")
    said = json.loads(
        run(
            folder / "fma-rock-vs-hiphop.csv",
            "--metrics", folder / "echonest-metrics.json",
            "--on", "track_id", "--label", "genre_top", "--json", "--report", "page.html",
        ).stdout
    )  # fmt: skip
    assert {each["label"]: each["count"] for each in said["classes"]["counts"]} == {
        "Rock": 3892,
        "Hip-Hop": 910,
    }
    # As they were published with the table, to three decimals.
    published = [0.243, 0.423, 0.560, 0.690, 0.800, 0.883, 0.953, 1.0]
    np.testing.assert_allclose(said["components"]["cumulative"], published, atol=0.5e-3)
    text = Path("page.html").read_text()
    check_page(text)
    assert len(text.encode()) < 2_000_000


def test_gtzan(gtzan_data):
    result = run(
        gtzan_data / "features_30_sec.csv",
        "--pair", "spectral_centroid_mean", "rolloff_mean", "--json", "--report", "page.html",
    )  # fmt: skip
    said = json.loads(result.stdout)
    assert len(said["duplicates"]["groups"]) == 14
    strongest = [{p["first"], p["second"]} for p in said["correlations"]["by_pearson"][:3]]
    assert {"spectral_centroid_mean", "rolloff_mean"} in strongest
    assert {"spectral_centroid_mean", "mfcc2_mean"} in strongest
    text = Path("page.html").read_text()
    page = check_page(text)
    assert len(table(page, "copies")) == 1 + 14
    assert "1 of the groups has more than one label." in words(page)
    assert len(text.encode()) < 2_000_000
