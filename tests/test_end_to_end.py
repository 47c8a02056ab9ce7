"""From sound to answers: four made-up genres here, GTZAN and field recordings where at hand."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.errors import AudioError
from genre_audio.features import EXTENDED
from genre_audio.learning import BUDGETS
from genre_audio.prediction import predict_recording
from genre_audio.training import load_bundle, resolve_model
from sample_tables import TINY
from signals import SR, chord, clicks, noise, silence, tone

SECONDS = 1.0


def drone(rng):
    """A low tone and its octave."""
    f = rng.uniform(60, 160)
    return tone(f, seconds=SECONDS, amplitude=0.3) + tone(2 * f, seconds=SECONDS, amplitude=0.1)


def dance(rng):
    """Clicks over a soft chord."""
    y = clicks(rng.uniform(100, 180), seconds=SECONDS, amplitude=rng.uniform(0.5, 0.9))
    return y + chord(seconds=SECONDS, amplitude=0.05)


def surf(rng):
    """Noise that swells."""
    t = np.arange(round(SECONDS * SR)) / SR
    swell = 1 + 0.8 * np.sin(2 * np.pi * rng.uniform(0.5, 2) * t)
    return (noise(SECONDS, amplitude=0.2, seed=int(rng.integers(1000))) * swell).astype("f4")


def choir(rng):
    """A bright chord with vibrato."""
    t = np.arange(round(SECONDS * SR)) / SR
    root, wobble = rng.uniform(400, 900), 3 * np.sin(2 * np.pi * rng.uniform(4, 7) * t)
    voices = [np.sin(2 * np.pi * root * ratio * t + wobble) for ratio in (1, 1.25, 1.5, 2, 3)]
    return (0.1 * np.sum(voices, axis=0)).astype(np.float32)


GENRES = {"choir": choir, "dance": dance, "drone": drone, "surf": surf}


def write_corpus(folder, *, artists, seed):
    """Two recordings by each artist, who has a gain and a noise of his own; a CSV of artists."""
    rng = np.random.default_rng(seed)
    said = [("filename", "artist")]
    for genre, make in GENRES.items():
        for artist in range(artists):
            gain, hiss = rng.uniform(0.3, 1.0), rng.uniform(0, 0.005)
            for take in range(2):
                y = gain * make(rng) + noise(SECONDS, amplitude=hiss, seed=int(rng.integers(1000)))
                name = f"{genre}/{artist}.{take}.wav"
                (folder / genre).mkdir(parents=True, exist_ok=True)
                soundfile.write(folder / name, y, SR)
                said.append((name, f"{genre} {artist}"))
    with (folder / "artists.csv").open("w", newline="") as file:
        csv.writer(file).writerows(said)


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.stderr
    return result


@pytest.mark.usefixtures("home")
def test_four_made_up_genres_are_learned_and_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    budget = dataclasses.replace(TINY, name="small", outer_folds=3, trees=10)
    monkeypatch.setitem(BUDGETS, "small", budget)
    write_corpus(Path("corpus"), artists=6, seed=1)
    write_corpus(Path("new"), artists=1, seed=2)

    run("extract", "corpus", "--labels", "folders", "-j", "1")
    for name in ("first", "second"):
        run("retrain", "--groups", "corpus/artists.csv", "--name", name, "-j", "1")
    bundle = load_bundle(resolve_model("first").path)
    (score,) = bundle.info.scores
    assert score["protocol"] == "3 folds, no artist on both sides, exact duplicates together"
    assert (score["recordings"], score["groups"]) == (48, 24)
    # Chance is a quarter; a wrong label in one genre of four would already cost more.
    assert score["accuracy"] > 0.9

    def predict(model):
        said = json.loads(run("predict", "new", "-m", model, "-f", "json", "-j", "1").stdout)
        return {value["recording"]: value for value in said}

    first, second = predict("first"), predict("second")
    hits = [name.split("/")[0] == value["label"] for name, value in first.items()]
    assert len(hits) == 8
    assert np.mean(hits) > 0.9
    assert {n: v["probabilities"] for n, v in first.items()} == {
        n: v["probabilities"] for n, v in second.items()
    }


@pytest.mark.usefixtures("home")
def test_a_model_of_the_extended_columns_knows_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    budget = dataclasses.replace(TINY, name="small", outer_folds=3, trees=10)
    monkeypatch.setitem(BUDGETS, "small", budget)
    write_corpus(Path("corpus"), artists=6, seed=1)
    write_corpus(Path("new"), artists=1, seed=2)

    extract = ("extract", "corpus", "--labels", "folders", "--schema", "extended", "-j", "1")
    assert run(*extract).stdout.strip() == "features-extended.csv"
    # Somebody else's copy of the table has no manifest: its columns say what it is.
    Path("copy.csv").write_bytes(Path("features-extended.csv").read_bytes())
    for table, name in (("features-extended.csv", "ours"), ("copy.csv", "copied")):
        run("retrain", table, "--groups", "corpus/artists.csv", "--name", name, "-j", "1")
        bundle = load_bundle(resolve_model(name).path)
        assert bundle.info.schema["name"] == "extended"
        assert bundle.probe.rows.shape[1] == len(EXTENDED.columns)
        assert bundle.info.scores[0]["accuracy"] > 0.9

    asked = run("predict", "new", "-m", "ours", "-f", "json", "-j", "1")
    told = {value["recording"]: value for value in json.loads(asked.stdout)}
    hits = [name.split("/")[0] == value["label"] for name, value in told.items()]
    assert len(hits) == 8
    assert np.mean(hits) > 0.9
    run("extract", "new", "--schema", "extended", "-o", "new.csv", "-j", "1")
    from_table = json.loads(run("predict", "--table", "new.csv", "-m", "ours", "-f", "json").stdout)
    for value in from_table:
        expected = told[value["recording"]]["probabilities"]
        assert value["probabilities"] == pytest.approx(expected, rel=1e-9)
    # Any model of the 57 columns takes them from the wider table.
    run("predict", "--table", "new.csv", "-m", "default")


@pytest.fixture(scope="module")
def shipped_bundle():
    return load_bundle(resolve_model("default").path)


def check_ranking(prediction):
    assert len(prediction.ranking(10)) == 10
    assert sum(prediction.probabilities.values()) == pytest.approx(1, rel=1e-9)
    assert min(prediction.probabilities.values()) >= 0
    assert 0 <= prediction.distance_percentile <= 100


def test_the_shipped_model_on_gtzan(gtzan_data, shipped_bundle):
    hits = []
    for genre in ("blues", "classical", "hiphop", "metal", "rock"):
        path = min((gtzan_data / "audio" / genre).iterdir())
        prediction = predict_recording(path, shipped_bundle)
        check_ranking(prediction)
        assert genre in shipped_bundle.labels
        assert not prediction.unlike, "it lies among the training rows: it is one of them"
        hits.append(prediction.label == genre)
    # These very clips were learned.
    assert sum(hits) >= 4


def test_the_shipped_model_on_field_recordings(data_folder, shipped_bundle):
    songs = sorted((data_folder / "field" / "nhs_songs").glob("*.mp3"))[:3]
    if not songs:
        pytest.skip("GENRE_AUDIO_DATA holds no field/nhs_songs")
    for path in songs:
        prediction = predict_recording(path, shipped_bundle)
        check_ranking(prediction)
        assert prediction.segments
        assert prediction.quality["seconds"] > 0


def test_the_shipped_model_is_not_asked_about_silence(shipped_bundle, write_audio):
    with pytest.raises(AudioError) as caught:
        predict_recording(write_audio(silence(3.0)), shipped_bundle)
    assert caught.value.kind == "silent"


def test_the_shipped_model_knows_what_it_does_not_know(shipped_bundle, write_audio):
    for name, y in {"noise.wav": noise(20.0), "tone.wav": tone(seconds=20.0)}.items():
        prediction = predict_recording(write_audio(y, name=name), shipped_bundle)
        check_ranking(prediction)
        assert prediction.unlike


@pytest.mark.usefixtures("home")
def test_extended_columns_are_evaluated_by_groups_that_the_table_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_corpus(Path("corpus"), artists=3, seed=1)
    run("extract", "corpus", "--labels", "folders", "--schema", "extended", "-j", "1")
    # A copy has no manifest, and here one column more.
    with Path("features-extended.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["village"] = f"{row['label']} {Path(row['filename']).stem.split('.')[0]}"
    with Path("copy.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    asked = ("evaluate", "copy.csv", "--learners", "logistic_regression", "--budget", "none")
    asked += ("--folds", "3", "-f", "json", "-j", "1", "--report", "page.html")
    by_village = run(*asked, "--groups", "village")
    (said,) = json.loads(by_village.stdout)["evaluations"]
    assert said["protocol"] == "3 folds, no village on both sides, exact duplicates together"
    assert (said["recordings"], said["groups"]) == (24, 12)
    # Chance is a quarter.
    assert said["accuracy"] > 0.9
    assert said["verdict"].startswith("better than guessing by frequency")
    assert "copy.csv has no manifest" in by_village.stderr
    page = Path("page.html").read_text(encoding="utf-8")
    assert f"<dd>schema: {EXTENDED}</dd>" in page

    (alone,) = json.loads(run(*asked).stdout)["evaluations"]
    assert (alone["recordings"], alone["groups"]) == (24, 24)
