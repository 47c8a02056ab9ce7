"""Where the labels of a table come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.audio.find import printable
from genre_audio.errors import ParameterError, TableError
from genre_audio.tables.annotations import find_annotations
from genre_audio.tables.feature_frame import NO_LABEL, is_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from genre_audio.files.remote import Place

__all__ = ["find_labels", "refuse_unreadable"]


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
    ParameterError
        If a folder's name is none that a table can hold as a label.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.extraction.labels import find_labels
    >>> find_labels("folders", {"a.wav": Path("jazz/a.wav")}, known={})
    {'a.wav': 'jazz'}
    """
    if option is None:
        return {name: _label(text) for name, text in known.items()}
    if option == "none":
        return {}
    if option == "folders":
        return {name: _folder(name, path) for name, path in paths.items()}
    annotations = find_annotations(option)
    if annotations is None:
        raise TableError(
            f"labels {option!r}: neither 'folders', nor 'none', nor FILE or FILE:COLUMN"
        )
    found = dict(zip(paths, map(_label, annotations.lookup(paths)), strict=True))
    if paths and all(label is None for label in found.values()):
        raise TableError(f"{option} has a label for none of the recordings; do the names agree?")
    return {name: label or _label(known.get(name)) for name, label in found.items()}


def refuse_unreadable(names: Iterable[str]) -> None:
    """Refuse recordings whose names nobody could read back from a table.

    Raises
    ------
    ParameterError
        If there is one.

    Examples
    --------
    >>> from genre_audio.extraction.labels import refuse_unreadable
    >>> refuse_unreadable(["#1.wav"])
    """
    for name in names:
        if is_fault(name) or not name.strip():
            raise ParameterError(
                f"the recording {name!r} cannot stand in a table, where its name would be taken "
                f"for {_taken_for(name)}: rename the file"
            )


def _label(text: str | None) -> str | None:
    """Return a label as tables that are read have it."""
    return None if text is None or text in NO_LABEL or not text.strip() else text


def _folder(name: str, path: Place) -> str | None:
    """Return the name of a recording's folder, if it comes back as it is."""
    label = printable(path.absolute().parent.name)
    if label and (is_fault(label) or _label(label) is None):
        raise ParameterError(
            f"the folder of {name!r} is called {label!r}, which as a label would be taken for "
            f"{_taken_for(label)}: rename it, or name labels with --labels FILE"
        )
    return label or None


def _taken_for(text: str) -> str:
    return "a spreadsheet's word for an error" if is_fault(text) else "nothing at all"
