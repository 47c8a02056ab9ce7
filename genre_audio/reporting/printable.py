"""Names that people gave to things, made fit to be shown.

A file name may hold a line feed, half a surrogate pair, or signs that turn the direction
of all that follows. They are spelled out, so that a name can be read and cannot act.
Escaping for HTML is the templates' affair, not done here.
"""

from __future__ import annotations

import itertools
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["distinct", "in_markdown", "printable", "shortened"]

_TURNS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_UNFIT: Final = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    r"""Spell out control characters, ends of lines, stray surrogates and changes of direction.

    Examples
    --------
    >>> from genre_audio.reporting.printable import printable
    >>> printable("tape 1\n.wav"), printable("日本")
    ('tape 1\\x0a.wav', '日本')
    """
    return "".join(_spelled(sign) if _is_unfit(sign) else sign for sign in text)


def in_markdown(text: str) -> str:
    r"""Return text as it stands in a line or a cell of Markdown: it ends neither, and is no HTML.

    Examples
    --------
    >>> from genre_audio.reporting.printable import in_markdown
    >>> in_markdown("folk | <b>\n")
    'folk &#124; &lt;b>\\x0a'
    """
    return printable(text).replace("|", "&#124;").replace("<", "&lt;")


def shortened(text: str, *, width: int) -> str:
    """Cut a name to `width` signs; its middle goes, for names differ at their ends.

    Examples
    --------
    >>> from genre_audio.reporting.printable import shortened
    >>> shortened("songs of the northern shepherds", width=16)
    'songs o…hepherds'
    """
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def distinct(names: Sequence[str], *, width: int) -> list[str]:
    """Shorten names to `width` signs so that they still differ from each other.

    Where the middles that go are what tells them apart, the beginning and the end that
    all have in common go instead; where that is not enough, they are numbered.

    Examples
    --------
    >>> from genre_audio.reporting.printable import distinct
    >>> distinct(["songs of the eastern shore", "songs of the western shore"], width=12)
    ['…eastern…', '…western…']
    """
    cut = [shortened(name, width=width) for name in names]
    if len(set(cut)) < len(set(names)):
        cut = [shortened(name, width=width) for name in _without_common_ends(names)]
    if len(set(cut)) < len(set(names)):
        room = width - len(str(len(names))) - 1
        cut = [f"{k} {shortened(name, width=room)}" for k, name in enumerate(names, start=1)]
    return cut


def _without_common_ends(names: Sequence[str]) -> list[str]:
    """Take whole words off both ends."""
    words = [name.split() for name in names]
    head = _in_common(words)
    tail = _in_common([each[head:][::-1] for each in words])
    middles = [" ".join(each[head : len(each) - tail]) for each in words]
    return [f"{'…' * (head > 0)}{middle}{'…' * (tail > 0)}" for middle in middles]


def _in_common(lines: Sequence[Sequence[str]]) -> int:
    """Count the first words that are the same in all lines."""
    alike = (len(set(words)) == 1 for words in zip(*lines, strict=False))
    return sum(1 for _ in itertools.takewhile(bool, alike))


def _is_unfit(sign: str) -> bool:
    return sign in _TURNS or unicodedata.category(sign) in _UNFIT


def _spelled(sign: str) -> str:
    code = ord(sign)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
