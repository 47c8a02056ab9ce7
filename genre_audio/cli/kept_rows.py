"""The rows that a model keeps, taken to train on again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.cli.output import say
from genre_audio.cli.rows import say_dataset
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from genre_audio.tables import Annotations, Dataset, FeatureTable
    from genre_audio.training.refit import StoredRows

__all__ = ["kept_rows"]


def kept_rows(
    source: Path, *, groups: str | None, asked: Mapping[str, object]
) -> tuple[str, tuple[FeatureTable, Dataset] | None, Annotations | None]:
    """Return the task of a model and the rows that it keeps, if `source` is such a model.

    Parameters
    ----------
    source : pathlib.Path
        What is to be trained on.
    groups : str, optional
        What ``--groups`` names; what the model kept apart by default.
    asked : mapping of str to object
        Options that say something to other sources only; None where nothing was said.

    Returns
    -------
    str
        The task; ``"genre"`` where there is no such model.
    (FeatureTable, Dataset) or None
        The rows.
    Annotations or None
        Titles of the recordings, where the model knows them all.

    Raises
    ------
    ParameterError
        If one of these options was given all the same.
    ModelError
        If the rows were changed, or are of another recipe.

    Examples
    --------
    >>> from genre_audio.cli.kept_rows import kept_rows
    >>> from genre_audio.training import resolve_model
    >>> kept_rows(resolve_model("default").path, groups=None, asked={})
    ('genre', None, None)
    """
    from genre_audio.tables import dataset_of, resolve_groups
    from genre_audio.training.description import ROWS_FILE, is_bundle
    from genre_audio.training.refit import stored_rows

    if not is_bundle(source) or not (source / ROWS_FILE).is_file():
        return "genre", None, None
    for option, value in asked.items():
        if value is not None:
            raise ParameterError(
                f"{option} says how recordings are described; the rows of {source} are there "
                "already: leave it out"
            )
    say(f"taking the training rows of the model in {source}")
    stored = stored_rows(source)
    dataset = stored.dataset
    if groups is None:
        say(f"kept apart as they were then: {dataset.grouping}")
    else:
        dataset = dataset_of(stored.table, groups=resolve_groups(groups, table=stored.table))
    say_dataset(dataset)
    return stored.info.task, (stored.table, dataset), _titles(stored)


def _titles(stored: StoredRows) -> Annotations | None:
    from genre_audio.tables import Annotations

    if stored.credits is None:
        return None
    names, titles = stored.dataset.names.tolist(), stored.credits.titles.tolist()
    if len(names) != len(titles):
        say("of so many rows a model keeps the titles of some only: --titles gives them again")
        return None
    return Annotations({name: t for name, t in zip(names, titles, strict=True) if t}, "title")
