"""Where the labels of a table come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.audio.find import printable
from genre_audio.errors import TableError
from genre_audio.tables.annotations import find_annotations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genre_audio.files.remote import Place

__all__ = ["find_labels"]


def find_labels(
    option: str | None, paths: Mapping[str, Place], *, known: Mapping[str, str]
) -> dict[str, str | None]:
    """Find the label of each recording.

    Parameters
    ----------
    option : str, optional
        ``"folders"``, ``"none"``, or an annotation file as ``FILE`` or ``FILE:COLUMN``.
        Known labels stay where it says nothing, and by default.
    paths : dict of str to pathlib.Path or Remote
        Where the recordings lie, by name.
    known : dict of str to str
        Labels that the table has already.

    Raises
    ------
    TableError
        If the annotation file cannot be read, or knows none of the recordings.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.extraction.labels import find_labels
    >>> find_labels("folders", {"a.wav": Path("jazz/a.wav")}, known={})
    {'a.wav': 'jazz'}
    """
    if option is None:
        return dict(known)
    if option == "none":
        return {}
    if option == "folders":
        return {
            name: printable(path.absolute().parent.name) or None for name, path in paths.items()
        }
    annotations = find_annotations(option)
    if annotations is None:
        raise TableError(
            f"labels {option!r}: neither 'folders', nor 'none', nor FILE or FILE:COLUMN"
        )
    found = dict(zip(paths, annotations.lookup(paths), strict=True))
    if paths and all(label is None for label in found.values()):
        raise TableError(f"{option} has a label for none of the recordings; do the names agree?")
    return {name: label or known.get(name) for name, label in found.items()}
