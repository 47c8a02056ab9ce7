"""One file's tags, by mutagen: ID3 of MP3, WAV and AIFF, Vorbis comments of FLAC and Ogg.

Only what is set changes. ID3 stays in the version that the file has, because frames of
one version have no exact counterparts in the other. Nothing else in the package knows
mutagen, which is not among its requirements.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from genre_audio.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["TagFile", "open_tags", "require_mutagen"]


def require_mutagen() -> None:
    """Refuse to go on where mutagen is missing.

    Raises
    ------
    OutputError
        With the way to get it.

    Examples
    --------
    >>> from genre_audio.reporting.tag_file import require_mutagen
    >>> require_mutagen()
    """
    try:
        import mutagen  # noqa: F401
    except ImportError as error:
        raise OutputError(
            "tags are written by mutagen, which is not installed: pip install 'genre-audio[tags]'"
        ) from error


class TagFile:
    """The tags of one file, by the names of Vorbis comments.

    Parameters
    ----------
    file : mutagen.FileType
        The opened file.

    Examples
    --------
    See `open_tags`.
    """

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - mutagen may be missing
        self._file = file

    def get(self, name: str) -> list[str]:
        """Return the values of a tag; ``GENRE`` or one of our own."""
        tags = self._file.tags
        if not self._is_id3:
            return [str(value) for value in tags.get(name, ())]
        if name == "GENRE":
            return [str(genre) for frame in tags.getall("TCON") for genre in frame.genres]
        return [str(text) for frame in tags.getall(f"TXXX:{name}") for text in frame.text]

    def set(self, values: Mapping[str, str]) -> None:
        """Set tags in memory; `save` writes them."""
        tags = self._file.tags
        for name, value in values.items():
            if not self._is_id3:
                tags[name] = [value]
                continue
            from mutagen.id3 import TCON, TXXX, Encoding

            # UTF-8 is unknown to version 2.3.
            encoding = Encoding.UTF16 if self._id3_version == 3 else Encoding.UTF8
            if name == "GENRE":
                tags.setall("TCON", [TCON(encoding=encoding, text=[value])])
            else:
                frame = TXXX(encoding=encoding, desc=name, text=[value])
                tags.setall(f"TXXX:{name}", [frame])

    def save(self, path: Path) -> None:
        """Write all tags into `path`, a copy of the file that was opened.

        Raises
        ------
        OutputError
            If mutagen cannot.
        """
        how: dict[str, Any] = {}
        if self._is_id3:
            how = {"v2_version": self._id3_version, "v23_sep": None}
        with _translated(path), path.open("r+b") as file:
            self._file.save(file, **how)

    @property
    def _is_id3(self) -> bool:
        from mutagen.id3 import ID3

        return isinstance(self._file.tags, ID3)

    @property
    def _id3_version(self) -> int:
        """Version 2.2 can be read only; 2.3 is nearest."""
        return 3 if self._file.tags.version < (2, 4, 0) else 4


def open_tags(path: Path) -> TagFile:
    """Open a file's tags.

    Raises
    ------
    OutputError
        If mutagen does not know its form, or cannot read it.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.reporting.tag_file import open_tags
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.flac")
    ...     soundfile.write(path, np.zeros(100), 8000)
    ...     tags = open_tags(path)
    ...     tags.set({"GENRE": "polka"})
    ...     tags.save(path)
    ...     open_tags(path).get("GENRE")
    ['polka']
    """
    require_mutagen()
    import mutagen

    with _translated(path):
        file = mutagen.File(path)
    if file is None or not _known(file):
        raise OutputError(f"{path}: files of this form hold no tags that can be written")
    if getattr(file.tags, "version", None) is not None:
        with _translated(path):  # frames stay as they are, even those of another version
            file = type(file)(path, translate=False)
        if file.tags is None:
            file.add_tags()
    return TagFile(file)


def _known(file: Any) -> bool:  # noqa: ANN401
    from mutagen._vorbis import VComment
    from mutagen.id3 import ID3

    if file.tags is None:
        with contextlib.suppress(NotImplementedError):
            file.add_tags()  # in memory
    return isinstance(file.tags, ID3 | VComment)


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    from mutagen import MutagenError

    try:
        yield
    except MutagenError as error:
        raise OutputError(f"{path}: its tags cannot be read or written: {error}") from error
