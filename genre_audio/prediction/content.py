"""What a recording holds, stretch by stretch: speech, singing, instruments, noise, silence.

Before genre comes content: field tapes hold speech, pauses and handling noise between the
songs, and a genre model has an answer for those as well. A `ContentTimeline` says which
stretch is what, and from it follows how much each segment counts when a recording's
genre is pooled. The segments themselves stay where they are, so that no table of features
depends on a model.

Here is what a timeline is and what it is good for; `listening` makes one. Nothing may
enter here that reads recordings.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.prediction.timeline import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["MUSIC", "SILENCE", "ContentTimeline", "Stretch", "music_weights"]

SILENCE: Final = "silence"
"""The content that is told by level and not by learning."""

MUSIC: Final = frozenset({"solo_singing", "choir_singing", "instrumental"})
"""The contents that a genre may be asked of."""


@dataclasses.dataclass(frozen=True)
class Stretch:
    """A stretch of a recording that holds one content.

    Attributes
    ----------
    start, stop : float
        Place in the recording, in seconds.
    content : str
        ``"speech"``, ``"solo_singing"``, ``"choir_singing"``, ``"instrumental"``,
        ``"noise"`` or ``"silence"``.
    probability : float
        Mean probability of it over the stretch, given all that was heard before and after;
        1 for silence, which is measured.

    Examples
    --------
    >>> from genre_audio.prediction import Stretch
    >>> Stretch(0.0, 12.5, "solo_singing", 0.97).music
    True
    """

    start: float
    stop: float
    content: str
    probability: float

    @property
    def music(self) -> bool:
        """Whether it is music."""
        return self.content in MUSIC

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.stop - self.start

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class ContentTimeline:
    """The contents of one recording, in order of time and without gaps.

    Attributes
    ----------
    stretches : tuple of Stretch
        Each begins where the one before ends; neighbours differ in content.
    model : dict
        Identity of the model that told them apart.

    Examples
    --------
    >>> from genre_audio.prediction import ContentTimeline, Stretch
    >>> speech, song = Stretch(0, 10, "speech", 0.9), Stretch(10, 40, "choir_singing", 0.8)
    >>> timeline = ContentTimeline((speech, song))
    >>> timeline.share_of_music(0.0, 20.0), timeline.seconds
    (0.5, {'speech': 10, 'choir_singing': 30})
    """

    stretches: tuple[Stretch, ...]
    model: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stretches as spans, the form in which timelines are exported."""
        return tuple(Span(s.start, s.stop, s.content, s.probability) for s in self.stretches)

    @property
    def seconds(self) -> dict[str, float]:
        """How many seconds there are of each content that there is."""
        found: dict[str, float] = {}
        for stretch in self.stretches:
            found[stretch.content] = found.get(stretch.content, 0) + stretch.seconds
        return found

    def share_of_music(self, start: float, stop: float) -> float:
        """Return how much of a part of the recording is music, from 0 to 1."""
        if stop <= start:
            return 0.0
        music = [stretch for stretch in self.stretches if stretch.music]
        shared = sum(max(0.0, min(stop, s.stop) - max(start, s.start)) for s in music)
        return min(1.0, shared / (stop - start))

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return {
            "stretches": [stretch.as_dict() for stretch in self.stretches],
            "seconds": self.seconds,
            "model": self.model,
        }


def music_weights(
    lengths: NDArray[np.float64],
    places: Sequence[tuple[float, float]],
    timeline: ContentTimeline | None,
    *,
    whole: bool = False,
) -> tuple[NDArray[np.float64], str]:
    """Say how much each segment of a recording counts: by how much music it holds.

    Parameters
    ----------
    lengths : ndarray of float, shape (segments,)
        How long each is, in any unit.
    places : sequence of (float, float)
        Start and stop of each, in s.
    timeline : ContentTimeline, optional
        What the recording holds; without it, segments count by their length.
    whole : bool
        Whether segments count by their length whatever they hold.

    Returns
    -------
    weights : ndarray of float64, shape (segments,)
        At least one is above zero.
    how : str
        ``"music"``, ``"length"``, or ``"length: no music found"``.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.prediction import ContentTimeline, Stretch, music_weights
    >>> parts = Stretch(0.0, 30.0, "speech", 0.9), Stretch(30.0, 60.0, "instrumental", 0.9)
    >>> places = [(0.0, 30.0), (30.0, 60.0)]
    >>> music_weights(np.array([1.0, 1.0]), places, ContentTimeline(parts))
    (array([0., 1.]), 'music')
    >>> music_weights(np.array([1.0, 1.0]), places, ContentTimeline(parts[:1]))
    (array([1., 1.]), 'length: no music found')
    """
    if timeline is None or whole:
        return lengths, "length"
    shares = np.array([timeline.share_of_music(start, stop) for start, stop in places])
    weights = lengths * shares
    if not weights.any():
        return lengths, "length: no music found"
    return weights, "music"
