"""Files that are never half there: atomic replacement, locks, fingerprints.

What stands under a final name is always whole. A new version is written beside it
under a temporary name, forced to disk, and takes the name's place in one step.
"""

from genre_audio.files.fingerprints import Fingerprint, fingerprint
from genre_audio.files.folders import replace_folder
from genre_audio.files.locks import lock
from genre_audio.files.replace import replace_bytes, replace_lines, replace_text, replacing

__all__ = [
    "Fingerprint",
    "fingerprint",
    "lock",
    "replace_bytes",
    "replace_folder",
    "replace_lines",
    "replace_text",
    "replacing",
]
