"""The transform against librosa's: the same bits."""

from __future__ import annotations

import platform
import subprocess
import sys

import librosa
import numpy as np
import pytest

from genre_audio.features.fourier import Transform
from signals import clicks, music, tone


@pytest.mark.filterwarnings("ignore:n_fft=2048 is too large:UserWarning")
@pytest.mark.parametrize("n", [1025, 2048, 22050, 32 * 512 - 1, 32 * 512, 100_001])
def test_spectra_are_librosas(n: int) -> None:
    y = music(5.0)[:n]
    transform = Transform.of(y, n_fft=2048, hop_length=512, pad_mode="reflect")
    D = librosa.stft(y, pad_mode="reflect")
    assert transform.n_fft == 2048
    assert transform.D.dtype == D.dtype
    assert np.array_equal(transform.D, D.T)
    assert np.array_equal(transform.magnitudes, np.abs(D).T)
    assert np.array_equal(transform.S, np.abs(D))


@pytest.mark.parametrize("y", [tone(), clicks(seconds=2)])
def test_neighbours_in_memory_are_what_they_say(y: np.ndarray) -> None:
    transform = Transform.of(y, n_fft=2048, hop_length=512, pad_mode="reflect")
    for array in (transform.D, transform.magnitudes, transform.S):
        assert array.flags.c_contiguous


FAULTS = """
import resource
import numpy as np
from genre_audio.features import feature_row
from genre_audio.segment import Segment

y = np.random.default_rng(0).normal(size=30 * 22050).astype(np.float32)
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    feature_row(Segment(y=y, sr=22050))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(after - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries keep other memory")
def test_the_memory_of_a_segment_serves_the_next() -> None:
    found = subprocess.run([sys.executable, "-c", FAULTS], check=True, capture_output=True)
    # Some 3,000 pages of 4 kB, were it given back.
    assert int(found.stdout) < 300
