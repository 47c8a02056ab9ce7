"""Many small trees in few arrays, asked all at once.

The nodes of all trees stand one after another, children side by side and behind their
parents. A row at a node goes to ``left`` where its value is at most the threshold, else
to the one behind it. Leaves lead to themselves, so that rows that have arrived stay. One
form serves averaged and boosted trees: both compare in single precision, and "below" is
"at most the next smaller number".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Rows = NDArray[np.float64]

__all__ = ["boosted", "checked_trees", "forest"]

# Rows at a time: as many as keep the nodes of all of them near the processor.
_BLOCK: Final = 64
# Numbers of leaves at a time, which decides where there are far more trees than ours have.
_AT_ONCE: Final = 2**22
_MOST_SAID: Final = 2**20
_DEEPEST: Final = 4096


def checked_trees(trees: Mapping[str, Array], *, n_classes: int) -> dict[str, Array]:
    """Return trees with their whole numbers as int64; refuse what can give no answer.

    Parameters
    ----------
    trees : mapping of str to ndarray
        What `forest` takes by name, or `boosted`: those have a ``base``.
    n_classes : int
        Number of classes that the leaves speak of.

    Raises
    ------
    ValueError
        If nodes lead in circles or out of the arrays, the way to a leaf is longer than any
        of ours, or an array has another shape or type than ours.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.trees import checked_trees
    >>> nothing, inf = np.zeros(1, np.uint8), np.array([np.inf], np.float32)
    >>> tree = {"roots": nothing, "left": nothing, "feature": nothing, "leaf": nothing}
    >>> tree |= {"threshold": inf, "values": np.array([[0.9, 0.1]])}
    >>> checked_trees(tree, n_classes=2)["left"].dtype
    dtype('int64')
    """
    whole = {name: trees[name] for name in ("roots", "left", "feature", "leaf")}
    threshold, values, base = trees["threshold"], trees["values"], trees.get("base")
    if (
        any(value.ndim != 1 or value.dtype.kind not in "iu" for value in whole.values())
        or threshold.ndim != 1
        or threshold.dtype != np.float32
    ):
        raise ValueError("these are no trees: nodes are whole numbers, thresholds float32")
    # In narrow types, sums of sound numbers may be wrong.
    whole = {name: value.astype(np.int64) for name, value in whole.items()}
    roots, left, feature, leaf = whole.values()
    places = np.arange(len(left))
    leaves = left == places
    sound = (
        len(left) == len(feature) == len(threshold) == len(leaf)
        and len(roots) > 0
        and bool((left >= places).all())
        and bool((left[~leaves] < len(left) - 1).all())
        and bool((threshold[leaves] == np.inf).all())
        and bool(((roots >= 0) & (roots < len(left))).all())
        and bool((feature >= 0).all())
        and bool(((leaf >= 0) & (leaf < len(values))).all())
    )
    if not sound or not _grown(roots, left, inner=~leaves):
        raise ValueError("these are no trees: nodes lead in circles or out of the arrays")
    said = values.shape == (len(values), n_classes)
    if base is not None:
        turns = 1 if n_classes == 2 else n_classes
        said = base.shape == (turns,) and values.ndim == 1 and len(roots) % turns == 0
    if not said:
        raise ValueError(f"the leaves do not speak of {n_classes} classes")
    if len(roots) * max(1, n_classes) > _MOST_SAID:
        raise ValueError(f"{len(roots)} trees are more than any of ours")
    return {**trees, **whole}


def _grown(roots: Array, left: Array, *, inner: Array) -> bool:
    """Tell whether every node is a root or the child of one other, and none is too deep."""
    parents = np.bincount(roots, minlength=len(left))
    parents += np.bincount(left[inner], minlength=len(left))
    parents += np.bincount(left[inner] + 1, minlength=len(left))
    if (parents != 1).any():
        return False
    level = roots
    for _ in range(_DEEPEST):
        above = level[inner[level]]
        if not len(above):
            return True
        level = np.concatenate([left[above], left[above] + 1])
    return False


def forest(X: Rows, *, values: NDArray[np.float64], **trees: Array) -> Array:
    """Return the mean of what the leaves say, over the trees.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        Rows.
    values : ndarray of float64, shape (n_leaves, n_classes)
        What each leaf says.
    **trees : ndarray
        ``roots``, ``left``, ``feature``, ``threshold`` and ``leaf``: the number of each
        node in `values`.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.trees import forest
    >>> tree = {"roots": np.array([0]), "left": np.array([1, 1, 2]), "leaf": np.array([0, 0, 1])}
    >>> tree |= {"feature": np.zeros(3, int), "threshold": np.array([5, np.inf, np.inf])}
    >>> forest(np.array([[4.0], [6.0]]), values=np.array([[0.9, 0.1], [0.2, 0.8]]), **tree)
    array([[0.9, 0.1],
           [0.2, 0.8]])
    """
    found = [values[leaves].sum(axis=1) for leaves in _leaves(X, values=values, **trees)]
    return np.concatenate(found) / len(trees["roots"])


def boosted(
    X: Rows,
    *,
    values: NDArray[np.float32],
    base: NDArray[np.float32],
    **trees: Array,
) -> Array:
    """Return the probabilities that boosted trees give, in single precision as they do.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        Rows.
    values : ndarray of float32, shape (n_leaves,)
        What each leaf adds.
    base : ndarray of float32, shape (n_scores,)
        What is said of each class before; one number where there are two classes.
    **trees : ndarray
        As in `forest`; trees of the classes take turns.

    Returns
    -------
    ndarray of float32, shape (n_rows, n_classes)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.trees import boosted
    >>> tree = {"roots": np.array([0]), "left": np.array([1, 1, 2]), "leaf": np.array([0, 0, 1])}
    >>> tree |= {"feature": np.zeros(3, int), "threshold": np.array([5, np.inf, np.inf])}
    >>> values, base = np.array([-9, 9], np.float32), np.zeros(1, np.float32)
    >>> boosted(np.array([[4.0], [6.0]]), values=values, base=base, **tree).round().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    scores = []
    for leaves in _leaves(X, values=values, **trees):
        said = values[leaves].reshape(len(leaves), -1, len(base))
        start = np.broadcast_to(base, (len(leaves), 1, len(base)))
        scores.append(np.concatenate([start, said], axis=1).sum(axis=1))
    margins = np.concatenate(scores)
    if len(base) == 1:
        second = 1 / (1 + np.exp(-margins))
        return np.hstack([1 - second, second])
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)


def _leaves(
    X: Rows,
    *,
    roots: Array,
    left: Array,
    feature: Array,
    threshold: Array,
    leaf: Array,
    values: Array,
) -> Iterator[NDArray[np.intp]]:
    """Yield the leaves that blocks of rows arrive at, each of shape (rows, trees)."""
    with np.errstate(over="ignore"):  # beyond single precision a value is above everything
        rows = np.ascontiguousarray(X, dtype=np.float32)
    if feature.max() >= rows.shape[1]:
        raise ValueError(f"rows of {rows.shape[1]} numbers for trees that ask for more")
    size = max(1, min(_BLOCK, _AT_ONCE // (len(roots) * values[0].size)))
    for first in range(0, len(rows), size):
        block = rows[first : first + size]
        flat, starts = block.ravel(), np.arange(len(block))[:, np.newaxis] * block.shape[1]
        at = np.repeat(roots[np.newaxis], len(block), axis=0)
        for _ in range(len(left)):  # no way down has more nodes
            value = flat[starts + feature[at]]
            below = left[at] + (value > threshold[at])
            if np.array_equal(below, at):
                break
            at = below
        else:
            raise ValueError("these are no trees: nodes lead in circles")
        yield leaf[at]
