"""What a run of ``genre-audio predict`` asks: models, and all that changes an answer.

What the command line says and what a run to be repeated says must not contradict each
other: an answer to a mixture of both would be neither's.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

from genre_audio.cli.output import say
from genre_audio.errors import ModelError, ParameterError

if TYPE_CHECKING:
    from pathlib import Path

    from genre_audio.config import Segmentation
    from genre_audio.prediction.parameters import Parameters
    from genre_audio.training import ModelBundle
    from genre_audio.training.store import ModelEntry

__all__ = ["Setting", "Wish", "settle"]


@dataclasses.dataclass(frozen=True)
class Wish:
    """What the command line says; None where it says nothing."""

    model: str | None = None
    coverage: float | None = None
    hop: float | None = None
    content: bool | None = None
    whole: bool | None = None
    explain: bool | None = None


@dataclasses.dataclass(frozen=True)
class Setting:
    """What is asked of which models.

    Attributes
    ----------
    bundle : ModelBundle
        The model of genres.
    parameters : Parameters
        All that changes an answer.
    content : pathlib.Path or None
        Folder of the model of contents.
    """

    bundle: ModelBundle
    parameters: Parameters
    content: Path | None = None

    @property
    def segmentation(self) -> Segmentation:
        """How recordings are cut."""
        from genre_audio.prediction import segmentation_for

        return segmentation_for(self.bundle, hop=self.parameters.hop)


def settle(wish: Wish, *, before: Parameters | None, explain: bool, content: bool) -> Setting:
    """Decide what is asked, and say by which model.

    Parameters
    ----------
    wish : Wish
        What the command line says.
    before : Parameters, optional
        What a run to be repeated was asked.
    explain, content : bool
        Whether to explain and to tell contents where nobody says so.
    """
    from genre_audio import __version__
    from genre_audio.prediction import schema_for, segmentation_for
    from genre_audio.prediction.parameters import Parameters
    from genre_audio.training import load_or_refit

    if before is not None:
        _refuse_contradictions(wish, before)
        wish = dataclasses.replace(
            wish,
            coverage=before.coverage,
            hop=before.hop,
            content=before.content is not None,
            whole=before.whole,
            explain=before.explain,
        )
    entry = _model(wish.model, asked=before.model if before else None)
    bundle = load_or_refit(entry.path, on_step=say)
    say(f"model: {entry.info.name} ({entry.source})")
    listener = _listener(wish.content, default=content, asked=before.content if before else None)
    schema = schema_for(bundle)
    segmentation = segmentation_for(bundle, hop=wish.hop)
    parameters = Parameters(
        version=__version__,
        model={"name": bundle.info.name, "digest": bundle.digest},
        schema={"name": schema.name, "version": schema.version, "digest": schema.digest},
        segmentation=segmentation.as_dict() | {"digest": segmentation.digest},
        coverage=bundle.resolve_coverage(wish.coverage),
        content=_identity(listener) if listener else None,
        whole=bool(wish.whole),
        explain=explain if wish.explain is None else wish.explain,
    )
    if before is not None:
        _compare(parameters, before)
    return Setting(bundle, parameters, content=listener.path if listener else None)


def _refuse_contradictions(wish: Wish, before: Parameters) -> None:
    said = {
        "--coverage": (wish.coverage, before.coverage),
        "--hop": (wish.hop, before.hop),
        "--content": (wish.content, before.content is not None),
        "--whole": (wish.whole, before.whole),
        "--explain": (wish.explain, before.explain),
    }
    for option, (now, then) in said.items():
        if now is not None and now != then:
            raise ParameterError(
                f"{option} says {now}, and the run to be repeated had {then}: leave {option} "
                "out, or ask without --params"
            )


def _model(name: str | None, *, asked: dict[str, Any] | None) -> ModelEntry:
    """Find the model: the one named, or for a run to be repeated the one that it had."""
    from genre_audio.training import resolve_model

    if name is not None or asked is None:
        entry = resolve_model(name)
        if asked is not None:
            _check(entry, asked)
        return entry
    found = _candidates(asked["name"], task="genre")
    entry = next((each for each in found if _digest(each) == asked["digest"]), found[0])
    _check(entry, asked)
    return entry


def _candidates(name: str, *, task: str) -> list[ModelEntry]:
    """List the models that may be meant by a name: the one used by default, and its namesake."""
    from genre_audio.training import resolve_model

    found = [resolve_model(task=task)]
    with contextlib.suppress(ModelError):
        found.append(resolve_model(name, task=task))
    return found


def _listener(
    wanted: bool | None, *, default: bool, asked: dict[str, Any] | None
) -> ModelEntry | None:
    """Find the model of contents, if contents are to be told."""
    from genre_audio.training import resolve_model

    if asked is not None:
        found = _candidates(asked["name"], task="content")
        entry = next((each for each in found if _digest(each) == asked["digest"]), found[0])
        _check(entry, asked)
        return entry
    if wanted is False or not (wanted or default):
        return None
    try:
        return resolve_model(task="content")
    except ModelError as error:
        if wanted:
            raise
        say(f"what recordings hold is not told: {error}")
        return None


def _digest(entry: ModelEntry) -> str:
    from genre_audio.training import load_bundle

    return load_bundle(entry.path).digest


def _identity(entry: ModelEntry) -> dict[str, Any]:
    return {"name": entry.info.name, "digest": _digest(entry)}


def _check(entry: ModelEntry, asked: dict[str, Any]) -> None:
    from genre_audio.prediction.parameters import check_model
    from genre_audio.training import load_bundle

    check_model(asked, load_bundle(entry.path))


def _compare(now: Parameters, before: Parameters) -> None:
    """Refuse to repeat a run that would come out otherwise, and say what may differ."""
    for what, mine, theirs in (
        ("describes recordings", now.schema, before.schema),
        ("cuts recordings", now.segmentation, before.segmentation),
    ):
        if mine.get("digest") != theirs.get("digest"):
            raise ParameterError(
                f"this version {what} otherwise than the one of the run to be repeated "
                f"(genre-audio {before.version}): {mine} instead of {theirs}; repeat it with "
                "that version, or ask without --params"
            )
    if now.version != before.version:
        say(
            f"the run to be repeated was made by genre-audio {before.version}, this is "
            f"{now.version}: model and features are the same, words may differ"
        )
