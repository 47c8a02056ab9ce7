"""A small sample of `scripts/fuzz.py`, and whether that script would see what must not be."""

from __future__ import annotations

import collections
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.audio import open_recording
from genre_audio.audio.decode import open_decoder, read_blocks
from genre_audio.config import Segmentation
from genre_audio.errors import AUDIO_KINDS, AudioError
from genre_audio.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPTS = Path(__file__).parent.parent / "scripts"
SAMPLE = 120


def load(name: str) -> Any:
    sys.path.insert(0, str(SCRIPTS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(SCRIPTS))


cases, commands, headers, seeds, worker = map(
    load, ("fuzz_cases", "fuzz_commands", "fuzz_headers", "fuzz_seeds", "fuzz_worker")
)
fuzz = load("fuzz")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


# What is spoiled --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", seeds.SEEDS, ids=lambda seed: f"{seed.format}-{seed.subtype}")
def test_seeds_are_whole_recordings(place: Path, seed: Any) -> None:
    path = place / f"seed{seed.suffix}"
    path.write_bytes(seeds.seed_bytes(seed))
    with open_decoder(path) as decoder:
        assert (decoder.samplerate, decoder.channels) == (seed.sr, seed.channels)
        frames = sum(map(len, read_blocks(decoder)))
    # Blocks of codecs are filled up: less than 0.15 s of it.
    assert seed.seconds - 0.01 <= frames / seed.sr < seed.seconds + 0.15
    assert headers.fields(path.read_bytes())


def test_a_case_is_made_again_from_seed_and_number() -> None:
    first = [cases.make_case(3, number).data for number in range(60)]
    assert first == [cases.make_case(3, number).data for number in range(60)]
    assert len(set(first)) > 55
    assert first[:5] != [cases.make_case(4, number).data for number in range(5)]


def test_checksums_are_those_of_the_encoders() -> None:
    for seed in seeds.SEEDS:
        data = seeds.seed_bytes(seed)
        mended = bytearray(data)
        if seed.format == "OGG":
            changed = bytearray(data)
            changed[headers.pages(data)[-1][1]] ^= 1
            headers.mend_pages(changed)
            assert changed != data
            # libogg wrote these; with the serial put in they were made here, and it reads them.
            assert headers.with_serial(data, 57) == data
        if seed.format == "FLAC":
            frames = headers.flac_frames(data)
            for start, end in frames:
                headers.mend_frame(mended, start, end)
            assert mended == data
            assert len(frames) >= seed.sr * seed.seconds / 65535


# What comes of it -------------------------------------------------------------------------


def test_a_sample_of_cases_ends_in_rows_or_our_errors(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What one decoder does not know is given to the other in the script: it takes long to start.
    monkeypatch.setattr("genre_audio.audio.decode.find_ffmpeg", lambda: None)
    kinds: collections.Counter[str] = collections.Counter()
    for number in range(SAMPLE):
        path = cases.make_case(1, number).write(place)
        outcome = worker.examine(path)
        assert not outcome.fault, (number, outcome)
        kinds[outcome.kind.partition(",")[0]] += 1
        path.unlink()
    # The sample is worth something only if it spoils some files, and leaves some readable.
    assert {"row", "decode", "unsupported_format", "too_short", "not_finite"} <= set(kinds)
    assert SAMPLE / 5 < kinds["row"] < SAMPLE * 4 / 5


@settings(max_examples=80)
@given(
    seed=st.sampled_from(seeds.SEEDS),
    place_of=st.integers(0, 400),
    put=st.binary(min_size=1, max_size=12),
    keep=st.booleans(),
)
def test_any_bytes_in_a_header_give_segments_or_an_error_of_ours(
    place: Path,
    seed: Any,
    place_of: int,
    put: bytes,
    keep: bool,
) -> None:
    data = bytearray(seeds.seed_bytes(seed))
    data[place_of : place_of + len(put) * keep] = put
    path = place / f"any{seed.suffix}"
    path.write_bytes(data)
    for one in segments_or_error(path):
        if isinstance(one, Segment):
            assert np.isfinite(one.y).all()
        else:
            assert one.kind in AUDIO_KINDS - {"unexpected"}
            assert "\n" not in str(one)


def segments_or_error(path: Path) -> list[Any]:
    try:
        with open_recording(path) as recording:
            found = list(recording.segments(sr=22050, segmentation=Segmentation()))
    except AudioError as error:
        return [error]
    assert found
    return found


# Whether the script would see it ----------------------------------------------------------


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put another program in the place of the worker."""

    def use(program: str) -> None:
        text = f"import os, sys, time; print('ready', flush=True); sys.stdin.readline(); {program}"
        monkeypatch.setattr(worker, "COMMAND", [sys.executable, "-S", "-c", text])

    return use


def test_a_crash_is_seen_and_the_next_file_is_read(
    place: Path, stub: Callable[[str], None]
) -> None:
    stub("os.write(2, b'oh\\n'); os.kill(os.getpid(), 11)")
    with worker.Watched(scratch=place) as watched:
        for _ in range(2):
            outcome = watched.examine(Path("a.wav"))
            assert (outcome.kind, outcome.fault) == ("crash", "ended by signal 11")
            assert outcome.said == "oh"


def test_a_hang_is_seen(
    place: Path, stub: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MOST_SECONDS", 0.2)
    stub("time.sleep(60)")
    with worker.Watched(scratch=place) as watched:
        assert watched.examine(Path("a.wav")).kind == "hang"


def test_too_much_memory_is_seen(place: Path, stub: Callable[[str], None]) -> None:
    stub('print(\'{"kind": "row", "memory": 9000}\', flush=True); time.sleep(60)')
    with worker.Watched(scratch=place) as watched:
        assert watched.examine(Path("a.wav")).fault == "9000 MiB of memory"


def test_surprises_are_faults(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place / "a.wav"
    path.write_bytes(seeds.seed_bytes(seeds.SEEDS[5]))

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("two\nlines")

    def describe(*_: object, **__: object) -> np.ndarray:
        return np.full(57, np.nan)

    monkeypatch.setattr("genre_audio.extraction.recording.feature_row", describe)
    assert worker.examine(path).fault == "a row that is not 57 finite numbers"
    monkeypatch.setattr("genre_audio.extraction.recording.feature_row", fail)
    assert worker.examine(path).fault.startswith("the kind 'unexpected'")


def test_files_that_are_unaccounted_for_are_seen() -> None:
    kinds = {"a": "row", "b": "decode", "c": "row, rest unread", "d": "silent"}
    failures = {"b": {"kind": "decode"}, "d": {"kind": "silent"}}
    assert commands.accounts({"a", "c"}, failures, kinds) == []
    assert commands.accounts({"a"}, failures, kinds) == ["c was lost"]
    assert commands.accounts({"a", "c", "d"}, failures, kinds) == ["d has a row and a failure"]
    wrong = commands.accounts({"a", "b", "c"}, {"d": {"kind": "unexpected"}}, kinds)
    assert wrong == [
        "b: row, but decode by itself",
        "d: unexpected, but silent by itself",
        "the kind 'unexpected'",
    ]


@pytest.mark.parametrize(
    ("code", "said", "wrong"),
    [
        (3, "skipped b: the file is empty [empty]\n2 recordings read, 1 skipped", []),
        (3, "a: nothing after 1.0 s: it broke off [decode]", []),
        (0, "", ["exit code 0 instead of 3"]),
        (3, "Traceback (most recent call last):", ["1 times Traceback (most recent call last):"]),
        (3, "Note: at 0x1\nNote: at 0x2", ["2 times Note: at …"]),
    ],
)
def test_words_and_exit_codes_that_are_not_ours_are_seen(
    code: int, said: str, wrong: list[str]
) -> None:
    assert commands.words(code, said, {"a"}, {"a": "row", "b": "empty"}) == wrong


def test_counts_are_a_table() -> None:
    tally = fuzz.Tally()
    for kind in ("row", "decode", "row, rest unread", "row"):
        tally.add("WAV", "a.wav", worker.Outcome(kind, seconds=0.5))
    assert tally.markdown().splitlines() == [
        "| format | files | row | row, rest unread | decode |",
        "|---|---|---|---|---|",
        "| WAV | 4 | 2 | 1 | 1 |",
        "| all | 4 | 2 | 1 | 1 |",
    ]
    assert tally.seconds == (0.5, "a.wav")
