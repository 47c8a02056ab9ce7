"""Which items travel together to a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CLUSTER_SECONDS", "PARCEL_SECONDS", "parcels"]

PARCEL_SECONDS: Final = 0.3
"""Sending work to another process and back takes a millisecond: little of this."""

CLUSTER_SECONDS: Final = 3.0
"""Through a cluster it takes some milliseconds of a scheduler that all workers share, and it
remembers a little of each parcel; a worker that dies takes so much work with it."""


def parcels(
    costs: Sequence[float], *, n_jobs: int, seconds: float = PARCEL_SECONDS
) -> list[list[int]]:
    """Return the places of items, dear ones first and by themselves, cheap ones in parcels.

    Parcels become smaller towards the end, so that all workers end at the same time. A
    single worker takes all items as they come.

    Parameters
    ----------
    costs : sequence of float
        Seconds that each item is expected to take.
    n_jobs : int
        Number of workers.
    seconds : float, optional
        What a parcel takes at most, unless a single item takes more.

    Examples
    --------
    >>> from genre_audio.execution.parcels import parcels
    >>> parcels([0.01, 5.0, 0.02, 0.01], n_jobs=2)
    [[1], [2], [0], [3]]
    """
    found: list[list[int]] = []
    left, room = sum(costs), 0.0
    order = list(range(len(costs)))
    if n_jobs > 1:
        order.sort(key=costs.__getitem__, reverse=True)
    for place in order:
        cost = costs[place]
        if not found or cost > room:
            found.append([])
            room = min(seconds, left / (4 * n_jobs))
        found[-1].append(place)
        room -= cost
        left -= cost
    return found
