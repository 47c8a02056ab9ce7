"""Protocols against scikit-learn's own splitters, and against what they promise."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, train_test_split

from genre_audio.errors import ParameterError, TableError
from genre_audio.evaluation import (
    Procedure,
    gtzan_protocols,
    leave_one_group_out,
    list_protocol,
    procedure_of,
    random_protocol,
    stratified_protocol,
)
from genre_audio.evaluation.protocols import independent_groups
from genre_audio.learning import LEARNERS
from genre_audio.tables import Dataset, dataset_of, read_gtzan_index, read_table


def dataset(n=60, *, segments=1, grouping="recording"):
    take = np.repeat(np.arange(n), segments)
    names = np.array([f"tapes/take{k:03d}.wav" for k in take])
    X = np.arange(len(take), dtype=float)[:, None]
    y = np.array(["jazz", "polka", "rock"])[take % 3]
    groups = names if grouping == "recording" else np.array([f"g{k // 6}" for k in take])
    return Dataset(X, y, groups, names, ("x",), grouping=grouping)


def test_random_splits_are_the_literatures_where_a_row_is_a_recording():
    data = dataset()
    protocol = random_protocol(data, repeats=3, seed=5, duplicates_apart=False)
    for k, (train, test) in enumerate(protocol.folds):
        expected = train_test_split(
            np.arange(60), test_size=0.2, stratify=data.y, random_state=5 + k
        )
        assert train.tolist() == expected[0].tolist()
        assert test.tolist() == expected[1].tolist()
        assert protocol.repeat_of(k) == k


def test_stratified_folds_are_scikit_learns_where_a_row_is_a_recording():
    data = dataset()
    protocol = stratified_protocol(data, n_splits=4, seed=2, repeats=2)
    assert protocol.name.startswith("2 times 4 stratified folds")
    assert [protocol.repeat_of(k) for k in range(8)] == [0, 0, 0, 0, 1, 1, 1, 1]
    for repeat in range(2):
        splitter = StratifiedKFold(4, shuffle=True, random_state=2 + repeat)
        for k, (train, test) in enumerate(splitter.split(data.X, data.y)):
            found = protocol.folds[4 * repeat + k]
            assert found[0].tolist() == train.tolist()
            assert found[1].tolist() == test.tolist()


def test_one_group_out_is_scikit_learns():
    data = dataset(grouping="region")
    protocol = leave_one_group_out(data)
    expected = LeaveOneGroupOut().split(data.X, data.y, independent_groups(data))
    for found, (train, test) in zip(protocol.folds, expected, strict=True):
        assert found[0].tolist() == train.tolist()
        assert found[1].tolist() == test.tolist()
    assert "one region left out each time (10)" in protocol.name


def test_segments_stay_with_their_recording_whatever_groups_say():
    data = dataset(30, segments=3)
    torn = dataclasses.replace(data, groups=np.arange(90).astype(str))
    assert len(np.unique(independent_groups(torn))) == 30
    for train, test in random_protocol(data, repeats=3).folds:
        assert set(data.names[train]).isdisjoint(data.names[test])
        assert len(train) + len(test) == 90
        assert len(test) == 18


def test_too_little_is_refused():
    data = dataset(6)
    lonely = dataclasses.replace(data, y=np.array(list("aaaaab")))
    with pytest.raises(TableError, match="6 recordings of 2 genres, 1 of 'b', cannot be split"):
        random_protocol(lonely)
    message = r"class 'b' has 1 recording\(s\), copies counted once, but 3 folds need"
    with pytest.raises(TableError, match=message):
        stratified_protocol(lonely, n_splits=3, seed=0)
    with pytest.raises(TableError, match="only one independent group"):
        leave_one_group_out(dataclasses.replace(data, groups=np.array(["g"] * 6)))
    alone = dataclasses.replace(lonely, groups=np.array(list("uuvvvw")), grouping="region")
    with pytest.raises(TableError, match="the genre 'b' is in no other region"):
        leave_one_group_out(alone)


def test_lists_match_by_stem_and_refuse_what_is_open():
    data = dataset(8)
    test = ["take003", "elsewhere/take004.mp3"]
    train = [f"tapes/take00{k}.wav" for k in (0, 1, 2, 5)]
    protocol = list_protocol(data, train=train, test=test)
    assert [rows.tolist() for rows in protocol.folds[0]] == [[0, 1, 2, 5], [3, 4]]
    with pytest.raises(TableError, match="'a' is in both lists"):
        list_protocol(data, train=["a"], test=["a"])
    with pytest.raises(TableError, match=r"1 of 5 names in the lists mean no .* such as 'take9'"):
        list_protocol(data, train=train, test=["take9"])
    with pytest.raises(TableError, match="each could be any of"):
        list_protocol(data, train=["take003.mp3"], test=["take003.flac"])


def test_lists_say_how_many_groups_stand_on_both_sides():
    data = dataset(12, grouping="artist")
    names = data.names.tolist()
    assert "artists on both" not in list_protocol(data, train=names[:6], test=names[6:]).name
    crossing = list_protocol(data, train=names[:8], test=names[8:])
    assert crossing.name.endswith("1 artists on both sides")
    assert crossing.crossing == 1


def test_lists_leave_out_whole_recordings_that_hold_a_copy():
    data = dataset(8, segments=3)
    data.X[3 * 5] = data.X[3 * 2 + 1]  # a row of take005 is one of take002
    names = np.unique(data.names).tolist()
    protocol = list_protocol(data, train=names[4:], test=names[:4])
    assert protocol.name == ("fixed lists, 4 recordings to learn from, 4 to score, 1 copy left out")
    assert sorted(set(data.names[protocol.folds[0][0]])) == [names[4], names[6], names[7]]
    with pytest.raises(TableError, match="without copies of what is scored: a part holds no"):
        list_protocol(data, train=[names[5]], test=[names[2]])


def test_procedures():
    assert procedure_of("stack").learners == LEARNERS
    made = procedure_of("decision_tree", budget="none", seed=3, level_invariant=False).make(
        columns=("x",), n_jobs=2
    )
    assert made.learners == ("decision_tree",)
    assert (made.budget, made.seed, made.level_invariant, made.n_jobs) == ("none", 3, False, 2)
    with pytest.raises(ParameterError, match="unknown learner 'svm'; choose from stack, logistic"):
        procedure_of("svm")
    with pytest.raises(ParameterError, match="unknown budget 'huge'"):
        Procedure("mine", budget="huge")


# GTZAN -----------------------------------------------------------------------------------

HEADER = "filename,genre,artist,title,kereliuk2015_split,foleis2020_test_fold,exact_duplicates"


def write_index(path, rows, *, header=HEADER):
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_the_index_is_checked(tmp_path):
    good = ["a.wav,jazz,Ali,A,train,1.0,", "b.wav,jazz,,B,test,,"]
    index = read_gtzan_index(write_index(tmp_path / "index.csv", good))
    assert index.artists.values == {"a.wav": "Ali"}
    assert index.folds.values == {"a.wav": "1"}
    index.refuse_strangers(["tapes/a.flac", "b.wav"])
    with pytest.raises(TableError, match=r"1 of 2 recordings .* such as 'c.wav'.*like 'a.wav'"):
        index.refuse_strangers(["a.wav", "c.wav"])
    for row, message in [
        ("c.wav,jazz,Bo,C,learn,1.0,", "kereliuk2015_split of 'c.wav' is 'learn'"),
        ("c.wav,jazz,Bo,C,train,1.5,", "foleis2020_test_fold of 'c.wav' is '1.5'"),
    ]:
        with pytest.raises(TableError, match=message):
            read_gtzan_index(write_index(tmp_path / "bad.csv", [*good, row]))
    short = HEADER.replace("artist", "singer").replace("kereliuk2015_split", "split")
    with pytest.raises(TableError, match="it lacks artist, kereliuk2015_split; docs"):
        read_gtzan_index(write_index(tmp_path / "short.csv", good, header=short))


def test_an_index_that_folds_nothing_is_refused(tmp_path):
    data = dataset(30)
    rows = [f"{name},jazz,Ali,T,train,1.0," for name in data.names]
    index = read_gtzan_index(write_index(tmp_path / "index.csv", rows))
    with pytest.raises(TableError, match=r"into 1 artist-filtered fold\(s\)"):
        gtzan_protocols(data, index=index, repeats=1)
    rows = [row.replace("1.0", f"{k % 2}").replace("Ali", str(k)) for k, row in enumerate(rows)]
    index = read_gtzan_index(write_index(tmp_path / "index.csv", rows))
    with pytest.raises(TableError, match=r"fault-filtered.*a part holds no recording"):
        gtzan_protocols(data, index=index, repeats=1)


@pytest.fixture(scope="module")
def published(data_folder):
    gtzan = data_folder / "gtzan"
    if not (gtzan / "splits" / "index.csv").is_file():
        pytest.skip("GENRE_AUDIO_DATA holds no gtzan/splits/index.csv")
    data = dataset_of(read_table(gtzan / "features_30_sec.csv"))
    index = read_gtzan_index(gtzan / "splits" / "index.csv")
    found = {p.key: p for p in gtzan_protocols(data, index=index)}
    frame = pd.read_csv(gtzan / "splits" / "index.csv").set_index("filename").loc[data.names]
    return data, found, frame.reset_index()


def test_gtzans_published_parts_are_those_of_the_index(published):
    _, found, frame = published
    ((train, test),) = found["fault-filtered"].folds
    part = frame["kereliuk2015_split"]
    assert train.tolist() == np.flatnonzero(part.isin(["train", "valid"])).tolist()
    assert test.tolist() == np.flatnonzero(part == "test").tolist()
    assert (len(train), len(test)) == (640, 290)
    fold = frame["foleis2020_test_fold"]
    for number, (train, test) in enumerate(found["artist-filtered"].folds, start=1):
        assert (
            test.tolist()
            == np.flatnonzero(fold == fold.dropna().unique().min() + number - 1).tolist()
        )
        assert len(train) + len(test) == 948


def test_gtzans_own_folds_part_no_artist_over_the_same_rows(published):
    _, found, frame = published
    artist = frame["artist"].fillna(frame["filename"])
    disjoint, filtered = found["artist-disjoint"], found["artist-filtered"]
    assert disjoint.crossing == 0
    for train, test in disjoint.folds:
        assert set(artist[train]).isdisjoint(artist[test])
    rows = [np.sort(np.concatenate([test for _, test in p.folds])) for p in (disjoint, filtered)]
    assert rows[0].tolist() == rows[1].tolist()
    # By today's index 25 artists cross the published folds.
    assert filtered.crossing == 25
    assert not disjoint.leaks
    assert found["random"].leaks


def test_gtzans_random_splits_are_the_literatures(published):
    data, found, _ = published
    for seed, (train, test) in enumerate(found["random"].folds):
        expected = train_test_split(
            np.arange(1000), test_size=0.2, stratify=data.y, random_state=seed
        )
        assert train.tolist() == expected[0].tolist()
        assert test.tolist() == expected[1].tolist()
    assert len(found["random"].folds) == 20
    for train, test in found["random-together"].folds:
        seen = {row.tobytes() for row in data.X[train]}
        assert not any(row.tobytes() in seen for row in data.X[test])
