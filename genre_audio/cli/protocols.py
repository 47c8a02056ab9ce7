"""From the options of ``genre-audio evaluate`` to protocols, and to the files they need."""

from __future__ import annotations

import dataclasses
import enum
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genre_audio.cli.any_table import TABLE, table_file
from genre_audio.errors import ParameterError, TableError

if TYPE_CHECKING:
    from genre_audio.evaluation import Protocol
    from genre_audio.tables import Dataset

__all__ = ["Asked", "Kind", "data_file", "protocols_of", "table_path"]

_VARIABLE: Final = "GENRE_AUDIO_DATA"
_GTZAN_TABLE: Final = "gtzan/features_30_sec.csv"
_INDEX: Final = "gtzan/splits/index.csv"


class Kind(enum.StrEnum):
    """Protocols by name."""

    random = "random"
    stratified = "stratified"
    grouped = "grouped"
    leave_one_group_out = "leave-one-group-out"
    lists = "lists"
    gtzan = "gtzan"


_OPTIONS: Final[dict[str, set[Kind]]] = {
    "groups": {Kind.grouped, Kind.leave_one_group_out, Kind.lists},
    "folds": {Kind.grouped, Kind.stratified},
    "repeats": {Kind.random, Kind.grouped, Kind.stratified, Kind.gtzan},
    "train_list": {Kind.lists},
    "test_list": {Kind.lists},
    "index": {Kind.gtzan},
}
"""Which protocols an option means something to."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """What was asked for; None where an option was not given.

    Attributes
    ----------
    kind : Kind
        The protocol.
    groups, folds, repeats, train_list, test_list, index
        What belongs to it.
    seed : int
        Seed of folds.

    Raises
    ------
    ParameterError
        If an option says nothing to the protocol, or one that it needs is missing.
    """

    kind: Kind = Kind.grouped
    groups: str | None = None
    folds: int | None = None
    repeats: int | None = None
    train_list: Path | None = None
    test_list: Path | None = None
    index: Path | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, kinds in _OPTIONS.items():
            if getattr(self, name) is not None and self.kind not in kinds:
                raise ParameterError(
                    f"--{name.replace('_', '-')} says nothing to --protocol {self.kind}, only to "
                    f"{', '.join(sorted(kinds))}"
                )
        if self.kind is Kind.leave_one_group_out and self.groups is None:
            raise ParameterError(
                "--protocol leave-one-group-out needs --groups, such as a column of artists: "
                "without it every recording is a group, and everything is learned anew for each; "
                "if that is meant, say --groups filename"
            )
        if self.kind is Kind.lists and (self.train_list is None or self.test_list is None):
            raise ParameterError("--protocol lists needs --train-list FILE and --test-list FILE")


def data_file(name: str) -> Path | None:
    """Return a file of the folder that GENRE_AUDIO_DATA names, if it is there."""
    folder = os.environ.get(_VARIABLE)
    path = Path(folder or "", name)
    return path if folder and path.is_file() else None


def table_path(source: Path | None, *, kind: Kind) -> Path:
    """Return the table meant, or refuse what is none."""
    if source is None:
        published = data_file(_GTZAN_TABLE) if kind is Kind.gtzan else None
        source = published or Path(TABLE)
    return table_file(source)


def protocols_of(asked: Asked, *, dataset: Dataset) -> list[Protocol]:
    """Return the protocols that were asked for, over the rows of a data set."""
    from genre_audio import evaluation

    again: dict[str, Any] = {"repeats": asked.repeats or 1, "seed": asked.seed}
    folds: dict[str, Any] = {"n_splits": asked.folds or 5} | again
    match asked.kind:
        case Kind.gtzan:
            return _gtzan(asked, dataset=dataset)
        case Kind.random:
            again["repeats"] = asked.repeats or 20
            return [evaluation.random_protocol(dataset, **again)]
        case Kind.stratified:
            return [evaluation.stratified_protocol(dataset, **folds)]
        case Kind.leave_one_group_out:
            return [evaluation.leave_one_group_out(dataset)]
        case Kind.lists:
            return [_lists(asked, dataset=dataset)]
    return [evaluation.grouped_protocol(dataset, **folds)]


def _lists(asked: Asked, *, dataset: Dataset) -> Protocol:
    from genre_audio.evaluation import list_protocol
    from genre_audio.tables import read_names

    train, test = (read_names(Path(str(path))) for path in (asked.train_list, asked.test_list))
    return list_protocol(dataset, train=train, test=test)


def _gtzan(asked: Asked, *, dataset: Dataset) -> list[Protocol]:
    from genre_audio.evaluation import gtzan_protocols
    from genre_audio.tables import read_gtzan_index

    index = asked.index or data_file(_INDEX)
    if index is None:
        raise TableError(
            f"there is no index of GTZAN: name one with --index FILE, or set {_VARIABLE} to a "
            f"folder that holds {_INDEX}; docs/evaluation.md says what is in it"
        )
    return gtzan_protocols(
        dataset,
        index=read_gtzan_index(index),
        repeats=asked.repeats or 20,
        seed=asked.seed,
    )
