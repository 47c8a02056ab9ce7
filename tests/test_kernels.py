"""Each kernel alone, against the library function that it stands for."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from genre_audio.kernels.bands import band_levels, spectral_change
from genre_audio.kernels.levels import mix_two, window_levels
from genre_audio.kernels.median import running_median
from genre_audio.kernels.parts import add_samples, harmonic_share
from genre_audio.kernels.peaks import spectral_peaks
from genre_audio.kernels.shapes import spectral_shapes
from genre_audio.kernels.windows import window_frames
from signals import SR, chord, clicks, music, noise, silence, tone

SIGNALS = {
    "chord": chord(),
    "clicks": clicks(seconds=2),
    "noise": noise(),
    "music": music(3.3),
    "music after silence": np.concatenate([silence(1.0), music(1.0)]),
    "next to the Nyquist frequency": tone(11_000),
}


def spectrum(name: str) -> np.ndarray:
    return np.ascontiguousarray(np.abs(librosa.stft(SIGNALS[name], pad_mode="reflect")))


def matrices(max_side: int) -> st.SearchStrategy[np.ndarray]:
    shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=max_side)
    return hnp.arrays(np.float32, shapes, elements=st.floats(0, 1e4, width=32))


# -- running medians -------------------------------------------------------------------


def naive_median(X: np.ndarray) -> np.ndarray:
    padded = np.pad(X, ((15, 15), (0, 0)), mode="symmetric")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 31, axis=0), axis=-1)


@given(X=matrices(80))
def test_medians_are_those_of_sorted_windows(X: np.ndarray) -> None:
    found = running_median(X)
    assert found.dtype == np.float32
    assert np.array_equal(found, naive_median(X))


@pytest.mark.parametrize("shape", [(31, 3), (44, 200), (50, 1025), (1025, 44), (500, 7)])
@pytest.mark.parametrize("kind", ["noise", "ties", "zeros and ones", "rising", "falling", "huge"])
def test_medians_of_awkward_matrices(
    shape: tuple[int, int], kind: str, rng: np.random.Generator
) -> None:
    n = shape[0] * shape[1]
    X = {
        "noise": rng.normal(size=n),
        "ties": rng.integers(0, 3, n),
        # A network that sorts every zero and one sorts everything (Knuth's 0-1 principle).
        "zeros and ones": rng.integers(0, 2, n),
        "rising": np.arange(n),
        "falling": -np.arange(n),
        "huge": rng.choice([0.0, 1e-38, 3e38, np.inf], n),
    }[kind]
    X = X.reshape(shape).astype(np.float32)
    # As librosa calls it. (Where the window is longer than the column, scipy 1.17 errs.)
    expected = scipy.ndimage.median_filter(X, size=(31, 1), mode="reflect")
    assert np.array_equal(running_median(X), expected)


@given(data=st.data())
def test_a_block_of_medians_is_that_block_of_all(data: st.DataObject) -> None:
    X = np.random.default_rng(0).random((90, 150), dtype=np.float32)
    sides = []
    for length in X.shape:
        start = data.draw(st.integers(0, length - 1))
        sides.append(range(start, data.draw(st.integers(start + 1, length))))
    rows, columns = sides
    found = running_median(X, rows=rows, columns=columns)
    expected = naive_median(X)[rows.start : rows.stop, columns.start : columns.stop]
    assert np.array_equal(found, expected)


# -- levels ----------------------------------------------------------------------------


@given(
    block=hnp.arrays(
        np.float32,
        st.tuples(st.integers(0, 40), st.just(2)),
        elements=st.floats(width=32),
    )
)
def test_mixes_are_numpys_means(block: np.ndarray) -> None:
    out = np.empty(len(block), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        expected = block.mean(axis=1, dtype=np.float64).astype(np.float32)
        fits = bool(np.isfinite(block.sum(axis=1, dtype=np.float32)).all())
    assert mix_two(block.ravel(), out) == fits
    if fits:
        assert out.tobytes() == expected.tobytes()  # the sign of zeros, too


@given(seed=st.integers(0, 99), samples=st.integers(1, 300), loud=st.booleans())
def test_levels_are_numpys(seed: int, samples: int, loud: bool) -> None:
    windows = np.random.default_rng(seed).uniform(-0.9, 0.9, (3, samples)).astype(np.float32)
    if loud:
        windows[1] = np.clip(20 * windows[1], -1, 1)
    out = np.empty((3, 4))
    window_levels(windows, out)
    exact = windows.astype(np.float64)
    # Sums of float64 in another order.
    assert out[:, 0] == pytest.approx(exact.sum(axis=1), abs=1e-12)
    assert out[:, 1] == pytest.approx((exact**2).sum(axis=1), rel=1e-12)
    assert np.array_equal(out[:, 2], np.abs(windows).max(axis=1))
    assert np.array_equal(out[:, 3], (np.abs(windows) >= np.float32(0.999)).sum(axis=1))


# -- windows ---------------------------------------------------------------------------


@given(hop_length=st.integers(1, 9), first=st.integers(0, 9), count=st.integers(0, 5))
def test_windowed_frames_are_numpys(hop_length: int, first: int, count: int) -> None:
    rng = np.random.default_rng(0)
    y, window = rng.normal(size=200).astype(np.float32), rng.normal(size=16)
    frames = np.lib.stride_tricks.sliding_window_view(y, 16)[::hop_length][first : first + count]
    out = np.empty((count, 16))
    window_frames(y, first, hop_length, window, out)
    assert np.array_equal(out, frames * window)


# -- spectral shapes -------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("frames", [1, 63, 65, None])
def test_shapes_are_librosas(name: str, frames: int | None) -> None:
    S = np.ascontiguousarray(spectrum(name)[:, :frames])
    frequencies = librosa.fft_frequencies(sr=SR, n_fft=2048)
    found = spectral_shapes(S, frequencies=frequencies, roll_percent=0.85)
    # librosa rounds each bin's share to float32 before it sums them; rolloffs are bins.
    centroid = librosa.feature.spectral_centroid(S=S, sr=SR)[0]
    bandwidth = librosa.feature.spectral_bandwidth(S=S, sr=SR)[0]
    assert found[0] == pytest.approx(centroid, rel=1e-7)
    assert found[1] == pytest.approx(bandwidth, rel=1e-6)
    assert np.array_equal(found[2], librosa.feature.spectral_rolloff(S=S, sr=SR)[0])


def test_silent_frames_have_no_shape() -> None:
    S = np.zeros((1025, 3), np.float32)
    found = spectral_shapes(S, frequencies=np.arange(1025.0), roll_percent=0.85)
    assert not found.any()


# -- bands and changes of spectra --------------------------------------------------------


@given(X=matrices(80), count=st.integers(1, 9), floor=st.sampled_from([1e-5, 0.1]))
def test_levels_of_bands_are_numpys(X: np.ndarray, count: int, floor: float) -> None:
    strongest = max(float(X.max()), 1.0)
    widths = np.array([len(X) // 2, len(X) - len(X) // 2])
    edges = np.cumsum([0, *widths[widths > 0]])
    counts = np.minimum(count, np.diff(edges))
    out = np.empty((4, len(counts), X.shape[1]))
    band_levels(X, edges, counts, np.float32(strongest), np.float32(floor), out)
    shares = np.maximum(X / np.float64(strongest), np.float64(np.float32(floor)))
    for b, (band, n) in enumerate(zip(np.split(shares, edges[1:-1]), counts, strict=True)):
        ordered = np.sort(band, axis=0)
        expected = [
            np.log(band**2).mean(axis=0),
            (band**2).mean(axis=0),
            ordered[:n].mean(axis=0),
            ordered[-n:].mean(axis=0),
        ]
        # Shares are rounded to float32, once by the scale and once by the product.
        assert out[:, b] == pytest.approx(np.array(expected), rel=1e-6, abs=1e-6)


@given(X=matrices(80))
def test_changes_of_spectra_are_numpys(X: np.ndarray) -> None:
    total = X.sum(axis=1, keepdims=True, dtype=np.float64)
    shares = np.divide(X, total, out=np.zeros(X.shape), where=total > 1e-30)
    out = np.empty(len(X) - 1)
    spectral_change(X, out)
    # Sums of float32 in another order.
    assert out == pytest.approx(np.abs(np.diff(shares, axis=0)).sum(axis=1), abs=1e-5)


# -- spectral peaks --------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("power", [1, 2])
def test_peaks_are_librosas(name: str, power: int) -> None:
    S = spectrum(name) ** power
    pitches, magnitudes = librosa.piptrack(S=S, sr=SR)
    places, heights = spectral_peaks(S, bins=range(14, 372), threshold=0.1)
    # Both go through the matrix bin by bin, so even the order is the same.
    assert np.array_equal((places * float(SR) / 2048).astype(np.float32), pitches[pitches > 0])
    assert np.array_equal(heights, magnitudes[pitches > 0])


@given(S=matrices(30))
def test_peaks_of_any_matrix_are_librosas(S: np.ndarray) -> None:
    if len(S) < 3:
        return
    n_fft = 2 * (len(S) - 1)
    below_the_last_bin = (len(S) - 1.5) * SR / n_fft
    pitches, magnitudes = librosa.piptrack(S=S, sr=SR, fmin=1.0, fmax=below_the_last_bin)
    places, heights = spectral_peaks(S, bins=range(1, len(S) - 1), threshold=0.1)
    assert np.array_equal((places * float(SR) / n_fft).astype(np.float32), pitches[pitches > 0])
    assert np.array_equal(heights, magnitudes[pitches > 0])


# -- parts -----------------------------------------------------------------------------


@given(X=hnp.arrays(np.float32, (2, 7, 5), elements=st.floats(0, 2.0**60, width=32)))
def test_shares_are_librosas_soft_masks(X: np.ndarray) -> None:
    D, out = np.full(X[0].shape, 3 - 4j, np.complex64), np.empty(X[0].shape, np.complex64)
    harmonic_share(D, X[0], X[1], out)
    mask = librosa.util.softmask(X[0], X[1], power=2, split_zeros=True)
    # librosa rounds three times to float32; squares below 1e-38 are lost to it.
    assert out == pytest.approx(D * mask, rel=1e-6, abs=1e-30)


@pytest.mark.filterwarnings("ignore:n_fft=2048 is too large:UserWarning")
@pytest.mark.parametrize("hops", [1, 2, 3, 4, 9])
def test_samples_are_those_of_librosas_inverse(hops: int, rng: np.random.Generator) -> None:
    y = rng.normal(size=512 * hops + 100).astype(np.float32)
    D = librosa.stft(rng.normal(size=len(y)).astype(np.float32), pad_mode="reflect")
    part = librosa.istft(D, dtype=np.float32).astype(np.float64)
    rest = y[: len(part)] - part
    frames = np.fft.irfft(np.ascontiguousarray(D.T), n=2048)
    window = librosa.filters.get_window("hann", 2048).astype(np.float32)
    sums = np.zeros((4, 512))
    for done in range(hops):  # hop by hop, with no more frames than each needs
        first = done - 1
        some = np.zeros((4, 2048), np.float32)
        there = range(max(0, first), min(len(frames), first + 4))
        some[there.start - first : there.stop - first] = frames[there.start : there.stop]
        add_samples(some, first, y, (done, done + 1, hops), window, sums)
    expected = [part.sum(), (part**2).sum(), rest.sum(), (rest**2).sum()]
    # float32 frames, each sample rounded a few times: 1e-7 of sums of up to 5,000.
    assert sums.sum(axis=1) == pytest.approx(expected, rel=1e-6, abs=1e-3)
