"""What libsndfile does not know is decoded by ffmpeg, which is kept on a short lead."""

from __future__ import annotations

import itertools
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from genre_audio.audio import decode, ffmpeg, find_recordings, open_recording, process
from genre_audio.audio.decode import open_decoder, read_blocks
from genre_audio.audio.ffmpeg import find_ffmpeg, open_ffmpeg
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError
from genre_audio.extraction import extract
from genre_audio.tables import read_table
from signals import chord, music

SR = 44100
FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not on the PATH")
M4A = b"\0\0\0\x20ftypM4A " + bytes(20)


Y = np.round(np.stack([music(0.3, sr=SR), music(0.3, seed=1, sr=SR)], axis=1) * 2**15) / 2**15
LOSSLESS = {
    "a.m4a": ["-c:a", "alac", "-sample_fmt", "s16p"],
    "a.mka": ["-c:a", "flac", "-sample_fmt", "s16"],
    "a.wv": ["-c:a", "wavpack", "-sample_fmt", "s16p"],
    "a.tta": ["-c:a", "tta", "-sample_fmt", "s16"],
}
LOSSY = {
    "b.m4a": ["-c:a", "aac", "-b:a", "192k"],
    "b.aac": ["-c:a", "aac", "-b:a", "192k"],
    "b.wma": ["-c:a", "wmav2", "-b:a", "192k"],
    "b.ac3": ["-c:a", "ac3", "-b:a", "192k"],
    "b.webm": ["-c:a", "libopus", "-b:a", "192k"],
}


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code by ffmpeg, all at once: a program takes longer to start than to code a second."""
    if FFMPEG is None:
        pytest.skip("ffmpeg is not on the PATH")
    folder = tmp_path_factory.mktemp("coded")
    soundfile.write(folder / "a.wav", Y, SR, subtype="PCM_16")
    soundfile.write(folder / "b.wav", chord(seconds=1.0, sr=SR), SR, subtype="PCM_16")
    command = [FFMPEG, "-v", "error", "-nostdin", "-i", folder / "a.wav", "-i", folder / "b.wav"]
    command += ["-f", "lavfi", "-i", "color=s=16x16:d=0.2"]
    for name, how in (LOSSLESS | LOSSY).items():
        command += ["-map", "0" if name in LOSSLESS else "1", *how, folder / name]
    sound, picture = ["-map", "0", "-c:a", "flac"], ["-map", "2", "-c:v", "mpeg4"]
    command += [*picture, *sound, folder / "film.mkv", *picture, folder / "silent.mkv"]
    subprocess.run(command, check=True)
    return folder


def read(path: Path) -> np.ndarray:
    with open_decoder(path) as decoder:
        assert decoder.name.startswith("ffmpeg ")
        return np.concatenate(list(read_blocks(decoder)))


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_formats_give_the_same_samples(coded: Path, name: str) -> None:
    assert np.array_equal(read(coded / name), Y.astype(np.float32))


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_formats_give_almost_the_same_samples(coded: Path, name: str) -> None:
    with open_decoder(coded / name) as decoder:
        y, sr = np.concatenate(list(read_blocks(decoder)))[:, 0], decoder.samplerate
    assert abs(len(y) / sr - 1.0) < 0.11  # encoders put something around it
    middle = y[sr // 4 : sr // 4 + sr // 2]
    # Three sines of a sixth of full scale each: their mean power is 3 / 72.
    assert np.mean(middle**2) == pytest.approx(3 / 72, rel=0.05)
    power = np.abs(np.fft.rfft(middle * np.hanning(len(middle)))) ** 2
    hertz = np.fft.rfftfreq(len(middle), 1 / sr)
    near = np.min([np.abs(hertz - f) for f in (220.0, 277.18, 329.63)], axis=0) < 10.0
    assert power[near].sum() > 0.99 * power.sum()


def test_a_recording_says_who_decoded_it(coded: Path) -> None:
    for name, decoder in (("b.m4a", "ffmpeg "), ("b.wav", "")):
        with open_recording(coded / name) as recording:
            assert list(recording.segments(sr=22050, segmentation=Segmentation()))
            assert recording.quality.as_dict().get("decoder", "")[:7] == decoder


def test_a_table_of_what_ffmpeg_decoded_is_brought_up_to_date(coded: Path, tmp_path: Path) -> None:
    sources, table = find_recordings([coded / "b.m4a"]), tmp_path / "features.csv"
    how = {"output": table, "segmentation": Segmentation()}
    assert extract(sources, **how).computed == ("b.m4a",)
    assert extract(sources, **how).reused == ("b.m4a",)
    assert read_table(table).recordings.tolist() == ["b.m4a"]


NAMES = ["-i.m4a", "concat:a|b.m4a", "http:a.m4a", "new\nline's $(c).m4a"]
if sys.platform == "linux":
    NAMES.append(os.fsdecode(b"caf\xe9.m4a"))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_name_is_an_option_or_an_address(
    coded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(coded / "a.m4a", name)
    assert len(read(Path(name))) == len(Y)


LISTS = ["#EXTM3U\n#EXTINF:1,\nsecret.wav\n", "ffconcat version 1.0\nfile secret.wav\n"]


@pytest.mark.parametrize("text", LISTS)
def test_a_list_of_files_is_never_followed(tmp_path: Path, text: str) -> None:
    soundfile.write(tmp_path / "secret.wav", music(0.1), SR)
    path = tmp_path / "a.m4a"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AudioError) as caught:
        read(path)
    assert caught.value.kind == "unsupported_format"


@needs_ffmpeg
@pytest.mark.parametrize("text", LISTS)
def test_nor_by_a_reader_that_is_told_to_take_it_for_something_else(
    tmp_path: Path, text: str
) -> None:
    soundfile.write(tmp_path / "secret.wav", music(0.1), SR)
    path = tmp_path / "a.m4a"
    path.write_text(text, encoding="utf-8")
    opened = open_ffmpeg(path, demuxer="mov", program=str(FFMPEG))
    with pytest.raises(AudioError, match="Invalid data"), opened:
        pass


def test_a_film_gives_its_sound_and_one_without_sound_says_so(coded: Path) -> None:
    assert np.array_equal(read(coded / "film.mkv"), Y.astype(np.float32))
    with pytest.raises(AudioError, match="no sound, only pictures") as caught:
        read(coded / "silent.mkv")
    assert caught.value.kind == "empty"


def test_a_file_that_breaks_off_gives_what_is_there(coded: Path, tmp_path: Path) -> None:
    data = (coded / "a.mka").read_bytes()
    (tmp_path / "half.mka").write_bytes(data[: len(data) * 2 // 3])
    decoded = read(tmp_path / "half.mka")
    assert 0 < len(decoded) < len(Y)
    assert np.array_equal(decoded, Y[: len(decoded)].astype(np.float32))
    (tmp_path / "head.mka").write_bytes(data[:40])
    with pytest.raises(AudioError) as caught:
        read(tmp_path / "head.mka")
    assert caught.value.kind == "decode"
    assert "\n" not in str(caught.value)


def program(folder: Path, script: str) -> str:
    """Write a program that stands in for ffmpeg."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\nif [ $# = 2 ]; then echo ffmpeg version 9.9 x; exit; fi\n{script}")
    path.chmod(0o755)
    ffmpeg._version.cache_clear()
    return str(path)


def au(channels: int = 2, encoding: int = 6, rate: int = 8000) -> str:
    head = struct.pack(">4s5I", b".snd", 28, 2**32 - 1, encoding, rate, channels) + b"note"
    return "printf '" + "".join(f"\\{byte:03o}" for byte in head) + "'\n"


def asked(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    path = folder / "a.m4a"
    path.write_bytes(M4A)
    made = program(folder, script)
    monkeypatch.setattr(decode, "find_ffmpeg", lambda: made)
    with open_decoder(path) as decoder:
        assert decoder.name == "ffmpeg 9.9"
        return list(read_blocks(decoder))


def test_blocks_are_whole_and_what_is_left_over_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 8)
    # 1.0 as a big-endian float, 21 times, and two bytes more.
    script = au() + "for i in 1 2 3; do printf '\\077\\200\\000\\000%.0s' 1 2 3 4 5 6 7; done\n"
    blocks = asked(tmp_path, script + "printf ab", monkeypatch)
    assert [block.shape for block in blocks] == [(4, 2), (4, 2), (2, 2)]
    assert all((block == 1.0).all() and block.dtype == np.float32 for block in blocks)


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        ("exit 0", "decode", "the decoder found no audio in the file"),
        (
            "echo file:/a/b.m4a: Not a film >&2; exit 1",
            "decode",
            "the decoder gave up: Not a film (ffmpeg)",
        ),
        ("exit 69", "decode", "the decoder gave up: exit code 69 (ffmpeg)"),
        ("printf 'RIFF%20s' x", "decode", "ffmpeg gave something that is no sound"),
        (au(encoding=3), "decode", "ffmpeg gave something that is no sound"),
        (au(channels=0), "decode", "ffmpeg gave something that is no sound"),
        (au(rate=2**32 - 1), "unsupported_format", "a sampling rate of 4294967295 Hz"),
        (au(channels=2**31), "unsupported_format", "2147483648 channels"),
        (au() + "printf '%800s' x; exit 3", "decode", "the decoder gave up: exit code 3"),
        ("echo Stream map 0:a:0 matches no streams. >&2; exit 1", "empty", "holds no sound"),
        ("yes complaint | head -c 3000000 >&2; exit 1", "decode", "gave up: complaint"),
    ],
)
def test_whatever_it_does_is_one_of_our_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, kind: str, words: str
) -> None:
    with pytest.raises(AudioError) as caught:
        asked(tmp_path, script, monkeypatch)
    assert caught.value.kind == kind
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "script",
    [
        "exec sleep 100",
        au() + "exec sleep 100",
        au() + "exec 1>&-; exec sleep 100",
        au() + "exec 1>&- 2>&-; exec sleep 100",
    ],
    ids=["from the start", "after the header", "without output", "without any"],
)
def test_one_that_stands_still_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(process, "STALLED_SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(AudioError) as caught:
        asked(tmp_path, script, monkeypatch)
    assert caught.value.kind == "decode"
    assert time.monotonic() - began < 50


def test_one_that_nobody_reads_any_more_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program(tmp_path, f"echo $$ > {tmp_path}/pid\n" + au() + "exec cat /dev/zero")
    (tmp_path / "a.m4a").write_bytes(M4A)
    with open_ffmpeg(tmp_path / "a.m4a", demuxer="mov", program=made) as decoder:
        assert [len(block) for block in itertools.islice(decoder.blocks(1000), 3)] == [1000] * 3
        pid = int((tmp_path / "pid").read_text())
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_one_that_does_not_run_is_said_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program(tmp_path, "")
    Path(made).write_text("#!/nowhere/sh\n")
    (tmp_path / "a.m4a").write_bytes(M4A)
    monkeypatch.setattr(decode, "find_ffmpeg", lambda: made)
    with pytest.raises(AudioError, match="was found but does not run") as caught:
        read(tmp_path / "a.m4a")
    assert caught.value.kind == "unsupported_format"


def test_one_that_vanishes_is_one_of_our_errors(tmp_path: Path) -> None:
    made = program(tmp_path, "")
    assert ffmpeg._version(made) == "ffmpeg 9.9"
    Path(made).unlink()
    (tmp_path / "a.m4a").write_bytes(M4A)
    opened = len(list(Path("/dev/fd").iterdir()))
    with (
        pytest.raises(AudioError, match="cannot be started") as caught,
        open_ffmpeg(tmp_path / "a.m4a", demuxer="mov", program=made),
    ):
        pass
    assert caught.value.kind == "unsupported_format"
    assert len(list(Path("/dev/fd").iterdir())) == opened


def test_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert find_ffmpeg() is None
    made = program(tmp_path, "")
    assert find_ffmpeg() == made
    Path(made).unlink()

    class Extra:
        found = "/there/ffmpeg"

        @classmethod
        def get_ffmpeg_exe(cls) -> str:
            if not cls.found:
                raise RuntimeError
            return cls.found

    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", Extra)
    assert find_ffmpeg() == "/there/ffmpeg"
    Extra.found = ""
    assert find_ffmpeg() is None
