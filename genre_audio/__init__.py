"""genre-audio: music recordings become feature rows, and rows become genres.

Public names are gathered in ``__init__.pyi`` and loaded when they are first used, so
that ``import genre_audio`` costs next to nothing.

Examples
--------
>>> import genre_audio
>>> genre_audio.__version__
'0.1.0'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.1.0"
