"""The file beside a table comes back as it was, or is refused."""

from __future__ import annotations

import json
import typing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio.quality import Quality
from genre_audio.config import Segmentation
from genre_audio.errors import TableError
from genre_audio.extraction import Extracted, Row
from genre_audio.extraction.journaled import finished, journal_entry
from genre_audio.features import GTZAN57
from genre_audio.files import Fingerprint
from genre_audio.segment import Refused
from genre_audio.tables.manifest import (
    FORMAT,
    Manifest,
    RecordingEntry,
    manifest_path,
    package_versions,
    read_manifest,
)

# Names of files are any characters at all; bytes that are not UTF-8 come as U+DC80 to U+DCFF.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\udc80\udce9\udcff"))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(0, 2**63 - 1)
ENTRIES = st.builds(
    RecordingEntry,
    path=TEXTS.filter(lambda text: text and "\0" not in text),
    file=st.builds(Fingerprint, size=WHOLE, mtime_ns=WHOLE | WHOLE.map(int.__neg__), sha256=TEXTS),
    quality=st.dictionaries(TEXTS, NUMBERS | WHOLE, max_size=3),
    segments=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3).map(tuple),
    refused=st.lists(
        st.builds(Refused, start=NUMBERS, stop=NUMBERS, kind=TEXTS, message=TEXTS), max_size=2
    ).map(tuple),
    digest=TEXTS,
)
FAILURES = st.fixed_dictionaries({"kind": TEXTS, "message": TEXTS})
MANIFESTS = st.builds(
    Manifest,
    schema=st.just(GTZAN57.as_dict()),
    segmentation=st.builds(
        Segmentation, seconds=st.floats(1, 3600), hop=st.none() | st.floats(0.1, 1)
    ),
    recordings=st.dictionaries(TEXTS, ENTRIES, max_size=3),
    failures=st.dictionaries(TEXTS, FAILURES, max_size=2),
    versions=st.dictionaries(TEXTS, TEXTS, max_size=2),
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "features.csv"


@pytest.fixture
def value() -> dict[str, Any]:
    """A manifest as JSON has it."""
    entry = RecordingEntry(
        path="a.wav",
        file=Fingerprint(3, 4, "abc"),
        quality={"sr": 22050},
        segments=((0.0, 30.0),),
        refused=(Refused(30.0, 60.0, "silent", "the peak stays below -80 dBFS"),),
        digest="abc",
    )
    manifest = Manifest(GTZAN57.as_dict(), Segmentation(), {"a.wav": entry}, {}, {})
    return json.loads(manifest.to_json())


@given(manifest=MANIFESTS)
def test_a_manifest_comes_back(manifest: Manifest) -> None:
    text = manifest.to_json()
    assert Manifest.from_json(text.encode().decode()) == manifest
    assert Manifest.from_json(text).to_json() == text


def test_a_manifest_says_what_the_table_is(value: dict[str, Any]) -> None:
    assert value["format"] == FORMAT == 1
    assert value["schema"]["digest"] == GTZAN57.digest
    assert value["segmentation"]["digest"] == Segmentation().digest
    assert value["recordings"]["a.wav"]["segments"] == [[0.0, 30.0]]


def test_whatever_is_measured_of_a_recording_comes_back(value: dict[str, Any]) -> None:
    kinds = typing.get_type_hints(Quality)
    made = {str: "ffmpeg 5.1", int: 2, float: 0.5}
    filled = {name: made[(typing.get_args(kind) or [kind])[0]] for name, kind in kinds.items()}
    quality = Quality(**filled).as_dict()
    assert quality.keys() == kinds.keys()
    value["recordings"]["a.wav"]["quality"] = quality
    assert Manifest.from_json(json.dumps(value)).recordings["a.wav"].quality == quality
    row = Row(0.0, 30.0, 661500, (0.5,) * 57)
    found = Extracted("a.wav", Path("a.wav"), Fingerprint(3, 4, "abc"), quality, (row,), ())
    assert finished([journal_entry(found)], schema=GTZAN57) == {"a.wav": found}


def test_a_table_may_have_none(table: Path) -> None:
    assert read_manifest(table) is None


def test_it_is_read_from_beside_the_table(table: Path, value: dict[str, Any]) -> None:
    manifest_path(table).write_text(json.dumps(value))
    manifest = read_manifest(table)
    assert manifest is not None
    assert manifest.schema_digest == GTZAN57.digest


def changed(value: dict[str, Any], *keys: str, to: object) -> dict[str, Any]:
    *outer, last = keys
    inner = value
    for key in outer:
        inner = inner[key]
    if to is ...:
        del inner[last]
    else:
        inner[last] = to
    return value


@pytest.mark.parametrize(
    ("keys", "to"),
    [
        (("format",), "x"),
        (("format",), ...),
        (("schema",), []),
        (("schema",), ...),
        (("segmentation",), {}),
        (("segmentation", "seconds"), 0.5),
        (("segmentation", "seconds"), "thirty"),
        (("recordings",), []),
        (("recordings", "a.wav"), {}),
        (("recordings", "a.wav", "file"), {"size": 3}),
        (("recordings", "a.wav", "segments"), [[1]]),
        (("recordings", "a.wav", "refused"), [{"start": 1}]),
        (("failures",), ...),
    ],
)
def test_what_lacks_a_part_is_no_manifest(
    table: Path, value: dict[str, Any], keys: tuple[str, ...], to: object
) -> None:
    manifest_path(table).write_text(json.dumps(changed(value, *keys, to=to)))
    with pytest.raises(TableError, match=r"features\.csv\.json: this is no manifest"):
        read_manifest(table)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "1"])
def test_other_text_is_no_manifest(table: Path, text: str) -> None:
    manifest_path(table).write_text(text)
    with pytest.raises(TableError, match=r"features\.csv\.json: this is no manifest"):
        read_manifest(table)


def test_a_manifest_cut_short_is_none(table: Path, value: dict[str, Any]) -> None:
    text = json.dumps(value)
    for length in range(0, len(text), 97):
        manifest_path(table).write_text(text[:length])
        with pytest.raises(TableError, match="this is no manifest"):
            read_manifest(table)


def test_a_later_format_asks_for_an_update(table: Path, value: dict[str, Any]) -> None:
    manifest_path(table).write_text(json.dumps(value | {"format": 2}))
    with pytest.raises(TableError, match="format 2, this version reads up to 1: update"):
        read_manifest(table)


def test_what_cannot_be_read_is_said(table: Path) -> None:
    manifest_path(table).mkdir()
    with pytest.raises(TableError, match=r"features\.csv\.json cannot be read: .*directory"):
        read_manifest(table)
    manifest_path(table).rmdir()
    manifest_path(table).write_bytes(b"\xff\xfe")
    with pytest.raises(TableError, match=r"features\.csv\.json cannot be read: .*utf-8"):
        read_manifest(table)


def test_versions_are_those_of_what_makes_the_numbers() -> None:
    import numba

    versions = package_versions()
    assert versions["numba"] == numba.__version__
    assert set(versions) >= {"genre-audio", "numpy", "scipy", "soundfile", "soxr"}
