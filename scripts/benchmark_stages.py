"""One clip, stage by stage: ours beside plain librosa calls, and how equal both are."""

from __future__ import annotations

import dataclasses
import importlib.util
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmark_naive import STAGES, naive_row
from benchmark_parts import CLIP_SECONDS, Clips, Figures, Plan, Section, Stopwatch, say

from genre_audio.audio import open_recording
from genre_audio.config import Segmentation
from genre_audio.features import EXTENDED, GTZAN57, feature_row, hpss
from genre_audio.features.spectra import Spectra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from genre_audio.segment import Segment

__all__ = ["own_stages", "stages"]

NEAR_ZERO = {"harmony_mean", "perceptr_mean"} | {f"mfcc{k}_mean" for k in range(1, 21)}
SEPARATION = "separation: medians, masks"


@dataclasses.dataclass
class Found:
    """What was found for each clip: milliseconds of stages, and differences of columns."""

    ours: list[dict[str, float]] = dataclasses.field(default_factory=list)
    naive: list[dict[str, float]] = dataclasses.field(default_factory=list)
    reference: list[float] = dataclasses.field(default_factory=list)
    extended: list[float] = dataclasses.field(default_factory=list)
    errors: dict[str, float] = dataclasses.field(default_factory=dict)
    naive_errors: dict[str, float] = dataclasses.field(default_factory=dict)


def stages(plan: Plan, clips: Clips, work: Path) -> Section:  # noqa: ARG001
    """Compare the features of clips, stage by stage, with plain librosa calls."""
    segments = [only_segment(path) for path in clips.spread(plan.clips)]
    say("stages: first calls")
    _measure(Found(), segments[0], Plan(repeats=1, naive_repeats=1))
    found = Found()
    for number, segment in enumerate(segments, start=1):
        say(f"stages: clip {number} of {len(segments)}")
        _measure(found, segment, plan)
    ours, naive = _each(found.ours, statistics.fmean), _each(found.naive, statistics.fmean)
    section = Section(f"stages: ms of CPU per 30 s, {len(segments)} {clips.origin}")
    for stage in (*STAGES, "total"):
        section.rows.append(_compared(stage, naive[stage], ours[stage]))
    reference = statistics.fmean(found.reference)
    section.rows.append(_compared("total, reference", reference, ours["total"]))
    for name, total in (("naive", naive["total"]), ("ours", ours["total"])):
        section.figures[f"x real time per CPU-second, {name}"] = 1e3 * CLIP_SECONDS / total
    extended = statistics.fmean(found.extended)
    section.figures |= {
        "the columns of extended, ms": extended,
        "the same over the 57 columns, times": extended / ours["total"],
        "largest difference from the reference": _largest(found.errors, rolloff=False),
        "the same of rolloff": _largest(found.errors, rolloff=True),
        "largest difference from naive": _largest(found.naive_errors, rolloff=False),
    }
    section.notes += [
        f"ours: median of {plan.repeats}; naive: best of {plan.naive_repeats}; means over clips",
        "reference: tests/reference.py, each family from the samples",
        "differences are relative; of harmony, perceptr and mfcc means absolute below 1",
    ]
    return section


def only_segment(path: Path) -> Segment:
    """Return the segment of a recording that is not longer than one."""
    with open_recording(path) as recording:
        (segment,) = recording.segments(sr=GTZAN57.config.sr, segmentation=Segmentation())
    return segment


def own_stages(segment: Segment) -> dict[str, float]:
    """Describe a segment and return the CPU seconds of each stage.

    The properties of `Spectra` are asked for one after the other, each when all that it
    is made from is there.

    Parameters
    ----------
    segment : Segment
        What to describe.

    Returns
    -------
    dict of str to float
        Seconds by the names in `STAGES`.
    """
    watch, spectra = Stopwatch(), Spectra(segment, config=GTZAN57.config)
    with watch.measure("transform"):
        _ = spectra.transform, spectra.power
    with watch.measure("centroid, bandwidth, rolloff"):
        _ = spectra.shapes
    with watch.measure("chroma, tuning"):
        _ = spectra.chroma
    with watch.measure("mel, dB"):
        _ = spectra.mel_db
    with watch.measure("mfcc"):
        _ = spectra.cepstra
    with (
        watch.within(hpss, "running_median", SEPARATION),
        watch.within(hpss, "harmonic_share", SEPARATION),
        watch.measure("parts"),
    ):
        _ = spectra.part_moments
    parts = watch.spent.pop("parts")
    watch.spent["inverse transforms, moments"] = parts - watch.spent[SEPARATION]
    names = {"tempo": "tempo", "rms": "rms", "zero_crossing_rate": "zero crossings"}
    ready = []
    for family in GTZAN57.features:
        with watch.measure(names.get(family.name, "statistics")):
            frames = family.function(spectra)
        ready.append(dataclasses.replace(family, function=lambda _, frames=frames: frames))
    with watch.measure("statistics"):
        _ = np.array([value for family in ready for value in family(spectra)])
    return watch.spent


def _measure(found: Found, segment: Segment, plan: Plan) -> None:
    """Describe one segment in every way, in turns."""
    row = dict(zip(GTZAN57.columns, feature_row(segment).tolist(), strict=True))
    ours, naive, plain, extended = [], [], {}, []
    for k in range(plan.repeats):
        start = time.process_time()
        feature_row(segment)
        total = time.process_time() - start
        start = time.process_time()
        feature_row(segment, schema=EXTENDED)
        extended.append(time.process_time() - start)
        ours.append(own_stages(segment) | {"total": total})
        if k < plan.naive_repeats:
            watch = Stopwatch()
            with watch.measure("total"):
                plain = naive_row(segment.y, sr=segment.sr, watch=watch)
            naive.append(watch.spent)
    start = time.process_time()
    oracle = reference().reference_row(segment.y, sr=segment.sr)
    spent = time.process_time() - start
    scale = 1e3 * CLIP_SECONDS / segment.seconds
    found.ours.append(_each(ours, statistics.median, scale))
    found.naive.append(_each(naive, min, scale))
    found.reference.append(scale * spent)
    found.extended.append(scale * statistics.median(extended))
    for column, value in row.items():
        for errors, other in ((found.errors, oracle), (found.naive_errors, plain)):
            error = _difference(column, value, other[column])
            errors[column] = max(errors.get(column, 0.0), error)


def _each(
    runs: Sequence[dict[str, float]], statistic: Callable[[Any], float], scale: float = 1.0
) -> dict[str, float]:
    return {name: scale * statistic([run[name] for run in runs]) for name in runs[0]}


def _compared(stage: str, naive: float, ours: float) -> Figures:
    return {"stage": stage, "naive": naive, "ours": ours, "ratio": naive / ours}


def _difference(column: str, ours: float, theirs: float) -> float:
    smallest = 1.0 if column in NEAR_ZERO else np.finfo(float).tiny
    return float(abs(ours - theirs) / max(abs(theirs), smallest))


def _largest(errors: dict[str, float], *, rolloff: bool) -> float:
    return max(errors[name] for name in errors if name.startswith("rolloff") == rolloff)


def reference() -> ModuleType:
    """Return the naive extractor that tests compare with."""
    path = Path(__file__).resolve().parent.parent / "tests" / "reference.py"
    spec = importlib.util.spec_from_file_location("reference", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
