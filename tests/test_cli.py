"""The command line: results on stdout, words on stderr, exit codes, every flag handed on."""

from __future__ import annotations

import csv
import dataclasses
import importlib
import io
import json
import os
import resource
import runpy
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import genre_audio
from genre_audio.cli import app, main
from genre_audio.cli.extract import Columns
from genre_audio.cli.kept_rows import kept_rows
from genre_audio.cli.output import progress, say
from genre_audio.config import Segmentation
from genre_audio.errors import BusyError, ModelError, ParameterError, TableError
from genre_audio.extraction import prepare_kernels
from genre_audio.features import EXTENDED, GTZAN57, SCHEMAS
from genre_audio.learning import BUDGETS
from genre_audio.tables import read_table, table_text
from genre_audio.training import load_bundle, save_bundle
from genre_audio.training.credits import Credits
from genre_audio.training.refit import stored_rows
from genre_audio.training.store import user_model
from sample_tables import TINY, feature_table
from signals import music, silence, tone

pytestmark = pytest.mark.usefixtures("home", "shipped")


@pytest.fixture(scope="module", autouse=True)
def kernels():
    """Compiled before, so that no message says that they are being compiled."""
    prepare_kernels()


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def trained(tiny, monkeypatch):
    """Training takes no time and gives the tiny model; the data sets that it was given."""
    datasets = []

    def train(_, dataset, *, name, keep_rows, **__):
        datasets.append(dataset)
        info = dataclasses.replace(tiny.info, name=name)
        return dataclasses.replace(tiny, info=info, rows=tiny.rows if keep_rows else None), []

    monkeypatch.setattr("genre_audio.training.train", train)
    return datasets


def run(*arguments, code=0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


@pytest.fixture
def tapes(write_audio):
    """Two recordings in folders: one music, one tone."""
    write_audio(music(3.0), name="tapes/a/music.wav")
    write_audio(tone(seconds=2.0), name="tapes/b/tone.wav")
    return Path("tapes")


@pytest.fixture
def bad_tape(write_audio, tapes):
    return write_audio(silence(2.0), name="tapes/b/nothing.wav")


@pytest.fixture
def features():
    """A table of three genres in the current folder, as 'extract' leaves it."""
    path = Path("features.csv")
    path.write_text(table_text(feature_table().frame))
    return path


# extract ---------------------------------------------------------------------------------


def test_extract_writes_a_table_and_says_where(tapes):
    result = run("extract", tapes, "--labels", "folders", "-j", "1")
    assert result.stdout == "features.csv\n"
    assert result.stderr == "2 recordings read, 2 rows in features.csv\n"
    table = read_table(Path("features.csv"))
    assert table.recordings.tolist() == ["a/music.wav", "b/tone.wav"]
    assert table.labels.tolist() == ["a", "b"]
    again = run("extract", tapes, "-j", "1")
    assert again.stderr == "0 recordings read, 2 known already, 2 rows in features.csv\n"


@pytest.mark.usefixtures("cheap_features")
def test_extract_reports_what_failed_and_what_was_left_out(tapes, bad_tape, write_audio):
    y = np.concatenate([music(2.0), silence(2.0)])
    write_audio(y, name="tapes/a/half.wav")
    result = run("extract", tapes, "-j", "1", "--segment-seconds", "2", code=3)
    assert result.stdout == "features.csv\n"
    assert "skipped b/nothing.wav: " in result.stderr
    assert "[silent]" in result.stderr
    assert "a/half.wav: left out 2.0 to 4.0 s: " in result.stderr
    assert "3 recordings read, 1 skipped, 1 segments left out" in result.stderr
    # Nothing new: the bad one is bad again, the others stand.
    assert "3 known already" in run("extract", tapes, "--segment-seconds", 2, code=3).stderr


def test_extract_where_nothing_can_be_done(bad_tape):
    result = run("extract", bad_tape, "-j", "1", code=1)
    assert "skipped nothing.wav" in result.stderr
    Path("empty").mkdir()
    result = run("extract", "empty", "-o", "t.csv", "-j", "1", code=1)
    assert "no recordings found" in result.stderr


def test_every_flag_of_extract_is_handed_on(tapes, monkeypatch):
    seen = {}

    def spy(sources, **how):
        seen.update(how, names=[source.name for source in sources])
        raise BusyError("enough")

    monkeypatch.setattr("genre_audio.extraction.extract", spy)
    run(
        *("extract", tapes, "-o", "t.csv", "--labels", "l.csv:genre"),
        *("--segment-seconds", "5", "-j", "2", "--force", "--schema", "extended", "--hop", "2.5"),
        code=1,
    )
    assert {name: value for name, value in seen.items() if not name.startswith("on_")} == {
        "names": ["a/music.wav", "b/tone.wav"],
        "output": Path("t.csv"),
        "schema": EXTENDED,
        "segmentation": Segmentation(5, 2.5),
        "labels": "l.csv:genre",
        "n_jobs": 2,
        "force": True,
    }
    run("extract", tapes, code=1)
    assert (seen["output"], seen["schema"]) == (Path("features.csv"), GTZAN57)
    assert (seen["segmentation"], seen["labels"], seen["force"]) == (Segmentation(), None, False)
    run("extract", tapes, "--schema", "extended", code=1)
    assert seen["output"] == Path("features-extended.csv")


def test_every_schema_can_be_asked_for():
    assert [name.value for name in Columns] == list(SCHEMAS)


def test_extract_does_not_put_one_schema_in_the_place_of_another(tapes):
    run("extract", tapes, "-j", "1")
    before = Path("features.csv").read_bytes()
    again = ("extract", tapes, "-o", "features.csv", "--schema", "extended", "-j", "1")
    assert "holds the columns of the schema 'gtzan57'" in run(*again, code=1).stderr
    assert Path("features.csv").read_bytes() == before
    run(*again, "--force")
    assert read_table(Path("features.csv")).schema is EXTENDED
    refused = run("extract", tapes, "-j", "1", code=1)
    assert "ask for 'extended', choose another output with -o, or --force" in refused.stderr


# predict ---------------------------------------------------------------------------------


def test_predict_says_one_line_for_each_recording_and_names_the_model(tapes):
    result = run("predict", tapes, "-j", "1")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == ["a/music.wav", "b/tone.wav"]
    for line in lines:
        assert sorted(line[1:7:2]) == ["jazz", "metal", "polka"]
        # Each is rounded to two places.
        assert sum(map(float, line[2:7:2])) == pytest.approx(1, abs=0.016)
    assert result.stderr.splitlines()[0] == "model: tiny (shipped)"


def test_every_form_of_predict_parses(tapes):
    (first, _) = values = json.loads(run("predict", tapes, "-j", 1, "-f", "json").stdout)
    assert [value["recording"] for value in values] == ["a/music.wav", "b/tone.wav"]
    assert sum(first["probabilities"].values()) == pytest.approx(1)
    lines = run("predict", tapes, "-j", 1, "-f", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == values
    rows = list(csv.DictReader(io.StringIO(run("predict", tapes, "-j", 1, "-f", "csv").stdout)))
    assert [float(row["probability"]) for row in rows] == [v["probability"] for v in values]


def test_predict_into_a_file(tapes):
    plain = run("predict", tapes, "-j", "1", "-f", "json")
    result = run("predict", tapes, "-j", "1", "-f", "json", "-o", "new/result.json")
    assert result.stdout == ""
    assert Path("new/result.json").read_text() == plain.stdout
    assert "is a folder" in run("predict", tapes, "-j1", "-o", tapes, code=2).stderr


@pytest.mark.usefixtures("cheap_features")
def test_predict_segments_and_k(write_audio):
    write_audio(music(75.0), name="long.wav")
    lines = run("predict", "long.wav", "--segments", "-k", "1").stdout.splitlines()
    assert [line.split()[1:3] for line in lines] == [
        ["0.0", "30.0"],
        ["30.0", "60.0"],
        ["60.0", "75.0"],
    ]
    assert all(len(line.split()) == 5 for line in lines)


@pytest.mark.usefixtures("cheap_features")
def test_predict_goes_on_where_one_recording_is_bad(tapes, bad_tape):
    result = run("predict", tapes, "-j", "1", "-f", "json", code=3)
    assert len(json.loads(result.stdout)) == 2
    assert "skipped b/nothing.wav: " in result.stderr
    result = run("predict", bad_tape, "-f", "json", code=1)
    assert result.stdout == ""
    assert result.stderr.endswith("no recording could be read\n")


def test_predict_says_when_there_is_nothing_to_read(tmp_path):
    (tmp_path / "notes.txt").write_text("no tape")
    result = run("predict", tmp_path, code=1)
    assert result.stdout == ""
    assert result.stderr.endswith("no recordings found\n")


def test_predict_says_what_is_unlike_anything_learned(tapes):
    result = run("predict", tapes, "-j", "1")
    assert result.stdout.count("of the training recordings: not guaranteed here\n") == 2
    assert "2 of 2 lie farther out than 98 % of the training recordings" in result.stderr
    assert "what is ruled out is not guaranteed" in result.stderr


def test_predict_says_what_is_not_ruled_out_and_what_was_measured_of_it(features, tiny):
    known = tiny.info.conformal
    result = run("predict", "--table", features)
    assert result.stdout.count("not ruled out: ") + result.stdout.count("no genre ruled") == 36
    assert "sets meant to hold the right genre 90 times in 100; on recordings not heard in" in (
        result.stderr
    )
    assert f"held it {known['measured_coverage'] * 100:.0f} times in 100" in result.stderr
    result = run("predict", "--table", features, "--coverage", "0.99", "-f", "json")
    assert {p["coverage"] for p in json.loads(result.stdout)} == {0.99}
    assert "99 times in 100\n" in result.stderr, "nothing was measured of these"


@pytest.mark.parametrize("coverage", ["0", "1", "90"])
def test_predict_by_a_coverage_that_is_none(features, coverage):
    result = run("predict", "--table", features, "--coverage", coverage, code=2)
    assert "above 0 and below 1" in result.stderr


def test_predict_by_a_model_without_sets(tapes, features):
    golden = Path(__file__).parent / "golden" / "format2"
    result = run("predict", "--table", features, "-m", golden)
    assert "ruled out: " not in result.stdout + result.stderr
    assert "guaranteed" not in result.stdout + result.stderr
    result = run("predict", tapes, "-m", golden, "--coverage", "0.8", code=1)
    assert "rules no genre out" in result.stderr


def test_predict_takes_a_table_instead(features):
    result = run("predict", "--table", features, "-f", "json")
    predictions = json.loads(result.stdout)
    hits = [p["label"] == p["recording"].split(".")[0] for p in predictions]
    assert len(hits) == 36
    assert np.mean(hits) > 0.95
    assert "features.csv has no manifest; its segments seem to last 30 s" in result.stderr


@pytest.mark.usefixtures("cheap_features")
def test_a_table_without_rows(bad_tape):
    run("extract", bad_tape, "-j", "1", code=1)
    result = run("predict", "--table", "features.csv", code=1)
    assert result.stdout == ""
    assert "no recording could be read" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["tapes", "--table", "features.csv"]])
def test_predict_needs_recordings_or_a_table(arguments):
    result = run("predict", *arguments, code=2)
    assert "give recordings, or a feature table with --table" in result.stderr


def test_every_flag_of_predict_is_handed_on(tapes, monkeypatch):
    seen = {}

    def spy(name, function):
        def call(*arguments, **how):
            seen[name] = arguments, how
            return function(*arguments, **how)

        return call

    for name, where in {
        "resolve": "genre_audio.training.resolve_model",
        "describe": "genre_audio.extraction.describe",
        "ask": "genre_audio.prediction.batches.predict_batches",
        "text": "genre_audio.reporting.predictions_lines",
        "write": "genre_audio.files.replace_lines",
        "report": "genre_audio.cli.predict_report.write_report",
        "export": "genre_audio.cli.predict_exports.read_exports",
        "tag": "genre_audio.cli.predict_tags.Tagging",
    }.items():
        module, _, attribute = where.rpartition(".")
        owner = importlib.import_module(module)
        monkeypatch.setattr(where, spy(name, getattr(owner, attribute)))
    run(
        *("predict", tapes, "-m", "default", "-k", "2", "-f", "jsonl", "-o", "r.jsonl"),
        *("--segments", "-j", "1", "--coverage", "0.8", "--hop", "15", "--no-content", "--whole"),
        *("--explain", "--export", "raven:spans", "--report", "pages", "--cache", "store"),
        *("--write-tags", "--tag-all"),
    )
    assert seen["resolve"] == (("default",), {})
    described = seen["describe"][1]
    assert (described["cache"], described["n_jobs"]) == (Path("store"), 1)
    assert described["segmentation"] == Segmentation(30, hop=15)
    assert seen["ask"][1] == {
        "coverage": 0.8,
        "contents": None,
        "whole": True,
        "explain": True,
    }
    assert seen["text"][1] == {"form": "jsonl", "k": 2, "segments": True}
    assert seen["write"][0][0] == Path("r.jsonl")
    assert seen["report"][0][0] == Path("pages")
    assert seen["export"] == ((("raven:spans",),), {"single": False})
    assert seen["tag"] == ((True, None, False, True), {})


@pytest.mark.usefixtures("cheap_features")
def test_predict_by_the_model_that_is_named(tapes, tiny_folder, home, monkeypatch):
    shutil.copytree(tiny_folder, home / "models" / "mine")
    for arguments, source in [(["-m", "mine"], "option"), ([], "shipped")]:
        said = run("predict", tapes, "-j", "1", *arguments).stderr
        assert said.splitlines()[0] == f"model: tiny ({source})"
    monkeypatch.setenv("GENRE_AUDIO_MODEL", str(tiny_folder))
    assert "model: tiny (environment)" in run("predict", tapes, "-j", "1").stderr


def test_a_model_that_is_nowhere(tapes):
    result = run("predict", tapes, "-m", "nowhere", code=1)
    assert result.stdout == ""
    assert result.stderr == (
        "genre-audio: there is no model 'nowhere': neither a folder nor a name that "
        "'genre-audio models' lists\n"
    )


# retrain ---------------------------------------------------------------------------------


def test_retrain_takes_the_table_of_the_current_folder_and_predict_uses_it(
    features, home, monkeypatch
):
    monkeypatch.setitem(BUDGETS, "small", TINY)
    result = run("retrain", "-j", "1", "--name", "mine")
    assert result.stdout.startswith("Held-out scores: 2 folds, every recording by itself")
    for part in ("accuracy", "macro F1", "without a model", "precision", "truth \\ called"):
        assert part in result.stdout
    folder = home / "models" / "mine"
    assert load_bundle(folder).info.name == "mine"
    assert (folder / "rows.csv.gz").exists()
    assert f"the model mine is in {folder}\n" in result.stderr
    assert "'predict' uses it from now on" in result.stderr
    assert "scoring: fold 1 of 2" in result.stderr
    said = run("predict", "--table", features, "-f", "csv").stderr
    assert said.startswith("model: mine (activated)\n")


@pytest.mark.usefixtures("trained")
def test_retrain_names_a_model_by_the_date_and_activates_on_request_only(features, home):
    for _ in range(2):
        result = run("retrain", features, "-j", "1", "--no-activate", "--no-rows")
        assert "from now on" not in result.stderr
    first, second = sorted(path.name for path in (home / "models").iterdir())
    assert second == f"{first}-2"
    assert not (home / "active.json").exists()
    assert not (home / "models" / first / "rows.csv.gz").exists()


@pytest.mark.usefixtures("trained", "features")
def test_retrain_says_what_a_run_left_that_was_stopped_before_it_activated_its_model(monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("genre_audio.training.store.activate", stop)
        run("retrain", "-j", "1", code=130)
        run("retrain", "-j", "1", "--name", "mine", code=130)
    refused = run("retrain", "-j", "1", "--name", "mine", code=1).stderr
    assert f"'genre-audio models use {user_model('mine')}' if it is the model" in refused
    said = "is not in use: if that was not meant, stop here, and 'genre-audio models use 2"
    assert said in run("retrain", "-j", "1").stderr
    assert said not in run("retrain", "-j", "1").stderr


@pytest.mark.usefixtures("trained")
def test_retrain_into_a_folder_called_default_activates_that_folder(features):
    run("retrain", "-j", "1", "-o", "default")
    assert run("predict", "--table", features).stderr.startswith("model: default (activated)")


@pytest.mark.usefixtures("trained")
def test_retrain_says_where_the_environment_goes_first(features, monkeypatch):
    monkeypatch.setenv("GENRE_AUDIO_MODEL", "default")
    result = run("retrain", "-j", "1", "--name", "mine")
    assert "but GENRE_AUDIO_MODEL is set to 'default', which goes first" in result.stderr
    assert "which goes first" in run("models", "use", "mine").stderr


@pytest.fixture
def refuse_to_work(monkeypatch):
    monkeypatch.setattr("genre_audio.training.train", lambda *_, **__: pytest.fail("work was done"))


@pytest.mark.usefixtures("refuse_to_work")
def test_retrain_refuses_its_output_before_the_work(features, tiny_folder, home, tmp_path):
    (tmp_path / "tapes").mkdir()
    for force in ([], ["--force"]):
        result = run("retrain", "-o", "tapes", *force, code=1)
        assert "tapes is there and holds no model; choose another place" in result.stderr
    shutil.copytree(tiny_folder, home / "models" / "mine")
    result = run("retrain", "--name", "mine", code=1)
    assert "mine is there already; use --force" in result.stderr
    assert "cannot be called 'default'" in run("retrain", "--name", "default", code=2).stderr


@pytest.mark.usefixtures("refuse_to_work")
def test_retrain_without_a_table_says_how_to_make_one():
    result = run("retrain", code=1)
    assert result.stderr == (
        "genre-audio: there is no table 'features.csv'; make one with 'genre-audio extract "
        "FOLDER --labels folders'\n"
    )
    Path("empty").mkdir()
    result = run("retrain", "empty", code=1)
    assert "empty holds neither features.csv nor recordings" in result.stderr
    assert not list(Path("empty").iterdir())


@pytest.mark.usefixtures("cheap_features")
def test_retrain_on_a_folder_of_genres(write_audio, trained):
    for k in range(4):
        y = tone(100.0 * (1 + k), seconds=1.0)
        write_audio(y, name=f"corpus/{'high' if k > 1 else 'low'}/{k}.wav")
    result = run("retrain", "corpus", "-j", "1", "--name", "pitch")
    assert "extracting the recordings in corpus into corpus/features.csv" in result.stderr
    assert trained[0].y.tolist() == ["high", "high", "low", "low"]
    assert trained[0].names.tolist() == ["high/2.wav", "high/3.wav", "low/0.wav", "low/1.wav"]
    again = run("retrain", "corpus", "-j", "1", "--name", "pitch", "--force")
    assert "taking the table corpus/features.csv as it is" in again.stderr
    # A bad recording is told by the exit code too.
    Path("corpus/features.csv").unlink()
    write_audio(silence(1.0), name="corpus/low/nothing.wav")
    result = run("retrain", "corpus", "-j", "1", "--name", "pitch", "--force", code=3)
    assert "skipped low/nothing.wav" in result.stderr
    assert "the model pitch is in" in result.stderr


def test_retrain_on_a_folder_takes_the_columns_asked_for(write_audio, monkeypatch, features):
    write_audio(tone(100.0, seconds=1.0), name="corpus/high/a.wav")
    made = []

    def extract(sources, **how):
        made.append((how["output"], how["schema"]))
        raise TableError("enough")

    monkeypatch.setattr("genre_audio.extraction.extract", extract)
    run("retrain", "corpus", "--schema", "extended", code=1)
    run("retrain", "corpus", code=1)
    corpus = Path("corpus")
    assert made == [
        (corpus / "features-extended.csv", EXTENDED),
        (corpus / "features.csv", GTZAN57),
    ]
    assert "leave it out" in run("retrain", features, "--schema", "extended", code=2).stderr


def test_retrain_on_the_rows_that_a_model_keeps(tiny_folder, tiny, trained):
    result = run("retrain", str(tiny_folder), "-j", "1", "--name", "again")
    assert f"taking the training rows of the model in {tiny_folder}" in result.stderr
    assert len(trained[0]) == tiny.info.training["rows"]


def test_titles_that_a_model_keeps_are_taken_with_its_rows(tiny, tmp_path, capsys):
    titles = np.array(["Lullaby", *[""] * (len(tiny.neighbourhood.rows) - 1)])
    known = dataclasses.replace(
        tiny, credits=Credits(makers=np.full_like(titles, ""), titles=titles)
    )
    save_bundle(known, tmp_path / "model")
    *_, found = kept_rows(tmp_path / "model", groups=None, asked={})
    assert found.values == {tiny.neighbourhood.names[0]: "Lullaby"}
    # Of large models the likeness, and so the titles, are those of a sample.
    stored = stored_rows(tmp_path / "model")
    fewer = stored._replace(credits=Credits(titles[:1], titles[:1]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("genre_audio.training.refit.stored_rows", lambda _: fewer)
        assert kept_rows(tmp_path / "model", groups=None, asked={})[2] is None
    assert "--titles gives them again" in capsys.readouterr().err


def test_every_flag_of_retrain_is_handed_on(features, tiny, monkeypatch):
    import genre_audio.tables as tables

    seen, read, resolve = {}, tables.read_table, tables.resolve_groups

    def train(table, dataset, **how):
        seen.update(how, grouping=dataset.grouping)
        how["on_step"]("a step")
        return tiny, []

    def save(bundle, folder, *, force):
        seen.update(folder=folder, force=force)

    def read_table(path, *, segmentation):
        seen.update(path=path, segmentation=segmentation)
        return read(path, segmentation=segmentation)

    def resolve_groups(text, *, table, what="groups"):
        seen.update({what: text})
        return resolve(text, table=table)

    monkeypatch.setattr("genre_audio.training.train", train)
    monkeypatch.setattr("genre_audio.training.save_bundle", save)
    activated = "genre_audio.training.store.activate"
    monkeypatch.setattr(activated, lambda name, *, task: seen.update(use=(name, task)))
    monkeypatch.setattr(tables, "read_table", read_table)
    monkeypatch.setattr(tables, "resolve_groups", resolve_groups)
    result = run(
        *("retrain", features, "--groups", "artist", "-o", "out/m", "--budget", "full"),
        *("--seed", "7", "--segment-seconds", "29", "-j", "2", "--no-rows", "--force"),
        *("--absolute-level", "--titles", "label"),
    )
    titles = seen.pop("titles")
    assert (titles.column, len(titles.values)) == ("label", 36)
    assert "a step\n" in result.stderr
    assert seen.pop("on_step") is not None
    assert seen == {
        "path": features,
        "segmentation": Segmentation(29),
        "groups": "artist",
        "grouping": "artist",
        "name": "m",
        "folder": Path("out/m"),
        "force": True,
        "budget": "full",
        "seed": 7,
        "n_jobs": 2,
        "level_invariant": False,
        "keep_rows": False,
        "task": "genre",
        "use": (str(Path("out/m").resolve()), "genre"),
    }
    seen.clear()
    run("retrain", "--no-activate")
    assert (seen["budget"], seen["seed"], seen["keep_rows"]) == ("small", 0, True)
    assert seen["titles"] is None
    assert seen["level_invariant"] is True
    assert seen["segmentation"] is None
    assert "use" not in seen


@pytest.mark.usefixtures("trained")
def test_retrain_reports_copies_and_rows_without_a_label():
    frame = feature_table().frame
    columns = list(genre_audio.GTZAN57.columns)
    for k in range(6):
        frame.loc[2 * k, columns] = frame.loc[2 * k + 1, columns]
    frame.loc[20, "label"] = None
    Path("features.csv").write_text(table_text(frame))
    said = run("retrain", "--no-activate").stderr
    assert "1 rows without a label are left out" in said
    assert "6 sets of exactly equal rows: jazz.00000.wav = jazz.00001.wav; " in said
    assert "; and 1 more\n" in said
    assert "its segments seem to last 30 s (say otherwise with --segment-seconds)" in said


# models ----------------------------------------------------------------------------------


def test_models_lists_and_switches(tiny_folder, home):
    shutil.copytree(tiny_folder, home / "models" / "mine")
    assert [line[:1] for line in run("models").stdout.splitlines()] == [" ", "*", " "]
    result = run("models", "use", "mine")
    assert result.stdout == ""
    assert result.stderr == f"from now on 'predict' uses tiny ({home / 'models' / 'mine'})\n"
    assert [line[:1] for line in run("models").stdout.splitlines()] == [" ", " ", "*"]
    run("models", "use", "default")
    assert [line[:1] for line in run("models").stdout.splitlines()] == [" ", "*", " "]
    assert "there is no model 'nowhere'" in run("models", "use", "nowhere", code=1).stderr


def test_models_lists_even_where_the_choice_is_broken(home, monkeypatch):
    home.mkdir(parents=True)
    (home / "active.json").write_text("{")
    result = run("models")
    assert "tiny" in result.stdout
    assert "'predict' would use none of them: " in result.stderr
    assert "mend it with 'genre-audio models use default'" in result.stderr
    run("models", "use", "default")
    assert run("models").stderr == ""


# errors, usage and manners ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelError("no good"), 1),
        (TableError("no good"), 1),
        (ParameterError("no good"), 2),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_known_errors_are_one_line_and_a_code(error, code, debug, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("genre_audio.training.list_models", fail)
    result = run(*(["--debug"] if debug else []), "models", code=code)
    assert result.stdout == ""
    assert result.stderr.endswith("genre-audio: no good\n")
    assert ("Traceback" in result.stderr) == debug
    assert (len(result.stderr.splitlines()) == 1) != debug


@pytest.fixture
def listening():
    """Restore what `main` changes in its process."""
    environment = dict(os.environ)
    handlers = {number: signal.getsignal(number) for number in (2, 14, 15)}
    hook = sys.unraisablehook
    yield
    os.environ.clear()
    os.environ.update(environment)
    sys.unraisablehook = hook
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("listening")
def test_main_is_the_same_application(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["genre-audio", "predict", "x.wav", "-m", "nowhere"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("genre-audio: there is no model 'nowhere'")


@pytest.mark.usefixtures("listening", "cheap_features")
def test_streams_that_were_closed_lead_nowhere(tapes, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["genre-audio", "extract", str(tapes), "-o", "a.csv"])
    names = ("stdin", "stdout", "stderr")
    for name in names:
        monkeypatch.setattr(sys, name, None)  # as Python has it for `genre-audio ... >&-`
    with pytest.raises(SystemExit) as caught:
        main()
    for name in names:
        getattr(sys, name).close()
    assert caught.value.code == 0
    assert Path("a.csv").exists()


@pytest.mark.usefixtures("listening")
def test_the_module_is_the_program(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["genre-audio", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("genre_audio", run_name="__main__")
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"genre-audio {genre_audio.__version__}\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_shown_on_terminals_only(monkeypatch, capsys):
    def work():
        with progress("reading") as (start, advance):
            start(3)
            advance()
            say("in between")

    work()
    assert capsys.readouterr() == ("", "in between\n")
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    work()
    for part in ("reading", "1/3", "in between"):
        assert part in sys.stderr.getvalue()
    assert capsys.readouterr().out == ""


def test_an_error_nobody_thought_of_is_one_line_and_a_fault_of_ours(monkeypatch):
    def fail():
        raise ZeroDivisionError("nothing left")

    monkeypatch.setattr("genre_audio.training.list_models", fail)
    plain = run("models", code=70)
    assert plain.stderr.splitlines() == [
        "genre-audio: ZeroDivisionError: nothing left. This is a fault of genre-audio, not "
        "yours: please report it with what 'genre-audio --debug ...' shows"
    ]
    assert "Traceback" in run("--debug", "models", code=70).stderr


def test_want_of_memory_is_no_fault_of_ours(monkeypatch):
    monkeypatch.setattr("genre_audio.training.list_models", lambda: bytearray(sys.maxsize))
    assert "there is not enough memory for this" in run("models", code=1).stderr


@pytest.mark.parametrize(
    ("command", "function", "advice"),
    [
        ("extract", "genre_audio.extraction.extract", "it goes on where it stopped"),
        ("predict", "genre_audio.cli.predict_order.carry_out", "what was read of a folder is kept"),
        ("models", "genre_audio.training.list_models", "nothing of it is kept"),
    ],
)
def test_interruption_is_quiet_and_says_how_to_go_on(tapes, monkeypatch, command, function, advice):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(function, interrupt)
    said = run(command, *[tapes] * (command != "models"), code=130).stderr.splitlines()
    assert len(said) == 1
    assert said[0].startswith("genre-audio: interrupted; ")
    assert advice in said[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["unheard-of"],
        ["extract"],
        ["extract", "nowhere"],
        ["extract", "tapes", "--segment-seconds", "0.5"],
        ["extract", "tapes", "--hop", "31"],
        ["extract", "tapes", "-j", "0"],
        ["predict", "nowhere"],
        ["predict", "tapes", "-f", "xml"],
        ["predict", "tapes", "-k", "0"],
        ["predict", "tapes", "-j", "-1"],
        ["retrain", "--budget", "huge"],
        ["retrain", "--seed", "-1"],
        ["retrain", "--seed", "4294967295"],
        ["retrain", "--segment-seconds", "0"],
        ["models", "use"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(arguments, tapes):
    result = run(*arguments, code=2)
    assert result.stdout == ""
    assert result.stderr.strip()


@pytest.mark.usefixtures("cheap_features")
def test_extract_writes_over_no_recording_and_no_folder(tapes):
    song = min(tapes.rglob("*.wav"))
    before = song.read_bytes()
    for given in (song, tapes):
        said = run("extract", given, "-o", song, "--force", code=2).stderr
        assert "is a recording, and would be lost; name another file" in said
    Path("link.csv").symlink_to(song)
    said = run("extract", tapes, "-o", "link.csv", "--force", code=2).stderr
    assert "is a recording, and would be lost" in said
    Path("link.wav").symlink_to(song)
    said = run("extract", "link.wav", "-o", song, "--force", code=2).stderr
    assert "is a recording, and would be lost" in said
    assert song.read_bytes() == before
    Path("labels.csv").write_text(f"filename,genre\n{song.name},jazz\n")
    arguments = ("extract", song, "--labels", "labels.csv:genre", "-o", "labels.csv", "--force")
    assert "'labels.csv' is read, and would be lost" in run(*arguments, code=2).stderr
    for folder in (tapes, ".", "/"):
        assert "is a folder; name a file in it" in run("extract", song, "-o", folder, code=2).stderr


def test_places_without_a_name_are_refused_in_words(features):
    assert "cannot be written: name a place in it" in run("retrain", "-o", "/", code=1).stderr
    said = run("predict", "--table", features, "--params", ".", code=2).stderr
    assert ". cannot be read" in said


def test_version_and_help():
    assert run("--version").stdout == f"genre-audio {genre_audio.__version__}\n"
    said = run("--help").stdout
    assert all(
        command in said for command in ("extract", "predict", "retrain", "evaluate", "models")
    )
    assert "..." not in said.split("Commands:")[1].replace("...\n", ""), "no help is cut short"


# as a program ----------------------------------------------------------------------------


def program(*arguments, env=None, **how):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"} | (env or {})
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        **how,
    )


HEAVY = {"joblib", "librosa", "numba", "numpy", "pandas", "scipy", "skops", "sklearn"}
HEAVY |= {"filelock", "jinja2", "matplotlib", "pydantic", "rich", "soundfile", "soxr", "xgboost"}
LOOK = "import sys; print(sorted(set(sys.modules) & set(%r)))"


@pytest.mark.parametrize(
    "statement",
    [
        "import genre_audio",
        "import genre_audio.cli",
        "from typer.testing import CliRunner; from genre_audio.cli import app; "
        "assert 'Usage' in CliRunner().invoke(app, ['--help']).stdout; "
        "assert 'Usage' in CliRunner().invoke(app, ['retrain', '--help']).stdout; "
        "assert 'Usage' in CliRunner().invoke(app, ['evaluate', '--help']).stdout; "
        "assert CliRunner().invoke(app, ['--version']).exit_code == 0",
    ],
    ids=["package", "cli", "help"],
)
def test_heavy_libraries_wait_until_they_are_needed(statement):
    wanted = HEAVY - {"pydantic"} if "help" in statement else HEAVY  # typer parses with it
    result = program("-c", f"{statement}; {LOOK % (wanted,)}")
    assert result.stdout == "[]\n", result.stderr


@pytest.mark.usefixtures("listening")
def test_no_threads_are_started_that_would_only_wait(monkeypatch):
    seen = []
    module = importlib.import_module("genre_audio.cli.app")  # its name is the application's
    monkeypatch.setattr(module, "app", lambda: seen.append(os.environ["OPENBLAS_NUM_THREADS"]))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    main()
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    main()
    # Whatever the user says: a process with threads cannot be copied to have a worker.
    assert seen == ["1", "1"]


def test_a_model_answers_with_numpy_alone():
    statement = (
        "from genre_audio import load_bundle, resolve_model; "
        "bundle = load_bundle(resolve_model('default').path); "
        "bundle.predict_proba(bundle.probe.rows); "
        "bundle.neighbourhood.percentile(bundle.probe.rows)"
    )
    result = program("-c", f"{statement}; {LOOK % (HEAVY,)}")
    assert result.stdout == "['numpy']\n", result.stderr


# What trains, what reads tables, what spreads work over processes, and what drags all in.
SPARED = {"jinja2", "joblib", "librosa", "matplotlib", "pandas", "skops", "sklearn", "xgboost"}
SPARED |= {"scipy.optimize", "scipy.signal", "scipy.stats"}


def test_telling_the_genre_of_a_recording_imports_nothing_that_learns(tapes):
    arguments = ["predict", str(tapes / "a" / "music.wav"), "-m", "default"]
    statement = (
        "from typer.testing import CliRunner; from genre_audio.cli import app; "
        f"result = CliRunner().invoke(app, {arguments!r}); assert result.exit_code == 0, result"
    )
    result = program("-c", f"{statement}; {LOOK % (SPARED,)}")
    assert result.stdout == "[]\n", result.stderr


def test_telling_the_genres_of_a_table_imports_nothing_that_learns(features):
    arguments = ["predict", "--table", str(features), "-m", "default"]
    statement = (
        "from typer.testing import CliRunner; from genre_audio.cli import app; "
        f"result = CliRunner().invoke(app, {arguments!r}); assert result.exit_code == 0, result"
    )
    result = program("-c", f"{statement}; {LOOK % (SPARED - {'pandas'},)}")
    assert result.stdout == "[]\n", result.stderr


def test_help_is_instant():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = program("-m", "genre_audio", "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.returncode == 0
    # CPU time, so that a busy machine does not matter; measured 0.3 s. One heavy import
    # would double it.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_predict_as_a_program(tapes, bad_tape, tiny_folder):
    result = program(
        "-m",
        "genre_audio",
        "predict",
        tapes,
        "-m",
        tiny_folder,
        "-f",
        "jsonl",
        "-j1",
        "--no-content",
    )
    assert result.returncode == 3
    assert [json.loads(line)["recording"] for line in result.stdout.splitlines()] == [
        "a/music.wav",
        "b/tone.wav",
    ]
    lines = result.stderr.splitlines()
    assert lines[0] == "model: tiny (option)"
    assert lines[1].startswith("skipped b/nothing.wav")
    assert lines[2].startswith("3 recordings read, 0 known already; what was read is kept in ")
    assert lines[3].startswith("not ruled out: sets meant to hold the right genre")
    assert len(lines) == 5, "libraries keep quiet"


def test_an_error_as_a_program(tmp_path):
    result = program("-m", "genre_audio", "--debug", "retrain", "nowhere.csv")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Traceback")
    assert result.stderr.splitlines()[-1].startswith("genre-audio: there is no table 'nowhere.csv'")
