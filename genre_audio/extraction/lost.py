"""Recordings that end or hold up the process which reads them.

A decoder is native code: a damaged file may crash it, keep it busy for ever, or have it
ask for all the memory there is. Such a recording is tried twice, in worker processes, and
then reported like any other failure. As the second thing it would cost is minutes in every
later run, that is kept: while its file and the libraries are the same, it is not read again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genre_audio.execution import Bounds, count_workers, map_unordered
from genre_audio.extraction.compiled import warm_for_copies
from genre_audio.extraction.expected import expected_seconds
from genre_audio.extraction.recording import Extracted, Failure
from genre_audio.extraction.shares import LEAST, Share, divided, do_share, joined
from genre_audio.files import Fingerprint
from genre_audio.files.fingerprints import outline
from genre_audio.files.remote import Remote, kept_place
from genre_audio.files.scratch import clearing_up

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence

    from genre_audio.audio import Source
    from genre_audio.config import Segmentation
    from genre_audio.execution import Lost

__all__ = [
    "LASTING",
    "bounds_for",
    "failure_of",
    "from_dict",
    "of_others_kept",
    "part",
    "read_all",
    "words_of",
]

LASTING: Final = frozenset({"decoder_crashed", "too_long"})
"""Kinds of failure that are dear to find again."""

_MEGABYTES: Final = 2048
_MEGABYTES_PER_SECOND: Final = 8
"""A segment takes some 3 MB for each of its seconds while it is described, and may be
half as long again as was asked for."""

_KILLED: Final = "SIGKILL"
"""By which a system without memory ends processes."""

_CONVERT: Final = "convert it to WAV with another program, such as ffmpeg, and read that"


def bounds_for(segmentation: Segmentation) -> Bounds:
    """Return what reading one recording may take.

    Examples
    --------
    >>> from genre_audio import Segmentation
    >>> from genre_audio.extraction.lost import bounds_for
    >>> bounds = bounds_for(Segmentation())
    >>> bounds.allowed(0.1), bounds.megabytes
    (126.0, 2288)
    """
    more = round(_MEGABYTES_PER_SECOND * segmentation.seconds)
    return Bounds(megabytes=_MEGABYTES + more)


def words_of(lost: Lost) -> tuple[str, str]:
    """Return the kind and the message of what was lost.

    Examples
    --------
    >>> from genre_audio.execution import Lost
    >>> from genre_audio.extraction.lost import words_of
    >>> words_of(Lost("died", "by the signal SIGSEGV"))[0]
    'decoder_crashed'
    """
    if lost.reason == "hung":
        return "too_long", f"reading was stopped twice {lost.detail}; {_CONVERT}, or cut it up"
    if lost.reason == "memory":
        return "out_of_memory", (
            f"reading it takes more memory than a worker may have; {_CONVERT}, or ask for "
            "shorter segments"
        )
    if _KILLED in lost.detail:
        return "decoder_crashed", (
            "the process that read it was killed twice, perhaps because the machine has too "
            f"little memory: try again with fewer workers (-j 1), or {_CONVERT}"
        )
    if "cluster" in lost.detail:  # whose workers may also have been killed by their nannies
        return "decoder_crashed", (
            "the worker processes that read it ended, by a crash or because their memory "
            f"limit was reached: {_CONVERT}, or give workers more memory and ask once more, with "
            "extract --force or predict --no-cache"
        )
    return "decoder_crashed", f"the decoder crashed twice ({lost.detail}); {_CONVERT}"


def failure_of(source: Source, lost: Lost) -> Failure:
    """Return what is reported of a recording that was lost.

    The file is known by its size and time only: to read it is what failed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.execution import Lost
    >>> from genre_audio.extraction.lost import failure_of
    >>> failure_of(Source("a.wav", Path("a.wav")), Lost("hung", "after 120 s")).kind
    'too_long'
    """
    kind, message = words_of(lost)
    if isinstance(source.path, Remote):
        # The network may be to blame, which is another one tomorrow.
        message = f"{message}; or its store does not answer"
        return Failure(source.name, source.path, kind, message)
    file = None
    # What was killed is tried again, as is advised: fewer workers have more memory each.
    if _KILLED not in lost.detail:
        with contextlib.suppress(OSError):
            file = outline(source.path)
    return Failure(source.name, source.path, kind, message, file=file)


def read_all(
    work: Callable[[Source], Extracted | Failure],
    sources: Sequence[Source],
    *,
    n_jobs: int | None,
    bounds: Bounds,
) -> Generator[Extracted | Failure, None, None]:
    """Yield what each recording gives, in any order, whatever it does to the workers.

    Examples
    --------
    >>> from genre_audio.extraction import extract_recording
    >>> from genre_audio.extraction.lost import Bounds, read_all
    >>> list(read_all(extract_recording, [], n_jobs=1, bounds=Bounds()))
    []
    """
    costs = expected_seconds(sources)
    if sources:
        warm_for_copies()
    workers = count_workers(n_jobs) if max(costs, default=0.0) > LEAST else 1
    shares = divided(sources, costs, workers=workers)
    relative = any(_is_relative(source) for source in sources)
    # The workers of a cluster have another current folder.
    here = functools.partial(_found_from, folder=Path.cwd() if relative else Path(), work=work)
    results = map_unordered(
        functools.partial(do_share, work=here),
        shares,
        n_jobs=n_jobs,
        costs=[share.cost for share in shares],
        on_lost=_share_lost,
        bounds=bounds,
    )
    return clearing_up(joined(results))


def _is_relative(source: Source) -> bool:
    return isinstance(source.path, Path) and not source.path.is_absolute()


def _found_from(
    source: Source,
    *,
    folder: Path,
    work: Callable[..., Extracted | Failure],
    share: tuple[int, int] | None = None,
) -> Extracted | Failure:
    """Do the work for a recording, whose path leads from the folder where the run was begun."""
    if isinstance(source.path, Path):  # one that leads from the root stays as it is
        source = dataclasses.replace(source, path=folder / source.path)
    return work(source) if share is None else work(source, share=share)


def _share_lost(share: Share, lost: Lost) -> tuple[Share, Extracted | Failure]:
    return share, failure_of(share.source, lost)


def from_dict(name: str, values: Mapping[str, Any]) -> Failure | None:
    """Read a failure that an earlier run kept; None where it does not last.

    Examples
    --------
    >>> from genre_audio.extraction.lost import from_dict
    >>> from_dict("a.wav", {"kind": "silent", "message": "nothing to hear"}) is None
    True
    """
    if values["kind"] not in LASTING or "file" not in values:
        return None
    file = Fingerprint(**values["file"])
    place = kept_place(values.get("path", ""))  # which earlier versions did not keep
    return Failure(name, place, values["kind"], values["message"], file=file, earlier=True)


def part(
    sources: Iterable[Source], known: Mapping[str, Failure]
) -> tuple[list[Source], list[Failure]]:
    """Part recordings into those to be read, and those that are known to be lost.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction.lost import part
    >>> len(part([Source("a.wav", Path("a.wav"))], {})[0])
    1
    """
    wanted, lost = [], []
    for source in sources:
        earlier = known.get(source.name)
        if earlier is None or earlier.file is None or not earlier.file.matches(source.path):
            wanted.append(source)
        else:
            lost.append(dataclasses.replace(earlier, path=source.path))
    return wanted, lost


def of_others_kept(known: Iterable[Failure], *, names: Collection[str]) -> list[Failure]:
    """Return known failures that this run says nothing of, and that hold.

    Parameters
    ----------
    known : iterable of Failure
        What was lost in earlier runs.
    names : collection of str
        Recordings that this run has rows of, or was asked for.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.extraction import Failure
    >>> from genre_audio.extraction.lost import of_others_kept
    >>> from genre_audio.files import Fingerprint
    >>> file = Fingerprint(size=1, mtime_ns=1, sha256="")
    >>> lost = Failure("a.wav", Path("nowhere/a.wav"), "too_long", "slow", file=file)
    >>> of_others_kept([lost], names=["b.wav"])
    []
    """
    others = (each for each in known if each.name not in names and each.path != Path())
    return [each for each in others if each.file is not None and each.file.may_match(each.path)]
