"""The page on many recordings: what was said of each, where they lie, and links.

Nothing of a recording is kept for it but a line: thousands of them are one page.
"""

from __future__ import annotations

import collections
import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.reporting.canvas import svg_markup
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.map_figure import MOST_NUMBERED, MOST_SHOWN, map_figure
from genre_audio.reporting.page import listed, render
from genre_audio.reporting.prediction_parts import clock, flags_of, noun_for, seconds_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from genre_audio.learning.neighbourhood import Neighbourhood
    from genre_audio.learning.plane import Plane
    from genre_audio.prediction import Prediction

__all__ = ["IndexRow", "index_page"]

_SCALE: Final = (1.0, 1.9)
_KINDS: Final = {
    "label": "resemble most one {noun}",
    "either": "resemble most one of two {noun}s",
    "cannot_tell": "cannot be told: three {noun}s or more are left",
    "unlike": "lie farther from the training recordings than these do from each other",
    "too_short": "are too short to tell",
    "no_music": "sound like speech or noise rather than music",
}


@dataclasses.dataclass(frozen=True)
class IndexRow:
    """One recording's line.

    Attributes
    ----------
    name : str
        The recording.
    link : str or None
        Where its page lies, as seen from the index.
    kind, verdict : str
        Of its verdict, the kind and the words.
    label : str
        Its likeliest genre.
    left : tuple of str
        The genres that are not ruled out.
    probability : float
        Of the likeliest genre.
    flags : tuple of str
        What makes one doubt it.
    seconds : float
        Its length.
    place : (float, float) or None
        Where it lies on the plane of the training recordings, where that is known.

    Examples
    --------
    See `index_page`.
    """

    name: str
    link: str | None
    kind: str
    verdict: str
    label: str
    left: tuple[str, ...]
    probability: float
    flags: tuple[str, ...]
    seconds: float
    place: tuple[float, float] | None = None

    @classmethod
    def of(
        cls,
        prediction: Prediction,
        *,
        link: str | None = None,
        place: tuple[float, float] | None = None,
    ) -> IndexRow:
        """Return the line of a prediction.

        Parameters
        ----------
        prediction : Prediction
            What was said of a recording.
        link, place
            As the attributes.
        """
        verdict = prediction.verdict
        return cls(
            name=prediction.recording,
            link=link,
            kind=verdict.kind,
            verdict=verdict.words,
            label=prediction.label,
            left=prediction.genres_not_ruled_out or (),
            probability=prediction.probability,
            flags=flags_of(prediction),
            seconds=seconds_of(prediction),
            place=place,
        )


def index_page(
    rows: Sequence[IndexRow],
    *,
    labels: Sequence[str],
    neighbourhood: Neighbourhood | None = None,
    plane: Plane | None = None,
    failures: Sequence[tuple[str, str]] = (),
    task: str = "genre",
    title: str = "What these recordings resemble",
    provenance: Mapping[str, object] | None = None,
) -> str:
    """Return a self-contained HTML page on many recordings.

    Parameters
    ----------
    rows : sequence of IndexRow
        In the order of their numbers.
    labels : sequence of str
        The model's genres.
    neighbourhood, plane : Neighbourhood and Plane, optional
        The training rows, and the plane on which they are shown; without them there is no map.
    failures : sequence of (str, str)
        Recordings that could not be read, and why.
    task : str
        What the model's labels are.
    title : str
        Of the page.
    provenance : mapping of str to object, optional
        What it comes from; listed at the end.

    Returns
    -------
    str
        The page; `genre_audio.files.replace_text` writes it.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.index_page import IndexRow, index_page
    >>> prediction = Prediction("<b>.wav", {"jazz": 0.7, "rock": 0.3}, (), (), 50.0, unlike=False)
    >>> page = index_page([IndexRow.of(prediction)], labels=["jazz", "rock"])
    >>> "<bdi>&lt;b&gt;.wav</bdi>" in page
    True
    """
    numbered = len(rows) <= MOST_NUMBERED
    shown = [row for row in rows if row.place is not None]
    noun = noun_for(task, labels)
    with drawing():
        picture = None
        if plane is not None and neighbourhood is not None and shown:
            picture = _map(rows, neighbourhood, plane, noun=noun)
        return render(
            "index.html",
            title=title,
            rows=rows,
            noun=noun,
            clock=clock,
            kinds=_kinds(rows, noun),
            genres=_genres(rows, labels),
            map=picture,
            plane=plane,
            numbered=numbered,
            drawn=min(len(shown), MOST_SHOWN),
            placed=len(shown),
            failures=failures,
            provenance={key: listed(value) for key, value in (provenance or {}).items()},
        )


def _kinds(rows: Sequence[IndexRow], noun: str) -> list[tuple[int, str]]:
    counts = collections.Counter(row.kind for row in rows)
    return [
        (counts[kind], words.format(noun=noun)) for kind, words in _KINDS.items() if counts[kind]
    ]


def _genres(
    rows: Sequence[IndexRow], labels: Sequence[str]
) -> list[tuple[str, int, int, int, int]]:
    """Count for each genre: likeliest, of these alone and at a distance; not ruled out."""
    found = []
    for label in labels:
        first = [row.kind for row in rows if row.label == label]
        left = sum(label in row.left for row in rows)
        found.append((label, len(first), first.count("label"), first.count("unlike"), left))
    return sorted(found, key=lambda each: -each[1])


def _map(
    rows: Sequence[IndexRow], neighbourhood: Neighbourhood, plane: Plane, *, noun: str
) -> Markup:
    places = np.array([row.place or (np.nan, np.nan) for row in rows])
    figure = map_figure(
        plane,
        learned=plane.place(neighbourhood.rows),
        labels=neighbourhood.labels,
        places=places,
    )
    return svg_markup(
        figure,
        scale=_SCALE,
        prefix="map",
        title="The recordings among the training recordings",
        description=_map_words(places, plane, noun=noun),
    )


def _map_words(places: np.ndarray, plane: Plane, *, noun: str) -> str:
    """Say which genres' middles the recordings lie nearest to on the plane."""
    known = places[np.isfinite(places).all(axis=1)]
    away = np.linalg.norm(known[:, np.newaxis] - plane.centres, axis=2)
    counts = collections.Counter(plane.labels[place] for place in away.argmin(axis=1))
    said = ", ".join(f"{label} {count}" for label, count in counts.most_common())
    return (
        f"{len(known)} recordings on a plane with the {len(plane.labels)} training {noun}s. "
        f"On it they lie nearest to the middle of: {said}."
    )
