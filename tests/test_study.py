"""The study against `evaluate`, pandas and the known numbers of the Rock and Hip-Hop table."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.errors import ParameterError, TableError
from genre_audio.evaluation import (
    BALANCED,
    DISTRIBUTIONS,
    UNTOUCHED,
    BalanceEffect,
    Change,
    ClassicProcedure,
    Evaluation,
    Interval,
    Protocol,
    Study,
    equal_genres,
    evaluate,
    run_study,
    sampled_down,
    stratified_protocol,
    study_protocol,
)
from genre_audio.evaluation import bootstrap as bootstrap_module
from genre_audio.evaluation.effects import CHANGED, effect_of, resampled_by_genre
from genre_audio.evaluation.study_words import effect_words
from genre_audio.tables import Dataset, dataset_of_any, read_any_table


def dataset(counts=(15, 45), *, seed=0, apart=1.0, segments=1):
    rng = np.random.default_rng(seed)
    take = np.repeat(np.arange(sum(counts)), segments)
    y = np.repeat(["polka", "rock", "waltz"][: len(counts)], counts)[take]
    X = rng.normal(size=(len(take), 3)) + apart * (y == "polka")[:, None]
    order = rng.permutation(len(take))
    names = np.array([f"take{k:03d}" for k in take])
    lengths = None if segments == 1 else rng.uniform(1.0, 9.0, size=len(take))
    found = Dataset(X[order], y[order], names[order], names[order], ("a", "b", "c"))
    return dataclasses.replace(found, lengths=lengths)


def answers(truth, called, *, labels=("polka", "rock"), learner="x", fold=None, sure=0.9):
    p = np.full((len(truth), len(labels)), (1 - sure) / (len(labels) - 1))
    p[np.arange(len(truth)), called] = sure
    names = np.array([f"take{k:03d}" for k in range(len(truth))])
    return Evaluation(labels, truth, p, names, names, "by hand", fold=fold, learner=learner)


def study_of(evaluations):
    """A study made by hand, equal genres drawn from what is given."""
    learners = tuple(dict.fromkeys(learner for learner, _ in evaluations))
    balances = tuple(dict.fromkeys(balance for _, balance in evaluations))
    found = {}
    for (learner, balance), evaluation in evaluations.items():
        named = dataclasses.replace(evaluation, learner=learner)
        found[learner, balance, UNTOUCHED] = named
        found[learner, balance, BALANCED] = equal_genres(named, seed=0)
    return Study(
        learners, balances, dict.fromkeys(learners), ("a",), "by hand", "custom", 1, 0, found
    )


def assert_same(one, other):
    for field in ("truth", "probabilities", "groups", "names", "fold", "repeat", "shares"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field), field)
    assert (one.labels, one.protocol, one.leaks) == (other.labels, other.protocol, other.leaks)


@pytest.mark.parametrize("segments", [1, 2])
def test_a_study_gives_what_evaluate_gives(segments):
    data = dataset(segments=segments)
    protocol = study_protocol(data, n_splits=4, seed=3, repeats=2)
    heard = []
    study = run_study(
        data,
        balances=("none", "smote"),
        components={"decision_tree": 2},
        protocol=protocol,
        seed=5,
        on_fold=lambda done, of: heard.append((done, of)),
    )
    assert heard == [(k + 1, 32) for k in range(32)]
    for learner, components in (("decision_tree", 2), ("logistic_regression", None)):
        for balance in ("none", "smote"):
            procedure = ClassicProcedure(learner, balance, components=components, seed=5)
            expected = evaluate(
                lambda procedure=procedure: procedure.make(columns=data.columns),
                data,
                protocol=protocol,
            )
            assert_same(study.evaluation(learner, balance=balance), expected)
    assert study.components == {"decision_tree": 2, "logistic_regression": None}
    assert (study.key, study.folds, study.protocol) == ("stratified", 8, protocol.name)


def test_processes_change_no_number():
    data = dataset()
    protocol = study_protocol(data, n_splits=3)
    how = {"learners": ["knn", "svm"], "balances": ["oversample"], "protocol": protocol}
    one, two = (run_study(data, **how, n_jobs=n_jobs) for n_jobs in (1, 2))
    assert list(one.evaluations) == list(two.evaluations)
    for key, found in one.evaluations.items():
        assert_same(found, two.evaluations[key])


def test_the_default_is_ten_stratified_folds_or_grouped_ones():
    data = dataset()
    found = study_protocol(data, seed=7)
    expected = stratified_protocol(data, n_splits=10, seed=7)
    assert found.name == expected.name
    for (_, test), (_, other) in zip(found.folds, expected.folds, strict=True):
        np.testing.assert_array_equal(test, other)
    artists = np.array([f"artist {k % 12}" for k in range(len(data))])
    grouped = dataclasses.replace(data, groups=artists, grouping="artist")
    protocol = study_protocol(grouped, n_splits=4)
    assert protocol.key == "grouped"
    assert protocol.crossing == 0


def test_who_is_recognised_by_its_artist_is_not_by_another():
    rng = np.random.default_rng(0)
    artists = np.repeat(np.arange(40), 5)
    data = dataset((100, 100))
    names = np.array([f"take{k:03d}" for k in range(200)])
    X = rng.normal(size=(40, 3))[artists] + 0.01 * rng.normal(size=(200, 3))
    y = np.array(["polka", "rock"])[artists % 2]
    data = Dataset(X, y, artists.astype(str), names, ("a", "b", "c"), grouping="artist")
    kept = run_study(data, learners=["knn"], protocol=study_protocol(data, n_splits=5))
    alone = dataclasses.replace(data, groups=names, grouping="recording")
    mixed = run_study(alone, learners=["knn"], protocol=study_protocol(alone, n_splits=5))
    # An artist's takes are neighbours: 20 of them vote, of whom the nearest 4 count most.
    assert mixed.evaluation("knn").accuracy > 0.95
    assert kept.evaluation("knn").accuracy < 0.65  # chance: .5 with a deviation of .08


@given(
    truth=st.lists(st.integers(0, 2), min_size=12, max_size=60),
    seed=st.integers(0, 9),
)
def test_equal_genres_are_equal_in_every_fold_and_else_untouched(truth, seed):
    truth = np.array([0, 1, 2, *truth])
    fold = np.r_[0, 0, 0, np.arange(len(truth) - 3) % 3]
    called = np.random.default_rng(seed).integers(0, 3, size=len(truth))
    whole = answers(truth, called, labels=("a", "b", "c"), fold=fold)
    drawn = equal_genres(whole, seed=seed)
    for k in range(3):
        counts = np.bincount(truth[fold == k], minlength=3)
        assert np.bincount(drawn.truth[drawn.fold == k], minlength=3).tolist() == [min(counts)] * 3
    places = np.searchsorted(whole.names, drawn.names)
    assert len(set(places.tolist())) == len(drawn)
    for field in ("truth", "probabilities", "names", "fold"):
        np.testing.assert_array_equal(getattr(drawn, field), getattr(whole, field)[places])


def test_equal_genres_are_the_same_of_every_learner_and_their_accuracy_is_the_balanced_one():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], [40, 160])
    fold = np.tile(np.arange(4), 50)
    one = answers(truth, rng.integers(0, 2, size=200), fold=fold)
    other = answers(truth, np.where(rng.random(200) < 0.7, truth, 1), fold=fold)
    assert equal_genres(one, seed=3).names.tolist() == equal_genres(other, seed=3).names.tolist()
    drawn = [equal_genres(other, seed=seed).accuracy for seed in range(200)]
    # Of one draw the deviation is about .02, so of the mean of 200 it is .0015.
    assert np.mean(drawn) == pytest.approx(other.balanced_accuracy, abs=0.006)


def test_equal_genres_of_folds_that_lack_one_are_none():
    truth, fold = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
    with pytest.raises(TableError, match="by hand: no fold holds every genre out"):
        equal_genres(answers(truth, truth, fold=fold), seed=0)


@pytest.mark.parametrize("seed", [0, 10])
def test_sampled_down_draws_what_pandas_draws(seed):
    data = dataset((9, 40))
    rows = pd.DataFrame({"name": data.names, "y": data.y})
    expected = rows[rows.y == "rock"].sample(n=9, random_state=seed)
    found = sampled_down(data, seed=seed)
    assert set(found.names[found.y == "rock"]) == set(expected["name"])
    kept = np.isin(data.names, found.names)
    np.testing.assert_array_equal(found.X, data.X[kept])  # in the table's order
    assert np.unique(found.y, return_counts=True)[1].tolist() == [9, 9]


def test_sampled_down_keeps_the_segments_of_a_recording_together():
    data = dataset((5, 20), segments=3)
    found = sampled_down(data, seed=1)
    assert len(found) == 30
    assert set(np.unique(found.names, return_counts=True)[1].tolist()) == {3}
    np.testing.assert_array_equal(found.lengths, data.lengths[np.isin(data.names, found.names)])


def test_resamples_by_genre_are_those_of_the_scores():
    rng = np.random.default_rng(2)
    truth = np.repeat([0, 1, 2], 30)
    called = np.where(rng.random(90) < 0.6, truth, rng.integers(0, 3, size=90))
    it = answers(truth, called, labels=("a", "b", "c"))
    found = resampled_by_genre(it)
    np.testing.assert_allclose(
        found["recall"].mean(axis=1), it.resamples["balanced_accuracy"], rtol=1e-12
    )
    first = next(bootstrap_module.drawn_groups(90))[0].astype(int)
    copies = np.repeat(np.arange(90), first)
    for genre in range(3):
        named = called[copies] == genre
        expected = (truth[copies][named] == genre).mean()
        assert found["precision"][0, genre] == pytest.approx(expected, rel=1e-12)


def test_effects_are_differences_with_paired_intervals():
    truth = np.repeat([0, 1], [20, 80])
    before = answers(truth, np.where(np.arange(100) < 10, 0, 1))
    after = answers(truth, np.where(np.arange(100) < 28, 0, 1))
    effect = effect_of(before, after, learner="x", balance="smote", distribution=UNTOUCHED)
    polka, rock = effect.recall["polka"], effect.recall["rock"]
    assert (polka.before, polka.after, polka.difference.value) == (0.5, 1.0, 0.5)
    assert rock.difference.value == pytest.approx(-0.1)
    assert polka.shown
    # A share of .1 of 80: its deviation is sqrt(.1 * .9 / 80) = .034.
    assert rock.difference.low == pytest.approx(-0.1 - 1.96 * 0.0335, abs=0.012)
    assert effect.precision["polka"].after == pytest.approx(20 / 28)
    assert effect.scores["accuracy"].difference.value == pytest.approx(0.02)
    assert not effect.scores["accuracy"].shown
    nothing = effect_of(after, after, learner="x", balance="smote", distribution=UNTOUCHED)
    assert not nothing.recall["rock"].shown
    assert nothing.scores["macro_f1"].difference == (0.0, 0.0, 0.0)


def test_draws_that_are_kept_are_those_that_are_not(monkeypatch):
    kept = list(bootstrap_module.drawn_groups(70))
    monkeypatch.setattr(bootstrap_module, "_KEPT", 0)
    for one, other in zip(kept, bootstrap_module.drawn_groups(70), strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == np.float64
    large = next(bootstrap_module.drawn_groups(1))
    assert set(large.ravel()) == {1.0}


def test_a_study_says_all_of_it_in_json():
    study = run_study(
        dataset(),
        learners=["knn", "qda"],
        balances=("none", "undersample"),
        protocol=study_protocol(dataset(), n_splits=3),
    )
    said = json.loads(json.dumps(study.as_dict()))
    assert len(said["results"]) == 8
    assert [each["distribution"] for each in said["results"][:2]] == list(DISTRIBUTIONS)
    assert len(said["comparisons"]) == 4
    assert len(said["effects"]) == 4
    assert set(said["effects"][0]["recall"]["polka"]) == {
        *("before", "after", "difference", "interval"),
    }
    assert said["words"] == study.words
    learner, balance = study.best(score="macro_f1")
    most = max(each["macro_f1"] for each in said["results"] if each["distribution"] == UNTOUCHED)
    assert study.evaluation(learner, balance=balance).macro_f1 == most


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"learners": []}, "needs one learner at least, and each of them once; found none"),
        ({"learners": ["knn", "knn"]}, "each of them once; found knn, knn"),
        ({"balances": ["smote", "smote"]}, "needs one balancing at least"),
        ({"learners": ["knn", "perceptron"]}, "unknown learner 'perceptron'"),
        ({"balances": ["adasyn"]}, "unknown balancing 'adasyn'"),
        ({"components": {"knn": 2}}, "'knn', which is not studied; there are decision_tree, log"),
    ],
)
def test_what_cannot_be_studied_is_refused(how, message):
    with pytest.raises(ParameterError, match=message):
        run_study(dataset(), **how)


def test_what_was_not_studied_is_not_there():
    truth = np.repeat([0, 1], 20)
    study = study_of({("knn", "smote"): answers(truth, truth)})
    with pytest.raises(ParameterError, match="'knn' with 'none' on 'untouched' was not studied"):
        study.evaluation("knn")
    assert study.comparison(balance="smote") is None
    assert study.effects == ()
    assert study.as_dict()["comparisons"] == []


def called_with(truth, *, recalls, seed=0):
    """Answers of which a share is right in each genre, and else the next genre."""
    rng, genres = np.random.default_rng(seed), len(recalls)
    right = rng.random(len(truth)) < np.array(recalls)[truth]
    return np.where(right, truth, (truth + 1) % genres)


def test_words_say_which_model_is_better_and_what_balancing_changed():
    truth = np.repeat([0, 1], [200, 800])
    study = study_of(
        {
            ("svm", "none"): answers(truth, called_with(truth, recalls=(0.6, 0.98))),
            ("svm", "oversample"): answers(truth, called_with(truth, recalls=(0.9, 0.9))),
            ("knn", "none"): answers(truth, called_with(truth, recalls=(0.5, 0.9), seed=1)),
            ("knn", "oversample"): answers(truth, called_with(truth, recalls=(0.5, 0.9), seed=1)),
        }
    )
    first, second, equal, gained, nothing = study.words
    assert first.startswith(f"Svm has the highest accuracy: {study.evaluation('svm').accuracy:.3f}")
    assert "better than knn by 0." in first
    assert "which is more than chance; it is better than guessing by frequency" in first
    assert second.startswith("Where every genre counts alike (balanced accuracy), it is ahead")
    assert "on" not in equal.split()[0]
    assert "(400 of them), svm with oversampling is the most accurate: 0." in equal
    assert equal.endswith("a guess gives 0.500.")
    assert gained.startswith("With svm, oversampling raises the recall of polka from 0.")
    assert re.search(r" and costs rock \d points of its own; balanced accuracy \+0\.", gained)
    assert nothing == (
        "With knn, oversampling changes no genre's recall by more than chance may; balanced "
        "accuracy +0.00 (+0.00 to +0.00), accuracy +0.00 (+0.00 to +0.00)."
    )


def test_the_genre_that_a_sentence_names_is_chosen_of_many():
    def effect(genres, *, half):
        none = Interval(0.0, low=-0.1, high=0.1)
        by = Interval(0.1, low=0.1 - half, high=0.1 + half)
        recall = {f"genre {k}": Change(0.5, 0.5, none) for k in range(genres - 1)}
        recall["polka"] = Change(0.4, 0.5, by)
        scores = dict.fromkeys(CHANGED, Change(0.5, 0.5, none))
        return BalanceEffect("svm", "smote", "untouched", scores, recall, recall)

    # Of one genre 1.96 standard errors are enough; the best of ten, told in eight sentences,
    # has to reach the quantile of 1 - 0.025 / 80, which is 3.42 of them.
    assert "raises the recall of polka" in effect_words(effect(1, half=0.099))
    assert "no genre's recall" in effect_words(effect(10, half=0.099))
    assert "raises the recall of polka" in effect_words(effect(10, half=0.057), among=8)
    assert "no genre's recall" in effect_words(effect(10, half=0.058), among=8)


def test_words_say_when_another_learner_recognises_genres_better():
    truth = np.repeat([0, 1], [100, 900])
    study = study_of(
        {
            ("svm", "smote"): answers(truth, called_with(truth, recalls=(0.5, 0.99))),
            ("knn", "smote"): answers(truth, called_with(truth, recalls=(0.95, 0.9))),
        }
    )
    first, second, _ = study.words
    assert first.startswith("Svm has the highest accuracy, with SMOTE: 0.9")
    assert "knn is ahead with 0.9" in second
    assert ": better by 0." in second


def test_words_claim_nothing_that_was_not_shown():
    truth = np.repeat([0, 1], 30)
    guesses = np.random.default_rng(1).integers(0, 2, size=60)
    study = study_of(
        {("svm", "none"): answers(truth, guesses), ("knn", "none"): answers(truth, 1 - guesses)}
    )
    assert study.words[0].startswith("No learner is shown to be better than guessing by frequency")
    (equal,) = [said for said in study.words if "sampled down to equal genres" in said]
    assert "nothing is shown to be better than a guess, which gives 0.500" in equal
    assert "most accurate" not in equal
    called = called_with(truth, recalls=(0.9, 0.9))
    other = called.copy()
    other[[0, -1]] = 1 - other[[0, -1]]
    alike = study_of(
        {("svm", "none"): answers(truth, called), ("knn", "none"): answers(truth, other)}
    )
    assert "not shown to differ from" in alike.words[0]
    assert "which is more than chance" not in alike.words[0]


def test_words_of_one_learner_and_of_many():
    truth = np.repeat([0, 1], [30, 90])
    one = study_of(
        {
            ("svm", "none"): answers(truth, called_with(truth, recalls=(0.5, 0.95))),
            ("svm", "class_weight"): answers(truth, called_with(truth, recalls=(0.9, 0.7))),
        }
    )
    assert one.words[0].startswith("Svm with no balancing is ")
    assert one.words[-1].startswith("Class weights raise the recall of polka from 0.")
    many = study_of(
        {
            (learner, balance): answers(
                truth, called_with(truth, recalls=(0.5 + k / 10, 0.9), seed=3)
            )
            for k, learner in enumerate(("qda", "knn", "xgboost", "svm"))
            for balance in ("none", "smote")
        }
    )
    told = [sentence for sentence in many.words if "SMOTE" in sentence]
    assert len(told) == 1
    assert told[0].startswith("With svm, SMOTE changes no genre's recall")


def test_the_known_numbers_of_rock_and_hip_hop(data_folder):
    """Numbers of a script with scikit-learn alone, on the same folds.

    Stratified, shuffled, seed 10. They may move by a fold or two where a solver stops
    elsewhere: within 0.005 for the regression, 0.015 for a tree.
    """
    folder = data_folder / "track_metrics"
    if not folder.is_dir():
        pytest.skip("GENRE_AUDIO_DATA holds no track_metrics")
    table = read_any_table(
        folder / "fma-rock-vs-hiphop.csv",
        metrics=folder / "echonest-metrics.json",
        on="track_id",
        label="genre_top",
    )
    data = dataset_of_any(table)
    assert np.unique(data.y, return_counts=True)[1].tolist() == [910, 3892]
    study = run_study(data, components={"decision_tree": 6}, seed=10)
    lines, tree = study.evaluation("logistic_regression"), study.evaluation("decision_tree")
    assert lines.accuracy == pytest.approx(0.893, abs=0.005)
    assert lines.balanced_accuracy == pytest.approx(0.775, abs=0.005)
    assert tree.accuracy == pytest.approx(0.856, abs=0.015)
    assert tree.balanced_accuracy == pytest.approx(0.770, abs=0.015)
    equal = run_study(sampled_down(data, seed=10), components={"decision_tree": 6}, seed=10)
    assert len(equal.evaluation("decision_tree")) == 1820
    assert equal.evaluation("logistic_regression").accuracy == pytest.approx(0.856, abs=0.005)
    assert equal.evaluation("decision_tree").accuracy == pytest.approx(0.776, abs=0.015)
    boosted = run_study(data, learners=["xgboost"], seed=10).evaluation("xgboost")
    assert boosted.accuracy > 0.92
    assert boosted.balanced_accuracy > 0.86


def test_a_training_part_that_says_nothing_is_named_with_its_protocol():
    data = dataset()
    alike = dataclasses.replace(data, X=np.where(np.arange(len(data))[:, None] == 0, 1.0, 0.0))
    protocol = Protocol("by hand", [(np.arange(1, 60), np.array([0]))], alike.names)
    with pytest.raises(TableError, match=r"by hand: a training part cannot be learned from \(no c"):
        run_study(alike, protocol=protocol)
