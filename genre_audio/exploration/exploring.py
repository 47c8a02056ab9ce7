"""From a table to all that is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from genre_audio.exploration.exploration import Exploration

__all__ = ["explore"]


def explore(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str],
    label: str | None = None,
    names: str | None = None,
    pairs: Sequence[tuple[str, str]] = (),
    seed: int = 0,
) -> Exploration:
    """Look at a table."""
    raise NotImplementedError
