"""What recordings hold is heard once, and kept by the sound and not by the name."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from genre_audio.audio import find_recordings
from genre_audio.cli import app
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError
from genre_audio.extraction import describe
from genre_audio.features import GTZAN57
from genre_audio.prediction import hearing
from genre_audio.prediction.hearing import hear_recordings
from genre_audio.prediction.listening import Heard, listen
from genre_audio.training import load_bundle, save_bundle
from genre_audio.training.store import shipped_models
from signals import music, noise, silence

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = shipped_models() / "content57"


@pytest.fixture
def tapes(write_audio: Callable[..., Path], tmp_path: Path) -> Path:
    write_audio(np.concatenate([music(4.0), silence(4.0)]), name="tapes/a.wav")
    write_audio(noise(3.0), name="tapes/b.wav")
    return tmp_path / "tapes"


def described(tapes):
    return describe(
        find_recordings([tapes]), schema=GTZAN57, segmentation=Segmentation()
    ).recordings


def forbid(monkeypatch):
    def listen(*_):
        raise AssertionError("this was heard before")

    monkeypatch.setattr("genre_audio.prediction.hearing.listen", listen)


def test_what_was_heard_is_kept_by_its_sound(tapes, tmp_path, monkeypatch):
    recordings = described(tapes)
    plain = hear_recordings(recordings, MODEL)
    first = hear_recordings(recordings, MODEL, cache=tmp_path / "cache")
    (tapes / "a.wav").rename(tapes / "renamed.wav")
    forbid(monkeypatch)
    again = hear_recordings(described(tapes), MODEL, cache=tmp_path / "cache")
    assert plain == first == {"a.wav": again["renamed.wav"], "b.wav": again["b.wav"]}
    assert first["a.wav"].stretches[-1].content == "silence"
    assert len(list((tmp_path / "cache").rglob("*.npz"))) == 2


@pytest.mark.parametrize("spoil", [b"", b"PK\x03\x04", b"no archive"])
def test_what_is_spoilt_is_heard_again(tapes, tmp_path, spoil):
    recordings = described(tapes)
    first = hear_recordings(recordings, MODEL, cache=tmp_path)
    for path in tmp_path.rglob("*.npz"):
        path.write_bytes(spoil)
    assert hear_recordings(recordings, MODEL, cache=tmp_path) == first
    assert all(path.read_bytes() != spoil for path in tmp_path.rglob("*.npz"))


def test_a_changed_bit_of_what_was_heard_is_no_error_and_never_believed(tmp_path):
    rng = np.random.default_rng(0)
    sounds, windows, X = rng.random(9) > 0.5, np.arange(8).reshape(4, 2), rng.normal(size=(4, 57))
    heard, place = Heard(4.5, sounds, windows, X), tmp_path / "a.npz"
    hearing._keep(place, heard)
    content = place.read_bytes()
    outcomes = set()
    for number in range(0, len(content), 5):
        changed = bytearray(content)
        changed[number] ^= 1 << int(rng.integers(8))
        place.write_bytes(changed)
        found = hearing._known(place)
        outcomes.add(found is None)
        if found is not None:  # dates in the archive, and suchlike
            for name, value in vars(heard).items():
                np.testing.assert_array_equal(getattr(found, name), value)
    assert outcomes == {True, False}


def test_the_number_of_workers_changes_nothing(tapes):
    recordings = described(tapes)
    assert hear_recordings(recordings, MODEL, n_jobs=2) == hear_recordings(recordings, MODEL)


def test_a_model_that_was_made_anew_is_asked_and_not_the_one_before(tapes, tmp_path):
    model = shutil.copytree(MODEL, tmp_path / "model")
    before = hear_recordings(described(tapes), model)["a.wav"].model["digest"]
    bundle = load_bundle(model)
    named = dataclasses.replace(bundle.info, name="anew")
    save_bundle(dataclasses.replace(bundle, info=named), model, force=True)
    after = hear_recordings(described(tapes), model)["a.wav"].model
    assert after == {"name": "anew", "digest": load_bundle(model).digest}
    assert after["digest"] != before


def test_a_surprise_in_one_recording_does_not_stop_the_others(tapes, monkeypatch):
    recordings = described(tapes)
    whole = hear_recordings(recordings, MODEL)

    def surprised(source, bundle):
        if source.name == "a.wav":
            raise ZeroDivisionError("nothing left")
        return listen(source, bundle)

    monkeypatch.setattr(hearing, "listen", surprised)
    told = {}
    found = hear_recordings(recordings, MODEL, on_result=told.__setitem__)
    assert found == {"b.wav": whole["b.wav"]}
    assert (told["a.wav"].kind, str(told["a.wav"])) == (
        "unexpected",
        "ZeroDivisionError: nothing left",
    )


def test_what_lies_in_a_store_is_fetched_and_heard(tapes):
    files = pytest.importorskip("fsspec").filesystem("memory")
    files.put(str(tapes), "/heard", recursive=True)
    try:
        there = described("memory://heard")
        assert hear_recordings(there, MODEL) == hear_recordings(described(tapes), MODEL)
        files.pipe("/heard/a.wav", (tapes / "b.wav").read_bytes())
        files.rm("/heard/b.wav")
        said = {}
        assert not hear_recordings(there, MODEL, on_result=said.__setitem__)
    finally:
        files.store.clear()
    assert "changed since it was listed" in str(said["a.wav"])
    assert "not in its store any more" in str(said["b.wav"])


def test_what_went_bad_in_the_meantime_is_said(tapes):
    recordings = described(tapes)
    (tapes / "a.wav").write_bytes(b"no music")
    said = {}
    found = hear_recordings(recordings, MODEL, on_result=said.__setitem__)
    assert list(found) == ["b.wav"]
    assert isinstance(said["a.wav"], AudioError)


@pytest.mark.usefixtures("home", "cheap_features")
def test_contents_are_told_unless_refused_and_asked_again(tapes, shipped, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        result = CliRunner().invoke(app, ["predict", *map(str, arguments), "-j", "1"])
        assert result.exit_code == 0, (result.stderr, result.exception)
        return result

    said = run(tapes, "-f", "json")
    assert "what recordings hold is not told" in said.stderr
    shutil.copytree(MODEL, shipped.parent / "content57")
    run(tapes, "-f", "json", "-o", "r.json", "--export", "elan:spans")
    found = json.loads(Path("r.json").read_text())
    assert all(each["content"]["stretches"] for each in found)
    assert found[0]["parameters"]["content"]["name"] == "content57"
    assert (Path("spans") / "a.wav.content.elan.txt").is_file()
    again = run("--params", "r.json", "-f", "json")
    assert again.stdout == Path("r.json").read_text()
    (plain, _) = json.loads(run(tapes, "-f", "json", "--no-content").stdout)
    assert (plain["content"], plain["parameters"]["content"]) == (None, None)
    (whole, _) = json.loads(run(tapes, "-f", "json", "--whole").stdout)
    assert (whole["weighting"], bool(whole["content"])) == ("length", True)
    assert "\nHolds\n" in run(tapes / "a.wav").stdout


def test_what_was_heard_is_never_kept_for_another_sound(tapes, tmp_path, write_audio):
    before = described(tapes)
    write_audio(noise(2.0), name="tapes/a.wav")
    (tapes / "b.wav").unlink()
    said = {}
    found = hear_recordings(
        before,
        MODEL,
        cache=tmp_path / "kept",
        on_result=lambda name, told: said.update({name: told}),
    )
    assert found == {}
    assert {name: (error.kind, str(error)) for name, error in said.items()} == {
        "a.wav": ("io", "the file changed since it was described"),
        "b.wav": ("io", "the file cannot be read: No such file or directory"),
    }
    assert not (tmp_path / "kept").exists()
