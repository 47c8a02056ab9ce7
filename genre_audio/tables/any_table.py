"""Tables of any origin: CSV or JSON, in one file or in two that share an id.

What is not understood is refused with file, row and column, and what reading changes is
said: a figure is worth nothing that silently stands on half of the rows. No learner and no
audio may enter here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.tables.metric_table import MetricTable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["read_any_table"]


def read_any_table(
    path: Path,
    *,
    metrics: Path | None = None,
    on: str | None = None,
    label: str | None = None,
    columns: Sequence[str] | None = None,
) -> MetricTable:
    """Read a table of any origin (see the module); to come."""
    raise NotImplementedError
