"""Ways to make genres count alike, for training rows only."""

from __future__ import annotations

from typing import Final

__all__ = ["BALANCES"]

BALANCES: Final = ("none", "undersample", "oversample", "smote", "class_weight")
"""Names of the ways to balance."""
