"""Where ``genre-audio retrain`` puts a model: a place that is held while it is trained."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

from genre_audio.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["model_place"]


@contextlib.contextmanager
def model_place(name: str | None, *, output: Path | None, force: bool) -> Iterator[Path]:
    """Hold the place where the model goes, refused before the work and not after it.

    Parameters
    ----------
    name : str or None
        The model's name among the user's own.
    output : pathlib.Path or None
        Its folder instead.
    force : bool
        Whether a model that is there may be replaced.

    Yields
    ------
    pathlib.Path
        The folder; with neither name nor output one that is called by the date.

    Raises
    ------
    BusyError
        If another run is writing a model there.
    OutputError
        If something stands there that may not be replaced.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from genre_audio.cli.retrain_place import model_place
    >>> with tempfile.TemporaryDirectory() as root:
    ...     with model_place(None, output=Path(root, "model"), force=False) as folder:
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
