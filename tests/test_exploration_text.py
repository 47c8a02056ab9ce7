"""A table told in a terminal, and in JSON."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from genre_audio.exploration import explore, findings
from genre_audio.reporting.exploration_text import exploration_json, exploration_text
from sample_pages import sample_frame


@pytest.fixture(scope="module")
def found():
    frame = sample_frame()
    columns = [name for name in frame if name not in {"genre", "name"}]
    return explore(frame, columns=columns, label="genre", names="name")


def part(text, title):
    """Lines of a table under its title, the header left out."""
    (block,) = (b for b in text.split("\n\n") if b.startswith(title))
    return block.strip().splitlines()[2:]


def test_findings_come_first(found):
    lines = exploration_text(found).splitlines()
    assert lines[: len(findings(found))] == findings(found)


def test_tables_hold_the_figures(found):
    text = exploration_text(found)
    genres = part(text, "Genres")
    assert [line.rsplit("  ", 2)[0].strip() for line in genres] == [
        each.label for each in found.classes.counts
    ]
    first = part(text, "Strongest correlations by Pearson")[0].split()
    pair = found.correlations.by_pearson[0]
    assert " ".join(first[:4]) == f"{pair.first} {pair.second}"
    assert len(part(text, "Groups that measure the same")) == len(found.correlations.groups)
    components = part(text, "Principal components")
    assert len(components) == 8
    assert "100.0 %" in components[-1]
    best = part(text, "What tells genres apart")
    assert [line.split("  ")[0] for line in best] == [f.name for f in found.separation.features]


def test_of_long_tables_the_first_rows_are_shown_and_it_is_said():
    frame = sample_frame(columns=24)
    columns = [name for name in frame if name not in {"genre", "name"}]
    text = exploration_text(explore(frame, columns=columns, label="genre"))
    assert "What tells genres apart (the first 10 of 24)" in text
    assert "Principal components (the first 10 of 24)" in text
    assert len(part(text, "What tells genres apart")) == 10


def test_tables_without_rows_are_left_out():
    frame = pd.DataFrame({"tempo": [1.0, 2.0, 4.0]})
    text = exploration_text(explore(frame, columns=["tempo"]))
    assert "Equal rows" not in text
    assert "What tells" not in text
    assert "Strongest" not in text


def test_names_cannot_move_the_cursor():
    frame = pd.DataFrame({"a\x1b[2J": [1.0, 2, 3, 4], "genre": ["x\x1b", "x\x1b", "y", "y"]})
    text = exploration_text(explore(frame, columns=["a\x1b[2J"], label="genre"))
    assert "\x1b" not in text
    assert "\\x1b" in text


def test_json_holds_no_nan(found):
    frame = pd.DataFrame({"still": [1.0, 1.0], "gap": [np.nan, 1.0]})
    said = json.loads(exploration_json(explore(frame, columns=["still", "gap"])))
    assert said["correlations"]["pearson"] == [[None, None], [None, None]]
    said = json.loads(exploration_json(found, table={"file": "a.csv"}))
    assert said["table"] == {"file": "a.csv"}
    assert said["findings"] == findings(found)
