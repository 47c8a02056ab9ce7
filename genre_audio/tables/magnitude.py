"""Numbers that are too large to calculate with, and are refused before it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["refuse_too_large"]

# Trees know single precision, up to 3e38, and columns are scaled before.
_LARGEST: Final = 1e30


def refuse_too_large(
    X: NDArray[np.float64], *, names: NDArray[np.str_], columns: Sequence[str]
) -> None:
    """Refuse rows with a number that is too large to calculate with.

    Raises
    ------
    TableError
        It names the first of them.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.tables.magnitude import refuse_too_large
    >>> refuse_too_large(np.array([[1e30, np.nan]]), names=np.array(["a"]), columns=("x", "y"))
    """
    too_large = np.abs(X) > _LARGEST
    if too_large.any():
        row, column = np.argwhere(too_large)[0]
        raise TableError(
            f"nothing can be learned from {names[row]}: its {columns[column]} is "
            f"{X[row, column]:g}; correct it, or leave it out"
        )
