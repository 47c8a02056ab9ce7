"""The page on a table: true figures, in the order of the study, safe names, alone."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.exploration import explore, findings
from genre_audio.reporting.exploration_figures import SHOWN, blocks_of
from genre_audio.reporting.exploration_page import exploration_page
from genre_audio.reporting.numerals import coefficient, number, share
from genre_audio.reporting.printable import printable
from pages import check_page, elements, parsed, table, words
from sample_pages import ESCAPING, EVIL, exploration_sample, sample_frame
from sample_tables import feature_table


def features_of(frame):
    return [name for name in frame if name not in {"genre", "name"}]


@pytest.fixture(scope="module")
def found():
    frame = sample_frame()
    return explore(frame, columns=features_of(frame), label="genre", names="name")


@pytest.fixture(scope="module")
def page(found):
    return check_page(exploration_page(found, notes=["two rows were joined"]))


# Structure -------------------------------------------------------------------------------


def test_sections_stand_in_the_order_of_the_study(page):
    heads = [words(head) for head in elements(page, "h2")]
    assert heads == [
        "What is there",
        "What is missing",
        "Genres",
        "Copies",
        "Outliers",
        "Correlations",
        "What tells genres apart",
        "Pairs of features",
        "Components",
        "Where this comes from",
    ]
    links = [link.get("href")[1:] for link in elements(page, "a")]
    assert links == [head.get("id") for head in elements(page, "h2")]


def test_findings_come_first(page, found):
    said = findings(found)
    (lead,) = (p for p in elements(page, "p") if p.get("class") == "lead")
    assert words(lead) == " ".join(said[0].split())
    listed = [words(item) for item in elements(elements(page, "ul")[0], "li")]
    assert listed == [" ".join(line.split()) for line in said[1:]]


def test_every_figure_has_its_alternative_and_there_are_all_of_them(page, found):
    titles = [words(elements(svg, "title")[0]) for svg in elements(page, "svg")]
    expected = ["Rows of each genre", "Correlations of 8 columns"]
    expected += [f"{printable(each.column)} in each genre" for each in found.boxes]
    expected += [f"{pair.second} against {pair.first}" for pair in found.scatters]
    assert titles[: len(expected)] == expected
    assert titles[len(expected) :] == [
        "Variance explained by 8 principal components",
        "Rows on the first two principal components",
        "Columns and the first two principal components",
    ]


def test_nothing_is_empty_where_there_are_no_genres():
    frame = sample_frame().drop(columns="genre")
    text = exploration_page(explore(frame, columns=features_of(frame)))
    page = check_page(text)
    assert "Genres" not in [words(head) for head in elements(page, "h2")]
    assert "fewer than two genres" in words(page)
    assert "How features lie" in words(page)


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("label", [None, "genre"])
def test_the_smallest_tables_have_a_page(rows, label):
    frame = pd.DataFrame({"tempo": [90.0, 91.0, np.nan][:rows], "genre": ["a", None, "b"][:rows]})
    check_page_without_figures(exploration_page(explore(frame, columns=["tempo"], label=label)))


def check_page_without_figures(text):
    page = parsed(text)
    for svg in elements(page, "svg"):
        assert elements(svg, "title")
    assert "nan" not in words(page).lower().split()


def test_columns_that_say_nothing_are_named():
    frame = sample_frame()
    frame["still"], frame["double"] = 1.0, 2 * frame["column 1"]
    columns = [*features_of(frame)]
    text = words(check_page(exploration_page(explore(frame, columns=columns, label="genre"))))
    assert "still: 1 in 100 % of 200 rows" in text
    assert "column 1 and double: scaled (the second is 2 times the first" in text


# Figures are those of the exploration ----------------------------------------------------


def test_the_table_of_features_says_what_the_overview_says(page, found):
    rows = table(page, "features")
    for column, row in zip(found.overview.features, rows[1:], strict=True):
        said = dict(zip(rows[0], row, strict=True))
        d = column.distribution
        assert said["feature"] == column.name
        assert said["missing"] == (share(column.missing_share) if column.missing else "–")
        assert (said["mean"], said["sd"]) == (number(d.mean), number(d.sd))
        assert (said["smallest"], said["largest"]) == (number(d.minimum), number(d.maximum))


def test_gaps_are_listed(page):
    assert table(page, "missing values")[1:] == [["column 2", "feature", "1", "0.5 %", "–"]]
    assert "199 of 200 rows have all features." in words(page)


def test_counts_of_genres(page, found):
    rows = table(page, "genres")[1:]
    assert [(row[0], row[1]) for row in rows] == [
        (" ".join(each.label.split()), str(each.count)) for each in found.classes.counts
    ]


def test_copies_with_two_labels_are_marked(page):
    assert table(page, "copies")[1:] == [[f"{EVIL} 2, {EVIL} 3", f"{EVIL}, 日本"]]
    assert "1 of the groups has more than one label." in words(page)


def test_the_farthest_outliers_of_each_genre_are_listed():
    frame = sample_frame(rows=600, genres=("a", "b"))
    for k in range(4):  # a column in which too many lie out would not judge
        far = np.arange(20 * k, 20 * k + 20)
        frame.loc[far, features_of(frame)[2 * k]] = 20.0 + np.where(far % 2, 0, 50) + far
    found = explore(frame, columns=features_of(frame), label="genre", names="name")
    assert len(found.outliers.rows) >= 80
    rows = table(check_page(exploration_page(found)), "outlying rows")[1:]
    for genre in "ab":
        expected = [row.name for row in found.outliers.rows if row.label == genre][:25]
        assert [row[0] for row in rows if row[1] == genre] == expected
    distances = [float(row[2].replace(",", "")) for row in rows]
    assert distances == sorted(distances, reverse=True)


def test_correlations_are_listed_both_ways_and_whole(page, found):
    for name in ("Pearson", "Spearman"):
        pairs = found.correlations.by_pearson if name == "Pearson" else None
        pairs = pairs or found.correlations.by_spearman
        rows = table(page, f"strongest by {name}")[1:]
        assert [row[:4] for row in rows] == [
            [p.first, p.second, coefficient(p.pearson), coefficient(p.spearman)] for p in pairs
        ]
        rows = table(page, f"all of {name}")
        order = list(found.correlations.order)
        assert rows[0][1:] == [found.correlations.columns[k] for k in order]
        matrix = getattr(found.correlations, name.lower())[order][:, order]
        assert [row[1:] for row in rows[1:]] == [
            [coefficient(value) for value in line] for line in matrix
        ]


def test_wide_tables_have_no_matrix_in_numbers():
    frame = sample_frame(rows=80, columns=70)
    page = check_page(exploration_page(explore(frame, columns=features_of(frame), label="genre")))
    regions = [e.get("aria-label") for e in elements(page, "div") if e.get("class") == "scroll"]
    assert "Table: all of Pearson" not in regions
    assert "too large for a table here" in words(page)


def test_groups_that_stand_side_by_side_are_framed(found):
    correlations = found.correlations
    place = {correlations.columns[k]: at for at, k in enumerate(correlations.order)}
    assert len(correlations.groups) == 4
    assert len(blocks_of(correlations)) == 4
    for (first, last), group in zip(blocks_of(correlations), correlations.groups, strict=True):
        assert sorted(place[name] for name in group.columns) == list(range(first, last + 1))
    torn = dataclasses.replace(
        correlations, order=tuple(np.roll(range(8), 4)[[0, 2, 1, 3, 4, 6, 5, 7]])
    )
    assert len(blocks_of(torn)) < 4


def test_separation_stands_beside_what_chance_gives(page, found):
    rows = table(page, "separation")[1:]
    assert [row[0] for row in rows] == [each.name for each in found.separation.features]
    assert [row[1] for row in rows] == [number(each.f) for each in found.separation.features]
    assert number(found.separation.f_99) in words(page)


def test_components_and_loadings_are_in_tables(page, found):
    shares = np.array([row[1:] for row in table(page, "explained variance")[1:]], dtype=float)
    expected = np.column_stack([found.components.explained, found.components.cumulative])
    np.testing.assert_allclose(shares, expected, atol=0.5e-4)  # four decimals
    rows = table(page, "loadings")[1:]
    assert [row[1:] for row in rows] == [
        [coefficient(value) for value in line[:6]] for line in found.components.loadings
    ]


def test_what_is_not_drawn_is_said():
    frame = sample_frame(rows=SHOWN + 500, columns=4, genres=("a", "b"))
    found = explore(frame, columns=features_of(frame), label="genre")
    text = exploration_page(found)
    said = words(check_page(text))
    pair = found.scatters[0]
    assert f"{SHOWN:,} of {pair.of_rows:,} rows are drawn, chosen by chance" in said
    assert f"{SHOWN:,} of {SHOWN + 500:,} rows are drawn, chosen by chance" in said
    svgs = [svg for svg in elements(parsed(text), "svg") if " against " in words(svg)]
    # Marks of the rows, of the two medians and of the key; and ticks.
    marks = len(re.findall("<use", text)) / 3
    assert SHOWN < marks < SHOWN + 100
    assert svgs


def test_the_57_columns_of_ten_genres_fit_in_one_page():
    frame = feature_table(10, genres=tuple("abcdefghij")).frame
    columns = [name for name in frame if name.endswith(("_mean", "_var")) or name == "tempo"]
    assert len(columns) == 57
    text = exploration_page(explore(frame, columns=columns, label="label", names="filename"))
    check_page(text)
    assert len(text.encode()) < 2_000_000


# Names -----------------------------------------------------------------------------------


def test_hostile_names_are_shown_and_do_nothing():
    text = exploration_sample()
    page = check_page(text)
    assert len(elements(page, "script")) == 1
    shown = {"".join(element.itertext()) for element in elements(page, "bdi", "h1", "li", "dd")}
    assert {EVIL, ESCAPING, f"read {EVIL}", f"{EVIL} 2"} <= shown


NAMES = st.text(st.characters(), min_size=1, max_size=12) | st.sampled_from(
    [EVIL, ESCAPING, "<!--", "]]>", "&amp;", "{{ 7 }}", "$x_1$", "a\nb", "'\" onerror=x"]
)


@settings(max_examples=3, deadline=None)
@given(st.lists(NAMES, min_size=4, max_size=4, unique_by=printable))
def test_names_come_out_as_they_went_in(names):
    first, second, one, two = names
    frame = pd.DataFrame({first: [1.0, 2, 4, 9], second: [2.0, 1, 7, 3]})
    frame["\0genre"] = [one, one, two, two]
    found = explore(frame, columns=[first, second], label="\0genre")
    page = check_page(exploration_page(found, title=one))
    shown = {"".join(element.itertext()) for element in elements(page, "bdi")}
    assert {printable(name) for name in names} <= shown
    assert "".join(elements(page, "h1")[0].itertext()) == printable(one)


# Bytes -----------------------------------------------------------------------------------


def test_the_same_table_gives_the_same_bytes_in_every_process():
    code = (
        "import hashlib, sample_pages as s\n"
        "print(hashlib.sha256(s.exploration_sample().encode()).hexdigest())\n"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    # This process orders its sets by another number, drawn when it began.
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == hashlib.sha256(exploration_sample().encode()).hexdigest()
