"""From the options of ``genre-audio compare`` to what is studied, and its files."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import platform
import shlex
import sys
from typing import TYPE_CHECKING, Any

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from pathlib import Path

    from genre_audio.evaluation import Study
    from genre_audio.tables import Dataset, MetricTable

__all__ = ["Asked", "components_of", "names_of", "study_provenance", "write_figures"]


@dataclasses.dataclass(frozen=True)
class Asked:
    """What was asked for.

    Attributes
    ----------
    learners, balances : tuple of str
        Names, each once.
    folds, repeats : int
        How rows are held out.
    seed : int
        Seed of everything random.
    """

    learners: tuple[str, ...]
    balances: tuple[str, ...]
    folds: int
    repeats: int
    seed: int


def names_of(text: str, *, option: str) -> tuple[str, ...]:
    """Return the names that an option lists with commas between them, each once."""
    from genre_audio.learning import BALANCES, CLASSIC_LEARNERS

    known = BALANCES if option == "--balance" else CLASSIC_LEARNERS
    if option == "--balance" and text.strip() == "all":
        return BALANCES
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ParameterError(f"{option} names nothing; choose from {', '.join(known)}")
    if unknown := [name for name in names if name not in known]:
        raise ParameterError(f"{option}: unknown {unknown[0]!r}; choose from {', '.join(known)}")
    if twice := [name for name in names if names.count(name) > 1]:
        raise ParameterError(f"{option}: {twice[0]!r} is named twice; name each once")
    return tuple(names)


def components_of(text: str, *, learners: tuple[str, ...]) -> dict[str, int | float | None]:
    """Return for each learner what ``--components`` says of it."""
    if "=" not in text:
        return dict.fromkeys(learners, _component(text))
    found: dict[str, int | float | None] = dict.fromkeys(learners)
    said: set[str] = set()
    for part in text.split(","):
        learner, _, value = (word.strip() for word in part.partition("="))
        if learner not in found:
            raise ParameterError(
                f"--components: {learner!r} is not compared; say it of {', '.join(learners)}"
            )
        if learner in said:
            raise ParameterError(f"--components says two things of {learner!r}; say one")
        said.add(learner)
        found[learner] = _component(value)
    return found


def _component(text: str) -> int | float | None:
    if text.strip() == "none":
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if 0 < value < 1:
        return value
    if value.is_integer() and value >= 1:
        return int(value)
    raise ParameterError(
        f"--components {text!r}: give a number of components from 1, a share of variance below 1 "
        "such as 0.9, or none"
    )


def write_figures(study: Study, folder: Path) -> int:
    """Write every figure of a study in every form; return how many figures there are."""
    from genre_audio.files import replace_bytes
    from genre_audio.reporting.drawing import drawing
    from genre_audio.reporting.pictures import PICTURE_FORMS
    from genre_audio.reporting.study_figures import study_pictures

    written = 0
    with drawing():
        for picture in study_pictures(study):
            written += 1
            for form in PICTURE_FORMS:
                replace_bytes(folder / f"{picture.name}.{form}", picture.content(form))
    return written


def study_provenance(table: MetricTable, *, dataset: Dataset, study: Study) -> dict[str, Any]:
    """Return command, date, table, learners and versions, for a page to show."""
    from genre_audio.reporting.study_words import components_text
    from genre_audio.training.skops_model import model_versions

    said: dict[str, object] = {"file": table.path.name, "digest": table.digest}
    if table.metrics_path is not None:
        said |= {"metrics": table.metrics_path.name, "joined on": table.on}
    if table.schema is not None:
        said["schema"] = str(table.schema)
    said |= {"label": table.label, "labelled rows": len(dataset), "grouped by": dataset.grouping}
    versions = model_versions() | {"Python": platform.python_version()}
    return {
        "Command": shlex.join(["genre-audio", *sys.argv[1:]]),
        "Made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "Table": said | {"columns": ", ".join(study.columns)},
        "Learners": [
            f"{learner}: {components_text(study.components.get(learner))}"
            for learner in study.learners
        ],
        "Seed": study.seed,
        "Versions": versions | {"imbalanced-learn": importlib.metadata.version("imbalanced-learn")},
    }
