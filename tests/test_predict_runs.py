"""Thousands of recordings: killed and resumed, kept, listed, and asked again."""

from __future__ import annotations

import csv
import dataclasses
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.errors import ParameterError
from genre_audio.extraction import extract_recording
from genre_audio.prediction.parameters import Parameters
from genre_audio.reporting.runs import read_run, run_text
from genre_audio.training import load_bundle, save_bundle
from sample_tables import feature_table
from signals import music, silence, tone

pytestmark = pytest.mark.usefixtures("home", "shipped")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def tapes(write_audio):
    for seed in range(3):
        write_audio(music(1.5 + seed, seed=seed), name=f"tapes/{seed}.wav")
    write_audio(silence(2.0), name="tapes/nothing.wav")
    return Path("tapes")


@pytest.fixture
def read(monkeypatch, cheap_features):
    """The names of the recordings that are read."""
    names = []

    def spy(source, **how):
        names.append(source.name)
        return extract_recording(source, **how)

    for name in ("extract", "describe"):
        module = importlib.import_module(f"genre_audio.extraction.{name}")
        monkeypatch.setattr(module, "extract_recording", spy)
    return names


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["predict", *map(str, arguments), "-j", "1"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def rows_of(path):
    with Path(path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# What is kept -----------------------------------------------------------------------------


def test_a_second_run_reads_no_sound_and_gives_the_same_bytes(tapes, read):
    first = run(tapes, "-o", "a.csv", code=3)
    assert "4 recordings read, 0 known already" in first.stderr
    assert read == ["0.wav", "1.wav", "2.wav", "nothing.wav"]
    read.clear()
    second = run(tapes, "-o", "b.csv", code=3)
    assert "1 recordings read, 3 known already" in second.stderr
    assert read == ["nothing.wav"], "what failed may have been mended"
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()


def test_nothing_is_written_beside_recordings_or_for_one_of_them(tapes, read, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    run(tapes / "0.wav")
    run(tapes, "--no-cache", code=3)
    assert sorted(tmp_path.rglob("*")) == before
    run(tapes, code=3)
    tapes = tmp_path / tapes
    assert sorted(tapes.rglob("*")) == [path for path in before if path.parent == tapes]
    assert (tmp_path / "cache" / "genre-audio" / "tables").is_dir()


@pytest.mark.parametrize("place", [".", "tapes", "named/tapes"])
def test_the_table_of_extract_is_used(tapes, read, place, monkeypatch):
    table = Path(place if place != "named/tapes" else ".") / "features.csv"
    result = CliRunner().invoke(app, ["extract", "tapes", "-o", str(table), "-j", "1"])
    assert result.exit_code == 3
    read.clear()
    said = run(tapes, code=3).stderr
    assert read == ["nothing.wav"]
    assert f"(of {table})" in said


def test_a_folder_of_ones_own_for_what_is_kept(tapes, read, home):
    run(tapes, "--cache", "mine", code=3)
    assert list(Path("mine").rglob("*.csv"))
    assert not (home.parent.parent / "cache").exists()
    read.clear()
    run(tapes / "0.wav", "--cache", "mine")
    assert read == []
    Path("file").touch()
    assert "name another folder" in run(tapes, "--cache", "file/cache", code=1).stderr
    assert "--no-cache" in run(tapes, "--cache", "mine", "--no-cache", code=2).stderr


def test_where_nothing_can_be_kept_all_is_read(tapes, read, monkeypatch):
    Path("file").touch()
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: Path("file", name))
    result = run(tapes, code=3)
    assert "nothing can be kept in" in result.stderr
    assert len(result.stdout.splitlines()) == 3


KILL = """
import os, signal, sys
import genre_audio.extraction.recording
from genre_audio.cli import app
from genre_audio.cli import predict_rows

def first_samples(segment, *, schema):
    return segment.y[100:157].astype("float64")

def kill(result):
    os.kill(os.getpid(), signal.SIGKILL)

genre_audio.extraction.recording.feature_row = first_samples
predict_rows.say_failure = kill
app()
"""


def killed(*arguments):
    """Run in a process of its own, which is killed after the first recording."""
    command = [sys.executable, "-c", KILL, "predict", *map(str, arguments), "-j", "1"]
    environment = os.environ | {"XDG_CACHE_HOME": str(Path("kept").absolute())}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_killed_run_goes_on_and_gives_the_same_bytes(tapes, tiny_folder, cheap_features):
    how = tapes, "-m", tiny_folder, "--no-content"
    for _ in range(2):
        assert killed(*how, "-o", "results.csv").returncode == -signal.SIGKILL
        assert not Path("results.csv").exists()
    kept = "--cache", Path("kept/genre-audio/tables").absolute()
    finished = run(*how, *kept, "-o", "results.csv", code=3)
    assert "2 recordings read, 2 known already" in finished.stderr
    run(*how, "--no-cache", "-o", "whole.csv", code=3)
    assert Path("results.csv").read_bytes() == Path("whole.csv").read_bytes()


# What is written --------------------------------------------------------------------------


def test_a_csv_is_complete_and_failures_stand_beside_it(tapes, read, tiny):
    run(tapes, "-o", "results.csv", code=3)
    rows = rows_of("results.csv")
    assert [row["recording"] for row in rows] == ["0.wav", "1.wav", "2.wav"]
    known = {"label", "probability", "distance_percentile", "unlike_training", "verdict"}
    known |= {"verdict_words", "genres_not_ruled_out", "coverage", "quality_remarks"}
    assert known | set(tiny.labels) <= set(rows[0])
    beside = json.loads(Path("results.csv.json").read_text())
    assert beside["recordings"] == 3
    assert beside["failures"]["nothing.wav"]["kind"] == "silent"
    assert beside["paths"] == ["tapes"]


def test_the_form_follows_the_name_of_the_output(tapes, read):
    run(tapes, "-o", "r.json", code=3)
    assert len(json.loads(Path("r.json").read_text())) == 3
    run(tapes, "-o", "r.jsonl", code=3)
    assert len(Path("r.jsonl").read_text().splitlines()) == 3
    run(tapes, "-o", "r.txt", code=3)
    assert Path("r.txt").read_text() == run(tapes, code=3).stdout
    run(tapes, "-o", "r2.csv", "-f", "jsonl", code=3)
    assert Path("r2.csv").read_text() == Path("r.jsonl").read_text()
    assert not Path("r2.csv.json").exists(), "JSON holds its parameters itself"


def test_an_old_result_stands_until_the_new_one_is_whole(tapes, read, monkeypatch):
    run(tapes, "-o", "results.csv", code=3)
    before = Path("results.csv").read_bytes()

    def fail(*_, **__):
        yield from ()
        raise ZeroDivisionError

    monkeypatch.setattr("genre_audio.prediction.batches.predict_batches", fail)
    assert "ZeroDivisionError" in run(tapes, "-o", "results.csv", code=70).stderr
    assert Path("results.csv").read_bytes() == before
    assert read_run(Path("results.csv")).paths == (Path("tapes"),), "so does what it was asked"


def test_one_recording_has_an_answer_and_a_folder_has_lines(tapes, read):
    answer = run(tapes / "0.wav").stdout
    assert answer.splitlines()[0] == "0.wav"
    assert "\nRanking\n" in answer
    assert "\nMost like\n" in answer
    assert "\nMost like\n" not in run(tapes / "0.wav", "--no-explain").stdout
    assert len(run(tapes / "0.wav", "-f", "table").stdout.splitlines()) == 1
    assert len(run(tapes, code=3).stdout.splitlines()) == 3
    assert run(tapes, "-f", "answer", code=3).stdout.count("\nRanking\n") == 3


def test_exports_of_one_and_of_many(tapes, read):
    run(tapes, "--export", "audacity:spans", "--export", "jams:spans", code=3)
    names = sorted(path.name for path in Path("spans").iterdir())
    assert len(names) == 6
    assert {name.split(".", 1)[1] for name in names} == {
        "wav.genre.labels.txt",
        "wav.genre.jams",
    }
    run(tapes / "0.wav", "--export", "csv:mine.csv", "--export", "raven")
    assert Path("mine.csv").is_file()
    assert Path("0.wav.genre.selections.txt").is_file()
    assert "no form 'midi'" in run(tapes, "--export", "midi", code=2).stderr


def test_a_page_on_one_recording_is_not_for_many(tapes, read):
    assert "name a folder" in run(tapes, "--report", "page.html", code=2).stderr
    run(tapes, "--report", "pages", code=3)
    assert (Path("pages") / "index.html").is_file()


# Asked again ------------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["r.csv", "r.csv.json", "r.json", "r.jsonl"])
def test_a_run_is_repeated(tapes, read, result):
    first = result.removesuffix(".json") if result == "r.csv.json" else result
    asked = ("--coverage", "0.7", "--hop", "1.5", "--explain", "--whole")
    run(tapes, *asked, "-o", first, code=3)
    again = f"again{Path(first).suffix}"
    code = 3 if "csv" in first else 0  # JSON says where the recordings of its results lie
    run("--params", result, "-o", again, code=code)
    assert Path(again).read_bytes() == Path(first).read_bytes()
    run(tapes, "--params", result, "-o", f"b{again}", code=3)
    assert Path(f"b{again}").read_bytes() == Path(first).read_bytes()


def test_a_run_over_a_table_is_repeated(tmp_path):
    from genre_audio.tables import table_text

    Path("features.csv").write_text(table_text(feature_table().frame))
    run("--table", "features.csv", "-o", "r.csv", "--coverage", "0.7")
    run("--params", "r.csv", "-o", "again.csv")
    assert Path("again.csv").read_bytes() == Path("r.csv").read_bytes()
    assert "cannot be listened to" in run("--table", "features.csv", "--content", code=2).stderr


def test_every_result_holds_its_parameters(tapes, read, tiny_folder):
    (first, *_) = json.loads(run(tapes, "-f", "json", "--hop", "10", code=3).stdout)
    parameters = first["parameters"]
    assert parameters["model"] == {"name": "tiny", "digest": load_bundle(tiny_folder).digest}
    assert parameters["segmentation"]["hop"] == 10
    assert Parameters.from_dict(parameters).as_dict() == parameters


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--coverage", "0.8"), "--coverage says 0.8"),
        (("--hop", "5"), "--hop says 5"),
        (("--whole",), "--whole says True"),
        (("--explain",), "--explain says True"),
    ],
)
def test_what_contradicts_the_run_is_refused(tapes, read, option, said):
    run(tapes, "-o", "r.csv", code=3)
    read.clear()
    result = run("--params", "r.csv", *option, code=2)
    assert said in result.stderr
    assert read == []
    run("--params", "r.csv", "--coverage", "0.9", "--no-explain", code=3)


def changed(path, **parts):
    value = json.loads(Path(path).read_text())
    value["parameters"] |= parts
    Path("other.json").write_text(json.dumps(value))
    return "other.json"


def test_another_model_version_or_recipe_is_said(tapes, read, tiny, tmp_path):
    run(tapes, "-o", "r.csv", code=3)
    other = dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, name="other"))
    save_bundle(other, Path("other"))
    refused = run("--params", "r.csv", "-m", "other", code=1).stderr
    assert "made by the model 'tiny' with the digest" in refused
    gone = changed("r.csv.json", model={"name": "gone", "digest": "0" * 16})
    assert "the folder of that one with -m" in run("--params", gone, code=1).stderr
    recipe = changed("r.csv.json", schema={"name": "gtzan57", "digest": "0" * 16})
    assert "describes recordings otherwise" in run("--params", recipe, code=2).stderr
    older = changed("r.csv.json", version="0.0.1")
    assert "was made by genre-audio 0.0.1" in run("--params", older, code=3).stderr
    newer = changed("r.csv.json", format=99)
    assert "update genre-audio" in run("--params", newer, code=2).stderr
    strange = changed("r.csv.json", octave=3)
    assert "unknown are octave" in run("--params", strange, code=2).stderr


def test_the_model_of_the_run_is_found_by_its_name(tapes, read, tiny, home):
    other = dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, name="mine"))
    save_bundle(other, home / "models" / "mine")
    run(tapes, "-m", "mine", "-o", "r.csv", code=3)
    assert "model: mine" in run("--params", "r.csv", code=3).stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no JSON", "holds no parameters: it is no JSON"),
        ("[]", "holds no parameters of a run"),
        ("3", "holds no parameters of a run"),
        ("{}", "missing are"),
        ('{"parameters": {}}', "missing are"),
        ('{"parameters": 3}', "bad.json: "),
        ('[{"parameters": {"a": 1}}, {"parameters": {"a": 2}}]', "results of several runs"),
    ],
)
def test_files_without_parameters(text, said):
    Path("bad.json").write_text(text)
    with pytest.raises(ParameterError, match=said.replace("[", r"\[")):
        read_run(Path("bad.json"))
    with pytest.raises(ParameterError, match="cannot be read"):
        read_run(Path("nowhere.json"))


def test_a_file_of_parameters_alone(tapes, read):
    run(tapes, "-o", "r.csv", "--coverage", "0.6", code=3)
    bare = json.loads(Path("r.csv.json").read_text())["parameters"]
    Path("mine.json").write_text(json.dumps(bare))
    assert "give recordings" in run("--params", "mine.json", code=2).stderr
    run(tapes, "--params", "mine.json", "-o", "again.csv", code=3)
    assert Path("again.csv").read_bytes() == Path("r.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", None),
        ("model", "gtzan57"),
        ("model", {"name": "m"}),
        ("schema", []),
        ("segmentation", {"hop": "ten"}),
        ("segmentation", {"hop": None}),
        ("coverage", "0.9"),
        ("coverage", 1.5),
        ("content", True),
        ("whole", "no"),
        ("explain", 1),
        ("format", "one"),
    ],
)
def test_parameters_of_another_form(tapes, read, name, value):
    run(tapes, "-o", "r.csv", code=3)
    read.clear()
    said = run("--params", changed("r.csv.json", **{name: value}), code=2).stderr
    assert said.startswith("genre-audio: other.json: these are not the parameters of a run")
    assert name in said
    assert read == []


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("-o", "tapes/0.wav"), "is read, and would be lost"),
        (("-o", "tapes"), "is a folder"),
        (("--report", "tapes/0.wav"), "is read, and would be lost"),
        (("--export", "csv:tapes/0.wav"), "is read, and would be lost"),
        (("-o", "x.csv", "--export", "csv:x.csv"), "is named for two results"),
    ],
)
def test_no_result_takes_the_place_of_a_recording(tapes, read, option, said):
    tape = Path("tapes/0.wav")
    before = tape.read_bytes()
    assert said in run(tape, *option, code=2).stderr
    assert tape.read_bytes() == before
    assert read == []


def test_no_result_takes_the_place_of_the_table(tmp_path):
    from genre_audio.tables import table_text

    Path("features.csv").write_text(table_text(feature_table().frame))
    before = Path("features.csv").read_bytes()
    said = run("--table", "features.csv", "-o", "features.csv", code=2).stderr
    assert "is read, and would be lost" in said
    assert Path("features.csv").read_bytes() == before


def test_two_equal_runs_leave_equal_files_beside_their_results(tmp_path):
    asked = Parameters("1", {"name": "m", "digest": "d"}, {}, {}, 0.9)
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "r.csv").write_text("x")
    texts = {run_text(Path(folder, "r.csv"), parameters=asked) for folder in ("a", "b")}
    assert len(texts) == 1


def test_recordings_of_a_result_may_be_gone(tapes, read):
    run(tapes, "-o", "r.json", code=3)
    shutil.rmtree(tapes)
    assert "skipped 0.wav" in run("--params", "r.json", code=1).stderr


def test_names_cannot_lead_out_of_a_folder(tapes, read, write_audio):
    run(tapes, "-o", "r.json", code=3)
    (first, *_) = json.loads(Path("r.json").read_text())
    first["recording"] = "../../out.wav"
    Path("r.json").write_text(json.dumps([first]))
    write_audio(tone(seconds=2.0), name="tapes/0.wav")
    said = run("--params", "r.json", "--export", "csv:spans", code=2).stderr
    assert "leads out of the folder" in said
