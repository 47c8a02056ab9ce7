"""What is measured in fresh processes: each function here is called in one of its own.

Arguments and results are what JSON can say. `benchmark_parts.run_function` calls them.
"""

from __future__ import annotations

import functools
import importlib
import resource
import statistics
import tempfile
import time
from pathlib import Path

from benchmark_parts import Stopwatch, peak_megabytes

__all__ = ["bulk", "length", "loading", "number", "scaling"]


def length(*, warm_up: str, path: str, repeats: int) -> dict[str, float]:
    """Extract one recording after another, whose cost does not count, has been extracted.

    Returns
    -------
    dict
        ``cpu``: median seconds; ``rows``; ``peak_mb`` of the whole process.
    """
    from genre_audio.audio import Source
    from genre_audio.extraction import extract_recording, prepare_kernels

    prepare_kernels()
    extract_recording(Source("warm up", Path(warm_up)))
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        rows = extract_recording(Source("recording", Path(path))).rows
        spent.append(time.process_time() - start)
    cpu = statistics.median(spent)
    return {"cpu": cpu, "rows": len(rows), "peak_mb": peak_megabytes()}


def number(*, folder: str, count: int, jobs: int) -> dict[str, float]:
    """Make a table of some recordings of a folder, and bring it up to date again.

    Before that, some are described and thrown away: what loads kernels and starts workers
    is shown apart.

    Returns
    -------
    dict
        ``start_wall``, ``wall``, ``cpu``, ``again_wall``, ``again_cpu`` in seconds; CPU is
        that of this process and of its workers.
    """
    from genre_audio.audio import find_recordings
    from genre_audio.config import Segmentation
    from genre_audio.execution import map_unordered
    from genre_audio.extraction import extract, extract_recording, prepare_kernels

    sources = find_recordings([folder])
    start = time.perf_counter()
    prepare_kernels()
    list(map_unordered(extract_recording, sources[: 4 * jobs], n_jobs=jobs))
    result: dict[str, float] = {"start_wall": time.perf_counter() - start}
    with tempfile.TemporaryDirectory() as work:
        make = functools.partial(extract, segmentation=Segmentation(), n_jobs=jobs)
        make(sources[:1], output=Path(work, "start.csv"))  # imports what tables need
        for name in ("", "again_"):
            spent, wall = _cpu(), time.perf_counter()
            summary = make(sources[:count], output=Path(work, "features.csv"))
            result[f"{name}wall"] = time.perf_counter() - wall
            result[f"{name}cpu"] = _cpu() - spent
            if summary.rows != count:
                raise RuntimeError(f"{summary.rows} rows of {count}: {summary.failures}")
    return result


def _cpu() -> float:
    """Seconds of this process and of the workers that have ended: copies of this process."""
    return sum(
        getattr(resource.getrusage(whose), kind)
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        for kind in ("ru_utime", "ru_stime")
    )


def scaling(*, paths: list[str], repeats: int) -> dict[str, float]:
    """Describe recordings with one worker and with two, in turns.

    Returns
    -------
    dict
        ``ratio``: how much more two do in the same wall time, the median; ``start_wall``:
        how many seconds longer the first run with two took, because they had to start.
    """
    from genre_audio.audio import Source
    from genre_audio.execution import map_unordered
    from genre_audio.extraction import expected_seconds, extract_recording, prepare_kernels

    sources = [Source(path, Path(path)) for path in paths]
    costs = expected_seconds(sources)

    def wall(jobs: int) -> float:
        start = time.perf_counter()
        for _ in map_unordered(extract_recording, sources, n_jobs=jobs, costs=costs):
            pass
        return time.perf_counter() - start

    prepare_kernels()
    first = wall(2)
    wall(1)
    both, ratios = [], []
    for _ in range(repeats):
        one, two = wall(1), wall(2)
        both.append(two)
        ratios.append(one / two)
    start = first - statistics.median(both)
    return {"ratio": statistics.median(ratios), "worst": min(ratios), "start_wall": start}


def loading() -> dict[str, float]:
    """Load the shipped model after all that it is made of has been imported.

    Returns
    -------
    dict
        CPU seconds of the ``first`` time and of another one, ``again``.
    """
    for name in ("sklearn.ensemble", "xgboost", "pandas"):
        importlib.import_module(name)
    from genre_audio.training import load_bundle, resolve_model

    watch, path = Stopwatch(), resolve_model("default").path
    for name in ("first", "again"):
        with watch.measure(name):
            load_bundle(path)
    return watch.spent


def bulk(*, rows: int) -> dict[str, float]:
    """Predict ready rows, made by shaking those that the shipped model carries.

    Returns
    -------
    dict
        CPU seconds beyond loading: ``predict`` and ``report`` of the first time, and both
        of another one, ``again``.
    """
    import numpy as np
    import pandas as pd

    from genre_audio.prediction import predict_table, schema_for
    from genre_audio.reporting import predictions_text
    from genre_audio.tables import FeatureTable
    from genre_audio.training import load_bundle, resolve_model

    bundle = load_bundle(resolve_model("default").path)
    schema, rng = schema_for(bundle), np.random.default_rng(0)
    X = bundle.probe.rows[np.arange(rows) % len(bundle.probe.rows)]
    frame = pd.DataFrame(X * np.exp(0.1 * rng.normal(size=X.shape)), columns=list(schema.columns))
    frame["filename"] = [f"{k}.wav" for k in range(rows)]
    table = FeatureTable(frame, schema, bundle.segmentation)
    watch = Stopwatch()
    with watch.measure("predict"):
        predictions = predict_table(table, bundle)
    with watch.measure("report"):
        text = predictions_text(predictions)
    with watch.measure("again"):
        same = predictions_text(predict_table(table, bundle)) == text
    if not same or len(predictions) != rows:
        raise RuntimeError("the same rows gave other predictions")
    return watch.spent
