"""matplotlib's figures as SVG that lives inside a page, in light and in dark.

Figures are drawn in the colours of `PALETTE` for light pages and nothing else; in the page
each of them becomes a variable of its style sheet, which knows the dark one as well. Text
stays text: it can be searched, copied and read at any zoom. One unit is one CSS pixel.

matplotlib's settings are set while drawing and put back; pyplot is never used. Nothing of
matplotlib is imported before a figure is asked for.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any, Final

from genre_audio.reporting.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

__all__ = ["PALETTE", "drawing", "inline_svg"]

PALETTE: Final[dict[str, tuple[str, str]]] = {
    "paper": ("#fdfdfc", "#15181c"),
    "shade": ("#f1f2f0", "#22262b"),
    "line": ("#c9ccd0", "#474d55"),
    "muted": ("#565c64", "#a8aeb6"),
    "ink": ("#1a1d21", "#eceef0"),
    "hit": ("#4a9be8", "#1d5fae"),
    "miss": ("#eea04c", "#9a4b0b"),
    "mark": ("#0b5cad", "#7fbcff"),
    "warn": ("#a33d00", "#ffb27a"),
    "series-0": ("#0096f7", "#1d9dfb"),
    "series-1": ("#b84300", "#cb4809"),
    "series-2": ("#008a72", "#00886c"),
    "series-3": ("#550b58", "#904cc6"),
    "series-4": ("#a9910b", "#f4e641"),
    "series-5": ("#da58b8", "#dd64b6"),
    "series-6": ("#081997", "#31d4ef"),
    "series-7": ("#820005", "#fda495"),
    "series-8": ("#4c48c3", "#bff6e3"),
    "series-9": ("#654c61", "#99aa0a"),
}
"""Colours by part: on light pages, on dark ones. Blue and orange differ for every eye.

The ten of a series were searched for: each stands out from the paper by 3:1 at least, and
every two of them differ by 0.11 at least in OKLab, as all eyes see them and as those see
them that lack a sort of cones.
"""

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}\b")
_FAMILY: Final = re.compile(r"font-family:[^;]*;?\s*")
_VARIABLES: Final = {light: f"var(--{part})" for part, (light, _) in PALETTE.items()}


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Draw inside with settings that no configuration of the user's changes.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> with drawing():
    ...     import matplotlib
    ...     matplotlib.rcParams["svg.fonttype"]
    'none'
    """
    import matplotlib

    muted, ink, line = (PALETTE[part][0] for part in ("muted", "ink", "line"))
    with matplotlib.rc_context(), warnings.catch_warnings():
        # The browser has the signs that the measuring font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "axes.edgecolor": muted,
                "axes.facecolor": "none",
                "axes.labelcolor": ink,
                "axes.spines.right": False,
                "axes.spines.top": False,
                "figure.dpi": 72,
                "figure.facecolor": "none",
                "font.size": 12,
                "grid.color": line,
                "savefig.dpi": 72,
                "svg.fonttype": "none",
                "svg.hashsalt": "genre-audio",
                "text.color": ink,
                "text.parse_math": False,
                "xtick.color": muted,
                "xtick.labelcolor": ink,
                "ytick.color": muted,
                "ytick.labelcolor": ink,
            }
        )
        yield


def inline_svg(
    figure: Figure,
    *,
    prefix: str,
    title: str,
    description: str,
    scale: tuple[float, float] = (1.0, 1.0),
    tight: bool = True,
) -> str:
    """Return a figure as an ``svg`` element for a page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made inside `drawing`.
    prefix : str
        Begins every id in it; must be its own among the figures of a page.
    title : str
        Text alternative: what it is.
    description : str
        Text alternative: what is to be seen on it.
    scale : (float, float)
        How much smaller it may become on a narrow screen, how much larger on a wide one.

    tight : bool
        Whether it is cut, or widened, to what is drawn. Figures that stand exactly under each
        other keep their size instead.

    Returns
    -------
    str
        Without any address, style sheet or colour of its own. The same for the same
        figure, byte for byte.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing, inline_svg
    >>> from genre_audio.reporting.figures import difference_figure
    >>> with drawing():
    ...     figure = difference_figure(["b − a"], [(0.1, 0.0, 0.2)], unit="accuracy")
    ...     svg = inline_svg(figure, prefix="f1", title="Gain", description="b gains 0.1")
    >>> svg.startswith('<svg'), 'id="f1-title">Gain</title>' in svg
    (True, True)
    """
    out = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    box: dict[str, Any] = {"bbox_inches": "tight", "pad_inches": 2 / 72} if tight else {}
    figure.savefig(out, format="svg", metadata=nothing, **box)
    root = ET.fromstring(out.getvalue())  # noqa: S314 (matplotlib just wrote it)
    _strip(root)
    _rename(root, prefix=prefix)
    _colour(root)
    _share_styles(root)
    _describe(root, prefix=prefix, title=title, description=description)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for name in ("width", "height", "version"):
        del root.attrib[name]
    root.set("viewBox", f"0 0 {width:.0f} {height:.0f}")
    least, most = (round(width * factor) for factor in scale)
    root.set("style", f"min-width: {least}px; max-width: {most}px")
    return ET.tostring(root, encoding="unicode")


def _strip(root: ET.Element) -> None:
    """Take away name spaces, metadata and the style sheet, which would rule the page."""
    for parent in root.iter():
        parent.tag = parent.tag.rpartition("}")[2]
        for name in list(parent.attrib):
            parent.attrib[name.rpartition("}")[2]] = parent.attrib.pop(name)
        for child in list(parent):
            if child.tag.rpartition("}")[2] in {"metadata", "style"}:
                parent.remove(child)


def _rename(root: ET.Element, *, prefix: str) -> None:
    """Keep the ids that something refers to, under names of this figure's own."""
    wanted = {
        reference
        for element in root.iter()
        for value in element.attrib.values()
        for reference in re.findall(r"#([\w.-]+)", value)
    }
    names: dict[str, str] = {}
    for element in root.iter():
        old = element.attrib.pop("id", None)
        if old in wanted and old is not None:
            names[old] = f"{prefix}-{len(names)}"
            element.set("id", names[old])
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "href" and not value.startswith("data:"):
                element.set(key, f"#{names[value[1:]]}")
            elif value.startswith("url(#"):
                element.set(key, f"url(#{names[value[5:-1]]})")


def _colour(root: ET.Element) -> None:
    for element in root.iter():
        if "style" in element.attrib:
            style = _FAMILY.sub("", element.attrib["style"])
            element.set("style", _COLOUR.sub(lambda found: _VARIABLES[found[0]], style))
        if "d" in element.attrib:
            element.set("d", " ".join(element.attrib["d"].split()))
        if element.tag != "text":
            element.text = None
        element.tail = None
        for place in ("x", "y"):
            if place in element.attrib and element.tag == "use":
                element.set(place, f"{float(element.attrib[place]):.1f}")


def _share_styles(root: ET.Element) -> None:
    """Say what many marks have in common once, on the group around them."""
    for group in root.iter("g"):
        styles = {mark.attrib.get("style") for mark in group}
        if len(group) > 1 and len(styles) == 1 and {mark.tag for mark in group} == {"use"}:
            (style,) = styles
            if style and "style" not in group.attrib:
                group.set("style", style)
                for mark in group:
                    del mark.attrib["style"]


def _describe(root: ET.Element, *, prefix: str, title: str, description: str) -> None:
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-description")
    for place, (name, text) in enumerate({"title": title, "desc": description}.items()):
        suffix = "title" if name == "title" else "description"
        element = ET.Element(name, {"id": f"{prefix}-{suffix}"})
        element.text = printable(text)
        root.insert(place, element)
