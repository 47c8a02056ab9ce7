"""Powers of ten by which numbers are divided before they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.reporting.magnitude import power_of_ten, unit_words

FLOATS = st.lists(st.floats(allow_infinity=False), min_size=1, max_size=8)


@given(FLOATS)
def test_what_is_drawn_can_be_squared(values):
    power = power_of_ten(values)
    drawn = np.array(values) / power
    known = drawn[~np.isnan(drawn)]
    assert np.isfinite(known**2).all()
    assert np.isfinite((known * 1e100) * 10).all()


@pytest.mark.parametrize("values", [[0.0], [44100.0, -3.0], [np.nan], [1e-150], [9e149, np.nan]])
def test_ordinary_numbers_are_left_alone(values):
    assert power_of_ten(values) == 1.0
    assert not unit_words(1.0)
