"""Reports on disk: one page or a folder, safe names, whole files, one recording at a time."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from genre_audio import load_bundle, resolve_model
from genre_audio.errors import OutputError, ParameterError
from genre_audio.prediction import Prediction, SegmentPrediction
from genre_audio.reporting import report as report_module
from genre_audio.reporting.file_names import page_name
from genre_audio.reporting.report import Reported, is_page, prediction_report, recording_report
from pages import check_page, elements, table, words
from sample_pages import EVIL
from sample_predictions import BREAKING, full_prediction, tape
from signals import SR, music


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(resolve_model("default").path)


def predicted(name, bundle):
    p = dict.fromkeys(bundle.labels, 0.02) | {bundle.labels[0]: 0.82}
    return Prediction(name, p, (SegmentPrediction(0.0, 3.0, p),), (), 50.0, unlike=False)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


NAMES = [
    EVIL,
    BREAKING,
    "a.wav",
    "A.wav",
    "b/a.wav",
    "../../a.wav",
    "con",
    "",
    "日本.wav",
    "\udcff",
]


def test_a_folder_has_an_index_that_leads_to_every_recording_and_back(tmp_path, bundle):
    path = tmp_path / "a.wav"
    soundfile.write(path, music(3.0), SR)
    rows = bundle.probe.rows[:1]
    reported = [Reported(predicted(name, bundle), path, rows) for name in NAMES]
    index = prediction_report(reported, target=tmp_path / "out", bundle=bundle)
    assert index == tmp_path / "out" / "index.html"
    links = [f"recordings/{page_name(name)}" for name in NAMES]
    page = check_page(index.read_text(encoding="utf-8"), links=set(links))
    assert [e.get("href") for e in elements(page, "a") if e.get("href") in links] == links
    assert names_in(tmp_path / "out" / "recordings") == sorted(map(page_name, NAMES))
    for link in links:
        one = check_page((index.parent / link).read_text("utf-8"), links={"../index.html"})
        assert len(elements(one, "audio")) == 1
    assert names_in(tmp_path) == ["a.wav", "out"]


def test_recordings_lie_on_the_map_where_their_rows_do(tmp_path, bundle):
    near = bundle.neighbourhood
    plane = report_module.Plane.fit(near.rows, labels=near.labels)
    two = bundle.probe.rows[:2]
    p = predicted("a", bundle).probabilities
    segments = (SegmentPrediction(0.0, 30.0, p), SegmentPrediction(30.0, 40.0, p))
    prediction = Prediction("a", p, segments, (), 50.0, unlike=False)
    places = plane.place(near.space.transform(two))
    found = report_module._place(Reported(prediction, rows=two), bundle, plane)
    np.testing.assert_allclose(found, 0.75 * places[0] + 0.25 * places[1])
    assert report_module._place(Reported(prediction), bundle, plane) is None
    lost = Reported(prediction, rows=np.full_like(two, np.nan))
    assert report_module._place(lost, bundle, plane) is None


def test_one_file_is_one_recording(tmp_path, bundle):
    target = tmp_path / "tape.html"
    made = prediction_report([Reported(full_prediction())], target=target, bundle=bundle)
    assert made == target
    check_page(target.read_text(encoding="utf-8"))
    several = [Reported(full_prediction())] * 2
    with pytest.raises(ParameterError, match="several recordings"):
        prediction_report(several, target=tmp_path / "b.html", bundle=bundle)
    with pytest.raises(ParameterError, match="no recording"):
        prediction_report([], target=tmp_path / "b.html", bundle=bundle)
    assert names_in(tmp_path) == ["tape.html"]


def test_a_folder_called_like_a_page_is_refused(tmp_path, bundle):
    (tmp_path / "x.html").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        prediction_report([Reported(full_prediction())], target=tmp_path / "x.html", bundle=bundle)


def test_a_file_in_the_place_of_the_folder_is_an_error_of_ours(tmp_path, bundle):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError):
        prediction_report([Reported(full_prediction())], target=tmp_path / "out", bundle=bundle)
    assert (tmp_path / "out").read_text() == "mine"


def test_failures_alone_are_a_report_and_nothing_at_all_is_not(tmp_path, bundle):
    index = prediction_report(
        [], target=tmp_path / "out", bundle=bundle, failures=[(EVIL, "the file is empty")]
    )
    text = index.read_text(encoding="utf-8")
    assert "the file is empty" in text
    assert "<script>alert" not in text
    with pytest.raises(ParameterError, match="no recording"):
        prediction_report([], target=tmp_path / "none", bundle=bundle)


def test_each_recording_is_done_with_before_the_next_is_taken(tmp_path, bundle):
    seen = []

    def one_by_one():
        for name in ("a", "b", "c"):
            seen.append(len([*tmp_path.rglob("recordings/*.html")]))
            yield Reported(predicted(name, bundle))

    prediction_report(one_by_one(), target=tmp_path / "out", bundle=bundle)
    assert seen == [0, 1, 2]


def test_a_run_that_breaks_leaves_the_old_report(tmp_path, bundle):
    target = tmp_path / "out"
    target.mkdir()
    (target / "index.html").write_text("old")
    (target / "mine.txt").write_text("mine")

    def breaking():
        yield Reported(predicted("a", bundle))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prediction_report(breaking(), target=target, bundle=bundle)
    assert (target / "index.html").read_text() == "old"
    assert names_in(target) == ["index.html", "mine.txt"]
    prediction_report([Reported(predicted("a", bundle))], target=target, bundle=bundle)
    assert (target / "index.html").read_text("utf-8").endswith("</html>\n")
    assert (target / "mine.txt").read_text() == "mine"


def test_a_recording_that_is_gone_has_its_page_all_the_same(tmp_path):
    text = recording_report(Reported(full_prediction(), path=tmp_path / "gone.wav"))
    said = words(check_page(text))
    assert "no longer readable: the file cannot be read" in said
    assert "Segment by segment" in said


def test_the_page_on_a_tape_names_its_hash_and_not_its_folder(tmp_path):
    page = check_page(recording_report(Reported(full_prediction(), path=tape(tmp_path))))
    assert "sha256: ff00" in words(page)
    assert str(tmp_path) not in words(page)
    assert table(page, "quality")[1][0] == "length"


@given(st.text(max_size=300), st.text(max_size=300))
def test_names_of_pages_are_safe_their_own_and_always_the_same(one, other):
    name = page_name(one)
    assert name == page_name(one)
    assert set(name.removesuffix(".html")) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name[0] != "-"
    assert len(name) < 100
    assert (name == page_name(other)) == (one == other)


@pytest.mark.parametrize("name", ["tape.html", "tape.HTM"])
def test_pages_are_told_by_their_ending(tmp_path, name):
    assert is_page(tmp_path / name)
    assert not is_page(tmp_path / "html")
