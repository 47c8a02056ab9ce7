"""A journal loses at most the line that was being written."""

from __future__ import annotations

import errno
import resource
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.errors import OutputError
from genre_audio.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

HEADER = {"schema": "abc", "segmentation": "def"}
ENTRIES: list[dict[str, Any]] = [
    {"name": "a.wav", "values": [0.1, -0.0, 1e-300]},
    {"name": "žena\u2028\n.wav", "values": []},
    {"name": "caf\udce9.wav", "nested": {"values": [1, None]}},
]


def written(path: Path, entries: list[dict[str, Any]]) -> bytes:
    with Journal(path, header=HEADER) as journal:
        for entry in entries:
            journal.append(entry)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_entries_come_back(path: Path) -> None:
    written(path, ENTRIES)
    assert Journal(path, header=HEADER).entries() == ENTRIES


def test_a_journal_cut_at_any_byte_of_its_last_line_goes_on(path: Path) -> None:
    short = len(written(path, ENTRIES[:-1]))
    path.unlink()
    whole = written(path, ENTRIES)
    for length in range(short, len(whole)):
        path.write_bytes(whole[:length])
        # Only the line's end may be missing.
        kept = ENTRIES if length == len(whole) - 1 else ENTRIES[:-1]
        assert Journal(path, header=HEADER).entries() == kept, length
        assert written(path, ENTRIES[len(kept) :]) == whole, length


@pytest.mark.parametrize("length", [0, 1, 10])
def test_a_journal_without_its_header_is_empty(path: Path, length: int) -> None:
    path.write_bytes(written(path, ENTRIES)[:length])
    assert Journal(path, header=HEADER).entries() == []


def test_a_journal_of_other_settings_is_not_believed(path: Path) -> None:
    written(path, ENTRIES)
    other = HEADER | {"schema": "changed"}
    assert Journal(path, header=other).entries() == []
    with Journal(path, header=other) as journal:
        journal.append(ENTRIES[0])
    assert Journal(path, header=other).entries() == ENTRIES[:1]
    assert Journal(path, header=HEADER).entries() == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\n\n", b"[]\n", b"text\n"])
def test_something_else_is_not_believed(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert Journal(path, header=HEADER).entries() == []


def test_what_follows_a_broken_line_is_not_believed(path: Path) -> None:
    lines = written(path, ENTRIES).splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\0\0\0\n", *lines[2:]]))
    assert Journal(path, header=HEADER).entries() == ENTRIES[:1]


def test_an_entry_is_in_the_file_before_the_journal_is_closed(path: Path) -> None:
    with Journal(path, header=HEADER) as journal:
        journal.append(ENTRIES[0])
        assert Journal(path, header=HEADER).entries() == ENTRIES[:1]


def test_a_journal_that_is_not_open_takes_nothing(path: Path) -> None:
    with pytest.raises(ValueError, match="not open"):
        Journal(path, header=HEADER).append({})


def test_a_full_disk_is_said_in_our_words(path: Path) -> None:
    class Full:
        def write(self, _: str) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            pass

    with Journal(path, header=HEADER) as journal:
        journal._file.close()
        journal._file = Full()
        with pytest.raises(OutputError, match="journal cannot be written: No space left"):
            journal.append({})


def test_removing_may_be_done_twice(path: Path) -> None:
    written(path, ENTRIES)
    journal = Journal(path, header=HEADER)
    journal.remove()
    journal.remove()
    assert not path.exists()
    assert journal.entries() == []


VALUES = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(entries=st.lists(st.dictionaries(st.text(), VALUES, max_size=3), max_size=4))
def test_any_json_comes_back(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("journals") / "journal"
    written(path, entries)
    assert Journal(path, header=HEADER).entries() == entries


def test_a_full_disk_is_said_once_and_what_was_written_stands(path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_up() -> None:
        with Journal(path, header={}) as journal:
            journal.append({"name": "a.wav"})
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 5, before[1]))
            journal.append({"name": "b.wav"})

    try:
        with pytest.raises(OutputError, match="File too large"):
            fill_up()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert Journal(path, header={}).entries() == [{"name": "a.wav"}]
