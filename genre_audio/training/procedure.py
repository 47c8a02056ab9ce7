"""How a model was learned, to be done again on other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.errors import ModelError, ParameterError

if TYPE_CHECKING:
    from genre_audio.evaluation import Procedure
    from genre_audio.training.bundle import BundleInfo

__all__ = ["model_procedure"]


def model_procedure(
    info: BundleInfo, *, budget: str | None = None, seed: int | None = None
) -> Procedure:
    """Return the settings that a bundle was made with, as something to evaluate.

    The fitted model itself cannot be scored on a table that it may have learned from;
    what is done again in every fold is all that led to it.

    Parameters
    ----------
    info : BundleInfo
        What the bundle says of itself.
    budget : str, optional
        Another budget than the one it was made with.
    seed : int, optional
        Another seed.

    Returns
    -------
    Procedure

    Raises
    ------
    ModelError
        If it does not say how it was made, or in words that this version does not know.

    Examples
    --------
    >>> from genre_audio import resolve_model
    >>> from genre_audio.training.procedure import model_procedure
    >>> model_procedure(resolve_model("default").info, budget="none").learners[0]
    'logistic_regression'
    """
    from genre_audio.evaluation import Procedure

    said = info.learning
    try:
        return Procedure(
            info.name,
            tuple(said["learners"]),
            budget=said["budget"] if budget is None else budget,
            seed=int(said["seed"]) if seed is None else seed,
            # Models that do not say so were made before the level could be taken out.
            level_invariant=bool(said.get("level_invariant", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the model {info.name} does not say how it was made ({error!r}); name "
            "--learners instead"
        ) from error
    except ParameterError as error:
        raise ModelError(
            f"the model {info.name} was not made by learners and a budget of this version "
            f"({error}); give --budget, or name --learners instead"
        ) from error
