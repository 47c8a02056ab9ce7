"""Files that are never half there: atomic replacement, locks, fingerprints.

What stands under a final name is always whole. A new version is written beside it
under a temporary name, forced to disk, and takes the name's place in one step. What a
killed run leaves behind is deleted by the next one that writes there.
"""

from genre_audio.files.fingerprints import Fingerprint, fingerprint
from genre_audio.files.folders import add_to_folder, replace_folder, restore_folder
from genre_audio.files.locks import lock, lock_path
from genre_audio.files.pairs import (
    finish_pair,
    note_path,
    read_description,
    replace_pair,
    unchanged,
)
from genre_audio.files.replace import replace_bytes, replace_lines, replace_text, replacing
from genre_audio.files.spool import Spool

__all__ = [
    "Fingerprint",
    "Spool",
    "add_to_folder",
    "fingerprint",
    "finish_pair",
    "lock",
    "lock_path",
    "note_path",
    "read_description",
    "replace_bytes",
    "replace_folder",
    "replace_lines",
    "replace_pair",
    "replace_text",
    "replacing",
    "restore_folder",
    "unchanged",
]
