"""Files for other tools, read again by each tool's own rules."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from typing import TYPE_CHECKING

import hypothesis
import jams
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.errors import ParameterError
from genre_audio.prediction import Span
from genre_audio.reporting.exports import FORMS, export, export_name
from genre_audio.reporting.exports.raven import RAVEN_COLUMNS
from genre_audio.reporting.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

# Labels that break out of fields where they can; half surrogate pairs come from file names.
HOSTILE = st.sampled_from(
    [
        "=1+1",
        "'=1",
        '"',
        '""',
        'a","b',
        "a\tb",
        "a\nb",
        "a\r\nb",
        "\\",
        "\\\t1\t2",
        "#",
        "'",
        "a,b;c",
        "@x",
        "-1",
        "0.5",
        "",
        " ",
        "\u2028",
        "\x85",
        "\udce9",
        "日本の音楽",
        "a\x00b",
        '\\"',
        "jazz ",
    ]
)
LABELS = st.one_of(HOSTILE, st.text(max_size=8), st.tuples(HOSTILE, HOSTILE).map("".join))
PROBABILITIES = st.floats(0, 1)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Spans one after another, at least 0.1 s long, some with gaps between."""
    found, now = [], 0.0
    for _ in range(draw(st.integers(0, 5))):
        now += draw(st.sampled_from([0.0, 0.0, 1.7]))
        stop = now + draw(st.floats(0.1, 5000))
        found.append(Span(now, stop, draw(LABELS), draw(PROBABILITIES)))
        now = stop
    return tuple(found)


TIERS = st.sampled_from(["genre", "content"])


def lines(text: str) -> list[str]:
    """Lines as all these tools read them: CR, LF and CR LF end one, nothing else does."""
    assert text.encode().decode() == text
    assert "\r" not in text
    assert text == "" or text.endswith("\n")
    return text.split("\n")[:-1]


def near(found: float, meant: float, *, digits: int) -> bool:
    # Half of the last decimal, and what rounding a large number to binary adds to it.
    return abs(found - meant) <= 0.5 * 10.0**-digits + 1e-11


def in_one_piece(places: list[tuple[float, float]], meant: tuple[Span, ...]) -> None:
    """Rounding opens no gap and makes no overlap, and no span vanishes."""
    for (_, stop), (start, _), before, after in zip(
        places, places[1:], meant, meant[1:], strict=False
    ):
        assert (stop == start) == (before.stop == after.start)
    assert all(start < stop for start, stop in places)


# Audacity ---------------------------------------------------------------------------------


def read_audacity(text: str) -> list[tuple[float, float, str]]:
    """As ``LabelStruct::Import`` does: tabs are delimiters, several count as one."""
    found = []
    for line in lines(text):
        assert not line.startswith("\\"), "would belong to the label before"
        start, stop, *title = [token for token in line.split("\t") if token]
        assert len(title) <= 1
        found.append((float(start), float(stop), title[0] if title else ""))
    return found


@given(spans())
def test_audacity(meant: tuple[Span, ...]) -> None:
    read = read_audacity(export(meant, form="audacity"))
    assert len(read) == len(meant)
    for (start, stop, title), span in zip(read, meant, strict=True):
        assert near(start, span.start, digits=6)
        assert near(stop, span.stop, digits=6)
        label, _, probability = title.rpartition(" ")
        assert without_escapes(label) == one_line_of(span.label)
        assert near(float(probability), span.probability, digits=2)
    in_one_piece([read[:2] for read in read], meant)


# Sonic Visualiser -------------------------------------------------------------------------


def split_quoted(line: str) -> list[str]:
    """As ``StringBits::splitQuoted`` of svcore does with commas."""
    tokens, token, mode = [], "", "separator"
    signs = iter(line)
    for sign in signs:
        if mode == "separator" and sign in "'\"":
            mode = sign
        elif mode == sign and sign in "'\"":
            mode = "unquoted"
        elif sign == "," and mode in {"separator", "unquoted"}:
            tokens.append(token)
            token, mode = "", "separator"
        else:
            token += next(signs, "") if sign == "\\" else sign
            mode = "unquoted" if mode == "separator" else mode
    assert mode not in "'\"", "a quote was left open"
    return [*tokens, token]


@given(spans())
def test_sonic_visualiser(meant: tuple[Span, ...]) -> None:
    header, *rows = lines(export(meant, form="sonic-visualiser"))
    assert header == "TIME,VALUE,DURATION,LABEL"
    assert len(rows) == len(meant)
    for row, span in zip(rows, meant, strict=True):
        assert not row.startswith("#"), "would be a comment"
        start, value, lasting, label = split_quoted(row)
        # An integer would be taken for a number of samples.
        assert re.fullmatch(r"\d+\.\d{9}", start)
        assert re.fullmatch(r"\d+\.\d{9}", lasting)
        assert near(float(start), span.start, digits=9)
        assert near(float(lasting), span.stop - span.start, digits=9)
        assert float(value) == span.probability
        assert without_escapes(label) == one_line_of(span.label)


# Raven and ELAN ---------------------------------------------------------------------------


@given(spans(), TIERS, st.sampled_from([8000, 22050, 44100, 96000]))
def test_raven(meant: tuple[Span, ...], tier: str, sr: int) -> None:
    header, *rows = lines(export(meant, form="raven", tier=tier, sr=sr))
    names = header.split("\t")
    assert names[:7] == list(RAVEN_COLUMNS)
    assert names[7:] == ["Annotation", "Tier", "Confidence"]
    assert len(rows) == len(meant)
    places = []
    for number, (row, span) in enumerate(zip(rows, meant, strict=True), start=1):
        read = dict(zip(names, row.split("\t"), strict=True))
        assert int(read["Selection"]) == number
        assert (read["View"], read["Channel"]) == ("Spectrogram 1", "1")
        places.append((float(read["Begin Time (s)"]), float(read["End Time (s)"])))
        assert near(places[-1][0], span.start, digits=9)
        assert near(places[-1][1], span.stop, digits=9)
        assert (float(read["Low Freq (Hz)"]), float(read["High Freq (Hz)"])) == (0, sr / 2)
        assert without_escapes(read["Annotation"]) == one_line_of(span.label)
        assert read["Tier"] == tier
        assert float(read["Confidence"]) == span.probability
    in_one_piece(places, meant)


def test_raven_without_a_rate_ends_where_the_description_does() -> None:
    text = export([Span(0, 1, "a", 1.0)], form="raven")
    assert text.splitlines()[1].split("\t")[6] == "11025.0"


@given(spans(), TIERS)
def test_elan(meant: tuple[Span, ...], tier: str) -> None:
    header, *rows = lines(export(meant, form="elan", tier=tier))
    assert header.split("\t") == [
        "Tier",
        "Begin Time - ss.msec",
        "End Time - ss.msec",
        "Annotation",
        "Probability",
    ]
    assert len(rows) == len(meant)
    places = []
    for row, span in zip(rows, meant, strict=True):
        name, start, stop, label, probability = row.split("\t")
        assert re.fullmatch(r"\d+\.\d{3}", start)
        places.append((float(start), float(stop)))
        assert near(places[-1][0], span.start, digits=3)
        assert near(places[-1][1], span.stop, digits=3)
        assert (name, without_escapes(label)) == (tier, one_line_of(span.label))
        assert float(probability) == span.probability
    in_one_piece(places, meant)


# JAMS -------------------------------------------------------------------------------------


@given(spans(), TIERS, st.none() | st.just(30_000.0))
@hypothesis.settings(max_examples=30)
def test_jams_by_its_own_schema(meant: tuple[Span, ...], tier: str, duration: float | None) -> None:
    text = export(meant, form="jams", tier=tier, recording="tape 1.wav", duration=duration)
    with warnings.catch_warnings():
        # Its schema is of JSON Schema's draft 4, and pandas has moved on: its own affair.
        warnings.simplefilter("ignore")
        read = jams.load(io.StringIO(text), validate=True, strict=True, fmt="jams")
        (annotation,) = read.search(namespace="segment_open")
        assert annotation.validate(strict=True)
    lasting = max((span.stop for span in meant), default=0.0) if duration is None else duration
    assert read.file_metadata.duration == lasting
    assert read.file_metadata.identifiers["recording"] == "tape 1.wav"
    assert annotation.sandbox["tier"] == tier
    assert annotation.duration == lasting
    for seen, span in zip(annotation.data, meant, strict=True):
        assert (seen.time, seen.duration) == (span.start, span.stop - span.start)
        assert seen.value == span.label
        assert seen.confidence == span.probability


def whole(label: str) -> str:
    """Text as UTF-8 can say it: half surrogate pairs are spelt out."""
    return label.encode(errors="backslashreplace").decode()


def one_line_of(label: str) -> str:
    """A label with all that could end a line spelt out."""
    return printable(label).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def without_escapes(text: str) -> str:
    """Take away what keeps a spreadsheet from calculating, sign by sign, by its description."""
    found, beginning = "", True
    for sign, following in zip(text, [*text[1:], ""], strict=False):
        if not (beginning and sign == "'" and following and following in "=+-@＝＋－＠\t\r\n'"):
            found += sign
        beginning = sign in ',;"\t\r\n'
    return found


# CSV and JSON lines -----------------------------------------------------------------------


@given(spans(), TIERS, LABELS)
def test_csv(meant: tuple[Span, ...], tier: str, recording: str) -> None:
    text = export(meant, form="csv", tier=tier, recording=recording)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(meant)
    for row, span in zip(rows, meant, strict=True):
        said = {name: row[name] for name in ("recording", "tier", "label")}
        for value in said.values():
            assert not value.startswith(("=", "+", "-", "@")), "a spreadsheet would calculate"
        back = {name: without_escapes(value) for name, value in said.items()}
        assert back == {"recording": whole(recording), "tier": tier, "label": whole(span.label)}
        assert float(row["start"]) == span.start
        assert float(row["stop"]) == span.stop
        assert float(row["probability"]) == span.probability


@given(spans(), TIERS, LABELS)
def test_json_lines(meant: tuple[Span, ...], tier: str, recording: str) -> None:
    text = export(meant, form="jsonl", tier=tier, recording=recording)
    for line, span in zip(lines(text), meant, strict=True):
        read = json.loads(line)
        assert read == {"recording": recording, "tier": tier} | span.as_dict()


# All forms --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_a_file_too_and_the_same_twice(form: str) -> None:
    assert export([], form=form) == export((), form=form)
    some = [Span(0.0, 1.0, "jazz", 0.5)]
    assert export(some, form=form) == export(tuple(some), form=form) != export([], form=form)


@pytest.mark.parametrize("form", FORMS)
def test_files_are_told_apart_by_their_names(form: str) -> None:
    name = export_name("1953/a.wav", form=form)
    assert name.startswith("1953/a.wav.genre.")
    names = {
        export_name(recording, form=other, tier=tier)
        for recording in ("a.wav", "a.flac")
        for other in FORMS
        for tier in ("genre", "content")
    }
    assert len(names) == 4 * len(FORMS)


def test_a_form_that_is_none() -> None:
    with pytest.raises(ParameterError, match="no form 'praat' to export; choose audacity, "):
        export([], form="praat")
    with pytest.raises(ParameterError, match="no form 'praat'"):
        export_name("a.wav", form="praat")


def test_files_come_back_from_the_disk(tmp_path: Path) -> None:
    some = [Span(0.0, 1.0, "日本 \udce9", 0.5)]
    for form in FORMS:
        text = export(some, form=form, recording="\udce9.wav")
        (tmp_path / form).write_bytes(text.encode())
        assert (tmp_path / form).read_text(encoding="utf-8") == text
