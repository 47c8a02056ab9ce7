"""All that was asked for and changes an answer: the parameters of a run.

They stand in every result, and can be asked again. Worker processes, caches, and the form
of a result may not enter: they change no answer.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import ModelError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from genre_audio.training import ModelBundle

__all__ = ["FORMAT", "Parameters", "check_model"]

FORMAT: Final = 1
"""Raised when an older version would misunderstand newer parameters."""


@dataclasses.dataclass(frozen=True)
class Parameters:
    """What a run was asked.

    Attributes
    ----------
    version : str
        Of this package.
    model : dict
        Name and digest of the model.
    schema, segmentation : dict
        How recordings were described and cut, with digests.
    coverage : float or None
        How often the genres not ruled out are to hold the right one; None where the model
        rules nothing out.
    content : dict or None
        Name and digest of the model that told what recordings hold; None where nobody asked.
    whole : bool
        Whether segments counted by their length, whatever they hold.
    explain : bool
        Whether the nearest training recordings and reasons were asked for.
    format : int
        `FORMAT`.

    Examples
    --------
    >>> from genre_audio.prediction.parameters import Parameters
    >>> model = {"name": "mine", "digest": "0" * 16}
    >>> asked = Parameters("0.1.0", model, {}, {}, 0.9)
    >>> Parameters.from_dict(asked.as_dict()) == asked
    True
    """

    version: str
    model: dict[str, Any]
    schema: dict[str, Any]
    segmentation: dict[str, Any]
    coverage: float | None = None
    content: dict[str, Any] | None = None
    whole: bool = False
    explain: bool = False
    format: int = FORMAT

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)

    @property
    def hop(self) -> float | None:
        """From one segment's beginning to the next one's, in s."""
        hop = self.segmentation.get("hop")
        return None if hop is None else float(hop)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Parameters:
        """Make them from what `as_dict` gave.

        Raises
        ------
        ParameterError
            If they are not whole, or of a version that knows more.
        """
        made_by = f"genre-audio {values.get('version', 'of an unknown version')}"
        if _is_number(values.get("format")) and values["format"] > FORMAT:
            raise ParameterError(
                f"these parameters of {made_by} have format {values['format']}, this version "
                f"reads up to {FORMAT}: update genre-audio"
            )
        names = {field.name for field in dataclasses.fields(cls)}
        strange = sorted(values.keys() - names)
        missing = sorted(names - values.keys())
        if strange or missing:
            raise ParameterError(
                f"these are not the parameters of a run: written by {made_by}, "
                + "; ".join(
                    [f"unknown are {', '.join(strange)}"] * bool(strange)
                    + [f"missing are {', '.join(missing)}"] * bool(missing)
                )
            )
        wrong = [name for name, fits in _FORMS.items() if not fits(values[name])]
        if wrong:
            raise ParameterError(
                f"these are not the parameters of a run: {wrong[0]} is {values[wrong[0]]!r}; take "
                f"them as {made_by} wrote them, or give options instead"
            )
        return cls(**values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_identity(value: object) -> bool:
    """Tell whether it names something by name and digest."""
    return isinstance(value, dict) and all(
        isinstance(value.get(key), str) for key in ("name", "digest")
    )


# Files can be edited: what is of another form would be found out somewhere in the middle.
_FORMS: Final[dict[str, Callable[[Any], bool]]] = {
    "version": lambda value: isinstance(value, str),
    "model": _is_identity,
    "schema": lambda value: isinstance(value, dict),
    "segmentation": lambda value: isinstance(value, dict) and _is_number(value.get("hop", 1.0)),
    "coverage": lambda value: value is None or (_is_number(value) and 0.0 < value < 1.0),
    "content": lambda value: value is None or _is_identity(value),
    "whole": lambda value: isinstance(value, bool),
    "explain": lambda value: isinstance(value, bool),
    "format": _is_number,
}


def check_model(asked: Mapping[str, Any], bundle: ModelBundle) -> None:
    """Refuse a model that is not the one that parameters name.

    Parameters
    ----------
    asked : mapping
        Name and digest.
    bundle : ModelBundle
        The model at hand.

    Raises
    ------
    ModelError
        If the digests differ: the answers would.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction.parameters import check_model
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> check_model({"name": bundle.info.name, "digest": bundle.digest}, bundle)
    """
    if asked["digest"] != bundle.digest:
        raise ModelError(
            f"the run to be repeated was made by the model {asked['name']!r} with the digest "
            f"{asked['digest']}, and the model {bundle.info.name!r} here has {bundle.digest}: "
            "name the folder of that one with -m, or ask without --params"
        )
