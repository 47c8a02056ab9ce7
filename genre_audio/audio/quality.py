"""How good a recording is, measured while it is decoded and before it is mixed down.

Level, clipping and noise can change a label, so they are said beside it. All figures
are running sums over fixed windows: they do not depend on the size of the blocks in
which a file happens to be read.
"""

from __future__ import annotations

import array
import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.audio.sampled import SampledMeter

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Quality", "QualityMeter"]

_WINDOW_SECONDS: Final = 0.1
_FLOOR: Final = 1e-6  # -120 dBFS, below the noise of 16 bits
_SILENT: Final = 1e-6  # a power 60 dB down


@dataclasses.dataclass(frozen=True)
class Quality:
    """What was measured over a whole recording, all channels.

    Attributes
    ----------
    sr : int
        Sampling rate of the file in Hz.
    channels : int
        Number of channels of the file.
    seconds : float
        Length in decoded samples, not as the header says.
    peak_dbfs, rms_dbfs : float
        Highest sample and mean level, in dB re full scale (never below -120).
    noise_floor_dbfs : float
        Level of the quietest tenth of all 0.1 s windows.
    clipped : float
        Share of the samples that stand at full scale.
    dc_offset : float
        Mean of all samples.
    bandwidth_hz : int, optional
        Frequency above which the spectrum, averaged over time (see `sampled`) and over
        200 Hz, stays 60 dB below its highest. Noise counts as sound. None where nothing
        was heard, and in what earlier versions wrote.
    channel_balance_db : float, optional
        Level of the softest channel relative to the loudest; None where there is one.
    mixdown_db : float, optional
        Level of the channels' mean relative to that of the channels: 0 where they are the
        same, -3 where they have nothing in common, far lower where they cancel.
    silent : float, optional
        Share of the 0.1 s windows that lie 60 dB or more below the mean level.
    decoder : str, optional
        What read the file, where it was not libsndfile, such as ``"ffmpeg 5.1"``.

    Examples
    --------
    See `QualityMeter`.
    """

    sr: int
    channels: int
    seconds: float
    peak_dbfs: float
    rms_dbfs: float
    noise_floor_dbfs: float
    clipped: float
    dc_offset: float
    bandwidth_hz: int | None = None
    channel_balance_db: float | None = None
    mixdown_db: float | None = None
    silent: float | None = None
    decoder: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures that there are by name, levels rounded to 0.01 dB."""
        found = {key: value for key, value in dataclasses.asdict(self).items() if value is not None}
        for name in found:
            if name.endswith(("dbfs", "_db")):
                found[name] = round(found[name], 2)
            elif name in {"clipped", "dc_offset", "silent"}:
                found[name] = round(found[name], 8)
        return found


class QualityMeter:
    """Running measurement; feed it every decoded block in order.

    Parameters
    ----------
    sr : int
        Sampling rate of the file in Hz.
    channels : int
        Number of channels of the file.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.quality import QualityMeter
    >>> meter = QualityMeter(sr=8000, channels=1)
    >>> meter.update(np.full((8000, 1), 0.1, dtype=np.float32))
    >>> round(meter.result().peak_dbfs, 1)
    -20.0
    """

    def __init__(self, *, sr: int, channels: int) -> None:
        self._sr = sr
        self._channels = channels
        self._window = max(1, round(_WINDOW_SECONDS * sr))
        self._sampled = SampledMeter(sr=sr, channels=channels, window=self._window)
        self._frames = 0
        self._levels = array.array("d")  # four of each whole window
        self._held = np.empty((self._window, channels), dtype=np.float32)
        self._holding = 0

    def update(self, block: NDArray[np.float32]) -> None:
        """Add a block of samples, shape (frames, channels), finite."""
        self._frames += len(block)
        if self._holding:
            block = self._hold(block)
            if self._holding < self._window:
                return
            self._add(self._held)
            self._holding = 0
        whole = len(block) // self._window * self._window
        self._add(block[:whole])
        self._hold(block[whole:])

    def _hold(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keep what a window still lacks of a block; return what is left over."""
        part = block[: self._window - self._holding]
        self._held[self._holding : self._holding + len(part)] = part
        self._holding += len(part)
        return block[len(part) :]

    def _add(self, samples: NDArray[np.float32]) -> None:
        windows = samples.reshape(-1, self._window * self._channels)
        self._levels.frombytes(_window_levels(windows).tobytes())
        self._sampled.update(windows)

    def result(self) -> Quality:
        """Return the figures over all blocks so far."""
        full = np.array(self._levels).reshape(-1, 4)
        rest = np.empty((0, 4))
        if self._holding:
            rest = _window_levels(self._held[: self._holding].reshape(1, -1))
        levels = np.concatenate([full, rest])
        total, power, _, clipped = levels.sum(axis=0).tolist()
        count = max(1, self._frames * self._channels)
        # A last, partial window would be judged by too few samples.
        powers = (full if len(full) else rest)[:, 1] / (
            self._window * self._channels if len(full) else count
        )
        floor = float(np.quantile(powers, 0.1)) if len(powers) else 0.0
        silent = float((powers <= _SILENT * power / count).mean()) if len(powers) else None
        return Quality(
            sr=self._sr,
            channels=self._channels,
            seconds=self._frames / self._sr,
            peak_dbfs=_dbfs(float(levels[:, 2].max(initial=0.0))),
            rms_dbfs=_dbfs(math.sqrt(power / count)),
            noise_floor_dbfs=_dbfs(math.sqrt(floor)),
            clipped=clipped / count,
            dc_offset=total / count,
            bandwidth_hz=self._sampled.bandwidth_hz(),
            channel_balance_db=self._sampled.channel_balance_db(),
            mixdown_db=self._sampled.mixdown_db(),
            silent=silent,
        )


def _window_levels(windows: NDArray[np.float32]) -> NDArray[np.float64]:
    from genre_audio.kernels.levels import window_levels

    levels = np.empty((len(windows), 4))
    window_levels(np.ascontiguousarray(windows), levels)
    return levels


def _dbfs(amplitude: float) -> float:
    return 20.0 * math.log10(max(amplitude, _FLOOR))
