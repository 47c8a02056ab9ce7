"""The two immutable values that change numbers, and their digests."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from genre_audio.config import AnalysisConfig, Segmentation, digest
from genre_audio.errors import ParameterError


def test_the_recipe_is_the_published_one() -> None:
    # Written out: these numbers are what the table was made with, not a choice.
    assert AnalysisConfig().as_dict() == {
        "sr": 22050,
        "n_fft": 2048,
        "hop_length": 512,
        "pad_mode": "reflect",
        "n_chroma": 12,
        "n_mels": 128,
        "n_mfcc": 20,
        "roll_percent": 0.85,
        "hpss_kernel": 31,
        "hpss_power": 2.0,
    }


@pytest.mark.parametrize("value", [AnalysisConfig(), Segmentation()])
def test_values_cannot_be_changed(value: AnalysisConfig | Segmentation) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, 1)


def test_a_spectrum_has_half_the_frame_and_one_bins() -> None:
    assert AnalysisConfig(n_fft=512).n_bins == 257


@pytest.mark.parametrize("seconds", [0, 0.99, -30, 3600.1, math.inf, math.nan])
def test_unusable_segment_lengths_are_refused(seconds: float) -> None:
    with pytest.raises(ParameterError, match="choose 1 to 3600 seconds"):
        Segmentation(seconds)


@pytest.mark.parametrize(("seconds", "sr", "samples"), [(30, 22050, 661500), (1.5, 8001, 12002)])
def test_a_segment_has_a_whole_number_of_samples(seconds: float, sr: int, samples: int) -> None:
    assert Segmentation(seconds).samples(sr) == samples


def test_equal_segmentations_have_equal_digests() -> None:
    assert Segmentation(30).digest == Segmentation(30.0).digest
    assert Segmentation(30) == Segmentation(30.0)


def test_other_segmentations_have_other_digests() -> None:
    assert len({Segmentation(seconds).digest for seconds in (1, 5, 10, 30, 30.5)}) == 5


def test_digests_are_the_same_in_every_process_and_version() -> None:
    # sha256 of '{"a":[1,2.5],"b":"\u00e9"}' with the letter escaped, by coreutils' sha256sum.
    assert digest({"b": "é", "a": [1, 2.5]}) == "60d4fe7d84d09285"


def test_what_json_cannot_say_has_no_digest() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        digest({"path": object()})


def test_dictionaries_are_what_json_can_say() -> None:
    for value in (AnalysisConfig(), Segmentation(5)):
        assert json.loads(json.dumps(value.as_dict())) == value.as_dict()
