"""What a model is worth: held-out probabilities under a named protocol, and their scores.

A score without its protocol says nothing, so an `Evaluation` carries both: truth,
probabilities and groups of recordings that no training part had seen, from which every
score is derived. Whatever learns is refitted in every fold.

Pure: no file is read or written here, nothing is printed.

Names are gathered in ``__init__.pyi`` and loaded when they are first used, because what
cuts folds takes a second to import, and reading scores needs none of it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# At once, or the module of the same name would take the function's place.
from genre_audio.evaluation.reliability import reliability  # noqa: E402, F401
