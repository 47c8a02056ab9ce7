"""One plain verdict on a recording, and why it is that one.

The rules, in this order; the first that fits decides, and one always does:

1. ``no_music``: what the recording holds is known, and less than a tenth of it is music.
   Where none at all was found, and the recording is nevertheless like what was learned, what
   tells contents has erred, which learned from other recordings: the next rules decide, and
   the reason says so.
2. ``too_short``: less than 3 s were heard, and these are not unlike what was learned.
3. ``unlike``: it lies farther from the training recordings than they do from each other.
4. ``label``: one label is left, all others are ruled out.
5. ``either``: two are left.
6. ``cannot_tell``: more are left.

What is left are the labels that the model does not rule out. A model without such sets
leaves the likeliest labels that together have a probability of 0.9, and the reason says
that nobody measured how often the right one is among these.

Words stay true on recordings unlike those that the model learned from: they name what a
recording resembles, not what it is, and where it lies outside the training recordings
they promise nothing; nor do they where its quality is such as changed labels (see
`quality_words`). No verdict hides the ranking: every reason begins with it. The words
"genre" and "music" occur only where the model's labels are no matter: labels are whatever
somebody trained the model on. Nothing may enter here that reads recordings.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from genre_audio.prediction.content import MUSIC

if TYPE_CHECKING:
    from genre_audio.prediction.prediction import Prediction

__all__ = ["KINDS", "LEAST_MUSIC", "Verdict", "verdict_of"]

KINDS: Final = ("no_music", "too_short", "unlike", "label", "either", "cannot_tell")
"""All kinds, in the order in which they are asked."""

LEAST_MUSIC: Final = 0.1
"""Share of music below which a recording holds hardly any: what tells content errs on one
stretch in ten, so that a tenth of music may be nothing but its errors."""

_TOGETHER: Final = 0.9
_RANKED: Final = 3


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What may be said of a recording in one line.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    words : str
        The line.
    reason : str
        Sentences with the figures that led to it.
    labels : tuple of str
        The labels that the line names, the likeliest first.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> p = {"jazz": 0.7, "rock": 0.3}
    >>> verdict = Prediction("a.wav", p, (), (), 99.5, unlike=True).verdict
    >>> verdict.kind, verdict.words
    ('unlike', 'resembles most jazz, but farther than 99 % of the training recordings')
    """

    kind: str
    words: str
    reason: str
    labels: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self) | {"labels": list(self.labels)}


def verdict_of(prediction: Prediction, *, music: float | None = None) -> Verdict:
    """Return the verdict on a prediction.

    Parameters
    ----------
    prediction : Prediction
        What a model says of a recording.
    music : float, optional
        How much of the recording is music, from 0 to 1, where that is known.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.prediction.verdict import verdict_of
    >>> p = {"jazz": 0.6, "rock": 0.3, "polka": 0.1}
    >>> sets = {"genres_not_ruled_out": ("jazz", "rock"), "coverage": 0.9}
    >>> prediction = Prediction("a.wav", p, (), (), 50.0, unlike=False, **sets)
    >>> verdict_of(prediction).words
    'resembles most jazz or rock'
    >>> verdict_of(prediction, music=0.02).words
    'sounds like something else rather than music (2 % music heard); if it is music, ...'
    """
    first = prediction.label
    # What tells contents learned from field recordings, and takes most metal for noise. Where
    # some music was found, the likeness is that of this part and says nothing of the rest.
    erred = music == 0.0 and not prediction.unlike
    if music is not None and music < LEAST_MUSIC and not erred:
        return _no_music(prediction, music)
    if prediction.too_short_to_tell:
        heard = f"{prediction.heard:.1f} s"
        words = f"too short to tell: {heard} were heard; resembles most {first}"
        return Verdict("too_short", words, f"{_ranked(prediction)} {_SHORT}", (first,))
    if prediction.unlike:
        words = f"resembles most {first}, but farther than {_nearer(prediction)}"
        return Verdict("unlike", words, _why_unlike(prediction), (first,))
    left, why = _left(prediction)
    reason = f"{_ranked(prediction)} {why}{_ERRED if erred else ''}{_quality(prediction)}"
    if len(left) == 1:
        return Verdict("label", f"resembles most {left[0]}", reason, left)
    if len(left) == 2:
        return Verdict("either", f"resembles most {left[0]} or {left[1]}", reason, left)
    named = f"any of {len(left)} ({', '.join(left)})"
    if len(left) == len(prediction.probabilities):
        named = f"none of {len(left)} labels is ruled out"
    return Verdict("cannot_tell", f"cannot tell: {named}", reason, left)


_SHORT: Final = (
    "Below 3 s neither the ranking nor its distance to the training recordings says much: "
    "nothing is guaranteed here."
)

_ERRED: Final = (
    " Nothing in it was taken for music; but it lies no farther out than training "
    "recordings do, and that counts for more."
)


def _no_music(prediction: Prediction, music: float) -> Verdict:
    share = "no music" if music == 0.0 else f"{_percent(100 * music)} music"
    heard = f"sounds like {_mostly(prediction)} rather than music"
    words = f"{heard} ({share} heard); if it is music, resembles most {prediction.label}"
    reason = (
        f"{_ranked(prediction)} It says what the sound resembles, whether or not it is music: "
        "nothing is guaranteed here. Listen before believing it: songs without instruments are "
        "easily taken for speech."
    )
    return Verdict("no_music", words, reason, (prediction.label,))


def _mostly(prediction: Prediction) -> str:
    """Name what else than music there is most of."""
    seconds = prediction.content.seconds if prediction.content is not None else {}
    other = {content: s for content, s in seconds.items() if content not in MUSIC}
    return max(other, key=other.__getitem__).replace("_", " ") if other else "something else"


def _why_unlike(prediction: Prediction) -> str:
    return (
        f"{_ranked(prediction)} This ranking is a likeness at a distance: {_nearer(prediction)} "
        "lie nearer to the rest of them than this one does. How often such rankings are right was "
        "measured on recordings like those trained on: not guaranteed here."
    )


def _nearer(prediction: Prediction) -> str:
    """Say how many training recordings lie nearer to the rest: never more than do."""
    if prediction.distance_percentile >= 100:
        return "all training recordings"
    return f"{_percent(prediction.distance_percentile)} of the training recordings"


def _percent(value: float) -> str:
    return f"{int(value)} %" if value >= 1 else "less than 1 %"


def _ranked(prediction: Prediction) -> str:
    ranking = ", ".join(f"{label} {p:.2f}" for label, p in prediction.ranking(_RANKED))
    return f"Likeliest: {ranking}."


def _quality(prediction: Prediction) -> str:
    """Name what of the recording's quality may have changed its label."""
    names = [remark.what for remark in prediction.quality_remarks if remark.matters]
    if not names:
        return ""
    few = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    return f" The recording's {few} can change a label: not guaranteed here."


def _left(prediction: Prediction) -> tuple[tuple[str, ...], str]:
    """Return the labels that are left, and what is known of such sets."""
    left, coverage = prediction.genres_not_ruled_out, prediction.coverage
    if left and coverage is not None:
        return left, f"{_ruled_out(prediction, len(left))} {_promise(prediction, coverage)}"
    chosen, total = _likeliest(prediction)
    why = (
        f"Together {len(chosen)} of {len(prediction.probabilities)} labels have a probability of "
        f"{total:.2f}. The model has no sets of measured coverage: how often the right label is "
        "among these is not known."
    )
    return chosen, why


def _likeliest(prediction: Prediction) -> tuple[tuple[str, ...], float]:
    """Return the fewest labels that together have nine tenths of the probability."""
    chosen, total = [], 0.0
    for label, probability in prediction.ranking(len(prediction.probabilities)):
        chosen.append(label)
        total += probability
        # Sums of shares may miss nine tenths by rounding.
        if total >= _TOGETHER - 1e-9:
            break
    return tuple(chosen), total


def _ruled_out(prediction: Prediction, left: int) -> str:
    count = len(prediction.probabilities)
    if left == count:
        return "No label is ruled out."
    return f"{count - left} of {count} labels are ruled out."


def _promise(prediction: Prediction, coverage: float) -> str:
    """Say how often such sets held the right label, and of which recordings that is true."""
    model = prediction.model
    aim = f"Such sets are made to hold the right label in {100 * coverage:g} % of cases"
    grouping, sets = model.get("grouping"), model.get("sets") or {}
    whose = "new recordings like those trained on"
    if grouping not in {None, "recording"}:
        whose += f", with no {grouping} heard before"
    held = sets.get("measured_coverage")
    if held is None or sets.get("coverage") != coverage:
        return f"{aim}, on {whose}; on other recordings nobody knows."
    return f"{aim}; on {whose}, they held it in {100 * held:.1f} %; on others nobody knows."
