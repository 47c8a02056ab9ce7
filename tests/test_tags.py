"""Genres in the tags of files: nothing else changes, least of all the sound."""

from __future__ import annotations

import builtins
import shutil
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.id3 import APIC, COMM, ID3, TALB, TCON, TIT2, TPE1, TXXX, TYER
from typer.testing import CliRunner

from genre_audio.audio.samples import samples_digest
from genre_audio.cli import app
from genre_audio.errors import OutputError
from genre_audio.reporting.tag_file import open_tags
from genre_audio.reporting.tags import BEFORE, NOTE, GenreTag, genre_before, write_tag
from signals import music, tone

TAG = GenreTag("polka", "resembles most polka (0.97); model mine 0123")
FORMS = {
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "wav": ("WAV", "PCM_24"),
    "aiff": ("AIFF", "PCM_16"),
}


@pytest.fixture(params=FORMS)
def take(request, tmp_path):
    """A recording of two channels, in each form."""
    form, subtype = FORMS[request.param]
    path = tmp_path / f"take.{request.param}"
    y = np.stack([music(3.0), tone(seconds=3.0)], axis=1)
    soundfile.write(path, y, 48000 if form == "OGG" else 44100, format=form, subtype=subtype)
    return path


def samples(path):
    return soundfile.read(path, always_2d=True)[0]


def give_tags(path, genre="Field recording"):
    """Tags as other programs write them, a picture among them where it is easy."""
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    if isinstance(file.tags, ID3):
        for frame in (
            TIT2(text="Šaľ"),
            TPE1(text=["one", "two"]),
            TALB(text="1953"),
            COMM(lang="eng", desc="", text="by the river"),
            TXXX(desc="COLLECTION", text="A 12"),
            APIC(mime="image/png", type=3, desc="cover", data=b"\x89PNG" + bytes(5000)),
            TCON(text=[genre]),
        ):
            file.tags.add(frame)
    else:
        file.tags.update({"TITLE": ["Šaľ"], "ARTIST": ["one", "two"], "GENRE": [genre]})
    file.save()


def others(path):
    """All tags but those that are ours to set."""
    tags = mutagen.File(path).tags or {}
    ours = {"TCON", f"TXXX:{NOTE}", f"TXXX:{BEFORE}", "GENRE", NOTE, BEFORE}
    if isinstance(tags, ID3):
        return {key: repr(tags[key]) for key in tags if key not in ours}
    return {key: tags[key] for key in dict(tags) if key.upper() not in ours}


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("in_place", [False, True])
def test_the_sound_and_all_other_tags_stay(take, tmp_path, tagged, in_place):
    if tagged:
        give_tags(take)
    sound, kept = samples(take), others(take)
    content = take.read_bytes()
    target = take if in_place else tmp_path / "copies" / take.name
    write_tag(TAG, source=take, target=target)
    np.testing.assert_array_equal(samples(target), sound)
    assert others(target) == kept
    tags = open_tags(target)
    assert tags.get("GENRE") == ["polka"]
    assert tags.get(NOTE) == [TAG.note]
    assert tags.get(BEFORE) == (["Field recording"] if tagged else [])
    assert in_place or take.read_bytes() == content
    assert sorted(path.name for path in target.parent.iterdir() if path.is_file()) == [take.name]


def test_what_somebody_called_it_survives_many_runs(take):
    give_tags(take, genre="Ballad")
    for genre in ("polka", "jazz", "jazz"):
        write_tag(GenreTag(genre, "said so"), source=take, target=take)
    tags = open_tags(take)
    assert (tags.get("GENRE"), tags.get(BEFORE)) == (["jazz"], ["Ballad"])


@pytest.mark.parametrize("version", [3, 4])
def test_id3_stays_in_its_version(tmp_path, version):
    path = tmp_path / "take.mp3"
    soundfile.write(path, music(2.0), 44100, format="MP3", subtype="MPEG_LAYER_III")
    tags = ID3()
    tags.add(TIT2(encoding=1, text="title"))
    tags.add(TYER(encoding=1, text="1953"))
    tags.save(path, v2_version=version, v23_sep=None)
    # A year of the older version in tags of the newer one is often met, and none of our business.
    before = ID3(path, translate=False)
    write_tag(TAG, source=path, target=path)
    after = ID3(path, translate=False)
    assert after.version == before.version == (2, version, 0)
    assert {key: after[key] for key in before} == dict(before)
    assert after["TCON"].text == ["polka"]


def test_a_file_in_place_stays_where_links_lead(take):
    link = take.with_name(f"link{take.suffix}")
    link.symlink_to(take)
    write_tag(TAG, source=link, target=link)
    assert link.is_symlink()
    assert genre_before(take) == "polka"


def test_nothing_is_overwritten(take, tmp_path):
    other = tmp_path / "other"
    other.write_text("precious")
    with pytest.raises(OutputError, match="there already"):
        write_tag(TAG, source=take, target=other)
    assert other.read_text() == "precious"


def test_a_file_whose_sound_would_change_is_left_alone(take, monkeypatch):
    before = take.read_bytes()
    found = iter(["one", "other"])
    monkeypatch.setattr("genre_audio.reporting.tags.samples_digest", lambda _: next(found))
    with pytest.raises(OutputError, match="would not be the same"):
        write_tag(TAG, source=take, target=take)
    assert take.read_bytes() == before
    assert list(take.parent.iterdir()) == [take]


@pytest.mark.parametrize(("form", "name"), [("AU", "a.au"), ("CAF", "a.caf"), ("RAW", "a.wav")])
def test_forms_without_tags(tmp_path, form, name):
    path = tmp_path / name
    if form == "RAW":
        path.write_bytes(b"no music at all")
    else:
        soundfile.write(path, tone(), 22050, format=form)
    with pytest.raises(OutputError, match="tags"):
        genre_before(path)


def test_the_hash_of_samples_is_that_of_samples(tmp_path):
    y = np.round(32767 * music(2.0)) / 32768
    for name in ("a.wav", "a.flac", "a.aiff"):
        soundfile.write(tmp_path / name, y, 22050, subtype="PCM_16")
    soundfile.write(tmp_path / "rate.wav", y, 44100, subtype="PCM_16")
    y[5] += 1 / 32768
    soundfile.write(tmp_path / "other.wav", y, 22050, subtype="PCM_16")
    names = ("a.wav", "a.flac", "a.aiff", "rate.wav", "other.wav")
    found = [samples_digest(tmp_path / name) for name in names]
    assert found[0] == found[1] == found[2]
    assert len(set(found)) == 3


# The command ------------------------------------------------------------------------------


@pytest.fixture
def tapes(tmp_path, monkeypatch, home, shipped, cheap_features):
    monkeypatch.chdir(tmp_path)
    Path("tapes/a").mkdir(parents=True)
    for seed in range(2):
        soundfile.write(f"tapes/a/{seed}.flac", music(3.0, seed=seed), 22050)
    return Path("tapes")


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["predict", *map(str, arguments), "-j", "1"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*.flac"))}


def test_nothing_is_written_unless_asked(tapes):
    before = contents(tapes)
    said = run(tapes, "--write-tags", "--tag-all").stderr
    assert said.count("would write tapes/a/") == 2
    assert "nothing was written: --tag-copies" in said
    assert contents(tapes) == before


def test_the_undecided_are_not_tagged_unless_asked(tapes):
    said = run(tapes, "--write-tags", "--tag-in-place").stderr
    # Samples instead of features are unlike anything that was learned.
    assert "2 recordings get no tag" in said
    assert [genre_before(path) for path in contents(tapes)] == ["", ""]


def test_copies_and_files_in_place(tapes):
    before = contents(tapes)
    said = run(tapes, "--write-tags", "--tag-all", "--tag-copies", "copies").stderr
    assert said.count("wrote tapes/a/") == 2
    assert contents(tapes) == before
    copies = contents(Path("copies"))
    assert [path.as_posix() for path in copies] == ["copies/a/0.flac", "copies/a/1.flac"]
    labels = {genre_before(path) for path in copies}
    assert labels <= {"jazz", "metal", "polka"}
    assert labels
    again = run(tapes, "--write-tags", "--tag-all", "--tag-copies", "copies", code=3).stderr
    assert again.count("is there already") == 2
    run(tapes, "--write-tags", "--tag-all", "--tag-in-place")
    assert all(genre_before(path) in labels for path in contents(tapes))


@pytest.mark.parametrize(
    "options",
    [
        ["--tag-copies", "c"],
        ["--tag-in-place"],
        ["--tag-all"],
        ["--write-tags", "--tag-in-place", "--tag-copies", "c"],
    ],
)
def test_options_that_say_nothing_together(tapes, options):
    assert "--tag-" in run(tapes, *options, code=2).stderr


def test_a_table_has_no_files(tapes):
    said = run("--table", "features.csv", "--write-tags", code=2).stderr
    assert "--write-tags needs recordings" in said


def test_without_mutagen_the_extra_is_named_before_the_work(tapes, monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **how):
        if name.partition(".")[0] == "mutagen":
            raise ImportError(name)
        return real(name, *arguments, **how)

    monkeypatch.setattr(builtins, "__import__", without)
    result = run(tapes, "--write-tags", code=1)
    assert "pip install 'genre-audio[tags]'" in result.stderr
    assert result.stdout == ""


def test_what_cannot_be_tagged_is_said_and_counts_as_skipped(tapes):
    soundfile.write("tapes/b.au", music(3.0), 22050)
    shutil.copy("tapes/a/0.flac", "tapes/c.flac")
    said = run(tapes, "--write-tags", "--tag-all", "--tag-in-place", code=3).stderr
    assert "not tagged: tapes/b.au" in said
    assert genre_before(Path("tapes/c.flac"))
