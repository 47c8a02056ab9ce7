"""More rows than a learner can hold: what it takes, that it says so, and that less changes nothing.

Limits are lowered, not tables enlarged: the rules are the same, and it takes no time.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from genre_audio.config import digest, digest_of_long
from genre_audio.errors import ParameterError
from genre_audio.evaluation import bootstrap
from genre_audio.evaluation.recordings import pooled
from genre_audio.learning import GenreStack
from genre_audio.learning import streamed_logistic as streamed
from genre_audio.learning.budget import BUDGETS
from genre_audio.learning.kernel_logistic import KernelLogisticRegression
from genre_audio.learning.limits import LIMITS, Limits, words_on_limits
from genre_audio.learning.sampling import sampled_rows
from genre_audio.tables import csv_text, dataset_of, resolve_groups
from genre_audio.tables.splits import exact_duplicates
from genre_audio.training import load_bundle, save_bundle, train
from genre_audio.training.card import card_text
from genre_audio.training.credits import Credits
from genre_audio.training.refit import refit, stored_rows
from sample_tables import GENRES, TINY, feature_table

FEW = Limits(
    knn=30,
    random_forest=40,
    decision_tree=40,
    support_vectors=30,
    tuning=36,
    pool=40,
    likeness=24,
    kept=100,
)
SMALL = dataclasses.replace(TINY, limits=FEW)


# Samples -----------------------------------------------------------------------------------


@st.composite
def tables(draw):
    """Labels, groups and recordings of up to 60 rows: recordings belong to one group each."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=12))
    recordings = np.repeat(np.arange(len(sizes)), sizes)
    group_of = draw(st.lists(st.integers(0, 5), min_size=len(sizes), max_size=len(sizes)))
    y = draw(st.lists(st.integers(0, 3), min_size=len(recordings), max_size=len(recordings)))
    return np.array(y), np.array(group_of)[recordings], recordings


@settings(max_examples=30, deadline=None)
@given(tables(), st.integers(4, 70), st.integers(0, 3))
def test_a_sample_has_every_label_and_no_row_twice(table, most, seed):
    y, groups, recordings = table
    how = {"groups": groups, "recordings": recordings, "seed": seed}
    rows = sampled_rows(y, most=most, **how)
    assert (np.diff(rows) > 0).all(), "ascending, and none twice"
    assert set(y[rows]) == set(y)
    assert len(rows) <= most
    # Each label's share is rounded down.
    assert len(rows) > min(most, len(y)) - len(set(y))
    np.testing.assert_array_equal(rows, sampled_rows(y, most=most, **how))
    if len(y) <= most:
        np.testing.assert_array_equal(rows, np.arange(len(y)))


def test_a_sample_keeps_groups_and_as_many_recordings_as_it_can():
    # One artist has a single short tape, the other one a thousand rows in a hundred tapes.
    recordings = np.concatenate([[0, 0], 1 + np.arange(1000) // 10])
    groups, y = (recordings > 0).astype(int), np.zeros(1002, dtype=int)
    rows = sampled_rows(y, groups=groups, recordings=recordings, most=100, seed=0)
    assert {0, 1} <= set(rows), "both rows of the artist who has few"
    tapes = np.bincount(recordings[rows])[1:]
    assert tapes.max() - tapes[tapes > 0].min() <= 1
    assert (tapes > 0).sum() >= 97


def test_a_rare_label_is_not_lost():
    y = np.repeat([0, 1], [9990, 10])
    rows = np.arange(10_000)
    some = sampled_rows(y, groups=rows, recordings=rows, most=400, seed=1)
    assert np.bincount(y[some]).tolist() == [390, 10], "a tenth of an equal share is 20, it has 10"


def test_seeds_draw_other_rows():
    rows = np.arange(300)
    how = {"groups": rows, "recordings": rows, "most": 20}
    one, other = (sampled_rows(rows % 3, seed=seed, **how) for seed in (0, 1))
    assert len(one) == len(other) == 18, "six of each label, and a rest of two"
    assert one.tolist() != other.tolist()


# Logistic regression, block by block -------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 3])
def test_blocks_find_what_scikit_learn_finds_at_once(rng, monkeypatch, n_classes):
    y = np.arange(300) % n_classes
    X, new = rng.normal(size=(300, 4)) + y[:, None], rng.normal(size=(50, 4)) + 1.0
    how = {"C": 5.0, "gamma": 0.1, "n_landmarks": 20, "seed": 3}
    monkeypatch.setattr(streamed, "_BLOCK", 64)
    # Both stop at slopes of 1e-4 by themselves, which leaves the third digit open.
    monkeypatch.setattr(streamed, "_FLAT", 1e-8)
    monkeypatch.setattr(streamed, "_ROUNDS", 500)
    exact = {"tol": 1e-9, "max_iter": 20_000}
    monkeypatch.setattr(
        "genre_audio.learning.kernel_logistic.LogisticRegression",
        lambda **given: LogisticRegression(**(given | exact)),
    )
    at_once = KernelLogisticRegression(**how).fit(X, y)
    in_blocks = KernelLogisticRegression(**how, at_once=60).fit(X, y)
    np.testing.assert_array_equal(in_blocks.landmarks_, at_once.landmarks_)
    np.testing.assert_allclose(in_blocks.predict_proba(new), at_once.predict_proba(new), atol=1e-5)
    some = KernelLogisticRegression(**how).fit(X[:60], y[:60])
    assert np.abs(some.predict_proba(new) - at_once.predict_proba(new)).max() > 0.01


def test_slopes_are_those_of_the_loss(rng):
    X, y = rng.normal(size=(90, 5)), np.arange(90) % 3
    turn, found = rng.normal(size=(5, 5)), rng.normal(size=(6, 3))

    def loss(at):
        return streamed._sums(X, y, coordinates=np.tanh, turn=turn, found=at)

    step = 1e-6 * rng.normal(size=found.shape)
    ahead, behind = loss(found + step)[0], loss(found - step)[0]
    # Central differences err by the third power of the step, and by rounding.
    assert ahead - behind == pytest.approx(2.0 * (loss(found)[1] * step).sum(), rel=1e-5)


def test_a_class_that_was_hardly_drawn_is_learned_too(rng):
    y = np.repeat([0, 1], [297, 3])
    X = rng.normal(size=(300, 2)) + 5.0 * y[:, None]
    fitted = KernelLogisticRegression(n_landmarks=50, gamma=0.1, at_once=20).fit(X, y)
    assert fitted.predict(X[[0, -1]]).tolist() == [0, 1]


# Whole models ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table():
    return feature_table(12, segments=2)


@pytest.fixture(scope="module")
def said():
    return []


@pytest.fixture(scope="module")
def limited(table, said):
    dataset = dataset_of(table, groups=resolve_groups("artist", table=table))
    how = {"budget": SMALL, "scores": [], "on_step": said.append}
    return train(table, dataset, name="t", **how)[0]


def test_each_learner_says_what_it_takes(limited, said):
    lines = [line for line in said if "rows" in line]
    assert [line.split(":")[0] for line in lines] == [
        "logistic_regression learns from all 72 rows",
        "qda learns from all 72 rows",
        "knn learns from 30 of 72 rows",
        "random_forest learns from 40 of 72 rows",
        "xgboost learns from all 72 rows",
        "learners are weighed on 40 of 72 rows",
        "likeness is measured to 24 of 72 rows",
        "the model keeps no training rows",
    ]


def test_what_was_sampled_is_known_of_the_model(limited):
    took = {"logistic_regression": 72, "qda": 72, "knn": 30, "random_forest": 40, "xgboost": 72}
    assert limited.info.learning["rows"] == took
    assert "knn 30, random_forest 40" in card_text(limited.info)
    assert "likeness is measured to 24" in card_text(limited.info)
    assert limited.rows is None
    assert len(limited.neighbourhood.rows) == len(limited.credits.makers) == 24
    assert set(limited.neighbourhood.labels) == set(GENRES)
    assert limited.classifier.learners["knn"].steps[-1].values["rows"].shape[0] == 30


def test_a_sampled_model_is_stored_and_answers(limited, table, tmp_path):
    save_bundle(limited, tmp_path / "model")
    loaded = load_bundle(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(table.X), limited.predict_proba(table.X))
    right = np.array(loaded.labels)[loaded.predict_proba(table.X).argmax(axis=1)] == table.labels
    assert right.mean() > 0.9


@pytest.mark.parametrize("grouping", ["artist", "recording", None])
def test_a_sampled_model_is_fitted_again_from_all_rows_that_it_keeps(
    table, tmp_path, monkeypatch, grouping
):
    budget = dataclasses.replace(TINY, limits=dataclasses.replace(FEW, kept=LIMITS.kept))
    monkeypatch.setitem(BUDGETS, "tiny", budget)
    owners = None if grouping is None else resolve_groups("artist", table=table)
    # A file may call tapes of several pieces recordings.
    owners = owners and dataclasses.replace(owners, column=grouping)
    dataset = dataset_of(table, groups=owners)
    bundle, _ = train(table, dataset, name="t", budget=budget, scores=[], learners=("qda",))
    assert len(bundle.neighbourhood.rows) == 24
    save_bundle(bundle, tmp_path / "model")
    stored = stored_rows(tmp_path / "model")
    assert stored.dataset.groups.tolist() == dataset.groups.tolist()
    assert stored.table.digest == table.digest
    if grouping != "artist":
        return
    again = refit(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(table.X), bundle.predict_proba(table.X))
    assert again.neighbourhood.names.tolist() == bundle.neighbourhood.names.tolist()
    # Whoever is named with a recording is so as well in a model that is made of these rows.
    makers = Credits.of(stored.dataset).makers.tolist()
    assert makers == [f"artist {k // 4}" for k in range(72)]


def test_held_out_rows_are_asked_about_few_at_a_time(table, monkeypatch):
    how = {"learners": ("logistic_regression",), "columns": table.schema.columns, "budget": TINY}
    stack = GenreStack(**how).fit(table.X, table.labels.astype(str))
    at_once = stack.predict_proba(table.X)
    seen, ask = [], KernelLogisticRegression.predict_proba

    def spy(self, X):
        seen.append(len(X))
        return ask(self, X)

    monkeypatch.setattr(KernelLogisticRegression, "predict_proba", spy)
    monkeypatch.setattr("genre_audio.learning.out_of_fold.AT_ONCE", 20)
    # Products of matrices of another size are summed in another order.
    np.testing.assert_allclose(stack.predict_proba(table.X), at_once, rtol=1e-9)
    assert seen == [18, 18, 18, 18]


def test_within_the_limits_nothing_changes(table):
    """A learner whose limit is the number of rows takes them in order, and none is drawn."""
    X, y = table.X, table.labels.astype(str)
    exactly = dataclasses.replace(
        TINY, limits=Limits(knn=72, random_forest=72, tuning=72, pool=72, likeness=72)
    )
    how = {"learners": ("qda", "knn", "random_forest"), "columns": table.schema.columns}
    one, other = (GenreStack(budget=b, **how).fit(X, y) for b in (TINY, exactly))
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_candidates_are_compared_on_some_rows(table, monkeypatch):
    seen = []

    def spy(name, X, y, **how):
        seen.append((name, len(X), len(y), len(how["groups"]), set(y)))
        return tune(name, X, y, **how)

    from genre_audio.learning import stack as module

    tune = module.tune
    monkeypatch.setattr(module, "tune", spy)
    budget = dataclasses.replace(SMALL, qda=2)
    artists = table.frame["artist"].to_numpy(dtype=str)
    how = {"learners": ("qda",), "columns": table.schema.columns}
    GenreStack(budget=budget, **how).fit(table.X, table.labels.astype(str), groups=artists)
    assert seen == [("qda", 36, 36, 36, {0, 1, 2})]


def test_limits_are_told_by_words_that_are_true():
    everything = words_on_limits(["qda", "xgboost", "logistic_regression"], rows=10**6)
    assert "all 1,000,000 rows" in everything[0]
    assert any("bins" in line for line in everything)
    assert words_on_limits(BUDGETS, rows=20_000) == []
    assert LIMITS.taken("knn", rows=10**6) == 20_000
    assert LIMITS.taken("qda", rows=10**6) == 10**6


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ParameterError, match="limit pool is 1; it must be at least 2"):
        Limits(pool=1)


# What is done to every table ---------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, -0.0, 1.0, 2.5, 1e300]), min_size=2, max_size=2)))
def test_equal_rows_are_found_as_by_comparing_each_with_each(rows):
    X = np.array(rows, dtype=float).reshape(-1, 2)
    sets = {}
    for place, row in enumerate(X.tolist()):
        sets.setdefault(tuple(value + 0.0 for value in row), []).append(place)
    assert exact_duplicates(X) == [tuple(places) for places in sets.values() if len(places) > 1]


def test_rows_with_one_fingerprint_are_compared_whole(monkeypatch):
    monkeypatch.setattr("genre_audio.tables.splits._perhaps_equal", lambda X: list(range(len(X))))
    assert exact_duplicates([[1.0], [2.0], [1.0]]) == [(0, 2)]


def test_few_resamples_at_a_time_draw_the_same(monkeypatch):
    at_once = np.concatenate(list(bootstrap._drawn(7)))
    monkeypatch.setattr(bootstrap, "_LARGEST", 7 * 37)
    few = list(bootstrap._drawn(7))
    assert len(few) == 55, "37 of 2,000 at a time"
    np.testing.assert_array_equal(np.concatenate(few), at_once)


def test_a_recording_of_two_genres_counts_for_each():
    names, y = np.array(["b", "a", "b", "b"]), np.array([10, 2, 2, 10])
    first, p = pooled(np.eye(4), names=names, y=y, lengths=None)
    assert first.tolist() == [1, 0, 2], "by name, and 10 before 2, as text is sorted"
    assert p.tolist() == [[0, 1, 0, 0], [0.5, 0, 0, 0.5], [0, 0, 1, 0]]


def test_the_digest_of_a_table_does_not_depend_on_its_pieces(table, monkeypatch):
    monkeypatch.setattr(csv_text, "_PIECE", 7)
    known = [table.schema.digest, table.segmentation.digest]
    whole = csv_text.csv_lines([list(table.frame), *table.frame.itertuples(index=False)])
    assert csv_text.table_text(table.frame) == whole
    assert table.digest == digest([*known, whole])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=6))
def test_a_long_text_may_be_cut_anywhere(pieces):
    assert digest_of_long(["a", 1], pieces) == digest(["a", 1, "".join(pieces)])
