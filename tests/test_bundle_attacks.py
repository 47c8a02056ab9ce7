"""Bundles that were made to harm: each is refused at once, by an error that says why."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import random
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from genre_audio.errors import ModelError
from genre_audio.learning.plain.checks import checked_values
from genre_audio.learning.plain.steps import blocks
from genre_audio.training import list_models, load_bundle
from genre_audio.training.archives import opened_archive
from genre_audio.training.arrays import read_arrays
from genre_audio.training.description import read_info
from genre_audio.training.shapes import DESCRIPTION, SETS, check_shape
from test_persistence import describe, put_arrays, sign


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A bundle to spoil."""
    return shutil.copytree(tiny_folder, tmp_path / "spoiled")


# The description.


def places(value, shape, *, place=()):
    """Yield where in a value something stands that a shape speaks of."""
    if isinstance(shape, dict):
        for name, inner in shape.items():
            names = list(value) if name == "*" else [name.removesuffix("?")]
            for key in names:
                if key in value:
                    yield (*place, key)
                    yield from places(value[key], inner, place=(*place, key))
    elif isinstance(shape, list) and value:
        yield (*place, 0)
        yield from places(value[0], shape[0], place=(*place, 0))


def put(value, place, odd):
    *above, last = place
    for name in above:
        value = value[name]
    value[last] = odd


ODD = ["text\ud800", 10**400, -1, float("inf"), True, None, [], {}, ["x"], {"x": []}, "x" * 10**5]


def test_every_value_of_another_type_is_refused_by_its_name(folder):
    text = (folder / "bundle.json").read_text()
    shape = DESCRIPTION | {"conformal": SETS}
    found = list(places(json.loads(text), shape))
    assert len(found) > 70
    refused = dict.fromkeys(found, 0)
    for place in found:
        for odd in ODD:
            value = json.loads(text)
            put(value, place, odd)
            said = {name: inner for name, inner in value.items() if name != "digest"}
            (folder / "bundle.json").write_text(json.dumps(said))
            try:
                read_info(folder)
            except ModelError as error:
                refused[place] += str(error).startswith(f"{folder / 'bundle.json'} ")
    # At least all but the one or two that are of the right type.
    assert {place: count for place, count in refused.items() if count < len(ODD) - 3} == {}


@pytest.mark.parametrize(
    ("place", "odd", "words"),
    [
        (("thresholds", "unlike_percentile"), "high", "is 'high', not a number from 0 to 100"),
        (("scores", 0, "accuracy"), None, r"scores\[0\]\.accuracy is None, not a number"),
        (("scores", 0, "accuracy_interval"), [0.1], r"is a list, not two numbers"),
        (("scores", 0, "f1"), [0.1], r"scores\[0\]\.f1 does not have one value for each label"),
        (("labels",), ["jazz", "jazz"], "labels is a list, not 2 to 4096 different texts"),
        (("created",), "yesterday", "created is 'yesterday', not a date"),
        (("schema", "version"), 10**400, "schema.version is a long number, not a whole number"),
        (("files", "model.npz"), "0" * 63, "files.model.npz is '0{39}…, not 64 hexadecimal"),
        (("versions",), {"x" * 2000: "1"}, "lacks 'versions.scikit-learn'"),
        (("training", "rows_per_label"), {"x" * 2000: 1}, "a name in training.rows_per_label is"),
        (("conformal", "coverage"), 1, "conformal.coverage is 1, not a number between 0 and 1"),
    ],
)
def test_what_was_found_and_expected_is_said(folder, place, odd, words):
    describe(folder, lambda value: put(value, place, odd))
    with pytest.raises(ModelError, match=rf"bundle\.json .*{words}.*; get the bundle again"):
        read_info(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": 3, "format": 3}', "'format' stands twice"),
        ('{"format": ' + "9" * 5000 + "}", "cannot be read"),
        ('{"format": ' + "9" * 4000 + "}", "has bundle format 9{40}, this version"),
        ('{"format": 3.0}', r"has bundle format 3\.0, this version reads formats 1 to 3"),
        ('{"format": NaN}', "has bundle format nan"),
        ('{"format": 3, "x": ' + "[" * 10**5 + "]" * 10**5 + "}", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"a": "' + "x" * 2**24 + '"}', "it is larger than any of ours, .* at most 16 MB"),
    ],
    ids=range(8),
)
def test_json_that_readers_disagree_on_is_refused(folder, text, words):
    (folder / "bundle.json").write_text(text)
    with pytest.raises(ModelError, match=words):
        read_info(folder)


@pytest.mark.parametrize(
    ("old", "new"), [('"accuracy": 1.0', '"accuracy": 0.9'), ('"seed": 0', '"seed": 1')]
)
def test_a_digit_that_was_changed_is_noticed(folder, old, new):
    path = folder / "bundle.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ModelError, match="was changed since the bundle was made; get the bundle"):
        load_bundle(folder)
    # Bundles that were made before there was a digest have none.
    value = json.loads(path.read_text())
    del value["digest"]
    path.write_text(json.dumps(value))
    load_bundle(folder)


def test_a_shape_says_what_it_is_of():
    with pytest.raises(TypeError, match="it is 3, not values by name"):
        check_shape(3, DESCRIPTION)
    with pytest.raises(TypeError, match="scores is values by name, not a list"):
        check_shape({}, DESCRIPTION["scores"], place="scores")


# Files that are none.


@pytest.mark.parametrize("name", ["bundle.json", "model.npz", "rows.csv.gz"])
@pytest.mark.parametrize("target", ["pipe", "/dev/zero", "folder", "loop", "nowhere"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_names_that_stand_for_no_file_are_refused_without_waiting(folder, name, target):
    path = folder / name
    path.unlink()
    if target == "pipe":
        os.mkfifo(path)
    elif target == "folder":
        path.mkdir()
    else:
        path.symlink_to(path.name if target == "loop" else target)
    with pytest.raises(ModelError, match=f"{name}"):
        load_bundle(folder)


def test_a_link_to_another_file_is_another_file_and_to_the_same_one_is_the_same(folder):
    path = folder / "model.npz"
    path.rename(folder / "stored")
    path.symlink_to("stored")
    assert load_bundle(folder).labels
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(ModelError, match=r"model\.npz (was changed|is missing)"):
        load_bundle(folder)


def test_a_file_that_would_fill_the_memory_is_not_read(folder):
    with (folder / "arrays.npz").open("r+b") as file:
        file.truncate(2**28 + 1)  # takes no room on the disk
    with pytest.raises(ModelError, match=r"arrays\.npz cannot be read: it is larger .* 256 MB"):
        load_bundle(folder)


@pytest.mark.usefixtures("shipped")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_among_the_models_of_the_user_does_not_hold_up_the_list(home):
    (home / "models" / "pipe").mkdir(parents=True)
    os.mkfifo(home / "models" / "pipe" / "bundle.json")
    assert [entry.source for entry in list_models()] == ["shipped"]


# Archives.


def array(descr="<f8", shape=(2,), *, body=bytes(16), fortran=False):
    file = io.BytesIO()
    header = {"descr": descr, "shape": shape, "fortran_order": fortran}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + body


def archive(members, *, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (array(shape=(2**40,)), "says that it has 1.1e.12 values of 8 bytes, and holds 16 bytes"),
        (array(shape=(3,)), "says that it has 3 values of 8 bytes, and holds 16"),
        (array(shape=(1,)), "says that it has 1 values"),
        (array(shape=(-2,)), "has a shape that is none"),
        (array(shape=(-1, -2)), "has a shape that is none"),
        (array(shape=(True, 2)), "has a shape that is none"),
        (array(shape=(0, 2**40), body=b""), "take more room than any of ours"),
        (array("<U500000000", (0,), body=b""), "take more room than any of ours"),
        (array("|O", (1,), body=bytes(8)), "holds objects, which would need pickle"),
        (array([("a", "|O")], (1,), body=bytes(8)), "holds objects, which would need pickle"),
        (array([("a", "<f8")]), "holds neither numbers nor text"),
        (array("<c16", (1,)), "holds neither numbers nor text"),
        (array("<f16", (1,)), "holds neither numbers nor text"),
        (array("|S8"), "holds neither numbers nor text"),
        (array("<U1", (1,), body=b"\xff\xff\xff\xff"), "holds text that is none"),
        (array(">U1", (1,), body=b"\x01\0\0\0"), "holds text that is none"),
        (array().replace(b"\x93NUMPY\x01", b"\x93NUMPY\x03"), "a form that none of ours has"),
        (array()[:9], "EOF"),
        (b"\x80\x04K\x01.", "EOF"),
        (b"", "EOF"),
    ],
)
def test_an_array_that_could_not_be_ours_is_refused(content, words, monkeypatch):
    monkeypatch.setattr(np.lib.format, "read_array", no_array(np.lib.format.read_array, words))
    with pytest.raises(ModelError, match=rf"m\.npz cannot be read as arrays: .*{words}"):
        read_arrays(archive([("a.npy", content)]), path=Path("m.npz"))


def no_array(read, words):
    """Nothing but text is unfolded before it is refused."""
    return read if "text that is none" in words else lambda *_, **__: pytest.fail("unfolded")


def test_what_numpy_stores_in_any_order_is_read():
    plain, turned = np.arange(6.0).reshape(2, 3), np.asfortranarray(np.ones((2, 3), ">f4"))
    file = io.BytesIO()
    np.savez(file, plain=plain, turned=turned, nothing=np.zeros(0), words=np.array(["日本", ""]))
    arrays = read_arrays(file.getvalue(), path=Path("m.npz"))
    np.testing.assert_array_equal(arrays["plain"], plain)
    np.testing.assert_array_equal(arrays["turned"], turned)
    assert (arrays["nothing"].shape, arrays["words"].tolist()) == ((0,), ["日本", ""])


def crowded():
    """Say that there are more members than there are: listing those would fill the memory."""
    content = bytearray(archive([("a.npy", array())]))
    content[-12:-10] = b"\xff\xff"
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive([("../../a.npy", array())]), r"a name that none of ours has: '\.\./\.\./a"),
        (archive([("/etc/a.npy", array())]), "a name that none of ours has"),
        (archive([("a\\..\\b.npy", array())]), "a name that none of ours has"),
        (archive([("a//b.npy", array())]), "a name that none of ours has"),
        (archive([("ä.npy", array())]), "a name that none of ours has"),
        (archive([("a.npy", array())], method=zipfile.ZIP_LZMA), "in a way that none of ours is"),
        (archive([("a.npy", array())], method=zipfile.ZIP_BZIP2), "in a way that none of ours is"),
        (archive([(f"a{k}.npy", b"") for k in range(4097)]), "more than the 4096 members"),
        (crowded(), "more than the 4096 members"),
        (archive([("a.npy", array())]) + b"tail", "does not end as an archive of ours does"),
        (b"PK", "does not end"),
        (archive([("a", b"text")]), "holds others than ours: a"),
    ],
    ids=range(12),
)
def test_an_archive_that_is_like_none_of_ours_is_refused(content, words):
    with pytest.raises(ModelError, match=words):
        read_arrays(content, path=Path("m.npz"))


def test_a_name_that_stands_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = archive([("a.npy", array()), ("a.npy", array())])
    with pytest.raises(ValueError, match=r"it holds 'a\.npy' twice"):
        opened_archive(content)


def test_an_array_whose_bytes_were_changed_is_noticed():
    file = io.BytesIO()
    np.savez(file, a=np.arange(9.0))
    content = file.getvalue().replace(np.float64(7.0).tobytes(), np.float64(6.0).tobytes())
    with pytest.raises(ModelError, match="Bad CRC-32"):
        read_arrays(content, path=Path("m.npz"))


def test_an_archive_within_an_archive_is_not_opened(folder):
    inner = archive([("b.npy", bytes(2**20))])
    (folder / "model.npz").write_bytes(archive([("a.npy", inner)]))
    sign(folder)
    with pytest.raises(ModelError, match=r"model\.npz cannot be read as arrays"):
        load_bundle(folder)


# Models that lead nowhere, or never end.


def tree(left, *, roots=(0,), classes=2):
    n = len(left)
    leaves = np.asarray(left) == np.arange(n)
    return {
        "roots": np.array(roots),
        "left": np.asarray(left),
        "feature": np.zeros(n, int),
        "threshold": np.where(leaves, np.inf, 0).astype(np.float32),
        "leaf": np.zeros(n, int),
        "values": np.full((1, classes), 1 / classes),
    }


def ladder(depth):
    """A tree that goes down a step at a time: node 0's children are 1 and 2, 2's are 3 and 4."""
    left = np.arange(2 * depth + 1)
    left[0 : 2 * depth : 2] += 1
    return left


@pytest.mark.parametrize(
    "values",
    [
        tree(ladder(5000)),  # too deep
        tree([1, 1, 2], roots=[0, 0]),  # one tree twice
        tree([1, 3, 3, 3, 4]),  # two nodes of the same children
        tree([1, 1, 2, 3]),  # a node that nothing leads to
        tree(np.arange(2**18), roots=np.arange(2**18), classes=5),  # too many trees
    ],
    ids=range(5),
)
def test_trees_that_cost_more_than_any_of_ours_are_refused(values):
    classes = values["values"].shape[1]
    with pytest.raises(ValueError, match=r"no trees|more than any of ours"):
        checked_values(values, kind="forest", n_classes=classes)


def test_a_deep_tree_is_none_the_less_a_tree():
    assert len(checked_values(tree(ladder(60)), kind="forest", n_classes=2)["left"]) == 121


def test_what_is_made_of_a_row_is_bounded():
    long = {"directions": np.zeros((1, 2**20 + 1))}
    with pytest.raises(ValueError, match="'directions' of 'widen' is longer than any of ours"):
        checked_values(long, kind="widen", n_classes=0)
    votes = {"rows": np.zeros((2, 1)), "codes": np.array([0, 1]), "n_classes": np.array(2)}
    votes["n_neighbours"] = np.array(10**9)
    with pytest.raises(ValueError, match="more than 4096 neighbours"):
        checked_values(votes, kind="neighbours", n_classes=2)
    parts = blocks(np.zeros((100, 1)), widest=2**20)
    assert [len(part) for part in parts] == [16] * 6 + [4]


def test_a_probe_of_more_rows_than_labels_is_not_asked(folder, monkeypatch):
    from genre_audio.learning.plain import PlainStack

    monkeypatch.setattr(PlainStack, "predict_proba", lambda *_: pytest.fail("it was asked"))
    put_arrays(folder, lambda values: values.update(probe_rows=np.zeros((50, 57))))
    with pytest.raises(ModelError, match="does not answer as it did"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("model.npz", lambda v: v.update(learners=np.array(["qda", "qda"])), "different names"),
        ("model.npz", lambda v: v.update(learners=np.array([["qda"]])), "different names"),
        ("arrays.npz", lambda v: v["labels"].fill("rock"), "labels that it does not know"),
        ("arrays.npz", lambda v: v.update(rows=v["names"]), "holds no training rows of this model"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(folder, name, edit, words):
    put_arrays(folder, edit, name=name)
    with pytest.raises(ModelError, match=rf"{re.escape(name)}.*{words}|{words}"):
        load_bundle(folder)


# Flipped bytes: a sample of what the script does to all of them.

SCRIPT = Path(__file__).parent.parent / "scripts" / "flip_bundle.py"


@pytest.fixture
def flip():
    spec = importlib.util.spec_from_file_location("flip_bundle", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_flipped_byte_is_noticed_wherever_it_is(folder, flip):
    before, rng = load_bundle(folder), random.Random(7)
    for path in sorted(folder.iterdir()):
        counts = flip.flip_file(path, before=before, sample=25, rng=rng)
        # Of the description, a line's end may become another kind of space.
        assert counts[flip.REFUSED] + counts[flip.SAME] == 25, (path.name, counts)
        assert counts[flip.SAME] <= (path.name == "bundle.json")
    assert load_bundle(folder).info == before.info


def test_the_script_sees_what_is_not_noticed(folder, flip, monkeypatch, capsys):
    describe(folder, lambda value: value)
    value = json.loads((folder / "bundle.json").read_text())
    del value["digest"]  # as older bundles
    (folder / "bundle.json").write_text(json.dumps(value, indent=1))
    monkeypatch.setattr("sys.argv", ["flip_bundle.py", str(folder), "--sample", "60"])
    with pytest.raises(SystemExit) as ended:
        flip.main()
    assert ended.value.code == 1
    assert re.search(r"bundle\.json: 60 bytes flipped: \d+ another answer", capsys.readouterr().out)
