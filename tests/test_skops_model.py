"""Bundles of format 1: they answer as ever, and what they may hold is as narrow as ever."""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from genre_audio.errors import ModelError
from genre_audio.learning import GenreStack, RowTransform
from genre_audio.tables import dataset_of
from genre_audio.training import archives, load_bundle, save_bundle, skops_model
from genre_audio.training.skops_model import _parts_of
from old_bundles import FORMAT1, under_its_series
from sample_tables import TINY, feature_table
from test_persistence import describe, sign

# Written by the code of 9cd0cf3, the last with format 1: a `GenreStack` of
# logistic_regression, knn and random_forest with `Budget("tiny", inner_folds=2,
# stack_folds=2, outer_folds=2, trees=2)`, fitted on 24 made-up rows of three genres of which
# five columns vary and all others are 1, so that files are small. Its probe holds what it
# answered. It needs the series of scikit-learn that `bundle.json` names.
GOLDEN = FORMAT1


@under_its_series
def test_the_committed_bundle_of_format_1_answers_as_it_did():
    bundle = load_bundle(GOLDEN)
    assert json.loads((GOLDEN / "bundle.json").read_text(encoding="utf-8"))["format"] == 1
    assert list(bundle.classifier.learners) == ["logistic_regression", "knn", "random_forest"]
    # Copied from what the old code printed.
    expected = [
        [0.323982180, 0.487844338, 0.188173482],
        [0.266114823, 0.528829201, 0.205055976],
        [0.243785052, 0.348230258, 0.407984690],
    ]
    np.testing.assert_allclose(bundle.predict_proba(bundle.probe.rows), expected, rtol=1e-6)
    np.testing.assert_allclose(bundle.probe.probabilities, expected, rtol=1e-6)
    assert np.isfinite(bundle.neighbourhood.percentile(bundle.probe.rows)).all()


@pytest.fixture(scope="module")
def parts():
    """What a file of format 1 holds: the stack that `tiny` is a copy of, and its space."""
    table = feature_table()
    dataset = dataset_of(table)
    columns = list(dataset.columns)
    form = RowTransform(columns=columns, level_invariant=True)
    space = Pipeline([("form", form), ("scale", StandardScaler())]).fit(dataset.X)
    stack = GenreStack(columns=tuple(columns), budget=TINY)
    return {"classifier": stack.fit(dataset.X, dataset.y, groups=dataset.groups), "space": space}


@pytest.fixture(scope="module")
def written(tiny_folder, parts, tmp_path_factory):
    """A bundle as the first version wrote it; packing it takes most of a second."""
    folder = shutil.copytree(tiny_folder, tmp_path_factory.mktemp("format 1") / "old")
    (folder / "model.npz").unlink()
    with np.load(folder / "arrays.npz") as stored:
        arrays = {name: stored[name] for name in stored if name != "conformal_thresholds"}
    np.savez(folder / "arrays.npz", **arrays)

    def edit(value):
        value["format"] = 1
        value.pop("conformal")
        value["files"]["model.skops"] = value["files"].pop("model.npz")

    describe(folder, edit)
    put_model(folder, parts)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    """The same, to be changed."""
    return shutil.copytree(written, tmp_path / "old")


def put_model(folder, parts):
    skops.io.dump(parts, folder / "model.skops", compression=zipfile.ZIP_LZMA)
    sign(folder)


def test_an_old_bundle_answers_as_it_did(folder, tiny, parts):
    bundle, X = load_bundle(folder), feature_table(seed=3).X
    # XGBoost's probabilities are of single precision; nothing else differs.
    expected = parts["classifier"].predict_proba(X)
    np.testing.assert_allclose(bundle.predict_proba(X), expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(bundle.predict_proba(X), tiny.predict_proba(X))
    percentiles = bundle.neighbourhood.percentile(X)
    np.testing.assert_array_equal(percentiles, tiny.neighbourhood.percentile(X))
    assert bundle.info == dataclasses.replace(tiny.info, conformal=None)
    assert bundle.conformal is None


def test_an_old_bundle_is_saved_in_the_new_form(folder, tmp_path):
    old, X = load_bundle(folder), feature_table(seed=3).X
    save_bundle(old, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "bundle.json").read_text())["format"] == 3
    new = load_bundle(tmp_path / "new")
    np.testing.assert_array_equal(new.predict_proba(X), old.predict_proba(X))
    np.testing.assert_array_equal(new.neighbourhood.percentile(X), old.neighbourhood.percentile(X))


def test_an_old_bundle_without_its_model_is_refused(folder):
    describe(folder, lambda value: value["files"].pop("model.skops"))
    with pytest.raises(ModelError, match=r"bundle\.json lacks 'files.model.skops'; get the bundle"):
        load_bundle(folder)


@pytest.mark.parametrize("name", ["scikit-learn", "xgboost-cpu"])
@pytest.mark.parametrize("version", ["0.24.2", "99.1", ""])
def test_models_of_other_library_versions_are_refused(folder, name, version):
    describe(folder, lambda value: value["versions"].update({name: version}))
    with pytest.raises(ModelError, match=f"was made with {name} {version}, here is .*retrain"):
        load_bundle(folder)


def test_another_patch_release_is_fine(folder):
    def edit(value):
        major, minor, *_ = value["versions"]["scikit-learn"].split(".")
        value["versions"]["scikit-learn"] = f"{major}.{minor}.99"

    describe(folder, edit)
    assert load_bundle(folder).labels == ["jazz", "metal", "polka"]


def test_a_foreign_type_is_refused_before_anything_is_constructed(parts, folder, monkeypatch):
    put_model(folder, parts | {"extra": LinearRegression()})
    load_bundle(folder)  # what skops itself trusts harms nobody

    put_model(folder, parts | {"extra": Stranger()})
    monkeypatch.setattr(Stranger, "__new__", lambda *_: pytest.fail("it was constructed"))
    monkeypatch.setattr(GenreStack, "__setstate__", lambda *_: pytest.fail("it was constructed"))
    with pytest.raises(ModelError, match=r"holds types that no model of ours has \(.*Stranger\)"):
        load_bundle(folder)


def test_an_archive_that_would_fill_the_memory_is_not_unfolded(folder, monkeypatch):
    assert archives.LARGEST == 256 * 2**20
    monkeypatch.setattr(archives, "LARGEST", 8 * 2**20)
    load_bundle(folder)
    with zipfile.ZipFile(folder / "model.skops", "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("zeros", bytes(2**23 + 1))
    sign(folder)
    with pytest.raises(ModelError, match=r"skops cannot be read .* at most 8 MB are read"):
        load_bundle(folder)


class Stranger:
    """Not on the list."""


def rename_types(path, old, new):
    """Rewrite the description inside a skops file, as no tool of ours would."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    schema = content["schema.json"].decode()
    assert old in schema
    content["schema.json"] = schema.replace(old, new).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("builtins", "eval"), ("subprocess", "Popen")]
)
def test_a_function_that_runs_code_is_refused(folder, module, name):
    path = folder / "model.skops"
    rename_types(path, '"MixturePool"', f'"{name}"')
    rename_types(path, '"genre_audio.learning.mixture"', f'"{module}"')
    sign(folder)
    with pytest.raises(ModelError, match="holds types that no model of ours has"):
        load_bundle(folder)


@pytest.fixture
def golden(tmp_path):
    """The committed bundle, to be spoiled; the series of libraries is not what spoils it."""
    folder = shutil.copytree(GOLDEN, tmp_path / "golden")
    describe(folder, lambda value: value["versions"].update(skops_model.model_versions()))
    return folder


def edit_schema(folder, edit):
    """Change the description inside the file of skops, and sign the bundle again."""
    path = folder / "model.skops"
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    described = json.loads(content["schema.json"])
    edit(described)
    content["schema.json"] = json.dumps(described).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    sign(folder)


def first(described, loader):
    return next(part for part in _parts_of(described) if part["__loader__"] == loader)


@pytest.mark.parametrize(
    "loader",
    ["SparseMatrixNode", "FunctionNode", "PartialNode", "MethodNode", "OperatorFuncNode", 3],
)
def test_what_no_stack_is_described_by_is_refused(golden, loader, monkeypatch):
    # skops trusts archives of sparse matrices within the archive, and functions of numpy.
    monkeypatch.setattr(skops.io, "loads", lambda *_, **__: pytest.fail("skops was asked"))
    edit_schema(golden, lambda said: first(said, "ListNode").update(__loader__=loader))
    with pytest.raises(ModelError, match=r"described by .*, which no model of ours needs"):
        load_bundle(golden)


def test_parts_whose_identity_is_no_number_are_refused(golden):
    edit_schema(golden, lambda said: first(said, "JsonNode").update(__id__=1.0))
    with pytest.raises(ModelError, match="parts whose identity is no number"):
        load_bundle(golden)


@pytest.mark.parametrize("openly", [True, False])
def test_trees_of_several_outputs_are_refused(golden, monkeypatch, openly):
    def more_outputs(said):
        outputs = first(said, "TreeNode")["__reduce__"]["args"]["content"][2]
        other = outputs if openly else next(p for p in _parts_of(said) if p.get("content") == "57")
        # Of two parts with one identity skops makes one: the first that it comes to.
        other.update(content="1000000", __id__=outputs["__id__"])

    edit_schema(golden, more_outputs)
    monkeypatch.setattr(skops.io, "loads", lambda *_, **__: pytest.fail("skops was asked"))
    with pytest.raises(ModelError, match="it holds a tree with several outputs"):
        load_bundle(golden)


def test_a_description_that_would_fill_the_memory_is_not_read(golden, monkeypatch):
    monkeypatch.setattr(skops_model, "_LARGEST_SCHEMA", 100)
    with pytest.raises(ModelError, match=r"its schema\.json is larger than any of ours"):
        load_bundle(golden)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x80\x04K\x01."])
def test_a_model_file_that_is_none_is_refused(folder, content):
    (folder / "model.skops").write_bytes(content)
    sign(folder)
    with pytest.raises(ModelError, match=r"model\.skops cannot be read as a model"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "other",
    [[1, 2], {}, {"classifier": LinearRegression()}, OrderedDict(classifier=1, space=2)],
    ids=["list", "empty", "another learner", "numbers"],
)
def test_another_object_than_a_model_is_refused(folder, other):
    put_model(folder, other)
    with pytest.raises(ModelError, match="holds no model of ours"):
        load_bundle(folder)
