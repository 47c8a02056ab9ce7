"""Pages in a real browser: nothing is asked for, nothing is complained of, tables sort.

Every sort of page is one entry of `PAGES`. That the browser would tell is shown first, on
pages that do what ours must not do.
"""

from __future__ import annotations

import pytest

from browser import CHROMIUM, browser
from sample_pages import evaluation_sample, exploration_sample, recording_sample, study_sample
from sample_predictions import index_sample, prediction_sample

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")

PAGES = {
    "exploration": lambda folder: exploration_sample(),
    "recording": recording_sample,
    "prediction": prediction_sample,
    "index": index_sample,
    "evaluation": lambda folder: evaluation_sample(),
    "study": lambda folder: study_sample(),
}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Paths of the pages by name, each made when it is first wanted."""
    folder, done = tmp_path_factory.mktemp("pages"), {}

    def path_of(name):
        if name not in done:
            done[name] = folder / f"{name}.html"
            done[name].write_text(PAGES[name](folder), encoding="utf-8")
        return done[name]

    return path_of


def opened(chromium, tmp_path, text, **how):
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    return chromium.open(path, **how), path


# Would the browser tell? -----------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<img src='http://example.invalid/a.png'>",
        "<link rel=stylesheet href='http://example.invalid/a.png'>",
        "<script>fetch('http://example.invalid/a.png').catch(() => 0)</script>",
        "<style>body { background: url(http://example.invalid/a.png) }</style>",
        "<svg><image href='http://example.invalid/a.png'/></svg>",
    ],
)
def test_a_request_of_a_page_is_seen(chromium, tmp_path, html):
    page, path = opened(chromium, tmp_path, f"<!DOCTYPE html><body>{html}")
    assert set(page.requests) == {path.as_uri(), "http://example.invalid/a.png"}


def test_a_request_that_the_policy_stops_is_complained_of(chromium, tmp_path):
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    text = f"<!DOCTYPE html>{policy}<body><img src='http://example.invalid/a.png'>"
    page, _ = opened(chromium, tmp_path, text)
    assert any("example.invalid" in said for said in page.console)


@pytest.mark.parametrize("script", ["throw new Error('x')", "console.warn('x')", "nothing()"])
def test_what_a_script_says_is_seen(chromium, tmp_path, script):
    page, _ = opened(chromium, tmp_path, f"<!DOCTYPE html><body><script>{script}</script>")
    assert len(page.console) == 1


# Our pages -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_asks_for_nothing_and_nothing_is_complained_of(chromium, written, name, dark):
    path = written(name)
    page = chromium.open(path, dark=dark)
    # What is inside a page, or is the browser's own such as the signs of a player.
    asked = [url for url in page.requests if not url.startswith("data:")]
    assert asked == [path.as_uri()]
    assert page.console == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 375])
def test_a_page_is_no_wider_than_the_screen(chromium, written, name, width):
    page = chromium.open(written(name), width=width)
    assert page.ask("document.documentElement.scrollWidth") == width
    assert page.ask("document.documentElement.clientWidth") == width


@pytest.mark.parametrize("name", PAGES)
def test_pictures_are_shown(chromium, written, name):
    page = chromium.open(written(name), width=375)
    boxes = page.ask(
        "[...document.querySelectorAll('figure svg, figure svg image')]"
        ".map(each => each.getBoundingClientRect()).map(each => [each.width, each.height])"
    )
    assert boxes
    assert all(width > 9 and height > 9 for width, height in boxes)


@pytest.mark.parametrize("name", PAGES)
def test_colours_follow_the_readers_system(chromium, written, name):
    colours = [
        chromium.open(written(name), dark=dark).ask(
            "getComputedStyle(document.body).backgroundColor"
        )
        for dark in (False, True)
    ]
    assert colours == ["rgb(253, 253, 252)", "rgb(21, 24, 28)"]


SORTED = """(() => {
  const found = [];
  for (const table of document.querySelectorAll("table.sortable")) {
    const buttons = [...table.tHead.querySelectorAll("button")];
    for (const button of buttons.filter(each => each.parentNode.classList.contains("n"))) {
      button.click();
      const place = button.parentNode.cellIndex;
      const cells = [...table.tBodies[0].rows].map(row => row.cells[place]);
      const values = cells.map(cell => parseFloat(cell.dataset.value));
      found.push([button.parentNode.getAttribute("aria-sort"), values]);
    }
  }
  return found;
})()"""


@pytest.mark.parametrize("name", PAGES)
def test_a_click_sorts_tables_by_numbers_and_says_so(chromium, written, name):
    found = chromium.open(written(name)).ask(SORTED)
    assert found
    for direction, values in found:
        assert direction == "descending"
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True)


@pytest.mark.parametrize("width", [1280, 375])
def test_pictures_over_time_stand_under_each_other_and_scroll_together(chromium, written, width):
    page = chromium.open(written("prediction"), width=width)
    boxes = page.ask(
        "[...document.querySelectorAll('.stack svg')].map(each => each.getBoundingClientRect())"
        ".map(each => [each.left, each.width])"
    )
    assert len(boxes) == 4
    assert boxes == [boxes[0]] * 4
    outer = "document.querySelector('.stack')"
    assert page.ask(f"{outer}.clientWidth") <= width
    assert (page.ask(f"{outer}.scrollWidth > {outer}.clientWidth")) == (width == 375)


def test_the_excerpt_can_be_played(chromium, written):
    page = chromium.open(written("prediction"))
    for _ in range(20):
        if page.ask("document.querySelector('audio').readyState") > 0:
            break
        page.settle()
    assert page.ask("document.querySelector('audio').error") is None
    assert page.ask("document.querySelector('audio').duration") == pytest.approx(25.0, abs=0.1)
    assert page.ask("document.querySelector('audio').controls")
