"""The model card: what a bundle says of itself, for people.

Everything on it is derived from the bundle's own figures; nothing is written by hand, so
nothing can go stale. Names and labels are anybody's: on the card they end no line and no cell,
and are no HTML, which some viewers of Markdown would do the bidding of.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.config import Segmentation

if TYPE_CHECKING:
    from genre_audio.training.bundle import BundleInfo

__all__ = ["card_text"]

_CAUTIONS: Final = {
    "genre": """\
## What it must not be used for

- To say what a recording *is*. It says which of its labels the sound resembles most;
  music that is none of them gets one of them all the same.
- On speech, silence, noise or nature sounds: it answers those too. Look at how far a
  recording lies from the training recordings before you believe a label.
- As evidence of influence by itself: likeness of sound has many causes, among them the
  microphone, the room and the decade.
""",
    "content": """\
## What it must not be used for

- To throw anything away unheard: what it calls noise may be a quiet song, and what it
  calls speech a recited one.
- To say how many sing, or what is played: it tells kinds of content apart, as one
  collection's listeners did.
- On moments: it learned from clips of a few seconds, each of one kind.
""",
}


def card_text(info: BundleInfo) -> str:
    """Return the model card as Markdown.

    Examples
    --------
    >>> from genre_audio.training import load_bundle, resolve_model
    >>> from genre_audio.training.card import card_text
    >>> card_text(load_bundle(resolve_model().path).info).splitlines()[0]
    '# gtzan57'
    """
    info = dataclasses.replace(info, **_harmless(vars(info)))
    parts = [
        f"# {info.name}",
        _overview(info),
        "## Trained on",
        _training(info),
        *_sets(info),
        *[_scores(scores, task=info.task) for scores in info.scores],
        "## Tuned parameters",
        _parameters(info.learning),
        _CAUTIONS.get(info.task, _CAUTIONS["genre"]).rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def _harmless(value: Any) -> Any:  # noqa: ANN401 - as JSON has it
    """Return the same with all of its text as Markdown may hold it."""
    if isinstance(value, dict):
        return {_harmless(name): _harmless(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_harmless(inner) for inner in value]
    if not isinstance(value, str):
        return value
    spelled = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in value)
    return spelled.replace("|", "&#124;").replace("<", "&lt;")


def _overview(info: BundleInfo) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in info.versions.items())
    return _bullets(
        [
            f"Task: {info.task}; labels: {', '.join(info.labels)}",
            f"Features: {info.schema['name']} version {info.schema['version']} "
            f"({info.schema['digest']}), segments of {_segments(info.segmentation)}",
            f"Learners: {', '.join(info.learning['learners'])}, joined with weights and powers "
            "that were learned from what they said of rows that they had not seen",
            _level(info),
            f"Created {info.created} with {versions}",
        ]
    )


def _segments(said: dict[str, Any]) -> str:
    return Segmentation(seconds=said["seconds"], hop=said.get("hop")).words


def _level(info: BundleInfo) -> str:
    if info.learning.get("level_invariant", False):
        return f"Level: taken out; a recording made louder or softer keeps its {info.task}"
    return f"Level: kept; a recording made louder or softer may get another {info.task}"


def _sets(info: BundleInfo) -> list[str]:
    """Say what a set of labels promises, and to whom."""
    known = info.conformal
    if known is None:
        return []
    new = f"whose {known['grouping']} was not heard in training"
    if known["grouping"] == "recording":
        new = "that were not heard in training, of artists that may have been"
    lines = [
        f"Meant to hold the right {info.task} of {known['coverage']:.0%} of recordings {new}; each "
        f"{info.task} has a threshold of its own, learned on folds that keep apart "
        f"{known['groups']} groups",
    ]
    if known["measured_coverage"] is not None:
        lines += [
            f"Measured ({known['protocol']}): {known['measured_coverage']:.1%}, with "
            f"{known['mean_set_size']:.1f} {info.task}s in a set on average"
        ]
    lines += [
        "Not guaranteed for recordings unlike those trained on, nor for music that is none of "
        "the labels"
    ]
    return [f"## {info.task.capitalize()}s not ruled out", _bullets(lines)]


def _training(info: BundleInfo) -> str:
    training = info.training
    counts = ", ".join(f"{label} {count}" for label, count in training["rows_per_label"].items())
    kept = f"Kept apart in every fold: {training['grouping']}"
    if training["grouping"] == "recording":
        kept += (
            ". Artists were not known, so all scores below are for new recordings of the same "
            "artists and albums; on artists that were never heard they are lower"
        )
    return _bullets(
        [
            f"Table {training['table']} ({training['digest']}): {training['rows']} rows of "
            f"{training['recordings']} recordings",
            f"Rows per label: {counts}",
            *_sampled(info),
            f"Exact duplicates: {training['exact_duplicates']} sets of equal rows, each kept "
            "on one side of every fold",
            kept,
            *([f"Source: {training['source']}"] if "source" in training else []),
        ]
    )


def _sampled(info: BundleInfo) -> list[str]:
    """Say which learners saw how many rows, where one could not hold all."""
    took = info.learning.get("rows")
    if not took:
        return []
    parts = ", ".join(f"{name} {rows}" for name, rows in took.items())
    near = info.learning["likeness_rows"]
    return [f"Rows that each learner saw: {parts}; likeness is measured to {near}"]


def _scores(scores: dict[str, Any], *, task: str) -> str:
    low, high = scores["accuracy_interval"]
    f1_low, f1_high = scores["macro_f1_interval"]
    facts = _bullets(
        [
            f"Accuracy {scores['accuracy']:.3f} (95 % interval {low:.3f} to {high:.3f}); always "
            f"naming the most frequent label gives {scores['baseline_accuracy']:.3f}",
            f"Macro F1 {scores['macro_f1']:.3f} ({f1_low:.3f} to {f1_high:.3f}), macro precision "
            f"{scores['macro_precision']:.3f}, macro recall {scores['macro_recall']:.3f}, "
            f"log loss {scores['log_loss']:.3f}",
            *_calibration(scores, task=task),
            f"Most confused: {_most_confused(scores)}",
        ]
    )
    columns = zip(
        scores["labels"],
        scores["precision"],
        scores["recall"],
        scores["f1"],
        scores["support"],
        strict=True,
    )
    rows = [f"| {label} | {p:.2f} | {r:.2f} | {f:.2f} | {n} |" for label, p, r, f, n in columns]
    table = "\n".join(["| label | precision | recall | F1 | recordings |", "|---|---|---|---|---|"])
    title = f"## Scores: {scores['protocol']} ({scores['recordings']} recordings)"
    return "\n\n".join([title, facts, "\n".join([table, *rows])])


def _calibration(scores: dict[str, Any], *, task: str) -> list[str]:
    """Say what was measured; models of earlier versions were not."""
    lines = []
    if scores.get("expected_calibration_error") is not None:
        error = scores["expected_calibration_error"]
        lines += [f"Expected calibration error {error:.3f} (top label, 15 bins of equal mass)"]
    if scores.get("coverage") is not None:
        lines += [
            f"The {task}s not ruled out held the right one of {scores['coverage']:.1%}; "
            f"{scores['mean_set_size']:.1f} {task}s in a set"
        ]
    return lines


def _most_confused(scores: dict[str, Any]) -> str:
    confusion = np.array(scores["confusion"])
    np.fill_diagonal(confusion, 0)
    worst = np.argsort(-confusion, axis=None, kind="stable")[:5]
    pairs = [divmod(int(place), len(confusion)) for place in worst]
    labels = scores["labels"]
    said = [
        f"{labels[truth]} taken for {labels[called]} ({confusion[truth, called]})"
        for truth, called in pairs
        if confusion[truth, called]
    ]
    return ", ".join(said) or "nothing"


def _parameters(learning: dict[str, Any]) -> str:
    lines = [f"Budget {learning['budget']}, seed {learning['seed']}"]
    lines += [
        f"{name}: " + (", ".join(f"{key} {value}" for key, value in parameters.items()) or "as set")
        for name, parameters in learning["parameters"].items()
    ]
    return _bullets(lines)


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
