"""Families declare columns, schemas list families, digests tell them apart."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from genre_audio.config import AnalysisConfig
from genre_audio.features import EXTENDED, GTZAN57, SCHEMAS, Feature, Schema, feature_row, schema_of
from genre_audio.features.schema import feature
from genre_audio.features.spectra import Spectra
from genre_audio.segment import Segment
from signals import SR, music

GOLDEN = Path(__file__).parent / "golden" / "schema.json"


@pytest.fixture
def spectra() -> Spectra:
    return Spectra(Segment(y=music(1.0), sr=SR), config=AnalysisConfig())


def test_the_columns_are_the_57_of_the_published_table() -> None:
    statistics = ("mean", "var")
    expected = [
        *(f"chroma_stft_{s}" for s in statistics),
        *(f"rms_{s}" for s in statistics),
        *(f"spectral_centroid_{s}" for s in statistics),
        *(f"spectral_bandwidth_{s}" for s in statistics),
        *(f"rolloff_{s}" for s in statistics),
        *(f"zero_crossing_rate_{s}" for s in statistics),
        *(f"harmony_{s}" for s in statistics),
        *(f"perceptr_{s}" for s in statistics),
        "tempo",
        *(f"mfcc{k}_{s}" for k in range(1, 21) for s in statistics),
    ]
    assert list(GTZAN57.columns) == expected
    assert len(set(expected)) == 57


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=str)
def test_schemas_are_those_of_the_golden_file(schema: Schema) -> None:
    # A digest that changes makes every table and model out there incompatible: raise the
    # version on purpose, and then run scripts/make_golden.py.
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden[schema.name] == schema.as_dict() | {"digest": schema.digest}


def test_every_schema_is_listed_under_its_name_and_no_column_comes_twice() -> None:
    for name, schema in SCHEMAS.items():
        assert schema.name == name
        assert len(set(schema.columns)) == len(schema.columns)


def test_a_schema_says_who_it_is() -> None:
    assert str(GTZAN57) == f"gtzan57 version 2 ({GTZAN57.digest})"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"version": 3},
        {"features": GTZAN57.features[:-1]},
        {"features": GTZAN57.features[::-1]},
        {"config": AnalysisConfig(hop_length=256)},
    ],
    ids=["name", "version", "fewer", "order", "config"],
)
def test_whatever_changes_a_number_changes_the_digest(change: dict[str, object]) -> None:
    assert dataclasses.replace(GTZAN57, **change).digest != GTZAN57.digest


def test_a_schema_is_recognised_by_its_columns() -> None:
    assert schema_of([*GTZAN57.columns, "more"]) is GTZAN57
    assert schema_of(reversed(GTZAN57.columns)) is GTZAN57
    assert schema_of(GTZAN57.columns[1:]) is None
    assert schema_of([]) is None


def test_a_schema_with_the_57_columns_and_more_is_recognised_by_all_of_them() -> None:
    assert schema_of(EXTENDED.columns) is EXTENDED
    assert schema_of(EXTENDED.columns[:-1]) is GTZAN57


def test_a_schema_includes_another_whose_families_it_has() -> None:
    assert EXTENDED.includes(GTZAN57)
    assert not GTZAN57.includes(EXTENDED)
    assert not GTZAN57.includes(dataclasses.replace(GTZAN57, version=2))
    finer = dataclasses.replace(GTZAN57, config=AnalysisConfig(hop_length=256))
    assert not EXTENDED.includes(finer)


def test_the_widest_schema_that_fits_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Schema("narrow", 1, GTZAN57.features[:1])
    monkeypatch.setitem(SCHEMAS, "narrow", narrow)
    assert schema_of(GTZAN57.columns) is GTZAN57
    assert schema_of(narrow.columns) is narrow


def test_columns_are_names_times_statistics() -> None:
    @feature("low", "high", statistics=("min", "max"))
    def band(spectra: Spectra) -> np.ndarray:
        return np.array([[1.0, 2.0], [3.0, 5.0]])

    assert isinstance(band, Feature)
    assert band.name == "band"
    assert band.columns == ("low_min", "low_max", "high_min", "high_max")
    assert band(None) == [1.0, 2.0, 3.0, 5.0]


def test_rows_of_a_family_with_one_name_are_pooled() -> None:
    @feature()
    def pair(spectra: Spectra) -> np.ndarray:
        return np.array([[1.0, 3.0], [5.0, 7.0]])

    assert pair(None) == [4.0, 5.0]  # population variance: (9 + 1 + 1 + 9) / 4


def test_a_family_without_statistics_is_its_own_value(spectra: Spectra) -> None:
    @feature(statistics=())
    def size(spectra: Spectra) -> np.ndarray:
        return np.array([len(spectra.y)])

    assert size.columns == ("size",)
    assert size(spectra) == [float(SR)]


def test_a_family_that_makes_other_rows_than_it_declares_is_a_bug(spectra: Spectra) -> None:
    @feature("one", "two")
    def three(spectra: Spectra) -> np.ndarray:
        return np.zeros((3, 10))

    with pytest.raises(AssertionError, match="three made 3 rows for 2 names"):
        three(spectra)


def test_each_spectrum_is_computed_once(spectra: Spectra, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("transform", "S", "power", "shapes", "chroma", "mel_db", "cepstra", "part_moments")
    kept, again = ([getattr(spectra, name) for name in names] for _ in range(2))
    assert all(first is second for first, second in zip(kept, again, strict=True))


def test_a_schema_of_one_family_gives_its_part_of_the_row() -> None:
    segment = Segment(y=music(1.0), sr=SR)
    row = feature_row(segment)
    start = 0
    for family in GTZAN57.features:
        part = feature_row(segment, schema=Schema("part", 1, (family,)))
        stop = start + len(family.columns)
        assert np.array_equal(part, row[start:stop]), family.name
        start = stop
    assert start == len(row)
