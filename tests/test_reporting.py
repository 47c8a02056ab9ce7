"""Results as text: aligned for eyes, parsed back by csv and json."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import numpy as np
import pytest
from rich.cells import cell_len

from genre_audio.evaluation import Evaluation
from genre_audio.features import GTZAN57
from genre_audio.prediction import ContentTimeline, Prediction, SegmentPrediction, Stretch
from genre_audio.reporting import FORMATS, predictions_text, scores_text
from genre_audio.reporting.models import models_text
from genre_audio.reporting.text_table import text_table
from genre_audio.segment import Refused
from genre_audio.training import ModelEntry
from genre_audio.training.description import read_info

NAMES = ["a.wav", "日本/歌.flac", 'with, comma and "quotes".mp3', "tape 1/ñandú.wav"]


def prediction(name, *probabilities, percentile=50.0, segments=2):
    genres = dict(zip(("jazz", "metal", "polka"), probabilities, strict=True))
    parts = tuple(SegmentPrediction(30.0 * k, 30.0 * (k + 1), genres) for k in range(segments))
    refused = (Refused(60.0, 90.0, "silent", "digital silence"),)
    return Prediction(name, genres, parts, refused, percentile, percentile > 95)


@pytest.fixture
def predictions():
    return [
        prediction(NAMES[0], 0.7, 0.2, 0.1),
        prediction(NAMES[1], 0.25, 0.25, 0.5, percentile=97.4),
        prediction(NAMES[2], 1 / 3, 1 / 3, 1 / 3, percentile=100.0, segments=1),
        prediction(NAMES[3], 0.0, 1.0, 0.0, segments=3),
    ]


def starts_of(cell, lines):
    """In which column of the terminal a text stands, in each line that has it."""
    return {cell_len(line[: line.index(cell)]) for line in lines if cell in line}


def test_columns_are_aligned_on_the_terminal():
    rows = [["a", "1", "x"], ["日本語", "10", "x"], ["e\u0301t\u00e9", "100", "x"], ["", "", "x"]]
    lines = text_table(rows, header=["name", "n", "end"], right=[1]).splitlines()
    assert starts_of("x", lines) == {cell_len("日本語") + 2 + 3 + 2}
    numbers = zip(("1", "10", "100"), lines[1:4], strict=True)
    ends = {starts_of(number, [line]).pop() + len(number) for number, line in numbers}
    assert len(ends) == 1, "numbers stand flush right"


def test_lines_have_no_spaces_at_their_ends():
    text = text_table([["a", ""], ["long name", ""]], header=["name", "remark"])
    assert text == "name       remark\na\nlong name\n"


def test_a_name_cannot_break_its_line_or_reach_the_terminal():
    text = text_table([["line\nfeed\x1b[2J\x9b.wav", "1"], ["ñ 歌\u00a0.wav", "2"]])
    first, second = text.splitlines()
    assert first == r"line\x0afeed\x1b[2J\x9b.wav  1"
    assert second.startswith("ñ 歌\u00a0.wav")


def test_nothing_is_no_line():
    assert text_table([]) == ""
    assert text_table([], header=["a", "b"]) == "a  b\n"


def test_rows_of_different_lengths_are_an_error():
    with pytest.raises(ValueError, match="shorter"):
        text_table([["a", "b"], ["c"]])


def test_one_line_for_each_recording(predictions):
    lines = predictions_text(predictions).splitlines()
    assert len(lines) == 4
    for name, line in zip(NAMES, lines, strict=True):
        assert line.startswith(name)
    assert lines[0].split()[1:] == ["jazz", "0.70", "metal", "0.20", "polka", "0.10"]
    assert lines[1].endswith("farther out than 97 % of the training recordings")
    assert lines[2].endswith("farther out than all of the training recordings")
    assert lines[3].endswith("polka 0.00")


def test_what_is_not_ruled_out(predictions):
    left = [("jazz", "metal"), ("polka",), ("jazz", "metal", "polka"), None]
    said = [
        dataclasses.replace(p, genres_not_ruled_out=genres, coverage=genres and 0.9)
        for p, genres in zip(predictions, left, strict=True)
    ]
    lines = predictions_text(said).splitlines()
    assert lines[0].endswith("polka 0.10  not ruled out: jazz, metal")
    assert "not ruled out: polka  " in lines[1]
    assert lines[1].endswith(
        "farther out than 97 % of the training recordings: not guaranteed here"
    )
    assert "no genre ruled out" in lines[2]
    # A model of song functions has the task of telling genres as well.
    mine = {"healing": 0.6, "lullaby": 0.4}
    own = dataclasses.replace(said[2], probabilities=mine, genres_not_ruled_out=tuple(mine))
    assert "no label ruled out" in predictions_text([own])
    assert lines[3].endswith("polka 0.00")
    rows = read_csv(predictions_text(said, form="csv"))
    cells = [(row["genres_not_ruled_out"], row["coverage"]) for row in rows]
    assert cells == [("jazz;metal", "0.9"), ("polka", "0.9"), ("jazz;metal;polka", "0.9"), ("", "")]
    found = json.loads(predictions_text(said, form="json"))
    assert [p["genres_not_ruled_out"] for p in found] == [g and list(g) for g in left]
    assert [p["coverage_guaranteed"] for p in found] == [True, False, False, None]


def test_what_is_too_short_to_tell(predictions):
    short = (SegmentPrediction(0.0, 2.9, predictions[0].probabilities),)
    said = dataclasses.replace(predictions[0], segments=short)
    assert said.too_short_to_tell
    assert "too short to tell whether it is like" in predictions_text([said])
    assert read_csv(predictions_text([said], form="csv"))[0]["too_short_to_tell"] == "true"
    assert json.loads(predictions_text([said], form="json"))[0]["too_short_to_tell"]
    flagged = dataclasses.replace(said, unlike=True)
    assert not flagged.too_short_to_tell
    assert "too short" not in predictions_text([flagged])
    parts = (*short, SegmentPrediction(2.9, 3.0, predictions[0].probabilities))
    assert not dataclasses.replace(said, segments=parts).too_short_to_tell


def test_what_sounds_like_no_music_has_a_remark(predictions):
    parts = (Stretch(0.0, 57.0, "speech", 0.9), Stretch(57.0, 60.0, "instrumental", 0.9))
    talk, unlike = (
        dataclasses.replace(each, refused=(), content=ContentTimeline(parts))
        for each in predictions[:2]
    )
    remark = "sounds like speech rather than music (5 % music heard)"
    assert predictions_text([talk]).rstrip().endswith(remark)
    far = "farther out than 97 % of the training recordings"
    assert predictions_text([unlike]).rstrip().endswith(f"{remark}; {far}")


@pytest.mark.parametrize(("k", "shown"), [(1, 1), (2, 2), (3, 3), (10, 3)])
@pytest.mark.parametrize("segments", [False, True])
def test_the_table_names_k_genres(predictions, k, shown, segments):
    first = predictions_text(predictions, k=k, segments=segments).splitlines()[0]
    assert sum(genre in first for genre in ("jazz", "metal", "polka")) == shown


def test_one_line_for_each_segment(predictions):
    lines = predictions_text(predictions, segments=True, k=1).splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [
        ["a.wav", "0.0", "30.0"],
        ["a.wav", "30.0", "60.0"],
    ]
    assert len(lines) == 2 + 2 + 1 + 3


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_reads_back_exactly(predictions):
    rows = read_csv(predictions_text(predictions, form="csv"))
    assert [row["recording"] for row in rows] == NAMES
    for row, said in zip(rows, predictions, strict=True):
        assert row["label"] == said.label
        assert float(row["probability"]) == said.probability
        assert float(row["distance_percentile"]) == said.distance_percentile
        assert row["unlike_training"] == str(said.unlike).lower()
        assert {genre: float(row[genre]) for genre in said.probabilities} == said.probabilities


def test_csv_of_segments_reads_back_exactly(predictions):
    rows = read_csv(predictions_text(predictions, form="csv", segments=True))
    expected = [(p.recording, s) for p in predictions for s in p.segments]
    assert [(row["recording"], float(row["start"]), float(row["stop"])) for row in rows] == [
        (name, segment.start, segment.stop) for name, segment in expected
    ]
    for row, (_, segment) in zip(rows, expected, strict=True):
        assert row["label"] == segment.label
        assert float(row["polka"]) == segment.probabilities["polka"]


@pytest.mark.parametrize("segments", [False, True])
@pytest.mark.parametrize("k", [1, 5])
def test_json_holds_everything_whatever_is_shown(predictions, k, segments):
    expected = [json.loads(json.dumps(p.as_dict())) for p in predictions]
    text = predictions_text(predictions, form="json", k=k, segments=segments)
    assert json.loads(text) == expected
    assert "日本/歌.flac" in text, "names stay legible"
    lines = predictions_text(predictions, form="jsonl", k=k, segments=segments).splitlines()
    assert [json.loads(line) for line in lines] == expected


@pytest.mark.parametrize("form", FORMATS)
def test_texts_end_with_one_line_feed(predictions, form):
    text = predictions_text(predictions, form=form)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_no_predictions_are_empty_forms():
    assert predictions_text([]) == predictions_text([], form="jsonl") == ""
    assert json.loads(predictions_text([], form="json")) == []
    assert read_csv(predictions_text([], form="csv")) == []


@pytest.fixture
def evaluation():
    truth = np.array([0, 0, 0, 1, 1, 2])
    called = np.array([0, 0, 1, 1, 1, 0])
    names = np.arange(6).astype(str)
    labels = ("Gamelan", "長唄", "polka")
    return Evaluation(labels, truth, 0.8 * np.eye(3)[called] + 0.2 / 3, names, names, "by hand")


def test_scores_come_with_protocol_interval_and_baseline(evaluation):
    text = scores_text(evaluation)
    low, high = evaluation.intervals["accuracy"][1:]
    assert text.startswith("Held-out scores: by hand (6 recordings)\n")
    assert f"accuracy 0.667 (95 % interval {low:.3f} to {high:.3f})" in text
    assert "without a model (guessing by frequency): accuracy 0.500\n" in text
    assert f"log loss {evaluation.log_loss:.3f}" in text


def test_scores_say_when_nothing_was_learned(evaluation):
    text = scores_text(evaluation)
    assert text.splitlines()[1].startswith("not ")  # six recordings show nothing
    assert f"calibration error {evaluation.expected_calibration_error:.3f}\n" in text
    sets = np.ones_like(evaluation.probabilities, dtype=bool)
    held = scores_text(dataclasses.replace(evaluation, sets=sets))
    assert "genres not ruled out held the right one of 1.000, with 3.0 of them on average" in held
    right = np.eye(3)[np.tile([0, 1, 2], 20)]
    names = np.arange(60).astype(str)
    sure = Evaluation(("a", "b", "c"), right.argmax(axis=1), right, names, names, "by hand")
    assert scores_text(sure).splitlines()[1].startswith("accuracy 1.000")


def test_scores_per_genre_and_confusions(evaluation):
    _, genres, confusion = scores_text(evaluation).split("\n\n")
    rows = [line.split() for line in genres.splitlines()]
    assert rows == [
        ["genre", "precision", "recall", "F1", "recordings"],
        ["Gamelan", "0.667", "0.667", "0.667", "3"],
        ["長唄", "0.667", "1.000", "0.800", "2"],
        ["polka", "0.000", "0.000", "0.000", "1"],
        ["macro", "0.444", "0.556", "0.489", "6"],
    ]
    assert [line.split()[-3:] for line in confusion.splitlines()] == [
        ["Gamelan", "長唄", "polka"],
        ["2", "1", "0"],
        ["0", "2", "0"],
        ["1", "0", "0"],
    ]
    assert len({cell_len(line) for line in confusion.splitlines()}) == 1


def test_the_list_of_models(tiny_folder):
    info = read_info(tiny_folder)
    unscored = read_info(tiny_folder)
    unscored.scores.clear()
    text = models_text(
        [
            ModelEntry(tiny_folder, info, "user", active=True),
            ModelEntry(tiny_folder, unscored, "shipped"),
        ]
    )
    header, first, second = text.splitlines()
    assert header.split()[:3] == ["name", "task", "schema"]
    known = f"gtzan57 v{GTZAN57.version}, 30 s  in memory (36 rows)"
    assert first.startswith(f"*  tiny  genre  {known}")
    assert f" {info.scores[0]['accuracy']:.3f} " in first
    assert f" {info.scores[0]['protocol']} " in first
    assert first.endswith(f"{info.created}  user: {tiny_folder}")
    assert second.startswith("   tiny")
    assert "unknown" in second
    assert models_text([]) == "no models\n"
