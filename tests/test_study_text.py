"""A study as text: the verdict first, and every figure that of the study."""

from __future__ import annotations

import csv
import io
import json

import pytest

from genre_audio.evaluation import COMPARED, SCORES
from genre_audio.reporting import STUDY_FORMATS, study_text
from genre_audio.reporting.study_tables import change_table, difference_table, genre_changes
from genre_audio.reporting.study_tables import scores as score_cells
from genre_audio.reporting.study_words import combination, components_text
from sample_studies import BALANCES, GENRES, LEARNERS, study


@pytest.fixture(scope="module")
def full():
    return study()


def spread(found, form="{:.3f}"):
    return [form.format(number) for number in found]


def read(it):
    return list(csv.DictReader(io.StringIO(study_text(it, form="csv"))))


# Tables ----------------------------------------------------------------------------------


def test_the_verdict_comes_first_in_every_form_for_people(full):
    assert study_text(full).startswith(full.words[0])
    assert study_text(full, form="markdown").startswith(f"- {full.words[0]}")
    for form in ("table", "markdown"):
        assert all(line in study_text(full, form=form) for line in full.words)


def test_scores_of_both_test_sets_stand_side_by_side_with_their_intervals(full):
    title, header, rows = score_cells(full)
    assert "all columns" in title
    assert [row[:2] for row in rows] == [[a, b] for a in LEARNERS for b in BALANCES]
    for learner, balance, *cells in rows:
        shown = dict(zip(header[2:], cells, strict=True))
        for distribution, end in (("untouched", ""), ("balanced", ", balanced set")):
            found = full.evaluations[learner, balance, distribution]
            for name, said in (("accuracy", "accuracy"), ("macro_f1", "macro F1")):
                value, low, high = spread(found.intervals[name])
                assert shown[f"{said}{end}"] == f"{value}\n{low}–{high}"
        base = full.evaluation(learner, balance=balance).baseline
        assert shown["without a model"] == f"{base:.3f}"


def test_what_was_learned_from_is_said_for_each_learner_only_where_it_differs():
    it = study(components=6)
    assert "6 components" in score_cells(it).title
    it.components["decision_tree"] = 0.9
    _, header, rows = score_cells(it)
    assert header[2] == "learned from"
    assert [row[2] for row in rows[:: len(BALANCES)]] == [
        "components with 90 % of the variance",
        "6 components",
    ]
    assert components_text(1) == "1 component"


def test_differences_are_those_of_the_comparisons(full):
    _, header, rows = difference_table(full)
    assert len(rows) == 2 * len(BALANCES)
    for number, (_, balance, said, *cells) in enumerate(rows):
        distribution = "untouched" if number < len(BALANCES) else "balanced"
        comparison = full.comparison(balance=balance, distribution=distribution)
        ((learner, found),) = comparison.differences.items()
        assert said == f"{learner} - {comparison.best.learner}"
        for name, cell in zip(COMPARED, cells, strict=True):
            value, low, high = spread(found[name], "{:+.3f}")
            assert cell == f"{value}\n{low} to {high}"
    assert len(header) == 3 + len(COMPARED)


def test_changes_say_before_after_and_whether_it_is_more_than_chance(full):
    rows = {tuple(row[:3]): row[3:] for row in change_table(full).rows}
    assert len(rows) == len(full.effects)
    for effect in full.effects:
        cells = rows[effect.learner, effect.balance, f"{effect.distribution} test set"]
        for change, cell in zip(effect.scores.values(), cells, strict=True):
            assert cell.startswith(f"{change.before:.3f} → {change.after:.3f}\n")
            assert ("*" in cell) == change.shown
            assert f"{change.difference.value:+.3f}" in cell


def test_every_genre_has_its_changes(full):
    rows = {tuple(row[:4]): row[4:] for row in genre_changes(full).rows}
    assert len(rows) == len(full.effects) * len(GENRES)
    for effect in full.effects:
        for label in GENRES:
            key = (effect.learner, effect.balance, f"{effect.distribution} test set", label)
            for change, cell in zip(
                (effect.recall[label], effect.precision[label]), rows[key], strict=True
            ):
                assert cell.startswith(f"{change.before:.3f} → {change.after:.3f}\n")


def test_the_class_reports_are_those_of_scikit_learn(full):
    from sklearn.metrics import classification_report

    text = study_text(full)
    for (learner, balance, distribution), it in full.evaluations.items():
        name = combination(full, learner=learner, balance=balance)
        part = text.split(f"{name}: {distribution} test set\n")[1]
        expected = classification_report(
            it.truth, it.predicted, target_names=GENRES, output_dict=True, zero_division=0
        )
        names = dict(zip((*GENRES, "mean", "weighted mean"),
                         (*GENRES, "macro avg", "weighted avg"), strict=True))  # fmt: skip
        for shown, theirs in names.items():
            (line, *_) = (row for row in part.splitlines() if row.startswith(f"{shown}  "))
            found = line.removeprefix(shown).split()
            keys = ("precision", "recall", "f1-score")
            assert found[:3] == [f"{expected[theirs][key]:.3f}" for key in keys]
            assert found[3] == str(int(expected[theirs]["support"]))
        for label, row in zip(GENRES, it.confusion, strict=True):
            assert [label, *map(str, row)] in [line.split() for line in part.splitlines()]


def test_one_learner_has_no_differences_and_one_balancing_no_changes():
    text = study_text(study(learners=("knn",), balances=("none",)))
    assert "Learners compared" not in text
    assert "What balancing changes" not in text
    assert "\nknn: untouched test set\n" in text


def test_titles_are_bold_in_terminals_only(full):
    assert "\x1b[1mScores" in study_text(full, colour=True)
    assert "\x1b" not in study_text(full)


# For programs ----------------------------------------------------------------------------


def test_csv_read_again_holds_the_very_numbers_of_the_study(full):
    rows = read(full)
    assert len(rows) == len(full.evaluations)
    for row, (key, it) in zip(rows, full.evaluations.items(), strict=True):
        assert (row["learner"], row["balance"], row["distribution"]) == key
        for name in SCORES:
            found = it.intervals[name]
            assert [float(row[f"{name}{end}"]) for end in ("", "_low", "_high")] == list(found)
        for place, label in enumerate(GENRES):
            assert float(row[f"precision: {label}"]) == it.precision[place]
            assert float(row[f"recall: {label}"]) == it.recall[place]
            assert float(row[f"f1: {label}"]) == it.f1[place]
            assert int(row[f"support: {label}"]) == it.confusion.sum(axis=1)[place]


def test_csv_has_both_sorts_of_differences(full):
    rows = {(r["learner"], r["balance"], r["distribution"]): r for r in read(full)}
    for effect in full.effects:
        row = rows[effect.learner, effect.balance, effect.distribution]
        assert float(row["macro_f1_minus_none"]) == effect.scores["macro_f1"].difference.value
        assert rows[effect.learner, "none", effect.distribution]["macro_f1_minus_none"] == ""
    for (_, balance, distribution), row in rows.items():
        comparison = full.comparison(balance=balance, distribution=distribution)
        found = comparison.differences.get(row["learner"])
        assert (row["accuracy_minus_best"] == "") == (found is None)
        if found is not None:
            assert float(row["accuracy_minus_best_low"]) == found["accuracy"].low


def test_csv_of_one_learner_has_no_differences_to_a_best():
    (first, *_) = read(study(learners=("knn",)))
    assert not [name for name in first if name.endswith("_best")]
    assert first["components"] == ""
    (first, *_) = read(study(components=0.9))
    assert first["components"] == "0.9"


def test_json_is_all_that_the_study_says(full):
    assert json.loads(study_text(full, form="json")) == json.loads(json.dumps(full.as_dict()))


# Names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", STUDY_FORMATS)
def test_every_form_ends_with_a_line_feed(form, full):
    assert study_text(full, form=form).endswith("\n")


def test_names_that_look_like_markup_stay_as_they_are():
    odd = ("a | [bold]b[/bold]", "c\nd", "日本")
    it = study(labels=odd, balances=("none", "smote"))
    assert "[bold]b[/bold]" in study_text(it)
    text = study_text(it, form="markdown")
    blocks = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(blocks) > 8
    for block in blocks:
        assert len({line.count("|") for line in block}) == 1
    assert {row["recall: c\nd"] for row in read(it)} != {None}
