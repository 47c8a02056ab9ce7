"""Whatever people call their files and genres, no spreadsheet calculates it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import genre_audio
from genre_audio.prediction import Prediction, SegmentPrediction, Span
from genre_audio.reporting import predictions_text
from genre_audio.reporting.exports import export
from genre_audio.tables import csv_lines, escaped, table_text, unescaped

CALCULATED = tuple("=+-@＝＋－＠\t\r\n")
SIGNS = st.sampled_from("=+-@'\t\r\n;,\"＝＠ a1")
TEXTS = st.text(SIGNS | st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ATTACK = "=cmd|' /C calc'!A0"


def cells(text: str, separator: str) -> list[str]:
    """All cells that a program sees that takes this sign for what parts columns."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [cell for row in reader for cell in row]


@given(TEXTS)
def test_text_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


@given(TEXTS.filter(lambda text: not re.search("(^|[,;\"\t\r\n])'", text)))
def test_text_that_was_never_escaped_stays(text: str) -> None:
    assert unescaped(text) == text


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_no_cell_is_calculated_whatever_parts_the_columns(texts: list[str]) -> None:
    text = csv_lines([texts])
    assert [unescaped(cell) for cell in cells(text, ",")] == texts
    for separator in ",;\t":
        assert not [cell for cell in cells(text, separator) if cell.startswith(CALCULATED)]


def test_numbers_stay_numbers() -> None:
    row = [-1.5, -3, 1e-300, 0.1, 7, None, "-1.5", True]
    assert csv_lines([row]) == "-1.5,-3,1e-300,0.1,7,,'-1.5,True\n"
    assert csv_lines([["-1", -1.5]], quote_text=True) == '"\'-1",-1.5\n'


def test_a_table_escapes_names_of_columns_and_text_only() -> None:
    frame = pd.DataFrame({"filename": ["=a.wav", "b.wav"], "=x": [-1.5, None], "n": [-1, 2]})
    assert table_text(frame) == "filename,'=x,n\n'=a.wav,-1.5,-1\nb.wav,,2\n"


def test_predictions_of_all_kinds() -> None:
    told = {"=jazz": 0.7, "@rock": 0.3}
    segment = SegmentPrediction(0.0, 30.0, told)
    prediction = Prediction(f"{ATTACK}.wav", told, (segment,), (), 50.0, unlike=False)
    for segments in (False, True):
        text = predictions_text([prediction], form="csv", segments=segments)
        for separator in ",;\t":
            assert not [cell for cell in cells(text, separator) if cell.startswith(CALCULATED)]
        (row,) = csv.DictReader(io.StringIO(text))
        assert unescaped(row["recording"]) == f"{ATTACK}.wav"
        assert unescaped(row["label"]) == "=jazz"
        assert float(row["'=jazz"]) == 0.7


@pytest.mark.parametrize(
    ("form", "separator"),
    [("csv", ","), ("audacity", "\t"), ("elan", "\t"), ("raven", "\t"), ("sonic-visualiser", ",")],
)
def test_exports_of_all_forms(form: str, separator: str) -> None:
    text = export([Span(0.0, 1.0, "=1+1", 0.5)], form=form, tier="@x", recording=ATTACK)
    assert "'=1+1" in text
    assert not [cell for cell in cells(text, separator) if cell.startswith(CALCULATED)]


def test_there_is_one_writer() -> None:
    root = Path(genre_audio.__file__).parent
    writing = re.compile(r"csv\.(Dict)?[wW]riter\(|\.to_csv\(")
    found = [path for path in root.rglob("*.py") if writing.search(path.read_text())]
    assert [path.name for path in found] == ["csv_text.py"]
