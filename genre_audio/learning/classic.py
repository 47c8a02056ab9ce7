"""Textbook pipelines: fill in, standardise, reduce, balance, learn; all of it in ``fit``.

These are not the learners of `genre_audio.learning.learners`. Those are made for one
thing, genres of recordings by unheard artists: they know the feature columns by name, take
the recording level out, whiten within genres, and their logistic regression has a kernel.
Good as they are, they are not what anyone means by "logistic regression" or "a decision
tree", they cannot be compared with published studies, and they learn from no other
columns. Here are the plain ones, for any table of numbers, as a study of learners and of
balancing wants them: medians for missing values, `StandardScaler`, `PCA`, a way to
balance, and a learner of scikit-learn's or XGBoost's.

`stack` is the exception: the best there is for such tables. It averages the log
probabilities of a support vector machine, boosted trees, a forest and neighbours, which
count 2, 3, 1 and 1; the machine and the neighbours are given the normal scores of ranks,
since columns of such tables are skewed. With ``class_weight`` its members stay as they
are, and what they say together is weighted. That is closer to equal recalls than weighted
members are, of which a forest and neighbours hardly heed the weights. Nothing of it is
learned from held-out rows, so that it needs no inner folds but those that say what a
margin is worth.

All of that was chosen by 5-fold cross-validation on one random half of the 4,802 tracks
of Rock and Hip-Hop with eight metrics, and looked at on the other half afterwards.

Nothing may enter here that scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from genre_audio.errors import ParameterError
from genre_audio.learning.balancing import BalancedClassifier, class_weights, known_balance
from genre_audio.learning.classic_estimators import ESTIMATORS
from genre_audio.learning.classic_rows import checked_rows, refuse_alike, refuse_single
from genre_audio.learning.components import check_components
from genre_audio.learning.margins import TemperedMargins
from genre_audio.learning.plain.pooling import pooled
from genre_audio.learning.transforms import NormalScores

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["CLASSIC_LEARNERS", "ClassicLearner", "known_learner"]

_STACK: Final = "stack"
_MEMBERS: Final = {"svm": 2.0, "xgboost": 3.0, "random_forest": 1.0, "knn": 1.0}
"""Learners of the stack, and how much each counts."""
_RANKED: Final = frozenset({"svm", "knn"})
_SHARE: Final = 0.001
"""Share of equal probabilities in what a member says, so that no logarithm is infinite."""

CLASSIC_LEARNERS: Final = (*ESTIMATORS, _STACK)
"""Names of the textbook learners; `stack` is several of them together."""


def known_learner(name: str) -> str:
    """Return the name of a textbook learner, or refuse it.

    Raises
    ------
    ParameterError
        If it is none of `CLASSIC_LEARNERS`.

    Examples
    --------
    >>> from genre_audio.learning.classic import known_learner
    >>> known_learner("svm")
    'svm'
    """
    if name not in CLASSIC_LEARNERS:
        raise ParameterError(f"unknown learner {name!r}; choose from {', '.join(CLASSIC_LEARNERS)}")
    return name


class ClassicLearner(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One textbook learner with all that stands before it.

    Parameters
    ----------
    learner : str
        One of `CLASSIC_LEARNERS`.
    components : int, float or None
        Principal components that are kept: a number, or the share of variance that they
        hold together, such as 0.9. None keeps the columns.
    balance : str
        One of `genre_audio.learning.BALANCES`.
    seed : int
        Seed of everything random.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    members_ : list
        What was fitted; one, or the members of the stack.
    n_features_in_ : int
        Number of columns.

    Raises
    ------
    ParameterError
        If there is no such learner or balancing, or more components than columns or rows.
    TableError
        If there is one class only, or a value is infinite.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning import ClassicLearner
    >>> rng, y = np.random.default_rng(0), np.repeat(["jazz", "metal"], [30, 10])
    >>> X = rng.normal(size=(40, 3)) + 6.0 * (y == "metal")[:, None]
    >>> tree = ClassicLearner("decision_tree", components=2, balance="smote").fit(X, y)
    >>> float((tree.predict(X) == y).mean())
    1.0
    """

    def __init__(
        self,
        learner: str = "decision_tree",
        *,
        components: float | None = None,
        balance: str = "none",
        seed: int = 0,
    ) -> None:
        self.learner = learner
        self.components = components
        self.balance = balance
        self.seed = seed

    def fit(self, X: Any, y: Any, *, groups: Any = None) -> Self:  # noqa: ANN401 - array_like
        """Learn from rows; groups are not parted inside either.

        Parameters
        ----------
        X : array_like of shape (n_rows, n_columns)
            Features; NaN where a value is missing.
        y : array_like of shape (n_rows,)
            Labels.
        groups : array_like of shape (n_rows,), optional
            What belongs together; by default every row is by itself.

        Returns
        -------
        ClassicLearner
            Itself.
        """
        known_learner(self.learner), known_balance(self.balance)
        rows = checked_rows(X)
        owners = np.arange(len(rows)) if groups is None else np.asarray(groups)
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        refuse_alike(rows, classes=self.classes_)
        if self.learner == "qda":
            refuse_single(self.classes_, counts=np.bincount(codes), learner=self.learner)
        self.n_features_in_ = rows.shape[1]
        # What margins are worth is found on folds, whose training parts are smaller.
        least = len(rows) // 2 if "svm" in self._members else len(rows)
        check_components(self.components, rows=least, columns=rows.shape[1])
        self.members_ = [self._fitted(name, rows, codes, groups=owners) for name in self._members]
        weighted = self.learner == _STACK and self.balance == "class_weight"
        self.tilt_ = class_weights(codes) if weighted else np.ones(len(self.classes_))
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 - array_like
        """Return the probability of each class for each row."""
        check_is_fitted(self)
        rows = checked_rows(X)
        said = np.stack([member.predict_proba(rows) for member in self.members_])
        said = np.asarray(said / said.sum(axis=2, keepdims=True), dtype=np.float64)
        if self.learner != _STACK:
            return said[0]
        counts = np.array(list(_MEMBERS.values()))
        together = pooled(said, weights=counts / counts.sum(), share=_SHARE) * self.tilt_
        return np.asarray(together / together.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401 - array_like
        """Return the most probable class of each row."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    @property
    def _members(self) -> tuple[str, ...]:
        return tuple(_MEMBERS) if self.learner == _STACK else (self.learner,)

    @property
    def _members_balance(self) -> str:
        weighted_together = self.learner == _STACK and self.balance == "class_weight"
        return "none" if weighted_together else self.balance

    def _fitted(
        self,
        name: str,
        X: npt.NDArray[np.float64],
        y: npt.NDArray[np.intp],
        *,
        groups: npt.NDArray[Any],
    ) -> Any:  # noqa: ANN401
        pipeline = self._pipeline(name)
        if name != "svm":
            return pipeline.fit(X, y)
        balanced = self._members_balance != "none"
        tempered = TemperedMargins(pipeline, balanced=balanced, seed=self.seed)
        return tempered.fit(X, y, groups=groups)

    def _pipeline(self, name: str) -> Pipeline:
        steps: list[tuple[str, Any]] = [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
        if self.learner == _STACK and name in _RANKED:
            steps.append(("ranks", NormalScores()))
        if self.components is not None:
            # As many as hold a share are known only from all of them.
            number = self.components if self.components < 1 else int(self.components)
            reduce = PCA(number, svd_solver="full", random_state=self.seed)
            steps.append(("reduce", reduce))
        estimator = ESTIMATORS[name](self.seed)
        last = BalancedClassifier(estimator, balance=self._members_balance, seed=self.seed)
        return Pipeline([*steps, ("learn", last)])
