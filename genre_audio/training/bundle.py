"""A model with everything that must be known to use it rightly."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from genre_audio.config import Segmentation
from genre_audio.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from genre_audio.features import Schema
    from genre_audio.learning.conformal import ConformalSets
    from genre_audio.learning.neighbourhood import Neighbourhood
    from genre_audio.learning.plain import PlainStack
    from genre_audio.training.credits import Credits

__all__ = ["FORMAT", "BundleInfo", "ModelBundle", "Probe"]

FORMAT: Final = 3
"""Raised when an older reader would misuse a newer bundle; older formats stay readable."""


@dataclasses.dataclass(frozen=True)
class BundleInfo:
    """What a bundle says of itself: the content of ``bundle.json``.

    Attributes
    ----------
    name : str
        Name of the model.
    task : str
        What its labels are: ``"genre"`` or ``"content"``.
    created : str
        Date, ISO 8601.
    schema : dict
        Name, version and digest of the feature schema.
    segmentation : dict
        Seconds, digest, and the hop where segments overlap.
    labels : list of str
        In the order of the probabilities.
    training : dict
        The training table: file name, digest, rows, recordings, rows per label,
        grouping, exact duplicates; and its source and terms, where they were said.
    learning : dict
        Learners, budget, seed, tuned parameters, and whether the level was taken out.
    scores : list of dict
        One for each protocol, with intervals.
    thresholds : dict
        Numbers that turn measurements into words.
    versions : dict
        Of the packages that the fitted model depends on.
    conformal : dict or None
        Of its sets: the coverage when none is asked for, what was kept apart while they
        were learned, the number of such groups, and under which protocol which coverage
        and size were measured, where that was done. None where it has none.

    Examples
    --------
    >>> from genre_audio.training import load_bundle, resolve_model
    >>> load_bundle(resolve_model().path).info.task
    'genre'
    """

    name: str
    task: str
    created: str
    schema: dict[str, Any]
    segmentation: dict[str, Any]
    labels: list[str]
    training: dict[str, Any]
    learning: dict[str, Any]
    scores: list[dict[str, Any]]
    thresholds: dict[str, Any]
    versions: dict[str, str]
    conformal: dict[str, Any] | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Probe:
    """Made-up rows and what the model said of them when it was fitted.

    A fitted model that is loaded under other code may answer without complaint, and
    wrongly. Asked these rows again, it gives itself away.

    Attributes
    ----------
    rows : ndarray of float64, shape (genres, columns)
        The median of each genre's training rows: like music, but nobody's recording.
    probabilities : ndarray of float64, shape (genres, genres)
        The answers.

    Examples
    --------
    See `genre_audio.training.load_bundle`.
    """

    rows: NDArray[np.float64]
    probabilities: NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False)
class ModelBundle:
    """A fitted classifier, its training rows' neighbourhood, and what is known of both.

    Attributes
    ----------
    classifier : PlainStack
        The fitted stack, as arrays.
    neighbourhood : Neighbourhood
        The training rows in the space of likeness.
    info : BundleInfo
        Everything else.
    probe : Probe
        What the model must answer.
    conformal : ConformalSets or None
        Which genres probabilities do not rule out; bundles of formats 1 and 2 have none.
    credits : Credits or None
        Who made the training recordings, and their titles, where training knew.
    rows : pandas.DataFrame or None
        The training rows, where the bundle is to keep them to be fitted again.
    digest : str
        The identity of the files that it was loaded from; empty before it was saved.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> bundle.predict_proba(bundle.probe.rows).shape
    (10, 10)
    """

    classifier: PlainStack
    neighbourhood: Neighbourhood
    info: BundleInfo
    probe: Probe
    conformal: ConformalSets | None = None
    credits: Credits | None = None
    rows: pd.DataFrame | None = None
    digest: str = ""

    @property
    def labels(self) -> list[str]:
        """The genres, in the order of the probabilities."""
        return self.info.labels

    @property
    def segmentation(self) -> Segmentation:
        """How new recordings are cut: into segments as long as the training recordings'.

        They may overlap (``dataclasses.replace(segmentation, hop=...)``); whether those that
        were learned from did makes no difference.
        """
        return Segmentation(seconds=self.info.segmentation["seconds"])

    def check(self, *, schema: Schema, segmentation: Segmentation) -> None:
        """Refuse rows that mean something else than those the model was trained on.

        Raises
        ------
        ModelError
            If the schema or the length of the segments differs.
        """
        wanted = self.info.schema
        if wanted["digest"] not in schema.served:
            raise ModelError(
                f"the model {self.info.name!r} was trained on {wanted['name']} version "
                f"{wanted['version']} ({wanted['digest']}), these rows are {schema}: train it "
                "again with 'genre-audio retrain'"
            )
        if segmentation.seconds != self.segmentation.seconds:
            raise ModelError(
                f"the model {self.info.name!r} was trained on segments of "
                f"{self.segmentation.seconds:g} s, these rows describe segments of "
                f"{segmentation.seconds:g} s: extract with "
                f"--segment-seconds {self.segmentation.seconds:g}"
            )

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each genre for each row, shape (rows, genres)."""
        return self.classifier.predict_proba(X)

    def resolve_coverage(self, coverage: float | None) -> float | None:
        """Return the coverage asked for, or the model's own; None where it has no sets.

        Raises
        ------
        ModelError
            If one is asked for and the model has no sets.
        """
        if self.conformal is None or self.info.conformal is None:
            if coverage is None:
                return None
            raise ModelError(
                f"the model {self.info.name!r} is of a form that rules no genre out: leave the "
                "coverage out, or train it again with 'genre-audio retrain'"
            )
        return float(self.info.conformal["coverage"]) if coverage is None else coverage

    def not_ruled_out(
        self, probabilities: NDArray[np.float64], *, coverage: float | None
    ) -> tuple[str, ...] | None:
        """Return the genres that a recording's probabilities leave, the likeliest first.

        Parameters
        ----------
        probabilities : ndarray of float, shape (genres,)
            Of one recording.
        coverage : float or None
            From `resolve_coverage`.
        """
        if self.conformal is None or coverage is None:
            return None
        (kept,) = self.conformal.sets(probabilities[None], coverage=coverage)
        order = (-probabilities).argsort(kind="stable")
        return tuple(self.labels[genre] for genre in order if kept[genre])
