"""The command line: each command parses, calls one function, prints, and exits.

Results go to standard output in the chosen format, everything else to standard error.
Exit codes: 0 all done, 1 nothing could be done, 2 wrong usage, 3 done, but some
recordings were skipped, 70 a fault of the program, 130 interrupted. Heavy imports live
inside the commands, so that ``--help`` answers at once.
"""

from genre_audio.cli.app import app, main

__all__ = ["app", "main"]
