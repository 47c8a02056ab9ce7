"""What ``arrays.npz`` holds: a bundle's parts as arrays by name, and back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from genre_audio.learning.bearing import Bearing
from genre_audio.learning.conformal import ConformalSets
from genre_audio.learning.neighbourhood import Neighbourhood
from genre_audio.training.arrays import read_arrays
from genre_audio.training.bundle import Probe
from genre_audio.training.credits import Credits

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from genre_audio.learning.plain import Chain
    from genre_audio.training.bundle import ModelBundle

__all__ = ["Parts", "arrays_of", "read_parts"]

_NEIGHBOURHOOD: Final = ("rows", "names", "labels", "groups", "quantiles")
_BEARING: Final = tuple(f"bearing_{field.name}" for field in dataclasses.fields(Bearing))
_CREDITS: Final = tuple(f"credits_{field.name}" for field in dataclasses.fields(Credits))
_PROBE: Final = ("probe_rows", "probe_probabilities")
_THRESHOLDS: Final = "conformal_thresholds"


class Parts(NamedTuple):
    """The parts of a bundle that ``arrays.npz`` holds.

    Examples
    --------
    See `read_parts`.
    """

    neighbourhood: Neighbourhood
    probe: Probe
    conformal: ConformalSets | None
    credits: Credits | None


def arrays_of(bundle: ModelBundle) -> dict[str, Any]:
    """Return these parts of a bundle as arrays by name.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.training.parts import arrays_of
    >>> arrays_of(load_bundle(resolve_model("default").path))["quantiles"].shape
    (101,)
    """
    arrays = {name: getattr(bundle.neighbourhood, name) for name in _NEIGHBOURHOOD}
    if bundle.neighbourhood.bearing is not None:
        arrays |= zip(_BEARING, vars(bundle.neighbourhood.bearing).values(), strict=True)
    if bundle.credits is not None:
        arrays |= zip(_CREDITS, vars(bundle.credits).values(), strict=True)
    arrays |= {f"probe_{name}": value for name, value in vars(bundle.probe).items()}
    if bundle.conformal is not None:
        arrays[_THRESHOLDS] = bundle.conformal.thresholds
    return arrays


def read_parts(content: bytes, *, path: Path, space: Chain, conformal: bool) -> Parts:
    """Read these parts; whether they belong together is not yet asked.

    Parameters
    ----------
    content : bytes
        The archive.
    path : pathlib.Path
        Its name, for messages.
    space : Chain
        The space of likeness.
    conformal : bool
        Whether there must be thresholds of conformal sets.

    Raises
    ------
    ModelError
        If it cannot be read, or lacks arrays, or holds others.

    Examples
    --------
    See `genre_audio.training.load_bundle`, which reads them.
    """
    arrays = read_arrays(
        content,
        path=path,
        names=[*_NEIGHBOURHOOD, *_PROBE] + [_THRESHOLDS] * conformal,
        # Models of earlier versions have neither.
        optional=[_BEARING, _CREDITS],
    )

    def known(names: tuple[str, ...]) -> list[NDArray[Any]]:
        """Return the arrays of these names; none where the bundle is older than they are."""
        return [arrays[name] for name in names if name in arrays]

    bearing, makers = known(_BEARING), known(_CREDITS)
    return Parts(
        Neighbourhood(
            space=space,
            bearing=Bearing(*bearing) if bearing else None,
            **{name: arrays[name] for name in _NEIGHBOURHOOD},
        ),
        Probe(*known(_PROBE)),
        ConformalSets(arrays[_THRESHOLDS]) if conformal else None,
        Credits(*makers) if makers else None,
    )
