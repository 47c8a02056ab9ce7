"""Writing what a run tells, and saying in few words what it comes to."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from genre_audio.cli.output import emit_lines, say
from genre_audio.cli.predict_options import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from genre_audio.cli.predict_rows import Told
    from genre_audio.cli.predict_setting import Setting
    from genre_audio.files.remote import Place
    from genre_audio.prediction import Prediction

__all__ = ["Sheet", "write_results"]

_ENDINGS: Final = {f".{form.value}": form for form in (Format.csv, Format.json, Format.jsonl)}
_BESIDE: Final = (Format.csv, Format.table, Format.answer)
"""Forms that cannot hold parameters; a file beside them does."""


@dataclasses.dataclass(frozen=True)
class Sheet:
    """How results are written down.

    Attributes
    ----------
    form : Format or None
        The form asked for.
    output : pathlib.Path or None
        Where they go.
    top : int
        How many genres are named.
    segments : bool
        Whether segments have lines.
    """

    form: Format | None
    output: Path | None
    top: int = 3
    segments: bool = False

    def form_for(self, count: int) -> Format:
        """Return the form asked for, or that of the output's ending, or the one that fits."""
        if self.form is not None:
            return self.form
        if self.output is not None and self.output.suffix.lower() in _ENDINGS:
            return _ENDINGS[self.output.suffix.lower()]
        return Format.answer if count == 1 and not self.segments else Format.table


class _Tally:
    """Counts predictions as they pass."""

    def __init__(self) -> None:
        self.count = self.unlike = 0
        self.coverage: float | None = None

    def add(self, prediction: Prediction) -> None:
        """Count one more."""
        self.count += 1
        self.unlike += prediction.unlike
        self.coverage = prediction.coverage


def write_results(
    told: Told,
    setting: Setting,
    sheet: Sheet,
    *,
    single: bool,
    paths: Sequence[Place],
    table: Path | None,
    also: Sequence[Callable[[Prediction], None]] = (),
) -> None:
    """Write predictions as they come, then the parameters beside them.

    Parameters
    ----------
    told : Told
        Predictions.
    setting : Setting
        What was asked.
    sheet : Sheet
        How to write.
    single : bool
        Whether one recording was given by itself.
    paths, table
        What was given.
    also : sequence of callable
        Called with each prediction.
    """
    from genre_audio.files import replace_text
    from genre_audio.reporting import predictions_lines
    from genre_audio.reporting.prediction_parts import noun_for
    from genre_audio.reporting.runs import run_text
    from genre_audio.tables.manifest import manifest_path

    form, tally = sheet.form_for(1 if single else 2), _Tally()
    parameters = setting.parameters.as_dict()

    def passing(predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Do with each what is to be done, once, while it passes."""
        for each in predictions:
            prediction = dataclasses.replace(each, parameters=parameters)
            tally.add(prediction)
            for act in also:
                act(prediction)
            yield prediction

    def ending(lines: Iterable[str]) -> Iterator[str]:
        """Remove what stands beside the old result: it would speak of the new one."""
        yield from lines
        if beside and sheet.output is not None:
            manifest_path(sheet.output).unlink(missing_ok=True)

    beside = form in _BESIDE and sheet.output is not None
    lines = predictions_lines(
        passing(told.predictions), form=form.value, k=sheet.top, segments=sheet.segments
    )
    emit_lines(ending(lines), output=sheet.output)
    if beside and sheet.output is not None:
        text = run_text(
            sheet.output,
            parameters=setting.parameters,
            paths=paths,
            table=table,
            recordings=tally.count,
            failures=told.failures,
        )
        replace_text(manifest_path(sheet.output), text)
    noun = noun_for(setting.bundle.info.task, setting.bundle.labels)
    _say_sets(tally, setting, noun=noun)
    _say_unlike(tally, threshold=setting.bundle.info.thresholds["unlike_percentile"], noun=noun)


def _say_sets(tally: _Tally, setting: Setting, *, noun: str) -> None:
    """Say what the genres not ruled out promise, and what was measured of it."""
    known, asked = setting.bundle.info.conformal, tally.coverage
    if known is None or asked is None:
        return
    words = f"not ruled out: sets meant to hold the right {noun} {asked * 100:g} times in 100"
    if known["measured_coverage"] is not None and asked == known["coverage"]:
        new = f"whose {known['grouping']} was not" if known["grouping"] != "recording" else "not"
        words += (
            f"; on recordings {new} heard in training such sets held it "
            f"{known['measured_coverage'] * 100:.0f} times in 100, with "
            f"{known['mean_set_size']:.1f} {noun}s on average"
        )
    say(words)


def _say_unlike(tally: _Tally, *, threshold: float, noun: str) -> None:
    if tally.unlike:
        say(
            f"{tally.unlike} of {tally.count} lie farther out than {threshold:g} % of the training "
            f"recordings do: their {noun}s are likenesses at a distance"
            + (", and what is ruled out is not guaranteed" if tally.coverage is not None else "")
        )
