"""What people say of recordings is matched by name, and never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.errors import TableError
from genre_audio.tables import Annotations, read_annotations
from genre_audio.tables.annotations import find_annotations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "labels.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


# --- matching -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("a.wav", "a.wav"),
        ("a.wav", "tape/a.flac"),
        ("tape/a.wav", "a.mp3"),
        ("blues.00000.wav", "blues/blues.00000.flac"),
        ("blues.00000", "blues/blues.00000.flac"),
        ("blues.00000", "blues.00000"),
        ("No. 5", "No. 5.wav"),
        ("žena (1).wav", "naše/žena (1).ogg"),
        ("a.mp3", "a.wave"),
    ],
)
def test_a_name_is_found_without_folder_and_ending(entry: str, name: str) -> None:
    assert Annotations({entry: "x"}, column="label").lookup([name]) == ["x"]


@pytest.mark.parametrize(
    ("entry", "name"),
    [("a.wav", "b.wav"), ("blues.00000", "blues.00001.wav"), ("blues.00000", "blues.wav")],
)
def test_another_name_is_not_found(entry: str, name: str) -> None:
    assert Annotations({entry: "x"}, column="label").lookup([name]) == [None]


def test_the_exact_name_comes_first() -> None:
    annotations = Annotations({"a.wav": "x", "tape/a.wav": "y"}, column="label")
    assert annotations.lookup(["a.wav", "tape/a.wav"]) == ["x", "y"]


def test_a_name_that_could_mean_two_things_is_refused() -> None:
    annotations = Annotations({"1/a.wav": "x", "2/a.wav": "y"}, column="genre")
    message = r"'a\.flac': each could be any of '1/a\.wav', '2/a\.wav' in the column 'genre'"
    with pytest.raises(TableError, match=message):
        annotations.lookup(["a.flac"])


def test_one_entry_for_two_recordings_of_one_stem_is_refused() -> None:
    annotations = Annotations({"a.wav": "x"}, column="genre")
    message = r"'1/a\.flac', '2/a\.flac': each could be any of 'a\.wav'"
    with pytest.raises(TableError, match=message):
        annotations.lookup(["1/a.flac", "2/a.flac"])


def test_an_entry_that_names_one_recording_in_full_means_no_other() -> None:
    annotations = Annotations({"1/a.wav": "x"}, column="genre")
    assert annotations.lookup(["1/a.wav", "2/a.wav", "1/a.wav"]) == ["x", None, "x"]


def test_two_entries_that_agree_are_no_question() -> None:
    annotations = Annotations({"1/a.wav": "x", "2/a.wav": "x"}, column="genre")
    assert annotations.lookup(["a.flac"]) == ["x"]


NAMES = st.text(st.characters(exclude_characters="./\0", exclude_categories=["Cs"]), min_size=1)


@given(values=st.dictionaries(NAMES, st.text(min_size=1), max_size=5), other=NAMES)
def test_unique_stems_are_always_found(values: dict[str, str], other: str) -> None:
    annotations = Annotations({f"{stem}.wav": v for stem, v in values.items()}, column="c")
    assert annotations.lookup(f"{stem}.wav" for stem in values) == list(values.values())
    assert annotations.lookup(f"x/{stem}.mp3" for stem in values) == list(values.values())
    assert annotations.lookup([other]) == [values.get(other)]


# --- reading ------------------------------------------------------------------------


def test_the_only_column_is_meant(write: Write) -> None:
    annotations = read_annotations(write("\ufefffilename,genre\r\na.wav,jazz\r\nb.wav,\r\n"))
    assert annotations == Annotations({"a.wav": "jazz"}, column="genre")


def test_names_stand_in_filename_or_in_the_first_column(write: Write) -> None:
    second = write("genre,filename\njazz,a.wav\n", "second.csv")
    first = write("track,genre\na.wav,jazz\n", "first.csv")
    assert read_annotations(first) == read_annotations(second)


def test_values_are_text_as_it_stands(write: Write) -> None:
    rows = "a,NA\nb,None\nc,007\nd,nan\ne,1.50\n"
    values = read_annotations(write(f"filename,group\n{rows}")).values
    assert list(values.values()) == ["NA", "None", "007", "nan", "1.50"]


def test_a_column_is_chosen_by_name(write: Write) -> None:
    path = write("filename,genre,artist\na.wav,jazz,Ali\n")
    assert read_annotations(path, column="artist").values == {"a.wav": "Ali"}
    with pytest.raises(TableError, match=r"which column is meant is open; choose .* genre, artist"):
        read_annotations(path)
    with pytest.raises(TableError, match="there is no column 'album'; choose one of genre, artist"):
        read_annotations(path, column="album")


def test_an_option_names_a_file_and_perhaps_a_column(write: Write) -> None:
    path = write("filename,genre,artist\na.wav,jazz,Ali\n", "odd:name.csv")
    found = find_annotations(f"{path}:artist")
    assert found is not None
    assert found.column == "artist"
    with pytest.raises(TableError, match="which column is meant is open"):
        find_annotations(str(path))
    assert find_annotations("artist") is None
    assert find_annotations(f"{path}x:artist") is None


def test_a_recording_may_stand_there_twice_but_not_as_two_things(write: Write) -> None:
    twice = "filename,genre\na.wav,jazz\na.wav,jazz\na.wav,\n"
    assert read_annotations(write(twice)).values == {"a.wav": "jazz"}
    with pytest.raises(TableError, match=r"row 5, .* 'a\.wav' is 'folk' and 'jazz' \(row 2\)"):
        read_annotations(write(f"{twice}a.wav,folk\n"))


def test_a_short_row_says_nothing(write: Write) -> None:
    assert read_annotations(write("filename,genre\na.wav\na.wav\nb.wav,jazz\n")).values == {
        "b.wav": "jazz"
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; it must name recordings"),
        ("filename,genre\na.wav,jazz, fusion\n", "row 2: 3 values, but the header names 2"),
        ("filename,genre\na.wav,jazz\nb.wav,a,b\n", "row 3: 3 values, but the header names 2"),
        ("filename,genre,genre\na.wav,jazz,folk\n", "has columns twice: genre"),
        ("filename\na.wav\n", "which column is meant is open"),
        (b"filename,genre\na.wav,\xe9\n", "line 2: this is no text in UTF-8"),
    ],
)
def test_what_is_not_understood_is_refused(write: Write, text: str | bytes, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_annotations(write(text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"cannot be read as a table: .*No such file"):
        read_annotations(tmp_path / "labels.csv")
