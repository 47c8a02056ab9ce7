"""How tests read pages: parsed by html5lib in strict mode, which refuses what HTML forbids."""

from __future__ import annotations

import itertools
import re
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import html5lib


def parsed(text):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def tag(element):
    """The bare name; html5lib keeps the name space of what is not HTML."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def elements(page, *tags):
    return [element for element in page.iter() if tag(element) in tags]


def words(element):
    return " ".join("".join(element.itertext()).split())


def table(page, name):
    """Rows of the table in the region of that name, as texts."""
    (region,) = (e for e in elements(page, "div") if e.get("aria-label") == f"Table: {name}")
    return [[words(cell) for cell in elements(row, "th", "td")] for row in elements(region, "tr")]


def check_page(text, *, links=()):
    """What every page must be: whole, alone, and readable without eyes or mouse.

    `links` are the other pages that it may lead to.
    """
    page = parsed(text)
    assert text.startswith("<!DOCTYPE html>")
    assert page.get("lang") == "en"
    _check_references(page, text, links)
    _check_alone(page, text, links)
    levels = [int(e.tag[1]) for e in elements(page, *(f"h{k}" for k in range(1, 7)))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for region in elements(page, "div"):
        if "scroll" in (region.get("class") or "").split():
            assert (region.get("tabindex"), region.get("role")) == ("0", "region")
            assert region.get("aria-label")
    for each in elements(page, "table"):
        assert len({len(elements(row, "th", "td")) for row in elements(each, "tr")}) == 1
        assert all(head.get("scope") in {"col", "row"} for head in elements(each, "th"))
    _check_figures(page)
    return page


def _check_references(page, text, links):
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    leading = [e.get("href") for e in elements(page, "a", "use") if e.get("href")]
    wanted = [target[1:] for target in leading if target not in links]
    for element in page.iter():
        wanted += (element.get("aria-labelledby") or "").split()
    wanted += re.findall(r"url\(#([^)]+)\)", text)
    assert set(wanted) <= set(ids)


def _check_alone(page, text, links):
    """Nothing is fetched: pictures and sounds are inside, references lead to the page itself."""
    rest = re.sub(r"data:(image/png|audio/\w+);base64,[A-Za-z0-9+/=\s]+", "", text)
    assert not re.search(
        r"(?i)\b(https?:|ftp:|data:|javascript:|//\w)|@import|url\((?!#)",
        rest.replace("img-src data:", "").replace("media-src data:", ""),
    )
    # The policy lets images in only where there are any.
    assert ("img-src data:" in text) == bool(elements(page, "image"))
    assert len(elements(page, "script")) == 1
    assert not elements(page, "link", "iframe", "object", "embed", "base", "form", "img")
    for element in page.iter():
        assert not {name for name in element.attrib if str(name).startswith("on")}
        assert element.get("src") is None or tag(element) == "audio"
        target = element.get("href") or element.get("{http://www.w3.org/1999/xlink}href") or "#"
        assert target.startswith("#") or tag(element) == "image" or target in links


def _check_figures(page):
    figures = elements(page, "svg")
    assert figures
    for figure in figures:
        parts = {part.get("id"): words(part) for part in elements(figure, "title", "desc")}
        labels = figure.get("aria-labelledby").split()
        assert figure.get("role") == "img"
        assert len(labels) == 2
        assert all(len(parts[label]) > 10 for label in labels)
