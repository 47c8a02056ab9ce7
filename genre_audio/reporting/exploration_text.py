"""What is in a table, as text: findings in words and tables for people, or JSON.

In the order of the page, with the most important rows of each of its tables.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.exploration import findings
from genre_audio.reporting.numerals import chance, coefficient, number, share
from genre_audio.reporting.printable import printable
from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from genre_audio.exploration import Components, Exploration
    from genre_audio.exploration import Pair as Correlated

__all__ = ["exploration_json", "exploration_text"]

_MOST: Final = 10
_NAMES: Final = 3
_COMPONENTS: Final = 4


def exploration_text(exploration: Exploration) -> str:
    """Return findings and tables for a terminal.

    Parameters
    ----------
    exploration : Exploration
        What was found.

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration import explore
    >>> from genre_audio.reporting.exploration_text import exploration_text
    >>> frame = pd.DataFrame({"tempo": [90.0, 95, 120, 130], "genre": ["a", "a", "b", "b"]})
    >>> text = exploration_text(explore(frame, columns=["tempo"], label="genre"))
    >>> text.splitlines()[0]
    '4 rows with 1 feature; every row is complete.'
    """
    said = "".join(f"{printable(line)}\n" for line in findings(exploration))
    parts = [
        _features(exploration),
        _classes(exploration),
        _copies(exploration),
        _outliers(exploration),
        *_correlations(exploration),
        _separation(exploration),
        _components(exploration.components),
    ]
    return said + "".join(f"\n{title}\n{body}" for title, body in parts if body)


def exploration_json(exploration: Exploration, *, table: Mapping[str, object] | None = None) -> str:
    """Return all that was found as JSON, and how the table was read.

    Parameters
    ----------
    exploration : Exploration
        What was found.
    table : mapping, optional
        How it was read.

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> import json
    >>> import pandas as pd
    >>> from genre_audio.exploration import explore
    >>> from genre_audio.reporting.exploration_text import exploration_json
    >>> frame = pd.DataFrame({"tempo": [90.0, 95, 120, 130]})
    >>> said = json.loads(exploration_json(explore(frame, columns=["tempo"])))
    >>> said["overview"]["rows"]
    4
    """
    value: dict[str, Any] = {} if table is None else {"table": dict(table)}
    text = json.dumps(value | exploration.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n"


Part = tuple[str, str]


def _features(exploration: Exploration) -> Part:
    header = ["feature", "missing", "mean", "sd", "smallest", "median", "largest", "skewness"]
    rows = []
    for column in exploration.overview.features:
        d = column.distribution
        values = [] if d is None else [d.mean, d.sd, d.minimum, d.median, d.maximum, d.skewness]
        shown = [number(value) for value in values] or ["\u2013"] * 6
        rows.append([column.name, str(column.missing), *shown])
    return "Features", _table(rows, header=header, right=range(1, 8))


def _classes(exploration: Exploration) -> Part:
    counts = exploration.classes.counts if exploration.classes else ()
    rows = [[each.label, f"{each.count:,}", share(each.share)] for each in counts]
    return "Genres", _table(rows, header=["genre", "rows", "share"], right=(1, 2))


def _copies(exploration: Exploration) -> Part:
    groups = sorted(exploration.duplicates.groups, key=lambda group: not group.conflicting)
    rows = []
    for group in groups[: 2 * _MOST]:
        labels = list(dict.fromkeys(label or "none" for label in group.labels))
        rows.append([_some(group.names), ", ".join(labels)])
    title = _of("Equal rows", len(rows), len(groups))
    return title, _table(rows, header=["rows", "labels"])


def _outliers(exploration: Exploration) -> Part:
    found = exploration.outliers
    rows = []
    for each in found.classes if found.rows else ():
        far = next((row for row in found.rows if row.label == each.label), None)
        what = "" if far is None else f"{far.name} ({far.values[0].column})"
        label = "without a label" if each.label is None else each.label
        rows.append([label, f"{each.rows:,}", f"{each.found:,}", what])
    header = ["genre", "rows", "outliers", "the farthest"]
    return "Outliers", _table(rows, header=header, right=(1, 2))


def _correlations(exploration: Exploration) -> Iterator[Part]:
    found = exploration.correlations
    for name, pairs in (("Pearson", found.by_pearson), ("Spearman", found.by_spearman)):
        yield f"Strongest correlations by {name}", _pairs(pairs[:_MOST])
    groups = [[coefficient(group.mean)[1:], ", ".join(group.columns)] for group in found.groups]
    yield "Groups that measure the same", _table(groups, header=["mean", "features"])


def _pairs(pairs: Sequence[Correlated]) -> str:
    rows = [
        [pair.first, pair.second, coefficient(pair.pearson), coefficient(pair.spearman)]
        for pair in pairs
    ]
    header = ["feature", "and", "Pearson", "Spearman"]
    return _table(rows, header=header, right=(2, 3))


def _separation(exploration: Exploration) -> Part:
    found = exploration.separation
    features = found.features if found else ()
    rows = [
        [
            each.name,
            number(each.f),
            chance(each.p_f),
            f"{each.mutual_information:.3f}",
            chance(each.p_mutual_information),
        ]
        for each in features[:_MOST]
    ]
    header = ["feature", "F", "by chance", "bits", "by chance"]
    title = _of("What tells genres apart", len(rows), len(features))
    return title, _table(rows, header=header, right=range(1, 5))


def _components(components: Components | None) -> Part:
    if components is None:
        return "", ""
    rows = []
    for place, explained in enumerate(components.explained[:_MOST]):
        loadings = components.loadings[:, place]
        largest = sorted(range(len(loadings)), key=lambda k: -abs(loadings[k]))[:_COMPONENTS]
        made = ", ".join(f"{components.columns[k]} {coefficient(loadings[k])}" for k in largest)
        shares = [f"{100 * value:.1f} %" for value in (explained, components.cumulative[place])]
        rows.append([str(place + 1), *shares, made])
    header = ["component", "explains", "so far", "largest loadings"]
    title = _of("Principal components", len(rows), len(components.explained))
    return title, _table(rows, header=header, right=range(3))


def _table(
    rows: Sequence[Sequence[str]], *, header: Sequence[str], right: Sequence[int] = ()
) -> str:
    """Return a table with a header, or nothing if there are no rows."""
    return text_table(rows, header=header, right=right) if rows else ""


def _of(title: str, shown: int, there: int) -> str:
    return title if shown == there else f"{title} (the first {shown} of {there})"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more
