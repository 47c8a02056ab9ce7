"""The shell of a report: one HTML file that opens from a stick, anywhere, for years.

Style, script and figures are inside; a content policy in the page forbids it every
request, and every script but its own. Light and dark follow the reader's system, as do
contrast and movement. Whatever comes from outside (names, labels) passes through jinja2's
escaping, and unfit signs are spelled out first; only figures made here are taken as they
are.

Templates are in ``templates/``: a report's own extends ``page.html``, and its tables are made
by the macros of ``tables.html``.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import TYPE_CHECKING, Any

from genre_audio.reporting.drawing import PALETTE
from genre_audio.reporting.numerals import chance, coefficient, distance, number, share
from genre_audio.reporting.printable import printable

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

__all__ = ["listed", "render"]


def render(template: str, /, **values: object) -> str:
    """Fill a template of ``templates/``; returns the text of a whole page.

    Parameters
    ----------
    template : str
        Its file name.
    **values : object
        What it shows. Text is escaped unless it is a `markupsafe.Markup`.

    Returns
    -------
    str

    Examples
    --------
    >>> from genre_audio.reporting.page import render
    >>> text = render("page.html", title="<script>")
    >>> text.splitlines()[0], "<title>&lt;script&gt;</title>" in text
    ('<!DOCTYPE html>', True)
    """
    return _environment().get_template(template).render(values)


def listed(value: object) -> list[str]:
    """Return the lines of a value: one for each part of a mapping or sequence.

    Examples
    --------
    >>> from genre_audio.reporting.page import listed
    >>> listed({"numpy": "2.4", "folds": [1, 2]})
    ['numpy: 2.4', 'folds: 1', 'folds: 2']
    """
    if isinstance(value, dict):
        return [f"{key}: {line}" for key, inner in value.items() for line in listed(inner)]
    if isinstance(value, list | tuple):
        return [line for inner in value for line in listed(inner)]
    return [str(value)]


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("genre_audio.reporting"),
        autoescape=True,
        finalize=_finalised,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["score"] = _score
    environment.filters["signed"] = lambda value: f"{value:+.3f}".replace("-", "\u2212")
    environment.filters |= {"chance": chance, "coefficient": coefficient}
    environment.filters |= {"distance": distance, "number": number, "share": share}
    environment.filters["breakable"] = _breakable
    environment.filters["percent"] = lambda share: f"{100 * share:.0f} %"
    environment.globals["light"] = {part: light for part, (light, _) in PALETTE.items()}
    environment.globals["dark"] = {part: dark for part, (_, dark) in PALETTE.items()}
    environment.globals["policy"] = functools.partial(_policy, environment)
    return environment


def _finalised(value: Any) -> Any:  # noqa: ANN401
    """Spell out unfit signs in what is plain text; markup of ours stays as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value)
    return value


def _breakable(name: str) -> Markup:
    """Let the name of a column go on in the next line after an underscore."""
    from markupsafe import Markup

    return Markup("_<wbr>").join(printable(name).split("_"))


def _score(value: float | None) -> str:
    return "\u2013" if value is None else f"{value:.3f}"


def _policy(
    environment: jinja2.Environment, *, with_images: bool = False, with_sounds: bool = False
) -> str:
    """Return the content policy: nothing is fetched, no script runs but the page's own.

    Images and sounds may be shown where the page says that it has any, from inside itself
    only.
    """
    script = environment.get_template("page.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    policy += "; img-src data:" if with_images else ""
    return f"{policy}; media-src data:" if with_sounds else policy
