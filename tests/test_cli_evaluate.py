"""``genre-audio evaluate``: flags reach their functions, results parse, errors are words."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.cli.protocols import Kind
from genre_audio.errors import ModelError
from genre_audio.evaluation import Evaluation
from genre_audio.learning import LEARNERS
from genre_audio.tables import read_table, table_text
from genre_audio.training import load_bundle, save_bundle
from genre_audio.training.procedure import model_procedure
from sample_tables import feature_table

pytestmark = pytest.mark.usefixtures("home", "shipped")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GENRE_AUDIO_DATA", raising=False)


@pytest.fixture
def features():
    path = Path("features.csv")
    path.write_text(table_text(feature_table().frame))
    return path


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


@pytest.fixture
def asked(monkeypatch):
    """Nothing is fitted: what `evaluate` was asked for, and probabilities out of the air."""
    calls = []

    def evaluate(make, dataset, *, protocol, learner, coverage, on_fold):
        calls.append((make(), dataset, protocol, learner, coverage))
        on_fold(0, len(protocol.folds))
        labels, truth = np.unique(dataset.y, return_inverse=True)
        rng = np.random.default_rng(len(calls))
        p = 0.3 * rng.dirichlet(np.ones(len(labels)), size=len(truth))
        p += 0.7 * np.eye(len(labels))[truth]
        common = (tuple(labels.tolist()), truth, p, dataset.groups, dataset.names, protocol.name)
        return Evaluation(*common, learner=learner, leaks=protocol.leaks)

    monkeypatch.setattr("genre_audio.evaluation.side_by_side.evaluate", evaluate)
    return calls


def test_a_table_of_the_current_folder_is_scored_in_grouped_folds(features):
    result = run("--learners", "qda", "--budget", "none", "--folds", "3", "-j", "1")
    assert result.stdout.startswith(
        "qda, 3 folds, every recording by itself, exact duplicates together: better than"
    )
    assert "calibration" in result.stdout
    assert "truth \\ called" in result.stdout
    assert "\nqda, 3 folds, every recording by itself" in result.stderr


def test_several_learners_are_compared(features):
    arguments = ("--learners", "knn,decision_tree", "--budget", "none", "--folds", "2", "-j", "1")
    said = json.loads(run(*arguments, "-f", "json").stdout)
    assert [each["learner"] for each in said["evaluations"]] == ["knn", "decision_tree"]
    (comparison,) = said["comparisons"]
    assert comparison["best"] in {"knn", "decision_tree"}
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "-f", "csv").stdout)))
    assert [float(row["accuracy"]) for row in rows] == [e["accuracy"] for e in said["evaluations"]]
    assert sorted(row["accuracy_minus_best"] == "" for row in rows) == [False, True]
    text = run(*arguments).stdout
    assert "has the highest accuracy" in text
    assert "difference to" in text
    page = run(*arguments, "-f", "markdown").stdout.splitlines()
    assert page[2].count("|") == page[3].count("|") == page[4].count("|")


def test_results_go_into_a_file(features, asked):
    result = run("-o", "scores.json", "-f", "json")
    assert result.stdout == ""
    assert json.loads(Path("scores.json").read_text())["evaluations"][0]["learner"] == "stack"


def test_every_flag_is_handed_on(features, asked):
    flags = ["--protocol", "grouped", "--folds", "2", "--repeats", "3", "--seed", "7"]
    flags += ["--groups", "artist", "--learners", "stack, qda", "--budget", "full"]
    run(*flags, "--absolute-level", "--coverage", "0.8", "-j", "2")
    (stack, data, protocol, name, coverage), (qda, *_) = asked
    assert (name, coverage) == ("stack", 0.8)
    assert stack.learners == LEARNERS
    assert qda.learners == ("qda",)
    assert (stack.budget, stack.seed, stack.n_jobs, stack.level_invariant) == ("full", 7, 2, False)
    assert data.grouping == "artist"
    assert (len(protocol.folds), protocol.repeats) == (6, 3)
    assert stack.columns == data.columns


def test_defaults(features, asked):
    run("features.csv", "-j", "1")
    ((stack, data, protocol, name, coverage),) = asked
    assert (stack.budget, stack.seed, stack.level_invariant) == ("small", 0, True)
    assert (data.grouping, len(protocol.folds), name, coverage) == ("recording", 5, "stack", 0.9)


@pytest.mark.parametrize(
    ("flags", "key", "folds"),
    [
        (["--protocol", "random"], "random", 20),
        (["--protocol", "random", "--repeats", "2"], "random", 2),
        (["--protocol", "stratified", "--folds", "4"], "stratified", 4),
        (["--protocol", "leave-one-group-out", "--groups", "artist"], "leave-one-group-out", 18),
    ],
)
def test_protocols(features, asked, flags, key, folds):
    run(*flags)
    assert asked[0][2].key == key
    assert len(asked[0][2].folds) == folds


def test_lists(features, asked):
    names = feature_table().frame["filename"].tolist()
    Path("train.txt").write_text("\n".join(names[::2]) + "\n\n")
    Path("test.txt").write_text("\n".join(name.removesuffix(".wav") for name in names[1::2]))
    run("--protocol", "lists", "--train-list", "train.txt", "--test-list", "test.txt")
    ((train, test),) = asked[0][2].folds
    assert (train % 2 == 0).all()
    assert (test % 2 == 1).all()
    assert len(train) == len(test) == 18
    Path("test.txt").write_text("\n\n")
    flags = ("--protocol", "lists", "--train-list", "train.txt", "--test-list")
    assert "test.txt names no recording" in run(*flags, "test.txt", code=1).stderr
    assert "cannot be read" in run(*flags, "nowhere.txt", code=1).stderr
    Path("test.txt").write_text("a\nb\na\n")
    assert "names 'a' twice" in run(*flags, "test.txt", code=1).stderr
    Path("test.txt").write_bytes(b"\xff\xfe\x00")
    assert "no text in UTF-8" in run(*flags, "test.txt", code=1).stderr


def index_text():
    frame = feature_table().frame
    lines = ["filename,genre,artist,title,kereliuk2015_split,foleis2020_test_fold"]
    lines += [
        f"{name},{label},{artist},,{'test' if k % 6 < 2 else 'train'},{k // 2 % 3 + 1}.0"
        for k, (name, label, artist) in enumerate(
            zip(frame["filename"], frame["label"], frame["artist"], strict=True)
        )
    ]
    return "\n".join(lines) + "\n"


def test_gtzan_finds_its_files_by_itself(asked, monkeypatch, tmp_path):
    folder = tmp_path / "data" / "gtzan"
    (folder / "splits").mkdir(parents=True)
    (folder / "features_30_sec.csv").write_text(table_text(feature_table().frame))
    (folder / "splits" / "index.csv").write_text(index_text())
    monkeypatch.setenv("GENRE_AUDIO_DATA", str(tmp_path / "data"))
    result = run("--protocol", "gtzan", "--repeats", "2", "--learners", "qda", "-f", "csv")
    keys = [protocol.key for _, _, protocol, *_ in asked]
    assert keys == [
        *("random", "random-together", "artist-filtered", "artist-disjoint", "fault-filtered")
    ]
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["leaks"] for row in rows] == ["True", "True", "False", "False", "False"]
    assert all(len(protocol.folds) == 2 for _, _, protocol, *_ in asked[:2])


def test_gtzan_with_files_that_are_named(features, asked):
    Path("mine.csv").write_text(index_text())
    run(features, "--protocol", "gtzan", "--index", "mine.csv", "--repeats", "1")
    assert len(asked) == 5
    said = run(features, "--protocol", "gtzan", code=1).stderr
    assert "there is no index of GTZAN: name one with --index FILE" in said


def test_a_models_settings_are_taken_and_not_its_fit(features, tiny, asked, tmp_path):
    learning = tiny.info.learning | {"budget": "none", "seed": 5, "level_invariant": True}
    info = dataclasses.replace(tiny.info, name="mine", learning=learning)
    save_bundle(dataclasses.replace(tiny, info=info), tmp_path / "mine")
    run("--model", "mine", "--learners", "qda")
    (mine, _, _, name, _), (_, _, _, other, _) = asked
    assert (name, other) == ("mine", "qda")
    assert (mine.budget, mine.seed, mine.level_invariant) == ("none", 5, True)
    assert mine.learners == LEARNERS
    run("--model", "mine", "--budget", "full", "--seed", "2")
    assert (asked[-1][0].budget, asked[-1][0].seed) == ("full", 2)
    run("--model", "mine", "--absolute-level")
    assert not asked[-1][0].level_invariant
    info = dataclasses.replace(info, name="qda")
    save_bundle(dataclasses.replace(tiny, info=info), tmp_path / "qda")
    said = run("--model", "./qda", "--learners", "qda", code=2).stderr
    assert "'qda' is to be evaluated twice" in said


def test_a_model_that_does_not_say_how_it_was_made(tiny_folder):
    info = load_bundle(tiny_folder).info  # its budget is of the tests' own
    assert model_procedure(info, budget="none").level_invariant
    older = {key: value for key, value in info.learning.items() if key != "level_invariant"}
    made = model_procedure(dataclasses.replace(info, learning=older), budget="none")
    assert not made.level_invariant
    with pytest.raises(ModelError, match=r"unknown budget 'tiny'.*give --budget"):
        model_procedure(info)
    with pytest.raises(ModelError, match="does not say how it was made"):
        model_procedure(dataclasses.replace(info, learning={}))


def test_a_page_is_written_where_asked(features, asked, monkeypatch):
    pages, origins = [], []

    def evaluation_page(evaluations, *, comparison, provenance):
        pages.append((evaluations, comparison))
        origins.append(provenance)
        return "<html>"

    module = types.SimpleNamespace(evaluation_page=evaluation_page)
    monkeypatch.setitem(sys.modules, "genre_audio.reporting.evaluation_page", module)
    assert "the page is page.html" in run("--report", "page.html").stderr
    assert Path("page.html").read_text() == "<html>"
    run("--report", "page.html", "--learners", "qda,knn")
    (one, nothing), (two, comparison) = pages
    assert (len(one), nothing, len(two)) == (1, None, 2)
    assert comparison.evaluations == tuple(two)
    table = read_table(features)
    assert origins[0]["Table"]["digest"] == table.digest
    assert origins[0]["Table"]["schema"].startswith("gtzan57 version ")
    assert origins[0]["Command"].startswith("genre-audio")
    assert [said.split(":")[0] for said in origins[1]["Learners"]] == ["qda", "knn"]
    assert "scikit-learn" in origins[0]["Versions"]
    assert origins[0]["Folds"] == {"grouped by": "recording", "seed": 0}


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--protocol", "random", "--groups", "artist"], "--groups says nothing to --protocol ran"),
        (["--protocol", "gtzan", "--folds", "3"], "--folds says nothing to --protocol gtzan"),
        (["--train-list", "a.txt"], "--train-list says nothing to --protocol grouped, only to li"),
        (["--protocol", "lists"], "needs --train-list FILE and --test-list FILE"),
        (["--protocol", "leave-one-group-out"], "needs --groups, such as a column of artists"),
        (["--index", "a.csv"], "--index says nothing to --protocol grouped, only to gtzan"),
        (["--learners", "svm"], "unknown learner 'svm'; choose from stack, "),
        (["--learners", "knn,knn"], "'knn' is to be evaluated twice; name each learner once"),
        (["--learners", ""], "unknown learner ''"),
        (["--report", "features.csv"], "'features.csv' is read, and would be lost"),
        (["--report", "."], "'.' is a folder; name a file in it for the result"),
        (["--output", "."], "'.' is a folder; name a file in it for the result"),
        (["--folds", "1"], "folds"),
        (["--coverage", "2"], "coverage"),
        (["--protocol", "lucky"], "lucky"),
    ],
)
def test_wrong_usage(features, flags, message):
    result = run(*flags, code=2)
    assert result.stdout == ""
    assert message in " ".join(result.stderr.split())


@pytest.mark.parametrize("flag", ["--groups", "--train-list", "--test-list", "--index"])
def test_what_is_read_beside_the_table_is_not_written_over(features, flag):
    Path("mine.csv").write_text("filename,artist\nx.wav,Ali\n")
    said = run(flag, "mine.csv" + ":artist" * (flag == "--groups"), "-o", "mine.csv", code=2).stderr
    assert "'mine.csv' is read, and would be lost" in said


def test_every_protocol_is_named_in_the_help():
    said = " ".join(run("--help").stdout.split())
    assert all(f"'{kind}'" in said for kind in Kind)


def test_a_table_that_is_not_there(tmp_path):
    assert "there is no table 'features.csv'" in run(code=1).stderr
    (tmp_path / "empty").mkdir()
    assert "there is no table 'empty/features.csv'" in run("empty", code=1).stderr


def test_a_table_that_does_not_say_how_long_its_segments_are(asked):
    Path("bare.csv").write_text(table_text(feature_table().frame.drop(columns="length")))
    assert "--segment-seconds" in run("bare.csv", code=1).stderr
    run("bare.csv", "--segment-seconds", "5")
    assert len(asked) == 1


def test_too_few_recordings_are_refused_in_words(features):
    said = run("--folds", "13", "--learners", "qda", code=1).stderr
    assert "class 'jazz' has 12 independent group(s), but 13 folds need" in said
