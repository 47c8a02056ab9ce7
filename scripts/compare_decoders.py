"""Compare the samples that genre-audio reads with those of a second decoder, ffmpeg.

    python scripts/compare_decoders.py FOLDER [--list]

Every file of the folder is decoded by both. Lossless formats must give equal samples, lossy
ones must agree to -60 dB once they are aligned: decoders leave out more or less of what an
encoder put in front and behind. Files that genre-audio gives to ffmpeg itself are counted
apart. Every difference that is known stands below with its reason; one that is not ends the
script with exit code 1.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import fnmatch
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

from genre_audio.audio.decode import open_decoder, read_blocks
from genre_audio.errors import AudioError

AGREES_DB = -60.0
PADDING = 3 * 1152
"""Samples by which lengths may differ: three frames of an MP3."""

LARGEST_LAG = 4096
HALF_A_STEP = 2.0**-16
BEGINNING = 5 * 1152
"""Frames that need bytes of earlier ones, where these were cut off."""

BROKEN = "the file is broken in the middle, and the two go on in different ways"
SHORT = "so short that all of it needs bytes that were cut off in front of it"
IMA = "ffmpeg rounds IMA ADPCM otherwise than its specification, as which libsndfile reads it"
KNOWN = {
    "*RIFX*": "ffmpeg reads big-endian WAV in the wrong order of bytes",
    "*imaadpcm*": IMA,
    "*adpcm_ima.wav": IMA,
    "*mono_sine_at_44100Hz.aifc": IMA,
    "*extensible_container_size_bigger*": "ffmpeg takes the fewer bits of a sample for its size",
    "*-24bit-4byte-*": "ffmpeg takes the fewer bits of a sample for its size",
    "*singlemap-test.ogg": "ffmpeg's own decoder differs; libvorbis within ffmpeg gives ours",
    "*audio-gaps.ogg": BROKEN,
    "*id3_xxx_lang.mp3": SHORT,
    "*/notags*.mp3": "a header that leaves 47 samples to be heard; ffmpeg heeds it in part or not",
    "*lame397v9short.mp3": "a header that leaves no sample to be heard",
}


@dataclasses.dataclass
class Samples:
    """What a decoder gave."""

    y: np.ndarray
    sr: int
    decoder: str = ""
    fault: str = ""


def ours(path: Path) -> Samples | str:
    """Decode as genre-audio does; its message where it gives nothing."""
    blocks: list[np.ndarray] = []
    fault = ""
    try:
        with open_decoder(path) as decoder:
            try:
                blocks.extend(read_blocks(decoder))
            except AudioError as error:
                fault = str(error)
            if not blocks:
                return fault or "no samples"
            return Samples(np.concatenate(blocks), decoder.samplerate, decoder.name, fault)
    except AudioError as error:
        return str(error)


def theirs(path: Path) -> Samples | str:
    """Decode by ffmpeg, as it sees fit."""
    command = ["ffmpeg", "-nostdin", "-v", "error"]
    if path.suffix == ".mp2":
        command += ["-c:a", "mp2float"]  # its usual one gives 16 bits
    command += ["-i", f"file:{path}", "-map", "0:a:0", "-c:a", "pcm_f32be", "-f", "au", "pipe:1"]
    done = subprocess.run(command, capture_output=True)
    if len(done.stdout) < 24:
        return (done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"])[-1]
    _, start, _, _, sr, channels = struct.unpack_from(">4s5I", done.stdout)
    count = (len(done.stdout) - start) // (4 * channels) * channels
    y = np.frombuffer(done.stdout, ">f4", count, start).astype(np.float32)
    return Samples(y.reshape(-1, channels), sr) if count else "no samples"


def lag_of(first: np.ndarray, second: np.ndarray) -> int:
    """Return by how many samples `first` comes later: where they correlate most."""
    size = 1 << 18
    a, b = (np.fft.rfft(y[: size // 2, 0], size) for y in (first, second))
    found = np.fft.irfft(a * b.conj())
    lags = np.r_[0 : LARGEST_LAG + 1, -LARGEST_LAG:0]
    return int(lags[np.argmax(found[lags])])


def apart_db(first: np.ndarray, second: np.ndarray, *, skip: int = 0) -> float:
    """Return the level of the difference beside the signal, as it is or after alignment."""
    # A steady tone correlates as well one period later.
    return min(_apart_db(first, second, lag, skip) for lag in {0, lag_of(first, second)})


def _apart_db(first: np.ndarray, second: np.ndarray, lag: int, skip: int) -> float:
    a, b = first[max(lag, 0) + skip :], second[max(-lag, 0) + skip :]
    size = min(len(a), len(b))
    if not size:
        return np.inf
    a, b = a[:size].astype(float), b[:size].astype(float)
    error, level = np.sqrt(np.mean((a - b) ** 2)), np.sqrt(np.mean(b**2))
    if error < HALF_A_STEP or not np.isfinite(error):
        return -np.inf if np.array_equal(a, b, equal_nan=True) or error < HALF_A_STEP else np.inf
    return float(20 * np.log10(error / max(level, HALF_A_STEP)))


def in_another_order(first: np.ndarray, second: np.ndarray) -> bool:
    """Say whether each channel of one is a channel of the other."""
    places = range(first.shape[1])
    return len(places) > 1 and all(
        any(apart_db(first[:, [i]], second[:, [j]]) <= AGREES_DB for j in places) for i in places
    )


def outcome(path: Path) -> tuple[str, str]:
    """Compare one file; return what came out, in one word or two, and the details."""
    a, b = ours(path), theirs(path)
    if isinstance(a, str) or isinstance(b, str):
        if isinstance(a, str) and isinstance(b, str):
            return "read by neither", a
        return ("only ffmpeg", f"{a}") if isinstance(a, str) else ("only we", f"{b}")
    lengths = f"{len(a.y)} and {len(b.y)} samples"
    if a.decoder:
        return "given to ffmpeg", lengths
    if a.sr != b.sr and path.suffix == ".opus":
        return ("opus at another rate", f"{a.sr} and {b.sr} Hz, {lengths}")
    if (a.sr, a.y.shape[1]) != (b.sr, b.y.shape[1]):
        return "differ", f"{a.sr} Hz {a.y.shape}, {b.sr} Hz {b.y.shape}"
    if np.array_equal(a.y, b.y, equal_nan=True):
        return "equal", ""
    size = min(len(a.y), len(b.y)) + LARGEST_LAG
    apart = apart_db(a.y[:size], b.y[:size])
    if a.fault:
        words = f"{lengths}, {a.fault}"
        return ("what was read agrees" if apart <= AGREES_DB else "differ"), words
    if apart <= AGREES_DB and abs(len(a.y) - len(b.y)) <= PADDING:
        return "agree", f"{apart:.0f} dB, {lengths}"
    if abs(len(a.y) - len(b.y)) <= PADDING and in_another_order(a.y, b.y):
        return "agree, channels in another order", lengths
    if apart_db(a.y, b.y, skip=BEGINNING) <= AGREES_DB and abs(len(a.y) - len(b.y)) <= PADDING:
        return "agree but for the beginning", f"{apart:.0f} dB, {lengths}"
    return "differ", f"{apart:.0f} dB, {lengths}"


def known(name: str) -> str:
    """Return why a file gives other samples, empty if nobody knows."""
    return next((KNOWN[key] for key in KNOWN if fnmatch.fnmatch(name, key)), "")


def main() -> None:
    """Compare all files and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="say what came out of each file")
    arguments = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("ffmpeg is not on the PATH")
    counts: collections.Counter[str] = collections.Counter()
    unknown = 0
    for path in sorted(path for path in arguments.folder.rglob("*") if path.is_file()):
        found, details = outcome(path)
        name = path.relative_to(arguments.folder).as_posix()
        if found in {"differ", "only ffmpeg"}:
            reason = known(name)
            unknown += not reason
            found = f"{found}: {reason or 'NOT EXPLAINED'}"
        counts[found] += 1
        if arguments.list or "NOT EXPLAINED" in found:
            print(f"{name}: {found} ({details})")
    for found, count in counts.most_common():
        print(f"{count:5}  {found}")
    sys.exit(bool(unknown))


if __name__ == "__main__":
    main()
