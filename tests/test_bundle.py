"""Which rows a bundle takes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from genre_audio.config import AnalysisConfig, Segmentation
from genre_audio.errors import ModelError
from genre_audio.features import GTZAN57
from sample_tables import feature_table


def test_rows_of_the_same_recipe_and_length_are_taken(tiny):
    assert tiny.check(schema=GTZAN57, segmentation=Segmentation(30)) is None
    assert tiny.segmentation == Segmentation(30)


@pytest.mark.parametrize(
    "schema",
    [
        dataclasses.replace(GTZAN57, version=3),
        dataclasses.replace(GTZAN57, config=AnalysisConfig(hop_length=256)),
        dataclasses.replace(GTZAN57, features=GTZAN57.features[:-1]),
    ],
    ids=["version", "configuration", "columns"],
)
def test_rows_of_another_recipe_are_refused(tiny, schema):
    with pytest.raises(ModelError, match=r"was trained on gtzan57 version 2 .*retrain") as caught:
        tiny.check(schema=schema, segmentation=tiny.segmentation)
    assert GTZAN57.digest in str(caught.value)
    assert schema.digest in str(caught.value)


def test_models_of_the_forerunner_take_rows_of_this_version(tiny):
    former = dataclasses.replace(GTZAN57, version=1)
    schema = {"name": former.name, "version": 1, "digest": former.digest}
    older = dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, schema=schema))
    older.check(schema=GTZAN57, segmentation=tiny.segmentation)
    with pytest.raises(ModelError, match="again"):  # but not the other way round
        tiny.check(schema=former, segmentation=tiny.segmentation)


def test_rows_of_another_length_are_refused(tiny):
    with pytest.raises(
        ModelError, match=r"segments of 30 s, these .* of 5 s: extract with --segment-seconds 30"
    ):
        tiny.check(schema=GTZAN57, segmentation=Segmentation(5))


def test_probabilities_lie_on_the_simplex_and_follow_the_labels(tiny):
    table = feature_table()
    probabilities = tiny.predict_proba(table.X)
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    called = np.array(tiny.labels)[probabilities.argmax(axis=1)]
    assert (called == table.labels).mean() > 0.95
