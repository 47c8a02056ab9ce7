"""Constants against the libraries that define them."""

from __future__ import annotations

import warnings

import librosa
import numpy as np
import pytest
import scipy.fft
import scipy.signal

from genre_audio.features.filters import (
    chroma_filters,
    cosines,
    fft_frequencies,
    hann,
    mel_filters,
)


@pytest.mark.parametrize("n", [2, 344, 512, 2048])
def test_windows_are_scipys(n: int) -> None:
    assert np.array_equal(hann(n), scipy.signal.get_window("hann", n, fftbins=True))


@pytest.mark.parametrize(("sr", "n_fft"), [(22050, 2048), (44100, 4096), (8000, 512), (1600, 256)])
def test_banks_are_librosas(sr: int, n_fft: int) -> None:
    frequencies = librosa.fft_frequencies(sr=sr, n_fft=n_fft)
    assert np.array_equal(fft_frequencies(sr, n_fft), frequencies)
    for n_mels in (40, 128):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Empty filters detected", UserWarning)
            theirs = librosa.filters.mel(sr=sr, n_fft=n_fft, n_mels=n_mels)
        ours = mel_filters(sr, n_fft, n_mels).toarray()
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)


def test_chroma_filters_are_librosas_for_every_tuning() -> None:
    for tuning in np.linspace(-0.5, 0.5, 101):
        theirs = librosa.filters.chroma(sr=22050, n_fft=2048, tuning=tuning)
        ours = chroma_filters(22050, 2048, 12, float(tuning))
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(("n_out", "n_in"), [(20, 128), (8, 8), (1, 40)])
def test_cosines_are_scipys(n_out: int, n_in: int) -> None:
    theirs = scipy.fft.dct(np.eye(n_in), axis=0, norm="ortho")[:n_out]
    # A transform sums in another order: a few roundings of float64.
    assert np.abs(cosines(n_out, n_in) - theirs).max() < 1e-14
