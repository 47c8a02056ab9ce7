"""A whole table: known values of real ones, planted findings, and tables that are hardly any."""

from __future__ import annotations

import json

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest

import genre_audio.exploration
from genre_audio.errors import ParameterError, TableError
from genre_audio.exploration import explore, findings


def table(rng, *, rows=60, columns=4):
    """Two genres, of which the first has twice the rows and another c1."""
    frame = pd.DataFrame(rng.normal(size=(rows, columns)), columns=names(columns))
    frame["genre"] = np.where(np.arange(rows) % 3 < 2, "rock", "jazz")
    frame["song"] = [f"song {k}" for k in range(rows)]
    frame.loc[frame.genre == "jazz", "c1"] += 4
    return frame


def names(count):
    return [f"c{k}" for k in range(count)]


def explored(frame, **how):
    columns = [name for name in frame if str(name).startswith("c")]
    return explore(frame, **{"columns": columns, "label": "genre", "names": "song"} | how)


def test_every_public_name_is_there():
    assert all(hasattr(genre_audio.exploration, name) for name in genre_audio.exploration.__all__)


def test_parts_are_about_the_same_table(rng):
    frame = table(rng)
    frame["c4"] = 2 * frame.c0 + 1
    frame.loc[10, names(4)] = frame.loc[2, names(4)]
    frame.loc[10, "c4"] = frame.loc[2, "c4"]
    frame.loc[7, "c2"] = 80.0
    found = explored(frame)
    assert found.features == ("c0", "c1", "c2", "c3", "c4")
    assert (found.classes.ratio, found.overview.rows, found.constant) == (2, 60, ())
    assert [(p.first, p.second, p.kind) for p in found.near_duplicate_columns] == [
        ("c0", "c4", "scaled")
    ]
    assert [g.columns for g in found.correlations.groups] == [("c0", "c4")]
    assert [g.names for g in found.duplicates.groups] == [("song 2", "song 10")]
    assert found.outliers.rows[0].name == "song 7"
    assert [f.name for f in found.separation.beyond_chance] == ["c1"]
    assert len(found.components.explained) == 5
    assert found.components.cumulative[3] == pytest.approx(1)
    assert [b.column for b in found.boxes] == [f.name for f in found.separation.features]
    assert [box.label for box in found.boxes[0].boxes] == ["rock", "jazz"]
    assert found.names[10] == "song 10"
    assert found.labels[2] == "jazz"


def test_pairs_are_the_chosen_ones_or_such_as_are_worth_a_look(rng):
    frame = table(rng)
    frame["c4"] = 2 * frame.c1 + 1  # best, too, but the same
    chosen = explored(frame, pairs=[("c2", "c0")]).scatters
    assert [(s.first, s.second, s.why) for s in chosen] == [("c2", "c0", "chosen")]
    np.testing.assert_array_equal(chosen[0].x, frame.c2)
    np.testing.assert_array_equal(chosen[0].y, frame.c0)
    found = explored(frame)
    (strong, best) = found.scatters
    assert (strong.first, strong.second, strong.why) == ("c1", "c4", "strongest correlation")
    assert strong.spearman == 1
    third = next(f.name for f in found.separation.features if f.name not in {"c1", "c4"})
    assert best.why == "best separation"
    assert {best.first, best.second} in ({"c1", third}, {"c4", third})


def test_scatters_leave_out_gaps_and_take_a_sample_of_many(rng):
    frame = table(rng, rows=6000, columns=2)
    frame.loc[:99, "c0"] = np.nan
    (scatter,) = explored(frame, label=None, pairs=[("c0", "c1")]).scatters
    assert (len(scatter.x), scatter.of_rows) == (5000, 5900)
    assert scatter.rows.min() >= 100
    np.testing.assert_array_equal(scatter.y, frame.c1.to_numpy()[scatter.rows])


def test_as_dict_is_json_without_gaps(rng):
    frame = table(rng)
    frame["c3"] = np.nan
    frame["c4"] = (frame.genre == "jazz") * 1.0  # F is infinite
    found = explored(frame)
    said = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert said["separation"]["features"][0]["f"] is None
    assert said["correlations"]["pearson"][3][3] is None
    assert said["findings"] == findings(found)
    assert said["components"]["needed"]["95"] == found.components.needed[95]
    assert said["overview"]["columns"][3]["distribution"] is None
    assert {"labels", "names"}.isdisjoint(said)
    assert "scores" not in said["components"]
    assert all({"x", "y", "rows"}.isdisjoint(scatter) for scatter in said["scatters"])


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"columns": []}, ParameterError, "no column of numbers"),
        ({"columns": ["c0", "c1", "c0"]}, ParameterError, "named twice: c0"),
        ({"label": "c0"}, ParameterError, "'c0' cannot be both"),
        ({"pairs": [("c0", "tempo")]}, ParameterError, "'tempo' is none; there are c0, c1"),
        ({"pairs": [("c0", "c0")]}, ParameterError, "needs two different"),
        ({"columns": ["c0", "genre"], "label": None}, TableError, "'genre' holds"),
        ({"label": "style"}, TableError, "no column 'style'"),
        ({"names": "title"}, TableError, "no column 'title'"),
    ],
)
def test_what_cannot_be_explored_is_refused(how, error, message, rng):
    with pytest.raises(error, match=message):
        explored(table(rng), **how)


# Tables that are hardly any --------------------------------------------------------------

GAP = float("nan")


def degenerate():
    rng = np.random.default_rng(5)
    normal = pd.DataFrame(rng.normal(size=(30, 4)), columns=names(4))
    two = ["a", "b"] * 15
    yield "no rows", normal[:0].assign(genre=pd.Series(dtype=object))
    yield "one row", normal[:1].assign(genre="a")
    yield "two rows", normal[:2].assign(genre=["a", "b"])
    yield "three rows", normal[:3].assign(genre=["a", "b", "b"])
    yield "one column", normal[["c0"]].assign(genre=two)
    yield "one genre", normal.assign(genre="a")
    yield "no label in any row", normal.assign(genre=None)
    yield "a genre in each row", normal.assign(genre=[f"g{k}" for k in range(30)])
    yield "three rows each", normal.assign(genre=np.repeat(list("abcdefghij"), 3))
    yield "one constant column", normal.assign(c1=0.1, genre=two)
    yield "constant columns", normal.assign(c0=0.1, c1=0.1, c2=0.0, c3=-5.0, genre=two)
    yield "one column all missing", normal.assign(c1=None, genre=two)
    yield "all missing", normal.assign(c0=GAP, c1=GAP, c2=None, c3=GAP, genre=two)
    yield (
        "never known together",
        normal.assign(c0=[1.0, GAP] * 15, c1=[GAP, 2.0] * 15, c2=[GAP] * 29 + [1.0], genre=two),
    )
    yield (
        "more columns than rows",
        pd.DataFrame(rng.normal(size=(5, 40)), columns=names(40)).assign(genre=list("aabbb")),
    )
    yield "huge numbers", (normal * 1e307).assign(genre=two)
    yield (
        "the largest numbers",
        pd.DataFrame(
            {
                "c0": [1.7e308, -1.7e308] * 20,
                "c1": [1e308] * 39 + [-1e308],
                "genre": ["a", "b"] * 20,
            }
        ),
    )
    yield (
        "the smallest numbers",
        pd.DataFrame(
            {"c0": [5e-324, 0] * 20, "c1": [1e-323, 5e-324] * 20, "genre": ["a", "b"] * 20}
        ),
    )
    yield "logarithms of all sizes", np.exp(normal * 200).assign(genre=two)
    yield (
        "neighbouring numbers",
        pd.DataFrame(
            {"c0": [1.0, np.nextafter(1, 2)] * 20, "c1": [0.1] * 40, "genre": ["a", "b"] * 20}
        ),
    )
    yield (
        "whole numbers and truth",
        pd.DataFrame(
            {
                "c0": [2**63 - 1, -(2**63)] * 15,
                "c1": [True, False, True] * 10,
                "c2": pd.array([1, None, 3] * 10, dtype="Int64"),
                "c3": np.float32(range(30)),
                "genre": pd.Categorical(two, categories=["a", "b", "never"]),
            }
        ),
    )
    yield "infinite numbers", normal.assign(c0=[np.inf, -np.inf, 1.0] * 10, genre=two)
    yield "an odd index", normal.assign(genre=two).set_index(pd.Index([3] * 30))
    yield (
        "many genres",
        pd.DataFrame(rng.normal(size=(1000, 4)), columns=names(4)).assign(
            genre=[f"g{k % 200}" for k in range(1000)]
        ),
    )


@pytest.mark.parametrize("frame", [pytest.param(f, id=name) for name, f in degenerate()])
@pytest.mark.parametrize("label", ["genre", None])
def test_hardly_a_table_is_no_reason_to_fail(frame, label):
    # Warnings are errors.
    found = explored(frame, label=label, names=None)
    assert found.overview.rows == len(frame)
    assert len(found.labels) == len(found.names) == len(frame)
    said = json.dumps(found.as_dict(), allow_nan=False)
    assert "nan" not in said
    assert all(sentence.endswith(".") for sentence in findings(found))
    assert f"{len(frame):,} row" in findings(found)[0]
    r = found.correlations.pearson
    assert ((np.abs(r) <= 1) | np.isnan(r)).all()
    if found.components is not None:
        assert np.isfinite(found.components.scores).all()
        assert found.components.cumulative[-1] == pytest.approx(1)


@hypothesis.given(st.integers(0, 2**32 - 1))
@hypothesis.settings(max_examples=10)
def test_the_order_of_rows_and_columns_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    frame = table(rng, rows=40)
    frame.loc[rng.integers(0, 40, size=4), "c2"] = np.nan
    frame.loc[5, names(4)] = frame.loc[21, names(4)]
    order = rng.permutation(40)
    moved = frame.iloc[order][["song", "c3", "c1", "genre", "c0", "c2"]]
    one, other = explored(frame), explored(moved)
    assert one.classes == other.classes
    assert {frozenset(g.names) for g in one.duplicates.groups} == {
        frozenset(g.names) for g in other.duplicates.groups
    }
    assert {o.name for o in one.outliers.rows} == {o.name for o in other.outliers.rows}
    assert [f.name for f in one.separation.features] == [f.name for f in other.separation.features]
    strongest = [
        [frozenset((p.first, p.second)) for p in e.correlations.by_spearman] for e in (one, other)
    ]
    assert strongest[0] == strongest[1]
    np.testing.assert_allclose(one.components.explained, other.components.explained, atol=1e-9)
    np.testing.assert_allclose(one.components.scores[order], other.components.scores, atol=1e-6)


def test_the_same_table_is_explored_to_the_same_numbers(rng):
    frame = table(rng)
    assert explored(frame).as_dict() == explored(frame).as_dict()
    one, other = explored(frame).separation, explored(frame, seed=1).separation
    assert one.f_99 != other.f_99


def test_the_frame_is_left_as_it_is(rng):
    frame = table(rng)
    before = frame.copy(deep=True)
    explored(frame)
    pd.testing.assert_frame_equal(frame, before)


# Real tables -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rock_and_hip_hop(data_folder):
    folder = data_folder / "track_metrics"
    if not folder.is_dir():
        pytest.skip("GENRE_AUDIO_DATA holds no track_metrics")
    metrics = pd.read_json(folder / "echonest-metrics.json")
    frame = pd.read_csv(folder / "fma-rock-vs-hiphop.csv").merge(metrics, on="track_id")
    columns = [name for name in metrics if name != "track_id"]
    return explore(frame, columns=columns, label="genre_top", names="track_id")


@pytest.fixture(scope="module")
def gtzan(gtzan_data):
    frame = pd.read_csv(gtzan_data / "features_30_sec.csv")
    columns = [name for name in frame if name not in {"filename", "length", "label"}]
    return explore(frame, columns=columns, label="label", names="filename")


def test_rock_and_hip_hop_are_counted(rock_and_hip_hop):
    found = rock_and_hip_hop
    assert found.overview.rows == found.overview.complete_rows == 4802
    counts = {c.label: c.count for c in found.classes.counts}
    assert counts == {"Rock": 3892, "Hip-Hop": 910}
    assert len(found.features) == 8


def test_components_of_track_metrics_are_the_known_ones(rock_and_hip_hop):
    found = rock_and_hip_hop.components
    # The known values have three digits.
    known = [0.243, 0.423, 0.560, 0.690, 0.800, 0.883, 0.953, 1]
    np.testing.assert_allclose(found.cumulative, known, atol=5.001e-4)
    r = rock_and_hip_hop.correlations.pearson
    by_eigenvalues = np.cumsum(np.linalg.eigvalsh(r)[::-1]) / 8
    np.testing.assert_allclose(found.cumulative, by_eigenvalues, atol=1e-9)
    assert found.needed == {85: 6, 90: 7, 95: 7}


def test_the_fourteen_pairs_of_gtzan_are_found(gtzan):
    groups = gtzan.duplicates.groups
    assert [len(group.rows) for group in groups] == [2] * 14
    (conflicting,) = gtzan.duplicates.conflicting
    assert conflicting.names == ("metal.00058.wav", "rock.00016.wav")
    assert conflicting.labels == ("metal", "rock")
    assert gtzan.duplicates.surplus == 14


def test_the_strongest_correlations_of_gtzan_are_the_known_ones(gtzan):
    for pairs in (gtzan.correlations.by_pearson, gtzan.correlations.by_spearman):
        strongest = {frozenset((pair.first, pair.second)) for pair in pairs[:3]}
        assert {"spectral_centroid_mean", "rolloff_mean"} in strongest
        assert {"spectral_centroid_mean", "mfcc2_mean"} in strongest
    largest = gtzan.correlations.groups[0].columns
    assert {"spectral_centroid_mean", "rolloff_mean", "mfcc2_mean"} <= set(largest)


def test_gtzans_outliers_are_few(gtzan):
    assert 10 < len(gtzan.outliers.rows) < 100
    assert all("harmony_mean" in c.heavy for c in gtzan.outliers.classes)
