"""A recording described by several workers gives what it gives one."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from genre_audio import Segmentation
from genre_audio.audio import Source, find_recordings
from genre_audio.cli import app
from genre_audio.execution import starting
from genre_audio.extraction import Extracted, Failure, extract_recording
from genre_audio.extraction.shares import Share, divided, do_share, joined
from genre_audio.files.remote import Remote
from signals import SR, music, silence

threads_of_this_process = starting._threads


@pytest.fixture
def tape(write_audio) -> Source:
    """Eleven segments of a second, two of them silent and one with NaN."""
    y = np.concatenate([music(3.0), silence(2.0), music(6.3, seed=1)])
    y[round(6.5 * SR)] = np.nan
    return Source("tape", write_audio(y, name="tape.wav", subtype="FLOAT"))


def describe(hop: float | None = None):
    return functools.partial(extract_recording, segmentation=Segmentation(seconds=1.0, hop=hop))


@pytest.mark.parametrize(("of", "hop"), [(2, None), (3, 0.5), (30, None)])
def test_what_is_put_together_is_what_one_worker_finds(tape, of, hop):
    work = describe(hop)
    shares = [Share(tape, number, of) for number in reversed(range(of))]
    [found] = joined(do_share(share, work=work) for share in shares)
    assert found == work(tape)
    assert len(found.rows) > 5
    assert len(found.refused) >= 3


def test_where_no_segment_can_be_described(write_audio):
    source = Source("quiet", write_audio(silence(3.0), name="quiet.wav"))
    work = describe()
    [found] = joined(do_share(Share(source, number, 2), work=work) for number in (0, 1))
    assert found == work(source)
    assert found.kind == "silent"


@pytest.fixture
def stored(tape) -> tuple[Source, Any]:
    """The same in a store that is in this process, and the store."""
    files = pytest.importorskip("fsspec").filesystem("memory")
    files.pipe("/bucket/tape.wav", tape.path.read_bytes())
    yield Source("tape", Remote("memory://bucket/tape.wav")), files
    files.store.clear()


def test_each_share_of_a_recording_in_a_store_fetches_it(tape, stored):
    work, (source, _) = describe(), stored
    [found] = joined(do_share(Share(source, number, 3), work=work) for number in range(3))
    whole = work(tape)
    assert (found.rows, found.refused, found.quality) == (whole.rows, whole.refused, whole.quality)
    assert found == work(source)


@pytest.mark.parametrize(
    ("listed", "gone", "words"),
    [
        (False, False, "the file changed while it was read"),
        (True, False, "the object changed since it was listed"),
        (False, True, "it is not in its store any more"),
    ],
)
def test_a_store_whose_object_changes_between_two_shares(stored, listed, gone, words):
    work, (source, files) = describe(), stored
    if listed:
        [source] = find_recordings([source.path])
    shares = [Share(source, number, 2) for number in (0, 1)]
    first = do_share(shares[0], work=work)
    content = files.cat_file("/bucket/tape.wav")
    files.rm("/bucket/tape.wav")
    if not gone:
        files.pipe("/bucket/tape.wav", content[:-4] + b"\0\0\0\0")
    [found] = joined(iter_of([first, do_share(shares[1], work=work)]))
    assert (found.kind, found.message[: len(words)]) == ("io", words)


def test_a_recording_fails_with_one_of_its_shares(tape):
    work = describe()
    lost = Failure("tape", tape.path, "too_long", "it took too long")
    parts = [do_share(Share(tape, 0, 2), work=work), (Share(tape, 1, 2), lost)]
    assert list(joined(iter_of(parts))) == [lost]


def test_shares_of_another_content_are_not_put_together(tape):
    work = describe()
    share, found = do_share(Share(tape, 1, 2), work=work)
    assert isinstance(found, Extracted)
    other = dataclasses.replace(found, file=dataclasses.replace(found.file, sha256="other"))
    [result] = joined(iter_of([do_share(Share(tape, 0, 2), work=work), (share, other)]))
    assert isinstance(result, Failure)
    assert result.kind == "io"


def iter_of(parts):
    yield from parts


@pytest.mark.parametrize(
    ("costs", "workers", "shares"),
    [
        ([60.0], 1, [1]),
        ([60.0], 2, [2]),
        ([60.0], 100, [4]),
        ([15.0], 100, [2]),
        ([9.0], 100, [1]),
        ([60.0, 60.0], 2, [1, 1]),
        ([60.0] + [1.0] * 100, 4, [2] + [1] * 100),
        ([0.0], 2, [1]),
        ([], 2, []),
    ],
)
def test_who_is_divided(costs, workers, shares):
    sources = [Source(str(number), Path(str(number))) for number in range(len(costs))]
    found = divided(sources, costs, workers=workers)
    assert [[each.source for each in found].count(source) for source in sources] == shares
    # No worker has more to do than one that has the recording to itself.
    assert all(share.cost < max(costs) for share in found if share.of > 1)


def test_a_table_has_the_same_bytes(tape, tmp_path, monkeypatch):
    monkeypatch.setattr("genre_audio.execution.starting._threads", threads_of_this_process)
    for name, least in {"whole": 1e9, "divided": 1e-9}.items():
        for module in ("shares", "lost"):
            monkeypatch.setattr(f"genre_audio.extraction.{module}.LEAST", least)
        spy = Spy(monkeypatch)
        options = ["-o", str(tmp_path / f"{name}.csv"), "--segment-seconds", "1", "-j", "2"]
        result = CliRunner().invoke(app, ["extract", str(tape.path), *options])
        assert result.exit_code == 0, result.stderr
        assert result.stderr.count("left out") == 4  # three segments, and the sum
        assert spy.shares == {"whole": [1], "divided": [2, 2]}[name]
    for ending in (".csv", ".csv.json"):
        whole, parts = (tmp_path / f"{name}{ending}" for name in ("whole", "divided"))
        assert whole.read_bytes() == parts.read_bytes()


class Spy:
    """Notes into how many shares recordings are divided."""

    def __init__(self, monkeypatch):
        self.shares = []
        monkeypatch.setattr("genre_audio.extraction.lost.divided", self.divided)

    def divided(self, *arguments, **how):
        """Divide, and note it."""
        found = divided(*arguments, **how)
        self.shares = [share.of for share in found]
        return found
