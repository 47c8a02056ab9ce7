"""What was found, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genre_audio.exploration.exploration import Exploration

__all__ = ["findings"]


def findings(exploration: Exploration) -> list[str]:
    """Say what matters, one short sentence for each finding."""
    raise NotImplementedError
