"""The script that makes the shipped model, as far as it fits nothing."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from genre_audio.training import load_bundle, resolve_model

ROOT = Path(__file__).parent.parent


@pytest.fixture
def retrain(monkeypatch):
    spec = importlib.util.spec_from_file_location("retrain", ROOT / "scripts/retrain_default.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["retrain_default.py", *map(str, words)])
        module.main()

    return run


def test_annotations_are_added_and_nothing_else_changes(retrain, gtzan_data, tmp_path):
    folder = tmp_path / "gtzan57"
    shutil.copytree(resolve_model("default").path, folder)
    before = load_bundle(folder)
    content = (folder / "model.npz").read_bytes()
    with np.load(folder / "arrays.npz") as stored:
        arrays = {name: value for name, value in stored.items() if "credits" not in name}
    retrain("--only-annotations", "--data", gtzan_data.parent, "-o", folder)
    after = load_bundle(folder)
    assert (folder / "model.npz").read_bytes() == content
    assert after.info == before.info
    with np.load(folder / "arrays.npz") as stored:
        for name, value in arrays.items():
            np.testing.assert_array_equal(stored[name], value)
    row = after.neighbourhood.names.tolist().index("blues.00000.wav")
    assert after.credits.makers[row] == "John Lee Hooker"
    assert after.credits.titles[row] == "One Bourbon, One Scotch And One Beer"


def test_a_model_of_another_table_is_refused(retrain, gtzan_data, tiny_folder, capsys):
    with pytest.raises(SystemExit):
        retrain("--only-annotations", "--data", gtzan_data.parent, "-o", tiny_folder)
    assert "was not trained on this table" in capsys.readouterr().err
