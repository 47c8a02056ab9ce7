"""``genre-audio predict --report``: pages on recordings."""

from __future__ import annotations

import datetime
import platform
import shlex
import sys
from typing import TYPE_CHECKING, Any

from genre_audio.cli.output import say
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from genre_audio.cli.predict_rows import Told
    from genre_audio.cli.predict_setting import Setting
    from genre_audio.prediction import Prediction
    from genre_audio.reporting.report import Reported

__all__ = ["check_report", "write_report"]


def check_report(place: Path | None, *, single: bool) -> None:
    """Refuse before the work one page for several recordings, or a place that is closed."""
    from genre_audio.files.places import check_writable

    if place is not None and place.suffix.lower() in {".html", ".htm"} and not single:
        raise ParameterError(
            f"{place} is to be the page on one recording: for a folder of them name a folder, "
            "without .html"
        )
    if place is not None:
        check_writable(place)


def write_report(
    place: Path, predictions: Sequence[Prediction], told: Told, setting: Setting
) -> None:
    """Write the pages, and say where to begin."""
    from genre_audio.reporting.report import prediction_report

    page = prediction_report(
        _reported(predictions, told),
        target=place,
        bundle=setting.bundle,
        failures=[(name, failure["message"]) for name, failure in told.failures.items()],
        provenance=_provenance(setting),
    )
    say(f"report: {page}")


def _reported(predictions: Sequence[Prediction], told: Told) -> Iterator[Reported]:
    from genre_audio.reporting.report import Reported

    for prediction in predictions:
        name = prediction.recording
        yield Reported(prediction, path=told.paths.get(name), rows=told.rows(name))


def _provenance(setting: Setting) -> dict[str, Any]:
    from genre_audio.tables.manifest import package_versions

    return {
        "Command": shlex.join(["genre-audio", *sys.argv[1:]]),
        "Made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "Parameters": setting.parameters.as_dict(),
        "Versions": package_versions() | {"Python": platform.python_version()},
    }
