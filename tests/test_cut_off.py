"""What the commands say of a recording of which only the beginning is there."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from signals import music

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

pytestmark = pytest.mark.usefixtures("home", "shipped")

SAID = r"the file says that it lasts 8.0 s, and only 4.0 s of it can be decoded"


@pytest.fixture
def tapes(
    write_audio: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Two recordings of 8 s; the copy of one was interrupted halfway."""
    monkeypatch.chdir(tmp_path)
    write_audio(music(8.0), name="tapes/whole.wav", subtype="PCM_16")
    path = write_audio(music(8.0), name="tapes/broken.wav", subtype="PCM_16")
    data = path.read_bytes()
    path.write_bytes(data[: 44 + 2 * 4 * 22050])
    return path.parent


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [*map(str, arguments), "-j", "1"])
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.usefixtures("cheap_features")
def test_extract_says_it_and_keeps_it_in_the_manifest(tapes: Path) -> None:
    said = run("extract", tapes).stderr
    assert f"broken.wav: nothing after 4.0 s: {SAID} [decode]" in said.splitlines()
    manifest = json.loads((tapes.parent / "features.csv.json").read_text())
    place = {"start": 4.0, "stop": 4.0, "kind": "decode", "message": SAID}
    assert manifest["recordings"]["broken.wav"]["refused"] == [place]
    assert manifest["recordings"]["whole.wav"]["refused"] == []


@pytest.mark.usefixtures("cheap_features")
def test_predict_says_it_in_every_form(tapes: Path) -> None:
    first = run("predict", tapes, "--no-content", "-o", "a.csv")
    assert f"broken.wav: nothing after 4.0 s: {SAID} [decode]" in first.stderr.splitlines()
    with (tapes.parent / "a.csv").open() as file:
        rows = {row["recording"]: row for row in csv.DictReader(file)}
    assert [rows[f"{name}.wav"]["read_to_end"] for name in ("broken", "whole")] == ["false", "true"]
    assert rows["broken.wav"]["segments_refused"] == "0"
    # Rows that were kept are not read again, and still say it.
    table = run("predict", tapes, "--no-content").stdout.splitlines()
    assert [("nothing after 4.0 s could be read" in line) for line in table if ".wav" in line] == [
        True,
        False,
    ]
    told = json.loads(run("predict", tapes, "--no-content", "-f", "json").stdout)
    assert [one["read_to_end"] for one in told] == [False, True]
    assert [len(one["refused"]) for one in told] == [1, 0]


def test_the_answer_says_it(tapes: Path) -> None:
    answer = run("predict", tapes / "broken.wav", "--no-content").stdout
    assert "4.0 to end" in " ".join(answer.split())
    assert SAID in " ".join(answer.split())
