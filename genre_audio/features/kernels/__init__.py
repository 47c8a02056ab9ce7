"""Inner loops that no library at hand does as fast, compiled by numba.

Each file holds one kernel with the small functions that it is made of: numba keeps what
it compiled by file, and would not notice that a function from another file has changed.
Each kernel is tested alone against the library function that it stands for. Importing
this room imports numba; nothing else of the package does.

No formula is defined here that librosa, scipy or numpy do not define; no state, no
sizes of the recipe but those that a kernel is unrolled for.
"""
