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

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Quality", "QualityMeter"]

_WINDOW_SECONDS: Final = 0.1
_FULL_SCALE: Final = 0.999
_FLOOR: Final = 1e-6  # -120 dBFS, below the noise of 16 bits


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

    def as_dict(self) -> dict[str, Any]:
        """Return the figures by name, levels rounded to 0.01 dB."""
        rounded = {
            name: round(value, 2) if name.endswith("dbfs") else value
            for name, value in dataclasses.asdict(self).items()
        }
        return rounded | {
            "clipped": round(self.clipped, 8),
            "dc_offset": round(self.dc_offset, 8),
        }


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
        self._frames = 0
        self._peak = 0.0
        self._clipped = 0
        self._sums = array.array("d")  # of each whole window: of samples, of their squares
        self._held = np.empty((self._window, channels), dtype=np.float32)
        self._holding = 0

    def update(self, block: NDArray[np.float32]) -> None:
        """Add a block of samples, shape (frames, channels), finite."""
        self._frames += len(block)
        peak = max(float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        self._peak = max(self._peak, peak)
        if peak >= _FULL_SCALE:
            self._clipped += int(np.count_nonzero(block >= _FULL_SCALE))
            self._clipped += int(np.count_nonzero(block <= -_FULL_SCALE))
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
        self._sums.frombytes(_window_sums(windows).tobytes())

    def result(self) -> Quality:
        """Return the figures over all blocks so far."""
        full = np.array(self._sums).reshape(-1, 2)
        rest = np.empty((0, 2))
        if self._holding:
            rest = _window_sums(self._held[: self._holding].reshape(1, -1))
        total = np.concatenate([full, rest]).sum(axis=0)
        count = max(1, self._frames * self._channels)
        # A last, partial window would be judged by too few samples.
        powers = (full if len(full) else rest)[:, 1] / (
            self._window * self._channels if len(full) else count
        )
        floor = float(np.quantile(powers, 0.1)) if len(powers) else 0.0
        return Quality(
            sr=self._sr,
            channels=self._channels,
            seconds=self._frames / self._sr,
            peak_dbfs=_dbfs(self._peak),
            rms_dbfs=_dbfs(math.sqrt(total[1] / count)),
            noise_floor_dbfs=_dbfs(math.sqrt(floor)),
            clipped=self._clipped / count,
            dc_offset=float(total[0]) / count,
        )


def _window_sums(windows: NDArray[np.float32]) -> NDArray[np.float64]:
    samples = windows.astype(np.float64)
    sums = np.empty((len(windows), 2))
    samples.sum(axis=1, out=sums[:, 0])
    np.square(samples, out=samples)
    samples.sum(axis=1, out=sums[:, 1])
    return sums


def _dbfs(amplitude: float) -> float:
    return 20.0 * math.log10(max(amplitude, _FLOOR))
