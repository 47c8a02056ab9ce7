"""Pictures as files: they open anywhere, say what is on them, and are the same each time."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from genre_audio.reporting.drawing import PALETTE, drawing
from genre_audio.reporting.figures import difference_figure
from genre_audio.reporting.pictures import PICTURE_FORMS, Picture, file_stem

EVIL = "<script>alert(1)</script> 日本\n"


def picture(title=EVIL, description=f"seen: {EVIL}"):
    figure = difference_figure([EVIL], [(0.1, 0.0, 0.2)], unit="accuracy")
    return Picture("gain", title, description, figure)


@pytest.fixture(autouse=True)
def _settings_of_ours():
    with drawing():
        yield


def test_an_svg_file_is_described_and_escaped():
    text = picture().content("svg").decode()
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert root[0].text == EVIL.replace("\n", "\\x0a")
    assert root[1].text == f"seen: {EVIL}".replace("\n", "\\x0a")
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert "<dc:date>" not in text
    assert PALETTE["paper"][0] in text


def test_a_png_file_is_described_and_large_enough_for_print():
    image = Image.open(io.BytesIO(picture().content("png")))
    assert image.text["Title"] == EVIL.replace("\n", "\\x0a")
    assert "Software" not in image.text
    # 344 CSS pixels of figure at 200 dots for 72.
    assert image.width > 900
    corner = image.convert("RGB").getpixel((0, 0))
    assert "#{:02x}{:02x}{:02x}".format(*corner) == PALETTE["paper"][0]


@pytest.mark.parametrize("form", PICTURE_FORMS)
def test_the_same_picture_gives_the_same_bytes(form):
    assert picture().content(form) == picture().content(form)


def test_a_page_has_it_under_ids_of_its_name():
    root = ET.fromstring(picture().inline)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert {"gain-title", "gain-description"} <= set(ids)
    assert all(name.startswith("gain-") for name in ids)


@given(st.text(max_size=300))
def test_file_names_hold_nothing_that_a_system_refuses(text):
    stem = file_stem("confusion", text)
    assert 0 < len(stem) <= 80
    assert not set(stem) & set('/\\:*?"<>|\0\n. ')


def test_a_name_of_signs_only_is_a_figure():
    assert file_stem("//") == "figure"
