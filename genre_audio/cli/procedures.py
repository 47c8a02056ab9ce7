"""From the options of ``genre-audio evaluate`` to what is evaluated."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from genre_audio.cli.options import Budget
    from genre_audio.evaluation import Procedure

__all__ = ["chosen_procedures"]


def chosen_procedures(
    learners: str | None,
    model: str | None,
    *,
    budget: Budget | None,
    seed: int | None,
    absolute_level: bool,
) -> list[Procedure]:
    """Return what is to be evaluated: learners by name, and how a model was made."""
    from genre_audio.evaluation import procedure_of

    names = [name.strip() for name in learners.split(",")] if learners is not None else []
    if not names and model is None:
        names = ["stack"]
    how: dict[str, Any] = {"budget": budget.value if budget else "small", "seed": seed or 0}
    found = [procedure_of(name, level_invariant=not absolute_level, **how) for name in names]
    if model is not None:
        made = _model_procedure(model, budget=budget, seed=seed)
        kept = made.level_invariant and not absolute_level
        found = [dataclasses.replace(made, level_invariant=kept), *found]
    called = [procedure.name for procedure in found]
    if twice := {name for name in called if called.count(name) > 1}:
        raise ParameterError(f"{min(twice)!r} is to be evaluated twice; name each learner once")
    return found


def _model_procedure(model: str, *, budget: Budget | None, seed: int | None) -> Procedure:
    from genre_audio.training import resolve_model
    from genre_audio.training.procedure import model_procedure

    tuning = None if budget is None else budget.value
    return model_procedure(resolve_model(model).info, budget=tuning, seed=seed)
