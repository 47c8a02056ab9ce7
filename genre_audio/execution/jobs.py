"""How many workers there may be."""

from __future__ import annotations

from genre_audio.errors import ParameterError

__all__ = ["resolve_jobs"]


def resolve_jobs(n_jobs: int | None) -> int:
    """Return the number of worker processes: all cores where None is given.

    Raises
    ------
    ParameterError
        If the number is below 1.

    Examples
    --------
    >>> from genre_audio.execution import resolve_jobs
    >>> resolve_jobs(2)
    2
    """
    if n_jobs is None:
        import joblib

        return int(joblib.cpu_count())
    if n_jobs < 1:
        raise ParameterError(f"{n_jobs} workers were asked for; at least 1 is needed")
    return n_jobs
