"""Every score of an evaluation over thousands of resamples at once.

What adds up over entries is added up once for each group; a resample is then a weighted
sum of groups. The calibration error does not add up, and is found anew in each resample;
chance enlarges it, so that its resamples are moved back onto the value.

Only arithmetic on what was scored may enter here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse

from genre_audio.evaluation import scores
from genre_audio.evaluation.bootstrap import centred, drawn_groups, summed_by_group
from genre_audio.evaluation.reliability import weighted_errors
from genre_audio.evaluation.words import guess

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.evaluation.evaluation import Evaluation

__all__ = ["confusions_by_group", "resampled_scores"]


def resampled_scores(evaluation: Evaluation) -> dict[str, NDArray[np.float64]]:
    """Return the scores of resamples that draw whole groups.

    Parameters
    ----------
    evaluation : Evaluation
        What was scored.

    Returns
    -------
    dict of str to ndarray of float64, shape (resamples,)
        By the names of `SCORES`, and ``gain``: the accuracy above the baseline. The same
        groups are drawn in every evaluation of as many groups.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.resampled import resampled_scores
    >>> p, names = np.array([[0.6, 0.4], [0.8, 0.2]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> np.unique(resampled_scores(it)["accuracy"]).tolist()
    [0.0, 0.5, 1.0]
    """
    codes = _codes(evaluation)
    confusions, sums = confusions_by_group(evaluation), _sums(evaluation, codes)
    genres = len(evaluation.labels)
    said, hits = evaluation.probabilities.max(axis=1), evaluation.predicted == evaluation.truth
    order = np.argsort(said, kind="stable")
    said, hits, owners = said[order], hits[order], codes[order]
    found: dict[str, list[NDArray[np.float64]]] = {}
    for drawn in drawn_groups(len(sums)):
        confusion = (drawn @ confusions).reshape(len(drawn), genres, genres)
        n, losses, squares, guessed = (drawn @ sums).T
        accuracy = scores.accuracy(confusion)
        block = {
            "accuracy": accuracy,
            "balanced_accuracy": scores.balanced_accuracy(confusion),
            "macro_f1": scores.macro_f1(confusion),
            "log_loss": losses / n,
            "brier": squares / n,
            "expected_calibration_error": weighted_errors(said, hits, weights=drawn[:, owners]),
            "gain": accuracy - guessed / n,
        }
        for name, values in block.items():
            found.setdefault(name, []).append(values)
    joined = {name: np.concatenate(blocks) for name, blocks in found.items()}
    error = "expected_calibration_error"
    return joined | {error: centred(evaluation.expected_calibration_error, joined[error])}


def confusions_by_group(evaluation: Evaluation) -> Any:  # noqa: ANN401 - SciPy has no types
    """Return one confusion matrix for each group.

    A group has few entries: with two hundred genres a full matrix for each takes gigabytes.

    Parameters
    ----------
    evaluation : Evaluation
        What was scored.

    Returns
    -------
    csr_array of float64, shape (groups, genres²)
        Counts, groups in sorted order.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.resampled import confusions_by_group
    >>> p, names = np.array([[0.6, 0.4], [0.8, 0.2]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> confusions_by_group(it).toarray().tolist()
    [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    """
    codes, genres = _codes(evaluation), len(evaluation.labels)
    cells = evaluation.truth * genres + evaluation.predicted
    shape = (int(codes.max(initial=-1)) + 1, genres**2)
    return scipy.sparse.csr_array((np.ones(len(cells)), (codes, cells)), shape=shape)


def _codes(evaluation: Evaluation) -> NDArray[np.intp]:
    return np.unique(evaluation.groups, return_inverse=True)[1].reshape(-1)


def _sums(evaluation: Evaluation, codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return what adds up, for each group: entries, log losses, squares, lucky guesses."""
    guessed = guess(evaluation) == evaluation.truth
    columns = [np.ones(len(evaluation)), evaluation.losses, evaluation.squares, guessed]
    return summed_by_group(np.column_stack(columns), codes=codes)
