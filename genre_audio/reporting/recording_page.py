"""The page on one recording: its outline and mel spectrogram, how good it is, what is refused.

A sibling of the other pages: findings in words first, then the pictures, then the tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.reporting.canvas import svg_markup
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.page import listed, render
from genre_audio.reporting.recording_words import REASONS, quality_rows, recording_findings
from genre_audio.reporting.sound_figures import MOST_BORDERS, outline_figure, spectrogram_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from genre_audio.exploration.recording_view import RecordingView

__all__ = ["outline_markup", "recording_page", "spectrogram_markup"]

_SCALE: Final = (0.8, 1.45)


def recording_page(view: RecordingView, *, provenance: Mapping[str, object] | None = None) -> str:
    """Return a self-contained HTML page on a recording.

    Parameters
    ----------
    view : RecordingView
        What was found.
    provenance : mapping of str to object, optional
        What the figures come from; listed at the end.

    Returns
    -------
    str
        The page; `genre_audio.files.replace_text` writes it.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.exploration.recording_view import view_recording
    >>> from genre_audio.reporting.recording_page import recording_page
    >>> y = 0.5 * np.sin(np.arange(44100) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 22050)
    ...     page = recording_page(view_recording(Path(folder, "tone.wav")))
    >>> "<h1>tone.wav</h1>" in page
    True
    """
    with drawing():
        return render(
            "recording.html",
            title=view.name,
            with_images=True,
            findings=recording_findings(view),
            outline=outline_markup(view),
            spectrogram=spectrogram_markup(view),
            quality=quality_rows(view.quality),
            refused=[
                (each.start, each.stop, REASONS.get(each.kind, each.kind), each.message)
                for each in view.refused
            ],
            segments=len(view.segments),
            borders=0 < len(_borders(view)) <= MOST_BORDERS,
            provenance={key: listed(value) for key, value in (provenance or {}).items()},
        )


def _borders(view: RecordingView) -> list[float]:
    """Return where segments begin, but for the first."""
    starts = [start for start, _ in view.segments] + [each.start for each in view.refused]
    return sorted({start for start in starts if start > 0})


def outline_markup(view: RecordingView, *, scale: tuple[float, float] = _SCALE) -> Markup:
    """Return the waveform as a figure for a page.

    Parameters
    ----------
    view : RecordingView
        What was found; its segments' borders and what is refused are marked.
    scale : (float, float)
        As in `genre_audio.reporting.drawing.inline_svg`.

    Examples
    --------
    See `recording_page`, which shows it.
    """
    peak = max(float(np.abs(view.low).max(initial=0)), float(np.abs(view.high).max(initial=0)))
    figure = outline_figure(
        view.low,
        view.high,
        step=view.seconds_per_point,
        seconds=view.quality.seconds,
        borders=_borders(view),
        refused=[(each.start, each.stop) for each in view.refused],
    )
    return svg_markup(
        figure,
        scale=scale,
        tight=False,
        prefix="outline",
        title=f"Waveform of {view.name}",
        description=(
            f"Lowest and highest sample along {view.quality.seconds:.1f} s; all lie within "
            f"±{peak:.3f} of full scale. {len(view.refused)} stretches are refused."
        ),
    )


def spectrogram_markup(view: RecordingView, *, scale: tuple[float, float] = _SCALE) -> Markup:
    """Return the mel spectrogram as a figure for a page.

    Parameters
    ----------
    view, scale
        As in `outline_markup`.

    Examples
    --------
    See `recording_page`, which shows it.
    """
    first = -view.seconds_per_frame / 2
    span = (first, first + len(view.power) * view.seconds_per_column)
    figure = spectrogram_figure(view.db, edges=view.edges, span=span, seconds=view.quality.seconds)
    return svg_markup(
        figure,
        scale=scale,
        tight=False,
        prefix="spectrogram",
        title=f"Mel spectrogram of {view.name}",
        description=_spectrogram_words(view),
    )


def _spectrogram_words(view: RecordingView) -> str:
    power = view.power.mean(axis=0)
    if not power.sum():
        return "There is no sound in it."
    peaks = view.edges[1:-1]
    most = peaks[int(power.argmax())]
    share = np.cumsum(power * np.diff(view.edges)[1:]) / (power * np.diff(view.edges)[1:]).sum()
    edge = peaks[min(int(np.searchsorted(share, 0.99)), len(peaks) - 1)]
    return (
        f"Level in {len(peaks)} mel bands up to {view.edges[-1]:,.0f} Hz along the time. On "
        f"average the loudest band lies at {most:,.0f} Hz; 99 % of the power lies below "
        f"{edge:,.0f} Hz."
    )
