"""A figure with its name and its alternative in words, for a page or as files.

A page shows it in its own colours, light and dark; a file by itself, which goes into
papers and slides, has those of light pages on their ground. Call everything here inside
`genre_audio.reporting.drawing.drawing`. Nothing is written here: files come as bytes.
"""

from __future__ import annotations

import dataclasses
import io
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any, Final

from genre_audio.reporting.drawing import PALETTE, inline_svg
from genre_audio.reporting.printable import printable

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

__all__ = ["PICTURE_FORMS", "Picture", "file_stem"]

PICTURE_FORMS: Final = ("svg", "png")
"""Forms of files."""

_DOTS: Final = 200
_SVG: Final = "http://www.w3.org/2000/svg"
_PARTS: Final = re.compile(r"[^\w]+")
_STEM: Final = 80


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A figure, what it is called, and what is to be seen on it.

    Attributes
    ----------
    name : str
        Of a file, and the beginning of every id on a page: its own among all pictures.
    title, description : str
        The alternative in words.
    figure : matplotlib.figure.Figure
        Made inside `genre_audio.reporting.drawing.drawing`.
    scale : (float, float)
        See `genre_audio.reporting.drawing.inline_svg`.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.figures import difference_figure
    >>> from genre_audio.reporting.pictures import Picture
    >>> with drawing():
    ...     figure = difference_figure(["b - a"], [(0.1, 0.0, 0.2)], unit="accuracy")
    ...     picture = Picture("gain", "Gain", "b gains 0.1", figure)
    ...     picture.inline[:4], picture.content("png")[1:4]
    (Markup('<svg'), b'PNG')
    """

    name: str
    title: str
    description: str
    figure: Figure
    scale: tuple[float, float] = (0.9, 1.4)

    @property
    def inline(self) -> Markup:
        """The ``svg`` element of a page."""
        from markupsafe import Markup

        text = inline_svg(
            self.figure,
            prefix=self.name,
            scale=self.scale,
            title=self.title,
            description=self.description,
        )
        return Markup(text)  # noqa: S704 (made here, names escaped)

    def content(self, form: str) -> bytes:
        """Return the bytes of a file by itself, in one of `PICTURE_FORMS`."""
        out = io.BytesIO()
        how: dict[str, Any] = {"bbox_inches": "tight", "facecolor": PALETTE["paper"][0]}
        said = {"Title": printable(self.title), "Description": printable(self.description)}
        if form == "png":
            # Without the version of what drew it: the same figure gives the same bytes.
            self.figure.savefig(out, format="png", dpi=_DOTS, metadata=said | _NOBODY, **how)
            return out.getvalue()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        self.figure.savefig(out, format="svg", metadata=nothing, **how)
        return self._described(out.getvalue())

    def _described(self, svg: bytes) -> bytes:
        ET.register_namespace("", _SVG)
        ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
        root = ET.fromstring(svg)  # noqa: S314 (matplotlib just wrote it)
        root.set("role", "img")
        for place, (tag, text) in enumerate(
            {"title": self.title, "desc": self.description}.items()
        ):
            element = ET.Element(f"{{{_SVG}}}{tag}")
            element.text = printable(text)
            root.insert(place, element)
        return ET.tostring(root, encoding="utf-8", xml_declaration=True)


_NOBODY: Final[dict[str, Any]] = {"Software": None}


def file_stem(*words: str) -> str:
    """Join words to the name of a file that every system takes.

    Examples
    --------
    >>> from genre_audio.reporting.pictures import file_stem
    >>> file_stem("confusion", "decision_tree", "a/b: <c>")
    'confusion-decision_tree-a-b-c'
    """
    return _PARTS.sub("-", "-".join(words)).strip("-")[:_STEM].strip("-") or "figure"
