"""A long recording is described by several workers, each of which takes every n-th segment.

All of them decode it from the beginning, as nothing else gives the same samples, and each
describes only its share. Ranges of neighbouring segments would have to be known before
the recording has been decoded, as lengths that headers declare are often wrong; every n-th
segment needs no length, and all shares take equally long. Each worker measures the quality
and takes the fingerprint of the whole: that is little work, and shows whether all of them
read the same. What they found is put together to exactly what one worker finds.

Decoding stereo of 44.1 kHz, with resampling and measuring, takes 28 to 41 % of the time
(WAV to FLAC), 9 % of mono of 22 kHz. So few workers are worth it for one recording, and only
where it would hold up the rest of the run.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final

from genre_audio.extraction.recording import Extracted, Failure, checked

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from genre_audio.audio import Source

__all__ = ["LEAST", "Share", "divided", "do_share", "joined"]

LEAST: Final = 10.0
"""Seconds of work that one worker may well do alone."""

_MOST: Final = 4
"""Workers for one recording: with more of them it is hardly finished earlier."""

_DECODING: Final = 0.35
"""The part of the work that everyone does."""


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """What one worker does of a recording.

    Attributes
    ----------
    source : Source
        The recording.
    number, of : int
        Which of so many segments, beginning with 0; all of them by default.
    cost : float
        Seconds that it is expected to take.

    Examples
    --------
    See `divided`.
    """

    source: Source
    number: int = 0
    of: int = 1
    cost: float = 0.0


def divided(sources: Sequence[Source], costs: Sequence[float], *, workers: int) -> list[Share]:
    """Divide recordings that would keep one worker busy when all others have finished.

    Parameters
    ----------
    sources : sequence of Source
        The recordings.
    costs : sequence of float
        Seconds that each is expected to take.
    workers : int
        How many there are.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction.shares import divided
    >>> sources = [Source("tape", Path("tape")), Source("song", Path("song"))]
    >>> [(share.source.name, share.number) for share in divided(sources, [60.0, 1.0], workers=2)]
    [('tape', 0), ('tape', 1), ('song', 0)]
    """
    fair = max(LEAST, sum(costs) / workers)
    found = []
    for source, cost in zip(sources, costs, strict=True):
        of = max(1, min(workers, _MOST, math.ceil(cost / fair)))
        part = cost * (_DECODING + (1 - _DECODING) / of)
        found += [Share(source, number, of, part) for number in range(of)]
    return found


def do_share(
    share: Share, *, work: Callable[..., Extracted | Failure]
) -> tuple[Share, Extracted | Failure]:
    """Do one share: what runs in a worker.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction import extract_recording
    >>> from genre_audio.extraction.shares import Share, do_share
    >>> do_share(Share(Source("a.wav", Path("nowhere"))), work=extract_recording)[1].kind
    'io'
    """
    how: dict[str, Any] = {} if share.of == 1 else {"share": (share.number, share.of)}
    return share, work(share.source, **how)


def joined(
    results: Generator[tuple[Share, Extracted | Failure], None, None],
) -> Generator[Extracted | Failure, None, None]:
    """Yield recordings, each when the last of its shares has come.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction import Failure
    >>> from genre_audio.extraction.shares import Share, joined
    >>> failure, source = Failure("a", Path("a"), "io", "gone"), Source("a", Path("a"))
    >>> [result.kind for result in joined((Share(source, k, 2), failure) for k in (1, 0))]
    ['io']
    """
    begun: dict[Source, dict[int, Extracted | Failure]] = {}
    with contextlib.closing(results):
        for share, result in results:
            if share.of == 1:
                yield result
                continue
            parts = begun.setdefault(share.source, {})
            parts[share.number] = result
            if len(parts) == share.of:
                del begun[share.source]
                yield _put_together([parts[number] for number in range(share.of)])


def _put_together(parts: Iterable[Extracted | Failure]) -> Extracted | Failure:
    """Return what one worker would have found."""
    found: list[Extracted] = []
    for part in parts:
        if isinstance(part, Failure):
            return part
        found.append(part)
    first = found[0]
    if any(part.file.sha256 != first.file.sha256 for part in found):
        message = "the file changed while it was read: try again when it is whole"
        return Failure(first.name, first.path, "io", message)
    rows = sorted((row for part in found for row in part.rows), key=lambda row: row.start)
    refused = sorted((each for part in found for each in part.refused), key=lambda each: each.start)
    return checked(dataclasses.replace(first, rows=tuple(rows), refused=tuple(refused)))
