"""One function for all forms, and what their files are called."""

from __future__ import annotations

import dataclasses
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError
from genre_audio.reporting.exports.audacity import audacity_text
from genre_audio.reporting.exports.elan import elan_text
from genre_audio.reporting.exports.jams import jams_text
from genre_audio.reporting.exports.plain import csv_text, jsonl_text
from genre_audio.reporting.exports.raven import raven_text
from genre_audio.reporting.exports.sonic_visualiser import sonic_visualiser_text
from genre_audio.reporting.file_names import fitting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from genre_audio.prediction import Span

__all__ = ["FORMS", "Form", "export", "export_name"]


@dataclasses.dataclass(frozen=True)
class _Facts:
    """What a form may want to say of the recording."""

    tier: str
    recording: str
    duration: float | None
    sr: int | None


@dataclasses.dataclass(frozen=True)
class Form:
    """A form of file.

    Attributes
    ----------
    suffix : str
        What its files' names end in.
    tool : str
        What opens them, and how.

    Examples
    --------
    >>> from genre_audio.reporting.exports import FORMS
    >>> FORMS["jams"].suffix
    '.jams'
    """

    suffix: str
    tool: str
    _write: Callable[[Sequence[Span], _Facts], str]


FORMS: Final[dict[str, Form]] = {
    "audacity": Form(
        ".labels.txt",
        "Audacity (File, Import, Labels)",
        lambda spans, _: audacity_text(spans),
    ),
    "sonic-visualiser": Form(
        ".regions.csv",
        "Sonic Visualiser (File, Import Annotation Layer)",
        lambda spans, _: sonic_visualiser_text(spans),
    ),
    "raven": Form(
        ".selections.txt",
        "Raven (File, Open Selection Table)",
        lambda spans, facts: raven_text(spans, tier=facts.tier, sr=facts.sr),
    ),
    "elan": Form(
        ".elan.txt",
        "ELAN (File, Import, CSV / Tab-delimited Text File)",
        lambda spans, facts: elan_text(spans, tier=facts.tier),
    ),
    "jams": Form(
        ".jams",
        "jams and mir_eval",
        lambda spans, facts: jams_text(
            spans, tier=facts.tier, recording=facts.recording, duration=facts.duration
        ),
    ),
    "csv": Form(
        ".spans.csv",
        "spreadsheets",
        lambda spans, facts: csv_text(spans, tier=facts.tier, recording=facts.recording),
    ),
    "jsonl": Form(
        ".spans.jsonl",
        "programs",
        lambda spans, facts: jsonl_text(spans, tier=facts.tier, recording=facts.recording),
    ),
}
"""Forms by name."""


def export(
    spans: Sequence[Span],
    *,
    form: str,
    tier: str = "genre",
    recording: str = "",
    duration: float | None = None,
    sr: int | None = None,
) -> str:
    r"""Return spans of one recording as the text of a file.

    Parameters
    ----------
    spans : sequence of Span
        One tier of a recording, in order of time.
    form : str
        One of `FORMS`.
    tier : str
        What the labels are: ``genre`` or ``content``.
    recording : str
        Its name, where the form says it.
    duration : float, optional
        Its length in s, where the form says it; by default until the last span's end.
    sr : int, optional
        Its sampling rate in Hz, where the form says it.

    Returns
    -------
    str
        To be written as UTF-8, without changing line feeds.

    Raises
    ------
    ParameterError
        If there is no such form.

    Examples
    --------
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports import export
    >>> export([Span(0.0, 62.5, "speech", 0.98)], form="audacity", tier="content")
    '0.000000\t62.500000\tspeech 0.98\n'
    """
    facts = _Facts(tier=tier, recording=recording, duration=duration, sr=sr)
    return _form(form)._write(spans, facts)


def export_name(recording: str, *, form: str, tier: str = "genre") -> str:
    """Return what a file is called: the recording's name, the tier, and the form's ending.

    The recording's own ending stays, for ``a.wav`` and ``a.flac`` may lie in one folder.
    A name too long for a file loses what is too much; a part of its hash keeps it apart.

    Parameters
    ----------
    recording : str
        Its name, perhaps with folders.
    form : str
        One of `FORMS`.
    tier : str
        What the labels are.

    Raises
    ------
    ParameterError
        If there is no such form.

    Examples
    --------
    >>> from genre_audio.reporting.exports import export_name
    >>> export_name("1953/tape 1.wav", form="raven")
    '1953/tape 1.wav.genre.selections.txt'
    """
    place = PurePosixPath(recording)
    return str(place.with_name(fitting(place.name, ending=f".{tier}{_form(form).suffix}")))


def _form(name: str) -> Form:
    if name not in FORMS:
        raise ParameterError(f"there is no form {name!r} to export; choose {', '.join(FORMS)}")
    return FORMS[name]
