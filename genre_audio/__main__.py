"""``python -m genre_audio`` is ``genre-audio``: where both begin."""

from __future__ import annotations

import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line.

    Examples
    --------
    >>> from genre_audio.__main__ import main
    >>> callable(main)
    True
    """
    # Until the program listens to it, Ctrl-C ends it without a traceback of its imports.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from genre_audio.cli import main as run

    run()


if __name__ == "__main__":
    main()
