"""What a model says of one recording."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from genre_audio.prediction.places import seconds_covered

if TYPE_CHECKING:
    from genre_audio.prediction.content import ContentTimeline
    from genre_audio.prediction.likeness import Neighbour
    from genre_audio.prediction.quality_words import Remark
    from genre_audio.prediction.reasons import Reason
    from genre_audio.prediction.timeline import GenreTimeline
    from genre_audio.prediction.verdict import Verdict
    from genre_audio.segment import Refused

__all__ = ["SHORTEST", "Prediction", "SegmentPrediction"]

SHORTEST: Final = 3.0
"""Length in s below which music and other sound are not told apart reliably."""


@dataclasses.dataclass(frozen=True)
class SegmentPrediction:
    """What one segment resembles.

    Attributes
    ----------
    start, stop : float
        Place in the recording, in seconds.
    probabilities : dict of str to float
        By genre; they add up to 1.

    Examples
    --------
    >>> from genre_audio.prediction import SegmentPrediction
    >>> SegmentPrediction(0.0, 30.0, {"jazz": 0.7, "rock": 0.3}).label
    'jazz'
    """

    start: float
    stop: float
    probabilities: dict[str, float]

    @property
    def label(self) -> str:
        """The most probable genre."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return {
            "start": self.start,
            "stop": self.stop,
            "label": self.label,
            "probability": self.probabilities[self.label],
            "probabilities": self.probabilities,
        }


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What one recording resembles, by one model.

    Attributes
    ----------
    recording : str
        Its name.
    probabilities : dict of str to float
        Mean of its segments' probabilities, weighted as `weighting` says; by genre, in the
        model's order.
    segments : tuple of SegmentPrediction
        In order of time.
    refused : tuple of Refused
        Segments that could not be described.
    distance_percentile : float
        How much of the training set lies nearer to the rest of it than this recording
        does, or less far towards speech, in percent, with an allowance where it is short;
        above the model's threshold it is unlike what was learned.
    unlike : bool
        Whether it is. See `too_short_to_tell`.
    model, schema : dict
        Identities of what answered.
    genres_not_ruled_out : tuple of str, optional
        The genres among which the right one is, as often as `coverage` says, on recordings
        like those trained on; the likeliest first. None where the model cannot say.
    coverage : float, optional
        How often. Not guaranteed where `unlike`.
    quality : dict
        Measurements of the recording, where it was read from audio.
    timeline : GenreTimeline, optional
        Its genres over time.
    neighbours : tuple of Neighbour
        The training recordings that it is most like, the nearest first; none unless asked.
    reasons : tuple of Reason
        What pushed towards its label and what away, the strongest first; none unless asked.
    content : ContentTimeline, optional
        What it holds, where that was asked.
    weighting : str
        What its segments counted by: ``"music"``, ``"length"``, or ``"length: no music
        found"``, each second of it with the same weight.
    file : dict
        Path, size and sha256 of what was read, where it was read from audio.
    parameters : dict
        All that was asked for and changes an answer, for it to be asked again.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction, SegmentPrediction
    >>> p = {"jazz": 0.7, "rock": 0.3}
    >>> prediction = Prediction("a.wav", p, (SegmentPrediction(0.0, 30.0, p),), (), 50.0, False)
    >>> prediction.label, prediction.ranking(2)
    ('jazz', [('jazz', 0.7), ('rock', 0.3)])
    """

    recording: str
    probabilities: dict[str, float]
    segments: tuple[SegmentPrediction, ...]
    refused: tuple[Refused, ...]
    distance_percentile: float
    unlike: bool
    model: dict[str, Any] = dataclasses.field(default_factory=dict)
    schema: dict[str, Any] = dataclasses.field(default_factory=dict)
    quality: dict[str, Any] = dataclasses.field(default_factory=dict)
    genres_not_ruled_out: tuple[str, ...] | None = None
    coverage: float | None = None
    timeline: GenreTimeline | None = None
    neighbours: tuple[Neighbour, ...] = ()
    reasons: tuple[Reason, ...] = ()
    content: ContentTimeline | None = None
    weighting: str = "length"
    file: dict[str, Any] = dataclasses.field(default_factory=dict)
    parameters: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def label(self) -> str:
        """The most probable genre."""
        return self.ranking(1)[0][0]

    @property
    def probability(self) -> float:
        """Its probability."""
        return self.ranking(1)[0][1]

    @property
    def too_short_to_tell(self) -> bool:
        """Whether what was heard is too short to call it like what was learned."""
        return bool(self.segments) and self.heard < SHORTEST and not self.unlike

    @property
    def heard(self) -> float:
        """How many seconds of it were described; what segments share counts once."""
        return seconds_covered((segment.start, segment.stop) for segment in self.segments)

    @property
    def read_to_end(self) -> bool:
        """Whether all of it could be read, as far as its file tells."""
        return all(refused.seconds for refused in self.refused)

    @property
    def verdict(self) -> Verdict:
        """What may be said of it in one line, and why."""
        from genre_audio.prediction.verdict import verdict_of

        return verdict_of(self, music=self.music)

    @property
    def music(self) -> float | None:
        """How much of it is music, from 0 to 1, where that is known."""
        if self.content is None:
            return None
        stops = [part.stop for part in self.segments] + [part.stop for part in self.refused]
        end = max(stops, default=0.0)
        return self.content.share_of_music(0.0, end)

    @property
    def quality_remarks(self) -> tuple[Remark, ...]:
        """What its quality can do to its label; none where nothing was measured."""
        from genre_audio.prediction.quality_words import remarks_on

        return remarks_on(self.quality)

    def ranking(self, k: int) -> list[tuple[str, float]]:
        """Return the `k` most probable genres; ties in the model's order."""
        return sorted(self.probabilities.items(), key=lambda item: -item[1])[:k]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return {
            "recording": self.recording,
            "label": self.label,
            "probability": self.probability,
            "probabilities": self.probabilities,
            "genres_not_ruled_out": self.genres_not_ruled_out and list(self.genres_not_ruled_out),
            "coverage": self.coverage,
            "coverage_guaranteed": None if self.coverage is None else not self.unlike,
            "distance_percentile": self.distance_percentile,
            "unlike_training": self.unlike,
            "too_short_to_tell": self.too_short_to_tell,
            "segments": [segment.as_dict() for segment in self.segments],
            "timeline": None if self.timeline is None else self.timeline.as_dict(),
            "read_to_end": self.read_to_end,
            "refused": [dataclasses.asdict(refused) for refused in self.refused],
            "quality": self.quality,
            "verdict": self.verdict.as_dict(),
            "quality_remarks": [remark.as_dict() for remark in self.quality_remarks],
            "neighbours": [neighbour.as_dict() for neighbour in self.neighbours],
            "reasons": [reason.as_dict() for reason in self.reasons],
            "content": self.content and self.content.as_dict(),
            "weighting": self.weighting,
            "file": self.file,
            "model": self.model,
            "schema": self.schema,
            "parameters": self.parameters,
        }
