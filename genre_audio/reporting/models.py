"""The list of models as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.training import ModelEntry

__all__ = ["models_text"]


def models_text(entries: Sequence[ModelEntry]) -> str:
    r"""Return one line for each model: name, task, schema, training table, score, date.

    Examples
    --------
    >>> from genre_audio.reporting.models import models_text
    >>> models_text([])
    'no models\n'
    """
    if not entries:
        return "no models\n"
    header = ["", "name", "task", "schema", "trained on", "accuracy", "protocol", "made", "place"]
    return text_table([_row(entry) for entry in entries], header=header)


def _row(entry: ModelEntry) -> list[str]:
    info = entry.info
    score = info.scores[0] if info.scores else None
    return [
        "*" if entry.active else "",
        info.name,
        info.task,
        f"{info.schema['name']} v{info.schema['version']}, {info.segmentation['seconds']:g} s",
        f"{info.training['table']} ({info.training['rows']} rows)",
        f"{score['accuracy']:.3f}" if score else "unknown",
        score["protocol"] if score else "",
        info.created,
        f"{entry.source}: {entry.path}",
    ]
