"""Where a new model goes, held from before the training until it is there."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

from genre_audio.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["free_folder"]


@contextlib.contextmanager
def free_folder(name: str | None, *, output: Path | None, force: bool) -> Iterator[Path]:
    """Hold the place where the model goes, refused before the work and not after it.

    Parameters
    ----------
    name : str or None
        Of the model, among the user's own; by default today's date.
    output : pathlib.Path or None
        Another folder.
    force : bool
        Whether a model that is there may be replaced.

    Yields
    ------
    pathlib.Path

    Raises
    ------
    BusyError
        If another run holds it.
    OutputError
        If something is there.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.cli.model_place import free_folder
    >>> with tempfile.TemporaryDirectory() as root:
    ...     with free_folder(None, output=pathlib.Path(root, "model"), force=False) as folder:
    ...         folder.name
    'model'
    """
    from genre_audio.files import lock
    from genre_audio.training.description import check_place
    from genre_audio.training.store import user_model

    if output is None and name is None:
        with _free_name() as folder:
            yield folder
        return
    folder = output if output is not None else user_model(str(name))
    with lock(folder):
        check_place(folder, force=force)
        yield folder


@contextlib.contextmanager
def _free_name() -> Iterator[Path]:
    """Hold a folder called by the date, which neither stands nor is another run's."""
    import datetime

    from genre_audio.files import lock
    from genre_audio.training.store import user_models

    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for name in itertools.chain([today], (f"{today}-{number}" for number in itertools.count(2))):
        folder = user_models() / name
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(lock(folder))
            except BusyError:
                continue
            if not folder.exists():
                yield folder
                return
