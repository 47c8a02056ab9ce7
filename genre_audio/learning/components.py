"""How many principal components may be asked for.

Nothing may enter here that sees rows.
"""

from __future__ import annotations

from genre_audio.errors import ParameterError

__all__ = ["check_components"]


def check_components(components: float | None, *, rows: int, columns: int) -> None:
    """Refuse what cannot be kept of so many rows and columns.

    Parameters
    ----------
    components : int, float or None
        A number of components, a share of the variance between 0 and 1, or None, which
        keeps the columns.
    rows : int
        Rows that they are found in.
    columns : int
        Columns that they are made of.

    Raises
    ------
    ParameterError
        If it is none of these, or there are more than columns or rows.

    Examples
    --------
    >>> from genre_audio.learning.components import check_components
    >>> check_components(9, rows=100, columns=8)
    Traceback (most recent call last):
    genre_audio.errors.ParameterError: 9 principal components were asked for, but the table
    has 8 columns to make them of; ask for 8 or fewer
    """
    if components is None or (isinstance(components, float) and 0 < components < 1):
        return
    whole = not isinstance(components, bool) and float(components).is_integer()
    if not whole or components < 1:
        raise ParameterError(
            f"{components!r} principal components cannot be kept; give a number from 1, a share "
            "of the variance below 1 such as 0.9, or none to keep the columns"
        )
    if components > columns:
        raise ParameterError(
            f"{components} principal components were asked for, but the table has {columns} "
            f"column{'s' * (columns != 1)} to make them of; ask for {columns} or fewer"
        )
    if components > rows:
        raise ParameterError(
            f"{components} principal components were asked for, but a part to learn from has "
            f"{rows} rows; ask for {rows} or fewer"
        )
