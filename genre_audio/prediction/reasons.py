"""Which aspects of the sound pushed towards a label, and which away from it.

The whole stack is asked, not a model of it. One aspect's columns (see `aspects`) are
replaced by those of training rows, in the form in which the model knows them (logarithms,
level taken out), and all else stays as it is: what the label's probability then is on
average, is what the model would say if it knew everything but this aspect. The push is
the logarithm of the probability over that average. It is positive where the aspect makes
the label likelier. With two labels, what pushes towards one pushes away from the other.

The training rows are a fixed sample, as many of each label: the same recording always has
the same reasons. Pushes need not add up to anything. An aspect whose columns are extreme
may push little, because other aspects say the same.

Words compare the recording with the training rows of the label ("brighter than 93 % of the
blues clips"), short recordings with the model's allowance for them. They are no causes:
they say where the recording stands in an aspect that counted. A model that keeps the level
is asked about that as well (see `loudness`). Nothing may enter here that reads recordings.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.features import SCHEMAS
from genre_audio.learning.bearing import shortness
from genre_audio.learning.forms import replaced
from genre_audio.prediction.aspects import aspects_of
from genre_audio.prediction.loudness import keeps_level, level_words, without_level
from genre_audio.prediction.standing import standing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.training import ModelBundle

    Rows = NDArray[np.float64]

__all__ = ["Reason", "reasons_for"]

_SAMPLE: Final = 200
"""Training rows whose values take an aspect's place: see `scripts/measure_reasons.py`."""

_SEGMENTS: Final = 8
"""Most segments that are looked at, evenly spaced: those of a long tape would take minutes."""

_LEAST: Final = 1e-12  # probabilities below are as good as none


@dataclasses.dataclass(frozen=True)
class Reason:
    """What one aspect of the sound did to a label.

    Attributes
    ----------
    family : str
        The aspect: one or more families of features, such as ``"brightness"``.
    push : float
        How much it moved the natural logarithm of the label's probability: above 0 towards
        the label, below 0 away from it. 0.7 doubles the probability.
    words : str
        Where the recording stands in it among the training recordings of the label.
    percentile : float or None
        The share in the words, in percent, where it has one.

    Examples
    --------
    >>> from genre_audio.prediction.reasons import Reason
    >>> words = "brighter than 93 % of the blues clips: spectral centroid 3,100 Hz"
    >>> Reason("brightness", -0.69, words, 93.0).effect
    'makes it 2.0 times less likely'
    """

    family: str
    push: float
    words: str
    percentile: float | None = None

    @property
    def effect(self) -> str:
        """What that does to the probability of the label, in words."""
        times = float(np.exp(abs(self.push)))
        if round(times, 1) == 1.0:
            return "hardly matters"
        return f"makes it {times:.1f} times {'more' if self.push > 0 else 'less'} likely"

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)


def reasons_for(
    X: Rows,
    *,
    weights: Rows,
    seconds: Rows,
    bundle: ModelBundle,
    label: str | None = None,
) -> tuple[Reason, ...]:
    """Return what pushed towards a label and what away, the strongest first.

    Parameters
    ----------
    X : ndarray of float64, shape (segments, columns)
        Features of a recording's segments.
    weights : ndarray of float, shape (segments,)
        How much each segment counts; at least one does.
    seconds : ndarray of float, shape (segments,)
        How long each lasts.
    bundle : ModelBundle
        The model.
    label : str, optional
        Which label; the likeliest by default.

    Returns
    -------
    tuple of Reason
        One for each aspect of the model's schema; none if the schema is not ours.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction.reasons import reasons_for
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> typical = bundle.probe.rows[bundle.labels.index("classical")][np.newaxis]
    >>> one = np.ones(1)
    >>> first = reasons_for(typical, weights=one, seconds=30 * one, bundle=bundle)[0]
    >>> first.push > 0
    True
    """
    schema = SCHEMAS.get(bundle.info.schema["name"])
    if schema is None:
        return ()
    counting = np.flatnonzero(weights > 0)
    spaced = np.linspace(0, len(counting) - 1, min(_SEGMENTS, len(counting)))
    chosen = counting[spaced.round().astype(int)]
    X, weights, seconds = X[chosen], weights[chosen], seconds[chosen]
    said = weights @ bundle.predict_proba(X) / weights.sum()
    place = int(said.argmax()) if label is None else bundle.labels.index(label)
    columns, kept = _columns(bundle)
    short = shortness(seconds, full=bundle.segmentation.seconds)
    with np.errstate(all="ignore"):  # features may be as large as numbers can be
        here = weights @ bundle.neighbourhood.places(X, shortness=short) / weights.sum()
    found = []
    for aspect, places in aspects_of(schema, kept).items():
        names = [kept[number] for number in places]
        without = _without(X, weights, bundle, columns=columns, names=names, places=places)
        push = _push(float(said[place]), float(without[place]))
        stands = standing(here, aspect, places, bundle=bundle, label=bundle.labels[place])
        found.append(Reason(aspect.name, push, stands.words, stands.percentile))
    if keeps_level(bundle, columns):
        without = without_level(X, weights, bundle, columns)
        push = _push(float(said[place]), float(without[place]))
        words = level_words(X, weights, bundle, columns, bundle.labels[place])
        found.append(Reason("level", push, words))
    return tuple(sorted(found, key=lambda reason: -abs(reason.push)))


def _push(said: float, without: float) -> float:
    """Return how much an aspect moved a probability; nothing where the model had no answer."""
    if not np.isfinite([said, without]).all():
        return 0.0
    return float(np.log(max(said, _LEAST) / max(without, _LEAST)))


def _columns(bundle: ModelBundle) -> tuple[list[str], list[str]]:
    """Return the names of the columns of rows, and of those in the space of likeness."""
    form = bundle.neighbourhood.space.steps[0].values
    columns = [str(name) for name in form["columns"]]
    return columns, [columns[number] for number in form["kept"]]


def _without(
    X: Rows,
    weights: Rows,
    bundle: ModelBundle,
    *,
    columns: list[str],
    names: list[str],
    places: list[int],
) -> Rows:
    """Return the mean probabilities where some columns are those of training rows."""
    near = bundle.neighbourhood
    form, scale = (step.values for step in near.space.steps)
    sample = _sample(near.labels, count=_SAMPLE, least=len(X))
    known = near.rows[sample][:, places].astype(np.float64)
    known = known * scale["scale"][places] + scale["mean"][places]
    # Each segment takes its share, as much of each label, so that many take no longer than one.
    turns = np.arange(len(sample)) // len(bundle.labels) % len(X)
    owners = [np.flatnonzero(turns == number) for number in range(len(X))]
    rows = np.repeat(X, [len(mine) for mine in owners], axis=0)
    with np.errstate(all="ignore"):
        made = replaced(
            rows,
            known[np.concatenate(owners)],
            columns=columns,
            names=names,
            level_invariant=bool(form["level_invariant"]),
        )
    said = bundle.predict_proba(made)
    parts = np.split(said, np.cumsum([len(mine) for mine in owners])[:-1])
    means = np.stack([part.mean(axis=0) for part in parts])
    return np.asarray(weights @ means / weights.sum())


def _sample(labels: NDArray[np.str_], *, count: int, least: int = 1) -> NDArray[np.intp]:
    """Return evenly spaced rows, `least` or more of each label, labels taking turns."""
    names = np.unique(labels)
    each = max(least, -(-count // len(names)))
    mine = [np.flatnonzero(labels == name) for name in names]
    spaced = [rows[np.linspace(0, len(rows) - 1, each).round().astype(int)] for rows in mine]
    return np.asarray(np.stack(spaced, axis=1).ravel())
