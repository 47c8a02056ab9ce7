"""How wide a recording's spectrum is and how its channels differ, from a part of it.

A Fourier transform of everything would cost as much as decoding. The first 0.1 s of each
second are looked at, and after ten seconds those of every fifth second: enough to say
something of a whole recording, whether short or long. Which windows these are depends on
nothing but their place, so neither do the figures depend on how a file happens to be read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SampledMeter"]

_EVERY: Final = 10
_EARLY: Final = 100
_LATER: Final = 50
_LONGEST: Final = 1024  # 23 ms at 44.1 kHz, 43 Hz apart
_SMOOTH_HZ: Final = 200.0
_DOWN: Final = 1e-6  # 60 dB
_FLOOR: Final = 1e-12  # -120 dB


class SampledMeter:
    """Running measurement over some of the windows; feed it all in order.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    channels : int
        Number of channels.
    window : int
        Frames of each window.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.sampled import SampledMeter
    >>> meter = SampledMeter(sr=8000, channels=2, window=800)
    >>> left = 0.5 * np.sin(2 * np.pi * 1000 / 8000 * np.arange(800, dtype=np.float32))
    >>> meter.update(np.stack([left, -left], axis=1).reshape(1, -1))
    >>> meter.bandwidth_hz(), meter.mixdown_db()
    (1109, -120.0)
    """

    def __init__(self, *, sr: int, channels: int, window: int) -> None:
        self._sr = sr
        self._channels = channels
        self._window = window
        self._size = min(_LONGEST, 1 << (window.bit_length() - 1))
        self._seen = 0
        self._taper = np.hanning(self._size + 1)[:-1]
        even = channels + channels % 2
        self._held = np.zeros((self._size, even))
        self._spectrum = np.zeros(self._size)
        self._products = np.zeros((even, even))

    def update(self, windows: NDArray[np.float32]) -> None:
        """Add whole windows, shape (windows, frames * channels)."""
        for place in range(-self._seen % _EVERY, len(windows), _EVERY):
            # One at a time, so that sums do not depend on how many come at once.
            number = self._seen + place
            if number < _EARLY or number % _LATER == 0:
                self._add(windows[place].reshape(self._window, self._channels))
        self._seen += len(windows)

    def _add(self, samples: NDArray[np.float32]) -> None:
        self._held[:, : self._channels] = samples[: self._size]
        if self._channels > 1:
            self._products += self._held.T @ self._held
        # Two channels share one transform, as a real and an imaginary part.
        lines = np.fft.fft(self._held.view(np.complex128).T * self._taper)
        self._spectrum += (lines.real**2 + lines.imag**2).sum(axis=0)

    def bandwidth_hz(self) -> int | None:
        """Return the frequency above which the mean spectrum stays 60 dB below its highest.

        Averaged over 200 Hz. None where nothing was heard.
        """
        step = self._sr / self._size
        count = max(1, round(_SMOOTH_HZ / step)) | 1
        # What belongs to both channels stands at a frequency and at its mirror image.
        half = np.arange(self._size // 2 + 1)
        power = self._spectrum[half] + self._spectrum[-half]
        if len(power) <= count or not power.any():
            return None
        mean = np.convolve(power, np.full(count, 1.0 / count), mode="same")
        last = np.flatnonzero(mean >= _DOWN * mean.max())[-1]
        return round(float(last) * step)

    def channel_balance_db(self) -> float | None:
        """Return the level of the softest channel beside the loudest, None where one is all."""
        powers = self._products.diagonal()[: self._channels]
        loudest = float(powers.max())
        return _ratio_db(float(powers.min()), loudest) if loudest > 0.0 else None

    def mixdown_db(self) -> float | None:
        """Return the level of the channels' mean beside that of the channels.

        0 where they are the same, -3 where two have nothing in common or one is silent,
        -120 where they cancel; None where there is only one.
        """
        apart = float(self._products.trace())
        together = float(self._products.sum()) / self._channels
        return _ratio_db(together, apart) if apart > 0.0 else None


def _ratio_db(part: float, whole: float) -> float:
    # Rounding may put equal channels a hair above zero.
    return min(0.0, 10.0 * math.log10(max(part / whole, _FLOOR)))
