"""How genres are learned from rows of features.

From the row outwards: `transforms` give the columns a form that learners like,
`whitening` makes classes round, `learners` are five pipelines with their search spaces,
`tuning` chooses among as many candidates as a `Budget` allows, `mixture` weighs
the learners, `conformal` says which genres their probabilities do not rule out, and
`GenreStack` puts them together so that no group is ever on both sides of a fold. `limits`
says what becomes of more rows than a learner can hold. `plain`
answers like a fitted stack, without the libraries that fitted it, and is what is stored.
`trusted` lists the types that a stack of the older form may be made of.

Names are gathered in ``__init__.pyi`` and loaded when they are first used, because
scikit-learn takes a second to import, and most commands do not learn.

Pure functions of rows and seeds live here. Files, progress and scores do not.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
