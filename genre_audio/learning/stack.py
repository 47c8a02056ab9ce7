"""The stack: five tuned learners and a final one, fitted without looking ahead.

The order of work keeps every number honest. Each learner is tuned over grouped folds of
the training rows. Its probabilities for rows that it has not seen are collected over a
second set of grouped folds. On these the final learner is fitted, and without each fold
in turn for the probabilities from which the conformal sets learn; then every learner is
fitted again on all rows. No group, and no copy of a row, stands on both sides of any
fold. (`sklearn.ensemble.StackingClassifier` takes no groups, and would keep the folds.)

One seed decides everything random: the same table and versions give the same
probabilities, whatever the number of processes, of one thread each. What is kept are
pipelines, weights and labels: no search, no folds, no rows but the neighbours'. Where there
are more rows than a learner can hold, it takes some (`limits`). No files may be read or
written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)
from threadpoolctl import threadpool_limits

from genre_audio.errors import TableError
from genre_audio.execution import joblib_backend
from genre_audio.learning.budget import Budget, budget_of
from genre_audio.learning.conformal import ConformalSets
from genre_audio.learning.forms import LEVEL
from genre_audio.learning.learners import LEARNERS
from genre_audio.learning.mixture import weighed
from genre_audio.learning.out_of_fold import fit_all, out_of_fold, piecewise, whole_recordings
from genre_audio.learning.sampling import Samples, taken
from genre_audio.learning.tuning import tune
from genre_audio.tables.splits import (
    exact_duplicates,
    grouped_folds,
    groups_per_class,
    merge_groups,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from genre_audio.tables.splits import Fold

__all__ = ["GenreStack"]


class GenreStack(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A stack of tuned learners that keeps groups apart in all that it does.

    Parameters
    ----------
    learners : sequence of str
        Names from `LEARNERS`.
    budget : str or Budget
        How much is tuned: a key of `BUDGETS`, or a budget of one's own.
    columns : sequence of str, optional
        Names of the input columns; a DataFrame brings its own. See `RowTransform`.
    level_invariant : bool
        Whether the recording level is taken out, where there is a column that says it.
        See `RowTransform`.
    offsets : bool
        Whether offsets near zero are kept, which needs the level. See `RowTransform`.
    seed : int
        Seed of everything random.
    n_jobs : int, optional
        Processes; changes no number.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, in the order of the columns of probabilities.
    learners_ : dict of str to Pipeline
        The learners, fitted on all rows. Their classes are 0 to n - 1.
    pool_ : MixturePool
        The final learner, which calibrates as well.
    conformal_ : ConformalSets
        Which genres probabilities do not rule out.
    level_invariant_ : bool
        Whether the recording level was taken out.
    best_params_ : dict of str to dict
        What tuning changed in each learner's defaults.
    n_groups_ : int
        Number of groups, after those that share a duplicate row were merged.
    n_features_in_ : int
        Number of input columns.

    Raises
    ------
    TableError
        If there is one class only, or a class has too few groups for the budget's folds.

    References
    ----------
    Wolpert, D. H. (1992). Stacked generalization. Neural Networks 5(2), 241-259.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning import Budget, GenreStack
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["jazz", "metal"], 20)
    >>> X = rng.normal(size=(40, 3)) + 4.0 * (y == "metal")[:, None]
    >>> stack = GenreStack(learners=("qda", "knn"), budget=Budget("none")).fit(X, y)
    >>> stack.predict(X[[0, -1]]).tolist()
    ['jazz', 'metal']
    """

    def __init__(
        self,
        *,
        learners: Sequence[str] = LEARNERS,
        budget: str | Budget = "small",
        columns: Sequence[str] | None = None,
        level_invariant: bool = True,
        offsets: bool = False,
        seed: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.learners = learners
        self.budget = budget
        self.columns = columns
        self.level_invariant = level_invariant
        self.offsets = offsets
        self.seed = seed
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Any,  # noqa: ANN401 - array or DataFrame
        y: npt.ArrayLike,
        groups: npt.ArrayLike | None = None,
        recordings: npt.ArrayLike | None = None,
    ) -> Self:
        """Tune the learners, fit the final one, and fit the learners on all rows.

        Parameters
        ----------
        X : array_like of shape (n_rows, n_columns)
            Features.
        y : array_like of shape (n_rows,)
            Labels.
        groups : array_like of shape (n_rows,), optional
            What must not be parted, such as artists; by default recordings are not. Equal
            rows are kept together in any case.
        recordings : array_like of shape (n_rows,), optional
            The recording of each row; by default each row is one. Conformal sets are
            learned for recordings, whose probabilities are the mean of their rows'.
        """
        X, labels = validate_data(self, X, y, dtype=np.float64)
        codes = self._encode(labels)
        whole = np.arange(len(X)) if recordings is None else column_or_1d(recordings)
        owners = whole if groups is None else column_or_1d(groups)
        check_consistent_length(X, owners, whole)
        owners = merge_groups(owners, duplicates=exact_duplicates(X))
        self.n_groups_ = len(np.unique(owners))
        samples = Samples(codes, owners, whole, seed=self.seed)
        limits = budget_of(self.budget).limits
        with threadpool_limits(1), joblib_backend(self.n_jobs, shared=[X, codes]):
            P, folds = self._fit_learners(X, codes, samples=samples)
            self.pool_, held_out = weighed(P, folds=folds, samples=samples, most=limits.pool)
        self.conformal_ = ConformalSets.fit(*whole_recordings(held_out, codes, names=whole))
        return self

    def _encode(self, labels: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
        """Keep the labels, and return their numbers: boosted trees know numbers only."""
        check_classification_targets(labels)
        found, codes = np.unique(labels, return_inverse=True)
        if len(found) < 2:
            raise TableError("there is only one class; give recordings of two genres or more")
        # Text as objects could hold anything, and would have to be trusted on loading.
        text = all(isinstance(label, str) for label in found)
        self.classes_ = found.astype(str) if text else found
        return codes

    def _fit_learners(
        self, X: npt.NDArray[np.float64], y: npt.NDArray[np.intp], *, samples: Samples
    ) -> tuple[npt.NDArray[np.float64], list[Fold]]:
        """Fit the learners; return what they say of rows that they had not seen, and the folds."""
        owners = samples.groups
        fewest = min(groups_per_class(y, groups=owners).values())
        budget = budget_of(self.budget).within(fewest)
        limits, few = budget.limits, samples.of(most=budget.limits.tuning)
        columns = self.columns
        if columns is None and hasattr(self, "feature_names_in_"):
            columns = tuple(map(str, self.feature_names_in_))
        self.level_invariant_ = self.level_invariant and LEVEL in (columns or ())
        # Another seed than the tuning's: parameters suit the folds that they were chosen on.
        # By labels, not by their numbers, because errors name them.
        folds = grouped_folds(
            self.classes_[y],
            groups=owners,
            n_splits=budget.stack_folds,
            seed=self.seed + 1,
            least_rows=2,
        )
        tuned = {
            name: tune(
                name,
                taken(X, few),
                taken(y, few),
                groups=taken(owners, few),
                budget=budget,
                seed=self.seed,
                columns=columns,
                level_invariant=self.level_invariant_,
                offsets=self.offsets,
            )
            for name in self.learners
        }
        self.best_params_ = {name: found for name, (_, found) in tuned.items()}
        pipelines = [learner for learner, _ in tuned.values()]

        def part(place: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
            """Return as many of these rows as a learner can hold."""
            return samples.of(rows, most=limits.rows(self.learners[place]))

        P = out_of_fold(pipelines, X, y, folds=folds, part=part)
        self.learners_ = dict(zip(tuned, fit_all(pipelines, X, y, part=part), strict=True))
        return P, folds

    def learner_probabilities(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
        """Return what each learner says: shape (n_learners, n_rows, n_classes)."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        with threadpool_limits(1):
            return np.stack([piecewise(learner, rows) for learner in self.learners_.values()])

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
        """Return the probability of each class: shape (n_rows, n_classes)."""
        check_is_fitted(self)
        with threadpool_limits(1):
            return self.pool_.predict_proba(self.learner_probabilities(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401
        """Return the likeliest label of each row: shape (n_rows,)."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])
