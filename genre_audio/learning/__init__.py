"""How genres are learned from rows of features.

From the row outwards: `transforms` give the columns a form that learners like,
`whitening` makes classes round, `learners` are five pipelines with their search spaces,
`tuning` chooses among as many candidates as a `Budget` allows, `pool` weighs the
learners, and `GenreStack` puts them together so that no group is ever on both sides of
a fold. `trusted` lists the types that a stored stack may be made of.

Pure functions of rows and seeds live here. Files, progress and scores do not.
"""

from genre_audio.learning.budget import BUDGETS, Budget
from genre_audio.learning.learners import LEARNERS, make_learner, search_space
from genre_audio.learning.pool import LogPool
from genre_audio.learning.stack import GenreStack
from genre_audio.learning.transforms import NormalScores, RowTransform
from genre_audio.learning.trusted import TRUSTED_TYPES
from genre_audio.learning.whitening import WithinClassWhitening

__all__ = [
    "BUDGETS",
    "LEARNERS",
    "TRUSTED_TYPES",
    "Budget",
    "GenreStack",
    "LogPool",
    "NormalScores",
    "RowTransform",
    "WithinClassWhitening",
    "make_learner",
    "search_space",
]
