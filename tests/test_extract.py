"""A feature table is its own cache: nothing is lost, mixed, or computed twice."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from genre_audio.audio import find_recordings
from genre_audio.config import Segmentation
from genre_audio.errors import BusyError, OutputError, ParameterError, TableError
from genre_audio.extraction import Extracted, Failure, extract, extract_recording
from genre_audio.extraction.tidy import journal_of
from genre_audio.features import GTZAN57, SCHEMAS, feature_row
from genre_audio.files import lock
from genre_audio.tables import read_manifest, read_table
from genre_audio.tables.manifest import manifest_path
from signals import noise, silence, tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from genre_audio.audio import Source
    from genre_audio.extraction.extract import ExtractSummary

    WriteAudio = Callable[..., Path]

# The package offers a function of the same name.
MODULE = importlib.import_module("genre_audio.extraction.extract")

ONE_SECOND = Segmentation(1)
NAMES = ("blues/a.wav", "blues/b.wav", "jazz/c.wav")


class Killed(BaseException):
    """Nothing in the package may catch this."""


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch, cheap_features: None) -> list[str]:
    """The names of the recordings that were read."""
    names: list[str] = []

    def spy(source: Source, **how: Any) -> Extracted | Failure:
        names.append(source.name)
        return extract_recording(source, **how)

    monkeypatch.setattr(MODULE, "extract_recording", spy)
    return names


@pytest.fixture
def tapes(write_audio: WriteAudio, tmp_path: Path) -> Path:
    for seed, name in enumerate(NAMES):
        write_audio(noise(1.2, seed=seed), name=f"tapes/{name}")
    return tmp_path / "tapes"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "features.csv"


def run(*paths: Path, output: Path, **how: Any) -> ExtractSummary:
    how = {"segmentation": Segmentation()} | how
    return extract(find_recordings(paths), output=output, **how)


def contents(table: Path) -> tuple[bytes, bytes]:
    return table.read_bytes(), manifest_path(table).read_bytes()


def names_in(table: Path) -> list[str]:
    return list(dict.fromkeys(read_table(table).recordings))


def labels_in(table: Path) -> dict[str, str | None]:
    read = read_table(table)
    return dict(zip(read.recordings, read.labels, strict=True))


def edit(table: Path, row: int, column: str, value: object) -> None:
    """Change a value as a person would."""
    frame = pd.read_csv(table, dtype=object, keep_default_na=False)
    frame.loc[row, column] = value
    frame.to_csv(table, index=False)


def left_behind(table: Path) -> list[str]:
    ours = {table.name, manifest_path(table).name}
    return sorted(p.name for p in table.parent.iterdir() if p.is_file() and p.name not in ours)


# --- the table ----------------------------------------------------------------------


def test_a_table_has_the_published_columns(tapes: Path, table: Path) -> None:
    summary = run(tapes, output=table)
    assert (summary.output, summary.rows, summary.refused) == (table, 3, 0)
    assert summary.computed == NAMES
    header = table.read_text().splitlines()[0]
    assert header == ",".join(["filename", "length", *GTZAN57.columns, "label"])
    read = read_table(table)
    assert not read.segmentation_inferred
    assert names_in(table) == list(NAMES)
    expected = [noise(1.2, seed=seed)[100:157].tolist() for seed in range(3)]
    assert read.X.tolist() == expected
    assert left_behind(table) == []


def test_several_rows_say_where_they_belong(
    write_audio: WriteAudio, tmp_path: Path, table: Path
) -> None:
    y = np.concatenate([tone(seconds=1), silence(1), tone(330, seconds=1.25)])
    path = write_audio(y, name="long.wav")
    summary = run(path, write_audio(tone(), name="b.wav"), output=table, segmentation=ONE_SECOND)
    assert (summary.rows, summary.refused) == (4, 1)
    frame = read_table(table).frame
    assert list(frame.columns[-4:]) == ["label", "recording", "start", "stop"]
    long = frame[frame["recording"] == "long.wav"]
    assert long[["filename", "start", "stop", "length"]].to_numpy().tolist() == [
        ["long.wav", 0.0, 1.0, 22050],
        ["long.wav", 2.0, 2 + 27562 / 22050, 27562],
    ]
    manifest = read_manifest(table)
    assert manifest is not None
    (refused,) = manifest.recordings["long.wav"].refused
    assert (refused.start, refused.stop, refused.kind) == (1.0, 2.0, "silent")


def test_the_manifest_says_what_was_read(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    manifest = read_manifest(table)
    assert manifest is not None
    entry = manifest.recordings["blues/a.wav"]
    assert entry.path == "tapes/blues/a.wav"
    assert entry.file.matches(tapes / "blues/a.wav")
    assert entry.segments == ((0.0, 1.2),)
    assert entry.quality["channels"] == 1
    assert manifest.schema_digest == GTZAN57.digest
    assert str(table.parent) not in manifest_path(table).read_text()


def test_bad_files_stop_nobody(tapes: Path, table: Path, write_audio: WriteAudio) -> None:
    (tapes / "bad.wav").write_bytes(b"no music")
    (tapes / "empty.mp3").write_bytes(b"")
    (tapes / "gone.flac").symlink_to("nowhere")
    write_audio(silence(2), name="tapes/silent.wav")
    seen: list[str] = []
    summary = run(tapes, output=table, on_result=lambda result: seen.append(result.name))
    kinds = {failure.name: failure.kind for failure in summary.failures}
    assert kinds == {
        "bad.wav": "unsupported_format",
        "empty.mp3": "empty",
        "gone.flac": "io",
        "silent.wav": "silent",
    }
    assert summary.computed == NAMES
    assert sorted(seen) == sorted([*NAMES, *kinds])
    manifest = read_manifest(table)
    assert manifest is not None
    assert {name: entry["kind"] for name, entry in manifest.failures.items()} == kinds


def test_nothing_but_bad_files_give_an_empty_table_that_can_grow(
    tapes: Path, table: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.wav").write_bytes(b"no music")
    assert run(tmp_path / "bad.wav", output=table).rows == 0
    assert read_table(table).X.shape == (0, 57)
    assert run(tapes, output=table).rows == 3


def test_no_files_at_all(table: Path) -> None:
    assert run(output=table).rows == 0
    assert run(output=table).rows == 0


@pytest.mark.parametrize(
    "name",
    ["žena.wav", "a b,c.wav", 'a"b.wav', "a\nb.wav", "鼓\u2028.wav", "nan", "1.0", " a .wav"],
)
def test_names_of_all_kinds_are_kept(
    write_audio: WriteAudio, table: Path, name: str, calls: list[str]
) -> None:
    path = write_audio(tone(), name="a.wav")
    path = path.rename(path.with_name(name))
    run(path, output=table)
    assert names_in(table) == [name]
    assert run(path, output=table).reused == (name,)
    assert run(output=table).kept == (name,)
    assert calls == [name]


@pytest.mark.parametrize("raw", [b"caf\xe9.wav", b"a\rb.wav"])
def test_names_that_no_table_can_hold_are_spelt_out(
    write_audio: WriteAudio, table: Path, tmp_path: Path, raw: bytes
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/folder\xff/" + raw))
    path.parent.mkdir()
    write_audio(tone(), name="a.wav").rename(path)
    run(path.parent, output=table, labels="folders")
    (name,) = names_in(table)
    assert name in {r"caf\xe9.wav", r"a\x0db.wav"}
    assert labels_in(table) == {name: r"folder\xff"}
    assert run(path.parent, output=table).reused == (name,)
    assert run(output=table).kept == (name,)


# --- labels -------------------------------------------------------------------------


def test_labels_come_from_folders_and_stay(tapes: Path, table: Path, calls: list[str]) -> None:
    run(tapes, output=table)
    assert set(labels_in(table).values()) == {None}
    run(tapes, output=table, labels="folders")
    expected = {"blues/a.wav": "blues", "blues/b.wav": "blues", "jazz/c.wav": "jazz"}
    assert labels_in(table) == expected
    run(tapes, output=table)
    assert labels_in(table) == expected
    run(tapes, output=table, labels="none")
    assert set(labels_in(table).values()) == {None}
    assert len(calls) == 3


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_labels_come_back_as_the_folders_are_called(
    write_audio: WriteAudio, tmp_path: Path, ending: str
) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    labels = ["NA", "N", "null", "None", "NAN", "#N", "#1 hits", "007", "1e5", "inf", "-nan"]
    labels += ["=1", "'=1", "'nan", " a ", "a;b", "1,5", "true", "label"]
    for label in labels:
        write_audio(noise(1.2), name=f"tapes/{label}/a.wav")
    table = tmp_path / f"features.{ending}"
    run(tmp_path / "tapes", output=table, labels="folders")
    expected = {f"{label}/a.wav": label for label in labels}
    assert labels_in(table) == expected
    assert len(run(tmp_path / "tapes", output=table).reused) == len(labels)
    assert labels_in(table) == expected


@pytest.mark.parametrize("label", ["nan", "NaN", " ", "#REF!", "#NAME?", "#NV", "#VALUE! "])
def test_folders_that_would_come_back_as_no_label_or_not_at_all_are_refused(
    write_audio: WriteAudio, tmp_path: Path, table: Path, calls: list[str], label: str
) -> None:
    write_audio(noise(1.2), name=f"tapes/{label}/a.wav")
    with pytest.raises(ParameterError, match=rf"{re.escape(label)}/a\.wav.*rename it, or name lab"):
        run(tmp_path / "tapes", output=table, labels="folders")
    assert not table.exists()
    assert not calls
    (tmp_path / "labels.csv").write_text(f"filename,label\n{label}/a.wav,jazz\n")
    run(tmp_path / "tapes", output=table, labels=str(tmp_path / "labels.csv"))
    assert labels_in(table) == {f"{label}/a.wav": "jazz"}


@pytest.mark.parametrize("label", ["nan", " "])
def test_what_says_nothing_is_no_label_wherever_it_stands(
    tapes: Path, table: Path, tmp_path: Path, label: str
) -> None:
    (tmp_path / "labels.csv").write_text(f"filename,label\nblues/a.wav,{label}\njazz/c.wav,x\n")
    run(tapes, output=table, labels="folders")
    run(tapes, output=table, labels=str(tmp_path / "labels.csv"))
    assert labels_in(table)["blues/a.wav"] == "blues"
    table.write_text(table.read_text().replace(",blues\n", f",{label}\n"))
    assert labels_in(table)["blues/a.wav"] is None
    run(tapes, output=table)
    assert labels_in(table)["blues/a.wav"] is None


@pytest.mark.parametrize("name", ["#REF!", " "])
def test_names_that_would_not_come_back_are_refused(
    write_audio: WriteAudio, table: Path, calls: list[str], name: str
) -> None:
    path = write_audio(noise(1.2), name="a.wav")
    path = path.rename(path.with_name(name))
    with pytest.raises(ParameterError, match=f"{name}.*rename the file"):
        run(path, output=table)
    assert not calls


def test_a_file_of_labels_that_knows_some_leaves_the_others(
    tapes: Path, table: Path, tmp_path: Path
) -> None:
    run(tapes, output=table, labels="folders")
    (tmp_path / "labels.csv").write_text("filename,genre\nblues/a.wav,soul\n")
    run(tapes, output=table, labels=str(tmp_path / "labels.csv"))
    expected = {"blues/a.wav": "soul", "blues/b.wav": "blues", "jazz/c.wav": "jazz"}
    assert labels_in(table) == expected


def test_a_single_file_has_its_folders_label(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tapes / "jazz")
    run(Path("c.wav"), output=table, labels="folders")
    assert labels_in(table) == {"c.wav": "jazz"}


@pytest.mark.parametrize("column", ["", ":genre"])
def test_labels_come_from_a_file(tapes: Path, table: Path, tmp_path: Path, column: str) -> None:
    file = tmp_path / "labels.csv"
    other = ",artist" if column else ""
    file.write_text(f"track,genre{other}\na,Delta{other}\njazz/c.mp3,Bebop{other}\n")
    run(tapes, output=table, labels=f"{file}{column}")
    assert labels_in(table) == {"blues/a.wav": "Delta", "blues/b.wav": None, "jazz/c.wav": "Bebop"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"labels '.*labels\.csv': neither 'folders'"),
        ("filename,genre\nx.wav,jazz\n", "has a label for none of the recordings"),
        ("filename,genre,artist\na.wav,jazz,Ali\n", "which column is meant is open"),
        ("filename,genre\n1/a.wav,jazz\n2/a.wav,folk\n", r"'blues/a\.wav': each could be any of"),
    ],
)
def test_labels_of_no_use_are_refused_before_the_work(
    tapes: Path, table: Path, tmp_path: Path, calls: list[str], text: str | None, message: str
) -> None:
    if text:
        (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(TableError, match=message):
        run(tapes, output=table, labels=str(tmp_path / "labels.csv"))
    assert calls == []
    assert not table.exists()


def test_a_label_edited_by_hand_is_kept(tapes: Path, table: Path, calls: list[str]) -> None:
    run(tapes, output=table, labels="folders")
    edit(table, 1, "label", "Delta, slow")
    summary = run(tapes, output=table)
    assert labels_in(table)["blues/b.wav"] == "Delta, slow"
    assert (summary.changed, summary.reused) == ((), NAMES)
    # Neither a new recording nor a new content of the old one takes it away.
    shutil.copy(tapes / "blues/a.wav", tapes / "blues/b.wav")
    shutil.copy(tapes / "blues/a.wav", tapes / "new.wav")
    run(tapes, output=table)
    assert labels_in(table)["blues/b.wav"] == "Delta, slow"
    assert calls == [*NAMES, "blues/b.wav", "new.wav"]


# --- the cache ----------------------------------------------------------------------


def test_a_second_run_computes_nothing_and_changes_no_byte(
    tapes: Path, table: Path, calls: list[str]
) -> None:
    run(tapes, output=table)
    before = contents(table)
    started: list[int] = []
    summary = run(tapes, output=table, on_start=started.append)
    assert (summary.computed, summary.reused) == ((), NAMES)
    assert len(calls) == 3
    assert started == [0]
    assert contents(table) == before


def test_a_touched_file_is_not_read_again(tapes: Path, table: Path, calls: list[str]) -> None:
    run(tapes, output=table)
    before = table.read_bytes()
    os.utime(tapes / "blues/a.wav", ns=(0, 10**18))
    run(tapes, output=table)
    assert len(calls) == 3
    assert table.read_bytes() == before
    manifest = read_manifest(table)
    assert manifest is not None
    assert manifest.recordings["blues/a.wav"].file.mtime_ns == 10**18


def test_replaced_content_and_new_files_are_read(
    tapes: Path, table: Path, calls: list[str], write_audio: WriteAudio
) -> None:
    run(tapes, output=table)
    calls.clear()
    write_audio(noise(1.2, seed=9), name="tapes/blues/b.wav")  # of the same size
    os.utime(tapes / "blues/b.wav", ns=(0, 10**18))
    write_audio(noise(1.2, seed=8), name="tapes/new.wav")
    summary = run(tapes, output=table)
    assert calls == ["blues/b.wav", "new.wav"]
    assert summary.reused == ("blues/a.wav", "jazz/c.wav")
    fresh = table.with_name("fresh.csv")
    run(tapes, output=fresh)
    assert contents(table) == contents(fresh)


def test_a_deleted_file_loses_its_row(tapes: Path, table: Path, calls: list[str]) -> None:
    run(tapes, output=table)
    (tapes / "blues/b.wav").unlink()
    summary = run(tapes, output=table)
    assert summary.removed == ("blues/b.wav",)
    assert names_in(table) == ["blues/a.wav", "jazz/c.wav"]
    assert len(calls) == 3


def test_a_file_that_went_bad_loses_its_row(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    (tapes / "blues/b.wav").write_bytes(b"no music")
    summary = run(tapes, output=table)
    assert [failure.name for failure in summary.failures] == ["blues/b.wav"]
    assert names_in(table) == ["blues/a.wav", "jazz/c.wav"]


def test_recordings_not_asked_for_are_kept(
    tapes: Path, table: Path, calls: list[str], write_audio: WriteAudio
) -> None:
    run(tapes, output=table, labels="folders")
    before = table.read_text().splitlines()
    summary = run(write_audio(tone(), name="z.wav"), output=table)
    assert (summary.kept, summary.computed) == (NAMES, ("z.wav",))
    assert table.read_text().splitlines()[:-1] == before
    assert len(calls) == 4


def test_kept_recordings_get_the_labels_asked_for(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    run(output=table, labels="folders")
    assert labels_in(table)["jazz/c.wav"] == "jazz"


def test_force_takes_no_rows_of_a_recording_that_cannot_be_read(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tapes, output=table, labels="folders")
    before = contents(table)

    def away(source: Source, **_: Any) -> Failure:
        return Failure(source.name, source.path, "io", "the drive does not answer")

    monkeypatch.setattr(MODULE, "extract_recording", away)
    summary = run(tapes, output=table, force=True)
    assert [failure.name for failure in summary.failures] == list(NAMES)
    assert summary.kept == NAMES
    assert labels_in(table) == {name: name.split("/")[0] for name in NAMES}
    assert contents(table)[0] == before[0]


def test_force_reads_all_again(tapes: Path, table: Path, calls: list[str]) -> None:
    run(tapes, output=table, labels="folders")
    before = contents(table)
    summary = run(tapes, output=table, force=True)
    assert calls == [*NAMES, *NAMES]
    assert summary.reused == ()
    assert contents(table) == before


def test_another_segmentation_is_another_table(tapes: Path, table: Path, calls: list[str]) -> None:
    run(tapes, output=table, labels="folders")
    before = contents(table)
    summary = run(tapes, output=table, segmentation=ONE_SECOND)
    assert summary.computed == NAMES
    assert summary.changed == ()
    assert read_table(table).segmentation == ONE_SECOND
    assert set(labels_in(table).values()) == {"blues", "jazz"}
    run(tapes, output=table)
    assert len(calls) == 9
    assert contents(table) == before


def test_another_recipe_is_another_table(
    tapes: Path, table: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tapes, output=table, labels="folders")
    newer = dataclasses.replace(GTZAN57, version=GTZAN57.version + 1)
    monkeypatch.setitem(SCHEMAS, newer.name, newer)
    assert run(tapes, output=table, schema=newer).computed == NAMES
    assert run(tapes, output=table, schema=newer).reused == NAMES
    assert len(calls) == 6
    assert set(labels_in(table).values()) == {"blues", "jazz"}


def test_recordings_not_asked_for_never_keep_rows_of_another_segmentation(
    tapes: Path, table: Path, calls: list[str], write_audio: WriteAudio
) -> None:
    run(tapes, output=table, labels="folders")
    (tapes / "blues/a.wav").unlink()
    long = write_audio(noise(2), name="z.wav")
    summary = run(long, output=table, segmentation=ONE_SECOND)
    assert summary.computed == ("blues/b.wav", "jazz/c.wav", "z.wav")
    assert summary.removed == ("blues/a.wav",)
    assert labels_in(table) == {"blues/b.wav": "blues", "jazz/c.wav": "jazz", "z.wav": None}
    fresh = table.with_name("fresh.csv")
    run(tapes, output=fresh, segmentation=ONE_SECOND, labels="folders")
    run(long, output=fresh, segmentation=ONE_SECOND)
    assert contents(table) == contents(fresh)


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(("column", "value"), [("tempo", "1.5"), ("length", "7")])
def test_a_number_changed_by_hand_is_computed_again(
    tapes: Path, table: Path, calls: list[str], asked: bool, column: str, value: str
) -> None:
    run(tapes, output=table)
    before = contents(table)
    edit(table, 1, column, value)
    calls.clear()
    summary = run(*([tapes] if asked else []), output=table)
    assert calls == ["blues/b.wav"] == list(summary.changed)
    assert contents(table) == before


def test_a_row_deleted_by_hand_is_computed_again_when_asked_for(
    tapes: Path, table: Path, calls: list[str]
) -> None:
    run(tapes, output=table)
    before = contents(table)
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join([*lines[:2], *lines[3:]]))
    calls.clear()
    assert run(output=table).kept == ("blues/a.wav", "jazz/c.wav")
    assert run(tapes, output=table).computed == ("blues/b.wav",) == tuple(calls)
    assert contents(table) == before


def test_a_segment_deleted_by_hand_is_computed_again(
    write_audio: WriteAudio, table: Path, calls: list[str]
) -> None:
    path = write_audio(noise(3), name="a.wav")
    run(path, output=table, segmentation=ONE_SECOND)
    before = contents(table)
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    assert run(path, output=table, segmentation=ONE_SECOND).changed == ("a.wav",)
    assert contents(table) == before


def test_a_table_saved_by_a_spreadsheet_still_holds(
    tapes: Path, table: Path, calls: list[str]
) -> None:
    run(tapes, output=table)
    before = contents(table)
    header, *rows = table.read_text().splitlines()
    table.write_text("\r\n".join(["\ufeff" + header, *reversed(rows)]), newline="")
    assert run(tapes, output=table).changed == ()
    assert len(calls) == 3
    assert contents(table) == before


# --- what is never overwritten ------------------------------------------------------


def spoil(table: Path, how: str) -> None:
    manifest, frame = manifest_path(table), pd.read_csv(table, dtype=object, na_filter=False)
    match how:
        case "no manifest":
            manifest.unlink()
        case "garbled manifest":
            manifest.write_text(manifest.read_text()[:100])
        case "own column":
            frame.assign(notes="mine").to_csv(table, index=False)
        case "own row":
            pd.concat([frame, frame[:1].assign(filename="x")]).to_csv(table, index=False)
        case "no label column":
            frame.drop(columns="label").to_csv(table, index=False)
        case "no numbers":
            frame.assign(tempo="fast").to_csv(table, index=False)
        case "two labels":
            pd.concat([frame, frame.assign(label="x")]).to_csv(table, index=False)
        case "something else":
            table.write_text("my diary")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("no manifest", "was not made by genre-audio"),
        ("garbled manifest", "this is no manifest"),
        ("own column", r"columns of its own that would be lost \(notes\)"),
        ("own row", r"rows of its own that would be lost \(x\)"),
        ("no label column", r"lacks columns that it was made with \(label\)"),
        ("no numbers", "column tempo: 'fast' is not a finite number"),
        ("two labels", r"'blues/a\.wav' is 'x' and 'blues'"),
        ("something else", r"columns of its own that would be lost \(my diary\)"),
    ],
)
def test_what_is_not_ours_is_replaced_by_force_only(
    tapes: Path, table: Path, calls: list[str], how: str, message: str
) -> None:
    run(tapes, output=table, labels="folders")
    fresh = contents(table)
    calls.clear()
    spoil(table, how)
    before = table.read_bytes()
    with pytest.raises(TableError, match=message):
        run(tapes, output=table)
    assert calls == []
    assert table.read_bytes() == before
    run(tapes, output=table, force=True, labels="folders")
    assert calls == list(NAMES)
    assert contents(table) == fresh


def test_own_columns_are_safe_from_another_segmentation_as_well(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    spoil(table, "own column")
    with pytest.raises(TableError, match=r"would be lost \(notes\)"):
        run(tapes, output=table, segmentation=ONE_SECOND)


def test_a_table_that_was_deleted_is_made_anew(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    before = contents(table)
    table.unlink()
    assert run(tapes, output=table).computed == NAMES
    assert contents(table) == before


@pytest.mark.parametrize("segmentation", [Segmentation(), ONE_SECOND])
def test_a_namesake_is_refused(
    tapes: Path, table: Path, write_audio: WriteAudio, segmentation: Segmentation
) -> None:
    run(tapes / "blues", output=table)
    other = write_audio(tone(), name="other/a.wav")
    with pytest.raises(ParameterError, match=r"holds another recording called 'a\.wav'"):
        run(other, output=table, segmentation=segmentation)
    (tapes / "blues/a.wav").unlink()
    assert run(other, output=table, segmentation=segmentation).changed == ()
    assert "a.wav" in names_in(table)


def test_a_project_may_move(tapes: Path, table: Path, calls: list[str], tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    table = tmp_path / "here" / "features.csv"
    run(tapes, output=table)
    before = contents(table)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("here", "tapes"):
        (tmp_path / name).rename(moved / name)
    assert run(output=moved / "here/features.csv").kept == NAMES
    assert contents(moved / "here/features.csv") == before


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_table_may_be_a_link(
    tapes: Path, tmp_path: Path, calls: list[str], ending: str
) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    target, link = tmp_path / "deep" / "deeper" / f"real.{ending}", tmp_path / f"link.{ending}"
    link.symlink_to(target)
    run(tapes, output=link)
    assert link.is_symlink()
    assert sorted(calls) == sorted(NAMES)
    for place in (target, link):
        assert names_in(place) == list(NAMES)
        assert run(tapes, output=place).reused == NAMES
        assert run(output=place).kept == NAMES
        assert manifest_path(place) == manifest_path(target)
        assert journal_path(place) == journal_path(target)
    beside = {"real.csv", "real.csv.json"} if ending == "csv" else {"real.parquet"}
    assert {path.name for path in target.parent.iterdir()} == beside
    assert {path.name for path in tmp_path.iterdir()} == {"deep", "tapes", link.name}


def test_links_to_a_table_and_its_manifest_that_are_kept_apart_are_a_table(
    tapes: Path, table: Path, tmp_path: Path
) -> None:
    run(tapes, output=table)
    for name, blob in ((table.name, "0a"), (f"{table.name}.json", "0b")):
        (tmp_path / "blobs" / blob).parent.mkdir(exist_ok=True)
        (tmp_path / name).rename(tmp_path / "blobs" / blob)
        (tmp_path / name).symlink_to(Path("blobs") / blob)
    manifest = read_manifest(table)
    assert manifest is not None
    assert list(manifest.recordings) == list(NAMES)


def journal_path(table: Path) -> Path:
    return journal_of(table, schema=GTZAN57, segmentation=Segmentation()).path


def test_the_way_to_the_table_may_be_a_link(tapes: Path, tmp_path: Path) -> None:
    deep = tmp_path / "deep" / "er"
    deep.mkdir(parents=True)
    (tmp_path / "link").symlink_to(deep)
    run(tapes, output=deep / "features.csv")
    before = contents(deep / "features.csv")
    assert run(output=tmp_path / "link" / "features.csv").kept == NAMES
    assert contents(deep / "features.csv") == before


def test_a_table_in_use_is_left_alone(tapes: Path, table: Path, calls: list[str]) -> None:
    with lock(table), pytest.raises(BusyError, match="another process is writing"):
        run(tapes, output=table)
    assert calls == []


# --- order, workers, and runs that are killed ---------------------------------------


def test_the_order_of_files_changes_no_byte(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    other = table.with_name("other.csv")
    sources = find_recordings([tapes])
    extract(sources[::-1], output=other, segmentation=Segmentation())
    assert contents(other) == contents(table)
    third = table.with_name("third.csv")
    for source in [sources[1], sources[2], sources[0]]:
        extract([source], output=third, segmentation=Segmentation())
    assert contents(third) == contents(table)


def test_the_number_of_workers_changes_no_byte(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Worker processes would know nothing of stand-ins.
    monkeypatch.setattr("genre_audio.extraction.recording.feature_row", feature_row)
    monkeypatch.setattr(MODULE, "extract_recording", extract_recording)
    (tapes / "bad.wav").write_bytes(b"no music")
    run(tapes, output=table)
    other = table.with_name("other.csv")
    summary = run(tapes, output=other, n_jobs=2)
    assert (summary.computed, len(summary.failures)) == (NAMES, 1)
    assert contents(other) == contents(table)


def test_workers_run_nothing_that_lies_beside_recordings(tapes: Path, table: Path) -> None:
    for module in ("joblib", "numba", "numpy"):
        (tapes / f"{module}.py").write_text("raise SystemExit('not ours')\n")
    program = Path(sys.executable).with_name("genre-audio")
    if not program.exists():
        pytest.skip("the program is not installed beside the interpreter")
    command = [str(program), "extract", ".", "-o", str(table), "-j", "2"]
    subprocess.run(command, cwd=tapes, check=True, capture_output=True, timeout=120)
    assert names_in(table) == list(NAMES)


def break_off(tapes: Path, table: Path) -> None:
    """Have a run die after its first recording."""

    def stop(_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        run(tapes, output=table, on_result=stop)


@pytest.mark.parametrize("done", [1, 2, 3])
def test_a_run_that_is_broken_off_goes_on(
    tapes: Path, table: Path, calls: list[str], done: int
) -> None:
    whole = table.with_name("whole.csv")
    run(tapes, output=whole, labels="folders")
    calls.clear()

    def stop(_: object) -> None:
        if len(calls) == done:
            raise Killed

    with pytest.raises(Killed):
        run(tapes, output=table, labels="folders", on_result=stop)
    assert not table.exists()
    summary = run(tapes, output=table, labels="folders")
    assert calls == list(NAMES)
    assert (summary.reused, summary.computed) == (NAMES[:done], NAMES[done:])
    assert contents(table) == contents(whole)
    assert left_behind(table) == ["whole.csv", "whole.csv.json"]


KILL = """
import os, signal, sys
from pathlib import Path
import genre_audio.extraction.recording
from genre_audio import Segmentation, extract, find_recordings

def first_samples(segment, *, schema):
    return segment.y[100:157].astype("float64")

def kill(_):
    os.kill(os.getpid(), signal.SIGKILL)

genre_audio.extraction.recording.feature_row = first_samples
tapes, table = sys.argv[1:]
extract(find_recordings([tapes]), output=Path(table), segmentation=Segmentation(), on_result=kill)
"""


def test_a_killed_process_loses_nothing_that_was_finished(
    tapes: Path, table: Path, calls: list[str]
) -> None:
    command = [sys.executable, "-c", KILL, str(tapes), str(table)]
    for _ in range(2):
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    run(tapes, output=table)
    assert calls == ["jazz/c.wav"]
    whole = table.with_name("whole.csv")
    run(tapes, output=whole)
    assert contents(table) == contents(whole)


def die_after(files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be killed when that many of the note, the table and its manifest are written."""
    left = [files]
    replace = Path.replace

    def take_place(self: Path, target: Path) -> Path:
        if not target.name.endswith(".journal"):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", take_place)


def begin(how: str, tapes: Path, table: Path, write_audio: WriteAudio) -> Segmentation:
    """Prepare a run that has something to do."""
    if how != "anew":
        run(tapes, output=table, labels="folders")
    if how == "grown":
        write_audio(noise(1.2, seed=9), name="tapes/jazz/new.wav")
    if how == "changed":
        write_audio(noise(1.4, seed=9), name="tapes/blues/b.wav")
    return ONE_SECOND if how == "cut otherwise" else Segmentation()


@pytest.mark.parametrize("files", [0, 1, 2])
@pytest.mark.parametrize("how", ["anew", "grown", "changed", "cut otherwise"])
def test_a_run_killed_while_it_writes_goes_on(
    tapes: Path,
    table: Path,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
    write_audio: WriteAudio,
    how: str,
    files: int,
) -> None:
    segmentation = begin(how, tapes, table, write_audio)
    with monkeypatch.context() as patch:
        die_after(files, patch)
        with pytest.raises(Killed):
            run(tapes, output=table, segmentation=segmentation, labels="folders")
    calls.clear()
    summary = run(tapes, output=table, segmentation=segmentation, labels="folders")
    assert calls == []
    assert summary.changed == ()
    whole = table.with_name("whole.csv")
    run(tapes, output=whole, segmentation=segmentation, labels="folders")
    assert contents(table) == contents(whole)


@pytest.mark.parametrize("how", ["grown", "changed", "cut otherwise"])
def test_what_was_written_last_is_kept_also_by_a_run_that_asks_for_something_else(
    tapes: Path,
    table: Path,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
    write_audio: WriteAudio,
    how: str,
) -> None:
    segmentation = begin(how, tapes, table, write_audio)
    with monkeypatch.context() as patch:
        die_after(2, patch)
        with pytest.raises(Killed):
            run(tapes, output=table, segmentation=segmentation, labels="folders")
    calls.clear()
    run(output=table, segmentation=segmentation)
    assert calls == []
    whole = table.with_name("whole.csv")
    run(tapes, output=whole, segmentation=segmentation, labels="folders")
    assert contents(table) == contents(whole)


def test_a_journal_of_another_segmentation_is_not_believed(
    tapes: Path, table: Path, calls: list[str]
) -> None:
    break_off(tapes, table)
    assert run(tapes, output=table, segmentation=ONE_SECOND).computed == NAMES


def test_a_journal_of_other_versions_is_not_believed(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(tapes, table)
    versions = {"librosa": "9.9"}
    monkeypatch.setattr("genre_audio.extraction.tidy.package_versions", lambda: versions)
    assert run(tapes, output=table).computed == NAMES


def test_force_does_not_believe_the_journal(tapes: Path, table: Path) -> None:
    break_off(tapes, table)
    assert run(tapes, output=table, force=True).computed == NAMES


@pytest.mark.parametrize("force", [False, True])
def test_a_run_on_a_part_keeps_what_a_killed_run_had_finished_of_the_rest(
    tapes: Path, table: Path, force: bool
) -> None:
    break_off(tapes, table)
    part = [source for source in find_recordings([tapes]) if source.name == NAMES[2]]
    summary = extract(part, output=table, segmentation=Segmentation(), force=force)
    assert summary.computed == NAMES[2:]
    assert names_in(table) == [NAMES[2]]
    again = run(tapes, output=table)
    assert (again.computed, again.reused) == (NAMES[1:2], (NAMES[0], NAMES[2]))
    assert left_behind(table) == []


def test_a_journal_that_cannot_be_shortened_stays_as_it_is(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(tapes, table)
    part = [source for source in find_recordings([tapes]) if source.name == NAMES[2]]

    def refuse(*_: object) -> None:
        raise OutputError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("genre_audio.journal.Journal.keep", refuse)
        assert extract(part, output=table, segmentation=Segmentation()).rows == 1
    assert run(tapes, output=table).computed == NAMES[1:2]
    assert left_behind(table) == []


def test_a_journal_that_cannot_be_deleted_ends_no_run(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    journal_of(table, schema=GTZAN57, segmentation=Segmentation()).path.mkdir()
    assert run(tapes, output=table).reused == NAMES


def test_nothing_is_kept_of_recordings_that_are_gone(tapes: Path, table: Path) -> None:
    break_off(tapes, table)
    (tapes / NAMES[0]).unlink()
    assert run(tapes, output=table).computed == NAMES[1:]
    assert left_behind(table) == []


def test_a_file_changed_after_it_was_finished_is_read_again(
    tapes: Path, table: Path, write_audio: WriteAudio
) -> None:
    break_off(tapes, table)
    write_audio(noise(1.5), name="tapes/blues/a.wav")
    assert run(tapes, output=table).computed == NAMES


def test_a_table_that_cannot_be_written_leaves_the_old_one_and_the_work(
    tapes: Path, table: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tapes / "blues/a.wav", output=table)
    before = contents(table)

    def refuse(path: Path, lines: object) -> None:
        raise OutputError(f"{path} cannot be written: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("genre_audio.files.pairs.replace_lines", refuse)
        with pytest.raises(OutputError, match=r"features\.csv\S* cannot be written"):
            run(tapes, output=table)
    assert contents(table) == before
    calls.clear()
    assert run(tapes, output=table).reused == NAMES
    assert calls == []


def test_the_manifest_is_plain_json(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    value = json.loads(manifest_path(table).read_text())
    assert sorted(value["recordings"]) == list(NAMES)
