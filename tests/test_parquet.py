"""Tables in Parquet: the same rows as in CSV, in parts, and nothing believed that is not so."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies
from hypothesis.extra.numpy import arrays
from typer.testing import CliRunner

from genre_audio.audio import Source, find_recordings
from genre_audio.cli.any_table import Gaps
from genre_audio.cli.app import app
from genre_audio.cli.protocols import Kind, table_path
from genre_audio.cli.retrain import _table_path as retrain_table
from genre_audio.cli.rows import labelled_rows
from genre_audio.config import Segmentation
from genre_audio.errors import OutputError, ParameterError, TableError
from genre_audio.extraction import Extracted, Row, extract, extract_recording
from genre_audio.extraction.store import _edited, _intact
from genre_audio.extraction.written import write_table
from genre_audio.features import GTZAN57
from genre_audio.files import Fingerprint, fingerprint
from genre_audio.tables import (
    FeatureTable,
    read_annotations,
    read_any_table,
    read_manifest,
    read_table,
    resolve_groups,
)
from genre_audio.tables.annotations import find_annotations
from genre_audio.tables.column_values import column_of
from genre_audio.tables.manifest import package_versions
from genre_audio.tables.parquet_columns import Gathered
from genre_audio.tables.parquet_file import is_parquet, is_table
from genre_audio.tables.parquet_parts import COMMON, HEAD, PARTS, RECORDINGS, is_as_written
from genre_audio.tables.table_file import read_raw, read_rows
from sample_tables import feature_table
from signals import noise

if TYPE_CHECKING:
    from collections.abc import Callable

    from genre_audio.tables.raw_table import RawTable

    WriteAudio = Callable[..., Path]

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")

SECOND = Segmentation(1)


class Killed(BaseException):
    """Nothing in the package may catch this."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have parts of a few rows, so that there are several."""
    monkeypatch.setattr("genre_audio.tables.stored.FRAME_ROWS", 4)
    monkeypatch.setattr("genre_audio.tables.stored._ENTRIES", 4)
    monkeypatch.setattr("genre_audio.tables.stored._LINES", 3)


@pytest.fixture
def tapes(write_audio: WriteAudio, tmp_path: Path, cheap_features: None) -> Path:
    for seed, name in enumerate(("blues/a.wav", "blues/b.wav", "jazz/c.wav")):
        write_audio(noise(3.2, seed=seed), name=f"tapes/{name}")
    (tmp_path / "tapes/bad.wav").write_bytes(b"no music")
    return tmp_path / "tapes"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "features.parquet"


def run(*paths: Path, output: Path, **how: Any) -> Any:
    how = {"segmentation": SECOND} | how
    return extract(find_recordings(paths), output=output, **how)


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def beside(table: Path) -> list[str]:
    return sorted(path.name for path in table.parent.iterdir() if path.name.startswith(".f"))


def labels(table: Path) -> dict[str, str | None]:
    read = read_table(table)
    return dict(zip(read.recordings, read.labels, strict=True))


def rewrite(part: Path, change: Callable[[pd.DataFrame], object], *, head: bool = True) -> None:
    """Change a part as a program of somebody else's would."""
    schema = pq.read_schema(part)
    frame = pq.ParquetFile(part).read().to_pandas()
    change(frame)
    changed = pa.Table.from_pandas(frame, schema=schema.remove_metadata(), preserve_index=False)
    pq.write_table(changed.replace_schema_metadata(schema.metadata if head else None), part)


def written(table: FeatureTable, path: Path) -> Path:
    """Write a table as `extract` does, without recordings."""
    frame, rows = table.frame, table.X.tolist()
    found = [
        Extracted(
            name,
            path.parent / name,
            Fingerprint(size=1, mtime_ns=1, sha256="a"),
            {"sr": 22050},
            (Row(0.0, 30.0, 661500, tuple(row)),),
            (),
        )
        for name, row in zip(frame["filename"], rows, strict=True)
    ]
    write_table(
        path,
        found,
        (),
        schema=GTZAN57,
        segmentation=Segmentation(),
        labels=dict(zip(frame["filename"], frame["label"], strict=True)),
    )
    return path


# --- what is written ----------------------------------------------------------------


def test_rows_and_manifest_are_those_of_csv(tapes: Path, table: Path, tmp_path: Path) -> None:
    csv = tmp_path / "features.csv"
    for output in (csv, table):
        summary = run(tapes, output=output, labels="folders")
        assert (summary.rows, len(summary.failures)) == (9, 1)
    one, other = read_table(csv), read_table(table)
    pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)
    assert one.X.tobytes() == other.X.tobytes()
    assert (one.digest, one.segmentation, one.notes) == (other.digest, other.segmentation, ())
    assert not other.segmentation_inferred
    assert other.notes == ()
    assert read_manifest(csv) == read_manifest(table)
    assert sorted(contents(table)) == sorted(
        [
            COMMON,
            *(f"{RECORDINGS}/part-0000{n}.parquet" for n in range(1)),
            *(f"part-0000{n}.parquet" for n in range(3)),
        ]
    )


def test_other_programs_read_the_rows_alone(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    frame = pd.read_parquet(table)
    assert frame["filename"].tolist() == read_table(table).frame["filename"].tolist()
    assert frame["length"].dtype == np.int64
    head = json.loads(pq.read_schema(table / "part-00001.parquet").metadata[HEAD])
    assert head["schema"]["digest"] == GTZAN57.digest
    assert head["segmentation"]["digest"] == SECOND.digest
    assert head["versions"] == package_versions()


def test_the_same_recordings_give_the_same_bytes(tapes: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    run(tapes, output=one, labels="folders")
    run(tapes / "jazz", output=other, labels="folders")
    shutil.rmtree(other)
    run(tapes, output=other, labels="folders")
    assert contents(one) == contents(other)
    run(tapes, output=one, labels="folders", force=True)
    assert contents(one) == contents(other)


def test_odd_names_labels_and_numbers_come_back(table: Path) -> None:
    numbers = [-0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, *([1 / 3] * 53)]
    names = ["=1+1.wav", "a,b\n'c'.wav", "nan", "žena 鼓.wav", " ' "]
    rows = (Row(0.0, 1.0, 22050, tuple(numbers)),)
    file = Fingerprint(size=1, mtime_ns=-5, sha256="")
    found = [Extracted(n, Path(f"/x/\udcff{n}"), file, {}, rows, ()) for n in names]
    said = dict.fromkeys(names, "=jazz") | {"nan": None}
    write_table(table, found, (), schema=GTZAN57, segmentation=SECOND, labels=said)
    assert labels(table) == said
    assert read_table(table).X.tobytes() == np.array([numbers] * 5).tobytes()
    manifest = read_manifest(table)
    assert manifest is not None
    assert "\udcff" in manifest.recordings["nan"].path


def test_no_rows_at_all(table: Path, tapes: Path) -> None:
    assert run(tapes / "bad.wav", output=table).rows == 0
    assert read_table(table).X.shape == (0, 57)
    assert run(tapes, output=table).rows == 9


# --- a cache as CSV is --------------------------------------------------------------


def test_only_what_is_new_is_read(tapes: Path, table: Path, write_audio: WriteAudio) -> None:
    assert len(run(tapes, output=table, labels="folders").computed) == 3
    before = contents(table)
    again = run(tapes, output=table)
    assert (again.computed, len(again.reused)) == ((), 3)
    assert contents(table) == before
    write_audio(noise(1.2, seed=9), name="tapes/jazz/d.wav")
    (tapes / "blues/b.wav").unlink()
    more = run(tapes, output=table)
    assert (more.computed, more.removed) == (("jazz/d.wav",), ("blues/b.wav",))
    assert labels(table)["blues/a.wav"] == "blues"
    assert beside(table) == []


def test_a_killed_run_goes_on(tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def dies(source: Source, **how: Any) -> Any:
        calls.append(source.name)
        if len(calls) == 3:
            raise Killed
        return extract_recording(source, **how)

    # The package offers a function of the same name.
    module = sys.modules["genre_audio.extraction.extract"]
    monkeypatch.setattr(module, "extract_recording", dies)
    with pytest.raises(Killed):
        run(tapes, output=table)
    assert not table.exists()
    run(tapes, output=table)
    assert calls[3:] == ["bad.wav", "blues/b.wav", "jazz/c.wav"]
    whole = table.with_name("whole.parquet")
    run(tapes, output=whole)
    assert contents(whole) == contents(table)


@pytest.mark.parametrize("earlier", [False, True])
def test_a_run_killed_while_it_writes_leaves_what_was_there(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch, earlier: bool
) -> None:
    if earlier:
        run(tapes / "blues", output=table)
    before = contents(table) if earlier else None

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("genre_audio.tables.stored._write_recordings", dies)
        with pytest.raises(Killed):
            run(tapes, output=table, labels="folders")
    assert (contents(table) if table.exists() else None) == before
    summary = run(tapes, output=table, labels="folders")
    assert summary.rows == (15 if earlier else 9)
    assert beside(table) == []


@pytest.mark.parametrize("how", [{}, {"segmentation": Segmentation()}])
def test_a_table_read_in_pieces_is_that_read_whole(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    monkeypatch.setattr("genre_audio.tables.parquet_written._ROWS", 2)
    settings = {"schema": GTZAN57, "segmentation": SECOND} | how
    run(tapes, output=table, labels="folders", **how)
    short, long = _intact(table, **settings), _edited(table, **settings)
    assert short is not None
    assert len(short.recordings) == 3
    assert dict(short.recordings) == dict(long.recordings)
    assert (short.labels, short.lost, short.stale) == (long.labels, long.lost, {})
    part = table / "part-00000.parquet"
    rewrite(part, lambda frame: frame.__setitem__("tempo", 0.5))
    assert _intact(table, **settings) is None


def test_a_table_that_was_being_replaced_comes_back(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    before = contents(table)
    hidden = table.parent / ".features.parquet.k3x_81ab.genre-audio" / "old" / table.name

    def moved_away() -> Path:
        hidden.parent.mkdir(parents=True)
        return table.replace(hidden)

    moved_away()
    assert len(read_table(table).frame) == 9
    moved_away()
    assert is_table(table)
    moved_away()
    assert run(tapes, output=table).computed == ()
    assert (contents(table), beside(table)) == (before, [])


def test_labels_may_be_edited(tapes: Path, table: Path) -> None:
    run(tapes, output=table, labels="folders")

    def soul(frame: pd.DataFrame) -> None:
        frame["label"] = "soul"

    for part in ("part-00001.parquet", "part-00002.parquet"):
        rewrite(table / part, soul)
    # Three rows of each recording, four to a part: those of the second are in two parts.
    with pytest.raises(TableError, match=r"row 1 of part-00001\.parquet, column label: 'blues/b"):
        run(tapes, output=table)
    rewrite(table / "part-00000.parquet", soul, head=False)
    assert not is_as_written(table)
    assert read_table(table).notes == ()
    assert run(tapes, output=table).computed == ()
    assert set(labels(table).values()) == {"soul"}


def test_rows_changed_by_a_program_are_computed_again(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    before = read_table(table).X
    rewrite(table / "part-00000.parquet", lambda frame: frame.__setitem__("tempo", 7.0))
    (note,) = read_table(table).notes
    assert "the rows of 2 recordings are not as extracted" in note
    assert run(tapes, output=table).changed == ("blues/a.wav", "blues/b.wav")
    assert np.array_equal(read_table(table).X, before)
    assert is_as_written(table)


def test_foreign_tables_are_not_replaced_unasked(tapes: Path, table: Path, tmp_path: Path) -> None:
    feature_table().frame.to_parquet(table)
    with pytest.raises(TableError, match="was not made by genre-audio"):
        run(tapes, output=table)
    assert run(tapes, output=table, force=True).rows == 9
    shutil.copy(tapes / "bad.wav", table / "letters.txt")
    with pytest.raises(OutputError, match=r"holds letters\.txt, which is no part of a table"):
        run(tapes, output=table, force=True)
    assert (table / "letters.txt").exists()
    (table / "letters.txt").unlink()
    (table / "_drafts").mkdir()  # other programs write files of such names
    with pytest.raises(OutputError, match="holds _drafts, which is no part of a table"):
        run(tapes, output=table, force=True)
    (table / "_drafts").rename(table / ".drafts")
    with pytest.raises(OutputError, match=r"holds \.drafts, which is no part of a table"):
        run(tapes, output=table, force=True)


def test_without_pyarrow_the_extra_is_named(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ParameterError, match=r"pip install 'genre-audio\[parquet\]'"):
        run(tapes, output=table)
    table.write_bytes(b"PAR1")
    with pytest.raises(ParameterError, match=r"genre-audio\[parquet\]"):
        read_table(table)
    assert run(tapes, output=table.with_suffix(".csv")).rows == 9


# --- read by every command ----------------------------------------------------------


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    """The same rows of three easy genres in CSV and in Parquet."""
    table = feature_table(6)
    return written(table, tmp_path / "a.csv"), written(table, tmp_path / "a.parquet")


def asked(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_commands_say_the_same_of_both(
    both: tuple[Path, Path], tiny_folder: Path, home: Path
) -> None:
    for words in (
        ["explore", "TABLE", "--json"],
        ["predict", "--table", "TABLE", "--model", tiny_folder, "--format", "csv"],
    ):
        said = [asked(*(file if word == "TABLE" else word for word in words)) for file in both]
        assert said[0].replace("a.csv", "a") == said[1].replace("a.parquet", "a")


def test_learning_gets_the_same_rows_of_both(both: tuple[Path, Path]) -> None:
    found = []
    for file in both:
        assert retrain_table(file, schema=None, segmentation=None, n_jobs=1) == (file, 0)
        assert table_path(file, kind=Kind.grouped) == file
        how: Any = {"segment_seconds": None, "groups": None, "missing": Gaps.refuse}
        table, dataset = labelled_rows(file, **how, asked={})
        assert isinstance(table, FeatureTable)
        found.append((table.digest, dataset.X.tobytes(), dataset.y.tolist(), dataset.lengths))
        chosen, other = labelled_rows(file, **how, asked={"columns": "tempo,rms_mean"})
        assert chosen.features == ("tempo", "rms_mean")
        found[-1] += (other.X.tobytes(), other.names.tolist())
    assert str(found[0]) == str(found[1])


def test_columns_that_were_not_asked_for_are_not_read(both: tuple[Path, Path]) -> None:
    table = read_any_table(both[1], columns=["tempo"])
    assert list(table.frame) == ["filename", "length", "tempo", "label"]
    assert table.notes[0] == "a.parquet: 56 columns that were not asked for are not read"
    assert read_annotations(both[1], column="label") == read_annotations(both[0], column="label")
    pq.write_table(pa.table({"name": ["a"], "genre": ["jazz"]}), both[0].with_name("l.pq"))
    assert read_annotations(both[0].with_name("l.pq")).values == {"a": "jazz"}
    assert find_annotations(f"{both[1]}:label") == find_annotations(f"{both[0]}:label")


def test_columns_of_other_tables_are_all_read(tmp_path: Path) -> None:
    """Ids, groups and what is offered where a name is misspelt may be numbers as well."""
    columns = {"id": [7.0, 8.0], "tempo": [120.5, 90.5], "artist": [1.0, 2.0]}
    pq.write_table(pa.table(columns | {"label": ["a", "b"]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": [8.0, 7.0], "energy": [0.5, 0.25]}), tmp_path / "b.parquet")
    one, other = tmp_path / "a.parquet", tmp_path / "b.parquet"
    table = read_any_table(one, columns=["tempo"])
    found = resolve_groups("artist", table=table).values
    assert list(found.values()) == ["1.0", "2.0"]
    joined = read_any_table(one, metrics=other, columns=["energy"])
    assert (joined.on, joined.X.tolist()) == ("id", [[0.25], [0.5]])
    with pytest.raises(ParameterError, match="there are id, tempo, artist"):
        read_any_table(one, columns=["tempi"])
    assert read_annotations(other).values == {"8": "0.5", "7": "0.25"}


def test_a_misspelt_feature_is_told_from_those_that_there_are(both: tuple[Path, Path]) -> None:
    for file in both:
        with pytest.raises(ParameterError, match=r"there are filename, length, chroma_stft_mean"):
            read_any_table(file, columns=["tempo", "tempi"])


def test_numbers_are_arrays_and_not_copied_into_the_frame(
    both: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    raws: list[RawTable] = []

    def spy(*where: Any, **how: Any) -> RawTable:
        raws.append(read_rows(*where, **how))
        return raws[-1]

    monkeypatch.setattr("genre_audio.tables.feature_table.read_rows", spy)
    frame = read_table(both[1]).frame
    for name in ("length", *GTZAN57.columns):
        assert np.shares_memory(frame[name].to_numpy(), np.asarray(raws[0].columns[name]))


# --- tables of others ---------------------------------------------------------------


def test_a_foreign_table_is_taken_as_a_foreign_csv_is(tmp_path: Path) -> None:
    frame = feature_table().frame
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "parts.parquet").mkdir()
    for number in range(12):
        # Whoever writes them like this means 2 to come before 10.
        part = tmp_path / f"parts.parquet/part-{number}.parquet"
        frame.iloc[3 * number : 3 * number + 3].to_parquet(part, index=False)
    (tmp_path / "parts.parquet/_SUCCESS").write_text("")
    tables = [read_table(tmp_path / f"{name}") for name in ("a.csv", "a.parquet", "parts.parquet")]
    assert len({table.digest for table in tables}) == 1
    assert all(table.segmentation_inferred for table in tables)
    assert all(table.segmentation == Segmentation() for table in tables)


def test_one_file_may_carry_what_ours_say(tapes: Path, table: Path, tmp_path: Path) -> None:
    run(tapes, output=table)
    single = tmp_path / "single.parquet"
    pq.write_table(pq.ParquetFile(table / "part-00000.parquet").read(), single)
    read = read_table(single)
    assert (read.segmentation, read.segmentation_inferred, len(read.X)) == (SECOND, False, 4)
    with pytest.raises(TableError, match="rows of its own that would be lost"):
        run(tapes / "jazz", output=single)


def test_values_of_all_kinds(tmp_path: Path) -> None:
    day = datetime.datetime(2001, 4, 17, 12, tzinfo=datetime.UTC)
    columns: dict[str, pa.Array] = {
        "half": pa.array(np.array([0.5, 1.5], dtype=np.float16)),
        "single": pa.array([0.1, None], pa.float32()),
        "count": pa.array([1, 2], pa.uint8()),
        "gaps": pa.array([1, None], pa.int64()),
        "large": pa.array([2**64 - 1, 1], pa.uint64()),
        "price": pa.array([Decimal("1.25"), Decimal("2.50")]),
        "word": pa.array(["Rock", None]).dictionary_encode(),
        "code": pa.array([7, 8], pa.int32()).dictionary_encode(),
        "bytes": pa.array([b"a", "ž".encode()]),
        "fixed": pa.array([b"ab", b"cd"], pa.binary(2)),
        "live": pa.array([True, None]),
        "nothing": pa.nulls(2),
        "when": pa.array([day, None], pa.timestamp("us", "Europe/Prague")),
        "day": pa.array([day.date(), None]),
        "tags": pa.array([["a"], []]),
        "place": pa.array([{"x": 1.0}, None]),
        "span": pa.array([1, 2], pa.duration("s")),
        "__index_level_0__": pa.array([5, 6]),
    }
    if int(pa.__version__.partition(".")[0]) >= 21:  # before, they cannot be written
        columns["view"] = pa.array(["a", "b"], pa.string_view())
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), file)
    table = read_any_table(file)
    numbers = ("half", "single", "count", "gaps", "large", "price", "code")
    assert table.features == numbers
    expected = [[0.5, 1.5], [np.float32(0.1), np.nan], [1, 2], [1, np.nan], [2.0**64, 1]]
    expected += [[1.25, 2.5], [7, 8]]
    for name, values in zip(numbers, expected, strict=True):
        np.testing.assert_array_equal(table.frame[name], values)
    assert table.frame["word"].tolist() == ["Rock", None]
    assert table.frame["bytes"].tolist() == ["a", "ž"]
    assert table.frame["when"].tolist() == ["2001-04-17 12:00:00.000000", None]
    assert table.frame["day"].tolist() == ["2001-04-17", None]
    noted = [note.partition("column ")[2].partition(":")[0] for note in table.reading]
    changed = ["price", "bytes", "fixed", "when", "day"]
    assert noted == [*changed, "tags", "place", "span", "__index_level_0__"]
    assert sum("left out" in note for note in table.reading) == 4
    assert not {"tags", "place", "span"} & set(table.frame)


def test_parts_may_differ_in_type(tmp_path: Path) -> None:
    folder = tmp_path / "a.parquet"
    folder.mkdir()
    pq.write_table(pa.table({"id": ["a"], "x": [1]}), folder / "0.parquet")
    pq.write_table(pa.table({"x": [0.5], "id": ["b"]}), folder / "1.parquet")
    raw = read_raw(folder)
    assert raw.columns == {"id": ["a", "b"], "x": [1, 0.5]}
    assert list(raw.places) == ["row 1 of 0.parquet", "row 1 of 1.parquet"]
    assert raw.places[-1:] == ["row 1 of 1.parquet"]


def test_later_parts_are_looked_at_as_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "a.parquet"
    folder.mkdir()
    pq.write_table(pa.table({"id": ["a"], "x": [1.0], "z": [2.0]}), folder / "0.parquet")
    arrays = [pa.array(["b"]), *(pa.array([value]) for value in (10.0, 20.0, 30.0))]
    pq.write_table(pa.Table.from_arrays(arrays, ["id", "x", "z", "x"]), folder / "1.parquet")
    with pytest.raises(TableError, match=r"1\.parquet has columns twice: x"):
        read_raw(folder)
    pq.write_table(pa.table({"id": ["b"], "x": [[1.0]], "z": [2.0]}), folder / "1.parquet")
    with pytest.raises(TableError, match=r"1\.parquet, column x: list<.*give one value to each"):
        read_raw(folder)


def test_gaps_among_numbers_are_not_looked_at_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps = {"x": [0.5, None], "y": [1.0, float("inf")], "z": pa.nulls(2, pa.float64())}
    pq.write_table(pa.table(gaps), tmp_path / "a.parquet")
    raw = read_raw(tmp_path / "a.parquet")
    with pytest.raises(TableError, match="row 2, column y: inf is not a finite number"):
        column_of(raw, "y")
    assert column_of(raw, "z").why == "no value at all"
    monkeypatch.setattr("genre_audio.tables.column_values._kind", lambda _: pytest.fail("asked"))
    np.testing.assert_array_equal(column_of(raw, "x").values, [0.5, np.nan])


def test_as_many_words_as_a_byte_can_number_and_nothing(tmp_path: Path) -> None:
    words = [f"artist {number}" for number in range(128)]
    places = pa.array([*range(128), None], pa.int8())
    column = pa.DictionaryArray.from_arrays(places, words)
    pq.write_table(pa.table({"artist": column}), tmp_path / "a.parquet")
    assert read_raw(tmp_path / "a.parquet").columns["artist"] == [*words, None]


def test_more_rows_may_come_than_were_said() -> None:
    column = Gathered(1)
    column.add(np.array([1, 2]))
    column.add(np.array([3]))
    column.add([None])
    assert column.values == [1, 2, 3, None]


@given(
    arrays(np.float64, (5, 2), elements=strategies.floats(allow_nan=False, allow_infinity=False))
)
@settings(max_examples=20)
def test_numbers_come_back_bit_for_bit(numbers: np.ndarray) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.parquet")
        pq.write_table(pa.table({"a": numbers[:, 0], "b": numbers[:, 1]}), file)
        read = read_any_table(file).X
    assert read.tobytes() == numbers.tobytes()


# --- damage -------------------------------------------------------------------------


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 0xFF
    file.write_bytes(content)


def head(file: Path, change: Callable[[dict[str, Any]], object], *, key: bytes = HEAD) -> None:
    """Change what a file says of the table."""
    schema = pq.read_schema(file)
    value = json.loads(schema.metadata[key])
    change(value)
    changed = schema.with_metadata(schema.metadata | {key: json.dumps(value).encode()})
    if file.name == COMMON:
        pq.write_metadata(changed, file)
    else:
        rows = pq.ParquetFile(file).read()
        pq.write_table(rows.replace_schema_metadata(changed.metadata), file)


def test_rows_of_another_recipe_are_refused_whichever_columns_are_asked_for(
    both: tuple[Path, Path],
) -> None:
    def change(value: dict[str, Any]) -> None:
        value["schema"] |= {"version": 99}
        del value["schema"]["digest"]

    csv, parquet = both
    for part in (parquet / COMMON, *parquet.glob("*.parquet")):
        head(part, change)
    beside = csv.with_name("a.csv.json")
    change(value := json.loads(beside.read_text()))
    beside.write_text(json.dumps(value))
    for file in both:
        for columns in (None, ["tempo"]):
            with pytest.raises(TableError, match="was made by another recipe than this version"):
                read_any_table(file, columns=columns)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (
        lambda t: (t / "part-00001.parquet").write_bytes((t / COMMON).read_bytes()[:40]),
        r"part-00001\.parquet cannot be read as Parquet: .*is the file whole",
    ),
    "empty": (lambda t: (t / COMMON).write_bytes(b""), r"_common_metadata cannot be read"),
    "gone": (
        lambda t: (t / "part-00001.parquet").unlink(),
        r"lacks part-00001\.parquet, which it was made with: copy it whole",
    ),
    "no recordings": (
        lambda t: shutil.rmtree(t / RECORDINGS),
        r"lacks _recordings/part-00000\.parquet",
    ),
    "later": (
        lambda t: head(t / COMMON, lambda v: v.update(format=2)),
        r"has format 2, this version reads up to 1: update genre-audio",
    ),
    "no format": (lambda t: head(t / COMMON, dict.clear), r"lacks 'format'"),
    "no list": (
        lambda t: head(t / COMMON, lambda v: v.pop("rows"), key=PARTS),
        r"_common_metadata: what is said of the table was changed \(the list of parts lacks",
    ),
    "other recipe": (
        lambda t: head(t / "part-00001.parquet", lambda v: v["schema"].update(digest="x")),
        r"part-00001\.parquet was made by another recipe, segmentation or version",
    ),
    "columns": (
        lambda t: pq.write_table(pa.table({"x": [1]}), t / "part-00001.parquet"),
        r"part-00001\.parquet has other columns",
    ),
    "folder": (
        lambda t: (t / "label=jazz").mkdir(),
        r"has the folder label=jazz in it: .*write the parts side by side",
    ),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damaged_tables_are_refused(tapes: Path, table: Path, how: str) -> None:
    run(tapes, output=table)
    damage, message = DAMAGE[how]
    damage(table)
    with pytest.raises(TableError, match=message):
        read_table(table)


def test_a_flipped_byte_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    table = written(feature_table(2), tmp_path / "a.parquet")
    good, part = read_table(table).frame, table / "part-00000.parquet"
    content, refused = part.read_bytes(), 0
    for place in range(0, len(content), len(content) // 40):
        flip(part, place)
        try:
            pd.testing.assert_frame_equal(read_table(table).frame, good, check_exact=True)
        except TableError:
            refused += 1
        part.write_bytes(content)
    assert refused > 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: flip(file, 60), "was changed since it was written"),
        (lambda file: pq.write_table(pa.table({"a": [1]}), file), "was changed since it was"),
    ],
)
def test_changed_recordings_are_refused(
    tapes: Path, table: Path, change: Callable[[Path], object], message: str
) -> None:
    run(tapes, output=table)
    change(table / RECORDINGS / "part-00000.parquet")
    assert len(read_table(table).X) == 9  # the rows are as they were
    with pytest.raises(TableError, match=message):
        run(tapes, output=table)
    assert run(tapes, output=table, force=True).rows == 9


def test_heads_that_contradict_themselves_are_refused(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    for file in (table / COMMON, *sorted(table.glob("part-*"))):
        head(file, lambda value: value["segmentation"].update(seconds=2))
    with pytest.raises(TableError, match="the digest of the segmentation is"):
        read_table(table)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as Parquet"),
        (b"filename,tempo\na,1\n", "cannot be read as Parquet: .*is the file whole"),
        (b"PARE" + bytes(100) + b"PARE", "it is encrypted: write it without encryption"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(content)
    with pytest.raises(TableError, match=message):
        read_table(file)


def test_what_holds_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nowhere\.parquet cannot be read"):
        read_table(tmp_path / "nowhere.parquet")
    (tmp_path / "a.parquet").mkdir()
    with pytest.raises(TableError, match=r"holds no file that ends in \.parquet or \.pq"):
        read_table(tmp_path / "a.parquet")
    assert read_manifest(tmp_path / "nowhere.parquet") is None
    assert is_table(tmp_path / "a.parquet")
    assert not is_parquet(tmp_path)
    pq.write_table(pa.table({"x": pa.array([], pa.float64())}), tmp_path / "b")
    with pytest.raises(TableError, match="names columns and has no rows"):
        read_any_table(tmp_path / "b")


def test_values_that_no_feature_can_have_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    good = feature_table(2).frame
    lists = [[value] for value in good["tempo"]]
    for column, value, message in (
        ("tempo", lists, r"column tempo: list<.*give one value to each row"),
        ("tempo", np.nan, r"row 1, column tempo: 'nan' is not a finite number"),
        ("length", -1, r"row 1, column length: .*-1.* is no number of samples"),
        ("filename", None, r"row 1: no filename"),
    ):
        good.assign(**{column: value}).to_parquet(file)
        with pytest.raises(TableError, match=message):
            read_table(file)
    pq.write_table(pa.table({"id": [b"\xff"], "x": [1.0]}), file)
    with pytest.raises(TableError, match=r"column id: binary cannot be read as values"):
        read_any_table(file)
    twice = pa.Table.from_arrays([pa.array([1.0])] * 2, names=["x", "x"])
    pq.write_table(twice, file)
    with pytest.raises(TableError, match="has columns twice: x"):
        read_any_table(file)


def test_more_rows_than_fit_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": np.zeros(10_000)}), file)
    monkeypatch.setattr("os.sysconf", lambda name: 100)
    with pytest.raises(TableError, match=r"10000 rows of 1 columns, which take 0 GB"):
        read_any_table(file)
    monkeypatch.delattr("os.sysconf")  # as on Windows
    assert len(read_any_table(file).frame) == 10_000


def test_recordings_without_their_columns_are_refused(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    file = table / RECORDINGS / "part-00000.parquet"
    pq.write_table(pa.table({"a": [1]}), file)
    said = {file.name: fingerprint(file).sha256}
    head(table / COMMON, lambda value: value.update(recordings=said), key=PARTS)
    with pytest.raises(TableError, match="lacks the columns name, failed, entry"):
        read_manifest(table)


@pytest.mark.usefixtures("cheap_features")
def test_the_command_brings_a_folder_of_parts_up_to_date(
    write_audio: WriteAudio, table: Path
) -> None:
    song = write_audio(noise(1.2), name="a.wav")
    for _ in range(2):
        result = CliRunner().invoke(app, ["extract", str(song), "-o", str(table), "-j", "1"])
        assert result.exit_code == 0, result.stderr
    assert "1 known already" in result.stderr


@pytest.mark.parametrize("kind", ["string", "large_string", "dictionary<values=string>"])
def test_text_that_stands_in_many_rows_comes_back(tmp_path: Path, kind: str) -> None:
    texts = [None if row % 7 == 0 else "xyz"[row % 3] * 2_000 for row in range(9_000)]
    texts[5000:5100] = [f"{row}" * 500 for row in range(100)]  # more than one dictionary holds
    words = pa.array(texts, pa.large_string())
    form = pa.dictionary(pa.int32(), pa.string()) if "dict" in kind else getattr(pa, kind)()
    table = pa.table({"a.b": words.cast(form), "x": pa.array(range(9_000))})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=4_000, dictionary_pagesize_limit=50_000)
    assert read_raw(path).columns["a.b"] == texts


def test_a_small_file_of_long_texts_does_not_fill_the_memory(tmp_path: Path) -> None:
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 40_000, pa.int32()), ["x" * 20_000])
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": words}), path, store_schema=False)
    assert path.stat().st_size < 1e6
    code = (
        "import sys; from pathlib import Path; import pyarrow as pa\n"
        "from genre_audio.tables.table_file import read_raw\n"
        "assert len(read_raw(Path(sys.argv[1]))) == 40_000\n"
        "print(pa.default_memory_pool().max_memory())"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(done.stdout) < 100e6  # row by row, the text takes 800 MB
