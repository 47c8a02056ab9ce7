"""A spy in the place of a learner: what each fit saw, and what it was then asked.

Ids of rows stand in a column, so that a copy has the id of its original. The spy takes
part in tuning, stacking and the last fit like any other learner.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier

from genre_audio.evaluation import (
    Protocol,
    evaluate,
    grouped_protocol,
    gtzan_protocols,
    leave_one_group_out,
    list_protocol,
    random_protocol,
    stratified_protocol,
)
from genre_audio.learning import Budget, GenreStack, learners
from genre_audio.tables import Annotations, Dataset, GtzanIndex

ARTISTS, SEGMENTS = 24, 2


class Spy(ClassifierMixin, BaseEstimator):
    """Notes ids; says the training frequencies."""

    asked: ClassVar[list[tuple[frozenset, frozenset]]] = []

    def __init__(self, k=1):
        self.k = k

    def fit(self, X, y):
        self.seen_ = frozenset(X[:, 0].tolist())
        self.classes_, counts = np.unique(y, return_counts=True)
        self.shares_ = counts / counts.sum()
        return self

    def predict_proba(self, X):
        self.asked.append((self.seen_, frozenset(X[:, 0].tolist())))
        return np.tile(self.shares_, (len(X), 1))


@pytest.fixture(autouse=True)
def spies(monkeypatch):
    """Two spies: one that is tuned and one that is not."""
    Spy.asked = []
    for name in ("qda", "knn"):
        monkeypatch.setitem(learners._STEPS, name, lambda *_: [("estimator", Spy())])
        monkeypatch.setitem(learners.SPACES, name, {"estimator__k": [1, 2, 3]})


def dataset():
    """Artists of two recordings of two segments; copies across artists and in one."""
    artist = np.repeat(np.arange(ARTISTS), 2 * SEGMENTS)
    recording = np.repeat(np.arange(2 * ARTISTS), SEGMENTS)
    ids = np.arange(len(artist), dtype=float)
    ids[4 * 4] = ids[0]  # artists 0 and 4: one group
    ids[6 * 4 + 2] = ids[6 * 4]  # both recordings of artist 6
    return Dataset(
        X=np.column_stack([ids, -ids]),
        y=np.array(["jazz", "polka"])[artist % 2],
        groups=np.array([f"artist {k}" for k in artist]),
        names=np.array([f"take{k:03d}.wav" for k in recording]),
        columns=("id", "x"),
        grouping="artist",
    )


BUDGET = Budget("spied", qda=3, knn=1, inner_folds=2, stack_folds=3)


def run(data, protocol):
    """Evaluate two spies; return by outer fold what was asked inside, and at the end."""
    marks = []

    def make():
        marks.append(len(Spy.asked))
        return GenreStack(learners=("qda", "knn"), budget=BUDGET, columns=data.columns)

    evaluate(make, data, protocol=protocol)
    parts = [Spy.asked[a:b] for a, b in zip(marks, [*marks[1:], len(Spy.asked)], strict=True)]
    # Three candidates on two folds, asked for two scores; two learners on three folds of
    # the stack; then each is asked once, for what was held out.
    assert [len(part) for part in parts] == [3 * 2 * 2 + 2 * 3 + 2] * len(protocol.folds)
    return [(part[:-2], part[-2:]) for part in parts]


def owners(data, what):
    """What each id belongs to: a copy belongs to all that hold it."""
    found = {}
    for row, owner in zip(data.X[:, 0].tolist(), getattr(data, what).tolist(), strict=True):
        found.setdefault(row, set()).add(owner)
    return found


def apart(pairs, belongs):
    """Whether nothing stands on both sides of any of the questions."""
    return all(
        set()
        .union(*(belongs[k] for k in seen))
        .isdisjoint(set().union(*(belongs[k] for k in asked)))
        for seen, asked in pairs
    )


def ids(data, rows):
    return frozenset(data.X[rows, 0].tolist())


def check(data, protocol, *, what):
    outer = [(ids(data, train), ids(data, test)) for train, test in protocol.folds]
    for (train, test), (inside, last) in zip(outer, run(data, protocol), strict=True):
        assert train.isdisjoint(test), "an exact copy is on both sides"
        assert all(pair == (train, test) for pair in last)
        for seen, asked in inside:
            assert seen | asked <= train, "a held-out row was seen inside"
            assert seen.isdisjoint(asked)
        for belongs in what:
            assert apart([*inside, *last], owners(data, belongs))


@pytest.mark.parametrize("seed", range(3))
def test_grouped_folds_part_no_group_inside_or_outside(seed):
    data = dataset()
    protocol = grouped_protocol(data, n_splits=3, seed=seed, repeats=2)
    assert protocol.crossing == 0
    check(data, protocol, what=["groups", "names"])


def test_leaving_one_group_out_parts_none():
    data = dataset()
    protocol = leave_one_group_out(data)
    assert len(protocol.folds) == ARTISTS - 1  # two artists share a row
    check(data, protocol, what=["groups", "names"])


@pytest.mark.parametrize("seed", range(3))
def test_random_splits_part_no_recording_and_no_copies(seed):
    data = dataset()
    for protocol in (
        random_protocol(data, repeats=2, seed=seed),
        stratified_protocol(data, n_splits=3, seed=seed),
    ):
        check(data, protocol, what=["names"])
        assert not apart(Spy.asked, owners(data, "groups")), "artists are not kept apart here"
        Spy.asked.clear()


def test_lists_part_no_recording_and_copies_are_left_out():
    data = dataset()
    names = np.unique(data.names).tolist()
    train, test = names[4:], names[:4]  # artist 4 has a copy of what artist 0 is tested by
    protocol = list_protocol(data, train=train, test=test)
    assert "1 copy left out" in protocol.name
    check(data, protocol, what=[])  # what is the same in a copied row would be taken for it
    ((learned, scored),) = protocol.folds
    copied = {data.names[k] for k in range(len(data)) if (data.X[k] == data.X[scored]).all(1).any()}
    (copy,) = copied - set(test)
    # Whole: the rest of a recording is as near to the rest of its copy.
    assert set(data.names[learned]) == set(train) - {copy}
    assert set(data.names[scored]) == set(test)


def test_the_literatures_form_alone_parts_copies_and_only_outside():
    # One row a recording, as in the published table.
    data = dataset()
    data = Dataset(
        data.X, data.y, data.groups, np.arange(len(data)).astype(str), data.columns, "artist"
    )
    protocol = random_protocol(data, repeats=12, duplicates_apart=False)
    assert protocol.leaks
    straddling = 0
    for inside, last in run(data, protocol):
        straddling += any(not seen.isdisjoint(asked) for seen, asked in last)
        assert all(seen.isdisjoint(asked) for seen, asked in inside)
    assert straddling > 0


def test_gtzans_protocols_keep_artists_apart_inside():
    data = dataset()
    names = np.unique(data.names)
    artist = np.arange(len(names)) // 2

    def column(values, name):
        return Annotations(dict(zip(names.tolist(), map(str, values), strict=True)), column=name)

    index = GtzanIndex(
        genres=column(artist % 2, "genre"),
        artists=column(artist, "artist"),
        parts=column(np.where(artist < 8, "test", "train"), "part"),
        folds=column(artist // 2 % 3 + 1, "fold"),
    )
    protocols = {p.key: p for p in gtzan_protocols(data, index=index, repeats=1)}
    check(data, protocols["artist-disjoint"], what=["groups", "names"])
    for key in ("artist-filtered", "fault-filtered"):
        for inside, _ in run(data, protocols[key]):
            assert apart(inside, owners(data, "groups"))


def test_where_identity_dominates_only_naive_folds_flatter(monkeypatch, rng):
    def nearest(*_):
        return [("estimator", KNeighborsClassifier(1))]

    monkeypatch.setitem(learners._STEPS, "knn", nearest)
    artist = np.repeat(np.arange(40), 6)
    X = rng.normal(size=(40, 8))[artist] + 0.01 * rng.normal(size=(240, 8))
    y = np.array(["jazz", "polka"])[rng.permutation(np.arange(40) % 2)[artist]]
    names = np.array([f"{k // 2:03d}" for k in range(240)])  # two segments to a recording
    data = Dataset(X, y, artist.astype(str), names, tuple("abcdefgh"), grouping="artist")

    def stack():
        return GenreStack(learners=("knn",), budget=BUDGET, columns=data.columns)

    rows = np.random.default_rng(0).permutation(240)
    naive = [(np.setdiff1d(rows, part), part) for part in np.array_split(rows, 4)]
    flattered = evaluate(stack, data, protocol=Protocol("naive", naive, np.arange(240)))
    honest = evaluate(stack, data, protocol=grouped_protocol(data, n_splits=4, seed=0))
    assert flattered.accuracy > 0.9
    # Forty coin tosses: two standard deviations are 0.16.
    assert honest.accuracy == pytest.approx(0.5, abs=0.2)
    assert honest.verdict.startswith("not better than guessing by frequency")
    assert flattered.verdict.startswith("better than")
