"""Every exception that genre-audio raises on purpose.

One root, few leaves. A message says what was found, what was expected and what to
do, in one line, because the command line prints it as it stands. ``kind`` is a stable
word for tables, manifests and scripts: messages may be reworded, kinds may not.

Nothing may enter here that needs another module of the package.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "AUDIO_KINDS",
    "AudioError",
    "BusyError",
    "GenreAudioError",
    "ModelError",
    "OutdatedModelError",
    "OutputError",
    "ParameterError",
    "TableError",
    "WorkerError",
]

AUDIO_KINDS: Final = frozenset(
    {
        "io",
        "decode",
        "unsupported_format",
        "empty",
        "too_short",
        "silent",
        "not_finite",
        "decoder_crashed",
        "too_long",
        "out_of_memory",
        "unexpected",
    }
)
"""What can be wrong with a recording or one of its segments."""


class GenreAudioError(Exception):
    """Root of all errors of this package: ``except GenreAudioError`` catches them all.

    Attributes
    ----------
    kind : str
        A stable word for the sort of error, such as ``"silent"`` or ``"table"``.

    Examples
    --------
    >>> from genre_audio.errors import GenreAudioError, ModelError
    >>> issubclass(ModelError, GenreAudioError)
    True
    """

    kind: str = "error"


class ParameterError(GenreAudioError):
    """An argument or option has a value that cannot be used."""

    kind = "parameter"


class AudioError(GenreAudioError):
    """A recording, or one segment of it, cannot be described by numbers.

    Parameters
    ----------
    message : str
        What was found and what was expected.
    kind : str
        One of `AUDIO_KINDS`.

    Examples
    --------
    >>> from genre_audio.errors import AudioError
    >>> AudioError("the segment is digital silence", kind="silent").kind
    'silent'
    """

    def __init__(self, message: str, *, kind: str) -> None:
        if kind not in AUDIO_KINDS:
            raise ParameterError(f"unknown kind of audio error {kind!r}")
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders by pickle, which knows no keyword arguments.
        return (_audio_error, self.args)


def _audio_error(message: str, kind: str) -> AudioError:
    return AudioError(message, kind=kind)


class TableError(GenreAudioError):
    """A table cannot be read, or is not what the task needs."""

    kind = "table"


class ModelError(GenreAudioError):
    """A model bundle cannot be read, trusted or used for this input."""

    kind = "model"


class OutdatedModelError(ModelError):
    """A bundle is whole, but its fitted model does not answer rightly under this version.

    It can be fitted again from the bundle's rows, where it keeps them.
    """

    kind = "outdated_model"


class BusyError(GenreAudioError):
    """Another process is writing the same file or folder."""

    kind = "busy"


class OutputError(GenreAudioError):
    """A file or folder cannot be written, or would be overwritten unasked."""

    kind = "output"


class WorkerError(GenreAudioError):
    """Worker processes cannot be started, or do not live long enough to do the work."""

    kind = "worker"
