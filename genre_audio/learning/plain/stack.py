"""The plain stack: chains of steps, their pool, and the way to arrays and back."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from genre_audio.learning.plain.checks import checked_values
from genre_audio.learning.plain.pooling import check_pool, mixed, pooled
from genre_audio.learning.plain.steps import STEPS, blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

__all__ = ["Chain", "PlainStack", "Step"]


class Step(NamedTuple):
    """One step: its kind, a key of `STEPS`, and what was learned, by name.

    Examples
    --------
    See `Chain`.
    """

    kind: str
    values: dict[str, NDArray[Any]]


class Chain(NamedTuple):
    """Steps one after the other, as a fitted `Pipeline` is.

    Attributes
    ----------
    steps : tuple of Step
        In order.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain import Chain, Step
    >>> chain = Chain((Step("scale", {"mean": np.array([1.0]), "scale": np.array([2.0])}),))
    >>> chain.transform(np.array([[5.0]])).tolist()
    [[2.0]]
    """

    steps: tuple[Step, ...]

    def transform(self, X: Rows) -> Rows:
        """Return what becomes of rows: rows, or at the end of a learner probabilities."""
        rows = X
        for kind, values in self.steps:
            rows = STEPS[kind](rows, **values)
        return rows

    @property
    def widest(self) -> int:
        """The longest side of an array that each row meets: trees have blocks of their own."""
        sides = [
            side
            for kind, values in self.steps
            if kind not in {"forest", "boosted"}
            for value in values.values()
            for side in value.shape
        ]
        return max(sides, default=1)

    def to_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return all that was learned, by names that begin with `name`."""
        return {
            f"{name}/{place}/{kind}/{key}": value
            for place, (kind, values) in enumerate(self.steps)
            for key, value in values.items()
        }

    @classmethod
    def from_arrays(
        cls, name: str, arrays: Mapping[str, NDArray[Any]], *, n_classes: int = 0
    ) -> Chain:
        """Make a chain from what `to_arrays` gave.

        Parameters
        ----------
        name : str
            Beginning of the names that are its own.
        arrays : mapping of str to ndarray
            Arrays, others among them.
        n_classes : int
            Classes that it tells apart; 0 if it gives rows.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it holds something else.
        """
        steps: dict[int, Step] = {}
        for key, value in arrays.items():
            owner, *rest = key.split("/")
            if owner != name:
                continue
            place, kind, part = rest
            steps.setdefault(int(place), Step(kind, {})).values[part] = value
        if not steps or any(step.kind not in STEPS for step in steps.values()):
            raise ValueError(f"{name} is no chain of known steps")
        checked = [
            Step(kind, checked_values(values, kind=kind, n_classes=n_classes))
            for _, (kind, values) in sorted(steps.items())
        ]
        return cls(tuple(checked))


@dataclasses.dataclass(frozen=True, eq=False)
class PlainStack:
    """A fitted `GenreStack` that can answer and nothing else.

    Attributes
    ----------
    classes_ : ndarray of str, shape (n_classes,)
        Labels, in the order of the columns of probabilities.
    learners : dict of str to Chain
        The learners, in the order of `weights`.
    weights : ndarray of float64, shape (n_learners,)
        How much each learner counts.
    share : float
        See `genre_audio.learning.plain.pooling.lift`.
    sureness : ndarray of float64, shape (n_learners,), optional
        Power to which each learner's probabilities are raised before they are averaged.
        Without it (bundles of formats 1 and 2) they are multiplied.
    whole : float
        Power to which the average is raised.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> stack = load_bundle(resolve_model("default").path).classifier
    >>> list(stack.learners)
    ['logistic_regression', 'qda', 'knn', 'random_forest', 'xgboost']
    """

    classes_: NDArray[Any]
    learners: dict[str, Chain]
    weights: Rows
    share: float
    sureness: Rows | None = None
    whole: float = 1.0

    def learner_probabilities(self, X: Any) -> Rows:  # noqa: ANN401 - array or DataFrame
        """Return what each learner says: shape (n_learners, n_rows, n_classes).

        Raises
        ------
        ValueError
            If the rows are not of the right length, or hold what is no finite number.
        """
        rows: Rows = np.asarray(X, dtype=np.float64)
        if rows.ndim != 2 or not len(rows) or not np.isfinite(rows).all():
            raise ValueError(f"finite numbers in rows are needed, not an array of {rows.shape}")
        parts = blocks(rows, widest=self._widest)
        said = [[chain.transform(part) for part in parts] for chain in self.learners.values()]
        return np.stack([np.concatenate(mine) for mine in said]).astype(np.float64)

    def predict_proba(self, X: Any) -> Rows:  # noqa: ANN401
        """Return the probability of each class: shape (n_rows, n_classes).

        Where numbers are too large to calculate with, NaN: without a warning, since who
        asks knows better which row it was.
        """
        from threadpoolctl import threadpool_limits

        # Sums over several threads differ in their last digits.
        with threadpool_limits(1), np.errstate(all="ignore"):
            said = self.learner_probabilities(X)
            return self._joined(said)

    @functools.cached_property
    def _widest(self) -> int:
        """The most numbers that are made of one row at once, or not many fewer."""
        return max(chain.widest for chain in self.learners.values())

    def _joined(self, said: Rows) -> Rows:
        if self.sureness is None:
            return pooled(said, weights=self.weights, share=self.share)
        return mixed(
            said,
            weights=self.weights,
            sureness=self.sureness,
            whole=self.whole,
            share=self.share,
        )

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: ANN401
        """Return the likeliest label of each row: shape (n_rows,)."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays by name."""
        arrays: dict[str, NDArray[Any]] = {
            "classes": self.classes_,
            "learners": np.array(list(self.learners), dtype=np.str_),
            "weights": self.weights,
            "share": np.array(self.share),
        }
        if self.sureness is not None:
            arrays |= {"sureness": self.sureness, "whole": np.array(self.whole)}
        for name, chain in self.learners.items():
            arrays |= chain.to_arrays(name)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> PlainStack:
        """Make a stack from what `to_arrays` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it holds something else.
        """
        names, n_classes = [str(name) for name in arrays["learners"]], len(arrays["classes"])
        if arrays["learners"].ndim != 1 or len({*names}) < len(names):
            raise ValueError("its learners are no list of different names")
        owners = {*names, "classes", "learners", "weights", "share", "sureness", "whole"}
        foreign = sorted(name for name in arrays if name.split("/")[0] not in owners)
        if foreign:
            raise ValueError(f"nobody asks for {', '.join(foreign[:3])}")
        check_pool(arrays, n_learners=len(names))
        return cls(
            classes_=arrays["classes"],
            learners={name: Chain.from_arrays(name, arrays, n_classes=n_classes) for name in names},
            weights=arrays["weights"],
            share=float(arrays["share"]),
            sureness=arrays.get("sureness"),
            whole=float(arrays.get("whole", 1.0)),
        )
