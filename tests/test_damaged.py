"""Journals, manifests and tables that were cut, edited or swapped: ours, or as good as none."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.audio import Source, find_recordings
from genre_audio.config import Segmentation, digest
from genre_audio.errors import GenreAudioError, ParameterError, TableError
from genre_audio.extraction import Extracted, Row, extract
from genre_audio.extraction.borrow import look
from genre_audio.extraction.journaled import finished, journal_entry
from genre_audio.extraction.plan import make_plan
from genre_audio.extraction.recording import rows_digest
from genre_audio.extraction.store import Known, read_known
from genre_audio.extraction.tidy import journal_of
from genre_audio.extraction.written import write_table
from genre_audio.features import GTZAN57
from genre_audio.files import Fingerprint
from genre_audio.journal import Journal
from genre_audio.reporting.runs import read_run
from genre_audio.segment import Refused
from genre_audio.tables import read_any_table, read_manifest, read_table
from genre_audio.tables.as_written import numbers_digest
from genre_audio.tables.manifest import manifest_path
from signals import noise

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = int(os.environ.get("GENRE_AUDIO_EXAMPLES", "40"))
NARROW: Any = types.SimpleNamespace(columns=("x", "y"))
HEADER = {"schema": "abc"}
HOW = {"schema": GTZAN57, "segmentation": Segmentation()}


def recording(name: str, *, width: int = 2, rows: int = 1) -> Extracted:
    values = [tuple(((np.arange(width) + 1.5) / (7 + row)).tolist()) for row in range(rows)]
    return Extracted(
        name,
        Path("tapes", name),
        Fingerprint(3, 4, "abc"),
        {"sr": 22050, "peak_dbfs": -3.5},
        tuple(Row(30.0 * k, 30.0 * (k + 1), 661500, each) for k, each in enumerate(values)),
        (Refused(60.0, 61.0, "silent", "nothing"),),
    )


MADE = {name: recording(name) for name in ("a.wav", "b.wav")}


def journal(path: Path, entries: list[Any]) -> bytes:
    with Journal(path, header=HEADER) as opened:
        for entry in entries:
            opened.append(entry)
    return path.read_bytes()


def known_of(path: Path) -> dict[str, Extracted]:
    return finished(Journal(path, header=HEADER).entries(), schema=NARROW)


# --- the journal ----------------------------------------------------------------------


def test_a_journal_cut_at_any_byte_holds_what_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = journal(path, [journal_entry(each) for each in MADE.values()])
    ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        lines = sum(end <= length for end in ends)  # the last line's own end may be missing
        assert known_of(path) == dict(list(MADE.items())[: max(0, lines - 1)]), length


def test_a_changed_byte_invents_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = journal(path, [journal_entry(each) for each in MADE.values()])
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert known_of(path).items() <= MADE.items(), place


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: None,
        lambda _: [],
        lambda _: "text",
        lambda _: 10**400,
        lambda _: {},
        lambda value: value | {"name": None},
        lambda value: value | {"rows": None},
        lambda value: value | {"rows": []},
        lambda value: value | {"rows": [[]]},
        lambda value: value | {"rows": [{"start": 0.0}]},
        lambda value: value | {"rows": [value["rows"][0] | {"values": [1.0]}]},
        lambda value: value | {"rows": [value["rows"][0] | {"values": [1.0, 2.0, 3.0]}]},
        lambda value: value | {"rows": [value["rows"][0] | {"values": [1.0, float("nan")]}]},
        lambda value: value | {"rows": [value["rows"][0] | {"values": [1.0, 10**400]}]},
        lambda value: value | {"rows": [value["rows"][0] | {"values": [1.0, "2"]}]},
        lambda value: value | {"rows": [value["rows"][0] | {"values": None}]},
        lambda value: value | {"rows": [value["rows"][0] | {"length": True}]},
        lambda value: value | {"file": {"size": "3"}},
        lambda value: value | {"file": value["file"] | {"size": -1}},
        lambda value: value | {"quality": {"sr": "high"}},
        lambda value: value | {"refused": [{"start": 1}]},
        lambda value: value | {"path": "a\0b"},
        lambda value: value | {"path": "\ud800"},
        lambda value: value | {"digest": 5},
        lambda value: {name: part for name, part in value.items() if name != "digest"},
    ],
)
@pytest.mark.parametrize("signed", [False, True])
def test_entries_of_another_form_are_as_good_as_none(
    tmp_path: Path, damage: Callable[[Any], Any], signed: bool
) -> None:
    """Even those whose digest is right, as a program of another make could write it."""
    good, other = (journal_entry(each) for each in MADE.values())
    bad = damage(good)
    if signed and isinstance(bad, dict) and bad.get("digest") == good["digest"]:
        bad |= {"digest": digest({name: bad[name] for name in bad if name != "digest"})}
    path = tmp_path / "journal"
    journal(path, [bad, other])
    assert known_of(path) == {"b.wav": MADE["b.wav"]}


def test_what_is_nested_too_deeply_ends_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = journal(path, [journal_entry(MADE["a.wav"])])
    path.write_bytes(whole + b"[" * 100_000 + b"\n" + whole.splitlines()[1])
    assert known_of(path) == {"a.wav": MADE["a.wav"]}


def test_of_entries_of_one_name_the_last_is_believed() -> None:
    later = dataclasses.replace(MADE["a.wav"], quality={"sr": 8000})
    entries = [journal_entry(each) for each in (MADE["a.wav"], later)]
    assert finished(entries, schema=NARROW) == {"a.wav": later}


def test_a_run_with_a_damaged_journal_gives_the_same_table(
    write_audio: Callable[..., Path], tmp_path: Path, cheap_features: None
) -> None:
    for seed, name in enumerate(("a", "b")):
        write_audio(noise(1.2, seed=seed), name=f"tapes/{name}.wav")
    sources, table = find_recordings([tmp_path / "tapes"]), tmp_path / "features.csv"
    extract(sources, output=table, segmentation=Segmentation())
    expected = table.read_bytes(), manifest_path(table).read_bytes()
    known = read_known(table, **HOW)
    for path in (table, manifest_path(table)):
        path.unlink()
    place = tmp_path / ".features.csv.journal"
    with journal_of(table, **HOW) as opened:
        opened.append({"name": "a.wav"})
        opened.append(journal_entry(known.recordings["b.wav"]) | {"quality": {}})
        opened.append(journal_entry(known.recordings["a.wav"]))
    with place.open("ab") as file:
        file.write(b'{"name": "b.w')
    summary = extract(sources, output=table, segmentation=Segmentation())
    assert (summary.reused, summary.computed) == (("a.wav",), ("b.wav",))
    assert (table.read_bytes(), manifest_path(table).read_bytes()) == expected


# --- tables and manifests -------------------------------------------------------------


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of two recordings with its manifest, to be changed and put back."""
    path = tmp_path_factory.mktemp("damaged") / "features.csv"
    found = [recording(name, width=57, rows=2) for name in ("a.wav", "b.wav")]
    write_table(path, found, [], **HOW, labels={"a.wav": "jazz", "b.wav": "=rock"})
    return path


def test_the_digest_of_rows_is_that_of_the_manifest(table: Path) -> None:
    manifest, read = read_manifest(table), read_table(table)
    assert manifest is not None
    rows = recording("a.wav", width=57, rows=2).rows
    assert manifest.recordings["a.wav"].digest == rows_digest(rows)
    assert rows_digest(rows) == numbers_digest((row.length, row.values) for row in rows)
    assert read.notes == ()


def ask(path: Path) -> None:
    """Read all that reads a table, and decide what to do with it."""
    known, said = None, []
    for read in (read_table, read_any_table, lambda path: read_known(path, **HOW)):
        try:
            known = read(path)
        except GenreAudioError as error:
            said.append(str(error))
    look(path, **HOW)
    if isinstance(known, Known):
        try:
            make_plan([Source("a.wav", path)], known=known, finished={}, force=False)
        except GenreAudioError as error:
            said.append(f"{path.name}: {error}")
    assert all(path.name in message for message in said)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**70, -(2**70), 10**400, float("nan"), float("inf"), "a" * 5000, "\0"])
    | st.floats()
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_manifest_changed_anywhere_is_read_or_refused(table: Path, data: st.DataObject) -> None:
    path = manifest_path(table)
    original = path.read_text()
    root = inner = json.loads(original)
    while True:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
        deeper = isinstance(inner[key], dict | list) and len(inner[key]) > 0
        if not deeper or data.draw(st.integers(0, 3)) == 0:
            break
        inner = inner[key]
    if data.draw(st.integers(0, 3)) == 0:
        del inner[key]
    else:
        inner[key] = data.draw(VALUES)
    try:
        path.write_text(json.dumps(root).encode(errors="replace").decode())
        ask(table)
    finally:
        path.write_text(original)


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_table_changed_anywhere_is_read_or_refused(table: Path, data: st.DataObject) -> None:
    original = table.read_bytes()
    rows = [line.split(",") for line in original.decode().splitlines()]
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(rows))
        place = data.draw(st.integers(0, len(row) - 1)) if row else 0
        match data.draw(st.integers(0, 4)):
            case 0:
                rows.append(list(row))
            case 1:
                rows.remove(row)
            case 2:
                row[place : place + 1] = []
            case _:
                odd = st.sampled_from(["1e400", "nan", "-1", '"', "1,5", "\0", "\ufeff", "#NV", ""])
                row[place : place + 1] = [data.draw(odd | st.text(max_size=4))]
        rows = rows or [[]]
    separator = data.draw(st.sampled_from([",", ",", ";", "\t"]))
    text = "".join(separator.join(row) + "\n" for row in rows)
    content = text.encode(errors="replace")[: data.draw(st.integers(0, 9999))]
    try:
        table.write_bytes(content)
        ask(table)
        try:
            read = read_table(table)
        except TableError:
            return
        assert np.isfinite(read.X).all()
        assert all(read.recordings)
    finally:
        table.write_bytes(original)


def changed(table: Path, tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    path = tmp_path / "features.csv"
    path.write_bytes(table.read_bytes())
    value = json.loads(manifest_path(table).read_text())
    change(value)
    manifest_path(path).write_text(json.dumps(value))
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda value: value.pop("versions"), r"it lacks 'versions'"),
        (lambda value: value.update(format=True), r"'format' of it is True"),
        (lambda value: value.update(format=0.5), r"'format' of it is 0\.5"),
        (lambda value: value["segmentation"].update(seconds=10), "digest of the segmentation is"),
        (lambda value: value["segmentation"].update(hop="5"), "'hop' of the segmentation is '5'"),
        (lambda value: value["schema"]["config"].update(sr=8000), "digest of the schema is"),
        (lambda value: value["schema"].update(columns=[[]]), "'columns' of the schema is"),
        (
            lambda value: value["recordings"]["b.wav"].update(file={"size": 1}),
            r"recording 'b\.wav': 'file' of a recording is \{'size': 1\}",
        ),
        (lambda value: value["recordings"].update({"b.wav": []}), r"recording 'b\.wav': a record"),
        (lambda value: value.update(failures={"c.wav": {}}), "'failures' of it is"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_named(
    table: Path, tmp_path: Path, change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    path = changed(table, tmp_path, change)
    for read in (read_manifest, read_table):
        with pytest.raises(TableError, match=rf"csv\.json: this is no manifest.*{message}"):
            read(path)


def test_a_manifest_nested_too_deeply_is_none(tmp_path: Path, table: Path) -> None:
    path = changed(table, tmp_path, lambda _: None)
    manifest_path(path).write_text("[" * 100_000)
    with pytest.raises(TableError, match="nested too deeply"):
        read_manifest(path)


def test_rows_that_are_not_as_extracted_are_said(table: Path, tmp_path: Path) -> None:
    path = changed(table, tmp_path, lambda value: value["recordings"].pop("b.wav"))
    text = path.read_text()
    path.write_text(text.replace("661500", "661501", 1))
    assert read_table(path, compare=False).notes == ()
    first, second = read_table(path).notes
    assert first.startswith("features.csv: the rows of 'a.wav' are not as extracted (edited, or ")
    assert second == "features.csv: the rows of 'b.wav' are not known to the table's manifest"
    path = changed(table, tmp_path, lambda _: None)
    path.write_text(text.replace("661500", "661501"))
    assert "the rows of 2 recordings are not as" in read_table(path).notes[0]


def test_a_manifest_of_another_table_is_refused(table: Path, tmp_path: Path) -> None:
    path = changed(table, tmp_path, lambda _: None)
    path.write_text(path.read_text().replace("a.wav", "c.wav").replace("b.wav", "d.wav"))
    with pytest.raises(TableError, match=r"another table, of recordings such as 'a\.wav'"):
        read_table(path)
    # A run killed while it wrote leaves just this, and must go on.
    assert read_known(path, **HOW).added == ["c.wav", "d.wav"]


def test_a_table_saved_in_germany_keeps_labels_and_rows(table: Path, tmp_path: Path) -> None:
    path = changed(table, tmp_path, lambda _: None)
    before = read_known(path, **HOW)
    text = path.read_text().replace("jazz", "blues").replace(",", ";").replace(".", ",")
    path.write_bytes(("\ufeff" + text.replace(",wav", ".wav").replace("\n", "\r\n")).encode())
    known = read_known(path, **HOW)
    assert known.labels == {"a.wav": "blues", "b.wav": "=rock"}
    assert known.recordings == before.recordings


# --- the file beside a result ---------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"paths": [5]},
        {"paths": ["\0"]},
        {"paths": 7},
        {"table": ["a"]},
        {"parameters": []},
        {"parameters": None},
        {"file": "a"},
    ],
)
def test_parameters_of_another_form_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    asked = {"version": "0.1.0", "model": {"name": "m", "digest": "d"}, "format": 1}
    asked |= {"schema": {}, "segmentation": {}, "coverage": 0.9, "content": None}
    value = {"parameters": asked | {"whole": False, "explain": False}}
    path = tmp_path / "results.csv.json"
    path.write_text(json.dumps(value))
    assert read_run(path).notes == ()
    path.write_text(json.dumps(value | change))
    with pytest.raises(ParameterError, match=r"results\.csv"):
        read_run(path)


def test_a_result_that_was_changed_is_said(tmp_path: Path) -> None:
    asked = {"version": "0.1.0", "model": {"name": "m", "digest": "d"}, "format": 1}
    asked |= {"schema": {}, "segmentation": {}, "coverage": 0.9, "content": None}
    value = {"parameters": asked | {"whole": False, "explain": False}}
    result = tmp_path / "results.csv"
    result.write_text("recording\n")
    content = hashlib.sha256(b"recording\n").hexdigest()
    beside = tmp_path / "results.csv.json"
    beside.write_text(json.dumps(value | {"result": {"name": "results.csv", "sha256": content}}))
    assert read_run(result).notes == ()
    result.write_text("recording\nx\n")
    assert "results.csv was changed since results.csv.json was" in read_run(result).notes[0]
    assert read_run(beside).notes == ()


# --- what became of the files ---------------------------------------------------------


def test_rows_are_given_up_only_where_the_file_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "a.wav"
    there.touch()
    for gone in ("b" * 5000, "nowhere/a.wav", "a.wav/b.wav"):
        known = Known()
        known.stale = {"x": tmp_path / gone}
        plan = make_plan([], known=known, finished={}, force=False)
        assert (plan.removed, plan.wanted) == (("x",), ())
    known = Known()
    known.stale = {"x": there}

    def forbidden(*_: Any, **__: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", forbidden)
    plan = make_plan([], known=known, finished={}, force=False)
    assert (plan.removed, plan.wanted) == ((), (Source("x", there),))
    # Whether these are one file nobody can tell, so only one and the same path will do.
    assert make_plan([Source("x", there)], known=known, finished={}, force=False).wanted
    with pytest.raises(ParameterError, match="holds another recording called 'x'"):
        make_plan([Source("x", tmp_path / "b")], known=known, finished={}, force=False)


def test_a_file_that_goes_away_while_it_is_looked_at_is_read_again(tmp_path: Path) -> None:
    source = Source("a.wav", tmp_path / "a.wav")
    same: Any = types.SimpleNamespace(matches=lambda _: True)
    earlier = dataclasses.replace(MADE["a.wav"], file=same)
    plan = make_plan([source], known=Known(), finished={"a.wav": earlier}, force=False)
    assert (plan.wanted, plan.reused) == ((source,), {})
