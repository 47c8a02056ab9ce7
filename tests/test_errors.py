"""The exceptions: one root, stable kinds, and a way across process borders."""

from __future__ import annotations

import pickle

import pytest

from genre_audio import errors
from genre_audio.errors import AUDIO_KINDS, AudioError, GenreAudioError, ParameterError

LEAVES = [
    value
    for name in errors.__all__
    if isinstance(value := getattr(errors, name), type) and value is not GenreAudioError
]


@pytest.mark.parametrize("leaf", LEAVES)
def test_one_except_clause_catches_every_leaf(leaf: type[Exception]) -> None:
    assert issubclass(leaf, GenreAudioError)


def test_kinds_of_leaves_are_stable_and_different() -> None:
    kinds = [leaf.kind for leaf in LEAVES if leaf is not AudioError]
    assert len(set(kinds)) == len(kinds)
    assert {"parameter", "table", "model", "busy"} <= set(kinds)
    assert not AUDIO_KINDS & set(kinds)
    assert "error" not in kinds, "a leaf that inherits the root's kind says nothing"


@pytest.mark.parametrize("kind", sorted(AUDIO_KINDS))
def test_an_audio_error_survives_pickling(kind: str) -> None:
    error = pickle.loads(pickle.dumps(AudioError("what was found", kind=kind)))
    assert type(error) is AudioError
    assert (str(error), error.kind) == ("what was found", kind)


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf is not AudioError])
def test_other_leaves_survive_pickling(leaf: type[GenreAudioError]) -> None:
    error = pickle.loads(pickle.dumps(leaf("what was found")))
    assert (type(error), str(error)) == (leaf, "what was found")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ParameterError, match="unknown kind of audio error 'loud'"):
        AudioError("too loud", kind="loud")
