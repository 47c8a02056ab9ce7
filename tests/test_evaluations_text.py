"""Evaluations as text: what stands in it is what was measured, and the sentence comes first."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import numpy as np
import pytest

from genre_audio.evaluation import SCORES, Comparison, Evaluation
from genre_audio.reporting import EVALUATION_FORMATS, evaluations_text
from genre_audio.reporting.score_table import score_table


def scored(rng, *, right, learner="stack", **how):
    truth = np.repeat([0, 1], 40)
    hits = np.random.default_rng(len(learner)).random(80) < right
    p = np.where(np.eye(2)[np.where(hits, truth, 1 - truth)] > 0, 0.7, 0.3)
    names = np.array([f"r{k:02d}" for k in range(80)])
    return Evaluation(("jazz", "rock"), truth, p, names, names, "by hand", learner=learner, **how)


@pytest.fixture
def good(rng):
    return scored(rng, right=0.9)


@pytest.fixture
def poor(rng):
    return scored(rng, right=0.5, learner="knn")


def test_the_table_holds_every_score_and_what_a_guess_gives(good):
    text = evaluations_text([good])
    assert text.splitlines()[0] == f"stack, by hand: {good.verdict}"
    for name in SCORES:
        value, low, high = good.intervals[name]
        assert f"{value:.3f}" in text
        assert f"{low:.3f}" in text
        assert f"{high:.3f}" in text
    assert f"{good.baseline:.3f}" in text
    assert "truth \\ called" in text
    assert "truth \\ called" not in evaluations_text([good, good])


def test_where_nothing_was_learned_no_row_is_set_in_bold(good, poor, rng):
    learned = Comparison((good, poor))
    both = {"comparisons": [learned], "colour": True}
    assert "\x1b[1m" in evaluations_text(learned.evaluations, **both)
    assert "\x1b" not in evaluations_text(learned.evaluations, comparisons=[learned])
    nothing = Comparison((scored(rng, right=0.5), poor))
    both = {"comparisons": [nothing], "colour": True}
    text = evaluations_text(nothing.evaluations, **both)
    assert text.startswith("by hand: no learner is shown to be better than guessing by frequency")
    assert "\x1b[1m" not in text
    page = evaluations_text(nothing.evaluations, comparisons=[nothing], form="markdown")
    assert "**" not in page
    page = evaluations_text(learned.evaluations, comparisons=[learned], form="markdown")
    assert "| **stack** | by hand |" in page


def test_what_leaks_is_marked(good):
    leaking = dataclasses.replace(good, leaks=True)
    for form in ("table", "markdown"):
        assert "by hand (leaks)" in evaluations_text([leaking], form=form)
        assert "(leaks)" not in evaluations_text([good], form=form)


def test_repeats_have_mean_and_spread(good):
    repeated = dataclasses.replace(good, repeat=np.arange(80) % 4)
    spread = repeated.by_repeat["accuracy"]
    assert f"{spread.mean:.3f} ± {spread.sd:.3f}" in evaluations_text([repeated])
    (row,) = csv.DictReader(io.StringIO(evaluations_text([repeated], form="csv")))
    assert float(row["accuracy_sd"]) == spread.sd


def test_sets_are_shown_where_there_are_some(good):
    sets = dataclasses.replace(good, sets=np.ones((80, 2), dtype=bool))
    assert "sets hold the truth | set size" in evaluations_text([sets], form="markdown")
    assert "set size" not in evaluations_text([good], form="markdown")
    assert "1.000 | 2.000 |" in evaluations_text([sets], form="markdown")


def test_csv_has_differences_to_the_best(good, poor):
    comparison = Comparison((good, poor))
    text = evaluations_text([good, poor], comparisons=[comparison], form="csv")
    best, other = csv.DictReader(io.StringIO(text))
    found = comparison.differences["knn"]["log_loss"]
    assert best["log_loss_minus_best"] == ""
    assert float(other["log_loss_minus_best"]) == found.value
    assert float(other["log_loss_minus_best_high"]) == found.high


def test_json_holds_everything(good, poor):
    comparison = Comparison((good, poor))
    text = evaluations_text([good, poor], comparisons=[comparison], form="json")
    said = json.loads(text)
    assert said["evaluations"] == [good.as_dict(), poor.as_dict()]
    assert said["comparisons"] == [comparison.as_dict()]


@pytest.mark.parametrize("form", EVALUATION_FORMATS)
def test_every_form_ends_with_a_line_feed(form, good):
    assert evaluations_text([good], form=form).endswith("\n")
    assert evaluations_text([], form="csv").strip() == ""


def test_names_that_look_like_markup_stay_as_they_are(good):
    odd = dataclasses.replace(good, protocol="a | [bold]b[/bold]")
    assert "[bold]b[/bold]" in evaluations_text([odd])
    lines = evaluations_text([odd], form="markdown").splitlines()
    assert len({line.count("|") for line in lines[2:]}) == 1


def test_no_number_is_cut_off_where_there_is_no_room():
    header, row = [f"column {k}" for k in range(12)], [f"0.{k:02d}0–0.999" for k in range(12)]
    text = score_table(header, [row], width=40)
    assert all(cell in text for cell in row)


def test_no_title_is_cut_off_where_columns_are_wider_than_their_share():
    header = ["learner", "balancing", *["accuracy, balanced test set"] * 7, "without a model"]
    row = ["logistic_regression", "undersample", *["0.492\n0.461–0.523"] * 7, "0.100"]
    for width in range(100, 180, 7):
        shown = score_table(header, [row], width=width)
        assert [shown.count(word) for word in ("accuracy,", "without", "0.461–0.523")] == [7, 1, 7]
