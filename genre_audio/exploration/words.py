"""What was found, in plain words.

Nothing may enter here that measures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.exploration.phrases import counted, percent, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genre_audio.exploration.copies import DuplicateGroup
    from genre_audio.exploration.correlations import Pair
    from genre_audio.exploration.exploration import Exploration

__all__ = ["findings"]

_GROUPS: Final = 3
_MEMBERS: Final = 4


def findings(exploration: Exploration) -> list[str]:
    """Say what matters, one short sentence for each finding.

    Parameters
    ----------
    exploration : Exploration
        What was found.

    Returns
    -------
    list of str
        What there is, what is wrong with it, how columns go together, what tells genres
        apart: in this order.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration import explore, findings
    >>> frame = pd.DataFrame({"tempo": [90.0, 90, 120, 130], "genre": ["a", "b", "b", "b"]})
    >>> for sentence in findings(explore(frame, columns=["tempo"], label="genre"))[:3]:
    ...     sentence
    '4 rows with 1 feature; every row is complete.'
    'b has 3 rows, a has 1: 3.0 times as many. Always saying b would be right for 75 %.'
    '1 pair of equal rows; 1 has two labels: row 1 (a) = row 2 (b).'
    """
    said: list[str] = []
    for part in (_gaps, _classes, _constant, _duplicates, _near, _outliers, _correlations):
        said += part(exploration)
    for part in (_groups, _separation, _components):
        said += part(exploration)
    return said


def _gaps(exploration: Exploration) -> Iterator[str]:
    overview = exploration.overview
    complete = overview.complete_rows
    what = f"{counted(overview.rows, 'row')} with {counted(len(overview.features), 'feature')}"
    if complete == overview.rows:
        yield f"{what}; every row is complete."
        return
    yield f"{what}; {counted(complete, 'row is', 'rows are')} complete."
    gaps = sorted(
        (c for c in overview.features if c.missing + c.infinite),
        key=lambda c: -(c.missing + c.infinite),
    )
    named = [
        f"{c.name} ({percent((c.missing + c.infinite) / overview.rows)} of rows)" for c in gaps
    ]
    yield f"{counted(len(gaps), 'feature has', 'features have')} missing values: {some(named)}."
    infinite = sum(c.infinite for c in overview.features)
    if infinite:
        yield f"{counted(infinite, 'value is', 'values are')} infinite and counted as missing."


def _classes(exploration: Exploration) -> Iterator[str]:
    classes = exploration.classes
    if classes is None:
        return
    if classes.unlabelled:
        yield f"{counted(classes.unlabelled, 'row has', 'rows have')} no label."
    counts = classes.counts
    if len(counts) < 2:
        yield f"{counted(len(counts), 'genre')}: there is nothing to tell apart."
        return
    first, last = counts[0], counts[-1]
    if first.count == last.count:
        yield f"{len(counts)} genres with {counted(first.count, 'row')} each."
        return
    of = f"{len(counts)} genres: " if len(counts) > 2 else ""
    times = f"{classes.ratio:.1f} times as many" if classes.ratio >= 1.05 else "about as many"
    yield (
        f"{of}{first.label} has {counted(first.count, 'row')}, {last.label} has {last.count:,}: "
        f"{times}. Always saying {first.label} would be right for "
        f"{percent(classes.largest_share)}."
    )


def _constant(exploration: Exploration) -> Iterator[str]:
    constant = [c.name for c in exploration.constant if c.constant]
    nearly = [c.name for c in exploration.constant if not c.constant]
    if constant:
        yield f"{counted(len(constant), 'feature does', 'features do')} not vary: {some(constant)}."
    if nearly:
        has = counted(len(nearly), "feature has", "features have")
        yield f"{has} one value in at least 99 % of rows: {some(nearly)}."


def _duplicates(exploration: Exploration) -> Iterator[str]:
    groups = exploration.duplicates.groups
    if not groups:
        return
    pairs = all(len(group.rows) == 2 for group in groups)
    what = counted(len(groups), "pair" if pairs else "group") + " of equal rows"
    if not pairs:
        what += f" ({counted(exploration.duplicates.surplus, 'row')} more than different ones)"
    conflicting = exploration.duplicates.conflicting
    if not conflicting:
        yield f"{what}; none has two labels."
        return
    several = (
        f"{counted(len(conflicting), 'has', 'have')} two labels"
        if pairs
        else (f"{counted(len(conflicting), 'has', 'have')} several labels")
    )
    yield f"{what}; {several}: {some([_members(group) for group in conflicting])}."


def _members(group: DuplicateGroup) -> str:
    members = zip(group.names, group.labels, strict=True)
    named = [f"{name} ({label or 'no label'})" for name, label in members]
    more = f" and {len(named) - _MEMBERS:,} more" if len(named) > _MEMBERS else ""
    return " = ".join(named[:_MEMBERS]) + more


def _near(exploration: Exploration) -> Iterator[str]:
    near = exploration.near_duplicate_columns
    if near:
        named = [f"{pair.first} and {pair.second} ({pair.kind})" for pair in near]
        yield (
            f"{counted(len(near), 'pair')} of features {'is' if len(near) == 1 else 'are'} "
            f"(nearly) the same: {some(named)}."
        )


def _outliers(exploration: Exploration) -> Iterator[str]:
    outliers = exploration.outliers
    judged = sum(c.rows for c in outliers.classes if c.threshold == c.threshold)
    if not judged:
        return
    found = len(outliers.rows)
    lie = counted(found, "row lies", "rows lie") if found else "No row lies"
    rest = "the rest" if exploration.label is None else "the rest of the genre"
    yield (
        f"{lie} far from {rest} ({percent(found / judged)}; {percent(outliers.expected_share)} "
        f"would if columns were normal and independent){_farthest(exploration)}."
    )
    heavy = {name for found in outliers.classes for name in found.heavy}
    if heavy:
        named = [name for name in exploration.features if name in heavy]
        where = "" if exploration.label is None else " in some genre"
        yield (
            f"{counted(len(named), 'feature has', 'features have')} tails too heavy, or too many "
            f"heaps, to judge by{where}: {some(named)}."
        )


def _farthest(exploration: Exploration) -> str:
    rows = exploration.outliers.rows
    if not rows:
        return ""
    return f"; farthest: {rows[0].name} by {rows[0].values[0].column}"


def _correlations(exploration: Exploration) -> Iterator[str]:
    found = exploration.correlations
    for kind, signs in (
        ("Pearson", (found.pearson_positive, found.pearson_negative)),
        ("Spearman", (found.spearman_positive, found.spearman_negative)),
    ):
        named = [_pair(pairs[0], kind) for pairs in signs if pairs]
        if named:
            yield f"Strongest correlations ({kind}): {'; '.join(named)}."


def _pair(pair: Pair, kind: str) -> str:
    value = pair.pearson if kind == "Pearson" else pair.spearman
    return f"{pair.first} and {pair.second} {value:+.2f}"


def _groups(exploration: Exploration) -> Iterator[str]:
    groups = exploration.correlations.groups
    if groups:
        named = [f"{some(group.columns, most=4)}" for group in groups]
        measure = "measures" if len(groups) == 1 else "measure"
        yield (
            f"{counted(len(groups), 'group')} of features {measure} the same: "
            f"{' | '.join(named[:_GROUPS])}{_more(len(groups) - _GROUPS)}."
        )


def _more(count: int) -> str:
    return f" | and {count:,} more" if count > 0 else ""


def _separation(exploration: Exploration) -> Iterator[str]:
    found = exploration.separation
    if found is None:
        return
    kinds = (("mean", found.beyond_chance), ("mutual information", found.informative))
    said = [
        f"{len(best):,} by {kind} (best: {some([feature.name for feature in best])})"
        for kind, best in kinds
        if best
    ]
    if said:
        of = counted(len(found.features), "feature")
        yield f"Of {of}, genres differ beyond chance in {'; '.join(said)}."
    else:
        yield "No feature by itself is shown to tell the genres apart."
    if found.rows < found.of_rows:
        yield f"Separation was looked at in {found.rows:,} of {found.of_rows:,} labelled rows."


def _components(exploration: Exploration) -> Iterator[str]:
    found = exploration.components
    if found is None or len(found.columns) < 2:
        return
    needed = ", ".join(f"{count} for {share} %" for share, count in found.needed.items())
    of = counted(len(found.explained), "principal component")
    yield f"Of {of} it takes {needed} of the variance."
    if found.filled:
        yield (
            f"For them {counted(found.filled, 'missing value was', 'missing values were')} filled "
            f"with the median, in {counted(found.filled_rows, 'row')}."
        )
