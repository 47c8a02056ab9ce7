"""The page on an evaluation: true figures, safe names, readable without eyes or network.

Pages are parsed by html5lib in strict mode, which refuses whatever the HTML standard calls
an error.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.errors import ParameterError
from genre_audio.evaluation import Comparison, Evaluation
from genre_audio.reporting.evaluation_page import evaluation_page
from genre_audio.reporting.page import render
from genre_audio.reporting.printable import printable
from pages import elements, parsed, table, words

GENRES = ("dance", "healing", "love")
EVIL = "<script>alert(1)</script>"


def evaluation(skill=2.0, *, labels=GENRES, n=60, seed=0, protocol="artists kept apart", **more):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % len(labels)
    logits = rng.normal(size=(n, len(labels)))
    logits[np.arange(n), truth] += skill
    p = np.exp(logits)
    names = np.array([f"{labels[k]} {i}.wav" for i, k in enumerate(truth)])
    p /= p.sum(axis=1, keepdims=True)
    return Evaluation(tuple(labels), truth, p, names, names, protocol, **more)


@pytest.fixture(scope="module")
def full():
    """Everything at once: protocols, repeats, sets, learners, strange names."""
    sets = np.ones((60, 3), dtype=bool)
    honest = evaluation(1.0, labels=("dance", EVIL, "日本"), sets=sets)
    again = dataclasses.replace(
        honest,
        protocol="random, <b>20</b> times",
        probabilities=np.roll(honest.probabilities, 1, axis=0),
        repeat=np.arange(60) // 30,
        leaks=True,
    )
    rival = dataclasses.replace(
        honest, learner="tree & co", probabilities=honest.probabilities[:, ::-1]
    )
    return evaluation_page(
        [honest, again, rival],
        comparison=Comparison((honest, rival)),
        provenance={
            "command": f"evaluate {EVIL}",
            "versions": {"numpy": "2.4", "librosa": "0.11"},
            "n": [1, 2],
        },
    )


# Structure -------------------------------------------------------------------------------


def test_every_page_is_correct_html(full):
    assert parsed(full).find("head/title").text == "What the model is worth"
    assert full.startswith("<!DOCTYPE html>")
    assert parsed(full).get("lang") == "en"


def test_ids_are_unique_and_every_reference_has_one(full):
    page = parsed(full)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    wanted = [e.get("href")[1:] for e in elements(page, "a", "use") if e.get("href")]
    for element in page.iter():
        wanted += (element.get("aria-labelledby") or "").split()
    wanted += re.findall(r"url\(#([^)]+)\)", full)
    assert len(wanted) > 30
    assert set(wanted) <= set(ids)


def test_headings_go_down_one_step_at_a_time(full):
    levels = [int(e.tag[1]) for e in elements(parsed(full), *(f"h{k}" for k in range(1, 7)))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_figure_has_a_text_alternative(full):
    page = parsed(full)
    figures = elements(page, "svg")
    assert len(figures) == 2 + 2 * 3
    assert not elements(page, "img")
    for figure in figures:
        parts = {part.get("id"): words(part) for part in elements(figure, "title", "desc")}
        labels = figure.get("aria-labelledby").split()
        assert figure.get("role") == "img"
        assert all(len(parts[label]) > 10 for label in labels)


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(full):
    regions = [e for e in elements(parsed(full), "div") if e.get("class") == "scroll"]
    assert len(regions) > 10
    for region in regions:
        assert (region.get("tabindex"), region.get("role")) == ("0", "region")
        assert region.get("aria-label")


def test_rows_of_tables_are_of_one_length_and_heads_have_a_scope(full):
    for each in elements(parsed(full), "table"):
        lengths = {len(elements(row, "th", "td")) for row in elements(each, "tr")}
        assert len(lengths) == 1
        assert all(head.get("scope") in {"col", "row"} for head in elements(each, "th"))


def test_nothing_is_fetched_and_only_the_own_script_runs(full):
    page = parsed(full)
    assert not re.search(r"(?i)\b(https?:|ftp:|data:|javascript:|//\w)|@import|url\((?!#)", full)
    assert len(elements(page, "script")) == 1
    assert not elements(page, "link", "iframe", "object", "embed", "base", "form")
    for element in page.iter():
        assert not {name for name in element.attrib if str(name).startswith("on")}
        assert element.get("src") is None
        assert (element.get("href") or "#").startswith("#")


# Names -----------------------------------------------------------------------------------

NAMES = st.text(st.characters(), min_size=1, max_size=20) | st.sampled_from(
    [
        EVIL,
        "</title><script>",
        "<!--",
        "]]>",
        "&amp;",
        "'\"><img src=x onerror=alert(1)>",
        "{{ 7 }}",
    ]
)


@settings(max_examples=8, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=3, unique=True), NAMES, NAMES, NAMES)
def test_names_come_out_as_they_went_in_and_do_nothing(labels, protocol, recording, key):
    labels = sorted(labels, key=printable)
    it = evaluation(0.0, labels=labels, n=12, protocol=protocol, learner=recording)
    it = dataclasses.replace(it, names=np.array([f"{recording}{k}" for k in range(12)], object))
    page = parsed(evaluation_page([it], provenance={key: recording}, title=protocol))
    assert len(elements(page, "script")) == 1
    assert not elements(page, "img")
    shown = {"".join(element.itertext()) for element in elements(page, "bdi", "dt", "dd", "h1")}
    expected = {printable(name) for name in (*labels, protocol, recording, key)}
    assert expected <= shown
    examples = {"".join(e.itertext()) for e in elements(page, "bdi")}
    assert examples & {printable(str(name)) for name in it.names}


# Figures are those of the evaluation -----------------------------------------------------


def test_the_tables_say_what_the_evaluation_says():
    it = evaluation(1.0)
    page = parsed(evaluation_page([it]))
    assert [row[1:] for row in table(page, "confusions")[1:]] == it.confusion.astype(str).tolist()
    genres = table(page, "scores by genre")[1:]
    assert [row[0] for row in genres] == [*GENRES, "mean over genres"]
    assert [row[2] for row in genres[:-1]] == [f"{value:.3f}" for value in it.recall]
    assert [row[4] for row in genres] == ["20", "20", "20", "60"]
    scores = dict(zip(*table(page, "scores"), strict=True))
    assert scores["leaks"] == "no"
    assert (scores["recordings"], scores["groups"]) == ("60", "60")
    for column, name in {
        "accuracy": "accuracy",
        "balanced accuracy": "balanced_accuracy",
        "macro F1": "macro_f1",
        "log loss": "log_loss",
        "calibration error": "expected_calibration_error",
    }.items():
        value, low, high = it.intervals[name]
        assert scores[column] == f"{value:.3f}{low:.3f}–{high:.3f}"
    bins = table(page, "bins of the reliability diagram")[1:]
    assert len(bins) == 15
    assert sum(int(row[3]) for row in bins) == 60
    right = sum(int(row[3]) * float(row[2]) for row in bins)
    assert right == pytest.approx(60 * it.accuracy, abs=0.5 * 60e-3)  # three decimals each


def test_sets_and_repeats_have_columns_only_where_they_are(full):
    plain = table(parsed(evaluation_page([evaluation()])), "scores")[0]
    assert not {"coverage", "mean set size", "by repeat"} & set(plain)
    rows = table(parsed(full), "scores")
    assert {"coverage", "mean set size", "by repeat"} <= set(rows[0])
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["coverage"], first["mean set size"], first["by repeat"]) == (
        "1.000",
        "3.000",
        "–",
    )


def test_learners_stand_beside_the_differences_of_the_comparison():
    one, two = evaluation(2.0, learner="stack"), evaluation(0.5, seed=1, learner="tree")
    comparison = Comparison((two, one))
    page = parsed(evaluation_page([two, one], comparison=comparison))
    header, best, other = table(page, "learners compared")
    assert [best[0], *best[2:]] == ["stack", "best", "best", "best", "best"]
    by = comparison.differences["tree"]["accuracy"]
    shown = f"{by.value:+.3f}{by.low:+.3f} to {by.high:+.3f}".replace("-", "−")
    assert (other[0], dict(zip(header, other, strict=True))["difference in accuracy"]) == (
        "tree",
        shown,
    )
    assert comparison.verdict in words(page)
    assert "highest of 2 learners" in words(page)


# What is said first ----------------------------------------------------------------------


def lead(text):
    (first,) = (e for e in elements(parsed(text), "p") if e.get("class") == "lead")
    return words(first)


def test_the_strictest_honest_number_comes_first():
    flattering = evaluation(9.0, protocol="random", leaks=True)
    strict, mild = evaluation(1.0, protocol="strict"), evaluation(2.0, protocol="mild")
    text = evaluation_page([flattering, mild, strict])
    assert lead(text).startswith(f"Accuracy {strict.accuracy:.3f}")
    assert "strict" in lead(text)
    assert f"seems to reach {flattering.accuracy:.3f}" in words(parsed(text))


def test_recordings_that_were_not_grouped_are_no_proof_for_unheard_sources():
    alone = evaluation()
    pairs = dataclasses.replace(alone, groups=np.arange(60) // 2)
    caution = "Nothing was kept together but each recording by itself."
    assert caution in words(parsed(evaluation_page([alone])))
    assert caution not in words(parsed(evaluation_page([pairs])))


def test_a_page_of_leaks_says_that_it_has_no_honest_number():
    text = evaluation_page([evaluation(leaks=True)])
    assert lead(text).startswith("No honest number here.")
    assert "these numbers flatter" in words(parsed(text))


def test_chance_is_called_so_before_any_table():
    it = evaluation(0.0, seed=3)
    assert it.gain.low <= 0
    text = evaluation_page([it])
    assert lead(text).startswith("Nothing was learned that shows.")
    assert it.verdict in lead(text)
    assert "Nothing was learned" not in evaluation_page([evaluation()])


def test_provenance_is_listed(full):
    page = parsed(full)
    last = elements(page, "dl")[-1]
    assert [(each.tag, words(each)) for each in elements(last, "dt", "dd")] == [
        ("dt", "command"),
        ("dd", f"evaluate {EVIL}"),
        ("dt", "versions"),
        ("dd", "numpy: 2.4"),
        ("dd", "librosa: 0.11"),
        ("dt", "n"),
        ("dd", "1"),
        ("dd", "2"),
    ]


def test_a_page_of_nothing_is_refused():
    with pytest.raises(ParameterError, match="at least one"):
        evaluation_page([])


# Bytes -----------------------------------------------------------------------------------


def test_the_same_evaluation_gives_the_same_bytes_in_every_process():
    code = (
        "import hashlib, test_evaluation_page as t\n"
        "text = t.evaluation_page([t.evaluation(), t.evaluation(1.0, leaks=True)])\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    # This process orders its sets by another number, drawn when it began.
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    text = evaluation_page([evaluation(), evaluation(1.0, leaks=True)])
    assert done.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()


def test_the_shell_takes_a_title():
    assert words(parsed(render("page.html", title="a < b")).find("body/main/h1")) == "a < b"
