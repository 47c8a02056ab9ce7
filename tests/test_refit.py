"""Models that are out of date: fitted again from the rows that they keep, or refused."""

from __future__ import annotations

import dataclasses
import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.errors import ModelError, OutdatedModelError, TableError
from genre_audio.learning.budget import BUDGETS
from genre_audio.tables import Annotations, dataset_of
from genre_audio.training import load_bundle, load_or_refit, reading, save_bundle, train
from genre_audio.training import refit as refit_module
from sample_tables import TINY, feature_table
from test_persistence import describe, put_arrays, sign

GOLDEN = Path(__file__).parent / "golden" / "format1"


@pytest.fixture(autouse=True, scope="module")
def known_budget():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BUDGETS, "tiny", TINY)
        yield


@pytest.fixture(scope="module")
def spoiled(tiny_folder, tmp_path_factory):
    """A bundle whose probe says that it answered otherwise when it was made."""
    folder = shutil.copytree(tiny_folder, tmp_path_factory.mktemp("models") / "outdated")
    put_arrays(folder, lambda values: values["probe_probabilities"].fill(1 / 3))
    return folder


@pytest.fixture(scope="module")
def again(spoiled):
    """The same, fitted again, and what was said meanwhile."""
    said = []
    return load_or_refit(spoiled, on_step=said.append), said


@pytest.fixture
def folder(spoiled, tmp_path):
    """One to spoil further."""
    return shutil.copytree(spoiled, tmp_path / "outdated")


def test_it_is_fitted_again_as_it_was_and_that_is_said(spoiled, again, tiny):
    with pytest.raises(OutdatedModelError, match="does not answer as it did"):
        load_bundle(spoiled)
    (bundle, said), X = again, feature_table(seed=3).X
    np.testing.assert_array_equal(bundle.predict_proba(X), tiny.predict_proba(X))
    np.testing.assert_array_equal(
        bundle.neighbourhood.percentile(X), tiny.neighbourhood.percentile(X)
    )
    # Every number of the table went through text, in shortest round-trip form.
    assert bundle.info == dataclasses.replace(
        tiny.info, training=tiny.info.training | {"table": "rows.csv.gz"}
    )
    assert "does not answer as it did" in said[0]
    assert (
        f"36 rows that it keeps, which may take minutes ('genre-audio retrain {spoiled}'" in said[0]
    )
    assert said[1:] == ["fitting the final model"]


def test_it_has_an_identity_of_its_own_and_can_be_kept(again, tmp_path):
    bundle, _ = again
    save_bundle(bundle, tmp_path / "kept")
    assert load_bundle(tmp_path / "kept").info == bundle.info
    assert len({bundle.digest, load_bundle(tmp_path / "kept").digest}) == 2


def test_what_is_up_to_date_is_not_touched(tiny_folder, monkeypatch):
    monkeypatch.setattr(refit_module, "train", lambda *_, **__: pytest.fail("it was fitted again"))
    assert load_or_refit(tiny_folder).digest == load_bundle(tiny_folder).digest


@pytest.mark.parametrize("name", ["model.npz", "arrays.npz", "rows.csv.gz", "bundle.json"])
def test_what_was_changed_on_the_way_is_never_mended(folder, name, monkeypatch):
    monkeypatch.setattr(refit_module, "train", lambda *_, **__: pytest.fail("it was fitted again"))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} (was changed|cannot be read)"):
        load_or_refit(folder)


def test_without_rows_it_is_refused(folder):
    describe(folder, lambda value: value["files"].pop("rows.csv.gz"))
    with pytest.raises(OutdatedModelError, match="retrain' on its table; it keeps no rows itself"):
        load_or_refit(folder)


def test_a_model_of_format_1_under_another_scikit_learn_has_no_rows_or_is_fitted_again(
    folder, tmp_path, tiny, monkeypatch
):
    old = shutil.copytree(GOLDEN, tmp_path / "old")
    describe(old, lambda value: value["versions"].update({"scikit-learn": "0.24.2"}))
    with pytest.raises(
        OutdatedModelError, match=r"made with scikit-learn 0\.24\.2.*no rows itself"
    ):
        load_or_refit(old)

    def edit(value):
        value.update(format=1, versions=value["versions"] | {"xgboost-cpu": "1.0"})
        value.pop("conformal")
        value["files"]["model.skops"] = value["files"].pop("model.npz")

    # The fitted model is not even looked at.
    (folder / "model.npz").rename(folder / "model.skops")
    describe(folder, edit)
    monkeypatch.setattr(refit_module, "train", lambda *_, **__: (tiny, []))
    assert load_or_refit(folder).classifier is tiny.classifier


def outdated(bundle, folder):
    probe = dataclasses.replace(bundle.probe, probabilities=bundle.probe.probabilities[::-1])
    save_bundle(dataclasses.replace(bundle, probe=probe), folder)


def test_artists_that_were_in_a_file_of_their_own_stay_apart(tmp_path):
    table = feature_table()
    owners = {name: f"{k // 2}" for k, name in enumerate(table.recordings)}
    dataset = dataset_of(table, groups=Annotations(owners, column="artist"))
    how = {"name": "apart", "budget": TINY, "scores": [], "learners": ["qda"], "task": "content"}
    bundle, _ = train(table, dataset, source="tapes, free to use", **how)
    outdated(bundle, tmp_path / "apart")
    again = load_or_refit(tmp_path / "apart")
    assert again.info.training == bundle.info.training | {"table": "rows.csv.gz"}
    assert (again.info.task, again.info.training["groups"]) == ("content", 18)
    assert again.neighbourhood.groups.tolist() == bundle.neighbourhood.groups.tolist()
    assert again.credits.makers.tolist() == bundle.credits.makers.tolist()


def replace_rows(folder, edit):
    text = edit(gzip.decompress((folder / "rows.csv.gz").read_bytes()))
    (folder / "rows.csv.gz").write_bytes(gzip.compress(text))
    sign(folder)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda text: text.replace(b"jazz.00000", b"jazz.12345"), "holds other rows than"),
        (lambda text: text.replace(b"tempo", b"speed"), r"rows\.csv\.gz.* is not a feature table"),
        (lambda text: text[:200], r"the rows in .* cannot be used: .*rows\.csv\.gz"),
    ],
)
def test_rows_that_are_not_those_of_the_model_are_refused(folder, edit, message):
    replace_rows(folder, edit)
    with pytest.raises(ModelError, match=message):
        load_or_refit(folder)


def test_rows_that_would_fill_the_memory_are_not_unpacked(folder, monkeypatch):
    replace_rows(folder, lambda _: bytes(2**21 + 1))
    monkeypatch.setattr(reading, "LARGEST", 2**21)
    with pytest.raises(ModelError, match="would take more than the 2 MB that are read"):
        load_or_refit(folder)


def test_rows_that_cannot_be_unpacked_are_refused(folder):
    (folder / "rows.csv.gz").write_bytes(b"\x1f\x8b text")
    sign(folder)
    with pytest.raises(ModelError, match=r"rows\.csv\.gz cannot be unpacked"):
        load_or_refit(folder)


def test_rows_that_do_not_suffice_are_refused(folder, monkeypatch):
    def refuse(*_, **__):
        raise TableError("too few")

    monkeypatch.setattr(refit_module, "train", refuse)
    with pytest.raises(ModelError, match=r"rows\.csv\.gz does not suffice to fit again: too few"):
        load_or_refit(folder)


def run(*words, code=0):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.usefixtures("home")
def test_predict_says_so_and_goes_on(folder, tmp_path, tiny_folder, tiny, monkeypatch):
    monkeypatch.setattr(refit_module, "train", lambda *_, **__: (tiny, []))
    table = tmp_path / "features.csv"
    table.write_bytes(gzip.decompress((tiny_folder / "rows.csv.gz").read_bytes()))
    ask = ("predict", "--table", table, "-f", "csv", "-m")
    expected = run(*ask, tiny_folder)
    result = run(*ask, folder)
    assert "for now it is fitted again from the 36 rows that it keeps" in result.stderr
    assert result.stdout.replace(str(folder), "") == expected.stdout.replace(str(tiny_folder), "")


@pytest.mark.usefixtures("home")
def test_retrain_keeps_apart_what_was_kept_apart(folder, tmp_path, monkeypatch):
    seen = []

    def spy(table, dataset, **how):
        seen.append((dataset.grouping, how["task"], table.path.name))
        raise TableError("enough")

    monkeypatch.setattr("genre_audio.training.train", spy)
    describe(folder, lambda value: value["training"].update(grouping="village"))
    describe(folder, lambda value: value.update(task="content"))
    result = run("retrain", folder, "-o", tmp_path / "new", code=1)
    assert "kept apart as they were then: village" in result.stderr
    run("retrain", folder, "-o", tmp_path / "new", "--groups", "artist", code=1)
    run("retrain", folder, "-o", tmp_path / "new", "--segment-seconds", 5, code=2)
    (folder / "rows.csv.gz").write_bytes(b"")
    assert "was changed" in run("retrain", folder, "-o", tmp_path / "new", code=1).stderr
    assert seen == [
        ("village", "content", "rows.csv.gz"),
        ("artist", "content", "rows.csv.gz"),
    ]
