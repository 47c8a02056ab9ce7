"""What many recordings give is never in memory at once, and the files are the same to the byte."""

from __future__ import annotations

import dataclasses
import gc
import importlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.audio import find_recordings
from genre_audio.config import Segmentation
from genre_audio.errors import GenreAudioError
from genre_audio.extraction import Extracted, Row, describe, extract
from genre_audio.extraction.gathered import Gathered
from genre_audio.extraction.store import Known, _edited, _intact, read_known
from genre_audio.extraction.written import write_table
from genre_audio.features import GTZAN57
from genre_audio.files import Fingerprint, Spool, finish_pair, note_path, read_description
from genre_audio.segment import Refused
from genre_audio.tables import Manifest, read_manifest, table_text
from genre_audio.tables.manifest import manifest_path
from signals import noise, silence
from test_filesystem import no_larger_than

if TYPE_CHECKING:
    from collections.abc import Callable

    from genre_audio.extraction.extract import ExtractSummary

    WriteAudio = Callable[..., Path]

EXAMPLES = int(os.environ.get("GENRE_AUDIO_EXAMPLES", "40"))
SECOND = Segmentation(1)
HOW: Any = {"schema": GTZAN57, "segmentation": SECOND}


# --- the bytes ----------------------------------------------------------------------------


def at_once(recordings: list[Extracted], *, labels: dict[str, str]) -> str:
    """Return the text of a table made of one frame, as pandas has it."""
    records = [
        (each.name, row.length, *row.values, labels.get(each.name), each.name, row.start, row.stop)
        for each in recordings
        for row in each.rows
    ]
    columns = ["filename", "length", *GTZAN57.columns, "label", "recording", "start", "stop"]
    frame = pd.DataFrame.from_records(records, columns=columns)
    several = frame["recording"].duplicated().any()
    return table_text(frame if several else frame[columns[:-3]])


def manifest_at_once(manifest: Manifest) -> str:
    """Return the text of a manifest made by one call of `json`."""
    head = manifest.head()
    value = {name: head[name] for name in ("format", "schema", "segmentation")} | {
        "recordings": {name: entry.as_dict() for name, entry in manifest.recordings.items()},
        "failures": manifest.failures,
        "versions": head["versions"],
    }
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace").decode()


def run(*paths: Path, output: Path, **how: Any) -> ExtractSummary:
    return extract(find_recordings(paths), output=output, **{"segmentation": SECOND} | how)


@pytest.fixture
def tapes(write_audio: WriteAudio, tmp_path: Path, cheap_features: None) -> Path:
    names = ("old/a, b.wav", "old/=c.wav", "new/d\udcff.wav", "new/é.wav", "new/f.wav")
    for seed, name in enumerate(names):
        y = noise(1.2 + seed % 3, seed=seed)
        if name == "new/f.wav":
            y = np.concatenate([noise(1, seed=7), silence(1), noise(1.25, seed=8)])
        write_audio(y, name=f"tapes/{name}")
    write_audio(silence(2), name="tapes/new/silent.wav")
    (tmp_path / "tapes/new/bad.wav").write_bytes(b"no music")
    return tmp_path / "tapes"


def test_rows_of_all_origins_are_written_as_if_they_had_been_in_memory(
    tapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genre_audio.tables.stored._LINES", 2)
    table = tmp_path / "features.csv"
    run(tapes / "old", output=table, labels="folders")
    (tapes / "old/=c.wav").touch()
    summary = run(tapes / "new", output=table, labels="folders")
    assert (len(summary.kept), len(summary.computed), len(summary.failures)) == (2, 3, 2)
    found = list(summary.recordings)
    labels = {each.name: each.path.parent.name for each in found}
    assert max(len(each.rows) for each in found) > 1
    assert table.read_text() == at_once(found, labels=labels)
    manifest = read_manifest(table)
    assert manifest is not None
    assert manifest_path(table).read_text() == manifest_at_once(manifest)
    assert [*manifest.recordings] == [each.name for each in found]
    assert {each.name: each.digest for each in found} == {
        name: entry.digest for name, entry in manifest.recordings.items()
    }
    assert sorted(manifest.failures) == ["bad.wav", "silent.wav"]


def made(name: str, *, rows: int = 1, seed: int = 0) -> Extracted:
    rng = np.random.default_rng([seed, rows, len(name)])
    values = (rng.standard_normal((rows, 57)) * 10.0 ** rng.integers(-20, 20, (rows, 57))).tolist()
    return Extracted(
        name,
        Path("tapes", name),
        Fingerprint(3, 4, "abc"),
        {"sr": 22050, "peak_dbfs": -3.5},
        tuple(Row(1.0 * k, 1.0 * (k + 1), 22050, tuple(each)) for k, each in enumerate(values)),
        (Refused(60.0, 61.0, "silent", "nothing"),) * (seed % 2),
    )


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8),
        st.integers(1, 3),
        max_size=5,
    )
)
def test_any_names_are_written_and_come_back(
    tmp_path_factory: pytest.TempPathFactory, names: dict[str, int]
) -> None:
    table = tmp_path_factory.mktemp("any") / "features.csv"
    found = [made(name, rows=rows, seed=k) for k, (name, rows) in enumerate(names.items())]
    labels = {name: name[::-1] for name in names}
    write_table(table, found, (), **HOW, labels=labels)
    found.sort(key=lambda each: each.name)
    content = table.read_bytes().decode()
    assert content == at_once(found, labels=labels)
    manifest = read_manifest(table)
    assert manifest is not None
    assert manifest_path(table).read_bytes().decode() == manifest_at_once(manifest)
    known = _intact(table, **HOW)
    if known is not None:
        assert_same(known, _edited(table, **HOW))
    else:  # of tables that hold nothing, and of text that must be talked about
        assert not names or any(label.startswith("#") for label in labels.values())


def assert_same(one: Known, other: Known) -> None:
    assert dict(one.recordings) == dict(other.recordings)
    assert one.labels == other.labels
    assert (one.stale, one.changed, one.added, one.lost) == (
        other.stale,
        other.changed,
        other.added,
        other.lost,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = tmp_path_factory.mktemp("written") / "features.csv"
    found = [made(name, rows=2, seed=k) for k, name in enumerate(("a.wav", "b.wav", "c.wav"))]
    write_table(table, found, (), **HOW, labels={"a.wav": "jazz", "b.wav": "=rock"})
    return table


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(
    st.booleans(),
    st.integers(0, 10**6),
    st.sampled_from([b"", b"0", b"1.", b",", b"\n", b"\r\n", b"\xff", b'"', b"  ", b"#N/A"]),
    st.integers(0, 3),
)
def test_a_changed_byte_is_never_passed_over(
    written: Path, beside: bool, place: int, new: bytes, old: int
) -> None:
    """Whatever is changed, what is known is what reading everything says."""
    path = manifest_path(written) if beside else written
    content = path.read_bytes()
    place %= len(content)
    try:
        path.write_bytes(content[:place] + new + content[place + old :])
        results: list[Known | str] = []
        for read in (read_known, _edited):
            try:
                results.append(read(written, **HOW))
            except GenreAudioError as error:
                results.append(str(error))
    finally:
        path.write_bytes(content)
    one, other = results
    if isinstance(one, Known) and isinstance(other, Known):
        assert_same(one, other)
    else:
        assert one == other


def test_nearly_all_tables_are_read_the_short_way(written: Path) -> None:
    known = _intact(written, **HOW)
    assert known is not None
    assert (list(known.recordings), known.labels) == (
        ["a.wav", "b.wav", "c.wav"],
        {"a.wav": "jazz", "b.wav": "=rock"},
    )
    assert _intact(written, schema=GTZAN57, segmentation=Segmentation()) is None
    note = note_path(written)
    note.write_text("somebody writes")
    assert _intact(written, **HOW) is None
    note.unlink()


# --- what is in memory --------------------------------------------------------------------


def alive() -> int:
    return sum(type(each) is Extracted for each in gc.get_objects())


@pytest.mark.parametrize("step", ["read", "update", "describe"])
def test_few_recordings_are_in_memory_at_once(
    write_audio: WriteAudio,
    tmp_path: Path,
    cheap_features: None,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    for seed in range(5):
        write_audio(noise(1.2, seed=seed), name=f"tapes/{seed}.wav")
    table, tapes = tmp_path / "features.csv", tmp_path / "tapes"
    if step == "update":
        run(tapes, output=table)
        write_audio(noise(1.2, seed=9), name="tapes/9.wav")
    gc.collect()
    before, seen = alive(), []
    written = importlib.import_module("genre_audio.extraction.written")
    entry = written._entry

    def counting(*args: Any, **how: Any) -> Any:
        seen.append(alive() - before)
        return entry(*args, **how)

    monkeypatch.setattr(written, "_entry", counting)
    if step == "describe":
        sources = find_recordings([tapes])
        found = describe(sources, **HOW, cache=tmp_path / "cache").recordings
        seen += [alive() - before for _ in found]
    else:
        run(tapes, output=table, on_result=lambda _: seen.append(alive() - before))
    assert len(seen) >= (7 if step == "update" else 10)
    assert max(seen) <= 2


# --- the parts ----------------------------------------------------------------------------


def test_what_is_put_on_disk_comes_back() -> None:
    spool: Spool[list[float]] = Spool()
    assert (len(spool), list(spool), spool.get("a"), "a" in spool) == (0, [], None, False)
    for place in range(3):
        spool.add("a", [0.5])
        spool.add(f"{place}", [place / 3] * place)
    spool.add("a", [0.25])
    assert dict(spool) == {"a": [0.25], "0": [], "1": [1 / 3], "2": [2 / 3] * 2}
    with pytest.raises(KeyError):
        spool["b"]


def test_where_there_is_no_room_on_disk_values_stay_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere: Spool[int] = Spool(tmp_path / "file")
    nowhere.add("a", 1)
    assert dict(nowhere) == {"a": 1}
    spool: Spool[int] = Spool()
    spool.add("a", 1)

    with no_larger_than(10):  # half of a value more, or nothing
        spool.add("a", 2)
        spool.add("b", 3)
    spool.add("b", 4)
    assert dict(spool) == {"a": 2, "b": 4}


def test_gathered_recordings_are_a_sequence() -> None:
    found = [made(name, seed=k) for k, name in enumerate(("b", "c", "a"))]
    gathered = Gathered.of(found[:2])
    gathered.add(found[2])
    ordered = sorted(found, key=lambda each: each.name)
    assert gathered == tuple(ordered)
    assert gathered != ordered[:2]
    assert gathered != 3
    assert (gathered[0], gathered[-1], gathered[1:]) == (ordered[0], ordered[2], ordered[1:])
    assert (len(gathered), gathered.rows, gathered.refused, gathered.several) == (3, 3, 1, False)
    touched = dataclasses.replace(found[0].file, mtime_ns=5)
    held = dataclasses.replace(gathered.held["b"], path=Path("x"), file=touched, called="b")
    moved = Gathered({"renamed": held})[0]
    assert (moved.name, moved.path, moved.file, moved.rows) == (
        *("renamed", Path("x"), touched),
        found[0].rows,
    )


def test_a_note_of_an_earlier_version_is_believed(tmp_path: Path) -> None:
    import hashlib

    table, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"
    table.write_text("new")
    beside.write_text("old")
    after = hashlib.sha256(b"new").hexdigest()
    note = {"before": None, "after": after, "description": "{}\n"}
    note_path(table).write_text(json.dumps(note) + "\n")
    assert read_description(table, beside=beside) == "{}\n"
    finish_pair(table, beside=beside)
    assert beside.read_text() == "{}\n"
    assert not note_path(table).exists()
