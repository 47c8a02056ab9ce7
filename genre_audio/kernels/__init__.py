"""Inner loops that no library at hand does as fast, compiled by numba.

A file holds kernels with the small functions that they are made of. Each kernel is tested
alone against the library function that it stands for. Importing one imports numba, which
nothing else of the package does, and compiles it, or loads what is kept in `folder`.

No formula is defined here that librosa, scipy or numpy do not define; no state, no
sizes of the recipe but those that a kernel is made for.
"""
