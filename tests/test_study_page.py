"""The page on a study: the verdict first, true figures, safe names, nothing fetched."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.errors import ParameterError
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.printable import printable
from genre_audio.reporting.study_figures import score_picture, study_pictures
from genre_audio.reporting.study_page import study_page
from pages import check_page, elements, parsed, table, words
from sample_pages import EVIL
from sample_studies import BALANCES, COUNTS, GENRES, LEARNERS, study
from test_evaluation_page import NAMES


@pytest.fixture(scope="module")
def full():
    return study()


@pytest.fixture(scope="module")
def usual(full):
    """The text of its page, made once: drawing takes a second."""
    return study_page(full)


@pytest.fixture(scope="module")
def text():
    """Strange names everywhere."""
    odd = study(labels=("dance", EVIL, "日本"), protocol="<b>10</b> folds")
    notes = [f"{EVIL}: 2 of 9 rows match nothing"]
    return study_page(odd, notes=notes, provenance={"Command": EVIL, "Versions": {"numpy": "2"}})


def signed(number):
    return f"{number:+.3f}".replace("-", "−")


# Structure -------------------------------------------------------------------------------


def test_the_page_is_whole_alone_and_readable_without_eyes(text):
    page = check_page(text)
    assert page.find("head/title").text == "Learners and balancing compared"
    # Two scores, two differences, recall and precision, and a matrix of each evaluation.
    figures = 2 + 2 + 2 * len(LEARNERS) + 2 * len(LEARNERS) * len(BALANCES)
    assert len(elements(page, "svg")) == figures


@settings(max_examples=3)
@given(st.lists(NAMES, min_size=2, max_size=3, unique=True), NAMES, NAMES)
def test_names_come_out_as_they_went_in_and_do_nothing(labels, learner, note):
    labels = tuple(sorted(labels, key=printable))
    it = study(labels=labels, learners=(learner,), balances=("none", "smote"))
    page = parsed(study_page(it, title=note, notes=[note], provenance={note: learner}))
    assert len(elements(page, "script")) == 1
    assert not elements(page, "img")
    shown = {"".join(element.itertext()) for element in elements(page, "bdi", "dt", "dd", "h1")}
    assert {printable(name) for name in (*labels, learner, note)} <= shown


# What it says ----------------------------------------------------------------------------


def test_the_verdict_comes_first(full, usual):
    page = parsed(usual)
    (lead,) = (e for e in elements(page, "p") if e.get("class") == "lead")
    assert words(lead).startswith(full.words[0])
    said = words(page)
    assert all(line in said for line in full.words)
    assert ", ".join(f"{g} {n}" for g, n in zip(GENRES, COUNTS, strict=True)) in said


def test_where_no_learner_tells_genres_apart_the_page_begins_with_that(full, usual):
    idle = study(learners=("knn",), balances=("smote",), counts=(30, 30, 30))
    page = parsed(study_page(idle))
    (lead,) = (e for e in elements(page, "p") if e.get("class") == "lead")
    assert words(lead).startswith("Nothing was learned that shows.")
    assert "Nothing was learned" not in usual


def test_recordings_that_were_not_grouped_are_no_proof_for_unheard_sources(full, usual):
    caution = "Nothing was kept together but each recording by itself."
    assert caution in words(parsed(usual))
    grouped = {
        key: dataclasses.replace(it, groups=np.arange(len(it)) // 2)
        for key, it in full.evaluations.items()
    }
    assert caution not in study_page(dataclasses.replace(full, evaluations=grouped))


def test_scores_are_those_of_both_test_sets(full, usual):
    header, *rows = table(parsed(usual), "scores")
    keys = [f"{learner}{balance}" for learner in LEARNERS for balance in BALANCES]
    assert [row[0] for row in rows] == keys
    for row, key in zip(rows, itertools.product(LEARNERS, BALANCES), strict=True):
        shown = dict(zip(header, row, strict=True))
        for name, end in (("untouched", ""), ("balanced", ", balanced set")):
            value, low, high = full.evaluations[*key, name].intervals["accuracy"]
            assert shown[f"accuracy{end}"] == f"{value:.3f}{low:.3f}–{high:.3f}"


def test_differences_stand_with_their_verdicts(full, usual):
    page = parsed(usual)
    for distribution in ("untouched", "balanced"):
        _, *rows = table(page, f"learners compared, {distribution} test set")
        for row, balance in zip(rows, BALANCES, strict=True):
            comparison = full.comparison(balance=balance, distribution=distribution)
            assert comparison.verdict in words(page)
            ((learner, found),) = comparison.differences.items()
            by = found["accuracy"]
            assert row[:2] == [f"{learner}{balance}", comparison.best.learner]
            assert row[2] == f"{signed(by.value)}{signed(by.low)} to {signed(by.high)}"


def test_what_balancing_changes_is_shown_for_every_genre_on_both_test_sets(full, usual):
    page = parsed(usual)
    effects = {(e.learner, e.balance, e.distribution): e for e in full.effects}
    _, *rows = table(page, "genres by balancing")
    pairs = dict.fromkeys((learner, balance) for learner, balance, _ in effects)
    keys = [(*pair, label) for pair in pairs for label in GENRES]
    assert len(rows) == len(keys)
    for row, (learner, balance, label) in zip(rows, keys, strict=True):
        assert row[:2] == [f"{learner}{balance}", label]
        changes = [
            getattr(effects[learner, balance, name], score)[label]
            for name in ("untouched", "balanced")
            for score in ("recall", "precision")
        ]
        for cell, change in zip(row[2:], changes, strict=True):
            assert cell.startswith(f"{change.before:.3f} → {change.after:.3f}")
            assert signed(change.difference.value) in cell
    _, *rows = table(page, "scores by balancing")
    assert len(rows) == len(effects)


def test_what_is_more_than_chance_is_bold(full, usual):
    page = parsed(usual)
    shown = [
        change.shown
        for effect in full.effects
        for change in (*effect.scores.values(), *effect.recall.values(), *effect.precision.values())
    ]
    assert sum(shown) > 0
    cells = [cell for cell in elements(page, "td") if "→" in words(cell)]
    assert len(cells) == len(shown)
    assert sum(bool(elements(cell, "strong")) for cell in cells) == sum(shown)


def test_one_learner_and_one_balancing_have_no_empty_sections():
    text = study_page(study(learners=("knn",), balances=("none",)))
    titles = [words(e) for e in elements(parsed(text), "h2")]
    assert titles == ["Scores", "knn", "Where this comes from"]
    ids = {e.get("id") for e in elements(parsed(text), "h2")}
    links = {e.get("href")[1:] for e in elements(parsed(text), "a")}
    assert links <= ids


def test_a_page_of_nothing_is_refused(full):
    with pytest.raises(ParameterError, match="at least one"):
        study_page(dataclasses.replace(full, evaluations={}))


def test_the_same_study_gives_the_same_bytes():
    assert study_page(study()) == study_page(study())


# Pictures --------------------------------------------------------------------------------


def test_pictures_have_names_of_their_own_and_say_what_is_on_them(full):
    with drawing():
        pictures = list(study_pictures(full))
    names = [picture.name for picture in pictures]
    assert len(set(names)) == len(names)
    assert {"accuracy", "balanced_accuracy", "differences-untouched"} <= set(names)
    by_name = {picture.name: picture for picture in pictures}
    for effect in (each for each in full.effects if each.distribution == "untouched"):
        said = by_name[f"balancing-recall-{effect.learner}"].description
        for label, change in effect.recall.items():
            line = f"{label}, {effect.balance}: {change.before:.3f} to {change.after:.3f}"
            assert line in said
    accuracy = by_name["accuracy"].description
    assert f"none: {full.evaluation('decision_tree').accuracy:.3f}, interval" in accuracy
    chance = by_name["balanced_accuracy"].description
    assert chance.count("without a model 0.333") == len(LEARNERS) * len(BALANCES)


def test_nothing_that_a_picture_of_scores_shows_is_outside_of_it(full):
    with drawing():
        for score in ("accuracy", "balanced_accuracy"):
            low, high = score_picture(full, score=score).figure.axes[0].get_xlim()
            for it in (full.evaluation(a, balance=b) for a in LEARNERS for b in BALANCES):
                ends = [*it.intervals[score], it.baseline if score == "accuracy" else 1 / 3]
                assert low <= min(ends) <= max(ends) <= high
