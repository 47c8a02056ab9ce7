"""An Ogg stream that was cut off ends like any other, and libsndfile says nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ogg_cut_off"]

_LARGEST_PAGE: Final = 27 + 255 + 255 * 255
_LAST: Final = 4  # a flag of pages
_CUT_OFF: Final = "the Ogg stream has no last page: the file was cut off, or never finished"


def ogg_cut_off(path: Path) -> str:
    """Say that an Ogg file lacks its end; nothing as a rule.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.audio.loose_ends import ogg_cut_off
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.ogg")
    ...     soundfile.write(path, np.random.default_rng(0).normal(size=8000), 8000)
    ...     _ = path.write_bytes(path.read_bytes()[:-100])
    ...     ogg_cut_off(path)
    'the Ogg stream has no last page: the file was cut off, or never finished'
    """
    try:
        with path.open("rb") as file:
            whole = file.seek(0, 2)
            file.seek(max(0, whole - 2 * _LARGEST_PAGE))
            tail = file.read()
    except OSError:  # it is gone; the decoder, which holds it open, reads on
        return ""
    place = tail.rfind(b"OggS")
    # These four bytes may stand in the sound, too: of a page, a version and flags follow.
    while place >= 0 and not (len(tail) >= place + 27 and tail[place + 4] == 0):
        place = tail.rfind(b"OggS", 0, place)
    if place < 0:
        return ""
    inside = place + 27 + tail[place + 26]
    is_whole = inside + sum(tail[place + 27 : inside]) <= len(tail)
    return "" if is_whole and tail[place + 5] & _LAST else _CUT_OFF
