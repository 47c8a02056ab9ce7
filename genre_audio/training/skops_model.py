"""The model of a bundle of format 1: scikit-learn's objects, stored with skops.

Such a model is rebuilt from a description, and no type is constructed that is not on our
list or on skops' own. It only answers rightly under the scikit-learn that fitted it; once
read, it is taken apart into plain arrays like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import ModelError
from genre_audio.training.arrays import check_size

if TYPE_CHECKING:
    from pathlib import Path

    from genre_audio.learning.plain import Chain, PlainStack
    from genre_audio.training.bundle import BundleInfo

__all__ = ["model_versions", "read_skops"]

_PACKAGES: Final = ("genre-audio", "numpy", "scikit-learn", "scipy", "skops", "xgboost-cpu")


def model_versions() -> dict[str, str]:
    """Return the versions of the packages that a fitted model depends on.

    Examples
    --------
    >>> from genre_audio.training.skops_model import model_versions
    >>> "scikit-learn" in model_versions()
    True
    """
    from importlib import metadata

    return {name: metadata.version(name) for name in _PACKAGES}


def read_skops(content: bytes, *, info: BundleInfo, path: Path) -> tuple[PlainStack, Chain]:
    """Return the stack and the space of likeness that a file of skops holds.

    Parameters
    ----------
    content : bytes
        The file's content, checked against its sha256.
    info : BundleInfo
        What the bundle says of itself.
    path : pathlib.Path
        Its name, for messages.

    Raises
    ------
    ModelError
        If it was made with another scikit-learn or xgboost, cannot be read, holds types
        that are not ours, or is another object than a model.

    Examples
    --------
    See `genre_audio.training.load_bundle`.
    """
    _check_versions(info)
    from sklearn.pipeline import Pipeline

    from genre_audio.learning.plain.copy import plain_chain, plain_stack
    from genre_audio.learning.stack import GenreStack

    parts = _parts(content, path=path)
    classifier, space = parts.get("classifier"), parts.get("space")
    if not isinstance(classifier, GenreStack) or not isinstance(space, Pipeline):
        raise ModelError(f"{path} holds no model of ours; get the bundle again")
    try:
        return plain_stack(classifier), plain_chain(space)
    except Exception as error:  # attributes of a stranger's estimators may be anything
        message = f"{path} holds no model of ours ({error}); get the bundle again"
        raise ModelError(message) from error


def _parts(content: bytes, *, path: Path) -> dict[str, Any]:
    """Rebuild what is stored; no type is constructed that is not ours."""
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    from genre_audio.learning.trusted import TRUSTED_TYPES

    try:
        check_size(content)
        # Audits all that is there before it constructs anything.
        parts = skops.io.loads(content, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        foreign = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
        raise ModelError(
            f"{path} holds types that no model of ours has ({', '.join(foreign)}): do not use it"
        ) from error
    except Exception as error:  # a stranger's file may surprise its reader in any way
        raise ModelError(f"{path} cannot be read as a model: {error}") from error
    return parts if isinstance(parts, dict) else {}


def _check_versions(info: BundleInfo) -> None:
    """Refuse a fitted model of another release series: it may load and answer wrongly."""
    here = model_versions()
    for name in ("scikit-learn", "xgboost-cpu"):
        made = str(info.versions[name])
        if made.split(".")[:2] != here[name].split(".")[:2]:
            raise ModelError(
                f"the model {info.name!r} was made with {name} {made}, here is {here[name]}: "
                "train it again with 'genre-audio retrain'"
            )
