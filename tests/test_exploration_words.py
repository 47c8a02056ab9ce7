"""Sentences against what was put into a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from genre_audio.exploration import explore, findings


def said(frame, **how):
    columns = [name for name in frame if str(name).startswith("c")]
    how = {"label": "genre" if "genre" in frame else None} | how
    return findings(explore(frame, columns=columns, **how))


def normal(rng, *, rows=60, columns=3):
    frame = pd.DataFrame(
        rng.normal(size=(rows, columns)), columns=[f"c{k}" for k in range(columns)]
    )
    return frame.assign(genre=["rock", "jazz"] * (rows // 2))


def test_gaps_are_said_the_worst_first(rng):
    frame = normal(rng)
    assert said(frame)[0] == "60 rows with 3 features; every row is complete."
    frame.loc[:29, "c1"] = np.nan
    frame.loc[0, "c2"] = np.inf
    assert said(frame)[:3] == [
        "60 rows with 3 features; 30 rows are complete.",
        "2 features have missing values: c1 (50 % of rows), c2 (2 % of rows).",
        "1 value is infinite and counted as missing.",
    ]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["rock"] * 8 + ["jazz"] * 2, "rock has 8 rows, jazz has 2: 4.0 times as many. "
                                      "Always saying rock would be right for 80 %."),
        (["rock", "jazz"] * 5, "2 genres with 5 rows each."),
        (["rock"] * 7 + ["jazz", "pop", "pop"], "3 genres: rock has 7 rows, jazz has 1: 7.0 times "
                                      "as many. Always saying rock would be right for 70 %."),
        (["rock"] * 10, "1 genre: there is nothing to tell apart."),
        ([None] * 10, "10 rows have no label."),
    ],
)  # fmt: skip
def test_balance_is_said(labels, expected, rng):
    frame = normal(rng, rows=10).assign(genre=labels)
    assert expected in said(frame)


def test_columns_that_say_nothing_are_said(rng):
    frame = normal(rng, rows=200).assign(c1=3.0, c2=np.where(np.arange(200) < 199, 0.0, 1.0))
    found = said(frame)
    assert "1 feature does not vary: c1." in found
    assert "1 feature has one value in at least 99 % of rows: c2." in found


def test_equal_rows_are_said_with_their_labels(rng):
    frame = normal(rng, rows=10)
    frame.iloc[4, :3] = frame.iloc[0, :3]
    assert "1 pair of equal rows; none has two labels." in said(frame)
    frame.iloc[7, :3] = frame.iloc[2, :3]
    expected = "2 pairs of equal rows; 1 has two labels: row 3 (rock) = row 8 (jazz)."
    assert expected in said(frame)
    frame.iloc[[6, 8, 9], :3] = frame.iloc[2, :3]
    expected = (
        "2 groups of equal rows (5 rows more than different ones); 1 has several labels: "
        "row 3 (rock) = row 7 (rock) = row 8 (jazz) = row 9 (rock) and 1 more."
    )
    assert expected in said(frame)


def test_columns_that_say_the_same_are_said(rng):
    frame = normal(rng).assign(c3=lambda f: -2 * f.c0)
    found = said(frame)
    assert "1 pair of features is (nearly) the same: c0 and c3 (scaled)." in found
    assert "1 group of features measures the same: c0, c3." in found
    pearson = next(s for s in found if s.startswith("Strongest correlations (Pearson)"))
    assert "c0 and c3 -1.00" in pearson


def test_outliers_are_said_beside_what_chance_gives(rng):
    frame = normal(rng)
    frame.loc[7, "c2"] = 90.0
    (sentence,) = [s for s in said(frame) if "far from" in s]
    assert "far from the rest of the genre" in sentence
    assert "1 % would if columns were normal and independent" in sentence
    assert sentence.endswith("farthest: row 8 by c2.")
    quiet = pd.DataFrame({"c0": np.linspace(-1, 1, 40)})
    expected = (
        "No row lies far from the rest (0 %; 1 % would if columns were normal and independent)."
    )
    assert expected in said(quiet)
    assert not any("far from" in s for s in said(quiet[:9]))


def test_columns_that_judge_no_row_are_said(rng):
    frame = normal(rng, rows=400)
    assert not any("to judge by" in s for s in said(frame))
    rock = frame.genre == "rock"
    frame.loc[rock, "c1"] = rng.standard_cauchy(size=200)
    judge = "1 feature has tails too heavy, or too many heaps, to judge by"
    assert f"{judge} in some genre: c1." in said(frame)
    assert f"{judge}: c1." in said(frame[rock], label=None)


def test_what_separates_is_said_or_that_nothing_does(rng):
    frame = normal(rng)
    assert "No feature by itself is shown to tell the genres apart." in said(frame)
    frame["c1"] += 5 * (frame.genre == "jazz")
    expected = (
        "Of 3 features, genres differ beyond chance in 1 by mean (best: c1); "
        "1 by mutual information (best: c1)."
    )
    assert expected in said(frame)
    assert not any("beyond chance" in s for s in said(frame, label=None))


def test_a_sample_is_said(rng):
    frame = normal(rng, rows=10_002, columns=1)
    assert "Separation was looked at in 10,000 of 10,002 labelled rows." in said(frame)


def test_components_are_said_with_what_was_filled(rng):
    frame = normal(rng, rows=400)
    expected = (
        "Of 3 principal components it takes 3 for 85 %, 3 for 90 %, 3 for 95 % of the variance."
    )
    assert expected in said(frame)
    frame.loc[[3, 9], "c1"] = np.nan
    expected = "For them 2 missing values were filled with the median, in 2 rows."
    assert expected in said(frame)


@pytest.mark.parametrize(
    ("rows", "expected"), [(1, "1 % of rows"), (2, "2 % of rows"), (99, "99 % of rows")]
)
def test_shares_are_rounded_but_never_to_none_or_all(rows, expected, rng):
    frame = normal(rng, rows=100)
    frame.loc[: rows - 1, "c0"] = np.nan
    assert expected in said(frame)[1]
    many = normal(rng, rows=1000)
    many.loc[0, "c0"] = np.nan
    assert "c0 (under 1 % of rows)" in said(many)[1]
    many.loc[:998, "c0"] = np.nan
    assert "c0 (over 99 % of rows)" in said(many)[1]


def test_long_lists_are_cut(rng):
    frame = normal(rng, columns=6).assign(c0=1.0, c1=2.0, c2=3.0, c3=4.0, c4=5.0)
    assert "5 features do not vary: c0, c1, c2 and 2 more." in said(frame)
