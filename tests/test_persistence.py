"""Bundles on disk: what comes back, what is refused, what is never overwritten."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from genre_audio.errors import ModelError, OutputError
from genre_audio.features import GTZAN57
from genre_audio.learning import GenreStack
from genre_audio.learning.bearing import Bearing
from genre_audio.learning.neighbourhood import Neighbourhood
from genre_audio.learning.plain import PlainStack
from genre_audio.learning.plain.copy import plain_stack
from genre_audio.tables import dataset_of, read_table
from genre_audio.training import load_bundle, save_bundle, train
from genre_audio.training import persistence as persistence_module
from genre_audio.training.bundle import Probe
from genre_audio.training.description import description_text, read_info
from sample_tables import TINY, feature_table


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A bundle to spoil."""
    return shutil.copytree(tiny_folder, tmp_path / "spoiled")


def describe(folder, edit):
    """Change bundle.json by a function of its content, and its digest, as a forger would."""
    path = folder / "bundle.json"
    value = json.loads(path.read_text())
    edit(value)
    path.write_text(description_text(value))


def sign(folder):
    """Make the checksums right again, as somebody would who means harm."""

    def edit(value):
        for name in value["files"]:
            value["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()

    describe(folder, edit)


def test_what_is_loaded_answers_like_what_was_saved(tiny, tiny_folder):
    again, X = load_bundle(tiny_folder), feature_table(seed=3).X
    np.testing.assert_array_equal(again.predict_proba(X), tiny.predict_proba(X))
    expected = tiny.neighbourhood.percentile(X)
    np.testing.assert_array_equal(again.neighbourhood.percentile(X), expected)
    assert again.info == tiny.info
    assert again.labels == ["jazz", "metal", "polka"]
    assert again.neighbourhood.names.tolist() == tiny.neighbourhood.names.tolist()
    assert len(again.digest) == 16
    assert tiny.digest == ""


def test_the_identity_is_that_of_the_files(tiny_folder, folder):
    assert load_bundle(folder).digest == load_bundle(tiny_folder).digest
    describe(folder, lambda value: value["files"].pop("CARD.md"))
    assert load_bundle(folder).digest != load_bundle(tiny_folder).digest


def test_the_description_is_plain_json_with_a_card_beside_it(tiny, tiny_folder):
    value = json.loads((tiny_folder / "bundle.json").read_text(encoding="utf-8"))
    assert value["format"] == 3
    assert set(value) == {f.name for f in dataclasses.fields(tiny.info)} | {
        "format",
        "files",
        "digest",
    }
    assert read_info(tiny_folder) == tiny.info
    card = (tiny_folder / "CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# tiny\n")
    assert set(value["files"]) == {path.name for path in tiny_folder.iterdir()} - {"bundle.json"}


@pytest.mark.parametrize("name", ["model.npz", "arrays.npz", "CARD.md", "rows.csv.gz"])
def test_one_flipped_byte_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} was changed since .* get the bundle again"):
        load_bundle(folder)


@pytest.mark.parametrize("name", ["model.npz", "arrays.npz", "CARD.md"])
def test_a_missing_file_is_noticed(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        load_bundle(folder)


@pytest.mark.parametrize("found", [0, 4, "2", None, [2], True])
def test_other_formats_are_refused(folder, found):
    describe(folder, lambda value: value.update(format=found))
    with pytest.raises(ModelError, match=r"bundle format .*, this version reads formats 1 to 3"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"name": "x"}', "\ufeff{}", "[" * 9, "[" * 200_000],
    ids=range(8),
)
def test_a_broken_description_is_refused(folder, text):
    (folder / "bundle.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"bundle\.json cannot be read"):
        read_info(folder)


def test_a_description_in_no_encoding_is_refused(folder):
    (folder / "bundle.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ModelError, match=r"bundle\.json cannot be read"):
        read_info(folder)


def test_a_folder_without_description_is_no_model(tmp_path):
    with pytest.raises(ModelError, match=r"is no model: it holds no bundle\.json"):
        load_bundle(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"bundle\.json cannot be read"):
        load_bundle(tmp_path / "file")


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("labels", None),
        ("files", None),
        ("schema", "digest"),
        ("segmentation", "seconds"),
        ("training", "digest"),
        ("thresholds", "unlike_percentile"),
        ("versions", "scikit-learn"),
        ("files", "model.npz"),
    ],
)
def test_a_description_that_lacks_something_says_what(folder, part, name):
    describe(folder, lambda value: (value[part] if name else value).pop(name or part))
    said = f"{part}.{name}" if name else part
    with pytest.raises(ModelError, match=f"bundle.json lacks '{said}'; get the bundle"):
        load_bundle(folder)


@pytest.mark.parametrize("part", ["schema", "segmentation", "training", "thresholds", "files"])
@pytest.mark.parametrize("value", [[], "text", 3, None])
def test_a_description_of_another_shape_is_refused(folder, part, value):
    describe(folder, lambda said: said.update({part: value}))
    with pytest.raises(ModelError, match=r"bundle\.json cannot be read"):
        load_bundle(folder)


def test_labels_in_another_order_are_noticed(folder):
    describe(folder, lambda value: value["labels"].reverse())
    with pytest.raises(ModelError, match="the model differ in labels"):
        load_bundle(folder)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_format_decides_what_is_read(folder, number):
    shutil.copy(folder / "model.npz", folder / "model.skops")

    def edit(value):
        value["format"] = number
        value["files"]["model.skops"] = value["files"]["model.npz"]

    describe(folder, edit)
    foreign = "model.npz" if number == 1 else "model.skops"
    with pytest.raises(ModelError, match=f"no bundle of format {number} has .{foreign}.; get the"):
        load_bundle(folder)


@pytest.mark.parametrize("name", ["extra.npz", "../tiny/model.npz", "bundle.json"])
def test_files_that_no_bundle_has_are_refused(folder, name):
    describe(folder, lambda value: value["files"].update({name: "0" * 64}))
    with pytest.raises(ModelError, match="names files that no bundle of format 3 has"):
        read_info(folder)


class Stranger:
    """Something that only pickle could store."""


def put_arrays(folder, edit, *, name="arrays.npz"):
    with np.load(folder / name) as arrays:
        values = dict(arrays)
    edit(values)
    np.savez(folder / name, **values)
    sign(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x80\x04K\x01."])
def test_a_model_file_that_is_none_is_refused(folder, content):
    (folder / "model.npz").write_bytes(content)
    sign(folder)
    with pytest.raises(ModelError, match=r"model\.npz cannot be read as arrays"):
        load_bundle(folder)


def test_a_model_that_would_need_pickle_is_refused(folder):
    harmful = np.array([Stranger()], dtype=object)
    put_arrays(folder, lambda values: values.update(classes=harmful), name="model.npz")
    with pytest.raises(
        ModelError, match=r"model\.npz cannot be read.*objects, which would need pickle"
    ):
        load_bundle(folder)


def rename_kind(values, old, new):
    for key in [key for key in values if f"/{old}/" in key]:
        values[key.replace(f"/{old}/", f"/{new}/")] = values.pop(key)


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.pop("weights"),
        lambda v: v.update(learners=np.array(["svm"])),
        lambda v: rename_kind(v, "forest", "eval"),
        lambda v: rename_kind(v, "scale", "__class__"),
        lambda v: v.update({"qda/none/scale/mean": np.zeros(1)}),
        lambda v: v.update({"qda/mean": np.zeros(1)}),
        lambda v: v.pop("random_forest/3/forest/left"),
        lambda v: v["random_forest/3/forest/left"].fill(0),
        lambda v: v["xgboost/3/boosted/left"].fill(10**6),
        lambda v: v["xgboost/3/boosted/feature"].fill(-1),
        lambda v: v["xgboost/3/boosted/roots"].fill(-1),
        lambda v: v["random_forest/3/forest/leaf"].fill(10**6),
        lambda v: v["random_forest/3/forest/values"].fill(np.nan),
        lambda v: v.update({"knn/3/neighbours/n_classes": np.array(10**13)}),
        lambda v: v.update({"knn/3/neighbours/n_classes": np.array(10**7)}),
        lambda v: v.update({"knn/3/neighbours/extra": np.array(1)}),
        lambda v: v.update(extra=np.zeros(10**6)),
        lambda v: v.update(share=np.full(2, 0.1)),
        lambda v: v.update(weights=np.ones(2)),
        lambda v: v.update(weights=np.ones((5, 5))),
        lambda v: v.update(weights=-v["weights"]),
        lambda v: v["sureness"].fill(np.nan),
        lambda v: v.pop("whole"),
        lambda v: v.update({"svm/0/scale/mean": np.zeros(1)}),
        lambda v: v.update({"space/2/forest/left": np.zeros(1)}),
    ],
)
def test_another_object_than_a_model_is_refused(folder, edit):
    put_arrays(folder, edit, name="model.npz")
    with pytest.raises(ModelError, match="holds no model of ours"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.pop("qda/1/scale/mean"),
        lambda v: v.update({"qda/1/scale/extra": np.zeros(1)}),
        lambda v: v.update({"qda/1/scale/mean": np.zeros(5)}),
        lambda v: v.update({"qda/1/scale/mean": np.array(["text"])}),
        lambda v: v["random_forest/3/forest/feature"].fill(10**6),
    ],
)
def test_a_model_that_cannot_answer_is_refused(folder, edit):
    put_arrays(folder, edit, name="model.npz")
    with pytest.raises(ModelError, match="does not answer as it did when it was made"):
        load_bundle(folder)


def broadcast(values):
    """Ask one row three times, and give the answer once."""
    values["probe_rows"][:] = values["probe_rows"][0]
    values["probe_probabilities"] = values["probe_probabilities"][:1]


def test_arrays_that_would_need_pickle_are_refused(folder):
    harmful = np.array([Stranger()], dtype=object)
    put_arrays(folder, lambda values: values.update(names=harmful))
    with pytest.raises(
        ModelError, match=r"arrays\.npz cannot be read.*objects, which would need pickle"
    ):
        load_bundle(folder)


def test_missing_arrays_are_noticed(folder):
    put_arrays(folder, lambda values: values.pop("quantiles"))
    with pytest.raises(ModelError, match=r"arrays\.npz lacks arrays, or .*: quantiles; get the"):
        load_bundle(folder)
    (folder / "arrays.npz").write_bytes(b"text")
    sign(folder)
    with pytest.raises(ModelError, match=r"arrays\.npz cannot be read"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.update(probe_probabilities=v["probe_probabilities"][::-1]),
        lambda v: v.update(probe_probabilities=v["probe_probabilities"][:, :2]),
        lambda v: v.update(probe_probabilities=v["probe_probabilities"][:1]),
        lambda v: v.update(probe_rows=v["probe_rows"][:1].repeat(2, axis=0)),
        lambda v: v.update(probe_rows=v["probe_rows"][:, :5]),
        lambda v: v.update(probe_rows=v["probe_rows"][0]),
        broadcast,
    ],
)
def test_a_model_that_answers_otherwise_than_when_it_was_made_is_refused(folder, edit):
    put_arrays(folder, edit)
    with pytest.raises(ModelError, match="does not answer as it did when it was made"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("quantiles", np.s_[:50]),
        ("rows", np.s_[:, :5]),
        ("rows", np.s_[:0]),
        ("rows", np.s_[:, :, np.newaxis]),
        ("names", np.s_[:3]),
        ("labels", np.s_[:, np.newaxis]),
        ("groups", np.s_[0]),
    ],
)
def test_training_rows_that_do_not_belong_together_are_refused(folder, name, kept):
    put_arrays(folder, lambda values: values.update({name: values[name][kept]}))
    with pytest.raises(ModelError, match=r"arrays\.npz holds no training rows of this model \("):
        load_bundle(folder)


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.update({"space/1/scale/mean": v["space/1/scale/mean"][:5]}),
        lambda v: v.update({"space/0/form/kept": v["space/0/form/kept"] + 1000}),
        lambda v: v.update({"space/1/scale/scale": 0 * v["space/1/scale/scale"]}),
        lambda v: v.pop("space/1/scale/scale"),
    ],
)
def test_a_space_that_has_no_place_for_rows_is_refused(folder, edit):
    put_arrays(folder, edit, name="model.npz")
    with pytest.raises(ModelError, match=r"arrays\.npz holds no training rows of this model \("):
        load_bundle(folder)


def test_a_model_of_other_columns_than_its_schema_is_refused(tiny, tmp_path):
    table = feature_table()
    columns, X, y = GTZAN57.columns[:20], table.X[:, :20], table.labels.astype(str)
    names = table.recordings.astype(str)
    stack = GenreStack(learners=["qda"], columns=columns, budget=TINY).fit(X, y)
    near = Neighbourhood.fit(X, names=names, labels=y, groups=names, columns=list(columns))
    probe = Probe(X[::12], plain_stack(stack).predict_proba(X[::12]))
    fewer = dataclasses.replace(
        tiny, classifier=plain_stack(stack), neighbourhood=near, probe=probe
    )
    save_bundle(fewer, tmp_path / "fewer")
    with pytest.raises(ModelError, match="a model of 20 columns cannot be one of gtzan57"):
        load_bundle(tmp_path / "fewer")
    # What rows another recipe makes is not known here; `ModelBundle.check` refuses to use it.
    other = dataclasses.replace(tiny.info, schema=tiny.info.schema | {"digest": "0" * 16})
    save_bundle(dataclasses.replace(fewer, info=other), tmp_path / "other")
    assert load_bundle(tmp_path / "other").labels == tiny.labels


BEARING = [f"bearing_{field.name}" for field in dataclasses.fields(Bearing)]


def test_the_bearing_survives_and_a_bundle_of_earlier_versions_has_none(folder, tiny):
    X, short = feature_table(seed=3).X, np.full(36, 1.5)
    again = load_bundle(folder).neighbourhood
    expected = tiny.neighbourhood.percentile(X, shortness=short)
    np.testing.assert_array_equal(again.percentile(X, shortness=short), expected)
    put_arrays(folder, lambda values: [values.pop(name) for name in BEARING])
    old = load_bundle(folder).neighbourhood
    assert old.bearing is None
    plain = dataclasses.replace(tiny.neighbourhood, bearing=None)
    np.testing.assert_array_equal(old.percentile(X, shortness=short), plain.percentile(X))


@pytest.mark.parametrize("name", BEARING)
def test_half_a_bearing_is_refused(folder, name):
    put_arrays(folder, lambda values: values.pop(name))
    with pytest.raises(ModelError, match=f"lacks arrays, or holds others than ours: {name}"):
        load_bundle(folder)


@pytest.mark.parametrize("name", BEARING)
def test_a_bearing_of_another_space_is_refused(folder, name):
    put_arrays(folder, lambda values: values.update({name: np.zeros((2, 2))}))
    with pytest.raises(ModelError, match=r"holds no training rows of this model \(its "):
        load_bundle(folder)


@pytest.mark.parametrize("name", ["model.npz", "arrays.npz"])
def test_an_archive_that_would_fill_the_memory_is_not_unfolded(folder, name, monkeypatch):
    with np.load(folder / name) as arrays:
        values = dict(arrays)
    module = importlib.import_module("genre_audio.training.archives")
    assert module.LARGEST == 256 * 2**20
    monkeypatch.setattr(module, "LARGEST", 32 * 2**20)
    np.savez_compressed(folder / name, **values, zeros=np.zeros(2**22 + 1))
    sign(folder)
    content, load = (folder / name).read_bytes(), np.load

    def spy(file, **how):
        assert file.getvalue() != content, "it was unfolded"
        return load(file, **how)

    monkeypatch.setattr(np, "load", spy)
    with pytest.raises(ModelError, match=f"{name} cannot be read.* at most 32 MB are read; get"):
        load_bundle(folder)


def test_arrays_that_nobody_asks_for_are_refused(folder):
    put_arrays(folder, lambda values: values.update(extra=np.zeros(1)))
    with pytest.raises(ModelError, match=r"arrays\.npz .* holds others than ours: extra; get the"):
        load_bundle(folder)


@pytest.mark.parametrize("odd", [np.ndarray(9, "U0"), np.zeros(9, "M8[s]"), np.zeros(9, "S3")])
def test_arrays_of_anything_but_numbers_and_text_are_refused(folder, odd):
    put_arrays(folder, lambda values: values.update(learners=odd), name="model.npz")
    with pytest.raises(ModelError, match=r"model\.npz .*'learners' holds neither numbers nor text"):
        load_bundle(folder)


def test_memory_that_is_not_there_is_no_crash(folder, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(PlainStack, "predict_proba", fail)
    with pytest.raises(ModelError, match="does not answer as it did"):
        load_bundle(folder)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_bundle_is_not_overwritten_unasked(tiny, folder):
    before = contents(folder)
    with pytest.raises(OutputError, match="is there already; use --force"):
        save_bundle(tiny, folder)
    assert contents(folder) == before
    save_bundle(dataclasses.replace(tiny, rows=None), folder, force=True)
    assert set(contents(folder)) == {"CARD.md", "arrays.npz", "bundle.json", "model.npz"}
    assert load_bundle(folder).info == tiny.info


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_no_bundle_is_never_replaced(tiny, tmp_path, force):
    (tmp_path / "tapes").mkdir()
    (tmp_path / "tapes" / "take.wav").write_bytes(b"irreplaceable")
    with pytest.raises(OutputError, match="is there and holds no model; choose another place"):
        save_bundle(tiny, tmp_path / "tapes", force=force)
    with pytest.raises(OutputError, match="holds no model"):
        save_bundle(tiny, tmp_path / "tapes" / "take.wav", force=force)
    assert (tmp_path / "tapes" / "take.wav").read_bytes() == b"irreplaceable"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_while_writing_leaves_the_old_bundle(tiny, folder, monkeypatch, error):
    def fail(_):
        raise error

    before = contents(folder)
    monkeypatch.setattr(persistence_module, "card_text", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        save_bundle(tiny, folder, force=True)
    assert contents(folder) == before
    with pytest.raises((OutputError, KeyboardInterrupt)):
        save_bundle(tiny, folder.with_name("new"))
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_place_below_a_file_is_said(tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        save_bundle(tiny, tmp_path / "file" / "mine")


def test_the_training_rows_come_back_and_can_be_trained_on_again(tiny, tiny_folder, tmp_path):
    # On artists, so that the column that is not ours is seen to survive.
    table = read_table(tiny_folder / "rows.csv.gz")
    assert table.segmentation == tiny.segmentation
    assert not table.segmentation_inferred
    original = feature_table()
    pd.testing.assert_frame_equal(table.frame, original.frame, check_dtype=False)
    assert table.digest == original.digest == tiny.info.training["digest"]
    again, _ = train(table, dataset_of(table), name="again", budget=TINY)
    X = feature_table(seed=3).X
    np.testing.assert_array_equal(again.predict_proba(X), tiny.predict_proba(X))


def test_rows_are_left_out_on_request(tmp_path):
    table = feature_table(8)
    bundle, _ = train(
        table, dataset_of(table), name="bare", budget=TINY, keep_rows=False, scores=[]
    )
    save_bundle(bundle, tmp_path / "bare")
    assert not (tmp_path / "bare" / "rows.csv.gz").exists()
    assert load_bundle(tmp_path / "bare").rows is None


# Written by version 0.1.0 as it was at format 2, of 24 made-up rows of which five columns
# vary: `train(..., budget=Budget("tiny", inner_folds=2, stack_folds=2, outer_folds=2, trees=2))`
# with three learners. Its probe holds what it answered.
FORMAT2 = Path(__file__).parent / "golden" / "format2"


def test_the_committed_bundle_of_format_2_answers_as_it_did():
    bundle = load_bundle(FORMAT2)
    assert json.loads((FORMAT2 / "bundle.json").read_text(encoding="utf-8"))["format"] == 2
    # Copied from what the old code printed.
    expected = [
        [0.597365954, 0.157897470, 0.244736576],
        [0.376950197, 0.490250932, 0.132798870],
        [0.326130174, 0.202312924, 0.471556902],
    ]
    np.testing.assert_allclose(bundle.predict_proba(bundle.probe.rows), expected, rtol=1e-6)
    assert bundle.conformal is None
    assert bundle.info.conformal is None
    assert bundle.not_ruled_out(np.array(expected[0]), coverage=0.9) is None
    assert bundle.resolve_coverage(None) is None
    with pytest.raises(ModelError, match="rules no genre out: leave the coverage out, or train"):
        bundle.resolve_coverage(0.9)


def test_a_bundle_of_format_2_stays_without_sets_when_it_is_written_again(tmp_path):
    save_bundle(load_bundle(FORMAT2), tmp_path / "new")
    assert json.loads((tmp_path / "new" / "bundle.json").read_text())["conformal"] is None
    assert load_bundle(tmp_path / "new").conformal is None


def test_sets_come_back_and_are_small(tiny, tiny_folder):
    again = load_bundle(tiny_folder)
    np.testing.assert_array_equal(again.conformal.thresholds, tiny.conformal.thresholds)
    p = tiny.predict_proba(feature_table(seed=3).X)
    kept = tiny.conformal.sets(p, coverage=0.8)
    for row, genres in zip(p, kept, strict=True):
        named = again.not_ruled_out(row, coverage=0.8)
        assert set(named) == set(np.array(tiny.labels)[genres])
        assert named[0] == tiny.labels[row.argmax()]


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.update(conformal_thresholds=v["conformal_thresholds"][:, :2]),
        lambda v: v.update(conformal_thresholds=v["conformal_thresholds"][::-1]),
        lambda v: v.update(conformal_thresholds=v["conformal_thresholds"] * np.nan),
    ],
)
def test_thresholds_that_cannot_be_ours_are_refused(folder, edit):
    put_arrays(folder, edit)
    with pytest.raises(ModelError, match="its thresholds are no"):
        load_bundle(folder)


def test_sets_are_said_and_stored_or_neither(folder):
    put_arrays(folder, lambda values: values.pop("conformal_thresholds"))
    with pytest.raises(ModelError, match=r"arrays\.npz lacks arrays.*conformal_thresholds"):
        load_bundle(folder)
    describe(folder, lambda value: value.update(conformal=None))
    assert load_bundle(folder).conformal is None


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: c.pop("grouping"), "lacks 'conformal.grouping'"),
        (lambda c: c.update(coverage=90), "cannot be read"),
        (lambda c: c.update(coverage="0.9"), "cannot be read"),
    ],
)
def test_what_is_said_of_sets_is_checked(folder, edit, message):
    describe(folder, lambda value: edit(value["conformal"]))
    with pytest.raises(ModelError, match=message):
        read_info(folder)
