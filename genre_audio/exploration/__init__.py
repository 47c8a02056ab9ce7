"""What is in a table: counts, gaps, copies, correlations, outliers, what tells genres apart.

To be looked at before anything is learned. Every finding names its rule, the rows that it
is about and what was done with missing values, and what could be chance stands beside what
chance gives.

Pure: no file is read or written here, nothing is printed or drawn.

Names are gathered in ``__init__.pyi`` and loaded when they are first used, because scipy
and scikit-learn take a second to import.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
