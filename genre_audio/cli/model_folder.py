"""Where a new model goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["free_folder"]


def free_folder(name: str | None, *, output: Path | None, force: bool) -> Path:
    """Return where the model goes, refused before the work and not after it."""
    from genre_audio.training.description import check_place
    from genre_audio.training.store import user_model, user_models

    if output is None and name is None:
        import datetime

        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        names = [today, *(f"{today}-{number}" for number in range(2, 1000))]
        return next(user_models() / free for free in names if not (user_models() / free).exists())
    folder = output if output is not None else user_model(str(name))
    check_place(folder, force=force)
    return folder
