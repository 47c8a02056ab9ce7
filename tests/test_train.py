"""From a table to a bundle: reproducible, honest, refusing what cannot be learned."""

from __future__ import annotations

import dataclasses
import importlib
import json

import numpy as np
import pytest

from genre_audio.errors import ParameterError, TableError
from genre_audio.features import GTZAN57
from genre_audio.learning import BUDGETS, GenreStack
from genre_audio.tables import FeatureTable, dataset_of, resolve_groups
from genre_audio.training import train
from genre_audio.training.card import card_text
from sample_tables import TINY, feature_table

# Its own name is hidden behind the function's.
module = importlib.import_module("genre_audio.training.train")

X_NEW = feature_table(seed=3).X


def fit(table, *, groups=None, **options):
    annotations = resolve_groups(groups, table=table) if groups else None
    return train(
        table, dataset_of(table, groups=annotations), name="t", **{"budget": TINY} | options
    )


def rows_of(table, keep):
    frame = table.frame.loc[keep].reset_index(drop=True)
    return dataclasses.replace(table, frame=frame)


def test_the_same_table_and_seed_give_the_same_model_whatever_the_number_of_processes(tiny):
    same, scores = fit(feature_table(), n_jobs=2)
    expected = tiny.predict_proba(X_NEW)
    np.testing.assert_array_equal(same.predict_proba(X_NEW), expected)
    assert scores[0].as_dict() == tiny.info.scores[0]
    other, _ = fit(feature_table(), seed=1, scores=[])
    assert not np.array_equal(other.predict_proba(X_NEW), expected)


def test_what_is_known_of_a_model(tiny):
    info = tiny.info
    assert info.task == "genre"
    assert info.labels == ["jazz", "metal", "polka"]
    assert info.schema == {"name": "gtzan57", "version": 2, "digest": GTZAN57.digest}
    assert info.segmentation["seconds"] == 30
    assert info.training == {
        "table": "in memory",
        "digest": feature_table().digest,
        "rows": 36,
        "recordings": 36,
        "rows_per_label": {"jazz": 12, "metal": 12, "polka": 12},
        "grouping": "recording",
        "groups": 36,
        "exact_duplicates": 0,
        "unlabelled_rows": 0,
    }
    assert info.learning["budget"] == "tiny"
    assert info.learning["seed"] == 0
    assert len(info.learning["learners"]) == 5
    assert json.loads(json.dumps(dataclasses.asdict(info), allow_nan=False))
    assert {"scikit-learn", "xgboost-cpu", "skops"} <= set(info.versions)


def test_scores_are_of_rows_that_were_held_out(tiny):
    (score,) = tiny.info.scores
    assert score["protocol"] == "2 folds, every recording by itself, exact duplicates together"
    assert score["recordings"] == 36
    # Chance is 1/3; the training rows themselves would have 1.
    assert 0.8 < score["accuracy"] <= 1
    assert score["baseline_accuracy"] == pytest.approx(1 / 3)


def test_meaningless_labels_score_like_chance(rng):
    table = feature_table()
    table.frame["label"] = rng.permutation(table.frame["label"].to_numpy())
    _, (score,) = fit(table)
    # 36 recordings: three standard deviations around 1/3 are 0.24.
    assert score.accuracy == pytest.approx(1 / 3, abs=0.24)


def test_segments_count_once_and_stay_together():
    table = feature_table(6, segments=2)
    bundle, (score,) = fit(table)
    assert bundle.info.training["rows"] == 36
    assert bundle.info.training["recordings"] == len(score) == 18
    assert score.as_dict()["groups"] == 18


def test_groups_reach_the_stack_the_scores_and_the_neighbourhood(monkeypatch):

    seen = []

    class Spy(GenreStack):
        def fit(self, X, y, groups=None, recordings=None):
            seen.append(len(set(np.asarray(groups))))
            return super().fit(X, y, groups=groups, recordings=recordings)

    monkeypatch.setattr("genre_audio.learning.GenreStack", Spy)
    bundle, (score,) = fit(feature_table(), groups="artist")
    assert seen == [9, 9, 18]  # two halves of eighteen artists, then all
    assert bundle.info.training["grouping"] == "artist"
    assert bundle.info.training["groups"] == 18
    assert score.protocol == "2 folds, no artist on both sides, exact duplicates together"
    assert len(set(bundle.neighbourhood.groups)) == 18


def test_exact_copies_are_counted_and_kept_together():
    table = feature_table()
    table.frame.loc[5, list(GTZAN57.columns)] = table.frame.loc[0, list(GTZAN57.columns)]
    bundle, (score,) = fit(table)
    assert bundle.info.training["exact_duplicates"] == 1
    assert score.as_dict()["groups"] == 35


def test_known_scores_are_taken_over(tiny):
    table = feature_table()
    _, scores = fit(table)
    bundle, same = fit(table, scores=scores)
    assert same == scores
    assert bundle.info.scores == tiny.info.scores


def test_it_says_what_it_does():
    steps = []
    fit(feature_table(), on_step=steps.append)
    assert steps == ["scoring: fold 1 of 2", "scoring: fold 2 of 2", "fitting the final model"]


def test_rows_are_kept_on_request(tiny):
    assert tiny.rows is not None
    assert len(tiny.rows) == 36
    assert fit(feature_table(), scores=[], keep_rows=False)[0].rows is None


def test_one_genre_is_refused():
    table = feature_table()
    with pytest.raises(TableError, match=r"all rows have the label 'jazz'; at least two genres"):
        fit(rows_of(table, table.frame["label"] == "jazz"))


@pytest.mark.parametrize("groups", [None, "artist"])
def test_a_genre_with_too_few_groups_is_refused_before_any_work(groups, monkeypatch):
    monkeypatch.setattr("genre_audio.learning.GenreStack", lambda **_: pytest.fail("work was done"))
    table = feature_table()
    per_group = 1 if groups is None else 2
    keep = (table.frame["label"] != "polka") | (np.arange(36) < 24 + 5 * per_group)
    with pytest.raises(
        TableError, match=r"the genre 'polka' has 5 independent recordings .*6 are needed.*add"
    ):
        fit(rows_of(table, keep), groups=groups)


@pytest.mark.parametrize("budget", ["small", "full"])
def test_the_fewest_groups_that_are_taken_can_really_be_trained_on(budget):

    # As many folds as the budget wants, as little tuning as possible.
    folds = {f: getattr(BUDGETS[budget], f) for f in ("inner_folds", "stack_folds", "outer_folds")}
    table = feature_table(module.MIN_GROUPS, genres=("jazz", "polka"))
    bundle, (score,) = fit(table, budget=dataclasses.replace(TINY, **folds))
    assert len(score) == 2 * module.MIN_GROUPS
    assert bundle.labels == ["jazz", "polka"]


def test_an_unknown_budget_is_refused():
    with pytest.raises(ParameterError, match="budget"):
        fit(feature_table(), budget="enormous")


def test_a_table_is_not_changed():
    table = feature_table()
    before = table.digest
    fit(table, scores=[])
    assert table.digest == before


def test_the_card_says_what_the_bundle_knows(tiny):
    card = card_text(tiny.info)
    score = tiny.info.scores[0]
    for fact in [
        "# tiny",
        "Task: genre; labels: jazz, metal, polka",
        f"Features: gtzan57 version 2 ({GTZAN57.digest}), segments of 30 s",
        f"Table in memory ({tiny.info.training['digest']}): 36 rows of 36 recordings",
        "Rows per label: jazz 12, metal 12, polka 12",
        "Artists were not known, so all scores below are for new recordings of the same",
        f"## Scores: {score['protocol']} (36 recordings)",
        f"Accuracy {score['accuracy']:.3f}",
        "always naming the most frequent label gives 0.333",
        "| jazz |",
        "Budget tiny, seed 0",
        "What it must not be used for",
    ]:
        assert fact in card.replace("\n", " ") or fact in card, fact
    assert "nan" not in card


def test_a_card_by_artists_warns_of_nothing():
    bundle, _ = fit(feature_table(), groups="artist", scores=[])
    card = card_text(bundle.info)
    assert "Kept apart in every fold: artist" in card
    assert "Artists were not known" not in card
    assert "## Scores" not in card


@pytest.mark.parametrize(
    ("confusion", "said"),
    [
        ([[5, 0, 0], [0, 5, 0], [0, 0, 5]], "nothing"),
        ([[4, 1, 0], [3, 2, 0], [0, 0, 5]], "metal taken for jazz (3), jazz taken for metal (1)"),
    ],
)
def test_a_card_names_the_worst_confusions(tiny, confusion, said):
    score = tiny.info.scores[0] | {"confusion": confusion}
    card = card_text(dataclasses.replace(tiny.info, scores=[score]))
    assert f"Most confused: {said}\n" in card


def test_tuned_parameters_are_on_the_card(tiny):
    learning = tiny.info.learning | {"parameters": {"knn": {"n": 3, "p": 0.5}, "qda": {}}}
    card = card_text(dataclasses.replace(tiny.info, learning=learning))
    assert "- knn: n 3, p 0.5\n- qda: as set\n" in card


def test_a_table_from_a_file_is_named(tmp_path):
    table = dataclasses.replace(feature_table(8), path=tmp_path / "songs.csv")
    assert isinstance(table, FeatureTable)
    assert fit(table, scores=[])[0].info.training["table"] == "songs.csv"


def test_the_level_is_out_unless_it_is_asked_for(tiny):
    assert tiny.info.learning["level_invariant"] is True
    louder = X_NEW.copy()
    louder[:, GTZAN57.columns.index("rms_mean")] *= 10.0
    for name in ("rms_var", "harmony_var", "perceptr_var"):
        louder[:, GTZAN57.columns.index(name)] *= 100.0
    louder[:, GTZAN57.columns.index("mfcc1_mean")] += 20.0 * np.sqrt(128.0)
    # Trees cut single columns: rounding may send a row to another leaf, if hardly ever.
    np.testing.assert_allclose(tiny.predict_proba(louder), tiny.predict_proba(X_NEW), atol=1e-2)
    kept, _ = fit(feature_table(), level_invariant=False, scores=[])
    assert kept.info.learning["level_invariant"] is False
    assert np.abs(kept.predict_proba(louder) - kept.predict_proba(X_NEW)).max() > 0.1
    assert "Level: taken out; a recording made louder" in card_text(tiny.info)
    assert "Level: kept; a recording made louder" in card_text(kept.info)


def test_what_is_known_of_sets(tiny):
    known, (score,) = tiny.info.conformal, tiny.info.scores
    assert known == {
        "coverage": 0.9,
        "grouping": "recording",
        "groups": 36,
        "protocol": score["protocol"],
        "measured_coverage": score["coverage"],
        "mean_set_size": score["mean_set_size"],
    }
    # 36 recordings: two standard deviations of a share of 0.9 are 0.1.
    assert known["measured_coverage"] > 0.8
    assert 1 <= known["mean_set_size"] < 3


def test_sets_are_learned_for_recordings_not_for_segments(monkeypatch):
    seen = []

    class Spy(GenreStack):
        def fit(self, X, y, groups=None, recordings=None):
            seen.append(recordings)
            return super().fit(X, y, groups=groups, recordings=recordings)

    monkeypatch.setattr("genre_audio.learning.GenreStack", Spy)
    table = feature_table(6, segments=2)
    fit(table, scores=[])
    assert seen[-1].tolist() == table.frame["recording"].tolist()


def test_the_card_says_what_sets_promise_and_to_whom(tiny):
    card = card_text(tiny.info).replace("\n", " ")
    known = tiny.info.conformal
    assert "Meant to hold the right genre of 90% of recordings that were not heard in" in card
    assert "of artists that may have been" in card
    assert f"{known['measured_coverage']:.1%}, with {known['mean_set_size']:.1f} genres" in card
    error = tiny.info.scores[0]["expected_calibration_error"]
    assert f"Expected calibration error {error:.3f}" in card
    assert "Not guaranteed for recordings unlike those trained on" in card
    by_artist, _ = fit(feature_table(), groups="artist", scores=[])
    card = card_text(by_artist.info)
    assert "of a artist" not in card
    assert "whose artist was not heard in training" in card
    assert "Measured (" not in card
    bare = dataclasses.replace(tiny.info, conformal=None, scores=[])
    assert "not ruled out" not in card_text(bare)


def test_the_card_of_an_older_model_says_what_it_knows(tiny):
    newer = ("expected_calibration_error", "coverage", "mean_set_size")
    score = {key: value for key, value in tiny.info.scores[0].items() if key not in newer}
    card = card_text(dataclasses.replace(tiny.info, scores=[score], conformal=None))
    assert "calibration error" not in card
    assert "Accuracy" in card
