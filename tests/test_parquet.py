"""Tables in Parquet: the same rows as in CSV, in parts, and nothing believed that is not so."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from genre_audio.audio import Source, find_recordings
from genre_audio.cli.app import app
from genre_audio.config import Segmentation
from genre_audio.errors import OutputError, ParameterError, TableError
from genre_audio.extraction import Extracted, Row, extract, extract_recording
from genre_audio.extraction.store import write_table
from genre_audio.features import GTZAN57
from genre_audio.files import Fingerprint
from genre_audio.tables import (
    Manifest,
    read_annotations,
    read_any_table,
    read_manifest,
    read_table,
)
from genre_audio.tables.manifest import package_versions
from genre_audio.tables.parquet_columns import values_of
from genre_audio.tables.parquet_file import is_parquet, is_table
from genre_audio.tables.parquet_parts import COMMON, HEAD, PARTS, RECORDINGS, is_as_written
from genre_audio.tables.parquet_rows import Places, read_parquet
from genre_audio.tables.table_file import read_raw
from sample_tables import feature_table
from signals import noise

if TYPE_CHECKING:
    from collections.abc import Callable

    from genre_audio.tables import FeatureTable

    WriteAudio = Callable[..., Path]

SECOND = Segmentation(1)


class Killed(BaseException):
    """Nothing in the package may catch this."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have parts of a few rows, so that there are several."""
    for module in ("tables.stored", "extraction.store"):
        monkeypatch.setattr(f"genre_audio.{module}.FRAME_ROWS", 4)


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
    assert beside(table) == [".features.parquet.lock"]


def test_a_killed_run_goes_on(
    tapes: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    assert len(calls) == 3 + 2
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

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("genre_audio.tables.stored._write_recordings", dies)
        run(tapes, output=table, labels="folders")
    assert (contents(table) if table.exists() else None) == before
    summary = run(tapes, output=table, labels="folders")
    assert summary.rows == (15 if earlier else 9)
    assert beside(table) == [".features.parquet.lock"]


def test_labels_may_be_edited_and_numbers_are_computed_again(tapes: Path, table: Path) -> None:
    run(tapes, output=table, labels="folders")
    before = read_table(table)

    def soul(frame: pd.DataFrame) -> None:
        frame["label"] = "soul"

    rewrite(table / "part-00002.parquet", soul)
    assert not is_as_written(table)
    assert labels(table)["jazz/c.wav"] in {"soul", "jazz"}
    for part in ("part-00001.parquet", "part-00002.parquet"):
        rewrite(table / part, soul)
    rewrite(table / "part-00000.parquet", lambda frame: frame.__setitem__("tempo", 7.0))
    (note,) = read_table(table).notes
    assert "the rows of 2 recordings are not as extracted" in note
    with pytest.raises(TableError, match=r"row 4 of part-00000.*'blues' and|'blues/b.wav' is"):
        run(tapes, output=table)  # the rows of one recording say two things
    rewrite(table / "part-00000.parquet", lambda f: f.loc[f.index[3:], "label"].__class__)


def test_rows_changed_by_a_program_are_computed_again(tapes: Path, table: Path) -> None:
    run(tapes, output=table)
    before = read_table(table).X
    rewrite(table / "part-00000.parquet", lambda frame: frame.__setitem__("tempo", 7.0))
    assert run(tapes, output=table).changed == ("blues/a.wav", "blues/b.wav")
    assert np.array_equal(read_table(table).X, before)
    assert is_as_written(table)


def test_foreign_tables_are_not_replaced_unasked(
    tapes: Path, table: Path, tmp_path: Path
) -> None:
    feature_table().frame.to_parquet(table)
    with pytest.raises(TableError, match="was not made by genre-audio"):
        run(tapes, output=table)
    assert run(tapes, output=table, force=True).rows == 9
    shutil.copy(tapes / "bad.wav", table / "letters.txt")
    with pytest.raises(OutputError, match=r"holds letters\.txt, which is no part of a table"):
        run(tapes, output=table, force=True)
    assert (table / "letters.txt").exists()


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
        ["explore", "TABLE", "--columns", "tempo,rms_mean", "--json"],
        ["predict", "--table", "TABLE", "--model", tiny_folder, "--format", "csv"],
    ):
        said = [
            asked(*(file if word == "TABLE" else word for word in words)).replace(file.name, "a")
            for file in both
        ]
        if "--columns" in words:  # columns that are not read are not listed
            shown = [json.loads(text) for text in said]
            assert shown[0]["columns"] == shown[1]["columns"]
        else:
            assert said[0] == said[1]


def test_a_folder_may_hold_a_table_in_parquet(both: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(both[1], folder / "features.parquet")
    assert json.loads(asked("explore", folder / "features.parquet", "--json"))
