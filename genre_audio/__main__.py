"""``python -m genre_audio`` is ``genre-audio``."""

from genre_audio.cli import main

if __name__ == "__main__":
    main()
