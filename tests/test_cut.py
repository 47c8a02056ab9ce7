"""Streams cut into segments by the rule, whatever the blocks."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio.cut import cut

if TYPE_CHECKING:
    from collections.abc import Iterator


def divided(y: np.ndarray, cuts: list[int]) -> Iterator[np.ndarray]:
    yield from np.split(y, sorted(cuts))


def rule(total: int, length: int) -> list[int]:
    """The rule as DESIGN states it, by arithmetic instead of by streaming."""
    if total == 0:
        return []
    if Fraction(total, length) < Fraction(3, 2):
        return [total]
    full, rest = divmod(total, length)
    if Fraction(rest, length) < Fraction(1, 2):
        return [length] * (full - 1) + [length + rest]
    return [length] * full + [rest]


@pytest.mark.parametrize(
    ("seconds", "lengths"),
    [
        (1, [1]),
        (30, [30]),
        (44.99, [44.99]),
        (45, [30, 15]),
        (59.99, [30, 29.99]),
        (60, [30, 30]),
        (74, [30, 44]),
        (75, [30, 30, 15]),
        (104.99, [30, 30, 44.99]),
    ],
)
@pytest.mark.parametrize("scale", [1, 0.5, 1 / 30])
def test_known_lengths(seconds: float, lengths: list[float], scale: float) -> None:
    rate = 100
    y = np.zeros(round(seconds * scale * rate * 30))
    found = [len(part) for part in cut([y], length=round(30 * scale * rate * 30))]
    assert found == [round(length * scale * rate * 30) for length in lengths]


@given(
    total=st.integers(0, 500),
    length=st.integers(1, 60),
    cuts=st.lists(st.integers(0, 500), max_size=12),
)
def test_segments_tile_the_stream_by_the_rule(total: int, length: int, cuts: list[int]) -> None:
    y = np.arange(total)
    parts = list(cut(divided(y, cuts), length=length))
    assert [len(part) for part in parts] == rule(total, length)
    assert np.array_equal(np.concatenate([*parts, y[:0]]), y)


def test_a_segment_is_let_go_as_soon_as_the_rule_allows() -> None:
    taken = []

    def blocks() -> Iterator[np.ndarray]:
        for number in range(100):
            taken.append(number)
            yield np.zeros(10)

    stream = cut(blocks(), length=100)
    assert len(next(stream)) == 100
    assert len(taken) == 15


@pytest.mark.parametrize("size", [1, 100, 5000])
def test_little_more_than_one_and_a_half_segments_is_held(size: int) -> None:
    length = 5000
    blocks = (np.zeros(size) for _ in range(100_000 // size))
    tracemalloc.start()
    try:
        for part in cut(blocks, length=length):
            del part
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # While a segment is put together it is there twice; an array and its place in the
    # list take 150 bytes beside their samples.
    held = 1.5 * length + size
    assert peak < 8 * (held + length) + 150 * (held / size) + 10_000


def test_blocks_may_be_empty() -> None:
    y = np.arange(10)
    parts = list(cut([y[:0], y[:4], y[:0], y[4:], y[:0]], length=4))
    assert [part.tolist() for part in parts] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_a_segment_does_not_keep_the_stream_alive() -> None:
    block = np.zeros(1000)
    for part in cut([block], length=100):
        assert part.base is None, "a view would hold the whole block in memory"
