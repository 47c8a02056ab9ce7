"""Tables are read strictly, and written so that they read back as they were."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.config import Segmentation
from genre_audio.errors import TableError
from genre_audio.features import GTZAN57
from genre_audio.tables import Manifest, read_table, table_text
from genre_audio.tables.manifest import manifest_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., Path]

# The header of the public table, spelt out: the form is a promise to its readers.
PUBLISHED = """
filename length chroma_stft_mean chroma_stft_var rms_mean rms_var spectral_centroid_mean
spectral_centroid_var spectral_bandwidth_mean spectral_bandwidth_var rolloff_mean
rolloff_var zero_crossing_rate_mean zero_crossing_rate_var harmony_mean harmony_var
perceptr_mean perceptr_var tempo mfcc1_mean mfcc1_var mfcc2_mean mfcc2_var mfcc3_mean
mfcc3_var mfcc4_mean mfcc4_var mfcc5_mean mfcc5_var mfcc6_mean mfcc6_var mfcc7_mean
mfcc7_var mfcc8_mean mfcc8_var mfcc9_mean mfcc9_var mfcc10_mean mfcc10_var mfcc11_mean
mfcc11_var mfcc12_mean mfcc12_var mfcc13_mean mfcc13_var mfcc14_mean mfcc14_var
mfcc15_mean mfcc15_var mfcc16_mean mfcc16_var mfcc17_mean mfcc17_var mfcc18_mean
mfcc18_var mfcc19_mean mfcc19_var mfcc20_mean mfcc20_var label
""".split()  # noqa: SIM905 - one name a line would be sixty


def make_frame(names: list[str], *, length: int = 661500, label: object = "jazz") -> pd.DataFrame:
    X = np.arange(len(names) * 57).reshape(-1, 57) / 7
    frame = pd.DataFrame(X, columns=list(GTZAN57.columns))
    frame.insert(0, "length", length)
    frame.insert(0, "filename", names)
    return frame.assign(label=label)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(frame: pd.DataFrame | str | bytes) -> Path:
        path = tmp_path / "features.csv"
        text = table_text(frame) if isinstance(frame, pd.DataFrame) else frame
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# --- the published form -------------------------------------------------------------


def test_the_published_form_loads_unchanged(write: Write) -> None:
    path = write(make_frame(["a.wav", "b.wav"])[PUBLISHED])
    table = read_table(path)
    assert list(table.frame) == PUBLISHED == ["filename", "length", *GTZAN57.columns, "label"]
    assert table.schema is GTZAN57
    assert table.path == path
    assert table.segmentation == Segmentation(30)
    assert table.segmentation_inferred
    assert table.X.tolist() == (np.arange(114).reshape(2, 57) / 7).tolist()
    assert table.recordings.tolist() == ["a.wav", "b.wav"]
    assert table.labels.tolist() == ["jazz", "jazz"]


def test_the_gtzan_table(gtzan_data: Path) -> None:
    path = gtzan_data / "features_30_sec.csv"
    with path.open(newline="") as file:
        assert next(csv.reader(file)) == PUBLISHED
    table = read_table(path)
    assert table.X.shape == (1000, 57)
    assert table.segmentation == Segmentation(30)
    assert len(set(table.labels)) == 10
    assert table_text(table.frame).splitlines() == path.read_text().splitlines()


def test_the_table_of_field_recordings(data_folder: Path) -> None:
    path = data_folder / "field" / "sefire_features.csv"
    if not path.is_file():
        pytest.skip("GENRE_AUDIO_DATA holds no field/sefire_features.csv")
    table = read_table(path)
    median = np.median(table.frame["length"]) / 22050
    assert table.segmentation_inferred
    assert table.segmentation.seconds == pytest.approx(median, abs=0.5)
    assert np.isfinite(table.X).all()


# --- round trip ---------------------------------------------------------------------

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
# What a spreadsheet would calculate comes up more often than by chance.
TEXTS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.sampled_from("=+-@'\t\r\n;,\"＝＠"),
    min_size=1,
)
ROWS = st.tuples(
    TEXTS,
    st.integers(22050, 10**7),
    st.lists(NUMBERS, min_size=57, max_size=57),
    st.none() | TEXTS.filter(lambda text: text.strip() and text not in {"nan", "NaN"}),
)


@settings(max_examples=40)
@given(rows=st.lists(ROWS, min_size=1, max_size=3, unique_by=lambda row: row[0]))
def test_a_table_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, int, list[float], str | None]],
) -> None:
    records = [(name, length, *values, label) for name, length, values, label in rows]
    text = table_text(pd.DataFrame.from_records(records, columns=PUBLISHED))
    path = tmp_path_factory.mktemp("tables") / "features.csv"
    path.write_bytes(text.encode())
    table = read_table(path, segmentation=Segmentation())
    assert table.recordings.tolist() == [name for name, *_ in rows]
    assert table.labels.tolist() == [label for *_, label in rows]
    # repr tells -0.0 from 0.0.
    assert repr(table.X.tolist()) == repr([values for _, _, values, _ in rows])
    assert table_text(table.frame) == text


def test_words_that_pandas_takes_for_nothing_stay_words(write: Write) -> None:
    frame = make_frame(["nan", "NA", "None", "007"])
    frame["label"] = ["None", "NA", "nan", ""]
    table = read_table(write(frame))
    assert table.recordings.tolist() == ["nan", "NA", "None", "007"]
    # A label "nan" is what other programs write for none.
    assert table.labels.tolist() == ["None", "NA", None, None]


def test_a_byte_order_mark_and_other_line_ends_are_no_matter(write: Write) -> None:
    plain = table_text(make_frame(["a.wav", "b.wav"]))
    expected = read_table(write(plain)).digest
    assert read_table(write("\ufeff" + plain.replace("\n", "\r\n"))).digest == expected


def test_whole_numbers_are_numbers(write: Write) -> None:
    table = read_table(write(make_frame(["a.wav"]).assign(tempo=120)))
    assert table.X.dtype == np.float64
    assert table.X[0, GTZAN57.columns.index("tempo")] == 120.0


def test_a_table_without_labels(write: Write) -> None:
    table = read_table(write(make_frame(["a.wav"]).drop(columns="label")))
    assert table.labels.tolist() == [None]


def test_rows_of_one_recording_belong_together(write: Write) -> None:
    frame = make_frame(["a.wav", "a.wav"]).assign(recording="a.wav", start=[0.0, 30.0], stop=60.0)
    assert read_table(write(frame)).recordings.tolist() == ["a.wav", "a.wav"]


def test_the_digest_is_that_of_names_numbers_and_labels(write: Write) -> None:
    frame = make_frame(["a.wav"])
    digests = {
        read_table(write(other), segmentation=Segmentation(seconds)).digest
        for other, seconds in [
            (frame, 30),
            (frame, 10),
            (frame.assign(label="blues"), 30),
            (frame.assign(tempo=1.0), 30),
            (frame.assign(filename="b.wav"), 30),
            (frame.copy(), 30),
        ]
    }
    assert len(digests) == 5


# --- segmentation -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "seconds"),
    [(661794, 30.0), (675808, 31.0), (66149, 3.0), (110250, 5.0), (11025, 1.0), (1, 1.0)],
)
def test_the_segmentation_is_inferred_from_lengths(
    write: Write, length: int, seconds: float
) -> None:
    table = read_table(write(make_frame(["a.wav"], length=length)))
    assert table.segmentation == Segmentation(seconds)
    assert table.segmentation_inferred


def test_the_manifest_knows_better_and_the_caller_best(write: Write) -> None:
    path = write(make_frame(["a.wav"]))
    manifest = Manifest(GTZAN57.as_dict(), Segmentation(10), {}, {}, {})
    manifest_path(path).write_text(manifest.to_json())
    table = read_table(path)
    assert table.segmentation == Segmentation(10)
    assert not table.segmentation_inferred
    assert read_table(path, segmentation=Segmentation(5)).segmentation == Segmentation(5)


@pytest.mark.parametrize("frame", [make_frame(["a.wav"]).drop(columns="length"), make_frame([])])
def test_without_lengths_it_must_be_said(write: Write, frame: pd.DataFrame) -> None:
    with pytest.raises(TableError, match="also take --segment-seconds"):
        read_table(write(frame))
    assert read_table(write(frame), segmentation=Segmentation(5)).segmentation == Segmentation(5)


def test_lengths_beyond_any_segment_are_refused(write: Write) -> None:
    with pytest.raises(TableError, match=r"column length: a segment of 7200\.0 s"):
        read_table(write(make_frame(["a.wav"], length=7200 * 22050)))


def test_a_table_of_another_recipe_is_refused(write: Write) -> None:
    path = write(make_frame(["a.wav"]))
    older = GTZAN57.as_dict() | {"version": 0}
    manifest_path(path).write_text(Manifest(older, Segmentation(), {}, {}, {}).to_json())
    with pytest.raises(TableError, match=r"was made by another recipe .* extract it again"):
        read_table(path)


# --- strictness ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("fast", "'fast'"),
        ("", "''"),
        ("nan", "'nan'"),
        ("NA", "'NA'"),
        ("inf", "'inf'"),
        ("-inf", "'-inf'"),
        ("1e999", "'1e999'"),
        ("1,5", "'1,5'"),
        ("1 000", "'1 000'"),
        ("True", "'True'"),
        ("0x10", "'0x10'"),
    ],
)
@pytest.mark.parametrize("column", ["tempo", "length"])
def test_what_is_no_finite_number_is_named_by_row_and_column(
    write: Write, value: str, found: str, column: str
) -> None:
    frame = make_frame(["a.wav", "b.wav", "c.wav"]).astype({column: object})
    frame.loc[1:, column] = value
    message = rf"features\.csv, row 3, column {column}: {found} is .* \(2 such in the column\)"
    with pytest.raises(TableError, match=message):
        read_table(write(frame))


@pytest.mark.parametrize("length", [0, -661500, -0.5])
def test_a_segment_that_lasts_no_time_is_named(write: Write, length: float) -> None:
    frame = make_frame(["a.wav", "b.wav"]).assign(length=[661500, length])
    with pytest.raises(TableError, match=rf"row 3, column length: '{length}.*' is no number of"):
        read_table(write(frame))


def test_a_column_of_nothing_but_truth_is_no_column_of_numbers(write: Write) -> None:
    with pytest.raises(TableError, match="row 2, column tempo: 'True' is not a finite number"):
        read_table(write(make_frame(["a.wav"]).assign(tempo="True")))


def test_text_far_down_in_a_long_table_is_found_without_warning(write: Write) -> None:
    frame = make_frame([f"{i}.wav" for i in range(2000)]).astype({"tempo": object})
    frame.loc[1999, "tempo"] = "fast"
    with pytest.raises(TableError, match="row 2001, column tempo: 'fast'"):
        read_table(write(frame))


def test_duplicate_columns_are_refused(write: Write) -> None:
    frame = make_frame(["a.wav"])
    doubled = pd.concat([frame, frame[["tempo", "rms_var"]]], axis=1)
    with pytest.raises(TableError, match="has columns twice: rms_var, tempo"):
        read_table(write(doubled))


def test_missing_columns_are_named(write: Write) -> None:
    frame = make_frame(["a.wav"])
    with pytest.raises(TableError, match=r"schema gtzan57 it lacks 1 of 57 columns \(tempo\)"):
        read_table(write(frame.drop(columns="tempo")))
    with pytest.raises(TableError, match=r"lacks 20 of 57 columns \(mfcc1_mean, .*, …\)"):
        read_table(write(frame.drop(columns=[f"mfcc{k}_mean" for k in range(1, 21)])))


@pytest.mark.parametrize("text", ["", "\n", "title,artist\nSo What,Miles\n"])
def test_another_table_is_refused(write: Write, text: str) -> None:
    with pytest.raises(TableError, match=r"is not a feature table: .* lacks 57 of 57 columns"):
        read_table(write(text))


def test_rows_need_names(write: Write) -> None:
    with pytest.raises(TableError, match="has no column 'filename'"):
        read_table(write(make_frame(["a.wav"]).drop(columns="filename")))
    with pytest.raises(TableError, match="row 3: no filename"):
        read_table(write(make_frame(["a.wav", ""])))


def test_rows_of_another_length_than_the_header_are_refused(write: Write) -> None:
    header, first, second = table_text(make_frame(["a.wav", "b.wav"])).splitlines()
    with pytest.raises(TableError, match="row 2: 61 values, but the header names 60 columns"):
        read_table(write(f"{header}\n{first},x\n{second},x\n"))
    with pytest.raises(
        TableError, match=r"row 3: 61 values, .*; is text with commas not in quotes"
    ):
        read_table(write(f"{header}\n{first}\n{second},x\n"))
    with pytest.raises(TableError, match=r"row 3: 58 values, .*; was the file cut short\?"):
        read_table(write(f"{header}\n{first}\n{second.rsplit(',', 2)[0]}\n"))


@pytest.mark.parametrize("content", [b"filename,\xff\n", b"PK\x03\x04\x00\xff\xfe"])
def test_what_is_no_text_is_refused(write: Write, content: bytes) -> None:
    with pytest.raises(TableError, match=r"features\.csv, line 1: this is no text in UTF-8"):
        read_table(write(content))


def test_bytes_that_are_no_text_far_down_are_refused(write: Write) -> None:
    content = table_text(make_frame([f"{i}.wav" for i in range(100)])).encode() + b"\xff"
    with pytest.raises(TableError, match=r"line 102: this is no text in UTF-8"):
        read_table(write(content))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"cannot be read as a table: .*No such file"):
        read_table(tmp_path / "features.csv")
    with pytest.raises(TableError, match=r"cannot be read as a table: .*directory"):
        read_table(tmp_path)
