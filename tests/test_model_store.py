"""Which model is meant: the rule, its order, and what is said where it leads nowhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from genre_audio.errors import ModelError, ParameterError
from genre_audio.training import activate, list_models, resolve_model
from genre_audio.training.description import description_text
from genre_audio.training.store import shipped_models, user_model, user_models

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def models(home, tiny_folder):
    """The user's own models 'first' and 'second', and 'talk', which tells no genres."""
    for name in ("first", "second", "talk"):
        shutil.copytree(tiny_folder, home / "models" / name)
    describe(home / "models" / "talk", task="content")
    return home / "models"


def describe(folder, **changes):
    path = folder / "bundle.json"
    path.write_text(description_text(json.loads(path.read_text()) | changes))


def test_the_rule(models, shipped, monkeypatch):
    assert resolve_model() == entry(shipped, "shipped")
    activate("second")
    assert resolve_model() == entry(models / "second", "activated")
    monkeypatch.setenv("GENRE_AUDIO_MODEL", "first")
    assert resolve_model() == entry(models / "first", "environment")
    assert resolve_model("second") == entry(models / "second", "option")
    assert resolve_model("default") == entry(shipped, "option")
    monkeypatch.setenv("GENRE_AUDIO_MODEL", "default")
    assert resolve_model() == entry(shipped, "environment")
    monkeypatch.setenv("GENRE_AUDIO_MODEL", "")
    assert resolve_model().source == "activated"


def entry(path, source):
    from genre_audio.training import ModelEntry
    from genre_audio.training.description import read_info

    return ModelEntry(path, read_info(path), source)


@pytest.mark.parametrize("how", ["option", "environment", "activated", "shipped"])
def test_wherever_it_comes_from_it_must_tell_genres(models, shipped, home, monkeypatch, how):
    if how == "environment":
        monkeypatch.setenv("GENRE_AUDIO_MODEL", "talk")
    elif how == "activated":
        activate("first")
        describe(models / "first", task="content")
    elif how == "shipped":
        describe(shipped, task="content")
    with pytest.raises(ModelError, match="tells content, not genre; choose another one"):
        resolve_model("talk" if how == "option" else None)
    with pytest.raises(ModelError, match="tells content, not genre"):
        activate("talk")
    assert resolve_model("talk", task="content").info.task == "content"


def test_a_path_is_a_name_too(models, tiny_folder, monkeypatch):
    assert resolve_model(str(tiny_folder)).path == tiny_folder
    monkeypatch.chdir(tiny_folder.parent)
    assert resolve_model("tiny").path == Path("tiny")
    activate("tiny")
    monkeypatch.chdir("/")
    assert resolve_model().path == tiny_folder.resolve()


def test_a_folder_of_recordings_does_not_hide_a_model_of_its_name(models, tmp_path, monkeypatch):
    (tmp_path / "first").mkdir()
    (tmp_path / "tapes").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve_model("first").path == models / "first"
    with pytest.raises(ModelError, match=r"tapes is no model: it holds no bundle\.json"):
        resolve_model("tapes")


def test_a_model_that_is_nowhere(home, monkeypatch):
    with pytest.raises(ModelError, match=r"there is no model 'nowhere': neither a folder nor"):
        resolve_model("nowhere")
    monkeypatch.setenv("GENRE_AUDIO_MODEL", "elsewhere")
    with pytest.raises(ModelError, match=r"no model 'elsewhere'.*what GENRE_AUDIO_MODEL says"):
        resolve_model()


def test_an_activated_model_that_is_gone(models, home):
    activate("first")
    shutil.rmtree(models / "first")
    with pytest.raises(ModelError, match=r"first is gone; .*'genre-audio models use default'"):
        resolve_model()
    assert activate("default").source == "option"
    assert resolve_model().source == "shipped"


def test_activation_is_for_one_task_and_can_be_taken_back(models, shipped, home):
    activate("first")
    active = home / "active.json"
    assert json.loads(active.read_text()) == {"genre": str(models / "first")}
    active.write_text(json.dumps({"genre": str(models / "first"), "content": "kept"}))
    activate("default")
    assert json.loads(active.read_text()) == {"content": "kept"}


def test_the_shipped_model_is_not_remembered_by_its_place(shipped, home):
    activate(str(shipped))
    assert json.loads((home / "active.json").read_text()) == {}
    assert resolve_model().source == "shipped"


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null"])
def test_a_broken_record_is_said_and_mended(models, home, text):
    home.mkdir(parents=True, exist_ok=True)
    (home / "active.json").write_text(text)
    with pytest.raises(ModelError, match=r"active\.json cannot be read .*models use default"):
        resolve_model()
    assert [entry.active for entry in list_models()] == [False] * len(list_models())
    activate("first")
    assert resolve_model().path == models / "first"


def test_the_list_marks_the_one_in_use(models, shipped, tiny_folder):
    listed = {entry.path: (entry.source, entry.active) for entry in list_models()}
    assert listed == {
        shipped.resolve(): ("shipped", True),
        (models / "first").resolve(): ("user", False),
        (models / "second").resolve(): ("user", False),
        (models / "talk").resolve(): ("user", False),
    }
    activate("second")
    assert [entry.path.name for entry in list_models() if entry.active] == ["second"]
    activate(str(tiny_folder))
    (elsewhere,) = [entry for entry in list_models() if entry.active]
    assert (elsewhere.path, elsewhere.source) == (tiny_folder.resolve(), "elsewhere")


def test_the_list_passes_over_what_is_no_model(models, shipped):
    (models / "notes").mkdir()
    (models / "file").write_text("")
    (models / "first" / "bundle.json").write_text("{")
    names = {entry.path.name for entry in list_models()}
    assert names == {"gtzan57", "second", "talk"}


def test_the_list_is_there_even_where_the_choice_is_broken(models, shipped, monkeypatch):
    monkeypatch.setenv("GENRE_AUDIO_MODEL", "nowhere")
    assert len(list_models()) == 4
    assert not any(entry.active for entry in list_models())


def test_nothing_is_written_by_looking(home, shipped):
    list_models()
    resolve_model()
    assert not home.exists()
    assert [entry.source for entry in list_models()] == ["shipped"]


def test_names_of_own_models(home):
    assert user_model("my tapes") == user_models() / "my tapes"
    assert user_models() == home / "models"


@pytest.mark.parametrize("name", ["", ".", "..", "default", "a/b", "/tmp/a", "../a"])
def test_names_that_no_model_can_have(name):
    with pytest.raises(ParameterError, match="a model cannot be called"):
        user_model(name)


def test_a_wheel_carries_its_models_inside(tmp_path, monkeypatch):
    monkeypatch.setattr("genre_audio.training.store._PACKAGE", tmp_path / "genre_audio")
    assert shipped_models() == tmp_path / "models"
    (tmp_path / "genre_audio" / "_models").mkdir(parents=True)
    assert shipped_models() == tmp_path / "genre_audio" / "_models"
