"""The page on what one recording resembles, and how far that may be believed.

The verdict comes first, in words; then what is heard when, with the pictures of the
sound; then how sure it is, what could have misled it, what it is like and why; then where
it all comes from. What a picture shows is also in a table or in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.reporting.canvas import svg_markup
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.lanes_figure import Lane, lanes_figure
from genre_audio.reporting.page import listed, render
from genre_audio.reporting.prediction_parts import (
    clock,
    doubt_of,
    noun_for,
    probability_bars,
    seconds_of,
    sentence,
)
from genre_audio.reporting.recording_page import outline_markup, spectrogram_markup
from genre_audio.reporting.recording_words import REASONS, quality_rows
from genre_audio.reporting.timeline_lanes import content_lanes, genre_lanes, said_of_lanes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from genre_audio.exploration.recording_view import RecordingView
    from genre_audio.prediction import Prediction
    from genre_audio.reporting.excerpt import Excerpt

__all__ = ["SCALE", "prediction_page"]

SCALE: Final = (0.9, 1.45)
"""How much smaller and larger than drawn the pictures over time may become."""

_MOST_OF: Final = 0.8
_SAME: Final = 0.7
"""Distance of what sounds the same: three GTZAN clips as MP3 lay 0.22 to 0.63 from themselves;
half of the training clips have no other within 4.0."""


def prediction_page(
    prediction: Prediction,
    *,
    view: RecordingView | None = None,
    excerpt: Excerpt | None = None,
    provenance: Mapping[str, object] | None = None,
    index: str | None = None,
) -> str:
    """Return a self-contained HTML page on a prediction.

    Parameters
    ----------
    prediction : Prediction
        What was said of a recording.
    view : RecordingView, optional
        What it looks like; without it, as for rows of a table, there are no pictures of it.
    excerpt : Excerpt, optional
        What is to be heard of it.
    provenance : mapping of str to object, optional
        What the figures come from; listed at the end, after the model and the schema.
    index : str, optional
        Where the page on all recordings lies, as seen from this one.

    Returns
    -------
    str
        The page; `genre_audio.files.replace_text` writes it.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction, SegmentPrediction
    >>> from genre_audio.reporting.prediction_page import prediction_page
    >>> p = {"jazz": 0.7, "rock": 0.3}
    >>> segments = (SegmentPrediction(0.0, 30.0, p),)
    >>> page = prediction_page(Prediction("<b>.wav", p, segments, (), 50.0, unlike=False))
    >>> "<h1>&lt;b&gt;.wav</h1>" in page
    True
    """
    verdict = prediction.verdict
    reasons, remarks = prediction.reasons, prediction.quality_remarks
    with drawing():
        return render(
            "prediction.html",
            title=prediction.recording,
            with_images=view is not None,
            with_sounds=excerpt is not None,
            verdict=sentence(verdict.words),
            reason=verdict.reason,
            doubtful=verdict.kind in {"no_music", "too_short", "unlike"},
            prediction=prediction,
            content=prediction.content,
            pictures_over_time=_over_time(prediction, view, excerpt),
            with_sound=view is not None,
            excerpt=excerpt,
            clock=clock,
            bars=probability_bars(prediction),
            remarks=sorted(remarks, key=lambda remark: not remark.matters),
            misleading=[remark.what for remark in remarks if remark.matters],
            doubt=doubt_of(prediction),
            known_already=any(each.distance < _SAME for each in prediction.neighbours),
            noun=_noun(prediction),
            sentence=sentence,
            quality=[] if view is None else quality_rows(view.quality),
            furthest=max((abs(reason.push) for reason in reasons), default=1.0) or 1.0,
            refused=[
                (each.start, each.stop, REASONS.get(each.kind, each.kind), each.message)
                for each in prediction.refused
            ],
            index=index,
            provenance=_provenance(prediction, provenance or {}),
        )


def _over_time(
    prediction: Prediction, view: RecordingView | None, excerpt: Excerpt | None
) -> list[Markup]:
    """Return the pictures over time, to stand under each other: one axis of time for all."""
    seconds = seconds_of(prediction) if view is None else view.quality.seconds
    refused = [(each.start, each.stop) for each in prediction.refused]
    made = []
    if view is not None:
        made += [spectrogram_markup(view, scale=SCALE), outline_markup(view, scale=SCALE)]
    stretches = () if prediction.content is None else prediction.content.stretches
    if contents := content_lanes(prediction):
        made.append(
            svg_markup(
                lanes_figure(contents, seconds=seconds),
                scale=SCALE,
                tight=False,
                prefix="contents",
                title="Contents over time",
                description=said_of_lanes([(s.start, s.stop, s.content) for s in stretches]),
            )
        )
    if genres := genre_lanes(prediction):
        timeline = prediction.timeline
        changes = () if timeline is None else timeline.changes
        marks = [change.time for change in changes]
        if excerpt is not None and excerpt.stop - excerpt.start < _MOST_OF * seconds:
            genres.append(Lane("excerpt", ((excerpt.start, excerpt.stop),), strong=False))
        figure = lanes_figure(genres, seconds=seconds, marks=marks, shaded=refused)
        made.append(
            svg_markup(
                figure,
                scale=SCALE,
                tight=False,
                prefix="genres",
                title=f"{_noun(prediction).capitalize()}s over time",
                description=_genres_said(prediction),
            )
        )
    return made


def _noun(prediction: Prediction) -> str:
    return noun_for(prediction.model.get("task"), prediction.probabilities)


def _genres_said(prediction: Prediction) -> str:
    spans = () if prediction.timeline is None else prediction.timeline.spans
    said = said_of_lanes([(span.start, span.stop, span.label) for span in spans])
    noun = _noun(prediction)
    return f"Likeliest {noun}, smoothed: {said}" if spans else f"Probability of {noun}s over time."


def _provenance(prediction: Prediction, provenance: Mapping[str, object]) -> dict[str, list[str]]:
    known: dict[str, Any] = {"Model": prediction.model, "Schema": prediction.schema}
    if prediction.content is not None:
        known["Model of contents"] = prediction.content.model
    known["Parameters"] = prediction.parameters
    return {
        key: lines for key, value in {**known, **provenance}.items() if (lines := listed(value))
    }
