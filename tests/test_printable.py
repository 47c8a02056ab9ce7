"""Names that people gave to things: shown as they are, harmless, and told apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.reporting.printable import distinct, printable, shortened

NAMES = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("日本/歌.flac", "日本/歌.flac"),
        ("e\u0301t\u00e9 \U0001f469\u200d\U0001f3a4", "e\u0301t\u00e9 \U0001f469\u200d\U0001f3a4"),
        ("a\tb\nc\x00", r"a\x09b\x0ac\x00"),
        ("\udcff.wav", r"\udcff.wav"),
        ("gpj.\u202ewav", r"gpj.\u202ewav"),
        ("\ufffe\U0001ffff", r"\ufffe\U0001ffff"),
    ],
)
def test_names_are_shown_as_they_are_but_for_what_acts(name, shown):
    assert printable(name) == shown


@given(NAMES)
def test_what_is_shown_can_be_written_and_parsed(name):
    shown = printable(name)
    shown.encode("utf-8")
    assert not {unicodedata.category(sign) for sign in shown} & {"Cc", "Cs", "Cn"}
    assert printable(shown) == shown


@given(NAMES, st.integers(4, 30))
def test_shortened_names_keep_their_ends(name, width):
    short = shortened(name, width=width)
    assert len(short) == min(len(name), width)
    if len(name) > width:
        head, tail = short.split("…", 1) if "…" not in name else (short[0], short[-1])
        assert name.startswith(head)
        assert name.endswith(tail)


@given(st.lists(NAMES, max_size=20, unique=True), st.integers(8, 30))
def test_different_names_stay_different(names, width):
    short = distinct(names, width=width)
    assert len(set(short)) == len(names)
    assert all(len(name) <= width for name in short)


def test_what_all_have_in_common_goes_first():
    names = [f"songs of the {place} shore of the lake" for place in ("left", "right")]
    assert distinct(names, width=20) == ["…left…", "…right…"]


def test_names_that_nothing_tells_apart_are_numbered():
    names = [f"aaaaaaaaaaaa{k}zzzzzzzzzzzzz" for k in "xy"]
    assert distinct(names, width=9) == ["1 aaa…zzz", "2 aaa…zzz"]
