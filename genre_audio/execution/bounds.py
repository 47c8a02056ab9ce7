"""What one item may take, and what is said of one that took a worker's life."""

from __future__ import annotations

import dataclasses
from typing import Final, Literal

__all__ = ["Bounds", "Lost"]

_MEBIBYTE: Final = 2**20


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What one item may take in a worker process, before it is stopped.

    Attributes
    ----------
    seconds : float
        Any item may take so long.
    factor : float
        And so many times the seconds that it was expected to take.
    megabytes : int or None
        Memory that a worker may ask for beyond what it began with; None for no bound.
        Kept by Linux only.

    Examples
    --------
    >>> from genre_audio.execution import Bounds
    >>> Bounds(seconds=120.0, factor=60.0).allowed(2.0)
    240.0
    """

    seconds: float = 120.0
    factor: float = 60.0
    megabytes: int | None = None

    def allowed(self, cost: float) -> float:
        """Return the seconds that an item may take which was expected to take `cost`."""
        return self.seconds + self.factor * cost

    @property
    def bytes(self) -> int | None:
        """The bound of memory, in bytes."""
        return None if self.megabytes is None else self.megabytes * _MEBIBYTE


@dataclasses.dataclass(frozen=True)
class Lost:
    """Why an item has no result: two workers failed on it, the second with nothing else.

    Attributes
    ----------
    reason : str
        ``"died"``: the process ended. ``"hung"``: it was stopped after its time.
        ``"memory"``: it asked for more memory than there is, or than it may have.
    detail : str
        How, in words.

    Examples
    --------
    >>> from genre_audio.execution import Lost
    >>> Lost("died", "by the signal SIGSEGV").reason
    'died'
    """

    reason: Literal["died", "hung", "memory"]
    detail: str
