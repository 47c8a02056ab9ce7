"""Segments that overlap: the grid, the stream, the table, and what each segment counts."""

from __future__ import annotations

import dataclasses
import json
import tracemalloc
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio import decode, find_recordings, open_recording
from genre_audio.audio.cut import cut
from genre_audio.config import Segmentation
from genre_audio.errors import ModelError, ParameterError
from genre_audio.extraction import extract, extract_recording
from genre_audio.prediction import (
    predict_extracted,
    predict_recording,
    predict_table,
    segmentation_for,
)
from genre_audio.segment import Refused, Segment
from genre_audio.tables import dataset_of, dataset_of_any, read_any_table, read_manifest, read_table
from genre_audio.tables.weights import counted_once, frame_weights
from sample_tables import TINY, feature_table
from signals import SR, music, noise, silence, tone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from genre_audio.training import ModelBundle

    WriteAudio = Callable[..., Path]

# The grid ---------------------------------------------------------------------------------


@pytest.mark.parametrize("hop", [None, 30, 30.0])
def test_the_grid_without_overlap_keeps_its_identity(hop: float | None) -> None:
    # The digest that tables and bundles made before there was a hop carry.
    assert Segmentation(30, hop).digest == "443485bd8a9f52f8"
    assert Segmentation(30, hop).as_dict() == {
        "seconds": 30.0,
        "whole_below": 1.5,
        "remainder_joins_below": 0.5,
    }
    assert Segmentation(30, hop) == Segmentation()


def test_every_hop_is_a_grid_of_its_own() -> None:
    hops = (None, 0.1, 1, 5, 15, 29.9)
    assert len({Segmentation(30, hop).digest for hop in hops}) == len(hops)
    assert Segmentation(30, 5).digest == Segmentation(30.0, 5.0).digest
    assert json.loads(json.dumps(Segmentation(30, 5).as_dict()))["hop"] == 5


@pytest.mark.parametrize("hop", [0, -1, 0.09, 30.1, float("nan"), float("inf")])
def test_unusable_hops_are_refused(hop: float) -> None:
    with pytest.raises(ParameterError, match=r"choose a hop of 0\.1 s up to the length"):
        Segmentation(30, hop)


def test_a_hop_in_words() -> None:
    assert Segmentation(10).words == "10 s"
    assert Segmentation(10, 2.5).words == "10 s, one every 2.5 s"


# The stream -------------------------------------------------------------------------------


def rule(total: int, length: int, hop: int) -> list[tuple[int, int]]:
    """The rule as `Segmentation` states it, by arithmetic instead of by streaming."""
    if total == 0:
        return []
    full = max(0, (total - length) // hop + 1)  # those that begin every hop and fit
    if full == 0:
        return [(0, total)]
    starts = [number * hop for number in range(full)]
    beyond = total - (starts[-1] + length)
    if 2 * beyond >= hop:
        starts.append(full * hop)
    stops = [start + length for start in starts[:-1]] + [total]
    return list(zip(starts, stops, strict=True))


@given(
    total=st.integers(0, 400),
    length=st.integers(1, 60),
    hop=st.integers(1, 60),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
def test_overlapping_segments_follow_the_rule(
    total: int, length: int, hop: int, cuts: list[int]
) -> None:
    hop = min(hop, length)
    y = np.arange(total)
    parts = list(cut(iter(np.split(y, sorted(cuts))), length=length, hop=hop))
    expected = rule(total, length, hop)
    assert [part.tolist() for part in parts] == [list(range(*place)) for place in expected]


@given(total=st.integers(1, 400), length=st.integers(1, 60))
def test_a_hop_of_a_segment_is_no_hop(total: int, length: int) -> None:
    y = np.arange(total)
    with_hop = [part.tolist() for part in cut([y], length=length, hop=length)]
    assert with_hop == [part.tolist() for part in cut([y], length=length)]


@given(total=st.integers(1, 400), length=st.integers(2, 60), hop=st.integers(1, 60))
def test_every_sample_is_heard_and_no_segment_is_odd(total: int, length: int, hop: int) -> None:
    hop = min(hop, length)
    parts = list(cut([np.arange(total)], length=length, hop=hop))
    assert np.array_equal(np.unique(np.concatenate(parts)), np.arange(total))
    if len(parts) > 1:
        assert {len(part) for part in parts[:-1]} == {length}
        assert 2 * length - hop <= 2 * len(parts[-1]) < 2 * length + hop


@pytest.mark.parametrize(("size", "hop"), [(1, 2000), (100, 50), (5000, 500)])
def test_no_more_than_a_segment_and_half_a_hop_is_held(size: int, hop: int) -> None:
    length = 5000
    blocks = (np.zeros(size) for _ in range(60_000 // size))
    tracemalloc.start()
    try:
        for part in cut(blocks, length=length, hop=hop):
            del part
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # While a segment is put together it is there twice; an array and its place in the
    # lists take 160 bytes beside their samples.
    held = length + hop / 2 + size
    assert peak < 8 * (held + length) + 160 * (held / size) + 10_000


def segments(path: Path, *, seconds: float, hop: float) -> list[Segment | Refused]:
    with open_recording(path) as recording:
        return list(recording.segments(sr=SR, segmentation=Segmentation(seconds, hop)))


@pytest.mark.parametrize("sr", [22050, 44100])
def test_overlapping_segments_are_pieces_of_one_stream(write_audio: WriteAudio, sr: int) -> None:
    path = write_audio(music(5.3, sr=sr), sr)
    (whole,) = segments(path, seconds=10, hop=10)
    parts = segments(path, seconds=2, hop=0.5)
    assert [part.start for part in parts] == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]
    assert parts[-1].stop == whole.stop
    for part in parts:
        assert np.array_equal(part.y, whole.y[part.first : part.first + len(part.y)])


@given(place=st.integers(0, 4 * SR - 1))
@hypothesis.settings(
    max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
def test_a_bad_sample_refuses_every_segment_that_holds_it(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 5000)
    y = music(4.0)
    y[place] = np.nan
    for found in segments(write_audio(y), seconds=1, hop=0.25):
        first, end = round(found.start * SR), round(found.stop * SR)
        if first <= place < end:
            assert isinstance(found, Refused)
        elif not first - SR // 10 <= place < end + SR // 10:  # bad places are known to 0.1 s
            assert isinstance(found, Segment)


def test_a_fault_is_told_where_the_recording_ends(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from genre_audio.errors import AudioError

    path = write_audio(music(3.5))

    def broken(decoder: object) -> object:
        yield from real(decoder)
        raise AudioError("the decoder gave up.", kind="decode")

    real = decode.read_blocks
    monkeypatch.setattr("genre_audio.audio.recording.read_blocks", broken)
    *parts, fault = segments(path, seconds=2, hop=0.5)
    assert isinstance(fault, Refused)
    assert (fault.start, fault.stop, fault.kind) == (3.5, 3.5, "decode")
    assert parts[-1].stop == 3.5


# Tables -----------------------------------------------------------------------------------


def test_a_table_knows_its_hop_and_is_reused(
    write_audio: WriteAudio, tmp_path: Path, cheap_features: None
) -> None:
    write_audio(noise(4.0), name="tapes/a.wav")
    sources, table = find_recordings([tmp_path / "tapes"]), tmp_path / "t.csv"
    cut_with_hop = Segmentation(2, 0.5)
    assert extract(sources, output=table, segmentation=cut_with_hop).rows == 5
    first = table.read_bytes(), (tmp_path / "t.csv.json").read_bytes()
    assert read_manifest(table).segmentation == cut_with_hop
    assert read_table(table).segmentation == cut_with_hop
    assert read_table(table).frame["start"].tolist() == [0, 0.5, 1, 1.5, 2]
    again = extract(sources, output=table, segmentation=cut_with_hop)
    assert (again.reused, again.computed) == (("a.wav",), ())
    assert (table.read_bytes(), (tmp_path / "t.csv.json").read_bytes()) == first
    other = extract(sources, output=table, segmentation=Segmentation(2))
    assert (other.computed, other.rows) == (("a.wav",), 2)
    assert '"hop":' not in (tmp_path / "t.csv.json").read_text()


# What a segment counts --------------------------------------------------------------------


def by_samples(first: list[int], lengths: list[int]) -> list[float]:
    """Each sample is shared by the segments that hold it, one by one."""
    holding = np.zeros(max(f + n for f, n in zip(first, lengths, strict=True)))
    for f, n in zip(first, lengths, strict=True):
        holding[f : f + n] += 1
    return [float(np.sum(1 / holding[f : f + n])) for f, n in zip(first, lengths, strict=True)]


segment_lists = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.integers(1, 40)), max_size=12
)


@given(segment_lists)
def test_samples_are_shared(found: list[tuple[str, int, int]]) -> None:
    names = np.array([name for name, _, _ in found], dtype=object)
    first = np.array([start for _, start, _ in found], dtype=int)
    lengths = np.array([length for _, _, length in found], dtype=int)
    weights = counted_once(first, lengths, recordings=names)
    for name in set(names):
        mine = names == name
        expected = by_samples(first[mine].tolist(), lengths[mine].tolist())
        # Sums of up to 12 fractions of at most 100: a few digits of the last place.
        np.testing.assert_allclose(weights[mine], expected, rtol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 10**9)), min_size=1, max_size=20))
def test_segments_side_by_side_count_as_long_as_they_are(steps: list[tuple[int, int]]) -> None:
    gaps, lengths = (np.array(part) for part in zip(*steps, strict=True))
    first = np.cumsum(gaps + np.concatenate([[0], lengths[:-1]]))
    weights = counted_once(first, lengths, recordings=np.zeros(len(lengths), dtype=int))
    assert weights.tolist() == lengths.tolist()


def test_rows_without_a_place_count_by_their_length() -> None:
    frame = pd.DataFrame({"length": [10, 20]})
    names = np.array(["a", "a"])
    assert frame_weights(frame, recordings=names, sr=10).tolist() == [10, 20]
    assert frame_weights(frame[[]], recordings=names, sr=10) is None
    for start in ([0.0, np.nan], ["0:00", "0:01"]):
        odd = frame.assign(start=start)
        assert frame_weights(odd, recordings=names, sr=10).tolist() == [10, 20]


def test_evaluation_counts_overlapping_rows_once(tmp_path: Path) -> None:
    table = feature_table(2, segments=3)
    table.frame["start"] /= 2  # every 15 s
    table.frame["stop"] = table.frame["start"] + 30
    expected = np.tile([22.5, 15, 22.5], 6) * SR
    np.testing.assert_allclose(dataset_of(table).lengths, expected, rtol=1e-12)
    table.frame.to_csv(tmp_path / "t.csv", index=False)
    any_table = read_any_table(tmp_path / "t.csv", label="label")
    np.testing.assert_allclose(dataset_of_any(any_table).lengths, expected, rtol=1e-12)


# Models -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def short(tiny: ModelBundle) -> ModelBundle:
    """The tiny model for segments of two seconds."""
    seconds = Segmentation(2)
    said = {"seconds": seconds.seconds, "digest": seconds.digest}
    return dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, segmentation=said))


def test_a_model_takes_any_hop_and_one_length(tiny: ModelBundle) -> None:
    table = feature_table(1)
    with_hop = dataclasses.replace(table, segmentation=Segmentation(30, 5))
    assert predict_table(with_hop, tiny) == predict_table(table, tiny)
    with pytest.raises(ModelError, match="extract with --segment-seconds 30"):
        predict_table(dataclasses.replace(table, segmentation=Segmentation(5, 2)), tiny)
    assert segmentation_for(tiny, hop=2.5) == Segmentation(30, 2.5)
    assert segmentation_for(tiny) == tiny.segmentation == Segmentation(30)
    with pytest.raises(ParameterError, match="segments of 30 s every 31 s"):
        segmentation_for(tiny, hop=31)


def test_a_recording_and_its_rows_with_a_hop_are_told_the_same(
    short: ModelBundle, write_audio: WriteAudio, tmp_path: Path
) -> None:
    take = write_audio(np.concatenate([music(4.0), noise(2.0), tone(seconds=3.2)]))
    (source,) = find_recordings([take])
    segmentation = segmentation_for(short, hop=0.5)
    described = extract_recording(source, segmentation=segmentation)
    extract([source], output=tmp_path / "t.csv", segmentation=segmentation)
    (from_table,) = predict_table(read_table(tmp_path / "t.csv"), short)
    (from_rows,) = predict_extracted([described], short)
    from_audio = predict_recording(take, short, hop=0.5)
    assert from_audio == from_rows
    assert from_table.probabilities == from_audio.probabilities
    assert from_table.segments == from_audio.segments
    assert [segment.start for segment in from_audio.segments] == np.arange(0, 7.5, 0.5).tolist()


def test_each_second_has_the_same_weight(short: ModelBundle, write_audio: WriteAudio) -> None:
    take = write_audio(np.concatenate([music(3.0), silence(4.0), noise(2.0)]))
    prediction = predict_recording(take, short, hop=0.5)
    assert prediction.refused
    step = 1 / 32  # divides the hop and every length
    heard = []
    for middle in np.arange(step / 2, 9, step):
        holding = [s for s in prediction.segments if s.start < middle < s.stop]
        if holding:
            heard.append(np.mean([list(s.probabilities.values()) for s in holding], axis=0))
    # Up to rounding, which grows with the 9 s / step = 288 terms.
    np.testing.assert_allclose(
        list(prediction.probabilities.values()), np.mean(heard, axis=0), rtol=1e-10
    )


def test_seconds_that_several_segments_hold_are_not_heard_twice(
    short: ModelBundle, write_audio: WriteAudio
) -> None:
    prediction = dataclasses.replace(
        predict_recording(write_audio(tone(seconds=2.5)), short, hop=0.25), unlike=False
    )
    assert sum(segment.stop - segment.start for segment in prediction.segments) > 3
    assert prediction.too_short_to_tell


def test_a_model_of_overlapping_rows_says_so_and_keeps_their_grid(tmp_path: Path) -> None:
    from genre_audio.training import save_bundle, train

    table = feature_table(12, segments=2)
    table = dataclasses.replace(table, segmentation=Segmentation(30, 15))
    bundle, _ = train(table, dataset_of(table), name="overlapping", budget=TINY, keep_rows=True)
    save_bundle(bundle, tmp_path / "model")
    assert "segments of 30 s, one every 15 s" in (tmp_path / "model" / "CARD.md").read_text()
    assert read_table(tmp_path / "model" / "rows.csv.gz").segmentation == Segmentation(30, 15)
    assert bundle.info.segmentation["digest"] == Segmentation(30, 15).digest
    assert bundle.segmentation == Segmentation(30), "new recordings may be cut as one likes"
